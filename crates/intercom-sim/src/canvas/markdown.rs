//! The little Markdown of a text component: links and bold. Everything else is shown as written.

use super::fields::is_link;

/// A run of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Span {
    Plain(String),
    Bold(String),
    Link { label: String, url: String },
}

/// Splits a text into its runs.
pub(super) fn spans(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        if let Some((span, length)) = link(rest).or_else(|| bold(rest)) {
            if !plain.is_empty() {
                spans.push(Span::Plain(std::mem::take(&mut plain)));
            }
            spans.push(span);
            rest = &rest[length..];
        } else {
            plain.push(letter);
            rest = &rest[letter.len_utf8()..];
        }
    }
    if !plain.is_empty() {
        spans.push(Span::Plain(plain));
    }
    spans
}

/// `[label](https://…)` at the start of `text`, and its length.
fn link(text: &str) -> Option<(Span, usize)> {
    let (label, after) = text.strip_prefix('[')?.split_once("](")?;
    let (url, _) = after.split_once(')')?;
    if !is_link(url) || label.contains('[') || url.contains(char::is_whitespace) {
        return None;
    }
    let span = Span::Link {
        label: label.to_owned(),
        url: url.to_owned(),
    };
    Some((span, label.len() + url.len() + 4))
}

/// `**bold**` at the start of `text`, and its length. Whether one asterisk would do is not documented.
fn bold(text: &str) -> Option<(Span, usize)> {
    let (inner, _) = text.strip_prefix("**")?.split_once("**")?;
    let is_word = !inner.is_empty() && inner.trim() == inner;
    is_word.then(|| (Span::Bold(inner.to_owned()), inner.len() + 4))
}
