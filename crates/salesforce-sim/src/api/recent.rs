//! What a user looked at last, as far as requests ask to note it (`Sforce-Mru: updateMru=true`).

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Value as Json, json};

use crate::id::RecordId;
use crate::record_json::name_of;
use crate::schema::Object;
use crate::world::World;

use super::call::Call;

/// Records of one object that are remembered for a user.
const ITEMS_MAX: usize = 200;

/// The latest first, by user and object.
#[derive(Debug, Default)]
pub(crate) struct RecentlyViewed {
    items: BTreeMap<(RecordId, Object), VecDeque<RecordId>>,
}

impl World {
    /// Notes that the call dealt with a record, if it wants that noted.
    pub(super) fn note_viewed(&mut self, id: RecordId, call: &Call) {
        let options = call.header("sforce-mru").unwrap_or_default();
        let is_asked = options
            .split([',', ';'])
            .filter_map(|part| part.split_once('='))
            .any(|(key, value)| {
                key.trim().eq_ignore_ascii_case("updateMru")
                    && value.trim().eq_ignore_ascii_case("true")
            });
        let Some(object) = Object::with_prefix(id.prefix()).filter(|_| is_asked) else {
            return;
        };
        let items = self.recent.items.entry((call.user, object)).or_default();
        items.retain(|viewed| *viewed != id);
        items.push_front(id);
        items.truncate(ITEMS_MAX);
    }

    pub(super) fn recent_items(&self, object: Object, call: &Call) -> Json {
        let schema = self.records.schema_of(object);
        let items = self.recent.items.get(&(call.user, object));
        let shown = items
            .into_iter()
            .flatten()
            .filter(|id| !self.records.sharing.hides(**id))
            .filter_map(|id| self.records.living(*id));
        let (version, name) = (&call.version, object.name());
        shown
            .map(|row| {
                let url = format!("/services/data/v{version}/sobjects/{name}/{}", row.id);
                json!({
                    "attributes": {"type": name, "url": url},
                    "Id": row.id,
                    "Name": name_of(row, schema).to_plain(),
                })
            })
            .collect()
    }
}
