//! What becomes of a contact beside being edited: found by the customer's own id, archived, blocked,
//! deleted, merged.

use model::ic::ContactId;
use serde::Serialize;
use serde_json::json;

use super::Contact;
use crate::client::{Call, Client, json_body, segment};
use crate::error::IntercomError;

/// Whether Intercom checks that the two contacts of a merge share an email or a phone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeCheck {
    /// They must, or the merge is refused.
    Alike,
    /// They need not.
    Anyone,
}

impl Client {
    /// The user with this external id. [`IntercomError::NotFound`] if there is none; leads have
    /// none.
    pub async fn contact_by_external_id(
        &self,
        external_id: &str,
    ) -> Result<Contact, IntercomError> {
        let external_id = segment(external_id);
        let path = format!("/contacts/find_by_external_id/{external_id}");
        self.read(&Call::get(path), json_body).await
    }

    // The answers repeat the id and what was done, so nothing of them is read.

    /// Puts a contact away; it stays readable by its id. Repeating it changes nothing.
    pub async fn archive_contact(&self, id: &ContactId) -> Result<(), IntercomError> {
        self.write(&Call::bare_post(format!("/contacts/{id}/archive")), |_| {
            Ok(())
        })
        .await
    }

    /// Brings an archived contact back. Repeating it changes nothing.
    pub async fn unarchive_contact(&self, id: &ContactId) -> Result<(), IntercomError> {
        self.write(
            &Call::bare_post(format!("/contacts/{id}/unarchive")),
            |_| Ok(()),
        )
        .await
    }

    /// Blocks a contact and archives their conversations. It cannot be created again.
    pub async fn block_contact(&self, id: &ContactId) -> Result<(), IntercomError> {
        self.write(
            &Call::bare_post(format!("/contacts/{id}/block")),
            |_| Ok(()),
        )
        .await
    }

    /// Deletes a contact for good.
    pub async fn delete_contact(&self, id: &ContactId) -> Result<(), IntercomError> {
        self.write(&Call::delete(format!("/contacts/{id}")), |_| Ok(()))
            .await
    }

    /// Makes a lead a part of a user, and returns the user. The lead's id then answers with
    /// [`IntercomError::Merged`].
    pub async fn merge_contacts(
        &self,
        lead: &ContactId,
        user: &ContactId,
        check: MergeCheck,
    ) -> Result<Contact, IntercomError> {
        let body = Merge {
            from: lead,
            into: user,
            skip_duplicate_validation: check == MergeCheck::Anyone,
        };
        self.write(&Call::post("/contacts/merge", &json!(body)), json_body)
            .await
    }
}

/// The vendor's spelling.
#[derive(Serialize)]
struct Merge<'a> {
    from: &'a ContactId,
    into: &'a ContactId,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    skip_duplicate_validation: bool,
}
