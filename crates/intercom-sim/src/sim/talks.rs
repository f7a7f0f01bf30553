//! What teammates and contacts do to conversations that no call of the API does.

use super::Sim;
use crate::answer::Refusal;
use crate::api::{self, Action};
use crate::conversation::{Author, Priority, Stars};
use crate::ids::{ConversationId, ObjectId};

impl Sim {
    /// A teammate, the first of the workspace, says how urgent a conversation is, with its webhook.
    /// `Err` holds the vendor's words.
    pub fn prioritize(&self, id: ConversationId, priority: Priority) -> Result<(), String> {
        self.change(|world, now, _| {
            let me = world.admins.first().map(|admin| admin.id);
            let me = Author::Admin(me.unwrap_or_default());
            let action = Action::Prioritize(priority);
            api::act_with(world, now, (id, me), action, Vec::new(), None)
        })
        .map_err(words)
    }

    /// The first contact of a conversation rates it, with its webhook.
    pub fn rate(
        &self,
        id: ConversationId,
        stars: Stars,
        remark: Option<String>,
    ) -> Result<(), String> {
        self.change(|world, now, _| api::rate(world, now, id, stars, remark))
            .map_err(words)
    }

    /// The same teammate puts a tag on a part of a conversation, with its webhook.
    pub fn tag_part(&self, id: ConversationId, part: &str, tag: &str) -> Result<(), String> {
        let (Ok(part), Ok(tag)) = (part.parse(), tag.parse()) else {
            return Err("ids of parts and tags are numbers".to_owned());
        };
        self.change(|world, now, _| {
            let me = world.admins.first().map(|admin| admin.id);
            api::tag_part(world, now, (id, part), tag, me.unwrap_or_default())
        })
        .map_err(words)
    }

    /// A contact answers a message that a teammate sent to them, with its webhooks; gives the
    /// conversation that begins with it.
    pub fn answer_message(
        &self,
        message: &str,
        contact: ObjectId,
        text: &str,
    ) -> Result<ConversationId, String> {
        let message = message.parse().map_err(|_| "a message's id is a number")?;
        self.change(|world, now, _| api::answer_message(world, now, (message, contact), text))
            .map_err(words)
    }
}

fn words(refusal: Refusal) -> String {
    refusal.message
}
