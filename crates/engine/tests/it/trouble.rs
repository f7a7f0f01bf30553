//! A vendor that refuses, fails or falls silent: a clear error or a wait, and nothing is lost.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::{Click, ConnectionState, EngineError, Phase, Shown, Side, Step};
use salesforce_sim::{Action, Fault, Matching};
use serde_json::json;

use crate::world::{World, fields, lead_email};

fn down(times: u32) -> Fault {
    Fault {
        matching: Matching::default(),
        times,
        action: Action {
            status: Some(503),
            ..Action::default()
        },
    }
}

#[tokio::test(start_paused = true)]
async fn a_salesforce_that_answers_with_a_page_of_html_stops_the_sync_and_it_can_go_on() {
    let world = World::small().await;
    world.connect().await;
    world.salesforce.inject(down(1000));
    let error = world.engine.sync_to_end(world.id).await.unwrap_err();
    assert!(error.to_string().contains("503"), "{error}");
    assert_eq!(
        world.engine.progress(world.id).borrow().phase,
        Phase::Failed
    );
    let sweep = world
        .engine
        .overview(world.id)
        .await
        .unwrap()
        .sweep
        .unwrap();
    assert!(sweep.counts.problem.unwrap().contains("503"));
    world.salesforce.heal();
    let counts = world.engine.sync_to_end(world.id).await.unwrap();
    assert_eq!(counts.linked, 11);
}

#[tokio::test(start_paused = true)]
async fn what_changed_while_salesforce_was_down_arrives_when_it_is_back() {
    let world = World::synced().await;
    let lead = world.lead_with_email(&lead_email(0)).pop().unwrap();
    world.edit_record(
        lead["Id"].as_str().unwrap(),
        &json!({ "Title": "Meanwhile" }),
    );
    world.salesforce.inject(down(1000));
    for _ in 0..5 {
        assert!(world.engine.step(world.id, Step::Poll).await.is_err());
        world.pass(Duration::from_mins(12)).await;
    }
    world.salesforce.heal();
    world.settle().await;
    let title = world.attribute(world.intercom.lead_id(0), "SALESFORCE_TITLE");
    assert_eq!(title.as_deref(), Some("Meanwhile"));
    assert_eq!(world.intercom_writes(), 1);
}

#[tokio::test(start_paused = true)]
async fn e4_an_expired_session_is_renewed_without_anybody_noticing() {
    let world = World::synced().await;
    world
        .salesforce
        .with_world(salesforce_sim::World::expire_access_tokens);
    let lead = world.lead_with_email(&lead_email(0)).pop().unwrap();
    world.edit_record(lead["Id"].as_str().unwrap(), &json!({ "Title": "Renewed" }));
    world.settle().await;
    let title = world.attribute(world.intercom.lead_id(0), "SALESFORCE_TITLE");
    assert_eq!(title.as_deref(), Some("Renewed"));
}

#[tokio::test(start_paused = true)]
async fn e4_a_revoked_grant_pauses_and_a_reconnected_one_catches_up() {
    let world = World::synced().await;
    let lead = world.lead_with_email(&lead_email(0)).pop().unwrap();
    world.salesforce.with_world(|org| {
        org.expire_access_tokens();
        org.expire_refresh_tokens();
    });
    // The production loop meets it within its first turn.
    let stop = tokio_util::sync::CancellationToken::new();
    let loops = tokio::spawn({
        let (engine, stop) = (world.engine.clone(), stop.clone());
        async move { engine.run_until(stop).await }
    });
    world.pass(Duration::from_secs(40)).await;
    let state = world
        .engine
        .overview(world.id)
        .await
        .unwrap()
        .connection
        .state;
    assert!(
        matches!(
            state,
            ConnectionState::Reconnect {
                side: Side::Salesforce,
                ..
            }
        ),
        "{state:?}"
    );
    stop.cancel();
    loops.await.unwrap();
    let refused = world.engine.sync_to_end(world.id).await;
    assert!(matches!(
        refused,
        Err(EngineError::Reconnect {
            side: Side::Salesforce,
            ..
        })
    ));
    // The card says what is wrong in a sentence.
    let shown = world.click(world.intercom.lead_id(3), Click::AskLead).await;
    assert!(matches!(shown, Shown::Sentence(text) if text.contains("reconnected")));
    // Webhooks are still kept.
    let contact = world.intercom.lead_id(3);
    world
        .intercom
        .edit_contact(contact, &fields(&[("email", json!(lead_email(11)))]))
        .unwrap();
    world.deliver_webhooks().await;
    assert!(
        world
            .engine
            .overview(world.id)
            .await
            .unwrap()
            .deliveries_kept
            > 0
    );
    world.edit_record(
        lead["Id"].as_str().unwrap(),
        &json!({ "Title": "While it was paused" }),
    );

    let grant = world
        .salesforce
        .with_world(|org| org.integration_user().to_string());
    assert!(grant.starts_with("005"));
    reconnect(&world).await;
    world.settle().await;
    let title = world.attribute(world.intercom.lead_id(0), "SALESFORCE_TITLE");
    assert_eq!(title.as_deref(), Some("While it was paused"));
    assert!(world.attributes(contact).contains_key("SALESFORCE_ID"));
}

/// Connects Salesforce again through the browser.
async fn reconnect(world: &World) {
    let callback = "http://127.0.0.1:4000/oauth/callback".parse().unwrap();
    let page = world
        .engine
        .begin_salesforce(world.id, &callback)
        .await
        .unwrap();
    let back = crate::connecting::allow(world.salesforce.router(), &page).await;
    let state = crate::connecting::query(&back, "state");
    let code = crate::connecting::query(&back, "code");
    world.engine.finish_salesforce(&state, &code).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn e4_a_revoked_intercom_token_pauses_at_the_first_refused_write() {
    let world = World::synced().await;
    assert!(world.intercom.revoke_token("intercom-token"));
    let lead = world.lead_with_email(&lead_email(0)).pop().unwrap();
    world.edit_record(lead["Id"].as_str().unwrap(), &json!({ "Title": "Not yet" }));
    world.step(Step::Poll).await;
    world.step(Step::Queue).await;
    let state = world
        .engine
        .overview(world.id)
        .await
        .unwrap()
        .connection
        .state;
    assert!(
        matches!(
            state,
            ConnectionState::Reconnect {
                side: Side::Intercom,
                ..
            }
        ),
        "{state:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn invariant_10_one_contact_that_is_refused_costs_the_others_nothing() {
    let world = World::small().await;
    world.connect().await;
    let refused = world.intercom.lead_id(0);
    world.intercom.add_fault(intercom_sim::Fault {
        method: Some("PUT".to_owned()),
        path: format!("/contacts/{refused}"),
        times: 1,
        status: Some(422),
        body: Some(json!({
            "type": "error.list", "request_id": null,
            "errors": [{ "code": "data_invalid", "message": "No, thank you" }],
        })),
        ..intercom_sim::Fault::default()
    });
    let counts = world.engine.sync_to_end(world.id).await.unwrap();
    assert_eq!((counts.intercom_writes, counts.failed), (10, 1));
    let failures = world.engine.overview(world.id).await.unwrap().failures;
    assert_eq!(failures.len(), 1);
    assert_eq!(failures[0].report.cause, "intercom.invalid");
    assert!(
        failures[0]
            .report
            .vendor_words
            .as_ref()
            .unwrap()
            .contains("No, thank you")
    );
    // E2: what needs a change is not tried again as it is.
    world.forget_calls();
    world.engine.sync_to_end(world.id).await.unwrap();
    assert_eq!(world.intercom_writes(), 0);
    // A changed value is.
    let lead = world.lead_with_email(&lead_email(0)).pop().unwrap();
    world.edit_record(
        lead["Id"].as_str().unwrap(),
        &json!({ "Title": "Something else" }),
    );
    world.settle().await;
    assert!(world.attributes(refused).contains_key("SALESFORCE_ID"));
    assert!(
        world
            .engine
            .overview(world.id)
            .await
            .unwrap()
            .failures
            .is_empty()
    );
}

#[tokio::test(start_paused = true)]
async fn a_write_whose_answer_was_lost_is_read_before_it_is_repeated() {
    let world = World::synced().await;
    let contact = world.intercom.lead_id(0);
    let lead = world.lead_with_email(&lead_email(0)).pop().unwrap();
    world.intercom.add_fault(intercom_sim::Fault {
        method: Some("PUT".to_owned()),
        path: format!("/contacts/{contact}"),
        times: 1,
        cut: Some(intercom_sim::Cut::After),
        ..intercom_sim::Fault::default()
    });
    world.edit_record(
        lead["Id"].as_str().unwrap(),
        &json!({ "Title": "Written once" }),
    );
    world.settle().await;
    world.pass(Duration::from_mins(1)).await;
    world.settle().await;
    let title = world.attribute(contact, "SALESFORCE_TITLE");
    assert_eq!(title.as_deref(), Some("Written once"));
    assert_eq!(world.intercom_writes(), 1);
    assert!(
        world
            .engine
            .overview(world.id)
            .await
            .unwrap()
            .failures
            .is_empty()
    );
}

#[tokio::test(start_paused = true)]
async fn l6_a_duplicate_rule_shows_what_it_found_and_a_warning_can_be_overruled() {
    let world = World::synced().await;
    let found = world.lead_with_email(&lead_email(0)).pop().unwrap();
    let id = found["Id"].as_str().unwrap();
    let contact = world.intercom.lead_id(3);
    world.find_duplicates(&[id]);
    let click = |anyway| Click::SubmitLead {
        typed: BTreeMap::new(),
        anyway,
    };
    let shown = world.click(contact, click(false)).await;
    let Shown::Duplicates {
        records,
        may_create_anyway,
        words,
        ..
    } = shown
    else {
        panic!("{shown:?}")
    };
    assert_eq!(
        records
            .iter()
            .map(|line| line.record.to_string())
            .collect::<Vec<_>>(),
        [id]
    );
    assert!(may_create_anyway);
    assert_eq!(words, "Use one of these records?");
    assert_eq!(world.salesforce_writes(), 0);
    let shown = world.click(contact, click(true)).await;
    assert!(matches!(shown, Shown::Card(card) if card.message.as_deref() == Some("Lead created.")));
    assert_eq!(world.salesforce_writes(), 1);
}

#[tokio::test(start_paused = true)]
async fn invariant_10_one_contact_that_cannot_be_read_costs_the_others_nothing() {
    let world = World::synced().await;
    let (unread, other) = (world.intercom.lead_id(0), world.intercom.lead_id(11));
    world.intercom.add_fault(intercom_sim::Fault {
        method: Some("GET".to_owned()),
        path: format!("/contacts/{unread}"),
        times: 1,
        status: Some(403),
        body: Some(json!({
            "type": "error.list", "request_id": null,
            "errors": [{ "code": "forbidden", "message": "Not this one" }],
        })),
        ..intercom_sim::Fault::default()
    });
    // Both are doubted, so both have to be read before they are planned.
    let ids = [unread, other].map(|id| world.contact(id).id);
    world
        .engine
        .store()
        .mark_stale(world.id, &ids, &[])
        .await
        .unwrap();
    for index in [0, 11] {
        let lead = world.lead_with_email(&lead_email(index)).pop().unwrap();
        world.edit_record(
            lead["Id"].as_str().unwrap(),
            &json!({ "Title": "Promoted" }),
        );
    }
    world.step(Step::Poll).await;
    world.step(Step::Queue).await;
    let title = |contact| world.attribute(contact, "SALESFORCE_TITLE");
    assert_eq!(title(other).as_deref(), Some("Promoted"));
    assert_ne!(title(unread).as_deref(), Some("Promoted"));
    let failures = world.engine.overview(world.id).await.unwrap().failures;
    assert_eq!(failures.len(), 1);
    assert!(
        failures[0]
            .report
            .vendor_words
            .as_ref()
            .unwrap()
            .contains("Not this one")
    );
    world.pass(Duration::from_mins(1)).await;
    world.settle().await;
    assert_eq!(title(unread).as_deref(), Some("Promoted"));
    assert!(
        world
            .engine
            .overview(world.id)
            .await
            .unwrap()
            .failures
            .is_empty()
    );
}

#[tokio::test(start_paused = true)]
async fn e4_a_session_is_renewed_once_however_many_ask_and_give_up() {
    let world = World::synced().await;
    world
        .salesforce
        .with_world(salesforce_sim::World::expire_access_tokens);
    world.salesforce.inject(Fault {
        matching: Matching {
            path_contains: Some("/oauth2/token".to_owned()),
            ..Matching::default()
        },
        times: 5,
        action: Action {
            latency_ms: 6000,
            ..Action::default()
        },
    });
    // Two cards that give up after two seconds each, and a poll.
    for _ in 0..2 {
        world
            .click(world.intercom.lead_id(0), Click::Refresh(None))
            .await;
    }
    world.step(Step::Poll).await;
    let renewals = world.salesforce.calls().into_iter();
    let renewals = renewals
        .filter(|call| call.path.ends_with("/oauth2/token"))
        .count();
    assert_eq!(renewals, 1);
}
