//! Message bodies: HTML fragments as conversations hold them, cleaned on the way in.

use std::collections::HashSet;

/// Tags that are kept in a body (seen in conversation bodies, and what notes of apps need).
const KEPT: [&str; 17] = [
    "a", "b", "br", "code", "div", "em", "h1", "h2", "hr", "i", "img", "li", "ol", "p", "pre",
    "strong", "ul",
];

/// Plain text as a fragment: paragraphs, with everything escaped.
pub(crate) fn from_text(text: &str) -> String {
    let escaped = escaped(&text.trim().replace('\r', ""));
    let paragraphs = escaped.split("\n\n").map(|paragraph| {
        format!(
            "<p>{}</p>",
            paragraph.trim_matches('\n').replace('\n', "<br>")
        )
    });
    paragraphs.collect::<Vec<_>>().join("\n")
}

/// The text with entities where HTML has a meaning for the letter.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// A body that an app sent: its markup without what could run, or its text in a paragraph.
pub(crate) fn from_app(body: &str) -> String {
    if !body.contains('<') {
        return from_text(body);
    }
    ammonia::Builder::default()
        .tags(HashSet::from(KEPT))
        .clean(body)
        .to_string()
}

/// The words of a fragment, for snippets and `display_as=plaintext`: links as `label (url)`.
pub(crate) fn to_text(fragment: &str) -> String {
    let mut text = String::new();
    let mut link: Option<String> = None;
    let mut rest = fragment;
    while let Some(start) = rest.find('<') {
        text.push_str(&decoded(&rest[..start]));
        let Some(length) = rest[start..].find('>') else {
            break;
        };
        let tag = &rest[start + 1..start + length];
        rest = &rest[start + length + 1..];
        let name: String = tag.chars().take_while(|c| !c.is_whitespace()).collect();
        match name.trim_end_matches('/') {
            "br" | "/p" | "/div" | "/li" | "/h1" | "/h2" | "/pre" => text.push('\n'),
            "li" => text.push_str("• "),
            "a" => link = attribute(tag, "href"),
            "/a" => {
                if let Some(address) = link.take() {
                    text.extend([" (", &address, ")"]);
                }
            }
            "img" => {
                let address = attribute(tag, "src").unwrap_or_default();
                text.extend(["[image: ", &address, "]"]);
            }
            _ => {}
        }
    }
    text.push_str(&decoded(rest));
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    lines.join("\n")
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let from = tag.find(&format!("{name}=\""))? + name.len() + 2;
    let length = tag[from..].find('"')?;
    Some(decoded(&tag[from..from + length]))
}

fn decoded(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests;
