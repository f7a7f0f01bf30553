//! The shape of a query as it was written, before any name is looked up.

/// Something written at a byte of the query.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Written<T> {
    pub(super) what: T,
    pub(super) at: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Query {
    pub(super) select: Select,
    pub(super) from: Written<String>,
    pub(super) alias: Option<String>,
    pub(super) filter: Option<Condition>,
    pub(super) order: Vec<Order>,
    pub(super) limit: Option<usize>,
    pub(super) offset: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Select {
    /// `COUNT()`.
    Count,
    Paths(Vec<Written<String>>),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Test(Test),
}

/// `path operator value`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Test {
    pub(super) path: Written<String>,
    pub(super) operator: Operator,
    pub(super) values: Vec<Written<Literal>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Like,
    In,
    NotIn,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    Text {
        plain: String,
        pattern: String,
    },
    Number(String),
    Date(String),
    Instant(String),
    Bool(bool),
    Null,
    /// `TODAY`, or `LAST_N_DAYS:30`.
    Relative {
        name: String,
        count: Option<i32>,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Order {
    pub(super) path: Written<String>,
    pub(super) direction: Direction,
    pub(super) nulls: Nulls,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    Ascending,
    Descending,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nulls {
    First,
    Last,
}
