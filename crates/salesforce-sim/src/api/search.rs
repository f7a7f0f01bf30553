//! `/search` and `/parameterizedSearch`: records by what stands in their fields.
//! (Vendor: "REST API Developer Guide", Search and Parameterized Search.)

use std::sync::Arc;

use http::{Method, StatusCode};
use serde::Deserialize;

use crate::answer::{self, Response};
use crate::error::ApiError;
use crate::id::RecordId;
use crate::schema::Object;
use crate::search::sosl::{Returning, Statement};
use crate::search::{FOUND_MAX, Scope, Search, is_searchable};
use crate::soql::{self, Deleted, Pages, ResultSet};
use crate::world::World;

use super::call::Call;
use super::get_only;

/// Records of one object that an answer holds unless the search says otherwise.
const OBJECT_HITS: usize = 200;

/// From this version on, hits come in an object and not in a bare array.
const WRAPPED_SINCE: u32 = 37;

/// A search without SOSL, as a `POST` sends it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    #[serde(default)]
    q: String,
    #[serde(default, rename = "in")]
    scope: Option<String>,
    #[serde(default)]
    fields: Vec<String>,
    #[serde(default)]
    sobjects: Vec<Wanted>,
    overall_limit: Option<usize>,
    default_limit: Option<usize>,
    #[serde(default)]
    offset: usize,
}

#[derive(Deserialize)]
struct Wanted {
    name: String,
    #[serde(default)]
    fields: Vec<String>,
    limit: Option<usize>,
}

impl World {
    /// `GET /search?q=FIND {…}`.
    pub(super) fn search(&mut self, call: &Call) -> Result<Response, ApiError> {
        get_only(call)?;
        let text = call.parameter("q").unwrap_or_default();
        let statement = Statement::parse(text)?;
        let search = Search::new(&statement.term, statement.scope)?;
        let returning = match statement.returning {
            Some(returning) => returning,
            None => self.every_searchable(),
        };
        let limit = statement.limit.unwrap_or(FOUND_MAX);
        self.hits(&search, &returning, limit, 0, call)
    }

    /// `GET` or `POST /parameterizedSearch`.
    pub(super) fn parameterized_search(&mut self, call: &Call) -> Result<Response, ApiError> {
        let asked = match call.method {
            Method::GET | Method::HEAD => Parameters::of(call)?,
            Method::POST => call.json()?,
            _ => return Err(ApiError::method_not_allowed(&call.method, "HEAD,GET,POST")),
        };
        let scope = match &asked.scope {
            None => Scope::All,
            Some(name) => Scope::named(name)
                .ok_or_else(|| invalid(format!("'{name}' is not a scope of a search")))?,
        };
        let limit = asked.overall_limit.unwrap_or(FOUND_MAX);
        if limit > FOUND_MAX || asked.offset > FOUND_MAX {
            return Err(invalid(format!(
                "overallLimit and offset cannot be more than {FOUND_MAX}"
            )));
        }
        if asked.offset > 0 && asked.sobjects.len() != 1 {
            return Err(invalid("An offset needs exactly one sobject".to_owned()));
        }
        if asked.sobjects.is_empty() && !asked.fields.is_empty() {
            return Err(invalid("Fields need at least one sobject".to_owned()));
        }
        let search = Search::new(&asked.q, scope)?;
        let general = asked.fields.join(",");
        let mut returning = if asked.sobjects.is_empty() {
            self.every_searchable()
        } else {
            asked
                .sobjects
                .iter()
                .map(|wanted| wanted.returning(&general))
                .collect()
        };
        for one in &mut returning {
            one.limit = one.limit.or(asked.default_limit);
        }
        self.hits(&search, &returning, limit, asked.offset, call)
    }

    /// Of each object its ids.
    fn every_searchable(&self) -> Vec<Returning> {
        Object::ALL
            .into_iter()
            .filter(|object| is_searchable(*object) && !self.records.sharing.denies(*object))
            .map(|object| returning_of(object.name(), ""))
            .collect()
    }

    /// Looks through the objects in their order until `limit` records are found. Of each, the
    /// first `offset` are skipped.
    fn hits(
        &mut self,
        search: &Search,
        returning: &[Returning],
        limit: usize,
        offset: usize,
        call: &Call,
    ) -> Result<Response, ApiError> {
        let mut written = 0;
        let mut list = String::from("[");
        for wanted in returning {
            let object = self.searched(&wanted.object)?;
            if wanted.fields.contains('(') {
                let message = "unexpected token: '('";
                return Err(ApiError::bad_request("MALFORMED_SEARCH", message));
            }
            // Names are looked up even if nothing is found.
            soql::compile(
                &soql_of(object, wanted, &[]),
                &self.records,
                call.user,
                call.now,
            )?;
            let lag = self.search_lag;
            let mut ids = search.ids(object, &self.records, call.now, lag);
            ids.drain(..offset.min(ids.len()));
            if ids.is_empty() {
                continue;
            }
            let text = soql_of(object, wanted, &ids);
            let plan = soql::compile(&text, &self.records, call.user, call.now)?;
            let rows = soql::run(&Arc::new(plan), &self.records, Deleted::Hidden);
            let most = wanted.limit.unwrap_or(OBJECT_HITS).min(limit - written);
            let cursors = &mut self.cursors;
            let mut keep = |list: &Arc<ResultSet>| cursors.open(list, call.now);
            let mut pages = Pages {
                version: &call.version,
                rows: OBJECT_HITS,
                keep: &mut keep,
            };
            for at in 0..rows.len().min(most) {
                if written > 0 {
                    list.push(',');
                }
                written += 1;
                rows.write_json(at, &mut pages, &mut list);
            }
        }
        list.push(']');
        self.records.count_reads(written);
        let body = if call.major() >= WRAPPED_SINCE {
            format!("{{\"searchRecords\":{list}}}")
        } else {
            list
        };
        Ok(answer::json(StatusCode::OK, body))
    }

    fn searched(&self, name: &str) -> Result<Object, ApiError> {
        self.known(name)
            .ok()
            .filter(|object| is_searchable(*object))
            .ok_or_else(|| {
                let message = format!("sObject type '{name}' is not supported.");
                ApiError::bad_request("INVALID_TYPE", message)
            })
    }
}

impl Parameters {
    /// `?q=Acme&sobject=Account&Account.fields=Id,Name&Account.limit=10&in=NAME`.
    fn of(call: &Call) -> Result<Self, ApiError> {
        let number = |name: &str| match call.parameter(name) {
            None => Ok(None),
            Some(text) => text
                .parse()
                .map(Some)
                .map_err(|_| invalid(format!("{name} is not a number: {text}"))),
        };
        let list = |name: &str| -> Vec<String> {
            let text = call.parameter(name).unwrap_or_default();
            let items = text
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty());
            items.map(str::to_owned).collect()
        };
        let named = call.query.iter().filter(|(key, _)| key == "sobject");
        let names = named.flat_map(|(_, names)| names.split(',')).map(str::trim);
        let sobjects = names
            .map(|name| {
                let own = list(&format!("{name}.fields"));
                Ok(Wanted {
                    name: name.to_owned(),
                    fields: if own.is_empty() {
                        list("sobject.fields")
                    } else {
                        own
                    },
                    limit: number(&format!("{name}.limit"))?,
                })
            })
            .collect::<Result<_, ApiError>>()?;
        Ok(Self {
            q: call.parameter("q").unwrap_or_default().to_owned(),
            scope: call.parameter("in").map(str::to_owned),
            fields: list("fields"),
            sobjects,
            overall_limit: number("overallLimit")?,
            default_limit: number("defaultLimit")?,
            offset: number("offset")?.unwrap_or_default(),
        })
    }
}

impl Wanted {
    fn returning(&self, general: &str) -> Returning {
        let own = self.fields.join(",");
        let fields = if own.is_empty() { general } else { &own };
        Returning {
            limit: self.limit,
            ..returning_of(&self.name, fields)
        }
    }
}

fn returning_of(object: &str, fields: &str) -> Returning {
    Returning {
        object: object.to_owned(),
        fields: fields.to_owned(),
        filter: None,
        rest: String::new(),
        limit: None,
    }
}

/// The query that reads what was found; without ids, one that checks the names.
fn soql_of(object: Object, wanted: &Returning, ids: &[RecordId]) -> String {
    let fields = if wanted.fields.is_empty() {
        "Id"
    } else {
        &wanted.fields
    };
    let listed = ids.iter().map(|id| format!("'{id}'")).collect::<Vec<_>>();
    let listed = (!ids.is_empty()).then(|| format!("Id IN ({})", listed.join(",")));
    let filter = wanted.filter.as_ref().map(|filter| format!("({filter})"));
    let conditions: Vec<String> = filter.into_iter().chain(listed).collect();
    let clause = if conditions.is_empty() {
        String::new()
    } else {
        format!(" WHERE {}", conditions.join(" AND "))
    };
    let (object, rest) = (object.name(), &wanted.rest);
    format!("SELECT {fields} FROM {object}{clause} {rest}")
}

fn invalid(message: String) -> ApiError {
    ApiError::bad_request("INVALID_SEARCH", message)
}
