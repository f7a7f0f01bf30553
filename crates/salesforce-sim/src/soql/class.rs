//! What queries tell apart among the kinds of fields, and how messages call it.

use crate::schema::Kind;

use super::functions::Aggregate;
use super::syntax::Operator;

/// How a field's values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Id,
    Text,
    MultiSelect,
    Bool,
    Int,
    Double,
    Date,
    Instant,
    Compound,
}

impl Class {
    pub(super) fn of(kind: Kind) -> Self {
        match kind {
            Kind::Id | Kind::Reference => Self::Id,
            Kind::Text
            | Kind::TextArea
            | Kind::Phone
            | Kind::Email
            | Kind::Url
            | Kind::Picklist
            | Kind::Combobox => Self::Text,
            Kind::MultiPicklist => Self::MultiSelect,
            Kind::Bool => Self::Bool,
            Kind::Int => Self::Int,
            Kind::Double | Kind::Currency | Kind::Percent => Self::Double,
            Kind::Date => Self::Date,
            Kind::Instant => Self::Instant,
            Kind::Address => Self::Compound,
        }
    }

    /// Whether values of this class can be compared so.
    pub(super) fn allows(self, operator: Operator) -> bool {
        match operator {
            Operator::Like => self == Self::Text,
            Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual => !matches!(self, Self::Bool | Self::MultiSelect),
            Operator::Equal | Operator::NotEqual | Operator::In | Operator::NotIn => true,
            Operator::Includes | Operator::Excludes => self == Self::MultiSelect,
        }
    }

    /// Whether that function can be computed over values of this class.
    pub(super) fn allows_aggregate(self, function: Aggregate) -> bool {
        match function {
            Aggregate::Count | Aggregate::CountDistinct | Aggregate::Min | Aggregate::Max => true,
            Aggregate::Sum | Aggregate::Avg => matches!(self, Self::Int | Self::Double),
        }
    }

    /// As messages about operators call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Text | Self::Compound => "string",
            Self::MultiSelect => "multipicklist",
            Self::Bool => "boolean",
            Self::Int => "int",
            Self::Double => "double",
            Self::Date => "date",
            Self::Instant => "dateTime",
        }
    }

    /// As messages about values say what was wanted.
    pub(super) fn wanted(self) -> &'static str {
        match self {
            Self::Bool => "boolean and should not be enclosed in quotes",
            Self::Int => "int and should not be enclosed in quotes",
            Self::Double => "double and should not be enclosed in quotes",
            Self::Date => "date and should not be enclosed in quotes",
            Self::Instant => "dateTime and should not be enclosed in quotes",
            Self::Id | Self::Text | Self::MultiSelect | Self::Compound => {
                "string and should be enclosed in quotes"
            }
        }
    }
}
