//! `FIND {term} IN scope FIELDS RETURNING Object(fields WHERE … ORDER BY … LIMIT n), … LIMIT n`.
//!
//! What is not understood is refused; a search is never answered with the hits of a simpler one.
//! What stands in the parentheses of an object is SOQL and is read there.

use crate::error::ApiError;

use super::{FOUND_MAX, Scope, malformed};

/// The longest statement that is read.
const STATEMENT_CHARS_MAX: usize = 10_000;

/// A statement, taken apart; names in it are not yet looked up.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    pub(crate) term: String,
    pub(crate) scope: Scope,
    /// Nothing if the statement does not say which objects are returned.
    pub(crate) returning: Option<Vec<Returning>>,
    pub(crate) limit: Option<usize>,
}

/// One object of the answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Returning {
    pub(crate) object: String,
    /// As written; empty for the id alone.
    pub(crate) fields: String,
    /// The condition of `WHERE`, as written.
    pub(crate) filter: Option<String>,
    /// What follows the condition, `ORDER BY` and so on, as written.
    pub(crate) rest: String,
    pub(crate) limit: Option<usize>,
}

impl Statement {
    pub(crate) fn parse(text: &str) -> Result<Self, ApiError> {
        if text.chars().count() > STATEMENT_CHARS_MAX {
            return Err(malformed(
                "SOSL statements cannot be longer than 10000 characters.",
            ));
        }
        let mut rest = expect_word(text, "FIND")?;
        let term;
        (term, rest) = braced(rest)?;
        let mut scope = Scope::All;
        if let Some(after) = word(rest, "IN") {
            let (name, after) = name(after)?;
            scope = Scope::named(name).ok_or_else(|| unexpected(name))?;
            rest = expect_word(after, "FIELDS")?;
        }
        let mut returning = None;
        if let Some(after) = word(rest, "RETURNING") {
            let objects;
            (objects, rest) = list(after)?;
            returning = Some(objects);
        }
        let mut limit = None;
        if let Some(after) = word(rest, "LIMIT") {
            let count;
            (count, rest) = number(after)?;
            if count > FOUND_MAX {
                return Err(malformed(format!(
                    "SOSL LIMIT cannot be more than {FOUND_MAX}: {count}"
                )));
            }
            limit = Some(count);
        }
        if rest.trim().is_empty() {
            Ok(Self {
                term,
                scope,
                returning,
                limit,
            })
        } else {
            Err(unexpected(rest))
        }
    }
}

/// Names the word at which the statement stopped making sense.
fn unexpected(rest: &str) -> ApiError {
    let rest = rest.trim_start();
    let end = rest
        .char_indices()
        .find(|(at, c)| *at > 0 && !c.is_alphanumeric())
        .map_or(rest.len(), |(at, _)| at);
    let token = if rest.is_empty() {
        "<EOF>"
    } else {
        &rest[..end]
    };
    malformed(format!("unexpected token: '{token}'"))
}

/// What follows `keyword`, if the text begins with it.
fn word<'text>(text: &'text str, keyword: &str) -> Option<&'text str> {
    let text = text.trim_start();
    let head = text.get(..keyword.len())?;
    let rest = &text[keyword.len()..];
    let is_whole = !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    (head.eq_ignore_ascii_case(keyword) && is_whole).then_some(rest)
}

fn expect_word<'text>(text: &'text str, keyword: &str) -> Result<&'text str, ApiError> {
    word(text, keyword).ok_or_else(|| unexpected(text))
}

fn name(text: &str) -> Result<(&str, &str), ApiError> {
    let text = text.trim_start();
    let end = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    if end == 0 {
        return Err(unexpected(text));
    }
    Ok(text.split_at(end))
}

fn number(text: &str) -> Result<(usize, &str), ApiError> {
    let (digits, rest) = name(text)?;
    let number = digits.parse().map_err(|_| unexpected(text))?;
    Ok((number, rest))
}

/// The term between braces, escapes kept.
fn braced(text: &str) -> Result<(String, &str), ApiError> {
    let missing = || malformed("No search term found. The search term must be enclosed in braces.");
    let inside = text.trim_start().strip_prefix('{').ok_or_else(missing)?;
    let mut is_escaped = false;
    for (at, character) in inside.char_indices() {
        match character {
            '}' if !is_escaped => return Ok((inside[..at].to_owned(), &inside[at + 1..])),
            '\\' => is_escaped = !is_escaped,
            _ => is_escaped = false,
        }
    }
    Err(missing())
}

fn list(text: &str) -> Result<(Vec<Returning>, &str), ApiError> {
    let mut objects = Vec::new();
    let mut rest = text;
    loop {
        let (object, after) = name(rest)?;
        let opened = after.trim_start().strip_prefix('(');
        let inside = match opened {
            None => "",
            Some(opened) => {
                let end = closing(opened).ok_or_else(|| unexpected(""))?;
                rest = &opened[end + 1..];
                &opened[..end]
            }
        };
        if opened.is_none() {
            rest = after;
        }
        objects.push(Returning::parse(object, inside)?);
        match rest.trim_start().strip_prefix(',') {
            Some(after) => rest = after,
            None => return Ok((objects, rest)),
        }
    }
}

impl Returning {
    fn parse(object: &str, inside: &str) -> Result<Self, ApiError> {
        let filter_at = keyword_at(inside, "WHERE");
        let order_at = keyword_at(inside, "ORDER");
        let limit_at = keyword_at(inside, "LIMIT");
        let offset_at = keyword_at(inside, "OFFSET");
        let rest_at = [order_at, limit_at, offset_at].into_iter().flatten().min();
        let fields_end = filter_at.or(rest_at).unwrap_or(inside.len());
        let fields = inside[..fields_end].trim();
        if fields.is_empty() && !inside.trim().is_empty() {
            return Err(unexpected(inside));
        }
        let rest_at = rest_at.unwrap_or(inside.len());
        let filter = match filter_at {
            Some(at) if at < rest_at => Some(inside[at + "WHERE".len()..rest_at].trim().to_owned()),
            Some(at) => return Err(unexpected(&inside[at..])),
            None => None,
        };
        let limit = match limit_at {
            Some(at) => Some(number(&inside[at + "LIMIT".len()..])?.0),
            None => None,
        };
        Ok(Self {
            object: object.to_owned(),
            fields: fields.to_owned(),
            filter,
            rest: inside[rest_at..].trim().to_owned(),
            limit,
        })
    }
}

/// Where the parenthesis that was opened before `text` is closed.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, character) in unquoted(text) {
        match character {
            '(' => depth += 1,
            ')' if depth == 0 => return Some(at),
            ')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Where `keyword` stands in `text`, outside of quotes and parentheses.
fn keyword_at(text: &str, keyword: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut before = ' ';
    for (at, character) in unquoted(text) {
        let begins = !before.is_alphanumeric() && !matches!(before, '_' | '.');
        if depth == 0
            && begins
            && word(&text[at..], keyword).is_some()
            && !character.is_whitespace()
        {
            return Some(at);
        }
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        before = character;
    }
    None
}

/// The characters of `text` that stand outside of quotes.
fn unquoted(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut is_quoted = false;
    let mut is_escaped = false;
    text.char_indices().filter(move |(_, character)| {
        if is_quoted {
            let ends = *character == '\'' && !is_escaped;
            is_escaped = *character == '\\' && !is_escaped;
            is_quoted = !ends;
            return false;
        }
        is_quoted = *character == '\'';
        !is_quoted
    })
}

#[cfg(test)]
mod tests;
