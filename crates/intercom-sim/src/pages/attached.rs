//! Files and pictures of messages on a page.
//!
//! Pages link to an address of their own, which leads to one that ends: a page that is looked at
//! again and again stays the same while nothing happens.

use crate::conversation::{Conversation, Part};
use crate::files::{self, Attachment};
use crate::html;
use crate::world::World;

use super::posted::is_picture;

/// A file below a message.
pub(super) struct Attached {
    pub(super) name: String,
    pub(super) href: String,
    /// `12 KB`; of files elsewhere nothing is known.
    pub(super) size: Option<String>,
    pub(super) is_picture: bool,
}

fn href(id: u64) -> String {
    format!("/inbox/files/{id}")
}

/// The files of a message.
pub(super) fn attached(world: &World, attachments: &[Attachment]) -> Vec<Attached> {
    let shown = attachments.iter().map(|attachment| match attachment {
        Attachment::Kept(id) => {
            let file = world.files.get(*id);
            Attached {
                name: file
                    .map_or("A file that is gone", |file| &file.name)
                    .to_owned(),
                href: href(*id),
                size: file.map(|file| size(file.size)),
                is_picture: file.is_some_and(|file| is_picture(&file.content_type)),
            }
        }
        Attachment::Elsewhere(url) => Attached {
            name: name_in(url).to_owned(),
            href: url.clone(),
            size: None,
            is_picture: false,
        },
    });
    shown.collect()
}

/// The name of a file in an address, else the address.
fn name_in(url: &str) -> &str {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let name = path.rsplit('/').next().unwrap_or_default();
    if name.is_empty() { url } else { name }
}

fn size(bytes: usize) -> String {
    match bytes {
        ..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KB", bytes / 1024),
        _ => format!(
            "{}.{} MB",
            bytes / 1_048_576,
            bytes % 1_048_576 * 10 / 1_048_576
        ),
    }
}

/// The words of a message with its pictures, as a fragment of a page. What is in a picture nobody
/// has written down.
pub(super) fn body(fragment: &str) -> String {
    files::with_addresses(fragment, href).replace("<img src=", "<img alt=\"Picture\" src=")
}

/// The last message of a conversation in one line.
pub(super) fn last_words(world: &World, row: &Conversation) -> String {
    let (body, attachments) = row.last_message();
    let name = |id| {
        world
            .files
            .get(id)
            .map_or_else(String::new, |file| file.name.clone())
    };
    let words = html::to_text(&files::with_addresses(body, name));
    let words = words.lines();
    let files = attached(world, attachments)
        .into_iter()
        .map(|file| file.name);
    let all: Vec<String> = words.map(str::to_owned).chain(files).collect();
    all.join(" ")
}

/// What a part says, if it says anything.
pub(super) fn said(part: &Part) -> Option<(&str, &[Attachment])> {
    let body = part.body.as_deref();
    let says = body.is_some() || !part.attachments.is_empty();
    says.then(|| (body.unwrap_or_default(), part.attachments.as_slice()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_by_people() {
        for (bytes, words) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1 KB"),
            (1_048_575, "1023 KB"),
            (1_048_576, "1.0 MB"),
            (26_000_000, "24.7 MB"),
        ] {
            assert_eq!(size(bytes), words);
        }
    }

    #[test]
    fn a_file_elsewhere_has_the_name_in_its_address() {
        assert_eq!(name_in("https://cdn.example/a/plan.pdf?x=1/2"), "plan.pdf");
        assert_eq!(name_in("https://cdn.example/"), "https://cdn.example/");
    }
}
