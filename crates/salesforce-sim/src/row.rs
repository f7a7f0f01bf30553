//! One record, compact: the columns every object has, and a sorted list of the fields that hold
//! something. A row is immutable behind its `Arc`; a write replaces it, so that a bulk job or a
//! late commit keeps the version it saw.

use std::borrow::Cow;

use model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::RecordId;
use crate::schema::{Kind, Meaning, Object, ObjectSchema, Source, Stage, forecast_key};
use crate::value::Value;

/// A record at one instant.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) id: RecordId,
    pub(crate) created_by: RecordId,
    pub(crate) modified_by: RecordId,
    pub(crate) created_at: Timestamp,
    pub(crate) modified_at: Timestamp,
    pub(crate) stamp: Timestamp,
    pub(crate) is_deleted: bool,
    /// Follows from the seed alone, so that a save may leave it out.
    #[serde(skip)]
    pub(crate) is_seeded: bool,
    values: Vec<(u16, Value)>,
}

static NULL: Value = Value::Null;

impl Row {
    /// An empty row, written by `by` at `at`.
    pub(crate) fn new(id: RecordId, by: RecordId, at: Timestamp) -> Self {
        let at = at.truncated_to_second();
        Self {
            id,
            created_by: by,
            modified_by: by,
            created_at: at,
            modified_at: at,
            stamp: at,
            is_deleted: false,
            is_seeded: false,
            values: Vec::new(),
        }
    }

    pub(crate) fn object(&self) -> Object {
        Object::with_prefix(self.id.prefix()).expect("only ids of known objects are given out")
    }

    /// Marks the row as written by `by` at `at`.
    pub(crate) fn touch(&mut self, by: RecordId, at: Timestamp) {
        let at = at.truncated_to_second();
        self.modified_by = by;
        self.modified_at = at;
        self.stamp = at;
        self.is_seeded = false;
    }

    /// What is stored under the field at `place`.
    pub(crate) fn stored(&self, place: usize) -> &Value {
        match self
            .values
            .binary_search_by_key(&slot(place), |(slot, _)| *slot)
        {
            Ok(at) => &self.values[at].1,
            Err(_) => &NULL,
        }
    }

    /// Stores `value` under the field at `place`; nothing is stored for nothing.
    pub(crate) fn store(&mut self, place: usize, value: Value) {
        let slot = slot(place);
        match (
            self.values.binary_search_by_key(&slot, |(slot, _)| *slot),
            value.is_null(),
        ) {
            (Ok(at), true) => drop(self.values.remove(at)),
            (Ok(at), false) => self.values[at].1 = value,
            (Err(_), true) => {}
            (Err(at), false) => self.values.insert(at, (slot, value)),
        }
    }

    /// The row with what is at each place at the new one instead.
    pub(crate) fn moved(self, places: &[usize]) -> Self {
        let values = self.values.into_iter().filter_map(|(slot, value)| {
            let place = places.get(usize::from(slot))?;
            Some((self::slot(*place), value))
        });
        let mut values: Vec<(u16, Value)> = values.collect();
        values.sort_unstable_by_key(|(slot, _)| *slot);
        Self { values, ..self }
    }

    /// Gives back the memory that growing left over.
    pub(crate) fn shrink(&mut self) {
        self.values.shrink_to_fit();
    }

    /// The value of the field at `place`, stored or derived. A flag nobody set is false.
    pub(crate) fn read<'row>(&'row self, schema: &ObjectSchema, place: usize) -> Cow<'row, Value> {
        let field = &schema.fields[place];
        let owned = match field.source {
            Source::Stored => {
                let stored = self.stored(place);
                if stored.is_null() && field.kind == Kind::Bool {
                    return Cow::Owned(Value::Bool(false));
                }
                return Cow::Borrowed(stored);
            }
            Source::Id => Value::Id(self.id),
            Source::IsDeleted => Value::Bool(self.is_deleted),
            Source::CreatedDate => Value::Instant(self.created_at),
            Source::CreatedById => Value::Id(self.created_by),
            Source::LastModifiedDate => Value::Instant(self.modified_at),
            Source::LastModifiedById => Value::Id(self.modified_by),
            Source::SystemModstamp => Value::Instant(self.stamp),
            Source::FullName => self.full_name(schema),
            // The compound has no scalar value; whoever can show one asks for its parts.
            Source::Address => Value::Null,
            Source::IsClosed => Value::Bool(self.is_closed(schema)),
            Source::IsWon => Value::Bool(self.stage(schema).won),
            Source::IsHighPriority => Value::Bool(self.means(schema, "Priority", Meaning::High)),
            Source::IsEmailBounced => {
                Value::Bool(!self.stored(schema.known("EmailBouncedDate")).is_null())
            }
            Source::ExpectedRevenue => self.expected_revenue(schema),
            Source::ForecastCategory => self
                .text(schema, "ForecastCategoryName")
                .and_then(forecast_key)
                .map_or(Value::Null, Value::Static),
            Source::Fiscal => self.fiscal(schema, |year, quarter| {
                Value::text(format!("{year} {quarter}"))
            }),
            Source::FiscalQuarter => self.fiscal(schema, |_, quarter| Value::Int(quarter)),
            Source::FiscalYear => self.fiscal(schema, |year, _| Value::Int(year)),
        };
        Cow::Owned(owned)
    }

    /// The stored text of a field that the program itself names.
    pub(crate) fn text<'row>(&'row self, schema: &ObjectSchema, name: &str) -> Option<&'row str> {
        self.stored(schema.known(name)).as_text()
    }

    /// The stored id of a field that the program itself names.
    pub(crate) fn reference(&self, schema: &ObjectSchema, name: &str) -> Option<RecordId> {
        self.stored(schema.known(name)).as_id()
    }

    /// The stored flag of a field that the program itself names.
    pub(crate) fn flag(&self, schema: &ObjectSchema, name: &str) -> bool {
        *self.stored(schema.known(name)) == Value::Bool(true)
    }

    fn full_name(&self, schema: &ObjectSchema) -> Value {
        let last = self.text(schema, "LastName").unwrap_or_default();
        match self.text(schema, "FirstName") {
            Some(first) => Value::text(format!("{first} {last}")),
            None => Value::text(last),
        }
    }

    fn is_closed(&self, schema: &ObjectSchema) -> bool {
        if schema.object == Object::Opportunity {
            self.stage(schema).closed
        } else {
            self.means(schema, "Status", Meaning::Closed)
        }
    }

    fn means(&self, schema: &ObjectSchema, field: &str, meaning: Meaning) -> bool {
        self.text(schema, field)
            .is_some_and(|value| schema.meaning(field, value) == meaning)
    }

    fn stage(&self, schema: &ObjectSchema) -> Stage {
        schema.stage(self.text(schema, "StageName").unwrap_or_default())
    }

    fn expected_revenue(&self, schema: &ObjectSchema) -> Value {
        let number = |name| self.stored(schema.known(name)).as_number();
        match (number("Amount"), number("Probability")) {
            (Some(amount), Some(percent)) => Value::Double((amount * percent).round() / 100.0),
            (_, _) => Value::Null,
        }
    }

    /// Says something of the year and quarter in which a deal closes. Fiscal years are calendar
    /// years here.
    fn fiscal(&self, schema: &ObjectSchema, say: impl Fn(i64, i64) -> Value) -> Value {
        let Value::Date(day) = self.stored(schema.known("CloseDate")) else {
            return Value::Null;
        };
        say(i64::from(day.year()), i64::from((day.month() - 1) / 3 + 1))
    }
}

fn slot(place: usize) -> u16 {
    u16::try_from(place).expect("no object has that many fields")
}
