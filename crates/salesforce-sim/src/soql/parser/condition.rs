//! WHERE and HAVING: conditions, and the values that fields are compared with.

use crate::error::ApiError;

use super::super::lexer::{TokenKind, invalid_escape};
use super::super::syntax::{Condition, Literal, Operator, Right, Test, Written};
use super::super::{dates, malformed};
use super::Parser;

impl Parser<'_> {
    /// One level of AND or of OR. Both at one level is refused: parentheses are needed.
    pub(super) fn condition(&mut self) -> Result<Condition, ApiError> {
        self.deeper(|parser| {
            let first = parser.term()?;
            let joined = if parser.is_keyword("AND") {
                Condition::All(parser.joined(first, "AND")?)
            } else if parser.is_keyword("OR") {
                Condition::Any(parser.joined(first, "OR")?)
            } else {
                first
            };
            if parser.is_keyword("AND") || parser.is_keyword("OR") {
                return Err(parser.unexpected());
            }
            Ok(joined)
        })
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
            let negated = self.deeper(Self::term)?;
            return Ok(Condition::Not(Box::new(negated)));
        }
        if self.take(&TokenKind::Open) {
            let inner = self.condition()?;
            self.expect(&TokenKind::Close)?;
            return Ok(inner);
        }
        self.test().map(Condition::Test)
    }

    fn test(&mut self) -> Result<Test, ApiError> {
        let left = self.expression()?;
        let operator = self.operator()?;
        let right = match operator {
            Operator::In | Operator::NotIn => self.list_or_query()?,
            Operator::Includes | Operator::Excludes => {
                self.expect(&TokenKind::Open)?;
                Right::Values(self.list()?)
            }
            Operator::Like => Right::Values(vec![self.literal(Wildcards::Escapable)?]),
            Operator::Equal
            | Operator::NotEqual
            | Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual => Right::Values(vec![self.literal(Wildcards::Plain)?]),
        };
        Ok(Test {
            left,
            operator,
            right,
        })
    }

    fn operator(&mut self) -> Result<Operator, ApiError> {
        for (keyword, operator) in [
            ("LIKE", Operator::Like),
            ("IN", Operator::In),
            ("INCLUDES", Operator::Includes),
            ("EXCLUDES", Operator::Excludes),
        ] {
            if self.take_keyword(keyword) {
                return Ok(operator);
            }
        }
        if self.take_keyword("NOT") {
            self.expect_keyword("IN")?;
            return Ok(Operator::NotIn);
        }
        let TokenKind::Operator(sign) = *self.peek() else {
            return Err(self.unexpected());
        };
        self.skip();
        Ok(match sign {
            "=" => Operator::Equal,
            "!=" => Operator::NotEqual,
            "<" => Operator::Less,
            "<=" => Operator::LessOrEqual,
            ">" => Operator::Greater,
            _ => Operator::GreaterOrEqual,
        })
    }

    fn list_or_query(&mut self) -> Result<Right, ApiError> {
        self.expect(&TokenKind::Open)?;
        if self.is_keyword("SELECT") {
            let query = self.deeper(Self::query)?;
            self.expect(&TokenKind::Close)?;
            return Ok(Right::Query(Box::new(query)));
        }
        Ok(Right::Values(self.list()?))
    }

    /// The values of a list, and the parenthesis that ends it.
    fn list(&mut self) -> Result<Vec<Written<Literal>>, ApiError> {
        let mut values = vec![self.literal(Wildcards::Plain)?];
        while self.take(&TokenKind::Comma) {
            values.push(self.literal(Wildcards::Plain)?);
        }
        self.expect(&TokenKind::Close)?;
        Ok(values)
    }

    fn literal(&mut self, wildcards: Wildcards) -> Result<Written<Literal>, ApiError> {
        let at = self.at();
        let what = match self.peek().clone() {
            TokenKind::Text {
                plain,
                pattern,
                escapes_wildcard,
            } => match (escapes_wildcard, wildcards) {
                (Some(wildcard), Wildcards::Plain) => return Err(invalid_escape(wildcard)),
                (Some(_) | None, _) => Literal::Text { plain, pattern },
            },
            TokenKind::Number(text) => Literal::Number(text),
            TokenKind::Date(text) => Literal::Date(text),
            TokenKind::Instant(text) => Literal::Instant(text),
            TokenKind::Time(text) => Literal::Time(text),
            TokenKind::Word(word) => match word.to_ascii_lowercase().as_str() {
                "null" => Literal::Null,
                "true" => Literal::Bool(true),
                "false" => Literal::Bool(false),
                _ => return self.relative(word.to_ascii_uppercase()),
            },
            TokenKind::Comma
            | TokenKind::Colon
            | TokenKind::Open
            | TokenKind::Close
            | TokenKind::Operator(_)
            | TokenKind::End => return Err(self.unexpected()),
        };
        self.skip();
        Ok(Written { what, at })
    }

    /// `TODAY`, or `LAST_N_DAYS:30`.
    fn relative(&mut self, name: String) -> Result<Written<Literal>, ApiError> {
        if !dates::is_name(&name) {
            return Err(self.unexpected());
        }
        let at = self.at();
        self.skip();
        let count = if self.take(&TokenKind::Colon) {
            let count = i32::try_from(self.count()?);
            Some(count.map_err(|_| malformed(format!("invalid date literal: {name}")))?)
        } else {
            None
        };
        Ok(Written {
            what: Literal::Relative { name, count },
            at,
        })
    }
}

/// Whether `\%` and `\_` mean something in a text.
#[derive(Clone, Copy)]
enum Wildcards {
    Escapable,
    Plain,
}
