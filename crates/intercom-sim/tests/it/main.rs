//! The workspace from outside: through its HTTP contract, its pages and its controls.

#![expect(
    clippy::unwrap_used,
    reason = "outside of a test function too: this is all test"
)]

mod access;
mod attributes;
mod cards;
mod cards_drawn;
mod companies;
mod contact_writes;
mod contacts;
mod controls;
mod conversation_changes;
mod conversation_search;
mod conversation_statistics;
mod conversation_tags;
mod conversations;
mod dropped_files;
mod dump;
mod events;
mod extremes;
mod gate;
mod judge;
mod merges;
mod messages;
mod messenger;
mod nested;
mod pages;
mod participants;
mod people;
mod profiles;
mod quick_replies;
mod saved;
mod search;
mod served;
mod tour;
mod town;
mod uploads;
mod visitors;
mod webhook_health;
mod webhook_log;
mod webhook_topics;
mod webhooks;
