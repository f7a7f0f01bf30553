//! Tokens → syntax, by recursive descent.

use crate::error::ApiError;

use super::lexer::{Token, TokenKind, tokens};
use super::malformed;
use super::syntax::{
    Condition, Direction, Literal, Nulls, Operator, Order, Query, Select, Test, Written,
};

/// Conditions nest this deep at most, so that a hostile query cannot exhaust the stack.
const DEPTH_MAX: usize = 64;

/// An offset beyond this is refused.
const OFFSET_MAX: usize = 2_000;

pub(super) fn parse(text: &str) -> Result<Query, ApiError> {
    let mut parser = Parser {
        tokens: tokens(text)?,
        next: 0,
        depth: 0,
    };
    let query = parser.query()?;
    if parser.peek() != &TokenKind::End {
        return Err(parser.unexpected());
    }
    Ok(query)
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> &TokenKind {
        &self.tokens[self.next].kind
    }

    fn at(&self) -> usize {
        self.tokens[self.next].at
    }

    fn take(&mut self) -> Token {
        let token = self.tokens[self.next].clone();
        if token.kind != TokenKind::End {
            self.next += 1;
        }
        token
    }

    fn unexpected(&self) -> ApiError {
        match self.peek() {
            TokenKind::End => malformed("unexpected token: '<EOF>'"),
            token => malformed(format!("unexpected token: '{}'", token.shown())),
        }
    }

    fn is_keyword(&self, keyword: &str) -> bool {
        matches!(self.peek(), TokenKind::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    fn take_keyword(&mut self, keyword: &str) -> bool {
        let found = self.is_keyword(keyword);
        if found {
            self.next += 1;
        }
        found
    }

    fn expect_keyword(&mut self, keyword: &str) -> Result<(), ApiError> {
        if self.take_keyword(keyword) {
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    fn expect(&mut self, kind: &TokenKind) -> Result<(), ApiError> {
        if self.peek() == kind {
            self.next += 1;
            return Ok(());
        }
        Err(self.unexpected())
    }

    fn word(&mut self) -> Result<Written<String>, ApiError> {
        let at = self.at();
        match self.peek() {
            TokenKind::Word(word) if !is_reserved(word) => {
                let what = word.clone();
                self.next += 1;
                Ok(Written { what, at })
            }
            TokenKind::Word(_)
            | TokenKind::Text { .. }
            | TokenKind::Literal(_)
            | TokenKind::Comma
            | TokenKind::Colon
            | TokenKind::Open
            | TokenKind::Close
            | TokenKind::Operator(_)
            | TokenKind::End => Err(self.unexpected()),
        }
    }

    /// Two objects are called like keywords.
    fn object_name(&mut self) -> Result<Written<String>, ApiError> {
        for object in ["Group", "Order"] {
            let at = self.at();
            if self.take_keyword(object) {
                return Ok(Written {
                    what: object.to_owned(),
                    at,
                });
            }
        }
        self.word()
    }

    fn query(&mut self) -> Result<Query, ApiError> {
        self.expect_keyword("SELECT")?;
        let select = self.select()?;
        self.expect_keyword("FROM")?;
        let from = self.object_name()?;
        let has_alias = matches!(self.peek(), TokenKind::Word(word) if !is_reserved(word));
        let alias = if has_alias {
            Some(self.word()?.what)
        } else {
            None
        };
        if self.take_keyword("USING") {
            self.expect_keyword("SCOPE")?;
            self.expect_keyword("everything")?;
        }
        let filter = if self.take_keyword("WHERE") {
            Some(self.condition()?)
        } else {
            None
        };
        let order = if self.take_keyword("ORDER") {
            self.orders()?
        } else {
            Vec::new()
        };
        let limit = if self.take_keyword("LIMIT") {
            Some(self.count()?)
        } else {
            None
        };
        let offset = if self.take_keyword("OFFSET") {
            self.count()?
        } else {
            0
        };
        if offset > OFFSET_MAX {
            return Err(ApiError::bad_request(
                "NUMBER_OUTSIDE_VALID_RANGE",
                "Maximum SOQL offset allowed is 2000",
            ));
        }
        Ok(Query {
            select,
            from,
            alias,
            filter,
            order,
            limit,
            offset,
        })
    }

    fn select(&mut self) -> Result<Select, ApiError> {
        let mut paths = Vec::new();
        loop {
            let path = self.word()?;
            if self.peek() == &TokenKind::Open {
                if path.what.eq_ignore_ascii_case("count") && paths.is_empty() {
                    self.next += 1;
                    self.expect(&TokenKind::Close)?;
                    return Ok(Select::Count);
                }
                return Err(self.unexpected());
            }
            paths.push(path);
            if self.peek() != &TokenKind::Comma {
                return Ok(Select::Paths(paths));
            }
            self.next += 1;
        }
    }

    /// One level of AND or of OR. Both at one level is refused: parentheses are needed.
    fn condition(&mut self) -> Result<Condition, ApiError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(malformed("the WHERE clause is nested too deeply"));
        }
        let first = self.term()?;
        let joined = if self.is_keyword("AND") {
            let parts = self.joined(first, "AND")?;
            Condition::All(parts)
        } else if self.is_keyword("OR") {
            let parts = self.joined(first, "OR")?;
            Condition::Any(parts)
        } else {
            first
        };
        if self.is_keyword("AND") || self.is_keyword("OR") {
            return Err(self.unexpected());
        }
        self.depth -= 1;
        Ok(joined)
    }

    fn joined(&mut self, first: Condition, keyword: &str) -> Result<Vec<Condition>, ApiError> {
        let mut parts = vec![first];
        while self.take_keyword(keyword) {
            parts.push(self.term()?);
        }
        Ok(parts)
    }

    fn term(&mut self) -> Result<Condition, ApiError> {
        if self.take_keyword("NOT") {
            self.depth += 1;
            if self.depth > DEPTH_MAX {
                return Err(malformed("the WHERE clause is nested too deeply"));
            }
            let negated = self.term()?;
            self.depth -= 1;
            return Ok(Condition::Not(Box::new(negated)));
        }
        if self.peek() == &TokenKind::Open {
            self.next += 1;
            let inner = self.condition()?;
            self.expect(&TokenKind::Close)?;
            return Ok(inner);
        }
        self.test().map(Condition::Test)
    }

    fn test(&mut self) -> Result<Test, ApiError> {
        let path = self.word()?;
        let operator = self.operator()?;
        let values = match operator {
            Operator::In | Operator::NotIn => self.list()?,
            Operator::Equal
            | Operator::NotEqual
            | Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual
            | Operator::Like => vec![self.literal()?],
        };
        Ok(Test {
            path,
            operator,
            values,
        })
    }

    fn operator(&mut self) -> Result<Operator, ApiError> {
        if self.take_keyword("LIKE") {
            return Ok(Operator::Like);
        }
        if self.take_keyword("IN") {
            return Ok(Operator::In);
        }
        if self.take_keyword("NOT") {
            self.expect_keyword("IN")?;
            return Ok(Operator::NotIn);
        }
        let TokenKind::Operator(sign) = *self.peek() else {
            return Err(self.unexpected());
        };
        self.next += 1;
        Ok(match sign {
            "=" => Operator::Equal,
            "!=" => Operator::NotEqual,
            "<" => Operator::Less,
            "<=" => Operator::LessOrEqual,
            ">" => Operator::Greater,
            _ => Operator::GreaterOrEqual,
        })
    }

    fn list(&mut self) -> Result<Vec<Written<Literal>>, ApiError> {
        self.expect(&TokenKind::Open)?;
        let mut values = vec![self.literal()?];
        while self.peek() == &TokenKind::Comma {
            self.next += 1;
            values.push(self.literal()?);
        }
        self.expect(&TokenKind::Close)?;
        Ok(values)
    }

    fn literal(&mut self) -> Result<Written<Literal>, ApiError> {
        let Token { kind, at } = self.tokens[self.next].clone();
        let what = match kind {
            TokenKind::Text { plain, pattern } => Literal::Text { plain, pattern },
            TokenKind::Literal(text) => number_or_date(text),
            TokenKind::Word(word) if word.eq_ignore_ascii_case("null") => Literal::Null,
            TokenKind::Word(word) if word.eq_ignore_ascii_case("true") => Literal::Bool(true),
            TokenKind::Word(word) if word.eq_ignore_ascii_case("false") => Literal::Bool(false),
            TokenKind::Word(word) if is_relative(&word) => {
                self.take();
                let count = if self.peek() == &TokenKind::Colon {
                    self.next += 1;
                    Some(i32::try_from(self.count()?).map_err(|_| self.unexpected())?)
                } else {
                    None
                };
                let name = word.to_ascii_uppercase();
                return Ok(Written {
                    what: Literal::Relative { name, count },
                    at,
                });
            }
            TokenKind::Word(_)
            | TokenKind::Comma
            | TokenKind::Colon
            | TokenKind::Open
            | TokenKind::Close
            | TokenKind::Operator(_)
            | TokenKind::End => return Err(self.unexpected()),
        };
        self.take();
        Ok(Written { what, at })
    }

    fn orders(&mut self) -> Result<Vec<Order>, ApiError> {
        self.expect_keyword("BY")?;
        let mut orders = Vec::new();
        loop {
            let path = self.word()?;
            let direction = if self.take_keyword("DESC") {
                Direction::Descending
            } else {
                self.take_keyword("ASC");
                Direction::Ascending
            };
            let nulls = if self.take_keyword("NULLS") {
                if self.take_keyword("LAST") {
                    Nulls::Last
                } else {
                    self.expect_keyword("FIRST")?;
                    Nulls::First
                }
            } else {
                Nulls::First
            };
            orders.push(Order {
                path,
                direction,
                nulls,
            });
            if self.peek() != &TokenKind::Comma {
                return Ok(orders);
            }
            self.next += 1;
        }
    }

    fn count(&mut self) -> Result<usize, ApiError> {
        let TokenKind::Literal(text) = self.peek() else {
            return Err(self.unexpected());
        };
        let count = text.parse().map_err(|_| self.unexpected())?;
        self.next += 1;
        Ok(count)
    }
}

fn number_or_date(text: String) -> Literal {
    if text.contains(':') {
        return Literal::Instant(text);
    }
    let dashes = text.bytes().skip(1).filter(|byte| *byte == b'-').count();
    if dashes == 2 {
        Literal::Date(text)
    } else {
        Literal::Number(text)
    }
}

/// Words that cannot be a name where a name is expected.
fn is_reserved(word: &str) -> bool {
    const RESERVED: [&str; 22] = [
        "SELECT", "FROM", "WHERE", "ORDER", "LIMIT", "OFFSET", "GROUP", "HAVING", "AND", "OR",
        "NOT", "LIKE", "IN", "USING", "WITH", "FOR", "NULLS", "TYPEOF", "INCLUDES", "EXCLUDES",
        "ASC", "DESC",
    ];
    RESERVED
        .iter()
        .any(|reserved| reserved.eq_ignore_ascii_case(word))
}

fn is_relative(word: &str) -> bool {
    super::dates::NAMES
        .iter()
        .any(|name| name.eq_ignore_ascii_case(word))
}
