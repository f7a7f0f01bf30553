//! Messages that teammates sent and that nobody has answered yet: there is no conversation until
//! somebody does.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::conversation::{Author, Channel, Source};
use crate::ids::{AdminId, ObjectId, PartId};

/// A message on its way to its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Message {
    pub(crate) id: PartId,
    pub(crate) admin: AdminId,
    pub(crate) channel: Channel,
    pub(crate) subject: Option<String>,
    /// An HTML fragment.
    pub(crate) body: String,
    /// Those it was sent to, with those who got a copy that all could see.
    pub(crate) to: Vec<ObjectId>,
}

impl Message {
    /// The same as the first message of a conversation, which keeps its id.
    pub(crate) fn into_source(self) -> (Source, Vec<ObjectId>, Option<i64>) {
        let source = Source {
            id: self.id,
            channel: self.channel,
            subject: self.subject,
            body: self.body,
            author: Author::Admin(self.admin),
            url: None,
            is_redacted: false,
            attachments: Vec::new(),
        };
        (source, self.to, None)
    }
}

/// The unanswered messages of a workspace, by id.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Messages {
    pub(crate) rows: BTreeMap<PartId, Message>,
}

impl Messages {
    /// A contact is gone; what was sent to nobody else is, too.
    pub(crate) fn forget(&mut self, contact: ObjectId) {
        self.rows.retain(|_, message| {
            message.to.retain(|id| *id != contact);
            !message.to.is_empty()
        });
    }

    /// What was sent to one contact was sent to another one from now on.
    pub(crate) fn hand_over(&mut self, from: ObjectId, into: ObjectId) {
        for message in self.rows.values_mut() {
            if message.to.contains(&into) {
                message.to.retain(|id| *id != from);
            }
            for id in message.to.iter_mut().filter(|id| **id == from) {
                *id = into;
            }
        }
    }
}
