//! Refusals in Salesforce's words: a code, a message, and the shape that each resource gives them.

use std::borrow::Cow;
use std::fmt::Write as _;

use http::StatusCode;

use crate::id::RecordId;
use crate::schema::Object;
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
}

/// What a duplicate rule found.
#[derive(Debug, Clone)]
pub(crate) struct Duplicates {
    pub(crate) object: Object,
    pub(crate) rule: &'static str,
    pub(crate) matching_rule: &'static str,
    pub(crate) matches: Vec<RecordId>,
    pub(crate) allow_save: bool,
    /// The key under which the finding is reported; the vendor misspells it.
    pub(crate) key: &'static str,
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
            duplicates.write(&self.message, &mut out);
        }
        self.write_members("errorCode", &mut out);
        out.push_str("}]");
        out
    }

    /// The object that stands in the `errors` of one record in a collection.
    pub(crate) fn write_record_error(&self, out: &mut String) {
        out.push('{');
        self.write_members("statusCode", out);
        out.push('}');
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

impl Duplicates {
    /// Writes the finding as a member, with its comma.
    fn write(&self, message: &str, out: &mut String) {
        let entity = self.object.name();
        let matches: Vec<_> = self
            .matches
            .iter()
            .map(|id| {
                let found = Object::with_prefix(id.prefix()).map_or(entity, Object::name);
                serde_json::json!({
                    "additionalInformation": [],
                    "fieldDiffs": [],
                    "matchConfidence": 100.0,
                    "record": {
                        "attributes": {
                            "type": found,
                            "url": format!("/services/data/v67.0/sobjects/{found}/{id}"),
                        },
                        "Id": id,
                    },
                })
            })
            .collect();
        let finding = serde_json::json!({
            "allowSave": self.allow_save,
            "duplicateRule": self.rule,
            "duplicateRuleEntityType": entity,
            "errorMessage": message,
            "matchResults": [{
                "entityType": entity,
                "errors": [],
                "matchEngine": "ExactMatchEngine",
                "matchRecords": matches,
                "rule": self.matching_rule,
                "size": self.matches.len(),
                "success": true,
            }],
        });
        write!(out, "\"{}\":{finding},", self.key).expect("a string takes everything");
    }
}
