//! The workspace from outside: through its HTTP contract, its pages and its controls.

mod attributes;
mod cards;
mod companies;
mod contacts;
mod controls;
mod conversations;
mod gate;
mod pages;
mod saved;
mod search;
mod served;
mod town;
mod webhooks;
