//! Many records in one call, and composite calls of callers.

use std::collections::BTreeMap;

use model::sf::AnyId;
use salesforce::{
    AllOrNone, ApiName, AutoAssign, CompositeRequest, Duplicates, FieldValue, Operation, Outcome,
    PartDone, RecordChange, RecordDraft, RecordUpsert, RowQuery, SalesforceError,
};
use serde_json::{Value, json as value};

use crate::world::{Answer, World, composite, expired, json, rows};

const COLLECTIONS: &str = "https://acme.my.salesforce.com/services/data/v67.0/composite/sobjects";

fn name(name: &str) -> ApiName {
    name.parse().unwrap()
}

fn fields(field: &str, text: &str) -> BTreeMap<String, FieldValue> {
    BTreeMap::from([(field.to_owned(), FieldValue::Text(text.to_owned()))])
}

fn draft(object: &str, last_name: &str) -> RecordDraft {
    RecordDraft {
        object: name(object),
        fields: fields("LastName", last_name),
    }
}

/// A record's own number in its id.
fn id(number: usize) -> AnyId {
    format!("00QD000000Q{number:04}").parse().unwrap()
}

fn saved(number: usize) -> Value {
    value!({"id": id(number), "success": true, "errors": []})
}

fn body(world: &World, at: usize) -> Value {
    serde_json::from_str(&world.seen()[at].body).unwrap()
}

#[tokio::test(start_paused = true)]
async fn creates_are_sorted_by_object_and_answered_in_the_order_given() {
    let refused = value!({"success": false, "errors": [
        {"statusCode": "DUPLICATES_DETECTED", "message": "Use one of these?", "fields": []}]});
    let world = World::answering([json(200, &value!([saved(2), saved(1), refused]))]);
    let drafts = [
        draft("Lead", "A"),
        draft("Contact", "B"),
        draft("Lead", "C"),
    ];
    let outcomes = world
        .client()
        .create_records(&drafts, AllOrNone::No, AutoAssign::Keep, Duplicates::Refuse)
        .await
        .unwrap();
    assert_eq!(outcomes[0].as_ref().unwrap().id, id(1));
    assert!(outcomes[0].as_ref().unwrap().created);
    assert_eq!(outcomes[1].as_ref().unwrap().id, id(2));
    assert!(matches!(
        outcomes[2].as_ref().map_err(|error| &**error),
        Err(SalesforceError::Duplicates { .. })
    ));
    assert_eq!(
        body(&world, 0),
        value!({"allOrNone": false, "records": [
            {"attributes": {"type": "Contact"}, "LastName": "B"},
            {"attributes": {"type": "Lead"}, "LastName": "A"},
            {"attributes": {"type": "Lead"}, "LastName": "C"}]})
    );
    let seen = &world.seen()[0];
    assert_eq!(seen.line, format!("POST {COLLECTIONS}"));
    assert_eq!(seen.auto_assign.as_deref(), Some("FALSE"));
}

#[tokio::test(start_paused = true)]
async fn assignment_rules_run_on_creates_if_asked_to_and_never_on_updates_and_upserts() {
    let one = || json(200, &value!([saved(1)]));
    let world = World::answering([one(), one(), one()]);
    let client = world.client();
    let drafts = [draft("Lead", "A")];
    client
        .create_records(
            &drafts,
            AllOrNone::No,
            AutoAssign::Rules,
            Duplicates::Refuse,
        )
        .await
        .unwrap();
    let change = RecordChange {
        object: name("Lead"),
        id: id(1),
        fields: fields("Title", ""),
    };
    let updated = client
        .update_records(&[change], AllOrNone::Yes, Duplicates::AllowSave)
        .await
        .unwrap();
    assert!(!updated[0].as_ref().unwrap().created);
    let upsert = RecordUpsert {
        key: "E1".to_owned(),
        fields: fields("Title", "CEO"),
    };
    client
        .upsert_records(
            &name("Lead"),
            &name("Ext__c"),
            &[upsert],
            AllOrNone::No,
            Duplicates::Refuse,
        )
        .await
        .unwrap();
    let rules: Vec<_> = world
        .seen()
        .into_iter()
        .map(|it| it.auto_assign.unwrap())
        .collect();
    assert_eq!(rules, ["TRUE", "FALSE", "FALSE"]);
    assert_eq!(
        body(&world, 1),
        value!({"allOrNone": true, "records": [
            {"attributes": {"type": "Lead"}, "id": "00QD000000Q0001MAB", "Title": ""}]})
    );
    assert_eq!(world.lines()[2], format!("PATCH {COLLECTIONS}/Lead/Ext__c"));
    assert_eq!(
        body(&world, 2)["records"][0],
        value!({"attributes": {"type": "Lead"}, "Ext__c": "E1", "Title": "CEO"})
    );
}

#[tokio::test(start_paused = true)]
async fn the_same_record_twice_is_not_sent() {
    let client = World::answering([]).client();
    let twice = [id(1), id(2), id(1)];
    let outcome = client.delete_records(&twice, AllOrNone::No).await;
    assert!(
        matches!(outcome, Err(SalesforceError::NotSendable { .. })),
        "{outcome:?}"
    );
    let changes = twice.map(|id| RecordChange {
        object: name("Lead"),
        id,
        fields: fields("Title", "x"),
    });
    let outcome = client
        .update_records(&changes, AllOrNone::No, Duplicates::Refuse)
        .await;
    assert!(
        matches!(outcome, Err(SalesforceError::NotSendable { .. })),
        "{outcome:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_that_fails_leaves_the_ones_after_it_unsent_and_says_so() {
    let ids: Vec<AnyId> = (0..401).map(id).collect();
    let first: Vec<Value> = (0..200).map(saved).collect();
    let world = World::answering([json(200, &value!(first)), Answer::Broken]);
    let outcomes = world
        .client()
        .delete_records(&ids, AllOrNone::No)
        .await
        .unwrap();
    assert_eq!(outcomes.len(), 401);
    assert!(outcomes[..200].iter().all(Result::is_ok));
    for outcome in &outcomes[200..400] {
        assert_eq!(outcome.as_ref().unwrap_err().outcome(), Outcome::Unknown);
    }
    let unsent = outcomes[400].as_ref().unwrap_err();
    assert!(
        matches!(**unsent, SalesforceError::NotBegun { .. }),
        "{unsent:?}"
    );
    assert_eq!(unsent.outcome(), Outcome::NotSent);
    let line = &world.lines()[0];
    assert!(
        line.starts_with(&format!("DELETE {COLLECTIONS}?ids=00QD000000Q0000MAB,")),
        "{line}"
    );
    assert!(line.ends_with("&allOrNone=false"), "{line}");
}

#[tokio::test(start_paused = true)]
async fn an_error_body_for_the_whole_call_is_the_error_of_each_record() {
    let too_many = value!([{"errorCode": "EXCEEDED_ID_LIMIT", "message": "x"}]);
    let world = World::answering([json(400, &too_many)]);
    let outcomes = world
        .client()
        .delete_records(&[id(1), id(2)], AllOrNone::No)
        .await
        .unwrap();
    for outcome in outcomes {
        let error = outcome.unwrap_err();
        assert!(
            matches!(*error, SalesforceError::Malformed { .. }),
            "{error:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn records_are_retrieved_in_the_order_of_their_ids_and_the_read_is_repeated() {
    let found = value!([{"Id": id(2), "Name": "Ada"}, null]);
    let world = World::answering([expired(), Answer::Broken, json(200, &found)]);
    let records = world
        .client()
        .retrieve_records(&name("Lead"), &[id(2), id(1)], &[name("Id"), name("Name")])
        .await
        .unwrap();
    assert_eq!(
        records[0].as_ref().unwrap().text("Name").unwrap().unwrap(),
        "Ada"
    );
    assert!(records[1].is_none());
    assert_eq!(
        body(&world, 2),
        value!({"ids": [id(2), id(1)], "fields": ["Id", "Name"]})
    );

    let world = World::answering([json(200, &value!([null]))]);
    let outcome = world
        .client()
        .retrieve_records(&name("Lead"), &[id(1), id(2)], &[name("Id")])
        .await;
    assert!(
        matches!(outcome, Err(SalesforceError::UnexpectedAnswer { .. })),
        "{outcome:?}"
    );
}

fn leads() -> RowQuery {
    RowQuery {
        object: name("Lead"),
        fields: vec![name("Id")],
        operation: Operation::Query,
        modified_from: None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_composite_call_that_only_reads_is_repeated_and_one_that_writes_is_not() {
    let answer = || composite(&[("q", 200, rows(&[]))]);
    let world = World::answering([Answer::Broken, answer()]);
    let mut request = CompositeRequest::new(AllOrNone::No);
    request.query("q", &leads()).unwrap();
    let outcomes = world.client().composite(&request).await.unwrap();
    assert!(matches!(
        outcomes["q"],
        Ok(PartDone::Rows { more: false, .. })
    ));

    let world = World::answering([Answer::Broken]);
    request
        .create(
            "new",
            &name("Lead"),
            &BTreeMap::new(),
            AutoAssign::Keep,
            Duplicates::Refuse,
        )
        .unwrap();
    let error = world.client().composite(&request).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(world.seen().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_one_of_the_parts_is_none() {
    let world = World::answering([composite(&[("other", 200, rows(&[]))])]);
    let mut request = CompositeRequest::new(AllOrNone::No);
    request.query("q", &leads()).unwrap();
    let error = world.client().composite(&request).await.unwrap_err();
    assert!(
        matches!(error, SalesforceError::UnexpectedAnswer { .. }),
        "{error:?}"
    );
    let empty = CompositeRequest::new(AllOrNone::No);
    let error = world.client().composite(&empty).await.unwrap_err();
    assert!(
        matches!(error, SalesforceError::NotSendable { .. }),
        "{error:?}"
    );
}
