//! JSON → the value of a field, or the refusal that the org gives.

use jiff::civil::Date;
use model::Timestamp;
use serde_json::Value as Json;

use crate::error::ApiError;
use crate::id::RecordId;
use crate::schema::{Field, Kind, Object};
use crate::value::Value;

use super::Records;

impl Records {
    /// Reads what a client sent for `field`. Texts are trimmed, and an empty one is nothing.
    pub(super) fn coerce(&self, field: &Field, json: &Json) -> Result<Value, ApiError> {
        if json.is_null() || json.as_str().is_some_and(|text| text.trim().is_empty()) {
            let is_flag = field.kind == Kind::Bool;
            return if is_flag {
                Err(wrong_type(field, json))
            } else {
                Ok(Value::Null)
            };
        }
        match field.kind {
            Kind::Text
            | Kind::TextArea
            | Kind::Phone
            | Kind::Email
            | Kind::Url
            | Kind::Picklist
            | Kind::Combobox => text(field, json),
            Kind::MultiPicklist => several(field, json),
            Kind::Id | Kind::Reference => self.reference(field, json),
            Kind::Bool => flag(field, json),
            Kind::Int | Kind::Double | Kind::Currency | Kind::Percent => number(field, json),
            Kind::Date => date(field, json),
            Kind::Instant => instant(field, json),
            Kind::Address => Err(wrong_type(field, json)),
        }
    }

    fn reference(&self, field: &Field, json: &Json) -> Result<Value, ApiError> {
        let text = json.as_str().ok_or_else(|| wrong_type(field, json))?;
        let malformed = || {
            let message = format!("{}: id value of incorrect type: {text}", field.label);
            ApiError::record("MALFORMED_ID", message, [field.name.clone()])
        };
        let id: RecordId = text.trim().parse().map_err(|_| malformed())?;
        let object = Object::with_prefix(id.prefix()).ok_or_else(malformed)?;
        if !field.refers_to.contains(&object) {
            return Err(malformed());
        }
        let Some(row) = self.living(id) else {
            let message = "invalid cross reference id";
            return Err(ApiError::record(
                "INVALID_CROSS_REFERENCE_KEY",
                message,
                [field.name.clone()],
            ));
        };
        if row.object() == Object::Lead && row.flag(self.schema_of(Object::Lead), "IsConverted") {
            return Err(converted_lead());
        }
        Ok(Value::Id(id))
    }
}

pub(super) fn converted_lead() -> ApiError {
    ApiError::record(
        "CANNOT_UPDATE_CONVERTED_LEAD",
        "cannot reference converted lead",
        [],
    )
}

fn text(field: &Field, json: &Json) -> Result<Value, ApiError> {
    let text = json.as_str().ok_or_else(|| wrong_type(field, json))?.trim();
    let names = || [field.name.clone()];
    if text.encode_utf16().count() > field.length {
        let (label, length) = (&field.label, field.length);
        let message = format!("{label}: data value too large: {text} (max length={length})");
        return Err(ApiError::record("STRING_TOO_LONG", message, names()));
    }
    if field.kind == Kind::Email && !is_email(text) {
        let message = format!("{}: invalid email address: {text}", field.label);
        return Err(ApiError::record("INVALID_EMAIL_ADDRESS", message, names()));
    }
    if field.restricted && !field.offers(text) {
        return Err(not_offered(field, text));
    }
    Ok(Value::text(text))
}

fn not_offered(field: &Field, value: &str) -> ApiError {
    let label = &field.label;
    let message = format!("{label}: bad value for restricted picklist field: {value}");
    let code = "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST";
    ApiError::record(code, message, [field.name.clone()])
}

/// Values of a picklist that takes several. They are kept in the picklist's order, each once, and
/// those that it does not have behind them as they came.
fn several(field: &Field, json: &Json) -> Result<Value, ApiError> {
    let sent = json.as_str().ok_or_else(|| wrong_type(field, json))?;
    let mut chosen: Vec<&str> = Vec::new();
    for value in sent.split(';').map(str::trim) {
        if field.restricted && !value.is_empty() && !field.offers(value) {
            return Err(not_offered(field, value));
        }
        if !value.is_empty() && !chosen.contains(&value) {
            chosen.push(value);
        }
    }
    let place = |value: &&str| {
        let mut listed = field.picklist.iter();
        listed.position(|choice| choice.value == *value)
    };
    chosen.sort_by_key(|value| place(value).unwrap_or(usize::MAX));
    if chosen.is_empty() {
        Ok(Value::Null)
    } else {
        Ok(Value::text(chosen.join(";")))
    }
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let has_dot = domain.split('.').count() > 1 && domain.split('.').all(|part| !part.is_empty());
    !local.is_empty()
        && has_dot
        && !text
            .chars()
            .any(|c| c.is_whitespace() || "()<>,;\"@".contains(c) && c != '@')
        && !domain.contains('@')
}

fn flag(field: &Field, json: &Json) -> Result<Value, ApiError> {
    match json {
        Json::Bool(flag) => Ok(Value::Bool(*flag)),
        Json::String(text) if text == "true" => Ok(Value::Bool(true)),
        Json::String(text) if text == "false" => Ok(Value::Bool(false)),
        Json::Null | Json::Number(_) | Json::String(_) | Json::Array(_) | Json::Object(_) => {
            Err(wrong_type(field, json))
        }
    }
}

fn number(field: &Field, json: &Json) -> Result<Value, ApiError> {
    let parsed = match json {
        Json::Number(number) => number.as_f64(),
        Json::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let number = parsed
        .filter(|n: &f64| n.is_finite())
        .ok_or_else(|| wrong_type(field, json))?;
    let unit = 10_f64.powi(i32::from(field.scale));
    let rounded = (number * unit).round() / unit;
    let whole_digits = i32::from(field.precision) - i32::from(field.scale);
    if rounded.abs() >= 10_f64.powi(whole_digits) {
        let label = &field.label;
        let message = format!("{label}: value outside of valid range on numeric field: {number}");
        return Err(ApiError::record(
            "NUMBER_OUTSIDE_VALID_RANGE",
            message,
            [field.name.clone()],
        ));
    }
    if field.kind == Kind::Int {
        if rounded.to_bits() != number.to_bits() {
            return Err(wrong_type(field, json));
        }
        #[expect(clippy::cast_possible_truncation, reason = "below 10^8, checked above")]
        return Ok(Value::Int(rounded as i64));
    }
    Ok(Value::Double(rounded))
}

fn date(field: &Field, json: &Json) -> Result<Value, ApiError> {
    let text = json.as_str().ok_or_else(|| wrong_type(field, json))?.trim();
    let day = text.get(..10).unwrap_or(text);
    let rest_is_time = text.len() == day.len() || text.parse::<Timestamp>().is_ok();
    let parsed = day.parse::<Date>().ok().filter(|_| rest_is_time);
    parsed
        .map(Value::Date)
        .ok_or_else(|| wrong_type(field, json))
}

fn instant(field: &Field, json: &Json) -> Result<Value, ApiError> {
    let text = json.as_str().ok_or_else(|| wrong_type(field, json))?.trim();
    let midnight = || format!("{text}T00:00:00Z").parse::<Timestamp>();
    let parsed = text.parse::<Timestamp>().or_else(|_| midnight());
    parsed
        .map(|at| Value::Instant(at.truncated_to_second()))
        .map_err(|_| wrong_type(field, json))
}

/// The refusal of a value that is no such thing at all.
fn wrong_type(field: &Field, json: &Json) -> ApiError {
    let token = match json {
        Json::Null => "VALUE_NULL",
        Json::Bool(true) => "VALUE_TRUE",
        Json::Bool(false) => "VALUE_FALSE",
        Json::Number(number) if number.is_f64() => "VALUE_NUMBER_FLOAT",
        Json::Number(_) => "VALUE_NUMBER_INT",
        Json::String(_) => "VALUE_STRING",
        Json::Array(_) => "START_ARRAY",
        Json::Object(_) => "START_OBJECT",
    };
    let kind = match field.type_name() {
        "boolean" => "boolean",
        "int" => "int",
        "double" | "currency" | "percent" => "double",
        "date" => "date",
        "datetime" => "datetime",
        "reference" | "id" => "reference",
        _ => "string",
    };
    let value = json
        .as_str()
        .map_or_else(|| json.to_string(), str::to_owned);
    let message = format!(
        "Cannot deserialize instance of {kind} from {token} value {value} or request may be \
         missing a required field at [line:1, column:1]"
    );
    ApiError::bad_request("JSON_PARSER_ERROR", message)
}
