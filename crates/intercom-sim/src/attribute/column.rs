//! One value, held against the type of its attribute.

use serde_json::Value;

use super::{AttributeValue, DataType};
use crate::answer::Refusal;

/// The longest value of a string attribute. That a longer one is refused, not cut, is our choice of
/// two undocumented answers: the loud one.
const TEXT_CHARS_MAX: usize = 255;

/// What an attribute, of whatever model, says of its values.
pub(crate) struct Column<'a> {
    pub(crate) name: &'a str,
    pub(crate) data_type: DataType,
    /// The texts that may be chosen, if not all may.
    pub(crate) choices: Option<Vec<&'a str>>,
}

impl Column<'_> {
    /// Checks one value against the type; `null` clears. A wrong type is refused by name; that
    /// Intercom does so for each pair of types is an assumption.
    pub(crate) fn read(&self, value: &Value) -> Result<Option<AttributeValue>, Refusal> {
        let wrong = || {
            let wanted = self.data_type.word();
            self.refuse(&format!("must be of type {wanted}"))
        };
        let parsed = match (self.data_type, value) {
            (_, Value::Null) => return Ok(None),
            (DataType::String, Value::String(text)) => AttributeValue::Text(self.text(text)?),
            (DataType::Boolean, Value::Bool(flag)) => AttributeValue::Flag(*flag),
            (DataType::Integer | DataType::Date, Value::Number(number)) => {
                AttributeValue::Integer(number.as_i64().ok_or_else(wrong)?)
            }
            (DataType::Float, Value::Number(number)) => {
                AttributeValue::Float(number.as_f64().ok_or_else(wrong)?)
            }
            (
                DataType::String
                | DataType::Boolean
                | DataType::Integer
                | DataType::Date
                | DataType::Float,
                Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Array(_)
                | Value::Object(_),
            ) => return Err(wrong()),
        };
        Ok(Some(parsed))
    }

    fn text(&self, text: &str) -> Result<Box<str>, Refusal> {
        if text.chars().count() > TEXT_CHARS_MAX {
            return Err(self.refuse(&format!("is longer than {TEXT_CHARS_MAX} characters")));
        }
        let mut choices = self.choices.iter().flatten();
        if self.choices.is_some() && !choices.any(|choice| *choice == text) {
            return Err(self.refuse(&format!("has no option '{text}'")));
        }
        Ok(text.into())
    }

    fn refuse(&self, why: &str) -> Refusal {
        Refusal::invalid(format!("Custom attribute '{}' {why}", self.name)).at_field(self.name)
    }
}
