//! Pages and their cursors.
//!
//! A cursor is opaque to clients: base64 of a JSON array with the sort value, the id and the page,
//! as the vendor's begin; ours adds the total, so that it is counted once, and a digest of the
//! query, so that a cursor of another query is refused.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use xxhash_rust::xxh3::xxh3_64;

use crate::answer::Refusal;

/// The largest page of any endpoint.
const PER_PAGE_MAX: u64 = 150;

/// What rows are sorted by; texts come after numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum SortKey {
    Number(i64),
    Text(String),
}

/// The row after which a page begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Cursor(
    pub(crate) SortKey,
    pub(crate) String,
    pub(crate) u64,
    pub(crate) usize,
    u64,
);

/// Which page is asked for.
#[derive(Debug)]
pub(crate) struct PageRequest {
    pub(crate) per_page: usize,
    pub(crate) after: Option<Cursor>,
    digest: u64,
}

impl PageRequest {
    /// Reads `per_page` and `starting_after`; `query` is what the cursor is bound to.
    pub(crate) fn parse(
        per_page: Option<&Value>,
        starting_after: Option<&Value>,
        per_page_usual: u64,
        query: &Value,
    ) -> Result<Self, Refusal> {
        let digest = xxh3_64(query.to_string().as_bytes());
        let per_page = match per_page {
            None | Some(Value::Null) => per_page_usual,
            Some(Value::Number(number)) => number.as_u64().unwrap_or(0),
            Some(Value::String(digits)) => digits.parse().unwrap_or(0),
            Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) => 0,
        };
        if per_page == 0 || per_page > PER_PAGE_MAX {
            return Err(
                Refusal::invalid(format!("per_page must be between 1 and {PER_PAGE_MAX}"))
                    .at_field("per_page"),
            );
        }
        let per_page = usize::try_from(per_page).unwrap_or(1);
        let after = match starting_after {
            None | Some(Value::Null) => None,
            // The vendor answers an empty cursor with an error of its own (observed).
            Some(Value::String(text)) if text.is_empty() => {
                return Err(Refusal::new(
                    http::StatusCode::INTERNAL_SERVER_ERROR,
                    "server_error",
                    "Server Error",
                ));
            }
            Some(cursor) => Some(Cursor::decode(cursor, digest)?),
        };
        Ok(Self {
            per_page,
            after,
            digest,
        })
    }

    /// Reads the `pagination` of a search's body.
    pub(crate) fn of_search(
        body: &Map<String, Value>,
        per_page_usual: u64,
    ) -> Result<Self, Refusal> {
        let pagination = body.get("pagination").unwrap_or(&Value::Null);
        let bound = json!([body.get("query"), body.get("sort")]);
        Self::parse(
            pagination.get("per_page"),
            pagination.get("starting_after"),
            per_page_usual,
            &bound,
        )
    }

    pub(crate) fn number(&self) -> u64 {
        self.after.as_ref().map_or(1, |cursor| cursor.2)
    }

    /// The cursor of the page that follows the row with `key` and `id`.
    pub(crate) fn next(&self, key: SortKey, id: String, total: usize) -> Cursor {
        Cursor(key, id, self.number().saturating_add(1), total, self.digest)
    }
}

impl Cursor {
    fn encode(&self) -> String {
        STANDARD.encode(json!(self).to_string())
    }

    fn decode(text: &Value, digest: u64) -> Result<Self, Refusal> {
        let read = || {
            let bytes = STANDARD.decode(text.as_str()?).ok()?;
            serde_json::from_slice::<Self>(&bytes)
                .ok()
                .filter(|cursor| cursor.4 == digest)
        };
        read().ok_or_else(|| {
            Refusal::new(
                http::StatusCode::BAD_REQUEST,
                "client_error",
                "Invalid starting_after param. Please use the one of a previous page.",
            )
        })
    }
}

/// The `pages` of a list; without `next` on the last page.
pub(crate) fn page_links(request: &PageRequest, total: usize, next: Option<&Cursor>) -> Value {
    let mut pages = json!({
        "type": "pages", "page": request.number(), "per_page": request.per_page,
        "total_pages": total.div_ceil(request.per_page),
    });
    if let Some(next) = next {
        pages["next"] = json!({ "page": next.2, "starting_after": next.encode() });
    }
    pages
}
