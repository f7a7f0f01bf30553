//! What is known of the open conversation beside its thread: how urgent it is, its tags, where it
//! began.

use super::super::moments;
use crate::api::Version;
use crate::conversation::{Conversation, Priority};
use crate::world::World;

/// All steps, as a form posts them and as people read them.
const PRIORITIES: [(Priority, &str); 5] = [
    (Priority::None, "None"),
    (Priority::Low, "Low"),
    (Priority::Medium, "Medium"),
    (Priority::High, "High"),
    (Priority::Urgent, "Urgent"),
];

/// A step of the choice.
pub(super) struct PriorityChoice {
    pub(super) word: &'static str,
    pub(super) name: &'static str,
    pub(super) is_chosen: bool,
}

/// A tag that can be taken off.
pub(super) struct TagView {
    pub(super) id: String,
    pub(super) name: String,
}

/// A custom attribute of the conversation.
pub(super) struct AttributeView {
    pub(super) name: String,
    pub(super) value: String,
}

pub(super) struct About {
    pub(super) id: String,
    pub(super) started: String,
    /// The page that the contact was on.
    pub(super) page: Option<String>,
    pub(super) priorities: Vec<PriorityChoice>,
    pub(super) tags: Vec<TagView>,
    pub(super) attributes: Vec<AttributeView>,
    /// What the contact thinks of it.
    pub(super) rating: Option<String>,
}

impl About {
    pub(super) fn of(world: &World, row: &Conversation) -> Self {
        let choice = |(priority, name): (Priority, &'static str)| PriorityChoice {
            word: word(priority),
            name,
            is_chosen: row.priority == priority,
        };
        let tags = row.tags.iter().filter_map(|applied| world.tag(applied.tag));
        let attributes = world.conversation_attributes.render(&row.attributes);
        let attributes = attributes.into_iter().filter(|(_, value)| !value.is_null());
        let attributes = attributes.map(|(name, value)| AttributeView {
            value: value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned),
            name,
        });
        Self {
            id: row.id.to_string(),
            started: moments::exact(row.created_at, &world.zone),
            page: row.source.url.clone(),
            priorities: PRIORITIES.into_iter().map(choice).collect(),
            tags: tags
                .map(|tag| TagView {
                    id: tag.id.to_string(),
                    name: tag.name.clone(),
                })
                .collect(),
            attributes: attributes.collect(),
            rating: row.rating.as_deref().map(|rating| {
                let stars = rating.stars.number();
                let remark = rating.remark.as_deref();
                let remark = remark.map_or_else(String::new, |remark| format!(": {remark}"));
                format!("{stars} of 5{remark}")
            }),
        }
    }
}

fn word(priority: Priority) -> &'static str {
    priority.word(Version::V2_16)
}

/// The priority that a form names.
pub(super) fn priority(chosen: &str) -> Option<Priority> {
    let steps = PRIORITIES.into_iter().map(|(priority, _)| priority);
    steps.into_iter().find(|step| word(*step) == chosen)
}

/// How an urgent conversation is marked in the list.
pub(super) fn mark(row: &Conversation) -> Option<&'static str> {
    match row.priority {
        Priority::High => Some("High"),
        Priority::Urgent => Some("Urgent"),
        Priority::None | Priority::Low | Priority::Medium => None,
    }
}
