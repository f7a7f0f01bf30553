//! `/_sim/change-events`: which changes are captured, and the trouble that subscribers can meet.
//!
//! | under `/_sim/change-events` | does |
//! |---|---|
//! | `GET`, `PUT` | the settings, of which a `PUT` changes those that it names |
//! | `GET log` | the events that can be replayed, newest first, `?limit=` of them |
//! | `GET streams` | the subscriptions that are open |
//! | `DELETE streams` | cuts them all, `{"code": "service.unavailable"}` |
//! | `POST expire` | no id up to `replayId` (digits; all ids, if none is named) can be resumed from |
//! | `PUT deliveries` | how many of the day's deliveries are used |
//! | `POST gaps` | the next `next` changes are gap events; or one is told: `changeType`, `recordIds` |
//! | `POST overflow` | tells an overflow of `entity` |
//! | `POST duplicates` | the next `next` events are delivered twice |
//! | `GET`, `POST`, `DELETE faults` | errors for the next calls, or a cut after so many events |

use http::Method;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::answer::Request;
use crate::api::call::pairs;
use crate::events::ChangeEventOptions;
use crate::events::change::{ChangeType, NO_RECORD};
use crate::events::log::{Entry, ReplayId};
use crate::events::refusal::Refusal;
use crate::events::streams::BusFault;
use crate::id::RecordId;
use crate::schema::Object;
use crate::world::World;

use super::{Refused, body, no_such_control};

/// How many events of the log are shown where nobody says how many.
const LOG_SHOWN: usize = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CutAll {
    code: Refusal,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Expiring {
    #[serde(default)]
    replay_id: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Used {
    used: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Next {
    next: u32,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Gaps {
    Next(Next),
    #[serde(rename_all = "camelCase")]
    Told {
        change_type: String,
        record_ids: Vec<RecordId>,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Overflow {
    entity: Object,
}

impl World {
    /// How changes are captured and delivered.
    pub fn change_events(&self) -> &ChangeEventOptions {
        &self.records.events.options
    }

    /// Changes how changes are captured and delivered, from now on.
    pub fn set_change_events(&mut self, options: ChangeEventOptions) -> Result<(), Refused> {
        if let Some(message) = options.fault() {
            let code = "INVALID_INPUT".to_owned();
            return Err(Refused { code, message });
        }
        self.records.seal(self.now);
        self.records.events.options = options;
        Ok(())
    }

    /// Cuts all subscriptions, as a restart of the event bus does.
    pub fn cut_event_streams(&mut self) {
        let streams = &mut self.records.events.streams;
        streams.cut(Refusal::ServiceUnavailable);
    }

    /// Lets every event grow too old, so that no replay id given out can be resumed from.
    pub fn expire_events(&mut self) {
        let head = self.records.events.log.head();
        self.records.events.log.expire(head);
    }

    /// Tells the next `changes` as gap events.
    pub fn force_gap_events(&mut self, changes: u32) {
        self.records.events.forced_gaps = changes;
    }

    /// Delivers the next `events` twice.
    pub fn deliver_twice(&mut self, events: u32) {
        self.records.events.doubled = events;
    }

    /// Tells that so many changes of an object happened that not all of them are told.
    pub fn tell_overflow(&mut self, object: Object) -> Result<(), Refused> {
        self.tell(object, ChangeType::GapOverflow, vec![NO_RECORD.to_owned()])
    }

    /// Says how many of the day's deliveries are used.
    pub fn set_used_deliveries(&mut self, used: u32) {
        self.records.events.delivered = crate::usage::Usage::of(used, self.now);
    }

    fn tell(
        &mut self,
        object: Object,
        kind: ChangeType,
        records: Vec<String>,
    ) -> Result<(), Refused> {
        if !self.records.events.captures(object) {
            return Err(Refused {
                code: "INVALID_INPUT".to_owned(),
                message: format!("changes of {} are not captured", object.name()),
            });
        }
        let user = self.rep();
        self.records
            .tell_without_change(object, kind, records, user, self.now);
        Ok(())
    }

    /// Tells a gap of records of one object.
    fn tell_gap(&mut self, kind: &str, records: &[RecordId]) -> Result<(), Refused> {
        let kind = ChangeType::named(kind)
            .filter(|kind| kind.is_gap() && *kind != ChangeType::GapOverflow)
            .ok_or_else(|| invalid("changeType is GAP_CREATE, GAP_UPDATE or the like"))?;
        let object = records
            .first()
            .and_then(|id| Object::with_prefix(id.prefix()))
            .ok_or_else(|| invalid("recordIds names at least one record"))?;
        if records.iter().any(|id| id.prefix() != object.prefix()) {
            return Err(invalid("recordIds are of one object"));
        }
        self.tell(
            object,
            kind,
            records.iter().map(RecordId::to_string).collect(),
        )
    }

    pub(super) fn control_change_events(
        &mut self,
        path: &[&str],
        request: &Request,
    ) -> Result<Json, Refused> {
        match (request.method(), path) {
            (&Method::GET, []) => Ok(self.shown_settings()),
            (&Method::GET, ["log"]) => Ok(self.shown_log(request)),
            (&Method::GET, ["streams"]) => Ok(self.shown_streams()),
            (&Method::GET, ["faults"]) => Ok(json!(self.records.events.streams.faults)),
            (_, _) => self.act_on_change_events(path, request),
        }
    }

    fn act_on_change_events(&mut self, path: &[&str], request: &Request) -> Result<Json, Refused> {
        match (request.method(), path) {
            (&Method::PUT, []) => {
                let options = merged(self.change_events(), request)?;
                self.set_change_events(options)?;
            }
            (&Method::DELETE, ["streams"]) if request.body().is_empty() => self.cut_event_streams(),
            (&Method::DELETE, ["streams"]) => {
                let CutAll { code } = body(request)?;
                self.records.events.streams.cut(code);
            }
            (&Method::POST, ["expire"]) => match body(request)? {
                Expiring { replay_id: None } => self.expire_events(),
                Expiring {
                    replay_id: Some(id),
                } => {
                    self.records.events.log.expire(ReplayId::from_number(id));
                }
            },
            (&Method::PUT, ["deliveries"]) => {
                let Used { used } = body(request)?;
                self.set_used_deliveries(used);
            }
            (&Method::POST, ["gaps"]) => match body(request)? {
                Gaps::Next(Next { next }) => self.force_gap_events(next),
                Gaps::Told {
                    change_type,
                    record_ids,
                } => self.tell_gap(&change_type, &record_ids)?,
            },
            (&Method::POST, ["overflow"]) => {
                let Overflow { entity } = body(request)?;
                self.tell_overflow(entity)?;
            }
            (&Method::POST, ["duplicates"]) => {
                let Next { next } = body(request)?;
                self.deliver_twice(next);
            }
            (&Method::POST, ["faults"]) => {
                let faults: Vec<BusFault> = body(request)?;
                self.records.events.streams.faults.extend(faults);
            }
            (&Method::DELETE, ["faults"]) => self.records.events.streams.faults.clear(),
            (_, _) => return Err(no_such_control()),
        }
        Ok(Json::Bool(true))
    }

    fn shown_settings(&self) -> Json {
        let events = &self.records.events;
        let mut shown = json!(events.options);
        shown["deliveriesLeft"] = self.deliveries_left().into();
        shown["latestReplayId"] = events.log.head().number().into();
        shown
    }

    fn shown_streams(&self) -> Json {
        let streams = self.records.events.streams.all().map(|(id, stream)| {
            json!({
                "id": id.0,
                "topic": stream.topic.name(),
                "user": stream.user,
                "openedAt": stream.opened_at.to_rfc3339(),
                "replayId": stream.position.number(),
                "pending": stream.demand,
                "delivered": stream.delivered,
            })
        });
        streams.collect()
    }

    fn shown_log(&self, request: &Request) -> Json {
        let query = pairs(request.uri().query().unwrap_or_default().as_bytes());
        let limit = query.iter().find(|(key, _)| key == "limit");
        let limit = limit
            .and_then(|(_, limit)| limit.parse().ok())
            .unwrap_or(LOG_SHOWN);
        let entries = self.records.events.log.entries().rev();
        entries.filter_map(shown_entry).take(limit).collect()
    }
}

fn shown_entry(entry: &Entry) -> Option<Json> {
    let event = entry.event.as_ref()?;
    let changed = event
        .changed
        .iter()
        .map(|place| event.schema.name_of(*place));
    Some(json!({
        "replayId": entry.replay.number(),
        "entityName": event.schema.object.name(),
        "recordIds": event.records,
        "changeType": event.kind.name(),
        "changeOrigin": &*event.origin,
        "transactionKey": &*event.transaction,
        "sequenceNumber": event.sequence,
        "commitTimestamp": event.committed_at.as_millis(),
        "commitNumber": event.commit_number,
        "commitUser": event.user,
        "changedFields": changed.collect::<Vec<_>>(),
        "schemaId": event.schema.id,
    }))
}

/// The settings with those of the request in their place.
fn merged(settings: &ChangeEventOptions, request: &Request) -> Result<ChangeEventOptions, Refused> {
    let given: serde_json::Map<String, Json> = body(request)?;
    let mut whole = json!(settings);
    for (key, value) in given {
        whole[key] = value;
    }
    serde_json::from_value(whole).map_err(|error| invalid(&error.to_string()))
}

fn invalid(message: &str) -> Refused {
    Refused {
        code: "INVALID_INPUT".to_owned(),
        message: message.to_owned(),
    }
}
