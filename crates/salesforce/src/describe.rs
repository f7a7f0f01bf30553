//! What fields an object has for this user.

use serde::Deserialize;

mod remembered;

pub(crate) use remembered::Describes;

/// The fields of an object, as far as the user may see them. A hidden field is not among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectDescribe {
    /// In Salesforce's order.
    pub fields: Vec<FieldDescribe>,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an independent fact about the field"
)]
pub struct FieldDescribe {
    /// The API name.
    pub name: String,
    /// The label, in the user's language.
    pub label: String,
    /// What kind of values it holds.
    pub kind: FieldKind,
    /// The longest text, in UTF-16 code units; 0 where that means nothing.
    pub length: u32,
    /// The user may set it when creating.
    pub createable: bool,
    /// The user may change it.
    pub updateable: bool,
    /// It may be empty.
    pub nillable: bool,
    /// Salesforce fills it in if a create leaves it out.
    pub defaulted_on_create: bool,
    /// Values outside `picklist` are refused. Standard picklists accept them.
    pub restricted_picklist: bool,
    /// The values offered; empty for other kinds.
    pub picklist: Vec<PicklistValue>,
}

/// One value of a picklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PicklistValue {
    /// What is written.
    pub value: String,
    /// What people see.
    pub label: String,
    /// Offered for new records.
    pub active: bool,
    /// Chosen if nothing is said.
    pub default: bool,
}

/// What kind of values a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldKind {
    /// The record's own id.
    Id,
    /// Text of one line.
    Text,
    /// Text of many lines.
    TextArea,
    /// A phone number, as text.
    Phone,
    /// An email.
    Email,
    /// A URL.
    Url,
    /// One of a list.
    Picklist,
    /// Several of a list.
    MultiPicklist,
    /// Text with suggestions.
    Combobox,
    /// The id of another record.
    Reference,
    /// A checkbox.
    Boolean,
    /// A whole number.
    Integer,
    /// A number.
    Double,
    /// An amount of money.
    Currency,
    /// A percentage.
    Percent,
    /// A day.
    Date,
    /// An instant.
    DateTime,
    /// A time of day.
    Time,
    /// A compound address; read-only as a whole.
    Address,
    /// Anything else, by Salesforce's name for it.
    Other(String),
}

#[derive(Deserialize)]
struct DescribeWire {
    fields: Vec<FieldWire>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "the wire has them")]
struct FieldWire {
    name: String,
    label: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    length: u32,
    createable: bool,
    updateable: bool,
    nillable: bool,
    defaulted_on_create: bool,
    #[serde(default)]
    restricted_picklist: bool,
    #[serde(default)]
    picklist_values: Vec<PicklistValueWire>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PicklistValueWire {
    value: String,
    label: Option<String>,
    active: bool,
    default_value: bool,
}

impl ObjectDescribe {
    /// The field with this API name.
    pub fn field(&self, name: &str) -> Option<&FieldDescribe> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The fields that a create must give.
    pub fn required_on_create(&self) -> impl Iterator<Item = &FieldDescribe> {
        self.fields
            .iter()
            .filter(|field| field.is_required_on_create())
    }
}

impl FieldDescribe {
    /// A create without it is refused.
    pub fn is_required_on_create(&self) -> bool {
        self.createable && !self.nillable && !self.defaulted_on_create
    }
}

impl From<&str> for FieldKind {
    fn from(kind: &str) -> Self {
        match kind {
            "id" => Self::Id,
            "string" => Self::Text,
            "textarea" => Self::TextArea,
            "phone" => Self::Phone,
            "email" => Self::Email,
            "url" => Self::Url,
            "picklist" => Self::Picklist,
            "multipicklist" => Self::MultiPicklist,
            "combobox" => Self::Combobox,
            "reference" => Self::Reference,
            "boolean" => Self::Boolean,
            "int" | "long" => Self::Integer,
            "double" => Self::Double,
            "currency" => Self::Currency,
            "percent" => Self::Percent,
            "date" => Self::Date,
            "datetime" => Self::DateTime,
            "time" => Self::Time,
            "address" => Self::Address,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl From<FieldWire> for FieldDescribe {
    fn from(wire: FieldWire) -> Self {
        Self {
            name: wire.name,
            label: wire.label,
            kind: wire.kind.as_str().into(),
            length: wire.length,
            createable: wire.createable,
            updateable: wire.updateable,
            nillable: wire.nillable,
            defaulted_on_create: wire.defaulted_on_create,
            restricted_picklist: wire.restricted_picklist,
            picklist: wire
                .picklist_values
                .into_iter()
                .map(PicklistValue::from)
                .collect(),
        }
    }
}

impl From<PicklistValueWire> for PicklistValue {
    fn from(wire: PicklistValueWire) -> Self {
        Self {
            label: wire.label.unwrap_or_else(|| wire.value.clone()),
            value: wire.value,
            active: wire.active,
            default: wire.default_value,
        }
    }
}

#[cfg(test)]
mod tests;
