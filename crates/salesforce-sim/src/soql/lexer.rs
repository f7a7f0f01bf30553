//! Characters → tokens.

use crate::error::ApiError;

use super::malformed;

/// The longest text in quotes. The vendor documents the limit; the words are this world's.
const LITERAL_CHARS_MAX: usize = 4_000;
const LITERAL_TOO_LONG: &str = "string literals cannot be longer than 4000 characters";

/// A piece of a query, and the byte at which it begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) at: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    /// A keyword, a name, or names joined by dots.
    Word(String),
    /// A quoted text with its escapes undone, and, beside it, the form in which `%` and `_` that
    /// were escaped are still marked by a backslash (what LIKE needs).
    Text {
        plain: String,
        pattern: String,
        /// Whether a `%` or `_` was escaped, which only LIKE understands.
        escapes_wildcard: Option<char>,
    },
    Number(String),
    Date(String),
    Instant(String),
    Time(String),
    Comma,
    Colon,
    Open,
    Close,
    Operator(&'static str),
    End,
}

impl TokenKind {
    /// The token as an error message shows it.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Word(text)
            | Self::Number(text)
            | Self::Date(text)
            | Self::Instant(text)
            | Self::Time(text) => text.clone(),
            Self::Text { plain, .. } => plain.clone(),
            Self::Comma => ",".to_owned(),
            Self::Colon => ":".to_owned(),
            Self::Open => "(".to_owned(),
            Self::Close => ")".to_owned(),
            Self::Operator(operator) => (*operator).to_owned(),
            Self::End => "<EOF>".to_owned(),
        }
    }
}

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, ApiError> {
    let mut tokens = Vec::new();
    let mut at = 0;
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        if byte.is_ascii_whitespace() {
            at += 1;
            continue;
        }
        let (kind, end) = token(text, at, *byte)?;
        tokens.push(Token { kind, at });
        at = end;
    }
    tokens.push(Token {
        kind: TokenKind::End,
        at: text.len(),
    });
    Ok(tokens)
}

fn token(text: &str, at: usize, first: u8) -> Result<(TokenKind, usize), ApiError> {
    let rest = &text[at..];
    let while_of = |accepts: fn(u8) -> bool| {
        at + rest
            .bytes()
            .position(|byte| !accepts(byte))
            .unwrap_or(rest.len())
    };
    Ok(match first {
        b',' => (TokenKind::Comma, at + 1),
        b':' => (TokenKind::Colon, at + 1),
        b'(' => (TokenKind::Open, at + 1),
        b')' => (TokenKind::Close, at + 1),
        b'\'' => quoted(text, at)?,
        b'=' => (TokenKind::Operator("="), at + 1),
        b'!' if rest.starts_with("!=") => (TokenKind::Operator("!="), at + 2),
        b'<' if rest.starts_with("<>") => (TokenKind::Operator("!="), at + 2),
        b'<' if rest.starts_with("<=") => (TokenKind::Operator("<="), at + 2),
        b'>' if rest.starts_with(">=") => (TokenKind::Operator(">="), at + 2),
        b'<' => (TokenKind::Operator("<"), at + 1),
        b'>' => (TokenKind::Operator(">"), at + 1),
        b'-' | b'+' | b'0'..=b'9' => {
            let end = while_of(|b| b.is_ascii_alphanumeric() || b"+-.:".contains(&b));
            (literal(&text[at..end])?, end)
        }
        b'A'..=b'Z' | b'a'..=b'z' | b'_' => {
            let end = while_of(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'.');
            (TokenKind::Word(text[at..end].to_owned()), end)
        }
        _ => {
            let character = rest.chars().next().unwrap_or_default();
            return Err(malformed(format!("unexpected token: '{character}'")));
        }
    })
}

/// Reads what begins like a number by its shape; whether the day exists is asked later.
fn literal(text: &str) -> Result<TokenKind, ApiError> {
    const DATE: &str = "0000-00-00";
    const MINUTE: &str = "00:00";
    let owned = text.to_owned();
    if is_number(text) {
        return Ok(TokenKind::Number(owned));
    }
    if has_shape(text, DATE) {
        return Ok(TokenKind::Date(owned));
    }
    let (day, time) = text.split_once('T').unwrap_or(("", text));
    let zone = time.rfind(['Z', '+', '-']).unwrap_or(time.len());
    let (time, zone) = time.split_at(zone);
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let is_time = has_shape(time, "00:00:00")
        && !fraction.is_empty()
        && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let is_zone = zone == "Z"
        || zone
            .get(1..)
            .is_some_and(|offset| has_shape(offset, MINUTE) || has_shape(offset, "0000"));
    match day {
        "" if is_time && zone == "Z" && !text.contains('T') => Ok(TokenKind::Time(owned)),
        day if has_shape(day, DATE) && is_time && is_zone => Ok(TokenKind::Instant(owned)),
        _ => Err(malformed(format!("unexpected token: '{text}'"))),
    }
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    !whole.is_empty() && all_digits(whole) && all_digits(fraction)
}

/// Whether `text` has a digit wherever `shape` has a zero, and equals it elsewhere.
fn has_shape(text: &str, shape: &str) -> bool {
    text.len() == shape.len()
        && text
            .bytes()
            .zip(shape.bytes())
            .all(|(byte, like)| byte == like || (like == b'0' && byte.is_ascii_digit()))
}

fn quoted(text: &str, open: usize) -> Result<(TokenKind, usize), ApiError> {
    let mut plain = String::new();
    let mut pattern = String::new();
    let mut escapes_wildcard = None;
    let mut characters = text[open + 1..].char_indices();
    while let Some((offset, character)) = characters.next() {
        match character {
            '\'' => {
                if plain.chars().count() > LITERAL_CHARS_MAX {
                    return Err(malformed(LITERAL_TOO_LONG));
                }
                let text = TokenKind::Text {
                    plain,
                    pattern,
                    escapes_wildcard,
                };
                return Ok((text, open + 1 + offset + 1));
            }
            '\\' => {
                let (_, escaped) = characters.next().ok_or_else(unterminated)?;
                let decoded = match escaped {
                    'n' | 'N' => '\n',
                    'r' | 'R' => '\r',
                    't' | 'T' => '\t',
                    'b' | 'B' => '\u{8}',
                    'f' | 'F' => '\u{c}',
                    '"' | '\'' | '\\' | '_' | '%' => escaped,
                    'u' => unicode(&mut characters)?,
                    other => {
                        return Err(invalid_escape(other));
                    }
                };
                if matches!(escaped, '_' | '%') {
                    escapes_wildcard = Some(escaped);
                }
                plain.push(decoded);
                if matches!(decoded, '_' | '%' | '\\') {
                    pattern.push('\\');
                }
                pattern.push(decoded);
            }
            other => {
                plain.push(other);
                pattern.push(other);
            }
        }
    }
    Err(unterminated())
}

fn unicode(characters: &mut std::str::CharIndices<'_>) -> Result<char, ApiError> {
    let digits: String = characters
        .by_ref()
        .take(4)
        .map(|(_, digit)| digit)
        .collect();
    (digits.len() == 4)
        .then(|| {
            u32::from_str_radix(&digits, 16)
                .ok()
                .and_then(char::from_u32)
        })
        .flatten()
        .ok_or_else(|| malformed("invalid unicode escape in string literal"))
}

/// A backslash before a character that needs none.
pub(super) fn invalid_escape(escaped: char) -> ApiError {
    malformed(format!(
        "invalid escape sequence '\\{escaped}' in string literal"
    ))
}

fn unterminated() -> ApiError {
    malformed("Unterminated string literal")
}
