//! What follows SELECT: fields, functions, sets of fields, TYPEOF, subqueries.

use crate::error::ApiError;

use super::super::functions::{Aggregate, DatePart};
use super::super::lexer::TokenKind;
use super::super::syntax::{Expression, FieldSet, Function, Item, TypeOf, Written};
use super::Parser;

impl Parser<'_> {
    pub(super) fn select(&mut self) -> Result<Vec<Item>, ApiError> {
        if self.is_keyword("COUNT") && self.counts_rows() {
            return Ok(vec![Item::CountRows]);
        }
        let mut items = vec![self.item()?];
        while self.take(&TokenKind::Comma) {
            items.push(self.item()?);
        }
        Ok(items)
    }

    /// Takes `COUNT()`, if that is what comes.
    fn counts_rows(&mut self) -> bool {
        let ahead = self.tokens.get(self.next + 1..self.next + 3);
        let empty = ahead.is_some_and(|ahead| {
            ahead[0].kind == TokenKind::Open && ahead[1].kind == TokenKind::Close
        });
        if empty {
            self.next += 3;
        }
        empty
    }

    fn item(&mut self) -> Result<Item, ApiError> {
        if self.take(&TokenKind::Open) {
            let query = self.deeper(Self::query)?;
            self.expect(&TokenKind::Close)?;
            return Ok(Item::Children(Box::new(query)));
        }
        if self.take_keyword("TYPEOF") {
            return Ok(Item::TypeOf(self.type_of()?));
        }
        if self.is_keyword("FIELDS") && self.peek_second() == &TokenKind::Open {
            return Ok(Item::Fields(self.field_set()?));
        }
        let expression = self.expression()?;
        // What is no alias, such as a misspelled FROM, is the token that was not expected.
        let is_last = match self.peek_second() {
            TokenKind::Word(word) => word.eq_ignore_ascii_case("FROM"),
            second => *second == TokenKind::Comma,
        };
        let alias = if is_last { self.alias() } else { None };
        Ok(Item::Expression { expression, alias })
    }

    fn field_set(&mut self) -> Result<Written<FieldSet>, ApiError> {
        let at = self.at();
        self.skip();
        self.expect(&TokenKind::Open)?;
        let what = if self.take_keyword("ALL") {
            FieldSet::All
        } else if self.take_keyword("STANDARD") {
            FieldSet::Standard
        } else {
            self.expect_keyword("CUSTOM")?;
            FieldSet::Custom
        };
        self.expect(&TokenKind::Close)?;
        Ok(Written { what, at })
    }

    fn type_of(&mut self) -> Result<TypeOf, ApiError> {
        let path = self.word()?;
        let mut branches = Vec::new();
        while self.take_keyword("WHEN") {
            let object = self.object_name()?;
            self.expect_keyword("THEN")?;
            branches.push((object, self.paths()?));
        }
        if branches.is_empty() {
            return Err(self.unexpected());
        }
        let otherwise = if self.take_keyword("ELSE") {
            self.paths()?
        } else {
            Vec::new()
        };
        self.expect_keyword("END")?;
        Ok(TypeOf {
            path,
            branches,
            otherwise,
        })
    }

    fn paths(&mut self) -> Result<Vec<Written<String>>, ApiError> {
        let mut paths = vec![self.word()?];
        while self.take(&TokenKind::Comma) {
            paths.push(self.word()?);
        }
        Ok(paths)
    }

    /// A field, or a function of one.
    pub(super) fn expression(&mut self) -> Result<Expression, ApiError> {
        let name = self.word()?;
        if self.peek() != &TokenKind::Open {
            return Ok(Expression::Path(name));
        }
        let Some(what) = function(&name.what) else {
            return Err(self.unexpected());
        };
        self.skip();
        let argument = self.deeper(Self::expression)?;
        self.expect(&TokenKind::Close)?;
        Ok(Expression::Call {
            function: Written { what, at: name.at },
            shown: name.what,
            argument: Box::new(argument),
        })
    }
}

/// The function of that name. `DISTANCE`, `GEOLOCATION` and, in an org with one currency,
/// `convertCurrency` are refused like a name that no function has.
fn function(name: &str) -> Option<Function> {
    let is = |known: &str| known.eq_ignore_ascii_case(name);
    if let Some(aggregate) = Aggregate::named(name) {
        return Some(Function::Aggregate(aggregate));
    }
    if let Some(part) = DatePart::named(name) {
        return Some(Function::Date(part));
    }
    if is("toLabel") {
        Some(Function::ToLabel)
    } else if is("FORMAT") {
        Some(Function::Format)
    } else if is("convertTimezone") {
        Some(Function::ConvertTimezone)
    } else if is("GROUPING") {
        Some(Function::Grouping)
    } else {
        None
    }
}
