//! What webhooks tell of people, companies and events: which topics a change has, and the item of
//! each. Conversations tell of themselves.
//!
//! Items follow the API version of the app, never that of the call that caused them (REST APIs,
//! versioning).

use model::Timestamp;
use serde_json::{Value, json};

use crate::api::render;
use crate::contact::{Contact, Role};
use crate::ids::ObjectId;
use crate::tracked::TrackedEvent;
use crate::world::{Tag, World};

/// What happened between a contact and a tag, or a company.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bond {
    Made,
    Undone,
}

impl World {
    /// Tells of a new contact.
    pub(crate) fn tell_created(&mut self, row: &Contact, at: Timestamp) {
        self.tell_contact(&[&format!("contact.{}.created", row.role.word())], row, at);
    }

    /// Tells of a changed contact. There is always one topic, and none says what changed.
    pub(crate) fn tell_changed(&mut self, before: &Contact, after: &Contact, at: Timestamp) {
        self.tell_contact(&topics(before, after), after, at);
        if before.unsubscribed_from_emails != after.unsubscribed_from_emails && self.is_heard() {
            let topic = if after.unsubscribed_from_emails {
                "contact.unsubscribed"
            } else {
                "contact.subscribed"
            };
            // Documented is that the contact is inside; the rest of the shape is UNVERIFIED.
            let item = json!({ "type": "subscription", "contact": self.told_contact(after) });
            self.announce(topic, item, at);
        }
    }

    /// Tells of a contact that went into the archive: little more than its id.
    pub(crate) fn tell_archived(&mut self, row: &Contact, at: Timestamp) {
        let item = json!({
            "type": "contact", "id": row.id.to_string(), "external_id": row.external_id,
            "archived": true,
        });
        self.announce("contact.archived", item, at);
    }

    /// Tells of a contact that came out of the archive. The topic is spelled so.
    pub(crate) fn tell_unarchived(&mut self, row: &Contact, at: Timestamp) {
        self.tell_contact(&["contact.unarchive"], row, at);
    }

    /// Tells of a contact that is gone for good: little more than its id.
    pub(crate) fn tell_deleted(&mut self, id: ObjectId, at: Timestamp) {
        let item = json!({ "type": "contact", "id": id.to_string(), "deleted": true });
        self.announce("contact.deleted", item, at);
    }

    /// Tells of a user into whom the lead `from` went.
    pub(crate) fn tell_merged(&mut self, from: ObjectId, into: &Contact, at: Timestamp) {
        if self.is_heard() {
            let mut item = self.told_contact(into);
            item["merged_from"] = json!({ "type": "contact", "id": from.to_string() });
            self.announce("contact.merged", item, at);
        }
    }

    /// Tells of a tag that was put on a contact, or taken off.
    pub(crate) fn tell_tagged(&mut self, row: &Contact, tag: &Tag, bond: Bond, at: Timestamp) {
        if !self.is_heard() {
            return;
        }
        let what = match bond {
            Bond::Made => "created",
            Bond::Undone => "deleted",
        };
        let item = json!({
            "type": "contact_tag", "created_at": at.as_seconds(), "tag": tag.render(),
            "contact": self.told_contact(row),
        });
        let topic = format!("contact.{}.tag.{what}", row.role.word());
        self.announce(&topic, item, at);
    }

    /// Tells of a contact that joined a company, or left it.
    pub(crate) fn tell_membership(
        &mut self,
        company: ObjectId,
        contact: &Contact,
        bond: Bond,
        at: Timestamp,
    ) {
        if !self.is_heard() {
            return;
        }
        let topic = match bond {
            Bond::Made => "company.contact.attached",
            Bond::Undone => "company.contact.detached",
        };
        let company = self.companies.get(company);
        let item = json!({
            "company": company.map(|row| render::company(self, row, self.app_version())),
            "contact": self.told_contact(contact),
        });
        self.announce(topic, item, at);
    }

    /// Tells of an event, in the shape in which the API lists it (UNVERIFIED for webhooks).
    pub(crate) fn tell_event(&mut self, event: &TrackedEvent, at: Timestamp) {
        if self.is_heard() {
            let item = render::event(self, event);
            self.announce("event.created", item, at);
        }
    }

    /// Tells of a contact under each of the topics, if anybody listens.
    fn tell_contact(&mut self, topics: &[&str], row: &Contact, at: Timestamp) {
        if !self.is_heard() {
            return;
        }
        let item = self.told_contact(row);
        for topic in topics {
            self.announce(topic, item.clone(), at);
        }
    }

    fn told_contact(&self, row: &Contact) -> Value {
        render::contact(self, row, self.app_version())
    }
}

fn topics(before: &Contact, after: &Contact) -> Vec<&'static str> {
    let mut topics = vec![match after.role {
        Role::User => "contact.user.updated",
        Role::Lead => "contact.lead.updated",
    }];
    if before.role != after.role {
        topics.push("contact.lead.signed_up");
    }
    if before.email != after.email {
        topics.push("contact.email.updated");
        if before.email.is_none() && before.role == Role::Lead {
            topics.push("contact.lead.added_email");
        }
    }
    topics
}
