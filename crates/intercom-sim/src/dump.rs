//! Everything that a person could see in the workspace, as lines that two worlds can be compared
//! by: contacts, companies, events, notes, subscriptions, data attributes, teammates.
//!
//! Left out is what tells only when something happened or in which order it was made: stamps, and
//! the ids of notes, events and attributes. So two workspaces that hold the same give the same
//! bytes, however long each took to get there.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::controls;
use crate::conversation::{Author, PartType};
use crate::ids::{ObjectId, TagId};
use crate::note::NoteSubject;
use crate::world::World;

/// Contacts written at a time, so that a dump of a million holds nobody up for long.
pub(crate) const CONTACTS_AT_ONCE: usize = 500;

impl World {
    /// The lines of the next contacts after `after`, and the last of them; nothing at the end.
    pub(crate) fn dump_contacts(&self, after: Option<ObjectId>) -> Option<(Bytes, ObjectId)> {
        let rows = self.contacts.after(after).take(CONTACTS_AT_ONCE);
        let mut lines = String::new();
        let mut last = None;
        for row in rows {
            let mut line = controls::contact(self, row);
            line["type"] = json!("contact");
            push(&mut lines, &line);
            last = Some(row.id);
        }
        Some((lines.into(), last?))
    }

    /// The lines of everything else.
    pub(crate) fn dump_rest(&self) -> Bytes {
        let mut lines: Vec<String> = Vec::new();
        let companies = self.companies.all().map(|row| {
            json!({
                "type": "company", "id": row.id.to_string(), "company_id": row.own_id,
                "name": row.name, "website": row.website, "industry": row.industry,
                "plan": row.plan, "size": row.size, "monthly_spend": row.monthly_spend,
                "tags": self.tag_names(&row.tags),
                "custom_attributes": self.attributes.render(&row.custom),
            })
        });
        lines.extend(companies.map(|line| line.to_string()));
        let attributes = self.attributes.all().map(|row| {
            json!({
                "type": "data_attribute", "model": row.model, "name": row.name,
                "data_type": row.data_type, "description": row.description,
                "options": row.options, "archived": row.archived,
                "messenger_writable": row.messenger_writable,
            })
        });
        lines.extend(attributes.map(|line| line.to_string()));
        let events = self.events.all().map(|event| {
            json!({
                "type": "event", "contact": event.contact.to_string(), "name": event.name,
                "metadata": event.metadata,
            })
        });
        lines.extend(events.map(|line| line.to_string()));
        let teammates = self.admins.iter().map(|row| {
            json!({
                "type": "admin", "id": row.id.to_string(), "name": row.name, "email": row.email,
            })
        });
        lines.extend(teammates.map(|line| line.to_string()));
        lines.extend(self.noted().map(|line| line.to_string()));
        let choices = self.subscriptions.all().map(|(contact, id, consent)| {
            json!({
                "type": "subscription", "contact": contact.to_string(), "id": id,
                "consent": consent.word(),
            })
        });
        lines.extend(choices.map(|line| line.to_string()));
        lines.sort_unstable();
        let mut text = String::new();
        for line in lines {
            text.push_str(&line);
            text.push('\n');
        }
        text.into()
    }

    /// The names of tags, in their order.
    fn tag_names(&self, ids: &[TagId]) -> Vec<&str> {
        let tags = ids.iter().filter_map(|id| self.tag(*id));
        let mut names: Vec<&str> = tags.map(|tag| tag.name.as_str()).collect();
        names.sort_unstable();
        names
    }

    /// Notes on contacts and companies, and those inside conversations.
    fn noted(&self) -> impl Iterator<Item = Value> {
        let outside = self.notes.all().map(|note| {
            let (kind, about) = match note.about {
                NoteSubject::Contact(id) => ("contact", id),
                NoteSubject::Company(id) => ("company", id),
            };
            json!({
                "type": "note", kind: about.to_string(), "body": note.body,
                "author": note.author.map(|id| id.to_string()),
            })
        });
        let in_conversations = self.conversations.all().flat_map(|row| {
            let notes = row.parts.iter().filter(|part| part.kind == PartType::Note);
            notes.map(|part| {
                json!({
                    "type": "note", "conversation": row.id.to_string(), "body": part.body,
                    "author": match &part.author {
                        Author::Admin(id) => id.to_string(),
                        Author::Contact(id) => id.to_string(),
                        Author::Bot => "bot".to_owned(),
                    },
                })
            })
        });
        outside.chain(in_conversations)
    }
}

fn push(lines: &mut String, line: &Value) {
    lines.push_str(&line.to_string());
    lines.push('\n');
}
