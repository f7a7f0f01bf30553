//! The shape of a query as it was written, before any name is looked up.

use super::functions::{Aggregate, DatePart};

/// Something written at a byte of the query.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Written<T> {
    pub(super) what: T,
    pub(super) at: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Query {
    pub(super) select: Vec<Item>,
    pub(super) from: Written<String>,
    pub(super) alias: Option<String>,
    pub(super) scope: Option<Written<Scope>>,
    pub(super) filter: Option<Condition>,
    pub(super) group: Option<Grouping>,
    pub(super) having: Option<Condition>,
    pub(super) order: Vec<Order>,
    pub(super) limit: Option<usize>,
    pub(super) offset: usize,
}

/// One thing that is selected.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item {
    /// `COUNT()`, always alone.
    CountRows,
    Expression {
        expression: Expression,
        alias: Option<Written<String>>,
    },
    Fields(Written<FieldSet>),
    TypeOf(TypeOf),
    Children(Box<Query>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FieldSet {
    All,
    Standard,
    Custom,
}

/// A field, or a function of one.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    Path(Written<String>),
    Call {
        function: Written<Function>,
        /// As it was written, for messages.
        shown: String,
        argument: Box<Expression>,
    },
}

impl Expression {
    /// Where it begins.
    pub(super) fn at(&self) -> usize {
        match self {
            Self::Path(path) => path.at,
            Self::Call { function, .. } => function.at,
        }
    }

    /// As it was written, without spaces.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Path(path) => path.what.clone(),
            Self::Call {
                shown, argument, ..
            } => format!("{shown}({})", argument.shown()),
        }
    }

    /// Whether something is computed over many rows.
    pub(super) fn is_aggregate(&self) -> bool {
        match self {
            Self::Path(_) => false,
            Self::Call { function, .. } => match function.what {
                Function::Aggregate(_) | Function::Grouping => true,
                Function::Date(_)
                | Function::ToLabel
                | Function::Format
                | Function::ConvertTimezone => false,
            },
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Aggregate(Aggregate),
    Date(DatePart),
    Grouping,
    ToLabel,
    Format,
    ConvertTimezone,
}

/// `TYPEOF path WHEN Object THEN a, b ELSE c END`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TypeOf {
    pub(super) path: Written<String>,
    pub(super) branches: Vec<(Written<String>, Vec<Written<String>>)>,
    pub(super) otherwise: Vec<Written<String>>,
}

/// Whose records are looked through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scope {
    Everything,
    Mine,
    /// One that the vendor knows, but no object of this org offers.
    Other(String),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Grouping {
    pub(super) how: Totals,
    pub(super) by: Vec<Expression>,
}

/// Which totals are computed beside the groups themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Totals {
    None,
    Rollup,
    Cube,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    Test(Test),
}

/// `left operator right`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Test {
    pub(super) left: Expression,
    pub(super) operator: Operator,
    pub(super) right: Right,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Right {
    /// One value, or those of a list.
    Values(Vec<Written<Literal>>),
    /// The rows of another query.
    Query(Box<Query>),
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
    Includes,
    Excludes,
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
    Time(String),
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
    pub(super) expression: Expression,
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
