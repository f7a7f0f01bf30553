//! Switches for how lists of rows misbehave while a client pages through them.

use serde::{Deserialize, Serialize};

/// How pages of a query differ from what a client may hope for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Paging {
    /// Pages are shorter than asked, by an amount that differs from page to page.
    pub short_pages: bool,
    /// Rows whose order a query leaves open come in another order each time it is asked.
    pub shifting_order: bool,
}
