//! Lists by page number: `?page=&per_page=`. A page beyond the last is empty, not an error.

use serde_json::{Value, json};

use super::Call;
use crate::answer::Refusal;

/// The largest page of any endpoint.
const PER_PAGE_MAX: usize = 150;

/// Which page is asked for, counted from one.
#[derive(Debug, Clone, Copy)]
pub(super) struct NumberedPage {
    pub(super) page: usize,
    pub(super) per_page: usize,
}

impl NumberedPage {
    pub(super) fn parse(
        page: Option<&Value>,
        per_page: Option<&Value>,
        per_page_usual: usize,
    ) -> Result<Self, Refusal> {
        let asked = Self {
            page: count(page, 1, "page")?,
            per_page: count(per_page, per_page_usual, "per_page")?,
        };
        if asked.per_page > PER_PAGE_MAX {
            return Err(
                Refusal::invalid(format!("per_page must be between 1 and {PER_PAGE_MAX}"))
                    .at_field("per_page"),
            );
        }
        Ok(asked)
    }

    pub(super) fn of_query(call: &Call<'_>, per_page_usual: usize) -> Result<Self, Refusal> {
        let (page, per_page) = (call.json_param("page"), call.json_param("per_page"));
        Self::parse(page.as_ref(), per_page.as_ref(), per_page_usual)
    }

    /// How far into the list the page reaches.
    pub(super) fn end(self) -> usize {
        self.page.saturating_mul(self.per_page)
    }

    /// The rows of the page.
    pub(super) fn of<T>(self, rows: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
        let before = (self.page - 1).saturating_mul(self.per_page);
        rows.skip(before).take(self.per_page)
    }

    /// The `pages` of the list, which tell the number of the next one.
    pub(super) fn links(self, total: usize) -> Value {
        let next = json!({ "page": self.page.saturating_add(1), "per_page": self.per_page });
        self.linked(total, next)
    }

    /// The same, with the address of the next page.
    pub(super) fn addressed(self, total: usize, call: &Call<'_>) -> Value {
        let (page, per_page) = (self.page.saturating_add(1), self.per_page);
        let next = format!("{}?page={page}&per_page={per_page}", call.address);
        self.linked(total, json!(next))
    }

    fn linked(self, total: usize, next: Value) -> Value {
        json!({
            "type": "pages", "page": self.page, "per_page": self.per_page,
            "total_pages": total.div_ceil(self.per_page).max(1),
            "next": if self.end() < total { next } else { Value::Null },
        })
    }
}

fn count(value: Option<&Value>, usual: usize, name: &str) -> Result<usize, Refusal> {
    let read = match value {
        None | Some(Value::Null) => Some(usual),
        Some(Value::String(digits)) => digits.parse().ok(),
        Some(Value::Number(number)) => number.as_u64().and_then(|n| usize::try_from(n).ok()),
        Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) => None,
    };
    read.filter(|count| *count > 0)
        .ok_or_else(|| Refusal::invalid(format!("{name} must be a positive number")).at_field(name))
}
