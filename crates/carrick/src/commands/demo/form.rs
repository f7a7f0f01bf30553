//! The one form of a page that has a certain button.
//!
//! Reads as much HTML as server-rendered pages of forms have: tags, quoted attributes, character
//! references. No script, no nesting of forms.

use url::form_urlencoded;

/// What a browser would send if the button was pressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Form {
    /// Where to; empty is the page itself.
    pub(super) action: String,
    fields: Vec<(String, String)>,
}

impl Form {
    /// The body.
    pub(super) fn encoded(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.fields)
            .finish()
    }
}

/// The first form of `page` with a button of this label, filled in as the page has it.
pub(super) fn with_button(page: &str, label: &str) -> Option<Form> {
    let mut open: Option<Form> = None;
    let mut tags = Tags { rest: page };
    while let Some(tag) = tags.next() {
        match (tag.name, &mut open) {
            ("form", _) => {
                let action = tag.attribute("action").unwrap_or_default();
                open = Some(Form {
                    action,
                    fields: Vec::new(),
                });
            }
            ("/form", _) => open = None,
            ("input", Some(form)) => form.fields.extend(tag.field()),
            ("button", Some(form)) => {
                let text = tags
                    .rest
                    .split_once("</button")
                    .map_or("", |(text, _)| text);
                if without_tags(text).trim() == label {
                    form.fields.extend(tag.field());
                    return open;
                }
            }
            _ => {}
        }
    }
    None
}

/// An opening or closing tag; a closing one keeps its slash.
struct Tag<'p> {
    name: &'p str,
    attributes: &'p str,
}

struct Tags<'p> {
    rest: &'p str,
}

impl<'p> Tags<'p> {
    fn next(&mut self) -> Option<Tag<'p>> {
        let (_, tag) = self.rest.split_once('<')?;
        let end = end_of_tag(tag)?;
        self.rest = &tag[end + 1..];
        let tag = tag[..end].trim_end_matches('/');
        let (name, attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        Some(Tag { name, attributes })
    }
}

/// The place of the `>` that ends a tag, not of one inside a quoted value.
fn end_of_tag(tag: &str) -> Option<usize> {
    let mut quote = None;
    tag.char_indices().find_map(|(place, letter)| {
        match (quote, letter) {
            (None, '>') => return Some(place),
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), _) if open == letter => quote = None,
            (None | Some(_), _) => {}
        }
        None
    })
}

impl Tag<'_> {
    fn attribute(&self, name: &str) -> Option<String> {
        let mut rest = self.attributes.trim_start();
        while !rest.is_empty() {
            let end = rest
                .find(|c: char| c == '=' || c.is_whitespace())
                .unwrap_or(rest.len());
            let (key, after) = rest.split_at(end);
            let (value, after) = value(after);
            if key.eq_ignore_ascii_case(name) {
                return Some(unescaped(value));
            }
            rest = after.trim_start();
        }
        None
    }

    /// What an input or a pressed button adds to the body.
    fn field(&self) -> Option<(String, String)> {
        Some((
            self.attribute("name")?,
            self.attribute("value").unwrap_or_default(),
        ))
    }
}

/// The value after an attribute's name, and what follows it.
fn value(after_name: &str) -> (&str, &str) {
    let Some(text) = after_name.strip_prefix('=') else {
        return ("", after_name);
    };
    for quote in ['"', '\''] {
        if let Some(text) = text.strip_prefix(quote) {
            return text.split_once(quote).unwrap_or((text, ""));
        }
    }
    text.split_once(char::is_whitespace).unwrap_or((text, ""))
}

fn without_tags(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        rest = tag.split_once('>').map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    unescaped(&text)
}

/// Character references, by name where HTML's own syntax needs them, else by number.
fn unescaped(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, reference)) = rest.split_once('&') {
        text.push_str(before);
        let known = reference
            .split_once(';')
            .and_then(|(name, after)| character(name).map(|letter| (letter, after)));
        let (letter, after) = known.unwrap_or(('&', reference));
        text.push(letter);
        rest = after;
    }
    text.push_str(rest);
    text
}

fn character(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<!doctype html><title>Sign in</title>
        <form action="/search"><input name="q"><button>Search</button></form>
        <form method="post" action="/oauth/decide?a=1&amp;b=2">
          <input type="hidden" name="state" value="a&#38;b &#x22;c&quot; > d">
          <input type=hidden name=client value=carrick>
          <button name="decision" value="deny">Deny</button>
          <button class="primary" name="decision" value="allow">
            <span>Allow</span>
          </button>
          <button name="decision" value="later">Later</button>
        </form>"#;

    #[test]
    fn a_pressed_button_sends_its_form_and_no_other_button() {
        let form = with_button(PAGE, "Allow").unwrap();
        assert_eq!(form.action, "/oauth/decide?a=1&b=2");
        let fields: Vec<_> = form
            .fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(
            fields,
            [
                ("state", "a&b \"c\" > d"),
                ("client", "carrick"),
                ("decision", "allow")
            ]
        );
        assert_eq!(
            form.encoded(),
            "state=a%26b+%22c%22+%3E+d&client=carrick&decision=allow"
        );
    }

    #[test]
    fn a_page_without_the_button_has_no_such_form() {
        assert_eq!(with_button(PAGE, "Install"), None);
        assert_eq!(with_button("<button>Allow</button>", "Allow"), None);
        assert_eq!(with_button("<form action='x", "Allow"), None);
        assert_eq!(with_button("", "Allow"), None);
    }
}
