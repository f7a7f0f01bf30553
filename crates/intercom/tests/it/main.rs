//! The client against canned answers: what it sends, and what it makes of what comes back. And
//! against the twin, where it matters that both are right together.

mod budget;
mod cards;
mod contacts;
mod conversations;
mod events;
mod judge;
mod limits;
mod lists;
mod others;
mod resources;
mod script;
mod tour;
mod twin;
