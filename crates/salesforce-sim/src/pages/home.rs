//! The first page: what there is, and what changed last.

use std::ops::Bound;

use askama::Template;
use http::StatusCode;

use crate::answer::Response;
use crate::schema::Object;
use crate::world::World;

use super::{Frame, Link, TABS, mark, record_href, rendered};

/// Leads that are shown as recently changed.
const RECENT_ROWS: usize = 8;

/// Seconds back in which changes count as recent: a week.
const RECENT_SECONDS: i64 = 7 * 86_400;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    frame: Frame,
    first_name: String,
    open_leads: usize,
    tiles: Vec<Tile>,
    recent: Vec<Link>,
}

struct Tile {
    name: &'static str,
    mark: &'static str,
    label: String,
    count: usize,
}

impl World {
    pub(super) fn home_page(&self) -> Response {
        let tables = &self.records.tables;
        let tiles = TABS.map(|object| Tile {
            name: object.name(),
            mark: mark(object),
            label: object.plural_label(),
            count: crate::soql::living(tables, object),
        });
        let schema = self.records.schema_of(Object::Lead);
        let leads = tables.of(Object::Lead);
        let is_open = |status: Option<&str>| status.is_some_and(|s| !s.starts_with("Closed"));
        let open_leads = leads
            .rows()
            .filter(|lead| !lead.is_deleted && is_open(lead.text(schema, "Status")))
            .count();
        let since = Bound::Included(self.now.as_seconds() - RECENT_SECONDS);
        let mut recent: Vec<_> = leads
            .stamped(since, Bound::Unbounded)
            .filter_map(|place| leads.at(place))
            .filter(|lead| !lead.is_deleted)
            .collect();
        recent.reverse();
        let recent = recent
            .into_iter()
            .take(RECENT_ROWS)
            .map(|lead| Link {
                href: record_href(lead.id),
                text: self.name_of(lead),
                note: lead.text(schema, "Company").unwrap_or_default().to_owned(),
            })
            .collect();
        let page = HomePage {
            frame: self.frame(None),
            first_name: self.user_text(self.rep(), "FirstName"),
            open_leads,
            tiles: tiles.into(),
            recent,
        };
        rendered(StatusCode::OK, &page)
    }
}
