//! Promises of `Mirror` about what many persons share: Accounts, owners, and who follows them.

use model::{Lane, Subject};

use super::rows::{
    absorption, account, account_id, at, connected, contact_id, drain, given, lead_id, persons,
    record, tickets, user_id,
};
use crate::{DirectoryKind, DirectoryRow, Store};

/// Dependants follow a changed Account; an older reading does not count.
pub async fn changed_accounts_are_named(store: &impl Store) {
    let c = connected(store, "acme").await;
    for (name, owner, seconds, changed) in [
        ("Acme", 2, 10, true),
        ("Acme", 2, 11, false),
        ("Acme Ltd", 2, 12, true),
        ("Acme", 2, 9, false),
        ("Acme Ltd", 3, 13, true),
    ] {
        let mut row = account(1, name, seconds);
        row.owner_id = Some(user_id(owner));
        let mut reading = absorption(30);
        reading.accounts = vec![row];
        let absorbed = store.absorb(c, &reading).await.unwrap();
        assert_eq!(!absorbed.accounts_changed.is_empty(), changed, "{seconds}");
    }
}

/// Users that disappear become inactive and are named once.
pub async fn the_directory_names_what_changed_and_keeps_what_left(store: &impl Store) {
    let c = connected(store, "acme").await;
    let row = |kind, id: &str, name: &str| DirectoryRow {
        kind,
        id: id.to_owned(),
        name: name.to_owned(),
        email: Some(format!("{id}@acme.io")),
        role: None,
        title: Some("Account Executive".to_owned()),
        active: true,
        standard: true,
        last_login: None,
    };
    let (user, queue, mate) = (
        DirectoryKind::User,
        DirectoryKind::Queue,
        DirectoryKind::Teammate,
    );
    let (ada, zoe) = (row(user, "u1", "Ada"), row(user, "u2", "Zoe"));
    let inbound = row(queue, "q1", "Inbound");
    let all = [zoe.clone(), ada.clone(), inbound.clone()];
    let put = async |kinds: &[DirectoryKind], rows: &[DirectoryRow]| {
        store.put_directory(c, kinds, rows, at(1)).await.unwrap()
    };
    assert_eq!(put(&[user, queue], &all).await, ["q1", "u1", "u2"]);
    assert_eq!(put(&[user, queue], &all).await, [""; 0]);
    assert_eq!(put(&[mate], &[row(mate, "u1", "Ada")]).await, ["u1"]);
    let mut renamed = ada;
    renamed.name = String::from("Ada King");
    assert_eq!(put(&[user], &[renamed.clone()]).await, ["u1", "u2"]);
    assert_eq!(put(&[user], &[renamed.clone()]).await, [""; 0]);
    let mut left = zoe;
    left.active = false;
    assert_eq!(store.directory(c, user).await.unwrap(), [renamed, left]);
    assert_eq!(store.directory(c, queue).await.unwrap(), [inbound]);
}

/// Users log in every day, and nobody has to follow that; the type of a User is another matter.
pub async fn a_login_is_stored_and_is_no_change(store: &impl Store) {
    let c = connected(store, "acme").await;
    let mut row = DirectoryRow {
        kind: DirectoryKind::User,
        id: user_id(1).to_string(),
        name: "Ada".to_owned(),
        email: None,
        role: None,
        title: None,
        active: true,
        standard: true,
        last_login: None,
    };
    let put = async |row: &DirectoryRow| {
        let rows = std::slice::from_ref(row);
        let kinds = [DirectoryKind::User];
        let changed = store.put_directory(c, &kinds, rows, at(30)).await.unwrap();
        let stored = store.directory(c, DirectoryKind::User).await.unwrap();
        assert_eq!(stored, rows);
        (changed.len(), drain(store, c).await.len())
    };
    assert_eq!(put(&row).await, (1, 1));
    row.last_login = Some(at(20));
    assert_eq!(put(&row).await, (0, 0));
    row.last_login = Some(at(25));
    row.standard = false;
    assert_eq!(put(&row).await, (1, 1));
}

/// Everybody of the Account is due once, in pages in the order of hashes; what became one of its
/// contacts follows too.
pub async fn a_fan_out_goes_through_an_account_in_pages(store: &impl Store) {
    let c = connected(store, "acme").await;
    let emails = [
        "a@acme.io",
        "b@acme.io",
        "c@acme.io",
        "d@acme.io",
        "e@acme.io",
    ];
    let mut records = vec![record(contact_id(9), "else@acme.io", 10)];
    for (number, email) in (1..).zip(emails) {
        let mut row = record(contact_id(number), email, 10);
        row.account_id = Some(account_id(1));
        records.push(row);
    }
    let mut converted = record(lead_id(1), "old@acme.io", 10);
    converted.successor = Some(contact_id(1));
    records.push(converted);
    given(store, c, vec![], records).await;
    let mut after = None;
    let mut pages = Vec::new();
    loop {
        after = store
            .fan_out_account(c, account_id(1), after, 2, Lane::Repair, at(40))
            .await
            .unwrap();
        let tickets = tickets(store, c).await;
        assert!(tickets.iter().all(|ticket| ticket.lane == Lane::Repair));
        pages.push(drain(store, c).await);
        if after.is_none() {
            break;
        }
    }
    assert_eq!(pages.len(), 3);
    let mut due: Vec<Subject> = pages.into_iter().flatten().collect();
    due.sort();
    let mut expected = persons(&emails);
    expected.extend(persons(&["old@acme.io"]));
    assert_eq!(due, expected);
}

/// Records of the owner, and records whose Account is the owner's, each once.
pub async fn a_fan_out_meets_all_that_an_owner_owns(store: &impl Store) {
    let c = connected(store, "acme").await;
    let owner = user_id(2);
    let row = |number, email, owner_id, account_id| {
        let mut row = record(contact_id(number), email, 10);
        row.owner_id = Some(owner_id);
        row.account_id = account_id;
        row
    };
    let (mine, theirs) = (Some(account_id(1)), Some(account_id(2)));
    let records = vec![
        row(1, "own@acme.io", owner, None),
        row(2, "both@acme.io", owner, mine),
        row(3, "account@acme.io", user_id(3), mine),
        row(4, "none@acme.io", user_id(3), theirs),
    ];
    given(store, c, vec![], records).await;
    let mut other = account(2, "Else", 10);
    other.owner_id = Some(user_id(3));
    let mut reading = absorption(20);
    reading.accounts = vec![account(1, "Acme", 10), other];
    store.absorb(c, &reading).await.unwrap();
    drain(store, c).await;
    let mut after = None;
    let mut due = Vec::new();
    loop {
        after = store
            .fan_out_owner(c, owner, after, 1, Lane::Repair, at(40))
            .await
            .unwrap();
        let of_page = drain(store, c).await;
        assert!(of_page.len() <= 1, "a page of one record: {of_page:?}");
        due.extend(of_page);
        if after.is_none() {
            break;
        }
    }
    due.sort();
    assert_eq!(
        due,
        persons(&["account@acme.io", "both@acme.io", "own@acme.io"])
    );
}

/// Neither an Account of many contacts nor an owner of many Accounts makes a page long, and what
/// was passed is not passed again.
pub async fn a_fan_out_of_an_owner_goes_on_within_an_account(store: &impl Store) {
    let c = connected(store, "acme").await;
    let owner = user_id(2);
    let mut records = Vec::new();
    for number in 0..12 {
        let mut row = record(contact_id(number), &format!("p{number}@acme.io"), 10);
        row.account_id = Some(account_id(if number < 7 { 3 } else { 5 }));
        row.owner_id = Some(user_id(if number % 3 == 0 { 2 } else { 9 }));
        records.push(row);
    }
    given(store, c, vec![], records).await;
    let mut reading = absorption(20);
    reading.accounts = (1..8).map(|number| account(number, "Acme", 10)).collect();
    store.absorb(c, &reading).await.unwrap();
    drain(store, c).await;
    let (mut after, mut pages) = (None, Vec::new());
    loop {
        let lane = Lane::Repair;
        let page = store.fan_out_owner(c, owner, after, 3, lane, at(40));
        after = page.await.unwrap();
        pages.push(drain(store, c).await);
        if after.is_none() {
            break;
        }
    }
    // 12 records, of which 4 are met twice, and 7 Accounts, 3 a page.
    assert!(pages.len() <= 9, "{} pages", pages.len());
    assert!(pages.iter().all(|page| page.len() <= 3), "{pages:?}");
    let mut due: Vec<Subject> = pages.into_iter().flatten().collect();
    due.sort();
    let mut expected: Vec<Subject> = (0..12)
        .flat_map(|number| persons(&[&format!("p{number}@acme.io")]))
        .collect();
    expected.sort();
    assert_eq!(due, expected);
}

/// What hangs on a changed Account, User or queue is due in the transaction that stores the change,
/// so that nothing between the two can lose it.
pub async fn what_hangs_above_is_due_with_its_change(store: &impl Store) {
    let c = connected(store, "acme").await;
    let mut reading = absorption(20);
    reading.accounts = vec![account(1, "Acme", 10)];
    store.absorb(c, &reading).await.unwrap();
    assert_eq!(drain(store, c).await, [Subject::Account(account_id(1))]);
    store.absorb(c, &reading).await.unwrap();
    assert_eq!(drain(store, c).await, []);
    let rows = [
        (DirectoryKind::User, user_id(1).to_string()),
        (DirectoryKind::Teammate, "7".to_owned()),
    ]
    .map(|(kind, id)| DirectoryRow {
        kind,
        id,
        name: "Ada".to_owned(),
        email: None,
        role: None,
        title: None,
        active: true,
        standard: true,
        last_login: None,
    });
    let kinds = [DirectoryKind::User, DirectoryKind::Teammate];
    for expected in [vec![Subject::Owner(user_id(1))], vec![]] {
        store.put_directory(c, &kinds, &rows, at(30)).await.unwrap();
        assert_eq!(drain(store, c).await, expected);
    }
}
