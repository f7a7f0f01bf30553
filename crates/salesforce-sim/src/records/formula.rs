//! Formulas of validation rules: a small part of the vendor's language, with its names and its
//! refusals.
//!
//! A [`Formula`] is parsed when it is read, and checked against the object it is for when it is
//! set, so evaluating one cannot fail. It knows one record and its former version; it never reads
//! another record, so it names no fields of parents. A blank is equal to the empty text, and no
//! order holds with it.

mod check;
mod evaluate;
mod parse;

use serde::{Deserialize, Serialize};

use crate::value::Value;

pub(super) use evaluate::Saved;

/// A formula that was understood.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Formula {
    text: String,
    root: Node,
}

/// The text is no formula, or none for that object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FormulaError(String);

#[derive(Debug, Clone)]
enum Node {
    Constant(Value),
    Field(String),
    Call(Function, Vec<Node>),
    Operation(Operator, Box<Node>, Box<Node>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Or,
    And,
    Equal,
    Differs,
    Less,
    AtMost,
    Greater,
    AtLeast,
    Join,
    Plus,
    Minus,
    Times,
    Over,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Function {
    And,
    Begins,
    Contains,
    If,
    Includes,
    IsBlank,
    IsChanged,
    IsNew,
    IsPickVal,
    Len,
    Lower,
    Not,
    Now,
    Or,
    PriorValue,
    Text,
    Today,
    Trim,
    Upper,
}

/// How many arguments a function takes at most where it takes any number.
const MANY: usize = usize::MAX;

impl Function {
    const ALL: [(&'static str, Self, usize, usize); 20] = [
        ("AND", Self::And, 1, MANY),
        ("BEGINS", Self::Begins, 2, 2),
        ("CONTAINS", Self::Contains, 2, 2),
        ("IF", Self::If, 3, 3),
        ("INCLUDES", Self::Includes, 2, 2),
        ("ISBLANK", Self::IsBlank, 1, 1),
        ("ISCHANGED", Self::IsChanged, 1, 1),
        ("ISNEW", Self::IsNew, 0, 0),
        ("ISNULL", Self::IsBlank, 1, 1),
        ("ISPICKVAL", Self::IsPickVal, 2, 2),
        ("LEN", Self::Len, 1, 1),
        ("LOWER", Self::Lower, 1, 1),
        ("NOT", Self::Not, 1, 1),
        ("NOW", Self::Now, 0, 0),
        ("OR", Self::Or, 1, MANY),
        ("PRIORVALUE", Self::PriorValue, 1, 1),
        ("TEXT", Self::Text, 1, 1),
        ("TODAY", Self::Today, 0, 0),
        ("TRIM", Self::Trim, 1, 1),
        ("UPPER", Self::Upper, 1, 1),
    ];

    fn name(self) -> &'static str {
        let known = Self::ALL
            .iter()
            .find(|(_, function, _, _)| *function == self);
        known.map_or("", |(name, _, _, _)| name)
    }
}

impl Formula {
    /// Reads a formula.
    pub fn parse(text: &str) -> Result<Self, FormulaError> {
        let root = parse::parse(text)?;
        Ok(Self {
            text: text.to_owned(),
            root,
        })
    }
}

impl PartialEq for Formula {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Formula {}

impl From<Formula> for String {
    fn from(formula: Formula) -> Self {
        formula.text
    }
}

impl TryFrom<String> for Formula {
    type Error = FormulaError;

    fn try_from(text: String) -> Result<Self, FormulaError> {
        Self::parse(&text)
    }
}

#[cfg(test)]
mod tests;
