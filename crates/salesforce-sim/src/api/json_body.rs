//! Request bodies: JSON of a known shape, or the refusal in the words of the vendor's parser.

use http::StatusCode;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use crate::error::ApiError;

/// Reads a body; `what` is what the vendor would call the thing that it has to be.
pub(super) fn read<T: DeserializeOwned>(body: &[u8], what: &str) -> Result<T, ApiError> {
    if body.iter().all(u8::is_ascii_whitespace) {
        let message = "The HTTP entity body is required, but this request has no entity body.";
        return Err(refused(message.to_owned()));
    }
    serde_json::from_slice(body).map_err(|error| explained(body, &error, what))
}

fn refused(message: String) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "JSON_PARSER_ERROR", message)
}

fn explained(body: &[u8], error: &serde_json::Error, what: &str) -> ApiError {
    let (line, column) = (error.line().max(1), error.column().max(1));
    let said = match error.classify() {
        Category::Eof => "Unexpected end-of-input".to_owned(),
        Category::Syntax | Category::Io => unexpected(body, error),
        Category::Data => format!(
            "Cannot deserialize instance of {what} from {} or request may be missing a required \
             field",
            token(body)
        ),
    };
    refused(format!("{said} at [line:{line}, column:{column}]"))
}

/// What the vendor's parser says about a character that it did not expect.
fn unexpected(body: &[u8], error: &serde_json::Error) -> String {
    let line = body
        .split(|byte| *byte == b'\n')
        .nth(error.line().max(1) - 1);
    let line = String::from_utf8_lossy(line.unwrap_or_default());
    let Some(found) = line.chars().nth(error.column().max(1) - 1) else {
        return "Unexpected character".to_owned();
    };
    let text = error.to_string();
    let expected = [
        (
            "expected value",
            "expected a valid value (number, String, array, object, 'true', 'false' or 'null')",
        ),
        (
            "key must be a string",
            "was expecting double-quote to start field name",
        ),
        (
            "expected `:`",
            "was expecting a colon to separate field name and value",
        ),
        (
            "expected `,` or `}`",
            "was expecting comma to separate Object entries",
        ),
        (
            "expected `,` or `]`",
            "was expecting comma to separate Array entries",
        ),
        (
            "trailing comma",
            "was expecting double-quote to start field name",
        ),
        (
            "expected ident",
            "was expecting ('true', 'false' or 'null')",
        ),
    ];
    let expected = expected.iter().find(|(ours, _)| text.starts_with(ours));
    let code = u32::from(found);
    match expected {
        Some((_, theirs)) => format!("Unexpected character ('{found}' (code {code})): {theirs}"),
        None => format!("Unexpected character ('{found}' (code {code}))"),
    }
}

/// The first token of a body, as the vendor's parser names it.
fn token(body: &[u8]) -> &'static str {
    match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => "START_OBJECT value {",
        Some(b'[') => "START_ARRAY value [",
        Some(b'"') => "VALUE_STRING",
        Some(b't') => "VALUE_TRUE value true",
        Some(b'f') => "VALUE_FALSE value false",
        Some(b'n') => "VALUE_NULL value null",
        Some(_) | None => "VALUE_NUMBER",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value};

    use super::*;

    fn said(body: &str) -> String {
        read::<Map<String, Value>>(body.as_bytes(), "Lead").map_or_else(
            |error| format!("{}: {}", error.code, error.message),
            |_| "read".to_owned(),
        )
    }

    #[test]
    fn the_place_and_the_character_are_named() {
        assert_eq!(
            said("{\"a\":\n x}"),
            "JSON_PARSER_ERROR: Unexpected character ('x' (code 120)): expected a valid value \
             (number, String, array, object, 'true', 'false' or 'null') at [line:2, column:2]"
        );
        assert_eq!(
            said("{a:1}"),
            "JSON_PARSER_ERROR: Unexpected character ('a' (code 97)): was expecting double-quote \
             to start field name at [line:1, column:2]"
        );
        assert_eq!(
            said("{\"a\":1"),
            "JSON_PARSER_ERROR: Unexpected end-of-input at [line:1, column:6]"
        );
        assert_eq!(
            said("[]"),
            "JSON_PARSER_ERROR: Cannot deserialize instance of Lead from START_ARRAY value [ or \
             request may be missing a required field at [line:1, column:1]"
        );
        assert_eq!(
            said(" "),
            "JSON_PARSER_ERROR: The HTTP entity body is required, but this request has no entity \
             body."
        );
    }
}
