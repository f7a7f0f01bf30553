//! Conversation search, without parts: who is to be looked at, and never what was said.

use model::Timestamp;
use model::ic::ConversationId;

use super::ConversationHead;
use crate::client::Client;
use crate::page::{Cursor, Page, Pages};
use crate::search::{DAY_TRUNCATION, Order, search};

/// A page of conversations.
pub type ConversationPage = Page<ConversationHead, ConversationId>;

/// Conversations, page by page.
pub type ConversationPages = Pages<ConversationHead, ConversationId>;

impl Client {
    /// All conversations, oldest first, from the beginning or from a cursor that was kept: what
    /// happens in one moves it to no other page, and new ones come at the end.
    pub fn all_conversations(&self, from: Option<Cursor>) -> ConversationPages {
        Pages::new(self, from, |cursor| {
            let (path, after) = ("/conversations/search", Timestamp::from_seconds(0));
            search(path, "created_at", after, Order::Ascending, cursor)
        })
    }

    /// The conversations that changed since `since`, latest first. One that changes while this is
    /// read moves to the front, behind the reader, and others one place back: those are met twice,
    /// the one that moved by the next reading from an earlier instant.
    ///
    /// UNVERIFIED whether conversation search compares whole days, as contact search does: two days
    /// more are asked for, and what is older than `since` ends the list.
    pub fn conversations_changed_since(&self, since: Timestamp) -> ConversationPages {
        Pages::new(self, None, move |cursor| {
            let (path, after) = ("/conversations/search", since.minus(DAY_TRUNCATION));
            search(path, "updated_at", after, Order::Descending, cursor)
        })
        .up_to(move |head: &ConversationHead| head.updated_at.is_some_and(|at| at < since))
    }
}
