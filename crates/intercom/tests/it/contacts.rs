//! Contacts: reading, writing, searching.

use std::collections::BTreeMap;

use intercom::{Change, ContactPatch, Cursor, IntercomError, Outcome};
use model::Timestamp;
use model::ic::{ContactId, TeammateId};
use serde_json::{Value, json};
use transport::RetryWhen;

use crate::script::{Script, ok, refused, reply};

const JANE: &str = r#"{"type":"contact","id":"5ba6","workspace_id":"a1b2c3d4","role":"user",
    "email":"jane@example.com","created_at":1691436649,"updated_at":1691436650}"#;

fn jane() -> ContactId {
    "5ba6".parse().expect("the id is well-formed")
}

#[tokio::test]
async fn a_contact_is_read_by_id_with_the_pinned_version() {
    let script = Script::of([ok(JANE)]);
    let client = script.client();
    let contact = client.contact(&jane()).await.unwrap();
    assert_eq!(contact.email.as_deref(), Some("jane@example.com"));
    assert_eq!(script.asked(), ["GET /contacts/5ba6"]);
    assert_eq!(script.header("intercom-version").as_deref(), Some("2.16"));
    assert_eq!(
        script.header("authorization").as_deref(),
        Some("Bearer dG9rOjAx")
    );
    assert_eq!(script.header("accept").as_deref(), Some("application/json"));
    assert_eq!(script.header("content-type"), None);
    assert_eq!(client.calls(), 1);
}

#[tokio::test]
async fn a2_an_unset_attribute_is_cleared_and_the_answer_is_the_read_back() {
    let script = Script::of([ok(JANE)]);
    let patch = ContactPatch {
        email: Change::Set("Jane@Example.com".to_owned()),
        custom_attributes: BTreeMap::from([("SALESFORCE_STATUS".to_owned(), None)]),
        ..ContactPatch::default()
    };
    let shown = script
        .client()
        .update_contact(&jane(), &patch)
        .await
        .unwrap();
    assert_eq!(
        shown.email.as_deref(),
        Some("jane@example.com"),
        "not what was sent"
    );
    assert_eq!(script.asked(), ["PUT /contacts/5ba6"]);
    let sent = json!({
        "email": "Jane@Example.com", "custom_attributes": { "SALESFORCE_STATUS": null }
    });
    assert_eq!(script.json_bodies(), [sent]);
    assert_eq!(
        script.header("content-type").as_deref(),
        Some("application/json")
    );
}

#[tokio::test]
async fn m8_a_merged_contact_names_the_survivor() {
    let link = [("link", r#"</contacts/6762f0d0>; rel="canonical""#)];
    let body = r#"{"errors":[{"code":"contact_merged","message":"merged"}]}"#;
    let script = Script::of([reply(410, &link, body)]);
    let error = script.client().contact(&jane()).await.unwrap_err();
    assert!(matches!(error, IntercomError::Merged { into: Some(id) } if id.as_str() == "6762f0d0"));
    assert_eq!(
        script.asked(),
        ["GET /contacts/5ba6"],
        "a refusal is not repeated"
    );
    let script = Script::of([reply(410, &link, body)]);
    let patch = ContactPatch {
        name: Change::Set("Jane".to_owned()),
        ..ContactPatch::default()
    };
    let error = script
        .client()
        .update_contact(&jane(), &patch)
        .await
        .unwrap_err();
    assert!(matches!(error, IntercomError::Merged { into: Some(id) } if id.as_str() == "6762f0d0"));
}

#[tokio::test]
async fn o2_an_owner_is_set_by_id_and_cleared_with_null() {
    let owned = JANE.replace('}', r#","owner_id":991267583}"#);
    let script = Script::of([ok(&owned), ok(JANE)]);
    let ada: TeammateId = "991267583".parse().unwrap();
    let mut shown = Vec::new();
    for owner in [Change::Set(ada.clone()), Change::Clear] {
        let patch = ContactPatch {
            owner,
            ..ContactPatch::default()
        };
        let contact = script
            .client()
            .update_contact(&jane(), &patch)
            .await
            .unwrap();
        shown.push(contact.owner_id);
    }
    assert_eq!(shown, [Some(ada), None]);
    assert_eq!(
        script.json_bodies(),
        [
            json!({ "owner_id": "991267583" }),
            json!({ "owner_id": null })
        ]
    );
}

#[tokio::test]
async fn an_owner_from_elsewhere_is_refused_in_words() {
    let message = "The owner specified is not a member of the workspace";
    let script = Script::of([refused(400, "parameter_invalid", message)]);
    let patch = ContactPatch {
        owner: Change::Set("7".parse().unwrap()),
        ..ContactPatch::default()
    };
    let error = script
        .client()
        .update_contact(&jane(), &patch)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("Intercom refuses it: {message} (parameter_invalid)")
    );
    assert_eq!(error.retry_when(), RetryWhen::Changed);
}

#[tokio::test]
async fn a_conflict_on_an_email_names_the_other_contact() {
    let message = "A contact matching those details already exists with id=5da6f18e";
    let script = Script::of([refused(409, "conflict", message)]);
    let patch = ContactPatch {
        email: Change::Set("x@y.z".to_owned()),
        ..Default::default()
    };
    let error = script
        .client()
        .update_contact(&jane(), &patch)
        .await
        .unwrap_err();
    assert!(matches!(
        &error,
        IntercomError::Conflict { existing: Some(id), archived: false } if id.as_str() == "5da6f18e"
    ));
    assert_eq!(error.retry_when(), RetryWhen::Replanned);
    assert_eq!(error.outcome(), Outcome::Refused);
}

#[tokio::test]
async fn i3_all_contacts_are_paged_oldest_first() {
    let first = format!(
        r#"{{"type":"list","total_count":2,"data":[{JANE},{{"type":"contact","id":"bad1"}}],
            "pages":{{"type":"pages","page":1,"next":{{"page":2,"starting_after":"WzEs"}}}}}}"#
    );
    let last = r#"{"type":"list","data":[],"pages":{"type":"pages","page":2,"next":null}}"#;
    let script = Script::of([ok(&first), ok(last)]);
    let client = script.client();
    let page = client.contact_page(None).await.unwrap();
    assert_eq!(page.total, Some(2));
    let [Ok(readable), Err(unreadable)] = page.rows.as_slice() else {
        panic!("one of two fails alone: {:?}", page.rows);
    };
    assert_eq!(readable.id, jane());
    assert_eq!(unreadable.id, Some("bad1".parse().unwrap()));
    assert!(
        unreadable.why.contains("missing field `role`"),
        "{}",
        unreadable.why
    );
    let next = page.next.unwrap();
    let kept = Cursor::from(next.as_str().to_owned());
    assert!(
        client
            .contact_page(Some(&kept))
            .await
            .unwrap()
            .next
            .is_none()
    );
    assert_eq!(
        script.asked(),
        ["POST /contacts/search", "POST /contacts/search"]
    );
    let asked = |pagination: Value| {
        json!({
            "query": { "field": "created_at", "operator": ">", "value": 0 },
            "sort": { "field": "created_at", "order": "ascending" },
            "pagination": pagination,
        })
    };
    let first = asked(json!({ "per_page": 150 }));
    let second = asked(json!({ "per_page": 150, "starting_after": "WzEs" }));
    assert_eq!(script.json_bodies(), [first, second]);
}

#[tokio::test]
async fn a_catch_up_asks_two_days_further_back_because_search_knows_only_days() {
    let script = Script::of([ok(r#"{"data":[],"pages":{"next":null}}"#)]);
    let since = Timestamp::from_seconds(1_700_000_000);
    script
        .client()
        .contacts_updated_since(since, None)
        .await
        .unwrap();
    let asked = json!({
        "query": { "field": "updated_at", "operator": ">", "value": 1_699_827_200 },
        "sort": { "field": "updated_at", "order": "descending" },
        "pagination": { "per_page": 150 },
    });
    assert_eq!(script.json_bodies(), [asked]);
}

#[tokio::test]
async fn a_page_without_a_list_is_no_end_of_the_list() {
    let script = Script::of([ok(r#"{"type":"list"}"#)]);
    let error = script.client().contact_page(None).await.unwrap_err();
    assert!(
        matches!(error, IntercomError::UnexpectedAnswer { status: 200, .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn companies_come_page_by_page_under_either_name() {
    let first = r#"{"type":"list","data":[{"type":"company","id":"531e","company_id":7,
        "name":"Acme","website":"https://acme.io","last_request_at":1734364582,"plan":{},
        "custom_attributes":{"tier":"gold","gone":null}}],
        "pages":{"type":"pages","page":1,"next":"https://api.intercom.test/companies?page=2"}}"#;
    let last = r#"{"companies":[{"type":"company","id":"531f"}],"pages":{"next":null}}"#;
    let script = Script::of([ok(first), ok(last)]);
    let companies = script.client().contact_companies(&jane()).await.unwrap();
    let [acme, other] = companies.as_slice() else {
        panic!("two companies: {companies:?}")
    };
    assert_eq!(acme.company_id.as_deref(), Some("7"));
    assert_eq!(
        acme.last_request_at,
        Some(Timestamp::from_seconds(1_734_364_582))
    );
    assert_eq!(acme.custom_attributes.keys().collect::<Vec<_>>(), ["tier"]);
    assert_eq!((other.id.as_str(), &other.name), ("531f", &None));
    let pages = [
        "GET /contacts/5ba6/companies?page=1&per_page=50",
        "GET /contacts/5ba6/companies?page=2&per_page=50",
    ];
    assert_eq!(script.asked(), pages);
}
