//! What follows from a save in other records.

use crate::id::RecordId;
use crate::row::Row;
use crate::schema::Object;
use crate::value::Value;

use super::{Author, Records};

/// What a Case shows of its Contact, under the names on either side.
const SHOWN_OF_CONTACT: [(&str, &str); 4] = [
    ("ContactEmail", "Email"),
    ("ContactFax", "Fax"),
    ("ContactMobile", "MobilePhone"),
    ("ContactPhone", "Phone"),
];

impl Records {
    /// Creates and changes what follows from a new record.
    pub(super) fn after_create(&mut self, row: &Row, author: Author) {
        match row.object() {
            Object::Opportunity => {
                let contact = row.reference(self.schema_of(Object::Opportunity), "ContactId");
                if let Some(contact) = contact {
                    self.add_role(row.id, contact, true, author);
                }
            }
            Object::OpportunityContactRole => {
                let schema = self.schema_of(Object::OpportunityContactRole);
                if row.flag(schema, "IsPrimary")
                    && let Some(opportunity) = row.reference(schema, "OpportunityId")
                {
                    self.demote_other_roles(opportunity, row.id, author);
                }
            }
            Object::Account
            | Object::AssignmentRule
            | Object::Case
            | Object::CaseComment
            | Object::Contact
            | Object::Group
            | Object::Lead
            | Object::Organization
            | Object::Setup(_)
            | Object::Task
            | Object::User
            | Object::UserRole => {}
        }
    }

    pub(super) fn add_role(
        &mut self,
        opportunity: RecordId,
        contact: RecordId,
        is_primary: bool,
        author: Author,
    ) {
        let id = self.tables.of_mut(Object::OpportunityContactRole).reserve();
        let mut role = Row::new(id, author.user, author.now);
        let schema = self.schema_of(Object::OpportunityContactRole);
        role.store(schema.known("OpportunityId"), Value::Id(opportunity));
        role.store(schema.known("ContactId"), Value::Id(contact));
        role.store(schema.known("IsPrimary"), Value::Bool(is_primary));
        self.commit(role, author.now);
    }

    /// An opportunity has one primary contact.
    fn demote_other_roles(&mut self, opportunity: RecordId, kept: RecordId, author: Author) {
        let primary = self
            .schema_of(Object::OpportunityContactRole)
            .known("IsPrimary");
        let roles = self.children(Object::OpportunityContactRole, "OpportunityId", opportunity);
        for mut role in roles.into_iter().filter(|role| role.id != kept) {
            role.store(primary, Value::Bool(false));
            role.touch(author.user, author.now);
            self.commit(role, author.now);
        }
    }

    /// Changes what follows from a changed record.
    pub(super) fn after_update(&mut self, row: &Row, before: &Row, author: Author) {
        match row.object() {
            Object::OpportunityContactRole => {
                let schema = self.schema_of(Object::OpportunityContactRole);
                let became_primary =
                    row.flag(schema, "IsPrimary") && !before.flag(schema, "IsPrimary");
                let opportunity = row.reference(schema, "OpportunityId");
                if let (true, Some(opportunity)) = (became_primary, opportunity) {
                    self.demote_other_roles(opportunity, row.id, author);
                }
            }
            Object::Contact => self.show_contact_on_cases(row, before, author),
            Object::Account
            | Object::AssignmentRule
            | Object::Case
            | Object::CaseComment
            | Object::Group
            | Object::Lead
            | Object::Opportunity
            | Object::Organization
            | Object::Setup(_)
            | Object::Task
            | Object::User
            | Object::UserRole => {}
        }
    }

    /// Cases show what their Contact says now. That changes no stamp of theirs.
    fn show_contact_on_cases(&mut self, contact: &Row, before: &Row, author: Author) {
        let schema = self.schema_of(Object::Contact);
        let is_kept = |(_, field): &(&str, &str)| {
            let place = schema.known(field);
            contact.stored(place) == before.stored(place)
        };
        if SHOWN_OF_CONTACT.iter().all(is_kept) {
            return;
        }
        for mut case in self.children(Object::Case, "ContactId", contact.id) {
            self.copy_contact(&mut case, Some(contact));
            case.is_seeded = false;
            self.commit(case, author.now);
        }
    }

    /// Lets a Case show its Contact.
    pub(super) fn copy_contact(&self, case: &mut Row, contact: Option<&Row>) {
        let (cases, contacts) = (
            self.schema_of(Object::Case),
            self.schema_of(Object::Contact),
        );
        for (shown, field) in SHOWN_OF_CONTACT {
            let value = contact.map(|contact| contact.stored(contacts.known(field)).clone());
            case.store(cases.known(shown), value.unwrap_or(Value::Null));
        }
    }

    /// Takes out of a Case what was written to `Comments`: it is kept nowhere but as a comment.
    pub(super) fn take_comment(&self, row: &mut Row) -> Option<Value> {
        if row.object() != Object::Case {
            return None;
        }
        let place = self.schema_of(Object::Case).known("Comments");
        let comment = row.stored(place).clone();
        row.store(place, Value::Null);
        (!comment.is_null()).then_some(comment)
    }

    /// Comments on a Case, if there is something to say.
    pub(super) fn add_comment(&mut self, case: RecordId, body: Option<Value>, author: Author) {
        let Some(body) = body else {
            return;
        };
        let id = self.tables.of_mut(Object::CaseComment).reserve();
        let mut comment = Row::new(id, author.user, author.now);
        let schema = self.schema_of(Object::CaseComment);
        comment.store(schema.known("ParentId"), Value::Id(case));
        comment.store(schema.known("CommentBody"), body);
        self.commit(comment, author.now);
    }
}
