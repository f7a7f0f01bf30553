//! The public side of the simulator: what a client meets on the wire.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set its scene has failed"
)]

mod addressing;
mod administration;
mod automation;
mod batch;
mod bulk;
mod bulk_ingest;
mod bulk_query;
mod bus_client;
mod calls;
mod collections;
mod composite;
mod country_picklists;
mod dump;
mod duplicates;
mod event_bus;
mod events;
mod fault_kinds;
mod faults;
mod field_security;
mod fixtures;
mod graph;
mod headers;
mod joining;
mod layouts;
mod login;
mod oauth;
mod ownership;
mod pages;
mod pages_merge;
mod records;
mod refusals;
mod relating;
mod replication;
mod rules;
mod save;
mod search;
mod seeding;
mod setup;
mod sharing;
mod soap;
mod soql;
mod soql_errors;
mod soql_pages;
mod soql_suite;
mod tls;
mod tree;
mod upsert;
mod world;
