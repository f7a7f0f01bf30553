//! Rows for the promises: short to write, the same on every run.

use model::{
    Base, BasePair, ConnectionId, How, Lane, Link, MatchKey, PersonKey, PutBacks, Reason, Settings,
    Signal, Subject, Timestamp, ic, sf,
};

use crate::{
    Absorption, AccountRow, Body, ContactRow, Due, Entry, FailureReport, IntentKind, NewConnection,
    NewIntent, Observed, RecordRow, Source, Store, Ticket, WaitsFor,
};

/// So many seconds after the beginning.
pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

/// A connection of that name to the org `org(1)`.
pub(super) async fn connected(store: &impl Store, name: &str) -> ConnectionId {
    let new = NewConnection {
        name: name.to_owned(),
        settings: Settings::default(),
    };
    let mut connection = store
        .create_connection(&new, at(0))
        .await
        .expect("the name is free");
    connection.org_id = Some(org(1));
    store
        .update_connection(&connection)
        .await
        .expect("it was just created");
    connection.id
}

pub(super) fn org(number: u32) -> sf::OrgId {
    format!("00D{number:012}").parse().expect("15 characters")
}

pub(super) fn lead_id(number: u32) -> sf::RecordId {
    format!("00Q{number:012}").parse().expect("15 characters")
}

pub(super) fn contact_id(number: u32) -> sf::RecordId {
    format!("003{number:012}").parse().expect("15 characters")
}

pub(super) fn account_id(number: u32) -> sf::AccountId {
    format!("001{number:012}").parse().expect("15 characters")
}

pub(super) fn user_id(number: u32) -> sf::OwnerId {
    format!("005{number:012}").parse().expect("15 characters")
}

pub(super) fn ic_id(id: &str) -> ic::ContactId {
    id.parse().expect("letters and digits")
}

pub(super) fn key(email: &str) -> MatchKey {
    MatchKey::from_email(email).expect("not empty")
}

pub(super) fn matched(email: &str) -> PersonKey {
    PersonKey::Matched(key(email))
}

pub(super) fn body(values: &[&str]) -> Body {
    Body(values.iter().map(|value| Some((*value).into())).collect())
}

/// A contact with that email (none if empty), shown and seen at `seconds`.
pub(super) fn contact(id: &str, email: &str, seconds: i64) -> ContactRow {
    ContactRow {
        id: ic_id(id),
        key: MatchKey::from_email(email),
        role: ic::Role::User,
        stamp: at(seconds),
        seen_at: at(seconds),
        stale: false,
        projection: 1,
        owner_id: Some("814860".parse().expect("digits")),
        body: Body(vec![Some(id.into()), None]),
    }
}

/// A record with that email (none if empty), shown and seen at `seconds`.
pub(super) fn record(id: sf::RecordId, email: &str, seconds: i64) -> RecordRow {
    RecordRow {
        id,
        key: MatchKey::from_email(email),
        stamp: at(seconds),
        seen_at: at(seconds),
        stale: false,
        projection: 1,
        owner_id: Some(user_id(1)),
        account_id: None,
        successor: None,
        gone: false,
        hidden: false,
        body: body(&["Ada", "Byron"]),
    }
}

pub(super) fn account(number: u32, name: &str, seconds: i64) -> AccountRow {
    AccountRow {
        id: account_id(number),
        owner_id: Some(user_id(2)),
        stamp: at(seconds),
        seen_at: at(seconds),
        body: body(&[name]),
    }
}

pub(super) fn link(contact: &str, record_id: sf::RecordId) -> Link {
    let pair = BasePair {
        salesforce: Some("Ada".to_owned()),
        intercom: None,
    };
    Link {
        contact_id: ic_id(contact),
        record_id,
        since: at(5),
        how: How::Key,
        base: Base([("SALESFORCE_FIRST_NAME".to_owned(), pair)].into()),
        announced: None,
        put_backs: PutBacks::default(),
    }
}

pub(super) fn read<T>(row: T, source: Source) -> Observed<T> {
    Observed { row, source }
}

/// An absorption at `seconds` in lane live.
pub(super) fn absorption(seconds: i64) -> Absorption {
    Absorption::new(Lane::Live, Reason::Webhook, at(seconds))
}

/// Stores rows as if they had just been read by id, and empties the queue.
pub(super) async fn given(
    store: &impl Store,
    connection: ConnectionId,
    contacts: Vec<ContactRow>,
    records: Vec<RecordRow>,
) {
    let mut reading = absorption(0);
    reading.contacts = contacts
        .into_iter()
        .map(|row| read(row, Source::Answer))
        .collect();
    reading.records = records
        .into_iter()
        .map(|row| read(row, Source::Answer))
        .collect();
    store
        .absorb(connection, &reading)
        .await
        .expect("rows are sound");
    drain(store, connection).await;
}

/// Takes everything off the queue; returns who was due, in order.
pub(super) async fn drain(store: &impl Store, connection: ConnectionId) -> Vec<Subject> {
    let tickets = tickets(store, connection).await;
    store
        .done(connection, &tickets)
        .await
        .expect("tickets are sound");
    tickets.into_iter().map(|ticket| ticket.subject).collect()
}

/// Everything on the queue, due or not.
pub(super) async fn tickets(store: &impl Store, connection: ConnectionId) -> Vec<Ticket> {
    store
        .due(connection, Timestamp::from_millis(i64::MAX), 1000)
        .await
        .expect("tickets are sound")
}

/// The persons of these emails as subjects, in the queue's order.
pub(super) fn persons(emails: &[&str]) -> Vec<Subject> {
    emails
        .iter()
        .map(|email| Subject::Person(matched(email)))
        .collect()
}

pub(super) fn due(subject: Subject, lane: Lane, seconds: i64) -> Due {
    Due {
        signal: Signal {
            subject,
            reason: Reason::Webhook,
        },
        lane,
        at: at(seconds),
    }
}

pub(super) fn failure(subject: Subject, digest: i64, cause: &str) -> FailureReport {
    FailureReport {
        subject,
        digest,
        cause: cause.to_owned(),
        waits_for: WaitsFor::Change,
        retry_at: None,
        summary: "The title is too long.".to_owned(),
        vendor_words: Some("STRING_TOO_LONG".to_owned()),
    }
}

pub(super) fn entry(email: &str, subject: &str, seconds: i64) -> Entry {
    Entry {
        key_hash: MatchKey::from_email(email).map(|key| key.hash()),
        subject: subject.to_owned(),
        at: at(seconds),
        kind: "run".to_owned(),
        rule: "A1".to_owned(),
        body: vec!["set SALESFORCE_OBJECT_TYPE".to_owned()],
    }
}

pub(super) fn new_intent(connection: ConnectionId, org_id: sf::OrgId, target: &str) -> NewIntent {
    NewIntent {
        org_id,
        connection,
        kind: IntentKind::Lead,
        target: target.to_owned(),
        payload: r#"{"LastName":"Byron"}"#.to_owned(),
        by: "814860".to_owned(),
    }
}
