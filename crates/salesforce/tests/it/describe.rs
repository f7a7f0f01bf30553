//! Describes: shared, kept, and asked for again when they may have changed.

use std::time::Duration;

use salesforce::{ApiName, Duplicates, SalesforceError};
use serde_json::json as value;

use crate::world::{Answer, World, composite, json, json_text};

/// A second before the scripted clock.
const BEFORE: &str = "Fri, 02 Jan 2026 03:04:04 GMT";

fn describe(label: &str) -> Answer {
    let field = value!({
        "name": "Email", "label": label, "type": "email", "length": 80, "createable": true,
        "updateable": true, "nillable": true, "defaultedOnCreate": false
    });
    json(200, &value!({"name": "Lead", "fields": [field]}))
}

fn unchanged() -> Answer {
    Answer::Reply {
        status: 304,
        headers: Vec::new(),
        body: String::new(),
    }
}

fn lead() -> ApiName {
    "Lead".parse().unwrap()
}

#[tokio::test(start_paused = true)]
async fn callers_at_the_same_time_share_one_call_and_later_ones_need_none() {
    let world = World::answering([describe("Email")]);
    let client = world.client();
    let lead = lead();
    let (a, b, c) = tokio::join!(
        client.describe(&lead),
        client.describe(&lead),
        client.describe(&lead)
    );
    for described in [a, b, c, client.describe(&lead).await] {
        assert_eq!(described.unwrap().fields[0].label, "Email");
    }
    let seen = world.seen();
    assert_eq!(seen.len(), 1);
    assert_eq!(
        seen[0].line,
        "GET https://acme.my.salesforce.com/services/data/v67.0/sobjects/Lead/describe"
    );
    assert_eq!(seen[0].if_modified_since, None);
}

#[tokio::test(start_paused = true)]
async fn after_a_while_only_what_has_changed_is_read_again() {
    let world = World::answering([describe("Email"), unchanged(), describe("E-Mail")]);
    let client = world.client();
    let mut labels = Vec::new();
    for _ in 0..3 {
        let described = client.describe(&lead()).await.unwrap();
        labels.push(described.fields[0].label.clone());
        tokio::time::advance(Duration::from_mins(11)).await;
    }
    assert_eq!(labels, ["Email", "Email", "E-Mail"]);
    let conditions: Vec<_> = world
        .seen()
        .into_iter()
        .map(|it| it.if_modified_since)
        .collect();
    assert_eq!(
        conditions,
        [None, Some(BEFORE.to_owned()), Some(BEFORE.to_owned())]
    );
}

#[tokio::test(start_paused = true)]
async fn once_an_hour_it_is_read_whole() {
    let script = (0..5).map(|_| unchanged());
    let script = std::iter::once(describe("Email")).chain(script);
    let world = World::answering(script.chain([describe("E-Mail"), unchanged()]));
    let client = world.client();
    for _ in 0..8 {
        client.describe(&lead()).await.unwrap();
        tokio::time::advance(Duration::from_mins(10)).await;
    }
    let conditional: Vec<bool> = world
        .seen()
        .into_iter()
        .map(|it| it.if_modified_since.is_some())
        .collect();
    assert_eq!(
        conditional,
        [false, true, true, true, true, true, false, true]
    );
}

#[tokio::test(start_paused = true)]
async fn what_the_server_says_of_the_last_change_is_asked_with() {
    let said = "Thu, 01 Jan 2026 09:00:00 GMT".to_owned();
    let Answer::Reply {
        status,
        mut headers,
        body,
    } = describe("Email")
    else {
        panic!("a describe is a reply");
    };
    headers.push(("last-modified", said.clone()));
    let first = Answer::Reply {
        status,
        headers,
        body,
    };
    let world = World::answering([first, unchanged()]);
    let client = world.client();
    client.describe_lead().await.unwrap();
    client.describe_lead().await.unwrap();
    assert_eq!(world.seen()[1].if_modified_since, Some(said));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_was_on_the_way_when_it_came_into_doubt_is_not_kept() {
    let refused = json_text(400, r#"[{"errorCode":"INVALID_FIELD","message":"x"}]"#);
    let on_the_way = Answer::Late(Duration::from_secs(2), Box::new(describe("Email")));
    let world = World::answering([on_the_way, refused, describe("E-Mail")]);
    let client = world.client();
    let lead = lead();
    let after_doubt = async {
        client.queues().await.unwrap_err();
        client.describe(&lead).await
    };
    let (first, waited) = tokio::join!(client.describe(&lead), after_doubt);
    assert_eq!(first.unwrap().fields[0].label, "Email");
    assert_eq!(waited.unwrap().fields[0].label, "E-Mail");
    let later = client.describe(&lead).await.unwrap();
    assert_eq!(later.fields[0].label, "E-Mail");
    assert_eq!(world.seen()[2].if_modified_since, None);
}

#[tokio::test(start_paused = true)]
async fn the_describe_of_lead_is_always_asked_for() {
    let world = World::answering([describe("Email"), unchanged()]);
    let client = world.client();
    client.describe_lead().await.unwrap();
    let described = client.describe_lead().await.unwrap();
    assert_eq!(described.fields[0].label, "Email");
    assert_eq!(world.seen().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_error_about_fields_makes_the_next_describe_a_whole_one() {
    for code in [
        "INVALID_FIELD",
        "INVALID_TYPE",
        "INVALID_FIELD_FOR_INSERT_UPDATE",
    ] {
        let refused = json_text(400, &format!(r#"[{{"errorCode":"{code}","message":"x"}}]"#));
        let world = World::answering([describe("Email"), refused, describe("E-Mail")]);
        let client = world.client();
        client.describe(&lead()).await.unwrap();
        client.queues().await.unwrap_err();
        let described = client.describe(&lead()).await.unwrap();
        assert_eq!(described.fields[0].label, "E-Mail", "{code}");
        assert_eq!(world.seen()[2].if_modified_since, None);
    }
}

#[tokio::test(start_paused = true)]
async fn such_an_error_counts_inside_a_composite_answer_too() {
    let refused = value!([{"errorCode": "INVALID_FIELD_FOR_INSERT_UPDATE", "message": "x",
                           "fields": ["Email"]}]);
    let world = World::answering([
        describe("Email"),
        composite(&[("lead", 400, refused), ("shown", 200, value!({}))]),
        describe("E-Mail"),
    ]);
    let client = world.client();
    client.describe(&lead()).await.unwrap();
    let id = "00QD000000QYVhd".parse().unwrap();
    let error = client
        .update_lead(id, &std::collections::BTreeMap::new(), Duplicates::Refuse)
        .await
        .unwrap_err();
    assert!(
        matches!(error, SalesforceError::FieldNotWritable { .. }),
        "{error:?}"
    );
    let described = client.describe(&lead()).await.unwrap();
    assert_eq!(described.fields[0].label, "E-Mail");
}

#[tokio::test(start_paused = true)]
async fn a_describe_that_fails_keeps_nobody_from_asking_again() {
    let world = World::answering([json_text(200, "{}"), describe("Email")]);
    let client = world.client();
    let error = client.describe(&lead()).await.unwrap_err();
    assert!(
        matches!(error, SalesforceError::UnexpectedAnswer { .. }),
        "{error:?}"
    );
    assert!(client.describe(&lead()).await.is_ok());
}
