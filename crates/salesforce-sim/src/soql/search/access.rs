//! The rows of `UserRecordAccess`, computed for the records that a query names.

use std::sync::Arc;

use crate::id::RecordId;
use crate::records::Records;
use crate::row::Row;
use crate::schema::{Object, Setup};
use crate::value::Value;

use super::super::bind::AccessAsked;

const OBJECT: Object = Object::Setup(Setup::UserRecordAccess);

/// One row per record that exists. Nobody but apps is kept from anything, and apps act as one user
/// whose calls are all that can ask.
pub(super) fn rows(asked: &AccessAsked, records: &Records) -> Vec<Arc<Row>> {
    let numbered = (1_u64..).zip(&asked.records);
    numbered
        .filter(|(_, record)| records.tables.find(**record).is_some())
        .map(|(number, record)| Arc::new(row(number, *record, asked.user, records)))
        .collect()
}

fn row(number: u64, record: RecordId, user: RecordId, records: &Records) -> Row {
    let schema = records.schema_of(OBJECT);
    let is_writable = Object::with_prefix(record.prefix()).is_some_and(Object::is_writable);
    let reads = records.living(record).is_some() && !records.sharing.hides(record);
    let writes = reads && is_writable;
    let level = match (reads, writes) {
        (_, true) => "All",
        (true, false) => "Read",
        (false, false) => "None",
    };
    let id = RecordId::new(OBJECT.prefix(), number);
    let mut row = Row::new(id, user, model::Timestamp::default());
    for (name, value) in [
        ("UserId", Value::Id(user)),
        ("RecordId", Value::Id(record)),
        ("HasReadAccess", Value::Bool(reads)),
        ("HasEditAccess", Value::Bool(writes)),
        ("HasDeleteAccess", Value::Bool(writes)),
        ("HasTransferAccess", Value::Bool(writes)),
        ("HasAllAccess", Value::Bool(writes)),
        ("MaxAccessLevel", Value::Static(level)),
    ] {
        row.store(schema.known(name), value);
    }
    row
}
