//! The client against canned answers: what it sends, and what it makes of what comes back.

mod contacts;
mod events;
mod limits;
mod others;
mod script;
