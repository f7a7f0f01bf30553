//! The form on which a rep merges records of one object: the one whose page it was opened from
//! stays, the others go into the Recycle Bin and leave it what hung on them.

use askama::Template;
use http::{Method, StatusCode};

use crate::answer::{self, Request, Response};
use crate::api::call::pairs;
use crate::control::Refused;
use crate::id::RecordId;
use crate::row::Row;
use crate::value::{Value, equal_folded};
use crate::world::World;

use super::{Frame, record_base, record_href, rendered};

/// Records that a form offers.
const OFFERED_MAX: usize = 25;

#[derive(Template)]
#[template(path = "merge.html")]
struct MergePage {
    frame: Frame,
    plural: String,
    title: String,
    href: String,
    q: String,
    offered: Vec<Offered>,
    /// Empty until a merge is refused.
    error: String,
}

/// A record that could be merged away.
struct Offered {
    id: String,
    href: String,
    name: String,
    note: String,
    is_chosen: bool,
}

impl World {
    pub(super) fn merge_page(&mut self, master: &Row, request: &Request) -> Response {
        let query = pairs(request.uri().query().unwrap_or_default().as_bytes());
        let q = query.into_iter().find(|(key, _)| key == "q");
        let q = q
            .map(|(_, text)| text.trim().to_owned())
            .unwrap_or_default();
        let mut chosen = Vec::new();
        let mut error = String::new();
        if request.method() == Method::POST {
            let sent = pairs(request.body()).into_iter();
            chosen = sent
                .filter(|(key, _)| key == "loser")
                .map(|(_, id)| id)
                .collect();
            match self.merge_as_sent(master, &chosen) {
                Ok(()) => return answer::see_other(&record_href(master.id)),
                Err(refused) => error = refused.message,
            }
        }
        let page = MergePage {
            frame: self.frame(Some(master.object())),
            plural: master.object().plural_label().to_lowercase(),
            title: self.name_of(master),
            href: record_base(master.id),
            offered: self.mergeable_with(master, &q, &chosen),
            q,
            error,
        };
        let status = if page.error.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::UNPROCESSABLE_ENTITY
        };
        rendered(status, &page)
    }

    fn merge_as_sent(&mut self, master: &Row, chosen: &[String]) -> Result<(), Refused> {
        let refused = |message: String| Refused {
            code: "INVALID_NUMBER_OF_RECORDS".to_owned(),
            message,
        };
        if chosen.is_empty() || chosen.len() > 2 {
            return Err(refused("Choose one or two records to merge.".to_owned()));
        }
        let losers = chosen.iter().map(|id| {
            id.parse::<RecordId>()
                .map_err(|_| refused(format!("{id} is not the id of a record")))
        });
        let losers = losers.collect::<Result<Vec<_>, _>>()?;
        self.merge_as_rep(master.id, &losers)
    }

    /// What was searched for; without a search, whoever shares the email or the name.
    fn mergeable_with(&self, master: &Row, q: &str, chosen: &[String]) -> Vec<Offered> {
        let object = master.object();
        let schema = self.records.schema_of(object);
        let wanted = q.to_lowercase();
        let name = self.name_of(master);
        let email = schema
            .position("Email")
            .and_then(|place| master.stored(place).as_text());
        let is_like = |row: &Row| {
            if !wanted.is_empty() {
                return self.is_wanted(row, &wanted);
            }
            let theirs = schema.position("Email").map(|place| row.stored(place));
            let shares_email = email.is_some_and(|email| {
                theirs
                    .and_then(Value::as_text)
                    .is_some_and(|t| equal_folded(t, email))
            });
            shares_email || equal_folded(&self.name_of(row), &name)
        };
        let table = self.records.tables.of(object);
        table
            .rows()
            .filter(|row| row.id != master.id && !row.is_deleted && is_like(row))
            .take(OFFERED_MAX)
            .map(|row| Offered {
                id: row.id.to_string(),
                href: record_href(row.id),
                name: self.name_of(row),
                note: self.note_of(row),
                is_chosen: chosen.contains(&row.id.to_string()),
            })
            .collect()
    }
}
