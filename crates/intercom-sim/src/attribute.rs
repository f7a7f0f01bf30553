//! Data attributes: the columns that people and companies have in a workspace, and the values in
//! them.
//!
//! A custom attribute must exist before a value is written; its name is unique across people *and*
//! companies; it is never deleted, only archived.

mod column;
mod values;

use std::collections::BTreeMap;

use serde::ser::SerializeMap as _;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::answer::Refusal;
use crate::ids::{AdminId, AttributeId};

pub(crate) use column::Column;
pub(crate) use values::{ValueRef, Values};

/// Custom attributes of a workspace that are not archived (Help Centre, data attribute limits).
const QUOTA: usize = 250;
/// The longest attribute name.
const NAME_CHARS_MAX: usize = 190;
/// What an attribute belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Model {
    Contact,
    Company,
}

impl Model {
    /// How the vendor's sentences call the two.
    const fn in_words(self) -> &'static str {
        match self {
            Self::Contact => "people",
            Self::Company => "company",
        }
    }
}

/// The type of an attribute's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum DataType {
    String,
    Integer,
    Float,
    Boolean,
    Date,
}

impl DataType {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Float => "float",
            Self::Boolean => "boolean",
            Self::Date => "date",
        }
    }

    /// Reads the type of a create request. `options` is a string with a list of choices, and
    /// `datetime` reads back as `date` in the numbered versions.
    fn parse(word: &str) -> Option<Self> {
        match word {
            "string" | "options" => Some(Self::String),
            "integer" => Some(Self::Integer),
            "float" => Some(Self::Float),
            "boolean" => Some(Self::Boolean),
            "date" | "datetime" => Some(Self::Date),
            _ => None,
        }
    }
}

/// A value of a custom attribute. Dates are their Unix seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum AttributeValue {
    Flag(bool),
    Integer(i64),
    Float(f64),
    Text(Box<str>),
}

/// A custom data attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Attribute {
    pub(crate) id: AttributeId,
    pub(crate) model: Model,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) data_type: DataType,
    pub(crate) options: Vec<String>,
    pub(crate) messenger_writable: bool,
    pub(crate) archived: bool,
    pub(crate) admin: AdminId,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// The custom attributes of a workspace, by id.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(from = "SavedAttributes")]
pub(crate) struct Attributes {
    rows: BTreeMap<AttributeId, Attribute>,
    /// Names are unique across both models.
    #[serde(skip)]
    by_name: BTreeMap<String, AttributeId>,
}

#[derive(Deserialize)]
struct SavedAttributes {
    rows: BTreeMap<AttributeId, Attribute>,
}

impl From<SavedAttributes> for Attributes {
    fn from(saved: SavedAttributes) -> Self {
        let names = saved.rows.values().map(|row| (row.name.clone(), row.id));
        Self {
            by_name: names.collect(),
            rows: saved.rows,
        }
    }
}

impl Attributes {
    pub(crate) fn all(&self) -> impl Iterator<Item = &Attribute> {
        self.rows.values()
    }

    pub(crate) fn named(&self, model: Model, name: &str) -> Option<&Attribute> {
        let id = self.by_name.get(name)?;
        self.rows.get(id).filter(|row| row.model == model)
    }

    /// Creates an attribute from a request's body.
    pub(crate) fn create(
        &mut self,
        body: &Map<String, Value>,
        admin: AdminId,
        now: i64,
    ) -> Result<&Attribute, Refusal> {
        let model = match body.get("model").and_then(Value::as_str) {
            Some("contact") => Model::Contact,
            Some("company") => Model::Company,
            _ => {
                return Err(Refusal::invalid(
                    "The Data Attribute model field must be either contact or company",
                ));
            }
        };
        let name = body.get("name").and_then(Value::as_str).unwrap_or_default();
        self.check_name(model, name)?;
        let word = body
            .get("data_type")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let data_type =
            DataType::parse(word).ok_or_else(|| Refusal::invalid("Data Type isn't an option"))?;
        let options = if word == "options" {
            options(body)?
        } else {
            Vec::new()
        };
        let description = text(body, "description")?;
        let messenger_writable = flag(body, "messenger_writable")?;
        self.check_quota()?;
        let id = self
            .rows
            .keys()
            .next_back()
            .map_or(AttributeId(1), |last| AttributeId(last.0 + 1));
        let row = Attribute {
            id,
            model,
            name: name.to_owned(),
            description: description.unwrap_or_default(),
            data_type,
            options,
            messenger_writable: messenger_writable.unwrap_or(false),
            archived: false,
            admin,
            created_at: now,
            updated_at: now,
        };
        self.by_name.insert(row.name.clone(), id);
        Ok(self.rows.entry(id).or_insert(row))
    }

    /// Changes what may change of an attribute: description, options, archived, Messenger. One that
    /// is `in_use` cannot be archived.
    pub(crate) fn update(
        &mut self,
        id: AttributeId,
        body: &Map<String, Value>,
        in_use: &[String],
        now: i64,
    ) -> Result<&Attribute, Refusal> {
        let mut row = self.rows.get(&id).cloned().ok_or_else(|| {
            Refusal::not_found(
                "field_not_found",
                "We couldn't find that data attribute to update",
            )
        })?;
        if body.contains_key("options") {
            row.options = options(body)?;
        }
        row.description = text(body, "description")?.unwrap_or(row.description);
        row.messenger_writable =
            flag(body, "messenger_writable")?.unwrap_or(row.messenger_writable);
        match (row.archived, flag(body, "archived")?) {
            (_, None) | (true, Some(true)) | (false, Some(false)) => {}
            (true, Some(false)) => {
                self.check_quota()?;
                row.archived = false;
            }
            (false, Some(true)) => {
                if in_use.contains(&row.name) {
                    return Err(Refusal::new(
                        http::StatusCode::UNPROCESSABLE_ENTITY,
                        "data_invalid",
                        "The Data Attribute you are trying to archive has a dependant object",
                    ));
                }
                row.archived = true;
            }
        }
        row.updated_at = now;
        self.rows.insert(id, row);
        Ok(&self.rows[&id])
    }

    /// Refuses one attribute too many. Archived ones are not counted; that people and companies
    /// share one quota, and the status, are not documented (UNVERIFIED).
    fn check_quota(&self) -> Result<(), Refusal> {
        if self.rows.values().filter(|row| !row.archived).count() < QUOTA {
            return Ok(());
        }
        Err(Refusal::new(
            http::StatusCode::UNPROCESSABLE_ENTITY,
            "custom_data_limit_reached",
            "You have reached the limit of custom data attributes",
        ))
    }

    fn check_name(&self, model: Model, name: &str) -> Result<(), Refusal> {
        // The rule's sentence allows currency symbols; the dollar is refused all the same, since it
        // and the dot are reserved in attribute paths.
        let allowed = |letter: char| letter.is_alphanumeric() || " _-€£¥".contains(letter);
        if name.is_empty() || !name.chars().all(allowed) {
            return Err(Refusal::invalid(
                "Your name for this attribute must only contain alphanumeric characters, \
                 currency symbols, and hyphens",
            ));
        }
        if name.chars().count() > NAME_CHARS_MAX {
            return Err(Refusal::invalid(format!(
                "Your name for this attribute is longer than {NAME_CHARS_MAX} characters"
            )));
        }
        let Some(taken) = self.by_name.get(name).and_then(|id| self.rows.get(id)) else {
            return Ok(());
        };
        let (old, new) = (taken.model.in_words(), model.in_words());
        Err(Refusal::invalid(format!(
            "You already have '{name}' in your {old} data. To save this as new {new} data, use a \
             different name."
        )))
    }

    /// Checks the `custom_attributes` of a write and gives what is to be set or cleared. `null`
    /// clears; an unknown or archived name refuses the whole write.
    pub(crate) fn values(
        &self,
        model: Model,
        written: &Map<String, Value>,
    ) -> Result<Vec<(AttributeId, Option<AttributeValue>)>, Refusal> {
        written
            .iter()
            .map(|(name, value)| {
                let row = self
                    .named(model, name)
                    .filter(|row| !row.archived)
                    .ok_or_else(|| {
                        Refusal::invalid(format!("Custom attribute '{name}' does not exist"))
                            .at_field(name)
                    })?;
                Ok((row.id, row.column().read(value)?))
            })
            .collect()
    }

    /// The values as the `custom_attributes` of an answer.
    pub(crate) fn shown<'a>(&'a self, values: &'a Values) -> ShownValues<'a> {
        ShownValues {
            attributes: self,
            values,
        }
    }

    /// The same as JSON, for what is kept or added to.
    pub(crate) fn render(&self, values: &Values) -> Value {
        json!(self.shown(values))
    }
}

/// Values under the names of their attributes.
pub(crate) struct ShownValues<'a> {
    attributes: &'a Attributes,
    values: &'a Values,
}

impl Serialize for ShownValues<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (id, value) in self.values.iter() {
            if let Some(row) = self.attributes.rows.get(&id) {
                map.serialize_entry(&row.name, &value)?;
            }
        }
        map.end()
    }
}

impl Attribute {
    /// What values are held against.
    fn column(&self) -> Column<'_> {
        let choices = self.options.iter().map(String::as_str).collect::<Vec<_>>();
        Column {
            name: &self.name,
            data_type: self.data_type,
            choices: (!choices.is_empty()).then_some(choices),
        }
    }

    pub(crate) fn render(&self) -> Value {
        json!({
            "type": "data_attribute", "id": self.id, "model": self.model, "name": self.name,
            "full_name": format!("custom_attributes.{}", self.name), "label": self.name,
            "description": self.description, "data_type": self.data_type, "options": self.options,
            "api_writable": true, "messenger_writable": self.messenger_writable,
            "ui_writable": false, "custom": true, "archived": self.archived,
            "admin_id": self.admin.to_string(), "created_at": self.created_at,
            "updated_at": self.updated_at,
        })
    }
}

/// The choices of an attribute; there are at least two.
fn options(body: &Map<String, Value>) -> Result<Vec<String>, Refusal> {
    let listed = match body.get("options") {
        None => &Vec::new(),
        Some(Value::Array(listed)) => listed,
        Some(_) => return Err(Refusal::invalid("Options isn't an array").at_field("options")),
    };
    let value = |option: &Value| option.get("value")?.as_str().map(str::to_owned);
    let options: Vec<String> = listed
        .iter()
        .map(value)
        .collect::<Option<_>>()
        .ok_or_else(|| Refusal::invalid("Each option must have a value").at_field("options"))?;
    if options.len() < 2 {
        return Err(Refusal::invalid(
            "The Data Attribute options field must have at least two options",
        )
        .at_field("options"));
    }
    Ok(options)
}

pub(crate) fn text(body: &Map<String, Value>, name: &str) -> Result<Option<String>, Refusal> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Refusal::invalid(format!("{name} must be a string")).at_field(name)),
    }
}

pub(crate) fn flag(body: &Map<String, Value>, name: &str) -> Result<Option<bool>, Refusal> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(_) => Err(Refusal::invalid(format!("{name} must be a boolean")).at_field(name)),
    }
}
