//! Functions over a single value, with the field they read.

use crate::error::ApiError;
use crate::schema::{Field, Kind};

use super::super::class::Class;
use super::super::functions::{DatePart, Format, Scalar};
use super::super::syntax::{Expression, Function};
use super::Binder;
use super::path::Found;

impl<'query> Binder<'query> {
    /// A field, or a function of one that needs no other rows.
    pub(super) fn scalar(&mut self, expression: &Expression) -> Result<Found<'query>, ApiError> {
        let (function, argument) = match expression {
            Expression::Path(path) => return self.find(path),
            Expression::Call {
                function, argument, ..
            } => (function, argument),
        };
        let mut argument = &**argument;
        if let (
            Function::Date(_),
            Expression::Call {
                function: zone,
                argument: inner,
                ..
            },
        ) = (function.what, argument)
            && zone.what == Function::ConvertTimezone
        {
            argument = inner;
        }
        let Expression::Path(path) = argument else {
            return Err(self.misused(expression));
        };
        let mut found = self.find(path)?;
        let Some(field) = found.field else {
            return Err(self.misused(expression));
        };
        found.column.function = Some(match function.what {
            Function::Date(part) if fits(part, field) => Scalar::Part(part, self.asked.fiscal),
            Function::ToLabel if has_labels(field) => Scalar::Label(labels(field)),
            Function::Format => Scalar::Format(format(field)),
            Function::Date(_)
            | Function::ToLabel
            | Function::ConvertTimezone
            | Function::Aggregate(_)
            | Function::Grouping => return Err(self.misused(expression)),
        });
        Ok(found)
    }

    /// The function does not take what it was given. The words are this world's.
    pub(super) fn misused(&self, expression: &Expression) -> ApiError {
        let message = format!("invalid use of a function: {}", expression.shown());
        self.pointed("MALFORMED_QUERY", expression.at(), &message)
    }

    /// Something stands outside of a group that is neither what the rows are grouped by nor
    /// computed over them.
    pub(super) fn ungrouped(&self, expression: &Expression) -> ApiError {
        let message = format!(
            "Field must be grouped or aggregated: {}",
            expression.shown()
        );
        self.pointed("MALFORMED_QUERY", expression.at(), &message)
    }
}

/// Whether a part of a date is asked for, which only groups can be.
pub(super) fn is_part_of_date(found: &Found<'_>) -> bool {
    matches!(found.column.function, Some(Scalar::Part(..)))
}

/// How what a function returns is compared; that of the field itself without a function.
pub(super) fn class_of(found: &Found<'_>) -> Class {
    match (&found.column.function, found.field) {
        (Some(Scalar::Part(DatePart::DayOnly, _)), _) => Class::Date,
        (Some(Scalar::Part(..)), _) => Class::Int,
        (Some(Scalar::Label(_) | Scalar::Format(_)), _) | (None, None) => Class::Text,
        (None, Some(field)) => Class::of(field.kind),
    }
}

fn fits(part: DatePart, field: &Field) -> bool {
    match Class::of(field.kind) {
        Class::Instant => true,
        Class::Date => !part.needs_instant(),
        Class::Id
        | Class::Text
        | Class::MultiSelect
        | Class::Bool
        | Class::Int
        | Class::Double
        | Class::Compound => false,
    }
}

fn has_labels(field: &Field) -> bool {
    matches!(
        field.kind,
        Kind::Picklist | Kind::MultiPicklist | Kind::Combobox
    )
}

fn labels(field: &Field) -> Vec<(String, String)> {
    field
        .picklist
        .iter()
        .filter(|choice| choice.label != choice.value)
        .map(|choice| (choice.value.to_string(), choice.label.to_string()))
        .collect()
}

fn format(field: &Field) -> Format {
    let scale = field.scale;
    match field.kind {
        Kind::Currency => Format::Currency { scale },
        Kind::Percent => Format::Percent { scale },
        Kind::Int | Kind::Double => Format::Number { scale },
        Kind::Date => Format::Day,
        Kind::Instant => Format::Instant,
        Kind::Id
        | Kind::Reference
        | Kind::Text
        | Kind::TextArea
        | Kind::Phone
        | Kind::Email
        | Kind::Url
        | Kind::Picklist
        | Kind::MultiPicklist
        | Kind::Combobox
        | Kind::Bool
        | Kind::Address => Format::Plain,
    }
}
