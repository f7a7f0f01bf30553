//! Characters → tokens.

use crate::error::ApiError;

use super::malformed;

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
    },
    /// A number, a date or an instant.
    Literal(String),
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
            Self::Word(text) | Self::Literal(text) => text.clone(),
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
            (TokenKind::Literal(text[at..end].to_owned()), end)
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

fn quoted(text: &str, open: usize) -> Result<(TokenKind, usize), ApiError> {
    let mut plain = String::new();
    let mut pattern = String::new();
    let mut characters = text[open + 1..].char_indices();
    while let Some((offset, character)) = characters.next() {
        match character {
            '\'' => return Ok((TokenKind::Text { plain, pattern }, open + 1 + offset + 1)),
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
                        return Err(malformed(format!(
                            "invalid escape sequence '\\{other}' in string literal"
                        )));
                    }
                };
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

fn unterminated() -> ApiError {
    malformed("Unterminated string literal")
}
