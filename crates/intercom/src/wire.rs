//! How Intercom spells ids, instants and lists: the same thing in several forms, depending on the
//! endpoint, the API version and the webhook topic. Everything here is for `deserialize_with` and
//! `serialize_with`.

use std::fmt::{self, Display};
use std::str::FromStr;

use model::{Change, Timestamp};
use serde::de::{Error, Visitor};
use serde::ser;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Number;

/// Reads a scalar in any of its forms: hands its text to the function, `None` for null. The text
/// is not kept, since pages of contacts have many of them.
struct Scalar<F>(F);

impl<'de, T, F> Visitor<'de> for Scalar<F>
where
    F: FnOnce(Option<&str>) -> Result<T, String>,
{
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a number")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.0)(Some(text)).map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<T, E> {
        let number = Number::from_f64(number).ok_or_else(|| E::custom("not a finite number"))?;
        self.visit_str(&number.to_string())
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        (self.0)(None).map_err(E::custom)
    }

    fn visit_none<E: Error>(self) -> Result<T, E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_any(self)
    }
}

fn parsed<T: FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|problem: T::Err| problem.to_string())
}

/// An id that must be there, as text or number.
pub(crate) fn id<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    deserializer.deserialize_any(Scalar(|text: Option<&str>| {
        parsed(text.ok_or("null is not an id")?)
    }))
}

/// An id that may be missing. Nobody is spelt `null`, `""`, `0` or `"0"`.
pub(crate) fn optional_id<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    deserializer.deserialize_any(Scalar(|text: Option<&str>| match text {
        None | Some("" | "0") => Ok(None),
        Some(text) => parsed(text).map(Some),
    }))
}

/// A text that belongs to the customer, who may have sent it as a number.
pub(crate) fn optional_text<'de, D>(deserializer: D) -> Result<Option<String>, D::Error>
where
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(Scalar(|text: Option<&str>| Ok(text.map(str::to_owned))))
}

/// An instant in Unix seconds (whole or not, also in quotes) or ISO 8601; `None` for null.
pub(crate) fn instant<'de, D>(deserializer: D) -> Result<Option<Timestamp>, D::Error>
where
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(Scalar(|text: Option<&str>| {
        text.map(|text| seconds(text).map_or_else(|| parsed(text), Ok))
            .transpose()
    }))
}

/// Reads `1691436649` and `1691436649.125`; the fraction counts down to the millisecond.
fn seconds(text: &str) -> Option<Timestamp> {
    if let Ok(whole) = text.parse() {
        return Some(Timestamp::from_seconds(whole));
    }
    let (whole, fraction) = text.split_once('.')?;
    let whole: i64 = whole.parse().ok()?;
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    let millis: u16 = digits.parse().ok()?;
    Some(Timestamp::from_millis(
        whole.checked_mul(1000)?.checked_add(i64::from(millis))?,
    ))
}

/// A value where a missing key and `null` mean its default.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A value to set, or null to clear. What is kept has no spelling but its absence; that is
/// the business of `skip_serializing_if`.
pub(crate) fn change<T, S>(change: &Change<T>, serializer: S) -> Result<S::Ok, S::Error>
where
    T: Serialize,
    S: Serializer,
{
    match change {
        Change::Set(value) => serializer.serialize_some(value),
        Change::Clear => serializer.serialize_none(),
        Change::Keep => Err(<S::Error as ser::Error>::custom("what is kept is not sent")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Row {
        #[serde(default, deserialize_with = "optional_id")]
        owner: Option<model::ic::TeammateId>,
        #[serde(default, deserialize_with = "instant")]
        at: Option<Timestamp>,
    }

    fn owner(json: &str) -> Option<String> {
        let row: Row = serde_json::from_str(json).expect("the row is readable");
        row.owner.map(String::from)
    }

    fn at(json: &str) -> Result<Option<i64>, String> {
        let row = serde_json::from_str::<Row>(&format!("{{\"at\":{json}}}"));
        row.map(|row| row.at.map(Timestamp::as_millis))
            .map_err(|e| e.to_string())
    }

    #[test]
    fn an_id_is_read_as_text_and_as_number() {
        assert_eq!(
            owner(r#"{"owner":"991267715"}"#).as_deref(),
            Some("991267715")
        );
        assert_eq!(
            owner(r#"{"owner":991267715}"#).as_deref(),
            Some("991267715")
        );
        assert_eq!(
            owner(r#"{"owner":18446744073709551615}"#).as_deref(),
            Some("18446744073709551615")
        );
    }

    #[test]
    fn nobody_has_five_spellings() {
        for json in [
            r"{}",
            r#"{"owner":null}"#,
            r#"{"owner":""}"#,
            r#"{"owner":0}"#,
            r#"{"owner":"0"}"#,
        ] {
            assert_eq!(owner(json), None, "{json}");
        }
    }

    #[test]
    fn what_is_no_scalar_is_named_without_its_value() {
        for (json, kind) in [
            (r#"{"owner":{"name":"Ada"}}"#, "map"),
            (r#"{"owner":["Ada"]}"#, "sequence"),
        ] {
            let problem = serde_json::from_str::<Row>(json).map(|row| row.owner);
            let problem = problem.unwrap_err().to_string();
            let expected = format!("invalid type: {kind}, expected a text or a number at line 1");
            assert!(problem.starts_with(&expected), "{problem}");
        }
    }

    #[test]
    fn an_id_that_must_be_there_is_not_null() {
        #[derive(Debug, Deserialize)]
        struct Named {
            #[serde(deserialize_with = "id")]
            id: model::ic::ContactId,
        }
        let named = |json: &str| serde_json::from_str::<Named>(json).map(|row| row.id.to_string());
        assert_eq!(named(r#"{"id":7}"#).unwrap(), "7");
        let null = named(r#"{"id":null}"#).unwrap_err().to_string();
        assert!(null.starts_with("null is not an id"), "{null}");
    }

    #[test]
    fn an_instant_is_read_in_all_its_forms() {
        assert_eq!(at("1692125375"), Ok(Some(1_692_125_375_000)));
        assert_eq!(at("1692125375.016"), Ok(Some(1_692_125_375_016)));
        assert_eq!(at("1692125375.5"), Ok(Some(1_692_125_375_500)));
        assert_eq!(at(r#""1692125375""#), Ok(Some(1_692_125_375_000)));
        assert_eq!(
            at(r#""2023-08-15T18:49:35.016+00:00""#),
            Ok(Some(1_692_125_375_016))
        );
        assert_eq!(at("null"), Ok(None));
        assert!(at(r#""yesterday""#).is_err());
        assert!(at("true").is_err());
    }
}
