//! Many records in one call, each with its own outcome (sObject Collections).
//!
//! What the API is known to refuse is refused before anything is sent: the same record twice, an
//! id among the fields, more records than fit into the one call that *all or none* needs. Records
//! are sorted by object, since each change of object in a call starts a chunk and there may be ten;
//! the outcomes come back in the order in which the records were given.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use http::StatusCode;
use model::sf::AnyId;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::api_name::ApiName;
use crate::call::{Call, json};
use crate::composite::AllOrNone;
use crate::create_lead::{AutoAssign, Duplicates, FieldValue, written};
use crate::error::refusal::{of_record, unexpected};
use crate::row::JsonRow;
use crate::{Client, Record, SalesforceError};

/// Records in one call that writes.
const RECORDS_MAX: usize = 200;

/// Chunks of one object each in one call.
const CHUNKS_MAX: usize = 10;

/// Ids in one call that reads.
const READ_MAX: usize = 2000;

/// A record to be.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordDraft {
    /// Of which object.
    pub object: ApiName,
    /// Values by API name; the empty text means no value.
    pub fields: BTreeMap<String, FieldValue>,
}

/// New values for a record.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordChange {
    /// Its object.
    pub object: ApiName,
    /// Its id.
    pub id: AnyId,
    /// Values by API name; the empty text clears.
    pub fields: BTreeMap<String, FieldValue>,
}

/// A record to be, or new values for the one that has this key.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordUpsert {
    /// The value of the external id.
    pub key: String,
    /// Other values by API name; the empty text clears.
    pub fields: BTreeMap<String, FieldValue>,
}

/// A record that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Saved {
    /// Its id.
    pub id: AnyId,
    /// It did not exist before.
    pub created: bool,
}

/// What became of one record. Records whose call failed as a whole share its error; the ones of
/// calls that were not made after that have one that says so.
pub type RecordOutcome = Result<Saved, Arc<SalesforceError>>;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CollectionWire {
    all_or_none: bool,
    records: Vec<Map<String, Value>>,
}

#[derive(Serialize)]
struct WantedWire<'a> {
    ids: Vec<&'a str>,
    fields: Vec<&'a str>,
}

#[derive(Deserialize)]
struct OutcomeWire {
    id: Option<AnyId>,
    success: bool,
    created: Option<bool>,
    #[serde(default)]
    errors: Option<Box<RawValue>>,
}

/// What a call does to its records, where the answer does not say it.
#[derive(Debug, Clone, Copy)]
enum Does {
    Create,
    Change,
}

impl Client {
    /// Creates records. Sent once.
    pub async fn create_records(
        &self,
        drafts: &[RecordDraft],
        all_or_none: AllOrNone,
        assign: AutoAssign,
        duplicates: Duplicates,
    ) -> Result<Vec<RecordOutcome>, SalesforceError> {
        let records: Vec<(&ApiName, Map<String, Value>)> = drafts
            .iter()
            .map(|draft| Ok((&draft.object, body(&draft.object, &draft.fields)?)))
            .collect::<Result<_, SalesforceError>>()?;
        let call = |body: &CollectionWire| {
            let call = Call::post("composite/sobjects", body);
            headed(call, [assign.header(), duplicates.header()])
        };
        self.write(records, all_or_none, Does::Create, call).await
    }

    /// Changes records; the assignment rules do not run. Sent once.
    pub async fn update_records(
        &self,
        changes: &[RecordChange],
        all_or_none: AllOrNone,
        duplicates: Duplicates,
    ) -> Result<Vec<RecordOutcome>, SalesforceError> {
        distinct(changes.iter().map(|change| change.id.as_str()))?;
        let records: Vec<(&ApiName, Map<String, Value>)> = changes
            .iter()
            .map(|change| {
                let mut body = body(&change.object, &change.fields)?;
                body.insert("id".to_owned(), change.id.as_str().into());
                Ok((&change.object, body))
            })
            .collect::<Result<_, SalesforceError>>()?;
        let call = |body: &CollectionWire| {
            let call = Call::patch("composite/sobjects", body);
            headed(call, [AutoAssign::Keep.header(), duplicates.header()])
        };
        self.write(records, all_or_none, Does::Change, call).await
    }

    /// Creates or changes records of one object by its external id `key`; the assignment rules do
    /// not run, since the record may be there already. Executed twice it does nothing new, but it
    /// is sent once.
    pub async fn upsert_records(
        &self,
        object: &ApiName,
        key: &ApiName,
        upserts: &[RecordUpsert],
        all_or_none: AllOrNone,
        duplicates: Duplicates,
    ) -> Result<Vec<RecordOutcome>, SalesforceError> {
        distinct(upserts.iter().map(|upsert| upsert.key.as_str()))?;
        let records: Vec<(&ApiName, Map<String, Value>)> = upserts
            .iter()
            .map(|upsert| {
                let mut body = body(object, &upsert.fields)?;
                body.insert(key.as_str().to_owned(), upsert.key.as_str().into());
                Ok((object, body))
            })
            .collect::<Result<_, SalesforceError>>()?;
        let path = format!("composite/sobjects/{object}/{key}");
        let call = |body: &CollectionWire| {
            let call = Call::patch(path.as_str(), body);
            headed(call, [AutoAssign::Keep.header(), duplicates.header()])
        };
        self.write(records, all_or_none, Does::Change, call).await
    }

    /// Moves records to the recycle bin. Sent once.
    pub async fn delete_records(
        &self,
        ids: &[AnyId],
        all_or_none: AllOrNone,
    ) -> Result<Vec<RecordOutcome>, SalesforceError> {
        distinct(ids.iter().map(AnyId::as_str))?;
        // Each key prefix is another object.
        let prefixes: Vec<&str> = ids.iter().map(AnyId::key_prefix).collect();
        let calls = calls(&prefixes);
        fit(all_or_none, &calls)?;
        let calls = calls.into_iter().map(|places| {
            let ids: Vec<&str> = places.iter().map(|place| ids[*place].as_str()).collect();
            let path = format!(
                "composite/sobjects?ids={}&allOrNone={}",
                ids.join(","),
                all_or_none.is_all()
            );
            (places, Call::delete(path))
        });
        Ok(self.written(ids.len(), calls.collect(), Does::Change).await)
    }

    /// The records of these ids, in their order; `None` for an id that does not exist or is
    /// invisible to the user.
    pub async fn retrieve_records(
        &self,
        object: &ApiName,
        ids: &[AnyId],
        fields: &[ApiName],
    ) -> Result<Vec<Option<Record>>, SalesforceError> {
        const EXPECTED: &str = "a record or null for each id";
        let mut records = Vec::with_capacity(ids.len());
        for ids in ids.chunks(READ_MAX) {
            let wanted = WantedWire {
                ids: ids.iter().map(AnyId::as_str).collect(),
                fields: fields.iter().map(ApiName::as_str).collect(),
            };
            let call = Call::post(format!("composite/sobjects/{object}"), &wanted);
            let reply = self.read(&call).await?;
            let page: Vec<Option<JsonRow>> = json(&reply, EXPECTED)?;
            if page.len() != ids.len() {
                let came = format!("{} for {} ids", page.len(), ids.len());
                return Err(unexpected(EXPECTED, reply.status, came.as_bytes()));
            }
            records.extend(page.into_iter().map(|row| row.map(Record::new)));
        }
        Ok(records)
    }

    async fn write(
        &self,
        records: Vec<(&ApiName, Map<String, Value>)>,
        all_or_none: AllOrNone,
        does: Does,
        call: impl Fn(&CollectionWire) -> Call,
    ) -> Result<Vec<RecordOutcome>, SalesforceError> {
        let objects: Vec<&str> = records.iter().map(|(object, _)| object.as_str()).collect();
        let calls = calls(&objects);
        fit(all_or_none, &calls)?;
        let calls = calls
            .into_iter()
            .map(|places| {
                let body = CollectionWire {
                    all_or_none: all_or_none.is_all(),
                    records: places.iter().map(|at| records[*at].1.clone()).collect(),
                };
                (places, call(&body))
            })
            .collect();
        Ok(self.written(records.len(), calls, does).await)
    }

    /// Makes the calls one after the other, until one fails as a whole: what stopped it, be it a
    /// limit or the network, would stop the next one too.
    async fn written(
        &self,
        count: usize,
        calls: Vec<(Vec<usize>, Call)>,
        does: Does,
    ) -> Vec<RecordOutcome> {
        let mut outcomes: Vec<Option<RecordOutcome>> = (0..count).map(|_| None).collect();
        let mut stopped: Option<Arc<SalesforceError>> = None;
        for (places, call) in calls {
            let came = match &stopped {
                Some(error) => Err(Arc::clone(error)),
                None => match self.once(&call).await {
                    Ok(reply) => outcomes_of(&reply, places.len(), does).map_err(Arc::new),
                    Err(error) => Err(Arc::new(error)),
                },
            };
            match came {
                Ok(came) => {
                    for (place, outcome) in places.into_iter().zip(came) {
                        outcomes[place] = Some(self.learned(outcome).map_err(Arc::new));
                    }
                }
                Err(error) => {
                    stopped.get_or_insert_with(|| {
                        Arc::new(SalesforceError::NotBegun {
                            retry: error.retry_when(),
                            because: error.to_string(),
                        })
                    });
                    for place in places {
                        outcomes[place] = Some(Err(Arc::clone(&error)));
                    }
                }
            }
        }
        outcomes
            .into_iter()
            .map(|outcome| outcome.expect("each record is in one call"))
            .collect()
    }
}

fn headed(call: Call, headers: [(&'static str, &'static str); 2]) -> Call {
    headers
        .into_iter()
        .fold(call, |call, (name, value)| call.with_header(name, value))
}

/// A record as the body of a call has it. The id is where the record is, not one of its fields.
fn body(
    object: &ApiName,
    fields: &BTreeMap<String, FieldValue>,
) -> Result<Map<String, Value>, SalesforceError> {
    if fields.keys().any(|name| name.eq_ignore_ascii_case("id")) {
        return Err(SalesforceError::NotSendable {
            why: "Id cannot be written".to_owned(),
        });
    }
    let mut body = written(fields);
    let attributes = serde_json::json!({ "type": object.as_str() });
    body.insert("attributes".to_owned(), attributes);
    Ok(body)
}

/// The same record twice in one call fails in ways that differ by version.
fn distinct<'a>(keys: impl Iterator<Item = &'a str>) -> Result<(), SalesforceError> {
    let mut seen = BTreeSet::new();
    for key in keys {
        if !seen.insert(key) {
            return Err(SalesforceError::NotSendable {
                why: "the same record is in it twice".to_owned(),
            });
        }
    }
    Ok(())
}

/// Which records go into which call, by their places: sorted by object, and each call within its
/// limits.
fn calls(objects: &[&str]) -> Vec<Vec<usize>> {
    let mut places: Vec<usize> = (0..objects.len()).collect();
    places.sort_by_key(|place| objects[*place]);
    let mut calls: Vec<Vec<usize>> = Vec::new();
    let mut chunks = 0;
    for place in places {
        let open = calls.last_mut().filter(|call| call.len() < RECORDS_MAX);
        let goes_on = |call: &Vec<usize>| {
            call.last()
                .is_some_and(|last| objects[*last] == objects[place])
        };
        match open {
            Some(call) if goes_on(call) => call.push(place),
            Some(call) if chunks < CHUNKS_MAX => {
                chunks += 1;
                call.push(place);
            }
            Some(_) | None => {
                chunks = 1;
                calls.push(vec![place]);
            }
        }
    }
    calls
}

/// All or none holds within one call.
fn fit(all_or_none: AllOrNone, calls: &[Vec<usize>]) -> Result<(), SalesforceError> {
    if all_or_none.is_all() && calls.len() > 1 {
        return Err(SalesforceError::NotSendable {
            why: format!(
                "all or none holds for one call of {RECORDS_MAX} records of {CHUNKS_MAX} objects, \
                 and these need {}",
                calls.len()
            ),
        });
    }
    Ok(())
}

fn outcomes_of(
    reply: &transport::Reply,
    count: usize,
    does: Does,
) -> Result<Vec<Result<Saved, SalesforceError>>, SalesforceError> {
    const EXPECTED: &str = "an outcome for each record";
    let wires: Vec<OutcomeWire> = json(reply, EXPECTED)?;
    if wires.len() != count {
        let came = format!("{} for {count} records", wires.len());
        return Err(unexpected(EXPECTED, reply.status, came.as_bytes()));
    }
    let outcome = |wire: OutcomeWire| match wire {
        OutcomeWire {
            success: true,
            id: Some(id),
            created,
            ..
        } => Ok(Saved {
            id,
            created: created.unwrap_or(match does {
                Does::Create => true,
                Does::Change => false,
            }),
        }),
        OutcomeWire { success: true, .. } => Err(unexpected(
            "the id of a record that was written",
            reply.status,
            b"success without an id",
        )),
        OutcomeWire { errors, .. } => Err(of_record(
            StatusCode::BAD_REQUEST,
            errors.as_ref().map_or("[]", |errors| errors.get()),
        )),
    };
    Ok(wires.into_iter().map(outcome).collect())
}

#[cfg(test)]
mod tests;
