//! Tokens → syntax, by recursive descent.
//!
//! The depth of the descent is bounded, so that no text can exhaust the stack.

mod condition;
mod select;

use crate::error::ApiError;

use super::lexer::{Token, TokenKind, tokens};
use super::syntax::{
    Direction, Expression, Grouping, Item, Nulls, Order, Query, Scope, Totals, Written,
};
use super::{malformed, pointed};

/// Conditions, functions and subqueries nest this deep at most.
const DEPTH_MAX: usize = 64;

/// An offset beyond this is refused.
const OFFSET_MAX: usize = 2_000;

/// `GROUP BY ROLLUP` and `CUBE` take this many fields at most.
const TOTALS_FIELDS_MAX: usize = 3;

/// The scopes that some object of some org offers, beside the two that are understood.
const OTHER_SCOPES: [&str; 5] = [
    "delegated",
    "mine_and_my_groups",
    "my_territory",
    "my_team_territory",
    "team",
];

pub(super) fn parse(text: &str) -> Result<Query, ApiError> {
    let mut parser = Parser {
        text,
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

struct Parser<'text> {
    text: &'text str,
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> &TokenKind {
        &self.tokens[self.next].kind
    }

    fn peek_second(&self) -> &TokenKind {
        let last = self.tokens.len() - 1;
        &self.tokens[(self.next + 1).min(last)].kind
    }

    fn at(&self) -> usize {
        self.tokens[self.next].at
    }

    fn skip(&mut self) {
        self.next = (self.next + 1).min(self.tokens.len() - 1);
    }

    fn unexpected(&self) -> ApiError {
        if self.peek() == &TokenKind::Colon {
            let words = "Bind variables only allowed in Apex code";
            return pointed("MALFORMED_QUERY", self.text, self.at(), words);
        }
        malformed(format!("unexpected token: '{}'", self.peek().shown()))
    }

    fn is_keyword(&self, keyword: &str) -> bool {
        matches!(self.peek(), TokenKind::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    fn take_keyword(&mut self, keyword: &str) -> bool {
        let found = self.is_keyword(keyword);
        if found {
            self.skip();
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

    fn take(&mut self, kind: &TokenKind) -> bool {
        let found = self.peek() == kind;
        if found {
            self.skip();
        }
        found
    }

    fn expect(&mut self, kind: &TokenKind) -> Result<(), ApiError> {
        if self.take(kind) {
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    /// Runs `read` one level deeper.
    fn deeper<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        if self.depth == DEPTH_MAX {
            return Err(malformed("the query is nested too deeply"));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// A name, or names joined by dots.
    fn word(&mut self) -> Result<Written<String>, ApiError> {
        match self.word_here() {
            Some(word) => {
                self.skip();
                Ok(word)
            }
            None => Err(self.unexpected()),
        }
    }

    fn word_here(&self) -> Option<Written<String>> {
        let TokenKind::Word(word) = self.peek() else {
            return None;
        };
        let is_whole = word.split('.').all(|part| !part.is_empty());
        (is_whole && !is_reserved(word)).then(|| Written {
            what: word.clone(),
            at: self.at(),
        })
    }

    /// A name without dots.
    fn alias(&mut self) -> Option<Written<String>> {
        let alias = self.word_here().filter(|word| !word.what.contains('.'))?;
        self.skip();
        Some(alias)
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
        let alias = self.alias().map(|alias| alias.what);
        let scope = self.scope()?;
        let filter = if self.take_keyword("WHERE") {
            Some(self.condition()?)
        } else {
            None
        };
        self.with()?;
        let group = self.group()?;
        let having = if group.is_some() && self.take_keyword("HAVING") {
            Some(self.condition()?)
        } else {
            None
        };
        if select == [Item::CountRows] && (group.is_some() || self.is_keyword("ORDER")) {
            let words = "COUNT() can be used neither with GROUP BY nor with ORDER BY";
            return Err(malformed(words));
        }
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
        let offset = self.offset()?;
        self.ending()?;
        Ok(Query {
            select,
            from,
            alias,
            scope,
            filter,
            group,
            having,
            order,
            limit,
            offset,
        })
    }

    fn scope(&mut self) -> Result<Option<Written<Scope>>, ApiError> {
        if !self.take_keyword("USING") {
            return Ok(None);
        }
        self.expect_keyword("SCOPE")?;
        let at = self.at();
        let what = if self.take_keyword("everything") {
            Scope::Everything
        } else if self.take_keyword("mine") {
            Scope::Mine
        } else {
            let other = OTHER_SCOPES
                .into_iter()
                .find(|scope| self.take_keyword(scope));
            Scope::Other(other.ok_or_else(|| self.unexpected())?.to_owned())
        };
        Ok(Some(Written { what, at }))
    }

    /// How access is checked changes nothing here: an API call always runs as its user.
    fn with(&mut self) -> Result<(), ApiError> {
        if !self.take_keyword("WITH") {
            return Ok(());
        }
        let known = ["SECURITY_ENFORCED", "USER_MODE", "SYSTEM_MODE"]
            .into_iter()
            .any(|mode| self.take_keyword(mode));
        if known {
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    fn group(&mut self) -> Result<Option<Grouping>, ApiError> {
        if !self.take_keyword("GROUP") {
            return Ok(None);
        }
        self.expect_keyword("BY")?;
        let opens = self.peek_second() == &TokenKind::Open;
        let how = if opens && self.take_keyword("ROLLUP") {
            Totals::Rollup
        } else if opens && self.take_keyword("CUBE") {
            Totals::Cube
        } else {
            Totals::None
        };
        if how == Totals::None {
            let by = self.expressions()?;
            return Ok(Some(Grouping { how, by }));
        }
        self.expect(&TokenKind::Open)?;
        let by = self.expressions()?;
        self.expect(&TokenKind::Close)?;
        if by.len() > TOTALS_FIELDS_MAX {
            let words = "GROUP BY ROLLUP and GROUP BY CUBE take at most 3 fields";
            return Err(malformed(words));
        }
        Ok(Some(Grouping { how, by }))
    }

    fn expressions(&mut self) -> Result<Vec<Expression>, ApiError> {
        let mut list = vec![self.expression()?];
        while self.take(&TokenKind::Comma) {
            list.push(self.expression()?);
        }
        Ok(list)
    }

    fn orders(&mut self) -> Result<Vec<Order>, ApiError> {
        self.expect_keyword("BY")?;
        let mut orders = Vec::new();
        loop {
            let expression = self.expression()?;
            let direction = if self.take_keyword("DESC") {
                Direction::Descending
            } else {
                self.take_keyword("ASC");
                Direction::Ascending
            };
            let nulls = if !self.take_keyword("NULLS") {
                Nulls::First
            } else if self.take_keyword("LAST") {
                Nulls::Last
            } else {
                self.expect_keyword("FIRST")?;
                Nulls::First
            };
            orders.push(Order {
                expression,
                direction,
                nulls,
            });
            if !self.take(&TokenKind::Comma) {
                return Ok(orders);
            }
        }
    }

    fn offset(&mut self) -> Result<usize, ApiError> {
        if !self.take_keyword("OFFSET") {
            return Ok(0);
        }
        let offset = self.count()?;
        if offset > OFFSET_MAX {
            return Err(ApiError::bad_request(
                "NUMBER_OUTSIDE_VALID_RANGE",
                "Maximum SOQL offset allowed is 2000",
            ));
        }
        Ok(offset)
    }

    /// Marking rows as viewed, or locking them for a transaction that ends with the call, cannot
    /// be noticed by a client.
    fn ending(&mut self) -> Result<(), ApiError> {
        while self.take_keyword("FOR") {
            let known = ["VIEW", "REFERENCE", "UPDATE"]
                .into_iter()
                .any(|purpose| self.take_keyword(purpose));
            if !known {
                return Err(self.unexpected());
            }
        }
        if self.is_keyword("ALL") {
            let at = self.at();
            self.skip();
            self.expect_keyword("ROWS")?;
            let words = "ALL ROWS not allowed in this context";
            return Err(pointed("MALFORMED_QUERY", self.text, at, words));
        }
        Ok(())
    }

    fn count(&mut self) -> Result<usize, ApiError> {
        let TokenKind::Number(text) = self.peek() else {
            return Err(self.unexpected());
        };
        let count = text.parse().map_err(|_| self.unexpected())?;
        self.skip();
        Ok(count)
    }
}

/// Words that cannot be a name where a name is expected.
fn is_reserved(word: &str) -> bool {
    const RESERVED: [&str; 24] = [
        "SELECT", "FROM", "WHERE", "ORDER", "LIMIT", "OFFSET", "GROUP", "HAVING", "AND", "OR",
        "NOT", "LIKE", "IN", "USING", "WITH", "FOR", "NULLS", "TYPEOF", "INCLUDES", "EXCLUDES",
        "ASC", "DESC", "ALL", "UPDATE",
    ];
    RESERVED
        .iter()
        .any(|reserved| reserved.eq_ignore_ascii_case(word))
}
