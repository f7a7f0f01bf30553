//! Tags, of contacts and of conversations. Names are the same in any case.

use model::Timestamp;
use model::ic::{ContactId, ConversationId, TagId, TeammateId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use transport::Reply;

use crate::client::{Call, Client, json_body};
use crate::error::IntercomError;
use crate::wire;

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Tag {
    /// Unique within the workspace.
    #[serde(deserialize_with = "wire::id")]
    pub id: TagId,
    /// As it was first written; stubs inside of contacts have none.
    pub name: Option<String>,
    /// When it was put on, where it is on something and Intercom says.
    #[serde(default, deserialize_with = "wire::instant")]
    pub applied_at: Option<Timestamp>,
}

impl Client {
    /// All tags of the workspace.
    pub async fn tags(&self) -> Result<Vec<Tag>, IntercomError> {
        self.read(&Call::get("/tags".to_owned()), list).await
    }

    /// Makes a tag. One of this name that exists is returned as it is.
    pub async fn create_tag(&self, name: &str) -> Result<Tag, IntercomError> {
        self.write(&Call::post("/tags", &json!({ "name": name })), json_body)
            .await
    }

    /// All tags on a contact; the contact itself shows the first ten.
    pub async fn contact_tags(&self, contact: &ContactId) -> Result<Vec<Tag>, IntercomError> {
        self.read(&Call::get(format!("/contacts/{contact}/tags")), list)
            .await
    }

    /// Puts a tag on a contact. Repeating it changes nothing.
    pub async fn tag_contact(
        &self,
        contact: &ContactId,
        tag: &TagId,
    ) -> Result<Tag, IntercomError> {
        let call = Call::post(format!("/contacts/{contact}/tags"), &json!({ "id": tag }));
        self.write(&call, json_body).await
    }

    /// Takes a tag off a contact. [`IntercomError::NotFound`] if there is no such contact or tag.
    pub async fn untag_contact(
        &self,
        contact: &ContactId,
        tag: &TagId,
    ) -> Result<Tag, IntercomError> {
        let call = Call::delete(format!("/contacts/{contact}/tags/{tag}"));
        self.write(&call, json_body).await
    }

    /// Puts a tag on a conversation in the name of `teammate`. Repeating it changes nothing.
    pub async fn tag_conversation(
        &self,
        conversation: &ConversationId,
        tag: &TagId,
        teammate: &TeammateId,
    ) -> Result<Tag, IntercomError> {
        let body = ByTeammate {
            id: Some(tag),
            admin_id: teammate,
        };
        let call = Call::post(format!("/conversations/{conversation}/tags"), &body);
        self.write(&call, json_body).await
    }

    /// Takes a tag off a conversation in the name of `teammate`.
    pub async fn untag_conversation(
        &self,
        conversation: &ConversationId,
        tag: &TagId,
        teammate: &TeammateId,
    ) -> Result<Tag, IntercomError> {
        let body = ByTeammate {
            id: None,
            admin_id: teammate,
        };
        let path = format!("/conversations/{conversation}/tags/{tag}");
        self.write(&Call::delete_as(path, &body), json_body).await
    }
}

fn list(reply: &Reply) -> Result<Vec<Tag>, IntercomError> {
    json_body(reply).map(|list: WireTags| list.data)
}

/// The vendor's spelling.
#[derive(Serialize)]
struct ByTeammate<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a TagId>,
    admin_id: &'a TeammateId,
}

/// The schema calls the list `data`; inside of other objects it is `tags`.
#[derive(Deserialize)]
struct WireTags {
    #[serde(alias = "tags")]
    data: Vec<Tag>,
}
