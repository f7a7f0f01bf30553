//! SOQL: text → syntax → plan → rows.
//!
//! Written from the vendor's grammar. What is not understood is refused as `MALFORMED_QUERY`;
//! a query is never answered with rows of a simpler one. Nothing here changes a record, and the
//! only thing asked of the present is what `TODAY` means.
//!
//! Start at [`compile`], then [`run`].

mod bind;
mod class;
mod dates;
mod explain;
mod functions;
mod lexer;
mod parser;
mod pattern;
mod predicate;
mod results;
mod search;
mod syntax;

use model::Timestamp;

use crate::error::ApiError;
use crate::id::RecordId;
use crate::records::Records;

pub(crate) use bind::Plan;
pub(crate) use dates::day_of;
pub(crate) use explain::explain;
pub(crate) use predicate::{Column, Reads};
pub(crate) use results::{Kept, Pages, ResultSet};
pub(crate) use search::{Deleted, living, run, run_shifted};

/// The longest statement that is read.
const STATEMENT_CHARS_MAX: usize = 100_000;

/// Turns the text of a query into what it asks of the tables.
///
/// `user` asks it at `now`. An object that apps may not read is refused like one that does not exist.
pub(crate) fn compile(
    text: &str,
    records: &Records,
    user: RecordId,
    now: Timestamp,
) -> Result<Plan, ApiError> {
    if text.chars().nth(STATEMENT_CHARS_MAX).is_some() {
        return Err(malformed(
            "SOQL statements cannot be longer than 100000 characters.",
        ));
    }
    let query = parser::parse(text)?;
    bind::bind(text, &query, records, user, now)
}

/// The text is no query, or uses something that this world does not know.
fn malformed(message: impl Into<String>) -> ApiError {
    ApiError::bad_request("MALFORMED_QUERY", message)
}

/// A refusal that points at a place of the query, in the layout that clients have recorded.
fn pointed(code: &'static str, text: &str, offset: usize, message: &str) -> ApiError {
    let before = &text[..offset];
    let row = before.matches('\n').count() + 1;
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = text[line_start..].lines().next().unwrap_or_default();
    let column = before[line_start..].chars().count();
    let caret = " ".repeat(column);
    ApiError::bad_request(
        code,
        format!(
            "\n{line}\n{caret}^\nERROR at Row:{row}:Column:{}\n{message}",
            column + 1
        ),
    )
}
