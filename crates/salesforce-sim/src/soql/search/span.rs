//! The part of the index by `SystemModstamp`, then id, outside of which a filter cannot hold.

use std::ops::RangeInclusive;

use crate::value::Value;

use super::super::predicate::Check;
use super::super::syntax::Operator;

/// From one (second, place) to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: (i64, u32),
    pub(super) to: (i64, u32),
}

impl Span {
    pub(super) const ALL: Self = Self {
        from: (i64::MIN, 0),
        to: (i64::MAX, u32::MAX),
    };

    const NONE: Self = Self {
        from: Self::ALL.to,
        to: Self::ALL.from,
    };

    fn seconds(from: i64, to: i64) -> Self {
        Self {
            from: (from, 0),
            to: (to, u32::MAX),
        }
    }

    /// Where both hold.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            from: self.from.max(other.from),
            to: self.to.min(other.to),
        }
    }

    /// Where either holds, and what lies between.
    pub(super) fn or(self, other: Self) -> Self {
        if self.is_empty() {
            return other;
        }
        if other.is_empty() {
            return self;
        }
        Self {
            from: self.from.min(other.from),
            to: self.to.max(other.to),
        }
    }

    pub(super) fn is_empty(self) -> bool {
        self.from > self.to
    }

    /// Within one second, the places narrow the span; over several they say nothing.
    pub(super) fn at_places(self, places: &RangeInclusive<u32>) -> Self {
        if self.from.0 != self.to.0 {
            return self;
        }
        self.and(Self {
            from: (self.from.0, *places.start()),
            to: (self.to.0, *places.end()),
        })
    }

    /// Where the stamp of a row, which has no fraction, passes the check.
    pub(super) fn of(check: &Check) -> Self {
        let instant = |value: &Value| {
            if let Value::Instant(at) = value {
                Some(at.as_millis())
            } else {
                None
            }
        };
        match check {
            Check::Compare(operator, value) => match instant(value) {
                Some(at) => Self::compared(*operator, at),
                None => Self::ALL,
            },
            Check::Within(from, to) => match (instant(from), instant(to)) {
                (Some(from), Some(to)) => Self::compared(Operator::GreaterOrEqual, from)
                    .and(Self::compared(Operator::Less, to)),
                (_, _) => Self::ALL,
            },
            Check::OneOf(values) => values
                .iter()
                .map(|value| match instant(value) {
                    Some(at) => Self::compared(Operator::Equal, at),
                    None => Self::ALL,
                })
                .fold(Self::NONE, Self::or),
            Check::Exactly(_) | Check::Like(_) | Check::Includes(_) | Check::Joined(_) => Self::ALL,
        }
    }

    fn compared(operator: Operator, millis: i64) -> Self {
        let floor = millis.div_euclid(1_000);
        let is_whole = millis.rem_euclid(1_000) == 0;
        let ceiling = if is_whole { floor } else { floor + 1 };
        match operator {
            Operator::Equal if is_whole => Self::seconds(floor, floor),
            Operator::Equal => Self::NONE,
            Operator::Less => Self::seconds(i64::MIN, ceiling - 1),
            Operator::LessOrEqual => Self::seconds(i64::MIN, floor),
            Operator::Greater => Self::seconds(floor + 1, i64::MAX),
            Operator::GreaterOrEqual => Self::seconds(ceiling, i64::MAX),
            Operator::NotEqual
            | Operator::Like
            | Operator::In
            | Operator::NotIn
            | Operator::Includes
            | Operator::Excludes => Self::ALL,
        }
    }
}
