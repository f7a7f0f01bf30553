//! From an answer that says no to the error it means. Decided by status and code alone.

use http::StatusCode;
use model::sf::RecordId;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{DAILY_LIMIT_PAUSE, SalesforceError};
use crate::Usage;

/// One error as Salesforce writes it: `errorCode` in REST, `statusCode` in collections and after a
/// create with `success: false`.
#[derive(Debug, Deserialize)]
struct FaultWire {
    #[serde(flatten, deserialize_with = "code_of")]
    code: String,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    fields: Option<Vec<String>>,
    // Salesforce's own spelling, seen since duplicate rules exist; newer answers have both.
    // Their shape is read apart: what is odd in it must not hide the refusal.
    #[serde(default, rename = "duplicateResut")]
    misspelled: Option<Value>,
    #[serde(default, rename = "duplicateResult")]
    spelled: Option<Value>,
}

/// The code under either name; some answers have both.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CodesWire {
    error_code: Option<String>,
    status_code: Option<String>,
}

fn code_of<'de, D: Deserializer<'de>>(fault: D) -> Result<String, D::Error> {
    let codes = CodesWire::deserialize(fault)?;
    let code = codes.error_code.or(codes.status_code);
    code.ok_or_else(|| D::Error::missing_field("errorCode"))
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum FaultsWire {
    Many(Vec<FaultWire>),
    // A few resources answer with a bare object.
    One(FaultWire),
}

/// What the answer means. `usage` tells the daily limit from the one on long calls, which share
/// their code.
pub(crate) fn refusal(status: StatusCode, body: &[u8], usage: Option<Usage>) -> SalesforceError {
    // By status first: behind these the edge may speak for an instance that did carry out the
    // request, whatever the body says. 420 and an empty 406 come from the edge as well.
    if matches!(status.as_u16(), 406 | 420 | 502..=504) {
        return SalesforceError::Unavailable {
            status: status.as_u16(),
        };
    }
    let faults = match serde_json::from_slice::<FaultsWire>(body) {
        Ok(FaultsWire::Many(faults)) => faults,
        Ok(FaultsWire::One(fault)) => vec![fault],
        Err(_) => Vec::new(),
    };
    if status == StatusCode::MULTIPLE_CHOICES && is_list_of_paths(body) {
        return SalesforceError::DuplicateValue {
            message: "several records have this external id".to_owned(),
        };
    }
    if faults.is_empty() {
        return if status == StatusCode::UNAUTHORIZED {
            SalesforceError::SessionExpired
        } else if status.is_server_error() {
            SalesforceError::Unavailable {
                status: status.as_u16(),
            }
        } else {
            unexpected("an error of the API", status, body)
        };
    }
    meaning(status, faults, usage)
}

/// Of an external id that several records have, the answer is a list of their paths.
fn is_list_of_paths(body: &[u8]) -> bool {
    serde_json::from_slice::<Vec<String>>(body).is_ok_and(|paths| {
        !paths.is_empty() && paths.iter().all(|path| path.starts_with("/services/data/"))
    })
}

/// What the errors of one record among many mean, which have no status of their own.
pub(crate) fn of_record(status: StatusCode, errors: &str) -> SalesforceError {
    match serde_json::from_str::<Vec<FaultWire>>(errors) {
        Ok(faults) if !faults.is_empty() => {
            meaning(status_of_record(status, &faults[0]), faults, None)
        }
        Ok(_) | Err(_) => unexpected("the errors of a record", status, errors.as_bytes()),
    }
}

/// Without a field, a wrong reference is the addressed record, which is not there.
fn status_of_record(status: StatusCode, first: &FaultWire) -> StatusCode {
    let addressed = first.code == "INVALID_CROSS_REFERENCE_KEY"
        && first.fields.as_ref().is_none_or(Vec::is_empty);
    if addressed {
        StatusCode::NOT_FOUND
    } else {
        status
    }
}

/// What `sf__Error` of a bulk job's row means: `CODE:message:Field1 Field2 --`.
pub(crate) fn of_bulk_row(text: &str) -> SalesforceError {
    let (code, rest) = text.split_once(':').unwrap_or((text, ""));
    let rest = rest.trim_end();
    let rest = rest.strip_suffix("--").unwrap_or(rest);
    let (message, fields) = rest.rsplit_once(':').unwrap_or((rest, ""));
    let fields = fields
        .split([',', ' '])
        .filter(|field| !field.is_empty())
        .map(str::to_owned)
        .collect();
    let fault = FaultWire {
        code: code.to_owned(),
        message: Some(message.to_owned()),
        fields: Some(fields),
        misspelled: None,
        spelled: None,
    };
    let status = status_of_record(StatusCode::BAD_REQUEST, &fault);
    meaning(status, vec![fault], None)
}

/// The error of something that is not an answer of the API.
pub(crate) fn unexpected(
    expected: &'static str,
    status: StatusCode,
    body: &[u8],
) -> SalesforceError {
    SalesforceError::UnexpectedAnswer {
        expected,
        status: status.as_u16(),
        excerpt: transport::excerpt(body),
    }
}

/// The first fault decides; the words and fields of all of them are kept.
fn meaning(status: StatusCode, faults: Vec<FaultWire>, usage: Option<Usage>) -> SalesforceError {
    let words: Vec<&str> = faults
        .iter()
        .filter_map(|fault| fault.message.as_deref())
        .collect();
    let message = words.join("; ");
    let mut faults = faults.into_iter();
    let first = faults.next().expect("the caller has at least one fault");
    let mut fields = first.fields.unwrap_or_default();
    fields.extend(faults.flat_map(|fault| fault.fields.unwrap_or_default()));
    let code = first.code;
    match code.as_str() {
        "INVALID_SESSION_ID" => SalesforceError::SessionExpired,
        // A trigger or flow that met a lock says so in its own code; the inner one is not
        // translated.
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY" if message.contains("UNABLE_TO_LOCK_ROW") => {
            SalesforceError::RowLocked
        }
        "REQUEST_LIMIT_EXCEEDED" => SalesforceError::LimitExceeded {
            resets_in: usage
                .filter(|usage| usage.is_spent())
                .map(|_| DAILY_LIMIT_PAUSE),
            message,
        },
        "UNABLE_TO_LOCK_ROW" => SalesforceError::RowLocked,
        "QUERY_TIMEOUT" => SalesforceError::QueryTooSlow,
        "INVALID_QUERY_LOCATOR" => SalesforceError::LocatorExpired,
        "CANNOT_UPDATE_CONVERTED_LEAD" => SalesforceError::Converted,
        "ENTITY_IS_DELETED" => SalesforceError::Deleted,
        "REQUIRED_FIELD_MISSING" => SalesforceError::RequiredFieldMissing { fields, message },
        "INVALID_FIELD_FOR_INSERT_UPDATE" => SalesforceError::FieldNotWritable { fields, message },
        "DUPLICATE_VALUE" | "DUPLICATE_EXTERNAL_ID" => SalesforceError::DuplicateValue { message },
        "DUPLICATES_DETECTED" => duplicates(first.spelled.or(first.misspelled).as_ref(), message),
        // Of the addressed record it means that there is none; inside a field it is a wrong value.
        "INVALID_CROSS_REFERENCE_KEY" if status != StatusCode::NOT_FOUND => {
            SalesforceError::Validation {
                code,
                message,
                fields,
            }
        }
        "ALL_OR_NONE_OPERATION_ROLLED_BACK" | "PROCESSING_HALTED" => {
            SalesforceError::Halted { code }
        }
        _ => by_family(status, code, message, fields),
    }
}

/// Codes that share a variant.
fn by_family(
    status: StatusCode,
    code: String,
    message: String,
    fields: Vec<String>,
) -> SalesforceError {
    match code.as_str() {
        "API_DISABLED_FOR_ORG" | "API_CURRENTLY_DISABLED" => {
            SalesforceError::ApiDisabled { code, message }
        }
        "SERVER_UNAVAILABLE"
        | "UNKNOWN_EXCEPTION"
        | "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE"
        | "ORG_IN_MAINTENANCE"
        | "TXN_SECURITY_METERING_ERROR"
        | "TOO_MANY_APEX_REQUESTS"
        | "REQUEST_RUNNING_TOO_LONG"
        | "APEX_ERROR"
        | "FUNCTIONALITY_TEMPORARILY_UNAVAILABLE" => SalesforceError::Busy { code, message },
        "LIMIT_EXCEEDED" | "STORAGE_LIMIT_EXCEEDED" => {
            SalesforceError::StorageFull { code, message }
        }
        "NOT_FOUND" | "INVALID_CROSS_REFERENCE_KEY" => SalesforceError::NotFound { code, message },
        "INVALID_FIELD" | "INVALID_TYPE" => SalesforceError::SchemaChanged { code, message },
        "INACTIVE_OWNER_OR_USER"
        | "OP_WITH_INVALID_USER_TYPE_EXCEPTION"
        | "TRANSFER_REQUIRES_READ" => SalesforceError::OwnerRefused { code, message },
        "INSUFFICIENT_ACCESS"
        | "INSUFFICIENT_ACCESS_OR_READONLY"
        | "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"
        | "FUNCTIONALITY_NOT_ENABLED" => SalesforceError::AccessDenied { code, message },
        // The one that passes by itself stands above.
        policy if policy.starts_with("TXN_SECURITY_") => {
            SalesforceError::AccessDenied { code, message }
        }
        "STRING_TOO_LONG"
        | "INVALID_EMAIL_ADDRESS"
        | "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
        | "FIELD_CUSTOM_VALIDATION_EXCEPTION"
        | "FIELD_FILTER_VALIDATION_EXCEPTION"
        | "FIELD_INTEGRITY_EXCEPTION"
        | "NUMBER_OUTSIDE_VALID_RANGE"
        | "INVALID_TYPE_ON_FIELD_IN_RECORD"
        | "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
        | "CANNOT_EXECUTE_FLOW_TRIGGER"
        | "FLOW_EXCEPTION"
        | "MAX_TASK_DESCRIPTION_EXCEEEDED"
        | "SELF_REFERENCE_FROM_TRIGGER"
        | "DELETE_FAILED"
        | "DEPENDENCY_EXISTS"
        | "ENTITY_IS_LOCKED"
        | "INVALID_STATUS" => SalesforceError::Validation {
            code,
            message,
            fields,
        },
        "MALFORMED_QUERY"
        | "MALFORMED_ID"
        | "QUERY_TOO_COMPLICATED"
        | "INVALID_QUERY_FILTER_OPERATOR"
        | "INVALID_REPLICATION_DATE"
        | "EXCEEDED_ID_LIMIT"
        | "OPERATION_TOO_LARGE"
        | "DELETE_OPERATION_TOO_LARGE"
        | "MIXED_DML_OPERATION"
        | "JSON_PARSER_ERROR"
        | "INVALID_JSON"
        | "INVALID_AUTH_HEADER"
        | "METHOD_NOT_ALLOWED"
        | "UNSUPPORTED_MEDIA_TYPE"
        | "UNSUPPORTED_API_VERSION" => SalesforceError::Malformed { code, message },
        _ => SalesforceError::Refused {
            status: status.as_u16(),
            code,
            message,
        },
    }
}

fn duplicates(result: Option<&Value>, message: String) -> SalesforceError {
    let list = |of: &'_ Value, name: &str| of[name].as_array().cloned().unwrap_or_default();
    let result = result.unwrap_or(&Value::Null);
    let mut matches: Vec<RecordId> = Vec::new();
    for record in list(result, "matchResults")
        .iter()
        .flat_map(|of_rule| list(of_rule, "matchRecords"))
    {
        // A rule can match Accounts too; they are nobody's Lead or contact.
        let id = record["record"]["Id"].as_str();
        if let Some(id) = id.and_then(|id| id.parse().ok())
            && !matches.contains(&id)
        {
            matches.push(id);
        }
    }
    SalesforceError::Duplicates {
        allow_save: result["allowSave"].as_bool().unwrap_or(false),
        matches,
        message,
    }
}

#[cfg(test)]
mod tests;
