//! Promises of `Persons`.

use std::collections::BTreeSet;

use model::{ConnectionId, PersonKey, Subject};

use super::rows::{
    absorption, account, account_id, at, connected, contact, contact_id, failure, given, ic_id,
    lead_id, link, matched, new_intent, org, record, user_id,
};
use crate::{DirectoryKind, DirectoryRow, OpenedIntent, PersonRows, Position, Settlement, Store};

/// Walks everybody with pages of `limit`.
async fn walked(store: &impl Store, c: ConnectionId, limit: u32) -> Vec<Vec<PersonRows>> {
    let mut pages = Vec::new();
    let mut after: Option<Position> = None;
    loop {
        let (page, position) = store.persons_after(c, after.as_ref(), limit).await.unwrap();
        let Some(position) = position else {
            assert_eq!(page, []);
            return pages;
        };
        pages.push(page);
        after = Some(position);
    }
}

async fn crowd(store: &impl Store, c: ConnectionId) {
    let mut contacts: Vec<_> = (0..20)
        .map(|number| contact(&format!("c{number}"), &format!("p{number}@acme.io"), 10))
        .collect();
    contacts.extend((0..5).map(|number| contact(&format!("t{number}"), "team@acme.io", 10)));
    contacts.extend((0..3).map(|number| contact(&format!("n{number}"), "", 10)));
    let records = vec![record(lead_id(1), "nobody@acme.io", 10)];
    given(store, c, contacts, records).await;
}

/// The answer has one entry per question.
pub async fn unknown_persons_come_back_empty_in_the_order_asked(store: &impl Store) {
    let c = connected(store, "acme").await;
    given(store, c, vec![contact("a", "ada@acme.io", 10)], vec![]).await;
    let asked = [
        matched("zoe@acme.io"),
        matched("ada@acme.io"),
        PersonKey::Alone(ic_id("x")),
    ];
    let rows = store.persons(c, &asked).await.unwrap();
    let came: Vec<_> = rows.iter().map(|rows| rows.person.clone()).collect();
    assert_eq!(came, asked);
    let sizes: Vec<_> = rows.iter().map(|rows| rows.contacts.len()).collect();
    assert_eq!(sizes, [0, 1, 0]);
}

/// What both sides showed, by id, and nothing of anybody else. A successor that is gone is none.
pub async fn all_mirrored_rows_of_a_person_are_read(store: &impl Store) {
    let c = connected(store, "acme").await;
    let lead = |number, successor| {
        let mut row = record(lead_id(number), "ada@acme.io", 10);
        row.successor = successor;
        row
    };
    let open = lead(1, None);
    let converted = lead(2, Some(contact_id(1)));
    let lost = lead(3, Some(contact_id(2)));
    let mut successor = record(contact_id(1), "byron@acme.io", 10);
    successor.account_id = Some(account_id(1));
    let mut deleted = record(contact_id(2), "", 10);
    deleted.gone = true;
    let contacts = vec![
        contact("b", "ada@acme.io", 10),
        contact("a", "ada@acme.io", 10),
        contact("c", "other@acme.io", 10),
    ];
    let records = vec![
        lost.clone(),
        converted.clone(),
        open.clone(),
        successor.clone(),
        deleted,
        record(lead_id(9), "other@acme.io", 10),
    ];
    given(store, c, contacts.clone(), records).await;
    let directory = [owner(1, "Zoe"), owner(2, "Bob"), owner(3, "Eve")];
    store
        .put_directory(c, &[DirectoryKind::User], &directory, at(1))
        .await
        .unwrap();
    let mut reading = absorption(20);
    reading.accounts = vec![account(1, "Acme", 10), account(2, "Else", 10)];
    store.absorb(c, &reading).await.unwrap();

    let person = matched("ada@acme.io");
    let rows = store.persons(c, &[person]).await.unwrap().remove(0);
    assert_eq!(rows.contacts, [contacts[1].clone(), contacts[0].clone()]);
    assert_eq!(rows.records, [open, converted, lost]);
    assert_eq!(rows.successors, [successor]);
    assert_eq!(rows.accounts, [account(1, "Acme", 10)]);
    assert_eq!(rows.owners, directory[..2]);
}

fn owner(number: u32, name: &str) -> DirectoryRow {
    DirectoryRow {
        kind: DirectoryKind::User,
        id: user_id(number).as_str().to_owned(),
        name: name.to_owned(),
        email: None,
        role: None,
        title: None,
        active: true,
        standard: true,
        last_login: None,
    }
}

/// What we did and mean to do about a person: links of its contacts and to its records, intents of
/// its org that stand, failures of it and of its contacts.
pub async fn links_intents_and_failures_of_a_person_are_read(store: &impl Store) {
    let c = connected(store, "acme").await;
    let person = matched("ada@acme.io");
    let contacts = vec![
        contact("a", "ada@acme.io", 10),
        contact("c", "other@acme.io", 10),
    ];
    let records = vec![
        record(lead_id(2), "ada@acme.io", 10),
        record(lead_id(9), "other@acme.io", 10),
    ];
    given(store, c, contacts, records).await;
    let mut standing = Vec::new();
    for (org_number, target) in [(1, "ada@acme.io"), (1, "other@acme.io"), (2, "ada@acme.io")] {
        let new = new_intent(c, org(org_number), target);
        match store.open_intent(&new, at(20)).await.unwrap() {
            OpenedIntent::Opened(intent) => standing.push(intent),
            OpenedIntent::Standing(intent) => panic!("nobody opened {intent:?} before"),
        }
    }
    let mut settlement = Settlement::of(person.clone());
    let links = [link("a", lead_id(1)), link("x", lead_id(2))];
    settlement.links = links.to_vec();
    settlement.links.push(link("c", lead_id(9)));
    settlement.failures = [
        Subject::Person(person.clone()),
        Subject::Contact(ic_id("a")),
        Subject::Contact(ic_id("c")),
    ]
    .into_iter()
    .map(|subject| failure(subject, 1, "intercom.invalid"))
    .collect();
    let reports = settlement.failures.clone();
    store.settle(c, &[settlement], at(20)).await.unwrap();

    let rows = store
        .persons(c, std::slice::from_ref(&person))
        .await
        .unwrap();
    assert_eq!(rows[0].links, links);
    assert_eq!(rows[0].intents, standing[..1]);
    assert_eq!(rows[0].pinned, None);
    let failures: Vec<_> = rows[0].failures.iter().map(|row| &row.report).collect();
    assert_eq!(failures, [&reports[0], &reports[1]]);

    let (refused, reason) = (standing[0].id, "The last name is missing.");
    store.intent_refused(refused, reason).await.unwrap();
    let rows = store.persons(c, &[person]).await.unwrap();
    assert_eq!(rows[0].intents, []);
}

/// An empty email is not a key that contacts share.
pub async fn a_person_without_a_key_matches_nothing(store: &impl Store) {
    let c = connected(store, "acme").await;
    let contacts = vec![contact("a", "", 10), contact("b", "", 10)];
    given(store, c, contacts.clone(), vec![]).await;
    let alone = PersonKey::Alone(ic_id("a"));
    let rows = store.persons(c, &[alone]).await.unwrap();
    assert_eq!(rows[0].contacts, contacts[..1]);
    assert_eq!(rows[0].records, []);
}

/// Pages in the order of hashes; who has no contact is not met.
pub async fn a_walk_meets_everybody_once_in_the_order_of_hashes(store: &impl Store) {
    let c = connected(store, "acme").await;
    crowd(store, c).await;
    let pages = walked(store, c, 4).await;
    let met: Vec<PersonKey> = pages
        .iter()
        .flatten()
        .map(|rows| rows.person.clone())
        .collect();
    assert_eq!(met.len(), 24);
    assert!(met.is_sorted_by_key(PersonKey::hash));
    let mut expected: BTreeSet<PersonKey> = (0..20)
        .map(|number| matched(&format!("p{number}@acme.io")))
        .collect();
    expected.insert(matched("team@acme.io"));
    expected.extend((0..3).map(|number| PersonKey::Alone(ic_id(&format!("n{number}")))));
    assert_eq!(met.into_iter().collect::<BTreeSet<_>>(), expected);
}

/// Whatever the page's size, all contacts of a person come together.
pub async fn a_walk_never_splits_a_person(store: &impl Store) {
    let c = connected(store, "acme").await;
    crowd(store, c).await;
    for limit in [1, 2, 3, 100] {
        let pages = walked(store, c, limit).await;
        let team: Vec<usize> = pages
            .iter()
            .flatten()
            .filter(|rows| rows.person == matched("team@acme.io"))
            .map(|rows| rows.contacts.len())
            .collect();
        assert_eq!(team, [5], "pages of {limit}");
    }
}

/// A walk that was cut off neither repeats nor leaves out anybody.
pub async fn a_walk_goes_on_from_a_stored_position(store: &impl Store) {
    let c = connected(store, "acme").await;
    crowd(store, c).await;
    let all: Vec<PersonRows> = walked(store, c, 100).await.concat();
    let (first, position) = store.persons_after(c, None, 7).await.unwrap();
    let stored = Position {
        hash: first.last().unwrap().person.hash(),
        id: "n0".to_owned(),
    };
    assert_eq!(position.unwrap().hash, stored.hash);
    let (rest, _) = store.persons_after(c, Some(&stored), 100).await.unwrap();
    assert_eq!([first, rest].concat(), all);
}

/// The same email in two workspaces is two persons.
pub async fn connections_have_persons_of_their_own(store: &impl Store) {
    let acme = connected(store, "acme").await;
    let beta = connected(store, "beta").await;
    let ada = contact("a", "ada@acme.io", 10);
    given(store, acme, vec![ada], vec![]).await;
    let records = vec![record(lead_id(1), "ada@acme.io", 10)];
    given(store, beta, vec![], records).await;
    let rows = store
        .persons(acme, &[matched("ada@acme.io")])
        .await
        .unwrap();
    assert_eq!((rows[0].contacts.len(), rows[0].records.len()), (1, 0));
    assert_eq!(walked(store, beta, 10).await, Vec::<Vec<PersonRows>>::new());
}
