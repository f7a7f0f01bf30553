//! Fields of the Lead object as a form meets them: their types, and which values they take.

use model::Timestamp;

/// A field of the Lead object, as described by the org.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// API name.
    pub name: String,
    /// Label.
    pub label: String,
    /// Its type.
    pub kind: FieldKind,
    /// Longest text, in UTF-16 units; `None` where it does not apply.
    pub length: Option<usize>,
    /// Whether the integration user may set it when creating.
    pub createable: bool,
    /// Whether creating fails without it.
    pub required: bool,
}

/// The types of fields that matter to a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldKind {
    /// One line.
    Text,
    /// Several lines.
    TextArea,
    /// An email address.
    Email,
    /// A phone number.
    Phone,
    /// A URL.
    Url,
    /// A number.
    Number,
    /// A date.
    Date,
    /// Yes or no.
    Boolean,
    /// One of these values.
    Picklist(Picklist),
    /// Several of these values.
    MultiPicklist(Picklist),
    /// A type that a form cannot ask for.
    Other,
}

/// The active values of a picklist.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Picklist {
    /// API values with their labels, in the org's order.
    pub values: Vec<(String, String)>,
    /// Whether the org refuses other values.
    pub restricted: bool,
    /// The value that the org proposes.
    pub default: Option<String>,
}

impl Field {
    /// The value that the org proposes for it (L5).
    pub(super) fn default(&self) -> Option<&str> {
        match &self.kind {
            FieldKind::Picklist(list) | FieldKind::MultiPicklist(list) => list.default.as_deref(),
            FieldKind::Text
            | FieldKind::TextArea
            | FieldKind::Email
            | FieldKind::Phone
            | FieldKind::Url
            | FieldKind::Number
            | FieldKind::Date
            | FieldKind::Boolean
            | FieldKind::Other => None,
        }
    }

    /// Whether a placeholder can stand in it (L5).
    pub(super) fn is_text(&self) -> bool {
        match self.kind {
            FieldKind::Text | FieldKind::TextArea => true,
            FieldKind::Email
            | FieldKind::Phone
            | FieldKind::Url
            | FieldKind::Number
            | FieldKind::Date
            | FieldKind::Boolean
            | FieldKind::Picklist(_)
            | FieldKind::MultiPicklist(_)
            | FieldKind::Other => false,
        }
    }

    /// What is sent for a typed text: the parts of a multi-select without the space between them.
    pub(super) fn normalised(&self, typed: String) -> String {
        match self.kind {
            FieldKind::MultiPicklist(_) => {
                let parts = typed.split(';').map(str::trim);
                let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
                parts.join(";")
            }
            FieldKind::Text
            | FieldKind::TextArea
            | FieldKind::Email
            | FieldKind::Phone
            | FieldKind::Url
            | FieldKind::Number
            | FieldKind::Date
            | FieldKind::Boolean
            | FieldKind::Picklist(_)
            | FieldKind::Other => typed,
        }
    }

    /// Why a value cannot be sent.
    pub(super) fn refusal(&self, value: &str) -> Option<String> {
        let label = &self.label;
        if let Some(most) = self.length
            && utf16_length(value) > most
        {
            return Some(format!("{label} has more than {most} characters."));
        }
        match &self.kind {
            FieldKind::Text | FieldKind::TextArea | FieldKind::Phone | FieldKind::Other => None,
            FieldKind::Email => {
                (!looks_like_email(value)).then(|| format!("{label} is not an email address."))
            }
            FieldKind::Url => {
                (value.contains(char::is_whitespace)).then(|| format!("{label} is not a link."))
            }
            FieldKind::Number => {
                // What Rust reads beyond digits (`inf`, `NaN`) is no number to Salesforce.
                let number = value.parse::<f64>().is_ok_and(f64::is_finite);
                (!number).then(|| format!("{label} must be a number."))
            }
            FieldKind::Date => {
                (!is_date(value)).then(|| format!("{label} must be a date like 2026-01-31."))
            }
            FieldKind::Boolean => {
                (!matches!(value, "true" | "false")).then(|| format!("{label} must be yes or no."))
            }
            FieldKind::Picklist(list) => (!list.has(value)).then(|| list.advice(label, value)),
            FieldKind::MultiPicklist(list) => {
                let wrong = value.split(';').find(|part| !list.has(part));
                wrong.map(|part| list.advice(label, part))
            }
        }
    }
}

impl Picklist {
    pub(super) fn has(&self, value: &str) -> bool {
        self.values.iter().any(|(api, _)| api == value)
    }

    /// The values that come near what was typed, so that a long list can be searched by typing.
    fn advice(&self, label: &str, typed: &str) -> String {
        const SHOWN: usize = 9;
        let wanted = typed.to_lowercase();
        let mut near: Vec<&str> = self
            .values
            .iter()
            .filter(|(_, shown)| shown.to_lowercase().contains(&wanted))
            .map(|(api, _)| api.as_str())
            .take(SHOWN)
            .collect();
        if near.is_empty() {
            near = self
                .values
                .iter()
                .map(|(api, _)| api.as_str())
                .take(SHOWN)
                .collect();
        }
        format!(
            "{label} has no value {typed:?}. Choose for example: {}.",
            near.join(", ")
        )
    }
}

/// One `@`, something before it, a dotted domain after it, no white space: what Salesforce would
/// refuse anyway is said before it is sent.
pub(super) fn looks_like_email(email: &str) -> bool {
    let plain = !email.chars().any(|c| c.is_whitespace() || c.is_control());
    let parts = email.split_once('@').is_some_and(|(local, domain)| {
        let dotted = domain.split('.').count() >= 2 && domain.split('.').all(|it| !it.is_empty());
        !local.is_empty() && !domain.contains('@') && dotted
    });
    plain && parts
}

/// A day that exists, as `2026-01-31`.
fn is_date(text: &str) -> bool {
    let shaped = text.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    shaped && format!("{text}T00:00:00Z").parse::<Timestamp>().is_ok()
}

/// The length as Salesforce counts it.
pub(super) fn utf16_length(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests;
