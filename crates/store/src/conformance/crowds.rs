//! Promises of `Persons` and `Verdicts` about keys that too many share, and about whoever else has
//! no clear match.

use std::collections::BTreeMap;

use model::settings::CROWD_MAX;
use model::{ConnectionId, MatchKey, PersonKey};

use super::rows::{
    at, connected, contact, contact_id, given, ic_id, key, lead_id, matched, record,
};
use crate::{Crowd, Listing, Position, Settlement, Store, Unclear, Verdicted};

/// What one person's rows hold at most.
const MOST: usize = CROWD_MAX as usize;

/// Three contacts and five records more than are read, three records of them gone, and two
/// bystanders.
async fn crowd(store: &impl Store, c: ConnectionId) {
    let mut contacts: Vec<_> = (0..CROWD_MAX + 3)
        .map(|number| contact(&format!("t{number:05}"), "team@acme.io", 10))
        .collect();
    contacts.push(contact("a", "ada@acme.io", 10));
    contacts.push(contact("e", "eve@acme.io", 10));
    let mut records: Vec<_> = (0..CROWD_MAX + 5)
        .map(|number| record(lead_id(number), "team@acme.io", 10))
        .collect();
    for row in &mut records[..3] {
        row.gone = true;
        row.successor = Some(lead_id(5));
    }
    given(store, c, contacts, records).await;
}

/// Counted whole, read in part: the first by id.
pub async fn of_a_crowd_no_more_is_read_than_one_person_may_have(store: &impl Store) {
    let c = connected(store, "acme").await;
    crowd(store, c).await;
    let asked = [matched("team@acme.io"), matched("ada@acme.io")];
    let rows = store.persons(c, &asked).await.unwrap();
    let expected = Crowd {
        contacts: u64::from(CROWD_MAX) + 3,
        records: u64::from(CROWD_MAX) + 2,
    };
    assert_eq!(rows[0].crowd, Some(expected));
    assert_eq!(
        (rows[0].contacts.len(), rows[0].records.len()),
        (MOST, MOST)
    );
    assert_eq!(rows[0].contacts[0].id, ic_id("t00000"));
    assert_eq!(rows[0].records[0].id, lead_id(3));
    assert_eq!(rows[0].merged.len(), 3);
    assert_eq!(rows[1].crowd, None);
}

/// As many as are read are no crowd, whatever was merged away.
pub async fn as_many_as_are_read_are_no_crowd(store: &impl Store) {
    let c = connected(store, "acme").await;
    let contacts = (0..CROWD_MAX)
        .map(|number| contact(&format!("t{number}"), "team@acme.io", 10))
        .collect();
    let mut records: Vec<_> = (0..=CROWD_MAX)
        .map(|number| record(contact_id(number), "team@acme.io", 10))
        .collect();
    records[0].gone = true;
    records[0].successor = Some(contact_id(1));
    given(store, c, contacts, records).await;
    let rows = store.persons(c, &[matched("team@acme.io")]).await.unwrap();
    assert_eq!(rows[0].crowd, None);
    assert_eq!(
        (rows[0].contacts.len(), rows[0].records.len()),
        (MOST, MOST)
    );
    assert_eq!(rows[0].merged.len(), 1);
}

/// Everybody is met once, the crowd too, whatever the page's size.
pub async fn a_walk_passes_over_the_rest_of_a_crowd(store: &impl Store) {
    let c = connected(store, "acme").await;
    crowd(store, c).await;
    let mut everybody = ["team@acme.io", "ada@acme.io", "eve@acme.io"].map(matched);
    everybody.sort_by_key(PersonKey::hash);
    for limit in [1, 2, 1000, CROWD_MAX + 100] {
        let mut after: Option<Position> = None;
        let mut met = Vec::new();
        loop {
            let (page, position) = store.persons_after(c, after.as_ref(), limit).await.unwrap();
            for rows in page {
                assert!(rows.contacts.len() <= MOST, "pages of {limit}");
                let contacts = rows.crowd.map_or(1, |crowd| crowd.contacts);
                met.push((rows.person, contacts));
            }
            after = position;
            if after.is_none() {
                break;
            }
        }
        let persons: Vec<_> = met.iter().map(|(person, _)| person.clone()).collect();
        assert_eq!(persons, everybody, "pages of {limit}");
        let counted: u64 = met.iter().map(|(_, contacts)| contacts).sum();
        assert_eq!(counted, u64::from(CROWD_MAX) + 5, "pages of {limit}");
    }
}

fn verdicted(verdict: Unclear, leads: u64, seconds: i64) -> Verdicted {
    Verdicted {
        verdict,
        contacts: 1,
        leads,
        sf_contacts: 0,
        since: at(seconds),
    }
}

async fn list(store: &impl Store, c: ConnectionId, email: &str, listing: Listing) {
    let mut settlement = Settlement::of(matched(email));
    settlement.listing = listing;
    store.settle(c, &[settlement], at(20)).await.unwrap();
}

async fn listed(store: &impl Store, c: ConnectionId, email: &str) -> Option<Verdicted> {
    let rows = store.persons(c, &[matched(email)]).await.unwrap();
    rows[0].listed
}

/// A verdict that stays keeps its beginning; another one begins anew; keeping changes nothing.
pub async fn a_verdict_is_kept_until_it_is_removed(store: &impl Store) {
    let c = connected(store, "acme").await;
    let ada = "ada@acme.io";
    assert_eq!(listed(store, c, ada).await, None);
    let many = Unclear::ManyLeads;
    for (listing, expected) in [
        (
            Listing::Put(verdicted(many, 2, 30)),
            Some(verdicted(many, 2, 30)),
        ),
        (
            Listing::Put(verdicted(many, 3, 40)),
            Some(verdicted(many, 3, 30)),
        ),
        (Listing::Keep, Some(verdicted(many, 3, 30))),
        (
            Listing::Put(verdicted(Unclear::Crowded, 99, 50)),
            Some(verdicted(Unclear::Crowded, 99, 50)),
        ),
        (Listing::Remove, None),
        (Listing::Remove, None),
    ] {
        list(store, c, ada, listing).await;
        assert_eq!(listed(store, c, ada).await, expected, "{listing:?}");
    }
    assert_eq!(listed(store, c, "eve@acme.io").await, None);
    let mut alone = Settlement::of(PersonKey::Alone(ic_id("x")));
    alone.listing = Listing::Put(verdicted(many, 2, 30));
    store.settle(c, &[alone], at(20)).await.unwrap();
    assert_eq!(store.unclear_counts(c).await.unwrap(), BTreeMap::new());
}

/// Pages of all, or of one verdict, each person once, in the order of the walk.
pub async fn unclear_persons_come_in_pages_and_are_counted(store: &impl Store) {
    let c = connected(store, "acme").await;
    let other = connected(store, "beta").await;
    let many = |number: u64| verdicted(Unclear::ManyContacts, number, 30);
    let mut expected = Vec::new();
    for number in 0..5 {
        let email = format!("p{number}@acme.io");
        list(store, c, &email, Listing::Put(many(number))).await;
        expected.push((key(&email), many(number)));
    }
    let crowded = verdicted(Unclear::Crowded, 101, 40);
    list(store, c, "team@acme.io", Listing::Put(crowded)).await;
    list(store, other, "else@acme.io", Listing::Put(crowded)).await;
    expected.sort_by_key(|(key, _)| (key.hash(), key.clone()));
    let read = async |verdict: Option<Unclear>, limit: u32| {
        let mut after: Option<MatchKey> = None;
        let mut persons = Vec::new();
        loop {
            let page = store
                .unclear_persons(c, verdict, after.as_ref(), limit)
                .await
                .unwrap();
            let Some((last, _)) = page.last() else {
                return persons;
            };
            after = Some(last.clone());
            persons.extend(page);
        }
    };
    assert_eq!(read(Some(Unclear::ManyContacts), 2).await, expected);
    let team = (key("team@acme.io"), crowded);
    let crowds = read(Some(Unclear::Crowded), 2).await;
    assert_eq!(crowds, std::slice::from_ref(&team));
    assert_eq!(read(Some(Unclear::ManyLeads), 2).await, []);
    expected.push(team);
    expected.sort_by_key(|(key, _)| (key.hash(), key.clone()));
    assert_eq!(read(None, 4).await, expected);
    let counts = store.unclear_counts(c).await.unwrap();
    let expected = BTreeMap::from([(Unclear::ManyContacts, 5), (Unclear::Crowded, 1)]);
    assert_eq!(counts, expected);
}
