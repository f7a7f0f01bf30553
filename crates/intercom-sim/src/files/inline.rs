//! Pictures inside a message's words.
//!
//! A body holds a mark where the address of a kept file belongs; whoever shows the body puts an
//! address there, so that it is another one each time and ends like those of attachments
//! (reference, section 9: pictures that people paste are in the body and not among the files).
//! Apps cannot write the mark: it is no address that cleaning lets through.

use std::borrow::Cow;

/// What stands before the number of the file, from the beginning of the element: no text has that.
const MARK: &str = "<img src=\"kept-file:";

/// The fragment of a picture that is kept.
pub(crate) fn picture(id: u64) -> String {
    format!("<div class=\"intercom-container\">{MARK}{id}\"></div>")
}

/// The numbers of the kept files that a fragment shows.
pub(crate) fn numbers(fragment: &str) -> impl Iterator<Item = u64> {
    let pieces = fragment.split(MARK).skip(1);
    pieces.filter_map(|piece| piece.split_once('"')?.0.parse().ok())
}

/// The fragment with an address wherever a kept file is shown. Addresses are escaped here.
pub(crate) fn with_addresses(fragment: &str, address: impl Fn(u64) -> String) -> Cow<'_, str> {
    if !fragment.contains(MARK) {
        return Cow::Borrowed(fragment);
    }
    let mut pieces = fragment.split(MARK);
    let mut written = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (id, rest) = piece.split_once('"').unwrap_or((piece, ""));
        let address = id.parse().map(&address).unwrap_or_default();
        written.extend(["<img src=\"", &crate::html::escaped(&address), "\"", rest]);
    }
    Cow::Owned(written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html;

    #[test]
    fn each_picture_gets_its_address() {
        let body = format!("<p>Look</p>{}{}<p>End</p>", picture(3), picture(12));
        let shown = with_addresses(&body, |id| format!("/files/{id}?a=1&b=2"));
        assert_eq!(
            shown,
            "<p>Look</p><div class=\"intercom-container\"><img src=\"/files/3?a=1&amp;b=2\"></div>\
             <div class=\"intercom-container\"><img src=\"/files/12?a=1&amp;b=2\"></div><p>End</p>"
        );
    }

    #[test]
    fn words_without_a_picture_stay_as_they_are() {
        let shown = with_addresses("<p>kept-file:3</p>", |_| "wrong".to_owned());
        assert!(matches!(shown, Cow::Borrowed("<p>kept-file:3</p>")));
    }

    #[test]
    fn neither_people_nor_apps_can_write_the_mark() {
        let typed = html::from_text("<img src=\"kept-file:3\">");
        let sent = [
            "<p>x<img src=\"kept-file:3\"></p>",
            "<b>x</b> src=\"kept-file:3\"",
            "<b>x</b> &lt;img src=\"kept-file:3\"",
            "<p title='<img src=\"kept-file:3\"'>x</p>",
            "<a href='https://x.test/<img src=\"kept-file:3\"'>x</a>",
        ];
        let sent = sent.map(html::from_app);
        for body in sent.into_iter().chain([typed]) {
            assert_eq!(with_addresses(&body, |_| "reached".to_owned()), body);
        }
    }
}
