//! Fragments of HTML, read as a browser would: their tags, texts and links.
//!
//! Fragments come back from Intercom written anew: attributes in another order, other quotes,
//! entities in their values. Nothing is rendered here, nothing is trusted, and broken markup is read
//! as far as it goes, in one pass.

/// A piece of a fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// What is written, with its entities.
    Text(&'a str),
    /// `<p>` or `<br/>`.
    Open(Tag<'a>),
    /// `</p>`, by its name.
    Close(&'a str),
}

/// A start tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag<'a> {
    pub(crate) name: &'a str,
    attributes: Vec<(&'a str, &'a str)>,
}

/// What is left of a fragment.
pub(crate) struct Tokens<'a> {
    rest: &'a str,
}

/// The pieces of `html`, in order. Comments, declarations, scripts and styles are left out.
pub(crate) fn tokens(html: &str) -> Tokens<'_> {
    Tokens { rest: html }
}

/// Where the links of `html` lead, in order.
pub(crate) fn targets(html: &str) -> Vec<String> {
    let links = tokens(html).filter_map(|token| match token {
        Token::Open(tag) if tag.is("a") => tag.attribute("href"),
        Token::Open(_) | Token::Close(_) | Token::Text(_) => None,
    });
    links.collect()
}

impl Tag<'_> {
    /// Whether the tag has this name, which is written in lower case.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// An attribute's value without entities and outer spaces.
    pub(crate) fn attribute(&self, name: &str) -> Option<String> {
        let found = self
            .attributes
            .iter()
            .find(|(it, _)| it.eq_ignore_ascii_case(name));
        found.map(|(_, value)| decoded(value).trim().to_owned())
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        while !self.rest.is_empty() {
            let Some(markup) = self.rest.strip_prefix('<') else {
                return Some(self.text(0));
            };
            if let Some(comment) = markup.strip_prefix("!--") {
                self.rest = comment.split_once("-->").map_or("", |(_, after)| after);
            } else if markup.starts_with(['!', '?']) {
                self.rest = markup.split_once('>').map_or("", |(_, after)| after);
            } else if let Some(name) = markup.strip_prefix('/')
                && name.starts_with(|c: char| c.is_ascii_alphabetic())
            {
                let (name, after) = name_of(name);
                self.rest = attributes(after).1;
                return Some(Token::Close(name));
            } else if markup.starts_with(|c: char| c.is_ascii_alphabetic()) {
                let tag = self.tag(markup);
                if !tag.is("script") && !tag.is("style") {
                    return Some(Token::Open(tag));
                }
                self.skip_behind(tag.name);
            } else {
                // A bracket that begins nothing is one.
                return Some(self.text(1));
            }
        }
        None
    }
}

impl<'a> Tokens<'a> {
    /// Everything up to the next bracket behind `from`.
    fn text(&mut self, from: usize) -> Token<'a> {
        let end = self.rest[from..]
            .find('<')
            .map_or(self.rest.len(), |at| from + at);
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        Token::Text(text)
    }

    fn tag(&mut self, markup: &'a str) -> Tag<'a> {
        let (name, after) = name_of(markup);
        let (attributes, after) = attributes(after);
        self.rest = after;
        Tag { name, attributes }
    }

    /// Leaves out what is no text: up to the end tag of this name.
    fn skip_behind(&mut self, name: &str) {
        while let Some((_, after)) = self.rest.split_once("</") {
            self.rest = after;
            let (end, after) = name_of(after);
            if end.eq_ignore_ascii_case(name) {
                self.rest = attributes(after).1;
                return;
            }
        }
        self.rest = "";
    }
}

fn name_of(markup: &str) -> (&str, &str) {
    let end = markup
        .find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>'))
        .unwrap_or(markup.len());
    markup.split_at(end)
}

/// The attributes of a tag, up to its `>`, and what follows the tag.
fn attributes(mut rest: &str) -> (Vec<(&str, &str)>, &str) {
    let mut found = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            return (found, rest);
        }
        if let Some(after) = rest.strip_prefix('>') {
            return (found, after);
        }
        // An equals sign in the place of a name is a part of the name.
        let end = rest
            .char_indices()
            .find(|(at, c)| c.is_ascii_whitespace() || ends_name(*c) && *at > 0)
            .map_or(rest.len(), |(at, _)| at);
        let (name, after_name) = rest.split_at(end);
        rest = after_name.trim_ascii_start();
        let Some(assigned) = rest.strip_prefix('=') else {
            found.push((name, ""));
            continue;
        };
        let (value, after_value) = value(assigned.trim_ascii_start());
        found.push((name, value));
        rest = after_value;
    }
}

fn ends_name(c: char) -> bool {
    matches!(c, '=' | '/' | '>')
}

/// A value in either quotes or none, and what follows it.
fn value(rest: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(quoted) = rest.strip_prefix(quote) {
            return quoted.split_once(quote).unwrap_or((quoted, ""));
        }
    }
    let end = rest
        .find(|c: char| c.is_ascii_whitespace() || c == '>')
        .unwrap_or(rest.len());
    rest.split_at(end)
}

/// `&CounterClockwiseContourIntegral;` is the longest there is.
const ENTITY_BYTES_MAX: usize = 33;

/// The text without entities. Numeric ones and those of markup are known; whatever else begins
/// with an ampersand, such as the second parameter of an address, stays as it is.
pub(crate) fn decoded(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('&') {
        text.push_str(before);
        // No entity is longer; without the bound a text of many `&` would be read again for each.
        let end = after
            .bytes()
            .take(ENTITY_BYTES_MAX)
            .position(|byte| byte == b';');
        let entity = end.and_then(|end| Some((character(&after[..end])?, &after[end + 1..])));
        if let Some((character, after)) = entity {
            text.push(character);
            rest = after;
        } else {
            text.push('&');
            rest = after;
        }
    }
    text.push_str(rest);
    text
}

fn character(entity: &str) -> Option<char> {
    let Some(number) = entity.strip_prefix('#') else {
        return match entity {
            "amp" | "AMP" => Some('&'),
            "lt" | "LT" => Some('<'),
            "gt" | "GT" => Some('>'),
            "quot" | "QUOT" => Some('"'),
            "apos" => Some('\''),
            "nbsp" => Some('\u{a0}'),
            _ => None,
        };
    };
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => number.parse(),
    };
    char::from_u32(code.ok()?)
}

#[cfg(test)]
mod tests;
