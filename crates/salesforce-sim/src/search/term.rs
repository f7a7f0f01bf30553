//! What stands between the braces of a search: words, phrases, wildcards, `AND`, `OR`, `AND NOT`.
//!
//! Texts fall into words at everything that is neither letter nor digit, and so does a term: an
//! email address is a phrase of its parts.

use crate::error::ApiError;
use crate::row::Row;
use crate::schema::ObjectSchema;

use super::malformed;

/// A term has this many characters at least.
const TERM_CHARS_MIN: usize = 2;

/// A term has no more characters than a statement may have. UNVERIFIED for a term alone.
const TERM_CHARS_MAX: usize = 10_000;

/// Parentheses nest this deep at most, so that a hostile search cannot exhaust the stack.
const DEPTH_MAX: usize = 32;

/// What a record has to hold.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Expression {
    /// These words side by side in one field.
    Phrase(Vec<Pattern>),
    /// All of `with`, and none of `without`.
    And {
        with: Vec<Expression>,
        without: Vec<Expression>,
    },
    Or(Vec<Expression>),
}

/// One word, in lower case, in which `*` and `?` stand for any characters and for one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Piece>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Letter(char),
    One,
    Any,
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    And,
    Or,
    Not,
    Phrase(Vec<Pattern>),
}

impl Expression {
    pub(super) fn parse(term: &str) -> Result<Self, ApiError> {
        if term.chars().count() > TERM_CHARS_MAX {
            return Err(malformed(format!(
                "search term cannot be longer than {TERM_CHARS_MAX} characters"
            )));
        }
        if term.trim().chars().count() < TERM_CHARS_MIN {
            let term = term.trim();
            if term.is_empty() {
                let message = "No search term found. The search term must be enclosed in braces.";
                return Err(malformed(message));
            }
            return Err(malformed(format!(
                "search term must be longer than one character: {term}"
            )));
        }
        let tokens = tokens(term)?;
        let mut parser = Parser { tokens, depth: 0 };
        // The last token comes first off the stack.
        parser.tokens.reverse();
        let expression = parser.either()?;
        match parser.tokens.pop() {
            None => Ok(expression),
            Some(token) => Err(unexpected(Some(&token))),
        }
    }

    /// Whether the fields of `row` at `places` hold what is wanted.
    pub(super) fn holds(&self, row: &Row, schema: &ObjectSchema, places: &[usize]) -> bool {
        match self {
            Self::Phrase(patterns) => places.iter().any(|place| {
                let value = row.read(schema, *place);
                value
                    .as_text()
                    .is_some_and(|text| has_phrase(text, patterns))
            }),
            Self::And { with, without } => {
                let holds = |part: &Self| part.holds(row, schema, places);
                with.iter().all(holds) && !without.iter().any(holds)
            }
            Self::Or(parts) => parts.iter().any(|part| part.holds(row, schema, places)),
        }
    }
}

struct Parser {
    tokens: Vec<Token>,
    depth: usize,
}

impl Parser {
    /// `a OR b`.
    fn either(&mut self) -> Result<Expression, ApiError> {
        let first = self.both()?;
        if self.tokens.last() != Some(&Token::Or) {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.tokens.last() == Some(&Token::Or) {
            self.tokens.pop();
            parts.push(self.both()?);
        }
        Ok(Expression::Or(parts))
    }

    /// `a AND b`, `a AND NOT b`, and `a b`, which is the same as `a AND b`.
    fn both(&mut self) -> Result<Expression, ApiError> {
        let first = self.one()?;
        let (mut with, mut without) = (Vec::new(), Vec::new());
        loop {
            match self.tokens.last() {
                Some(Token::And) => {
                    self.tokens.pop();
                }
                Some(Token::Open | Token::Phrase(_)) => {}
                Some(Token::Close | Token::Or | Token::Not) | None => break,
            }
            if self.tokens.last() == Some(&Token::Not) {
                self.tokens.pop();
                without.push(self.one()?);
            } else {
                with.push(self.one()?);
            }
        }
        if with.is_empty() && without.is_empty() {
            return Ok(first);
        }
        with.insert(0, first);
        Ok(Expression::And { with, without })
    }

    fn one(&mut self) -> Result<Expression, ApiError> {
        match self.tokens.pop() {
            Some(Token::Phrase(patterns)) => Ok(Expression::Phrase(patterns)),
            Some(Token::Open) => {
                self.depth += 1;
                if self.depth > DEPTH_MAX {
                    return Err(malformed("The search has too many parentheses"));
                }
                let inside = self.either()?;
                match self.tokens.pop() {
                    Some(Token::Close) => {
                        self.depth -= 1;
                        Ok(inside)
                    }
                    token => Err(unexpected(token.as_ref())),
                }
            }
            token => Err(unexpected(token.as_ref())),
        }
    }
}

fn unexpected(token: Option<&Token>) -> ApiError {
    let shown = match token {
        None => "<EOF>",
        Some(Token::Open) => "(",
        Some(Token::Close) => ")",
        Some(Token::And) => "AND",
        Some(Token::Or) => "OR",
        Some(Token::Not) => "NOT",
        Some(Token::Phrase(_)) => "a term",
    };
    malformed(format!("unexpected token: '{shown}'"))
}

fn tokens(term: &str) -> Result<Vec<Token>, ApiError> {
    let mut tokens = Vec::new();
    let mut characters = term.chars().peekable();
    while let Some(&character) = characters.peek() {
        match character {
            ' ' | '\t' | '\n' | '\r' => {
                characters.next();
            }
            '(' => {
                characters.next();
                tokens.push(Token::Open);
            }
            ')' => {
                characters.next();
                tokens.push(Token::Close);
            }
            '"' => {
                characters.next();
                let mut word = Word::default();
                loop {
                    match characters.next() {
                        None => return Err(malformed("unexpected token: '<EOF>'")),
                        Some('"') => break,
                        Some('\\') => word.escaped(characters.next())?,
                        Some(character) => word.push(character),
                    }
                }
                tokens.extend(word.token());
            }
            _ => {
                let mut word = Word::default();
                while let Some(&next) = characters.peek() {
                    if next.is_whitespace() || matches!(next, '(' | ')' | '"') {
                        break;
                    }
                    characters.next();
                    if next == '\\' {
                        word.escaped(characters.next())?;
                    } else {
                        word.push(next);
                    }
                }
                tokens.extend(word.operator_or_token());
            }
        }
    }
    Ok(tokens)
}

/// A run of characters that is being cut into words.
#[derive(Default)]
struct Word {
    text: String,
    patterns: Vec<Pattern>,
    pieces: Vec<Piece>,
}

impl Word {
    fn push(&mut self, character: char) {
        self.text.push(character);
        match character {
            '*' => self.pieces.push(Piece::Any),
            '?' => self.pieces.push(Piece::One),
            _ if character.is_alphanumeric() => {
                self.pieces
                    .extend(character.to_lowercase().map(Piece::Letter));
            }
            _ => self.cut(),
        }
    }

    /// A reserved character that was escaped is only a boundary, as it is in the texts.
    fn escaped(&mut self, character: Option<char>) -> Result<(), ApiError> {
        let Some(character) = character else {
            return Err(malformed("unexpected token: '<EOF>'"));
        };
        if character.is_alphanumeric() {
            return Err(malformed(format!(
                "Invalid escape sequence: '\\{character}'"
            )));
        }
        self.text.push(character);
        self.cut();
        Ok(())
    }

    fn cut(&mut self) {
        let pieces = std::mem::take(&mut self.pieces);
        if pieces.iter().any(|piece| matches!(piece, Piece::Letter(_))) {
            self.patterns.push(Pattern(pieces));
        }
    }

    fn token(mut self) -> Option<Token> {
        self.cut();
        (!self.patterns.is_empty()).then_some(Token::Phrase(self.patterns))
    }

    fn operator_or_token(self) -> Option<Token> {
        match self.text.to_ascii_uppercase().as_str() {
            "AND" => Some(Token::And),
            "OR" => Some(Token::Or),
            "NOT" => Some(Token::Not),
            _ => self.token(),
        }
    }
}

/// Whether the words of `text` contain all of `patterns` side by side.
fn has_phrase(text: &str, patterns: &[Pattern]) -> bool {
    let mut words = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    loop {
        let mut side_by_side = words.clone();
        let fits = |pattern: &Pattern| side_by_side.next().is_some_and(|word| pattern.fits(word));
        if patterns.iter().all(fits) {
            return true;
        }
        if words.next().is_none() {
            return false;
        }
    }
}

impl Pattern {
    fn fits(&self, word: &str) -> bool {
        // Speed only: most words begin otherwise.
        if let (Some(Piece::Letter(wanted)), Some(first)) = (self.0.first(), word.chars().next())
            && first.to_lowercase().next() != Some(*wanted)
        {
            return false;
        }
        let letters: Vec<char> = word.chars().flat_map(char::to_lowercase).collect();
        // Where to go on when a later piece does not fit: behind the last `*`, one letter further.
        let (mut piece, mut letter) = (0, 0);
        let mut retry: Option<(usize, usize)> = None;
        while letter < letters.len() {
            let goes_on = match self.0.get(piece) {
                Some(Piece::Any) => {
                    retry = Some((piece, letter));
                    piece += 1;
                    continue;
                }
                Some(Piece::One) => true,
                Some(Piece::Letter(wanted)) => *wanted == letters[letter],
                None => false,
            };
            if goes_on {
                piece += 1;
                letter += 1;
            } else if let Some((any, from)) = retry {
                retry = Some((any, from + 1));
                piece = any + 1;
                letter = from + 1;
            } else {
                return false;
            }
        }
        self.0[piece..].iter().all(|piece| *piece == Piece::Any)
    }
}

#[cfg(test)]
mod tests;
