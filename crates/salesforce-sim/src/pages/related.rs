//! What hangs on a record: short lists on its page, each with a way to add to it.

use crate::record_json::has_page;
use crate::row::Row;
use crate::schema::Object;
use crate::world::World;

use super::{Link, record_href};

/// Records that a list shows.
const ROWS_MAX: usize = 20;

/// A list of records that point at the one whose page it is on.
pub(super) struct Related {
    pub(super) title: &'static str,
    pub(super) links: Vec<Link>,
    /// There are more than the list shows.
    pub(super) is_cut: bool,
    /// Where to create one more; empty where that cannot be done.
    pub(super) new: String,
}

/// Which records a list is of.
struct Kind {
    title: &'static str,
    object: Object,
    /// The field that points at the record of the page.
    field: &'static str,
    /// What is told beside the name.
    note: &'static str,
}

const fn kind(
    title: &'static str,
    object: Object,
    field: &'static str,
    note: &'static str,
) -> Kind {
    Kind {
        title,
        object,
        field,
        note,
    }
}

const ACTIVITIES_WITH: Kind = kind("Activities", Object::Task, "WhoId", "Status");
const ACTIVITIES_ABOUT: Kind = kind("Activities", Object::Task, "WhatId", "Status");

impl World {
    pub(super) fn related(&self, row: &Row) -> Vec<Related> {
        let kinds: &[Kind] = match row.object() {
            Object::Lead => &[ACTIVITIES_WITH],
            Object::Contact => &[
                ACTIVITIES_WITH,
                kind(
                    "Opportunities",
                    Object::OpportunityContactRole,
                    "ContactId",
                    "Role",
                ),
                kind("Cases", Object::Case, "ContactId", "Subject"),
            ],
            Object::Account => &[
                kind("Contacts", Object::Contact, "AccountId", "Title"),
                kind(
                    "Opportunities",
                    Object::Opportunity,
                    "AccountId",
                    "StageName",
                ),
                kind("Cases", Object::Case, "AccountId", "Subject"),
                ACTIVITIES_ABOUT,
            ],
            Object::Opportunity => &[
                kind(
                    "Contact roles",
                    Object::OpportunityContactRole,
                    "OpportunityId",
                    "Role",
                ),
                ACTIVITIES_ABOUT,
            ],
            Object::Case => &[
                kind("Comments", Object::CaseComment, "ParentId", "CreatedDate"),
                ACTIVITIES_ABOUT,
            ],
            Object::AssignmentRule
            | Object::CaseComment
            | Object::Group
            | Object::OpportunityContactRole
            | Object::Organization
            | Object::Setup(_)
            | Object::Task
            | Object::User
            | Object::UserRole => &[],
        };
        let lists = kinds.iter().map(|kind| self.related_list(row, kind));
        lists
            .filter(|list| !list.links.is_empty() || !list.new.is_empty())
            .collect()
    }

    fn related_list(&self, parent: &Row, kind: &Kind) -> Related {
        let children = self.records.children(kind.object, kind.field, parent.id);
        let links = children.iter().take(ROWS_MAX);
        let can_add = has_page(kind.object) && !parent.is_deleted;
        let href = |object: &str| format!("/lightning/o/{object}/new?{}={}", kind.field, parent.id);
        Related {
            title: kind.title,
            is_cut: children.len() > ROWS_MAX,
            links: links.map(|child| self.related_link(child, kind)).collect(),
            new: if can_add {
                href(kind.object.name())
            } else {
                String::new()
            },
        }
    }

    /// A role leads to whoever is at its other end; a comment leads nowhere and says itself.
    fn related_link(&self, child: &Row, kind: &Kind) -> Link {
        let schema = self.records.schema_of(kind.object);
        let plain = |field: &str| child.read(schema, schema.known(field)).to_plain();
        let note = plain(kind.note);
        let other_end = match (kind.object, kind.field) {
            (Object::OpportunityContactRole, "ContactId") => "OpportunityId",
            (Object::OpportunityContactRole, _) => "ContactId",
            (Object::CaseComment, _) => {
                return Link {
                    href: String::new(),
                    text: plain("CommentBody"),
                    note,
                };
            }
            (_, _) => {
                return Link {
                    href: record_href(child.id),
                    text: self.name_of(child),
                    note,
                };
            }
        };
        let other = child.stored(schema.known(other_end)).as_id();
        Link {
            href: other.map(record_href).unwrap_or_default(),
            text: other.map(|id| self.name_by_id(id)).unwrap_or_default(),
            note,
        }
    }
}
