//! Refusals in Salesforce's words: a code, a message, and the shape that each resource gives them.

use std::borrow::Cow;
use std::fmt::Write as _;

use http::StatusCode;
use serde_json::Value as Json;

use crate::value::write_json_text;

/// Why a request, or one record of it, is refused.
#[derive(Debug, Clone)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    pub(crate) code: Cow<'static, str>,
    pub(crate) message: String,
    /// Present, though perhaps empty, where a record was to be written.
    pub(crate) fields: Option<Vec<String>>,
    pub(crate) duplicates: Option<Box<Duplicates>>,
    /// What else is wrong with the record.
    pub(crate) more: Vec<Self>,
}

/// What a duplicate rule found.
#[derive(Debug, Clone)]
pub(crate) struct Duplicates {
    /// The key under which the finding is told.
    pub(crate) key: &'static str,
    pub(crate) finding: Json,
}

impl ApiError {
    /// A refusal of the whole request.
    pub(crate) fn new(
        status: StatusCode,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code: code.into(),
            message: message.into(),
            fields: None,
            duplicates: None,
            more: Vec::new(),
        }
    }

    /// A refusal of one record.
    pub(crate) fn record(
        code: &'static str,
        message: impl Into<String>,
        fields: impl IntoIterator<Item = String>,
    ) -> Self {
        Self {
            fields: Some(fields.into_iter().collect()),
            ..Self::new(StatusCode::BAD_REQUEST, code, message)
        }
    }

    pub(crate) fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    pub(crate) fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "NOT_FOUND",
            "The requested resource does not exist",
        )
    }

    pub(crate) fn entity_is_deleted() -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            ..Self::record("ENTITY_IS_DELETED", "entity is deleted", [])
        }
    }

    /// The addressed record does not exist, said to a write.
    pub(crate) fn invalid_cross_reference() -> Self {
        Self {
            status: StatusCode::NOT_FOUND,
            ..Self::record(
                "INVALID_CROSS_REFERENCE_KEY",
                "invalid cross reference id",
                [],
            )
        }
    }

    pub(crate) fn json_parser(error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let message = format!("{error} at [line:{line}, column:{column}]");
        Self::bad_request("JSON_PARSER_ERROR", message)
    }

    pub(crate) fn method_not_allowed(method: &http::Method, allowed: &str) -> Self {
        Self::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "METHOD_NOT_ALLOWED",
            format!("HTTP Method '{method}' not allowed. Allowed are {allowed}"),
        )
    }

    /// The array that REST answers with.
    pub(crate) fn to_rest_body(&self) -> String {
        let mut out = String::from("[{");
        if let Some(duplicates) = &self.duplicates {
            let Duplicates { key, finding } = &**duplicates;
            write!(out, "\"{key}\":{finding},").expect("a string takes everything");
        }
        self.write_members("errorCode", &mut out);
        out.push('}');
        for other in &self.more {
            out.push_str(",{");
            other.write_members("errorCode", &mut out);
            out.push('}');
        }
        out.push(']');
        out
    }

    /// The objects that stand in the `errors` of one record in a collection.
    pub(crate) fn write_record_error(&self, out: &mut String) {
        out.push('{');
        self.write_members("statusCode", out);
        out.push('}');
        for other in &self.more {
            out.push(',');
            other.write_record_error(out);
        }
    }

    fn write_members(&self, code_key: &str, out: &mut String) {
        out.push_str("\"message\":");
        write_json_text(&self.message, out);
        write!(out, ",\"{code_key}\":\"{}\"", self.code).expect("a string takes everything");
        if let Some(fields) = &self.fields
            && self.duplicates.is_none()
        {
            let fields = serde_json::to_string(fields).expect("strings always serialise");
            write!(out, ",\"fields\":{fields}").expect("a string takes everything");
        }
    }
}
