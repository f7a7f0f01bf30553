//! Data attributes: the names and types under which custom values may be written. A name is unique
//! among people and company data together, and archived ones keep theirs.

use serde::Deserialize;
use serde_json::json;
use transport::Reply;

use crate::client::{Call, Client, json_body};
use crate::error::IntercomError;
use crate::wire;

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
}

/// What a data attribute describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttributeModel {
    /// People.
    Contact,
    /// Companies.
    Company,
}

/// An attribute of contacts to be made. Its type is string, which targeting and assignment in
/// Intercom can use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAttribute {
    /// Letters, digits, underscores, hyphens, currency symbols and spaces.
    pub name: String,
    /// For people.
    pub description: String,
}

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

    /// Makes an attribute of contacts. [`IntercomError::Invalid`] if the name is taken, which
    /// includes archived attributes and company data.
    pub async fn create_attribute(
        &self,
        new: &NewAttribute,
    ) -> Result<DataAttribute, IntercomError> {
        self.write(&create(new), contact_attribute).await
    }

    /// Brings an archived attribute of contacts back, with the values it had. Repeating it changes
    /// nothing.
    pub async fn unarchive_attribute(&self, id: i64) -> Result<DataAttribute, IntercomError> {
        let call = Call::put(
            format!("/data_attributes/{id}"),
            &json!({ "archived": false }),
        );
        self.write(&call, contact_attribute).await
    }
}

fn create(new: &NewAttribute) -> Call {
    let body = json!({
        "name": new.name,
        "model": "contact",
        "data_type": "string",
        "description": new.description,
    });
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

fn contact_attribute(reply: &Reply) -> Result<DataAttribute, IntercomError> {
    json_body(reply).map(|row: WireAttribute| row.of(AttributeModel::Contact))
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
    #[serde(default, deserialize_with = "wire::or_default")]
    data_type: String,
    #[serde(default, deserialize_with = "wire::or_default")]
    archived: bool,
    #[serde(default, deserialize_with = "wire::or_default")]
    custom: bool,
    description: Option<String>,
}

impl WireAttribute {
    fn of(self, model: AttributeModel) -> DataAttribute {
        let Self {
            id,
            name,
            data_type,
            archived,
            custom,
            description,
        } = self;
        DataAttribute {
            id,
            name,
            model,
            data_type,
            archived,
            custom,
            description,
        }
    }
}
