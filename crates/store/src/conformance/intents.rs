//! Promises of `Intents`.

use super::rows::{at, connected, contact, given, lead_id, link, matched, new_intent, org, record};
use crate::{
    Intent, IntentId, IntentKind, IntentState, NewIntent, OpenedIntent, Settled, Settlement, Store,
    StoreError,
};

/// Opens an intent of `org(1)` that does not stand yet.
async fn opened(store: &impl Store, c: model::ConnectionId, target: &str) -> Intent {
    match store
        .open_intent(&new_intent(c, org(1), target), at(10))
        .await
        .unwrap()
    {
        OpenedIntent::Opened(intent) => intent,
        OpenedIntent::Standing(intent) => panic!("{intent:?} stands already"),
    }
}

async fn state(store: &impl Store, id: IntentId) -> IntentState {
    store.intent(id).await.unwrap().unwrap().state
}

fn settlement() -> Settlement {
    Settlement::of(matched("ada@acme.io"))
}

/// Two clicks are one Lead.
pub async fn an_intent_is_opened_once_per_target_while_it_stands(store: &impl Store) {
    let c = connected(store, "acme").await;
    let first = opened(store, c, "ada@acme.io").await;
    let expected = Intent {
        id: first.id,
        org_id: org(1),
        connection: c,
        kind: IntentKind::Lead,
        target: "ada@acme.io".to_owned(),
        state: IntentState::Open,
        opened_at: at(10),
        sent_at: None,
        quiet_until: None,
        look_at: None,
        payload: r#"{"LastName":"Byron"}"#.to_owned(),
        outcome_id: None,
        refusal: None,
        by: "814860".to_owned(),
    };
    assert_eq!(first, expected);
    assert_eq!(store.intent(first.id).await.unwrap(), Some(expected));
    let again = new_intent(c, org(1), "ada@acme.io");
    for next in [IntentState::Open, IntentState::Sent, IntentState::Unknown] {
        match next {
            IntentState::Sent => store.intent_sent(first.id, at(11)).await.unwrap(),
            IntentState::Unknown => store
                .intent_unknown(first.id, at(12), at(13))
                .await
                .unwrap(),
            IntentState::Open | IntentState::Done | IntentState::Refused => {}
        }
        let joined = store.open_intent(&again, at(20)).await.unwrap();
        let standing = store.intent(first.id).await.unwrap().unwrap();
        assert_eq!(standing.state, next);
        assert_eq!(joined, OpenedIntent::Standing(standing));
    }
    let other = opened(store, c, "eve@acme.io").await;
    let unsettled = store
        .unsettled_intents(org(1), IntentKind::Lead)
        .await
        .unwrap();
    let ids: Vec<_> = unsettled.iter().map(|intent| intent.id).collect();
    assert_eq!(ids, [first.id, other.id]);
}

/// Intents belong to the org.
pub async fn another_org_has_intents_of_its_own(store: &impl Store) {
    let c = connected(store, "acme").await;
    let other_connection = connected(store, "beta").await;
    let first = opened(store, c, "ada@acme.io").await;
    let same_org = new_intent(other_connection, org(1), "ada@acme.io");
    let joined = store.open_intent(&same_org, at(11)).await.unwrap();
    assert_eq!(joined, OpenedIntent::Standing(first));
    let other_org = new_intent(c, org(2), "ada@acme.io");
    let opened = store.open_intent(&other_org, at(11)).await.unwrap();
    assert!(matches!(opened, OpenedIntent::Opened(_)));
    assert_eq!(
        store
            .unsettled_intents(org(2), IntentKind::Lead)
            .await
            .unwrap()
            .len(),
        1
    );
}

/// Of two workers, one makes the call.
pub async fn only_an_open_intent_can_be_sent(store: &impl Store) {
    let c = connected(store, "acme").await;
    let intent = opened(store, c, "ada@acme.io").await;
    let unsent = store.intent_unknown(intent.id, at(12), at(13)).await;
    assert!(matches!(unsent, Err(StoreError::Conflict { .. })));
    store.intent_sent(intent.id, at(11)).await.unwrap();
    let sent = store.intent(intent.id).await.unwrap().unwrap();
    assert_eq!(
        (sent.state, sent.sent_at),
        (IntentState::Sent, Some(at(11)))
    );
    let second = store.intent_sent(intent.id, at(12)).await;
    assert!(matches!(second, Err(StoreError::Conflict { .. })));
    store
        .intent_unknown(intent.id, at(12), at(13))
        .await
        .unwrap();
    let third = store.intent_sent(intent.id, at(12)).await;
    assert!(matches!(third, Err(StoreError::Conflict { .. })));
    let unchanged = store.intent(intent.id).await.unwrap().unwrap();
    assert_eq!(unchanged.sent_at, Some(at(11)));
}

/// Looking again does not put off the end of the wait.
pub async fn unknown_keeps_the_first_quiet_until(store: &impl Store) {
    let c = connected(store, "acme").await;
    let intent = opened(store, c, "ada@acme.io").await;
    store.intent_sent(intent.id, at(11)).await.unwrap();
    for (look_at, quiet_until) in [(12, 700), (40, 900)] {
        store
            .intent_unknown(intent.id, at(look_at), at(quiet_until))
            .await
            .unwrap();
        let standing = store.intent(intent.id).await.unwrap().unwrap();
        assert_eq!(standing.state, IntentState::Unknown);
        assert_eq!(standing.look_at, Some(at(look_at)));
        assert_eq!(standing.quiet_until, Some(at(700)));
    }
}

/// One Lead cannot be the outcome of two intents, and what is refused changes nothing.
pub async fn a_row_counts_for_one_intent_only(store: &impl Store) {
    let c = connected(store, "acme").await;
    let first = opened(store, c, "ada@acme.io").await;
    let second = opened(store, c, "eve@acme.io").await;
    let lead = lead_id(1);
    let settled = store
        .intent_done(first.id, lead.as_str(), &settlement(), at(20))
        .await
        .unwrap();
    assert_eq!(settled, Settled::Done);
    let mut run = settlement();
    run.links = vec![link("a", lead)];
    given(store, c, vec![contact("a", "ada@acme.io", 10)], vec![]).await;
    let taken = store
        .intent_done(second.id, lead.as_str(), &run, at(21))
        .await
        .unwrap();
    assert_eq!(taken, Settled::RowTaken);
    assert_eq!(store.intent(second.id).await.unwrap(), Some(second));
    assert_eq!(store.mirror_counts(c).await.unwrap().links, 0);
}

/// The outcome and what the run wrote are one.
pub async fn done_settles_the_run_with_it(store: &impl Store) {
    let c = connected(store, "acme").await;
    let intent = opened(store, c, "ada@acme.io").await;
    store.intent_sent(intent.id, at(11)).await.unwrap();
    let created = record(lead_id(1), "ada@acme.io", 20);
    let mut run = settlement();
    run.records = vec![created.clone()];
    let settled = store
        .intent_done(intent.id, created.id.as_str(), &run, at(20))
        .await
        .unwrap();
    assert_eq!(settled, Settled::Done);
    let closed = store.intent(intent.id).await.unwrap().unwrap();
    assert_eq!(closed.state, IntentState::Done);
    assert_eq!(closed.outcome_id.as_deref(), Some(created.id.as_str()));
    assert_eq!(store.record(c, created.id).await.unwrap(), Some(created));
    assert_eq!(
        store
            .unsettled_intents(org(1), IntentKind::Lead)
            .await
            .unwrap(),
        []
    );
}

/// What is closed is not opened, sent or closed again; its target can be opened anew.
pub async fn a_closed_intent_stays_closed(store: &impl Store) {
    let c = connected(store, "acme").await;
    let done = opened(store, c, "ada@acme.io").await;
    store
        .intent_done(done.id, lead_id(1).as_str(), &settlement(), at(20))
        .await
        .unwrap();
    let refused = opened(store, c, "eve@acme.io").await;
    store
        .intent_refused(refused.id, "The last name is missing.")
        .await
        .unwrap();
    let words = store.intent(refused.id).await.unwrap().unwrap().refusal;
    assert_eq!(words.as_deref(), Some("The last name is missing."));
    for (id, expected) in [
        (done.id, IntentState::Done),
        (refused.id, IntentState::Refused),
    ] {
        let again = store
            .intent_done(id, lead_id(2).as_str(), &settlement(), at(21))
            .await
            .unwrap();
        assert_eq!(again, Settled::Closed);
        store.intent_refused(id, "too late").await.unwrap();
        let sent = store.intent_sent(id, at(22)).await;
        assert!(matches!(sent, Err(StoreError::Conflict { .. })));
        let unknown = store.intent_unknown(id, at(22), at(23)).await;
        assert!(matches!(unknown, Err(StoreError::Conflict { .. })));
        let reopened = store.intent_reopened(id).await;
        assert!(matches!(reopened, Err(StoreError::Conflict { .. })));
        assert_eq!(state(store, id).await, expected);
    }
    opened(store, c, "ada@acme.io").await;
    opened(store, c, "eve@acme.io").await;
}

/// What surely created nothing can be sent again, with a wait of its own.
pub async fn a_reopened_intent_starts_anew(store: &impl Store) {
    let c = connected(store, "acme").await;
    let intent = opened(store, c, "ada@acme.io").await;
    store.intent_sent(intent.id, at(11)).await.unwrap();
    store
        .intent_unknown(intent.id, at(12), at(700))
        .await
        .unwrap();
    store.intent_reopened(intent.id).await.unwrap();
    store.intent_reopened(intent.id).await.unwrap();
    let open = store.intent(intent.id).await.unwrap().unwrap();
    assert_eq!(open.state, IntentState::Open);
    assert_eq!((open.look_at, open.quiet_until), (None, None));
    store.intent_sent(intent.id, at(800)).await.unwrap();
    store.intent_reopened(intent.id).await.unwrap();
    assert_eq!(state(store, intent.id).await, IntentState::Open);
}

/// Nobody knows what became of a call that a dead process made.
pub async fn after_a_restart_what_was_sent_is_unknown(store: &impl Store) {
    let c = connected(store, "acme").await;
    let open = opened(store, c, "open@acme.io").await;
    let sent = opened(store, c, "sent@acme.io").await;
    let unknown = opened(store, c, "unknown@acme.io").await;
    let elsewhere = new_intent(c, org(2), "sent@acme.io");
    let elsewhere = match store.open_intent(&elsewhere, at(10)).await.unwrap() {
        OpenedIntent::Opened(intent) | OpenedIntent::Standing(intent) => intent,
    };
    for id in [sent.id, unknown.id, elsewhere.id] {
        store.intent_sent(id, at(11)).await.unwrap();
    }
    store
        .intent_unknown(unknown.id, at(50), at(600))
        .await
        .unwrap();
    let distrust = || store.distrust_sent_intents(org(1), at(20), at(740));
    assert_eq!(distrust().await.unwrap(), 1);
    assert_eq!(distrust().await.unwrap(), 0);
    let distrusted = store.intent(sent.id).await.unwrap().unwrap();
    assert_eq!(distrusted.state, IntentState::Unknown);
    assert_eq!(distrusted.look_at, Some(at(20)));
    assert_eq!(distrusted.quiet_until, Some(at(740)));
    assert_eq!(state(store, open.id).await, IntentState::Open);
    assert_eq!(state(store, elsewhere.id).await, IntentState::Sent);
    let untouched = store.intent(unknown.id).await.unwrap().unwrap();
    assert_eq!(untouched.look_at, Some(at(50)));
}

/// A number that was never given away is an error where something was to change.
pub async fn an_unknown_number_is_missing(store: &impl Store) {
    let id = IntentId(4711);
    assert_eq!(store.intent(id).await.unwrap(), None);
    let settled = store
        .intent_done(id, "x", &settlement(), at(1))
        .await
        .map(|_| ());
    for outcome in [
        store.intent_sent(id, at(1)).await,
        store.intent_unknown(id, at(1), at(2)).await,
        store.intent_refused(id, "x").await,
        store.intent_reopened(id).await,
        settled,
    ] {
        assert!(matches!(outcome, Err(StoreError::Missing { .. })));
    }
}

/// Opens an event of that number in `org(1)`.
async fn event(store: &impl Store, c: model::ConnectionId, number: u32) -> Intent {
    let new = NewIntent {
        kind: IntentKind::Event,
        ..new_intent(c, org(1), &format!("contact:a:changed:{number}"))
    };
    match store
        .open_intent(&new, at(i64::from(number)))
        .await
        .unwrap()
    {
        OpenedIntent::Opened(intent) => intent,
        OpenedIntent::Standing(intent) => panic!("{intent:?} stands already"),
    }
}

/// Open ones, and unknown ones whose time to look has come; of one kind and org, oldest first.
pub async fn due_intents_are_open_or_to_be_looked_for(store: &impl Store) {
    let c = connected(store, "acme").await;
    opened(store, c, "ada@acme.io").await;
    let mut ids = Vec::new();
    for number in 0..6 {
        ids.push(event(store, c, number).await.id);
    }
    for (place, look_at) in [(0, Some(40)), (2, Some(60)), (4, None)] {
        store.intent_sent(ids[place], at(20)).await.unwrap();
        if let Some(look_at) = look_at {
            let (look_at, quiet_until) = (at(look_at), at(99));
            let unknown = store.intent_unknown(ids[place], look_at, quiet_until);
            unknown.await.unwrap();
        }
    }
    store.intent_refused(ids[5], "No.").await.unwrap();
    let due = async |seconds: i64, limit: u32| -> Vec<IntentId> {
        let of_kind = store.due_intents(c, IntentKind::Event, at(seconds), limit);
        of_kind
            .await
            .unwrap()
            .iter()
            .map(|intent| intent.id)
            .collect()
    };
    assert_eq!(due(30, 10).await, [ids[1], ids[3]]);
    assert_eq!(due(40, 10).await, [ids[0], ids[1], ids[3]]);
    assert_eq!(due(60, 10).await, [ids[0], ids[1], ids[2], ids[3]]);
    assert_eq!(due(60, 3).await, [ids[0], ids[1], ids[2]]);
    let other = connected(store, "beta").await;
    let elsewhere = store.due_intents(other, IntentKind::Event, at(60), 10);
    assert_eq!(elsewhere.await.unwrap(), []);
    let notes = store.due_intents(c, IntentKind::Note, at(60), 10);
    assert_eq!(notes.await.unwrap(), []);
    let events = store.unsettled_intents(org(1), IntentKind::Event).await;
    assert_eq!(events.unwrap().len(), 5);
    // One was sent long ago, and nobody booked what came of it.
    let doubt = |before| store.doubt_sent_intents(c, IntentKind::Event, at(before), at(70));
    assert_eq!(doubt(20).await.unwrap(), 0);
    assert_eq!(doubt(21).await.unwrap(), 1);
    assert_eq!(due(70, 10).await, ids[..5]);
}

/// Events would pile up; what is not closed, younger, or of another kind stays.
pub async fn closed_intents_of_a_kind_can_be_forgotten(store: &impl Store) {
    let c = connected(store, "acme").await;
    let lead = opened(store, c, "ada@acme.io").await;
    store.intent_refused(lead.id, "No.").await.unwrap();
    let old = event(store, c, 11).await;
    let refused = event(store, c, 12).await;
    let standing = event(store, c, 13).await;
    let young = event(store, c, 20).await;
    store.intent_refused(refused.id, "No.").await.unwrap();
    for id in [old.id, young.id] {
        let (outcome, settlement) = (format!("event:{}", id.0), settlement());
        let done = store.intent_done(id, &outcome, &settlement, at(30));
        assert_eq!(done.await.unwrap(), Settled::Done);
    }
    let forget = || store.forget_intents(org(1), IntentKind::Event, at(20));
    assert_eq!(forget().await.unwrap(), 2);
    assert_eq!(forget().await.unwrap(), 0);
    for (id, stays) in [
        (old.id, false),
        (refused.id, false),
        (standing.id, true),
        (young.id, true),
        (lead.id, true),
    ] {
        assert_eq!(store.intent(id).await.unwrap().is_some(), stays, "{id:?}");
    }
}

/// With the run that wants them, once; a standing one of the same target is left as it is.
pub async fn a_run_opens_its_intents_with_its_settlement(store: &impl Store) {
    let c = connected(store, "acme").await;
    let first = opened(store, c, "ada@acme.io").await;
    let event = NewIntent {
        kind: IntentKind::Event,
        ..new_intent(c, org(1), "contact:a:changed:1")
    };
    let mut settled = settlement();
    settled.intents = vec![
        event.clone(),
        event,
        new_intent(c, org(1), "ada@acme.io"),
        new_intent(c, org(1), "eve@acme.io"),
    ];
    for _ in 0..2 {
        let settlements = [settled.clone()];
        store.settle(c, &settlements, at(50)).await.unwrap();
    }
    let mut of_each = Vec::new();
    let mut leads = Vec::new();
    for kind in [IntentKind::Lead, IntentKind::Event] {
        for intent in store.unsettled_intents(org(1), kind).await.unwrap() {
            of_each.push((intent.kind, intent.target.clone(), intent.opened_at));
            leads.extend((kind == IntentKind::Lead).then_some(intent));
        }
    }
    let expected = [
        (IntentKind::Lead, "ada@acme.io".to_owned(), at(10)),
        (IntentKind::Lead, "eve@acme.io".to_owned(), at(50)),
        (IntentKind::Event, "contact:a:changed:1".to_owned(), at(50)),
    ];
    assert_eq!(of_each, expected);
    assert_eq!(leads[0].id, first.id);
    let rows = store.persons(c, &[matched("ada@acme.io")]).await.unwrap();
    assert_eq!(rows[0].intents, leads[..1]);
}
