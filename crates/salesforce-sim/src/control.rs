//! The world's own controls: doing what a rep or an administrator would do, and what no API can.
//! Each is a method, and is also served as JSON under `/_sim`. Faults and the log of calls belong
//! to the driver.
//!
//! | under `/_sim` | does |
//! |---|---|
//! | `GET records`, `GET records/{id}` | shows records with their stamps |
//! | `POST records/{Object}`, `PATCH records/{id}` | creates or edits as a rep, or in Setup |
//! | `DELETE records/{id}`, `POST records/{id}/undelete` | into the Recycle Bin, and out of it |
//! | `POST records/{id}/purge` | takes a record out of the org for good |
//! | `POST leads/{id}/convert`, `POST merge` | converts; merges `losers` into `master` |
//! | `GET`, `POST fields` | fields that were added at run time; adds one: [`crate::CustomField`] |
//! | `GET access/{User}/{record}` | what a user may do with a record |
//! | `GET`, `POST`, `DELETE restrictions` | what is kept from apps: [`Restriction`], `afterCalls` |
//! | `DELETE restrictions/{id}` | shows a record again that was hidden by its id |
//! | `GET`, `PUT bulk` | how Bulk behaves: [`BulkSwitches`](crate::BulkSwitches), keys left out stay |
//! | `POST replication/forget` | forgets deletions of purged records of an object, `before` an instant |
//! | `PUT search` | how long a written record is not yet found by search: `lagMs` |
//! | `GET dump` | everything as lines, to compare two worlds by |
//! | `PUT limits`, `GET`, `PUT rules`, `POST tokens/expire` | the day's usage, the org's rules, tokens |
//! | `GET`, `PUT login` | how one may log in: [`crate::LoginPolicy`] |
//! | `GET`, `POST`, `DELETE locks`, `DELETE locks/{id}` | what somebody else holds: [`crate::RecordLock`] |
//! | `GET`, `POST`, `DELETE faults` | trouble for the next calls: a list of [`crate::Fault`]s |
//! | `change-events`, `change-events/…` | what is captured and delivered: see `change_events` |
//! | `GET`, `DELETE calls`, `GET calls?summary=1` | calls of late one by one; all of them counted |
//!
//! A fault is `{"match": {…}, "times": 1, "action": {…}}`. It meets calls that fit all of `match`:
//!
//! | in `match` | fits |
//! |---|---|
//! | `method`, `path_contains` | the method; a part of path and query as they were sent |
//! | `object` | an object named in the path, or in the `FROM` of a query in `q` |
//! | `after_calls` | only after so many such calls were let through |
//!
//! | in `action` | does |
//! |---|---|
//! | `latency_ms` | takes longer |
//! | `ends` | first ends the call's `session`, all `access_tokens` or `refresh_tokens`, or spends the `daily_limit` |
//! | `cut` | cuts the connection: `before` anything happens, `after` it did, or within the `body` |
//! | `cut_after_bytes` | where within the body; by default in its middle |
//! | `error`, `message`, `status` | an API error by its code, in the shape of the called API; nothing happens |
//! | `status`, `body` | that answer as it is, by default an edge server's page; nothing happens |
//! | `commit_after_ms` | what is written becomes visible later than its stamp |
//! | `trickle: {bytes, every_ms}` | the head at once, the body slowly |
//!
//! The concurrent limit is the error `REQUEST_LIMIT_EXCEEDED` with the message
//! `ConcurrentPerOrgLongTxn Limit exceeded.`; a call that ran too long is `QUERY_TIMEOUT` with a
//! latency. Calls by gRPC feel the latency and the cut before.

mod bulk;
mod change_events;
mod fields;
mod locks;
mod replication;
mod rules;
mod search;
mod security;

use std::time::Duration;

use http::{Method, StatusCode, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use crate::answer::{self, Body, Request, Response};
use crate::error::ApiError;
use crate::id::RecordId;
use crate::record_json::write_record;
use crate::records::{Author, Conversion, Converted, Fields, Rules};
use crate::schema::Object;
use crate::sharing::Restriction;
use crate::usage::Usage;
use crate::world::World;

use replication::Forgetting;
use search::Lag;

/// A control was refused, in the words that the API would have used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Refused {
    /// The vendor's error code.
    pub code: String,
    /// The vendor's message.
    pub message: String,
}

impl From<ApiError> for Refused {
    fn from(error: ApiError) -> Self {
        Self {
            code: error.code.into_owned(),
            message: error.message,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Merge {
    master: RecordId,
    losers: Vec<RecordId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expiry {
    #[serde(default)]
    access: bool,
    #[serde(default)]
    refresh: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Spent {
    used: u32,
}

/// `{"afterCalls": 3, "restriction": {"share": {"object": "Lead", "percent": 40}}}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Hiding {
    #[serde(default)]
    after_calls: u32,
    restriction: Restriction,
}

impl World {
    /// Who sits at the screen. Whatever was done before is a transaction of its own.
    fn rep_author(&mut self) -> Author {
        self.records.seal(self.now);
        Author::at_screen(self.rep(), self.now)
    }

    /// Creates a record as a rep does. `fields` is a JSON object of API names.
    pub fn create_as_rep(&mut self, object: Object, fields: &Json) -> Result<RecordId, Refused> {
        let author = self.rep_author();
        Ok(self.records.create(object, &as_fields(fields)?, author)?)
    }

    /// Edits a record as a rep does; of objects that no API can write, as an administrator does.
    pub fn edit_as_rep(&mut self, id: RecordId, fields: &Json) -> Result<(), Refused> {
        let author = self.rep_author();
        let fields = as_fields(fields)?;
        match Object::with_prefix(id.prefix()) {
            Some(object) if object.is_writable() => {
                self.records.update(object, id, &fields, author)?;
            }
            Some(_) | None => self.records.administer(id, &fields, author)?,
        }
        Ok(())
    }

    /// Puts a record into the Recycle Bin as a rep does.
    pub fn delete_as_rep(&mut self, id: RecordId) -> Result<(), Refused> {
        let author = self.rep_author();
        let object = Object::with_prefix(id.prefix()).ok_or_else(ApiError::not_found)?;
        Ok(self.records.delete(object, id, author)?)
    }

    /// Takes a record out of the Recycle Bin.
    pub fn undelete_as_rep(&mut self, id: RecordId) -> Result<(), Refused> {
        let author = self.rep_author();
        Ok(self.records.undelete(id, author)?)
    }

    /// Takes a record out of the org for good. One that is not in the Recycle Bin is put there
    /// first, with what cannot be without it, and that stays there.
    pub fn purge_as_rep(&mut self, id: RecordId) -> Result<(), Refused> {
        if self.records.living(id).is_some() {
            self.delete_as_rep(id)?;
        }
        Ok(self.records.purge(id)?)
    }

    /// Keeps something from apps, from now on or when `after_calls` more API calls were admitted.
    pub fn restrict(&mut self, restriction: Restriction, after_calls: u32) {
        self.change_sharing(|sharing| sharing.restrict(restriction, after_calls));
    }

    /// Shows records to apps again that were hidden by their ids.
    pub fn show_records(&mut self, ids: &[RecordId]) {
        self.change_sharing(|sharing| sharing.show(ids));
    }

    /// Shows everything to apps again, and forgets restrictions that were still to come.
    pub fn lift_restrictions(&mut self) {
        let founded = self.founded_sharing();
        self.change_sharing(|sharing| *sharing = founded);
    }

    /// Converts a Lead as a rep does.
    pub fn convert_as_rep(&mut self, id: RecordId, how: &Conversion) -> Result<Converted, Refused> {
        let author = self.rep_author();
        Ok(self.records.convert(id, how, author)?)
    }

    /// Merges one or two records into `master` as a rep does.
    pub fn merge_as_rep(&mut self, master: RecordId, losers: &[RecordId]) -> Result<(), Refused> {
        let author = self.rep_author();
        Ok(self.records.merge(master, losers, author)?)
    }

    /// Ends all access tokens.
    pub fn expire_access_tokens(&mut self) {
        self.grants.expire_sessions();
    }

    /// Ends all refresh tokens.
    pub fn expire_refresh_tokens(&mut self) {
        self.grants.expire_refresh_tokens();
    }

    /// Spends what is left of the day's API requests.
    pub fn spend_day(&mut self) {
        self.set_used_requests(self.options.daily_limit);
    }

    /// Sets how many of the day's API requests are spent.
    pub fn set_used_requests(&mut self, used: u32) {
        self.usage = Usage::of(used, self.now);
    }

    /// How many of the day's API requests are spent.
    pub fn used_requests(&self) -> u32 {
        self.usage.used(self.now)
    }

    /// The org's rules for writing.
    pub fn rules(&self) -> &Rules {
        &self.records.rules
    }

    /// The fields of a visible record, deleted or not, as REST writes them.
    pub fn record(&self, id: RecordId) -> Option<Json> {
        let row = self.records.tables.find(id)?;
        let schema = self.records.schema_of(row.object());
        let places: Vec<usize> = (0..schema.fields.len()).collect();
        let mut text = String::new();
        write_record(row, schema, &places, "67.0", &mut text);
        serde_json::from_str(&text).ok()
    }

    /// Every visible record with its stamps, by object and id, all in memory: for small worlds.
    /// [`World::dump_lines`] is for large ones, and for comparing.
    pub fn dump(&self) -> Json {
        let objects = Object::ALL.into_iter().map(|object| {
            let rows = self.records.tables.of(object).rows();
            let records: Vec<Json> = rows.filter_map(|row| self.record(row.id)).collect();
            (object.name().to_owned(), Json::from(records))
        });
        Json::Object(objects.collect())
    }

    /// Answers a request under `/_sim`.
    pub(crate) fn control(&mut self, path: &[&str], request: &Request) -> Response {
        if path == ["dump"] && request.method() == Method::GET {
            let lines = Response::new(Body::Chunks(Box::new(self.dump_lines())));
            return answer::with_header(lines, header::CONTENT_TYPE, "application/jsonl");
        }
        match self.controlled(path, request) {
            Ok(body) => answer::json_value(StatusCode::OK, &body),
            Err(refused) => {
                let body = json!({"code": refused.code, "message": refused.message});
                answer::json_value(StatusCode::BAD_REQUEST, &body)
            }
        }
    }

    fn controlled(&mut self, path: &[&str], request: &Request) -> Result<Json, Refused> {
        let method = request.method();
        let done = Json::Bool(true);
        match path {
            ["records", rest @ ..] => self.control_record(rest, request),
            ["leads", id, "convert"] if method == Method::POST => {
                let converted = self.convert_as_rep(record_id(id)?, &body(request)?)?;
                Ok(json!(converted))
            }
            ["merge"] if method == Method::POST => {
                let Merge { master, losers } = body(request)?;
                self.merge_as_rep(master, &losers)?;
                Ok(done)
            }
            ["tokens", "expire"] if method == Method::POST => {
                let Expiry { access, refresh } = body(request)?;
                if access {
                    self.expire_access_tokens();
                }
                if refresh {
                    self.expire_refresh_tokens();
                }
                Ok(done)
            }
            ["limits"] if method == Method::PUT => {
                let Spent { used } = body(request)?;
                self.set_used_requests(used);
                Ok(done)
            }
            ["login"] if method == Method::GET => Ok(json!(self.login_policy())),
            ["login"] if method == Method::PUT => {
                self.set_login_policy(body(request)?);
                Ok(done)
            }
            ["rules"] if method == Method::GET => Ok(json!(self.rules())),
            ["rules"] if method == Method::PUT => self.merge_rules(body(request)?),
            ["locks", rest @ ..] => self.control_locks(rest, request),
            ["bulk"] if method == Method::GET => Ok(json!(self.bulk_switches())),
            ["bulk"] if method == Method::PUT => self.merge_bulk_switches(&body(request)?),
            ["replication", "forget"] if method == Method::POST => {
                let Forgetting { object, before } = body(request)?;
                self.forget_purged(object, before);
                Ok(done)
            }
            ["search"] if method == Method::PUT => {
                let Lag { lag_ms } = body(request)?;
                self.set_search_lag(Duration::from_millis(lag_ms));
                Ok(done)
            }
            ["fields"] => self.control_fields(request),
            ["access", user, record] if method == Method::GET => {
                Ok(self.record_access(record_id(user)?, record_id(record)?))
            }
            ["restrictions", rest @ ..] => self.control_sharing(rest, request),
            ["change-events", rest @ ..] => self.control_change_events(rest, request),
            _ => Err(no_such_control()),
        }
    }

    fn control_sharing(&mut self, path: &[&str], request: &Request) -> Result<Json, Refused> {
        let done = Json::Bool(true);
        match (request.method(), path) {
            (&Method::GET, []) => Ok(json!(*self.records.sharing)),
            (&Method::POST, []) => {
                let Hiding {
                    after_calls,
                    restriction,
                } = body(request)?;
                self.check_restriction(&restriction)?;
                self.restrict(restriction, after_calls);
                Ok(done)
            }
            (&Method::DELETE, []) => {
                self.lift_restrictions();
                Ok(done)
            }
            (&Method::DELETE, [id]) => {
                self.show_records(&[record_id(id)?]);
                Ok(done)
            }
            (_, _) => Err(no_such_control()),
        }
    }

    fn control_record(&mut self, path: &[&str], request: &Request) -> Result<Json, Refused> {
        let done = Json::Bool(true);
        match (request.method(), path) {
            (&Method::GET, []) => Ok(self.dump()),
            (&Method::GET, [id]) => self.record(record_id(id)?).ok_or_else(no_such_control),
            (&Method::POST, [object]) if Object::named(object).is_some() => {
                let object = Object::named(object).ok_or_else(no_such_control)?;
                let id = self.create_as_rep(object, &body(request)?)?;
                Ok(json!({ "id": id }))
            }
            (&Method::PATCH, [id]) => {
                self.edit_as_rep(record_id(id)?, &body(request)?)?;
                Ok(done)
            }
            (&Method::DELETE, [id]) => {
                self.delete_as_rep(record_id(id)?)?;
                Ok(done)
            }
            (&Method::POST, [id, "undelete"]) => {
                self.undelete_as_rep(record_id(id)?)?;
                Ok(done)
            }
            (&Method::POST, [id, "purge"]) => {
                self.purge_as_rep(record_id(id)?)?;
                Ok(done)
            }
            (_, _) => Err(no_such_control()),
        }
    }
}

fn no_such_control() -> Refused {
    Refused {
        code: "NOT_FOUND".to_owned(),
        message: "there is no such control".to_owned(),
    }
}

fn record_id(text: &str) -> Result<RecordId, Refused> {
    text.parse().map_err(|_| Refused {
        code: "MALFORMED_ID".to_owned(),
        message: format!("{text} is not the id of a record"),
    })
}

fn as_fields(json: &Json) -> Result<Fields, Refused> {
    json.as_object().cloned().ok_or_else(|| Refused {
        code: "JSON_PARSER_ERROR".to_owned(),
        message: "the fields of a record are a JSON object".to_owned(),
    })
}

fn body<T: DeserializeOwned>(request: &Request) -> Result<T, Refused> {
    serde_json::from_slice(request.body()).map_err(|error| ApiError::json_parser(&error).into())
}
