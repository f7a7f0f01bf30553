//! Data attributes: the names and types under which custom values may be written. A name is unique
//! among people and company data together, and archived ones keep theirs.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::json;
use transport::Reply;

use crate::client::{Call, Client, json_body};
use crate::error::IntercomError;
use crate::wire;

pub use quota::{AttributeQuota, QuotaStanding};

mod missing;
mod quota;

/// A data attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataAttribute {
    /// Standard attributes have none.
    pub id: Option<i64>,
    /// Without the `custom_attributes.` in front.
    pub name: String,
    /// What it describes.
    pub model: AttributeModel,
    /// `string`, `integer`, `float`, `boolean`, `date`, or what Intercom may add.
    pub data_type: String,
    /// Archived attributes cannot be written.
    pub archived: bool,
    /// Made by the workspace, not by Intercom.
    pub custom: bool,
    /// For people.
    pub description: Option<String>,
    /// The texts that a value can be; none if it can be any.
    pub options: Vec<String>,
}

/// What a data attribute describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttributeModel {
    /// People.
    Contact,
    /// Companies.
    Company,
}

/// An attribute to be made. Name, model and type never change afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAttribute {
    /// Letters, digits, underscores, hyphens, currency symbols and spaces.
    pub name: String,
    /// What it describes.
    pub model: AttributeModel,
    /// What its values are.
    pub data_type: AttributeType,
    /// For people.
    pub description: String,
}

/// What the values of an attribute are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeType {
    /// Texts, which targeting and assignment in Intercom can use.
    Text,
    /// Whole numbers.
    Integer,
    /// Numbers.
    Float,
    /// True or false.
    Boolean,
    /// Days, in Unix seconds.
    Date,
    /// Instants, in Unix seconds; read back as `date`.
    Instant,
    /// One of several texts; read back as `string` with its options.
    OneOf(AttributeOptions),
}

/// Two texts or more, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeOptions(Vec<String>);

impl Client {
    /// All attributes of contacts and companies, archived ones included. Two calls.
    pub async fn contact_attributes(&self) -> Result<Vec<DataAttribute>, IntercomError> {
        let list = |model: &str| {
            Call::get(format!(
                "/data_attributes?model={model}&include_archived=true"
            ))
        };
        let mut all = self.read(&list("contact"), contact_list).await?;
        all.extend(self.read(&list("company"), company_list).await?);
        Ok(all)
    }

    /// Makes an attribute. [`IntercomError::Invalid`] if the name is taken, which includes archived
    /// attributes and those of the other model; [`IntercomError::Full`] if there may be no more.
    pub async fn create_attribute(
        &self,
        new: &NewAttribute,
    ) -> Result<DataAttribute, IntercomError> {
        self.write(&create(new), one).await
    }

    /// Puts an attribute away; its name stays taken. [`IntercomError::Invalid`] while something
    /// depends on it. Repeating it changes nothing.
    pub async fn archive_attribute(&self, id: i64) -> Result<DataAttribute, IntercomError> {
        self.write(&archived(id, true), one).await
    }

    /// Brings an archived attribute back, with the values it had. Repeating it changes
    /// nothing.
    pub async fn unarchive_attribute(&self, id: i64) -> Result<DataAttribute, IntercomError> {
        self.write(&archived(id, false), one).await
    }
}

impl NewAttribute {
    /// A text attribute of contacts.
    pub fn text(name: &str, description: &str) -> Self {
        Self {
            name: name.to_owned(),
            model: AttributeModel::Contact,
            data_type: AttributeType::Text,
            description: description.to_owned(),
        }
    }
}

impl AttributeOptions {
    /// `None` if there are fewer than two, or one of them is there twice.
    pub fn new(options: Vec<String>) -> Option<Self> {
        let distinct: BTreeSet<_> = options.iter().collect();
        (options.len() >= 2 && distinct.len() == options.len()).then_some(Self(options))
    }
}

impl AttributeModel {
    fn as_str(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Company => "company",
        }
    }
}

impl AttributeType {
    fn as_str(&self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Integer => "integer",
            Self::Float => "float",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Instant => "datetime",
            Self::OneOf(_) => "options",
        }
    }
}

fn archived(id: i64, archived: bool) -> Call {
    let body = json!({ "archived": archived });
    Call::put(format!("/data_attributes/{id}"), &body)
}

fn create(new: &NewAttribute) -> Call {
    let mut body = json!({
        "name": new.name,
        "model": new.model.as_str(),
        "data_type": new.data_type.as_str(),
        "description": new.description,
    });
    if let AttributeType::OneOf(AttributeOptions(options)) = &new.data_type {
        body["options"] = options
            .iter()
            .map(|option| json!({ "value": option }))
            .collect();
    }
    Call::post("/data_attributes", &body)
}

fn contact_list(reply: &Reply) -> Result<Vec<DataAttribute>, IntercomError> {
    list(reply, AttributeModel::Contact)
}

fn company_list(reply: &Reply) -> Result<Vec<DataAttribute>, IntercomError> {
    list(reply, AttributeModel::Company)
}

/// The model is the one that was asked for: Intercom's word for it in the rows is not needed.
fn list(reply: &Reply, model: AttributeModel) -> Result<Vec<DataAttribute>, IntercomError> {
    let wire: WireList = json_body(reply)?;
    Ok(wire.data.into_iter().map(|row| row.of(model)).collect())
}

fn one(reply: &Reply) -> Result<DataAttribute, IntercomError> {
    let row: WireAttribute = json_body(reply)?;
    let model = match row.model.as_deref() {
        Some("company") => AttributeModel::Company,
        Some(_) | None => AttributeModel::Contact,
    };
    Ok(row.of(model))
}

#[derive(Deserialize)]
struct WireList {
    data: Vec<WireAttribute>,
}

#[derive(Deserialize)]
struct WireAttribute {
    #[serde(default, deserialize_with = "wire::optional_id")]
    id: Option<i64>,
    name: String,
    model: Option<String>,
    #[serde(default, deserialize_with = "wire::or_default")]
    data_type: String,
    #[serde(default, deserialize_with = "wire::or_default")]
    archived: bool,
    #[serde(default, deserialize_with = "wire::or_default")]
    custom: bool,
    description: Option<String>,
    #[serde(default, deserialize_with = "wire::or_default")]
    options: Vec<WireOption>,
}

/// A text by the examples, an object with it by the schema of writing.
#[derive(Deserialize)]
#[serde(untagged)]
enum WireOption {
    Text(String),
    Valued { value: String },
}

impl WireOption {
    fn into_text(self) -> String {
        match self {
            Self::Text(text) | Self::Valued { value: text } => text,
        }
    }
}

impl WireAttribute {
    fn of(self, model: AttributeModel) -> DataAttribute {
        let Self {
            id,
            name,
            model: _,
            data_type,
            archived,
            custom,
            description,
            options,
        } = self;
        DataAttribute {
            id,
            name,
            model,
            data_type,
            archived,
            custom,
            description,
            options: options.into_iter().map(WireOption::into_text).collect(),
        }
    }
}
