//! Which rows are looked at, and in which order they come.

use std::ops::RangeInclusive;

use crate::schema::Source;
use crate::table::Table;
use crate::value::Value;

use super::super::bind::OrderBy;
use super::super::predicate::{Check, Column, Predicate, Reads};
use super::super::syntax::{Direction, Operator};
use super::Search;
use super::span::Span;

/// How the rows are found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Approach {
    /// At these places, in order; the field whose index knew them.
    Places(Vec<usize>, usize),
    /// In this part of the index by stamp.
    Stamps(Direction),
    /// All from the first place to the last.
    Scan,
}

impl<'world> Search<'world> {
    pub(super) fn candidates(&self) -> Box<dyn Iterator<Item = usize> + 'world> {
        let table = self.table();
        let (approach, span) = self.chosen();
        match approach {
            Approach::Places(places, _) => Box::new(places.into_iter()),
            Approach::Stamps(Direction::Ascending) => table.between(span.from, span.to),
            Approach::Stamps(Direction::Descending) => {
                Box::new(table.between(span.from, span.to).rev())
            }
            Approach::Scan => {
                let places = self
                    .filter
                    .as_ref()
                    .map_or(EVERYWHERE, |filter| self.places(filter));
                let last = table
                    .places()
                    .min(to_usize(*places.end()).saturating_add(1));
                Box::new(to_usize(*places.start())..last)
            }
        }
    }

    /// How rows are found, and how many of them have to be looked at.
    pub(super) fn approach(&self) -> (Approach, usize) {
        let (approach, _) = self.chosen();
        let count = self.candidates().count();
        (approach, count)
    }

    /// Whether candidates come in the order that is asked for, or any order will do.
    pub(super) fn comes_in_order(&self) -> bool {
        match self.chosen().0 {
            Approach::Places(..) | Approach::Scan => self.by_id(),
            Approach::Stamps(_) => self.by_stamp().is_some(),
        }
    }

    fn chosen(&self) -> (Approach, Span) {
        let table = self.table();
        let by_stamp = self.by_stamp();
        let direction = by_stamp.unwrap_or(Direction::Ascending);
        let Some(filter) = self.filter.as_deref() else {
            let approach = if by_stamp.is_some() {
                Approach::Stamps(direction)
            } else {
                Approach::Scan
            };
            return (approach, Span::ALL);
        };
        let span = self.span(filter);
        let exact = self.exact_places(filter, usize::MAX);
        match exact {
            Some((places, field)) => {
                let fewer = span != Span::ALL
                    && table.between(span.from, span.to).take(places.len()).count() < places.len();
                if fewer {
                    (Approach::Stamps(direction), span)
                } else {
                    (Approach::Places(places, field), span)
                }
            }
            None if span != Span::ALL || by_stamp.is_some() => (Approach::Stamps(direction), span),
            None => (Approach::Scan, span),
        }
    }

    fn table(&self) -> &'world Table {
        self.records.tables.of(self.plan.object)
    }

    /// The only places at which `predicate` can hold, if an index knows them and they are fewer
    /// than `most`, with the field of that index.
    fn exact_places(
        &self,
        predicate: &Predicate<Column>,
        most: usize,
    ) -> Option<(Vec<usize>, usize)> {
        match predicate {
            Predicate::All(parts) => {
                let mut best: Option<(Vec<usize>, usize)> = None;
                for part in parts {
                    let most = best.as_ref().map_or(most, |(places, _)| places.len());
                    best = self.exact_places(part, most).or(best);
                }
                best
            }
            Predicate::Any(parts) => {
                let mut all = Vec::new();
                let mut field = 0;
                for part in parts {
                    let (places, of) = self.exact_places(part, most)?;
                    all.extend(places);
                    field = of;
                }
                Some((in_order(all), field))
            }
            Predicate::Not(_) => None,
            Predicate::Test(column, check) => {
                let field = self.own_field(column)?;
                Some((self.places_of(field, check, most)?, field))
            }
        }
    }

    fn places_of(&self, field: usize, check: &Check, most: usize) -> Option<Vec<usize>> {
        let table = self.table();
        let is_id = self.source_of(field) == Source::Id;
        let exact: Vec<Value>;
        let values = match check {
            Check::Compare(Operator::Equal, value) => std::slice::from_ref(value),
            Check::OneOf(values) => values,
            Check::Exactly(texts) => {
                exact = texts.iter().map(|text| Value::text(text.clone())).collect();
                &exact
            }
            Check::Compare(..)
            | Check::Within(..)
            | Check::Like(_)
            | Check::Includes(_)
            | Check::Joined(_) => return None,
        };
        if values.iter().any(Value::is_null) {
            return None;
        }
        if is_id {
            let ids = values.iter().filter_map(Value::as_id);
            return Some(in_order(ids.filter_map(|id| table.place(id)).collect()));
        }
        if !table.is_indexed(field) {
            return None;
        }
        let places = values.iter().flat_map(|value| table.equal_to(field, value));
        let places: Vec<usize> = places.take(most).collect();
        (places.len() < most).then(|| in_order(places))
    }

    fn span(&self, predicate: &Predicate<Column>) -> Span {
        match predicate {
            Predicate::All(parts) => {
                let spans = parts.iter().map(|part| self.span(part));
                let places = self.places(predicate);
                spans.fold(Span::ALL, Span::and).at_places(&places)
            }
            Predicate::Any(parts) => {
                let spans = parts.iter().map(|part| self.span(part));
                spans.reduce(Span::or).unwrap_or(Span::ALL)
            }
            Predicate::Not(_) => Span::ALL,
            Predicate::Test(column, check) => {
                let own = self.own_field(column).map(|field| self.source_of(field));
                if own == Some(Source::SystemModstamp) {
                    Span::of(check)
                } else {
                    Span::ALL
                }
            }
        }
    }

    /// The places between which `predicate` can hold, as far as comparisons of the id say.
    fn places(&self, predicate: &Predicate<Column>) -> RangeInclusive<u32> {
        match predicate {
            Predicate::All(parts) => parts
                .iter()
                .map(|part| self.places(part))
                .fold(EVERYWHERE, |all, part| {
                    *all.start().max(part.start())..=*all.end().min(part.end())
                }),
            Predicate::Test(column, Check::Compare(operator, Value::Id(id))) => {
                let is_id =
                    self.own_field(column).map(|field| self.source_of(field)) == Some(Source::Id);
                let place = self.table().place(*id).filter(|_| is_id);
                let Some(place) = place.and_then(|place| u32::try_from(place).ok()) else {
                    return EVERYWHERE;
                };
                match operator {
                    Operator::Equal => place..=place,
                    Operator::Greater | Operator::GreaterOrEqual => place..=u32::MAX,
                    Operator::Less | Operator::LessOrEqual => 0..=place,
                    Operator::NotEqual
                    | Operator::Like
                    | Operator::In
                    | Operator::NotIn
                    | Operator::Includes
                    | Operator::Excludes => EVERYWHERE,
                }
            }
            Predicate::Any(_) | Predicate::Not(_) | Predicate::Test(..) => EVERYWHERE,
        }
    }

    /// The place of the field, if the column reads the record itself and nothing is done to it.
    fn own_field(&self, column: &Column) -> Option<usize> {
        match &column.reads {
            Reads::Field(places) if column.source == 0 && column.function.is_none() => places
                .iter()
                .find(|(of, _)| *of == self.plan.object)
                .map(|(_, place)| *place),
            Reads::Field(_) | Reads::ObjectName => None,
        }
    }

    fn source_of(&self, field: usize) -> Source {
        self.records.schema.of(self.plan.object).fields[field].source
    }

    fn keys(&self) -> Vec<(Option<Source>, Direction)> {
        let key = |order: &OrderBy<Column>| {
            let field = self.own_field(&order.column);
            (field.map(|field| self.source_of(field)), order.direction)
        };
        self.plan.order.iter().map(key).collect()
    }

    /// Whether the order of ids is what is asked for. Rows without an asked order come by id.
    fn by_id(&self) -> bool {
        matches!(
            self.keys().as_slice(),
            [] | [(Some(Source::Id), Direction::Ascending), ..]
        )
    }

    /// The direction in which the index by stamp gives what is asked for. Neither stamp nor id is
    /// ever empty, so where nothing goes does not matter.
    fn by_stamp(&self) -> Option<Direction> {
        match self.keys().as_slice() {
            [(Some(Source::SystemModstamp), direction)] => Some(*direction),
            [
                (Some(Source::SystemModstamp), direction),
                (Some(Source::Id), same),
                ..,
            ] if direction == same => Some(*direction),
            _ => None,
        }
    }
}

const EVERYWHERE: RangeInclusive<u32> = 0..=u32::MAX;

fn to_usize(place: u32) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}

fn in_order(mut places: Vec<usize>) -> Vec<usize> {
    places.sort_unstable();
    places.dedup();
    places
}
