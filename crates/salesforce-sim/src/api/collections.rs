//! `/composite/sobjects`: up to 200 records in one call, an outcome for each.

use std::fmt::Write as _;
use std::sync::Arc;

use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::answer::{self, Response};
use crate::error::ApiError;
use crate::id::RecordId;
use crate::record_json::write_record;
use crate::records::{Author, Fields, Unmatched, Upserted};
use crate::row::Row;
use crate::schema::Object;
use crate::world::World;

use super::call::Call;
use super::parse_id;

/// The version that brought collections.
const SINCE: u32 = 42;

/// A collection writes this many records at most.
const WRITES_MAX: usize = 200;

/// Runs of one object type that a collection may consist of.
const CHUNKS_MAX: usize = 10;

/// A retrieve reads this many records at most.
const READS_MAX: usize = 2_000;

/// What is said of an id that one update names again. Which code the vendor gives is reported
/// differently.
const TWICE: &str = "DUPLICATE_VALUE";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Collection {
    #[serde(default)]
    all_or_none: bool,
    records: Vec<Fields>,
}

#[derive(Deserialize)]
struct Retrieve {
    ids: Vec<String>,
    fields: Vec<String>,
}

/// A record that was saved: its id, and whether an upsert created it.
struct Saved {
    id: RecordId,
    created: Option<bool>,
}

/// What became of one record.
type Outcome = Result<Saved, ApiError>;

impl World {
    pub(super) fn collections(&mut self, call: &Call) -> Result<Response, ApiError> {
        check_since(call)?;
        let author = call.author()?;
        match call.method {
            Method::POST => {
                let (all_or_none, records) = sent(call)?;
                Ok(self.for_each(all_or_none, records, |world, fields| {
                    let object = world.object_of(&fields)?;
                    world.records.create(object, &fields, author).map(saved)
                }))
            }
            Method::PATCH => {
                let (all_or_none, records) = sent(call)?;
                let mut seen = Vec::with_capacity(records.len());
                Ok(self.for_each(all_or_none, records, |world, fields| {
                    world.update_typed(fields, &mut seen, author)
                }))
            }
            Method::DELETE => {
                let ids = call.parameter("ids").unwrap_or_default();
                let ids: Vec<String> = ids.split(',').map(|id| id.trim().to_owned()).collect();
                check_size(ids.len())?;
                let all_or_none = call
                    .parameter("allOrNone")
                    .is_some_and(|flag| flag.eq_ignore_ascii_case("true"));
                Ok(self.for_each(all_or_none, ids, |world, id| world.delete_any(&id, author)))
            }
            _ => Err(ApiError::method_not_allowed(
                &call.method,
                "POST,PATCH,DELETE",
            )),
        }
    }

    fn for_each<T>(
        &mut self,
        all_or_none: bool,
        items: Vec<T>,
        mut each: impl FnMut(&mut Self, T) -> Outcome,
    ) -> Response {
        // Inside a composite that is one transaction, its caller rolls back.
        let own_transaction = all_or_none && !self.records.in_transaction();
        if own_transaction {
            self.records.begin();
        }
        let mut outcomes: Vec<Outcome> = Vec::with_capacity(items.len());
        for item in items {
            outcomes.push(each(self, item));
        }
        let failed = outcomes.iter().any(Result::is_err);
        if own_transaction && failed {
            self.records.roll_back();
        } else if own_transaction {
            self.records.keep();
        }
        if all_or_none && failed {
            outcomes = outcomes
                .into_iter()
                .map(|outcome| outcome.and_then(|_| Err(rolled_back())))
                .collect();
        }
        answer::json(StatusCode::OK, written(&outcomes))
    }

    fn update_typed(
        &mut self,
        mut fields: Fields,
        seen: &mut Vec<RecordId>,
        author: Author,
    ) -> Outcome {
        let key = fields
            .keys()
            .find(|key| key.eq_ignore_ascii_case("id"))
            .cloned();
        let id = key.and_then(|key| fields.remove(&key));
        let Some(id) = id.as_ref().and_then(Json::as_str) else {
            let message = "Id not specified in an update call";
            let names = ["Id".to_owned()];
            return Err(ApiError::record("MISSING_ARGUMENT", message, names));
        };
        let id = parse_id(id)?;
        if seen.contains(&id) {
            let message = format!("Duplicate id in list: {id}");
            return Err(ApiError::record(TWICE, message, ["Id".to_owned()]));
        }
        seen.push(id);
        let object = self.object_of(&fields)?;
        self.records.update(object, id, &fields, author)?;
        Ok(saved(id))
    }

    /// `PATCH /composite/sobjects/{Object}/{Field}`: each record carries its key. All are of one
    /// type.
    pub(super) fn upsert_many(
        &mut self,
        object: Object,
        field: &str,
        call: &Call,
    ) -> Result<Response, ApiError> {
        check_since(call)?;
        if call.method != Method::PATCH {
            return Err(ApiError::method_not_allowed(&call.method, "PATCH"));
        }
        let place = self.key_place(object, field)?;
        let author = call.author()?;
        let (all_or_none, records) = sent(call)?;
        let mut seen = Vec::with_capacity(records.len());
        Ok(self.for_each(all_or_none, records, |world, fields| {
            world.upsert_typed(object, place, fields, &mut seen, author)
        }))
    }

    fn upsert_typed(
        &mut self,
        object: Object,
        place: usize,
        mut fields: Fields,
        seen: &mut Vec<Json>,
        author: Author,
    ) -> Outcome {
        if self.object_of(&fields)? != object {
            let message = format!(
                "Only records of type {} can be upserted here",
                object.name()
            );
            return Err(ApiError::record("INVALID_TYPE", message, []));
        }
        let name = self.records.schema_of(object).fields[place].name.clone();
        let sent = fields
            .keys()
            .find(|key| key.eq_ignore_ascii_case(&name))
            .cloned();
        let key = sent.and_then(|sent| fields.remove(&sent));
        let key = key.unwrap_or_default();
        if !key.is_null() {
            if seen.contains(&key) {
                let shown = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
                let message = format!("Duplicate external id specified: {shown}");
                return Err(ApiError::record(TWICE, message, [name]));
            }
            seen.push(key.clone());
        }
        let Upserted { id, created } = self
            .records
            .upsert(object, place, &key, &fields, Unmatched::Create, author)
            .map_err(|error| error.of_record(&name))?;
        Ok(Saved {
            id,
            created: Some(created),
        })
    }

    fn delete_any(&mut self, id: &str, author: Author) -> Outcome {
        let id = parse_id(id)?;
        let object =
            Object::with_prefix(id.prefix()).ok_or_else(ApiError::invalid_cross_reference)?;
        self.records.delete(object, id, author)?;
        Ok(saved(id))
    }

    fn object_of(&self, fields: &Fields) -> Result<Object, ApiError> {
        let name = type_of(fields).ok_or_else(|| {
            ApiError::bad_request(
                "INVALID_INPUT",
                "The attributes of a record must name its type",
            )
        })?;
        Object::named(name)
            .filter(|object| !self.records.sharing.denies(*object))
            .ok_or_else(|| {
                let message = format!("sObject type '{name}' is not supported.");
                ApiError::bad_request("INVALID_TYPE", message)
            })
    }

    /// `GET` or `POST /composite/sobjects/{Object}`: records by id, in the order asked, `null`
    /// where there is none.
    pub(super) fn retrieve_many(
        &mut self,
        object: Object,
        call: &Call,
    ) -> Result<Response, ApiError> {
        check_since(call)?;
        let asked = match call.method {
            Method::POST => call.json::<Retrieve>()?,
            Method::GET => Retrieve {
                ids: listed(call, "ids")?,
                fields: listed(call, "fields")?,
            },
            _ => return Err(ApiError::method_not_allowed(&call.method, "GET,POST")),
        };
        if asked.ids.len() > READS_MAX {
            return Err(too_many("retrieve", READS_MAX));
        }
        let names: Vec<&str> = asked.fields.iter().map(String::as_str).collect();
        let places = self.places(object, &names)?;
        let schema = self.records.seen_of(object);
        let mut body = String::from("[");
        let mut found = 0;
        for (at, id) in asked.ids.iter().enumerate() {
            if at > 0 {
                body.push(',');
            }
            let table = self.records.tables.of(object);
            let row = parse_id(id).ok().and_then(|id| table.get(id));
            let is_shown = |row: &&Arc<Row>| !row.is_deleted && !self.records.sharing.hides(row.id);
            match row.filter(is_shown) {
                Some(row) => {
                    found += 1;
                    write_record(row, schema, &places, &call.version, &mut body);
                }
                None => body.push_str("null"),
            }
        }
        body.push(']');
        self.records.count_reads(found);
        Ok(answer::json(StatusCode::OK, body))
    }
}

/// The records of a collection, if there are not too many of them.
fn sent(call: &Call) -> Result<(bool, Vec<Fields>), ApiError> {
    let Collection {
        all_or_none,
        records,
    } = call.json()?;
    check_size(records.len())?;
    check_chunks(&records)?;
    Ok((all_or_none, records))
}

/// A parameter that is a list.
fn listed(call: &Call, name: &str) -> Result<Vec<String>, ApiError> {
    let Some(text) = call.parameter(name).filter(|text| !text.trim().is_empty()) else {
        let message = format!("The parameter '{name}' has to be given");
        return Err(ApiError::bad_request("MISSING_ARGUMENT", message));
    };
    Ok(text.split(',').map(|item| item.trim().to_owned()).collect())
}

fn saved(id: RecordId) -> Saved {
    Saved { id, created: None }
}

/// An earlier version knows nothing of collections. That this is a conflict is documented; the
/// code is not.
fn check_since(call: &Call) -> Result<(), ApiError> {
    if call.major() >= SINCE {
        return Ok(());
    }
    let message = format!(
        "sObject Collections are available from version {SINCE}.0 on, not in {}",
        call.version
    );
    let status = StatusCode::CONFLICT;
    Err(ApiError::new(status, "UNSUPPORTED_API_VERSION", message))
}

fn check_size(records: usize) -> Result<(), ApiError> {
    if records > WRITES_MAX {
        Err(too_many("collection", WRITES_MAX))
    } else {
        Ok(())
    }
}

fn too_many(what: &str, max: usize) -> ApiError {
    let message =
        format!("record limit reached. cannot submit more than {max} records in a {what}");
    ApiError::bad_request("LIMIT_EXCEEDED", message)
}

/// Records are worked on in runs of one type, and only so many runs are taken.
fn check_chunks(records: &[Fields]) -> Result<(), ApiError> {
    let kinds: Vec<String> = records
        .iter()
        .map(|fields| type_of(fields).unwrap_or_default().to_ascii_lowercase())
        .collect();
    let chunks = kinds.chunk_by(|left, right| left == right).count();
    if chunks > CHUNKS_MAX {
        let message = format!(
            "Cannot have more than {CHUNKS_MAX} chunks in a single operation. Please rearrange \
             the data to reduce chunking."
        );
        return Err(ApiError::bad_request("INVALID_INPUT", message));
    }
    Ok(())
}

fn type_of(fields: &Fields) -> Option<&str> {
    fields.get("attributes")?.get("type")?.as_str()
}

fn rolled_back() -> ApiError {
    let message = "Record rolled back because not all records were valid and the request was \
                   using AllOrNone header";
    ApiError::record("ALL_OR_NONE_OPERATION_ROLLED_BACK", message, [])
}

fn written(outcomes: &[Outcome]) -> String {
    let mut body = String::from("[");
    for (at, outcome) in outcomes.iter().enumerate() {
        body.push_str(if at == 0 { "{" } else { ",{" });
        match outcome {
            Ok(Saved { id, created }) => {
                write!(body, "\"id\":\"{id}\",\"success\":true,\"errors\":[]")
                    .expect("a string takes everything");
                if let Some(created) = created {
                    write!(body, ",\"created\":{created}").expect("a string takes everything");
                }
            }
            Err(error) => {
                body.push_str("\"success\":false,\"errors\":[");
                let error = ApiError {
                    fields: Some(error.fields.clone().unwrap_or_default()),
                    ..error.clone()
                };
                error.write_record_error(&mut body);
                body.push(']');
            }
        }
        body.push('}');
    }
    body.push(']');
    body
}
