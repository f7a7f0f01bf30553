//! Notes on contacts. There is no changing or deleting one, and no key against writing it twice.

use model::Timestamp;
use model::ic::{ContactId, NoteId, TeammateId};
use serde::Deserialize;
use serde_json::json;

use crate::client::{Call, Client, json_body};
use crate::error::IntercomError;
use crate::html;
use crate::page::Pages;
use crate::wire;

/// A note.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Note {
    /// Unique within the workspace.
    #[serde(deserialize_with = "wire::id")]
    pub id: NoteId,
    /// HTML. Plain text that was sent comes back in a paragraph.
    #[serde(default, deserialize_with = "wire::or_default")]
    pub body: String,
    /// When it was written, to the second.
    #[serde(default, deserialize_with = "wire::instant")]
    pub created_at: Option<Timestamp>,
    /// The teammate who wrote it, or in whose name it was written.
    pub author: Option<NoteAuthor>,
}

/// Who wrote a note.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct NoteAuthor {
    /// Unique within the workspace.
    #[serde(deserialize_with = "wire::id")]
    pub id: TeammateId,
    /// The full name, as Intercom writes it.
    pub name: Option<String>,
}

/// Notes of one contact, page by page.
pub type NotePages = Pages<Note, NoteId>;

impl Note {
    /// Whether it has a link to `link`: how a note of ours is found again before it is repeated.
    pub fn links_to(&self, link: &str) -> bool {
        html::targets(&self.body)
            .iter()
            .any(|target| target == link)
    }
}

impl Client {
    /// Adds a note to a contact in the name of `teammate`. After an unknown outcome look among
    /// [`Client::contact_notes`] first.
    pub async fn add_contact_note(
        &self,
        contact: &ContactId,
        teammate: &TeammateId,
        html: &str,
    ) -> Result<Note, IntercomError> {
        let body = json!({ "body": html, "admin_id": teammate });
        let call = Call::post(format!("/contacts/{contact}/notes"), &body);
        self.write(&call, json_body).await
    }

    /// The notes on a contact.
    pub fn contact_notes(&self, contact: &ContactId) -> NotePages {
        let path = format!("/contacts/{contact}/notes");
        Pages::new(self, None, move |cursor| {
            Call::get(match cursor {
                Some(cursor) => format!("{path}?{}", cursor.query()),
                None => path.clone(),
            })
        })
    }
}
