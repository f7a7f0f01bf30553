use http::StatusCode;

use super::*;
use crate::{ApiVersion, Operation, Session, composite};

fn name(name: &str) -> ApiName {
    name.parse().unwrap()
}

fn fields(values: &[(&str, PartValue)]) -> BTreeMap<String, PartValue> {
    values
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect()
}

fn text(text: &str) -> PartValue {
    PartValue::Plain(FieldValue::Text(text.to_owned()))
}

fn leads() -> RowQuery {
    RowQuery {
        object: name("Lead"),
        fields: vec![name("Id")],
        operation: Operation::Query,
        modified_from: None,
    }
}

fn sent(request: &CompositeRequest) -> Value {
    let parts: Vec<Part> = request.parts.iter().map(|(part, _)| part.clone()).collect();
    let call = composite::call(ApiVersion::NEWEST, request.all_or_none, &parts);
    let session = Session {
        instance_url: "https://acme.my.salesforce.com".parse().unwrap(),
        access_token: "t".into(),
    };
    let request = call.request(&session, ApiVersion::NEWEST).unwrap();
    serde_json::from_slice(request.body()).unwrap()
}

#[test]
fn parts_are_written_as_the_vendor_describes_them_and_refer_to_earlier_ones() {
    let mut request = CompositeRequest::new(AllOrNone::Yes);
    let account = fields(&[("Name", text("Acme"))]);
    request
        .upsert(
            "acc",
            &name("Account"),
            (&name("Ext__c"), "A/1"),
            &account,
            Duplicates::Refuse,
        )
        .unwrap();
    let contact = fields(&[
        ("LastName", text("Lee")),
        ("AccountId", PartValue::IdOf("acc".to_owned())),
    ]);
    request
        .create(
            "con",
            &name("Contact"),
            &contact,
            AutoAssign::Rules,
            Duplicates::AllowSave,
        )
        .unwrap();
    let target = PartTarget::Of("con".to_owned());
    let title = fields(&[("Title", text("CEO"))]);
    request
        .update("up", &name("Contact"), &target, &title, Duplicates::Refuse)
        .unwrap();
    request
        .get(
            "got",
            &name("Contact"),
            &target,
            &[name("Id"), name("Account.Name")],
        )
        .unwrap();
    let of_got = PartTarget::Of("got".to_owned());
    request.delete("del", &name("Contact"), &of_got).unwrap();
    request.query("q", &leads()).unwrap();
    assert_eq!(
        sent(&request),
        serde_json::json!({"allOrNone": true, "compositeRequest": [
            {"method": "PATCH", "url": "/services/data/v67.0/sobjects/Account/Ext__c/A%2F1",
             "referenceId": "acc", "body": {"Name": "Acme"},
             "httpHeaders": {"Sforce-Auto-Assign": "FALSE",
                             "Sforce-Duplicate-Rule-Header": "allowSave=false"}},
            {"method": "POST", "url": "/services/data/v67.0/sobjects/Contact",
             "referenceId": "con", "body": {"LastName": "Lee", "AccountId": "@{acc.id}"},
             "httpHeaders": {"Sforce-Auto-Assign": "TRUE",
                             "Sforce-Duplicate-Rule-Header": "allowSave=true"}},
            {"method": "PATCH", "url": "/services/data/v67.0/sobjects/Contact/@{con.id}",
             "referenceId": "up", "body": {"Title": "CEO"},
             "httpHeaders": {"Sforce-Auto-Assign": "FALSE",
                             "Sforce-Duplicate-Rule-Header": "allowSave=false"}},
            {"method": "GET",
             "url": "/services/data/v67.0/sobjects/Contact/@{con.id}?fields=Id,Account.Name",
             "referenceId": "got"},
            {"method": "DELETE", "url": "/services/data/v67.0/sobjects/Contact/@{got.Id}",
             "referenceId": "del"},
            {"method": "GET", "url": "/services/data/v67.0/query?q=SELECT%20Id%20FROM%20Lead",
             "referenceId": "q"},
        ]})
    );
}

/// Why a part that `add` adds to a request with a query `q` is refused.
fn why_not(add: impl FnOnce(&mut CompositeRequest) -> Result<(), SalesforceError>) -> String {
    let mut request = CompositeRequest::new(AllOrNone::No);
    request.query("q", &leads()).unwrap();
    match add(&mut request).unwrap_err() {
        SalesforceError::NotSendable { why } => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_salesforce_would_refuse_for_its_form_is_refused_before() {
    let lead = name("Lead");
    let id = PartTarget::Id("00QD000000QYVhd".parse().unwrap());
    let create = |request: &mut CompositeRequest, values: &[(&str, PartValue)]| {
        let fields = fields(values);
        request.create("x", &lead, &fields, AutoAssign::Keep, Duplicates::Refuse)
    };
    for reference in ["", "a b", "a-b", "ä", "@{a}"] {
        assert_eq!(
            why_not(|request| request.delete(reference, &lead, &id)),
            "a reference is made of letters, digits and _"
        );
    }
    assert_eq!(
        why_not(|request| request.delete("q", &lead, &id)),
        "a reference names one part"
    );
    for of in ["q", "later", "Q"] {
        assert_eq!(
            why_not(|request| create(request, &[("OwnerId", PartValue::IdOf(of.to_owned()))])),
            "a reference means an earlier part with one record"
        );
    }
    assert_eq!(
        why_not(|request| create(request, &[("LastName", text("Lee @{q.id}"))])),
        "a text with @{ would be taken for a reference"
    );
    assert_eq!(
        why_not(|request| create(request, &[("ID", text("00Q"))])),
        "Id cannot be written"
    );
    let with_key = fields(&[("ext__c", text("1"))]);
    assert_eq!(
        why_not(|request| {
            let by = (&name("Ext__c"), "1");
            request.upsert("x", &lead, by, &with_key, Duplicates::Refuse)
        }),
        "an upsert has its key in its path, and only there"
    );
}

#[test]
fn there_are_at_most_25_parts_and_5_queries() {
    let mut request = CompositeRequest::new(AllOrNone::No);
    for at in 0..5 {
        request.query(&format!("q{at}"), &leads()).unwrap();
    }
    let error = request.query("q5", &leads()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the request cannot be made: a composite call has at most 5 queries"
    );
    let id = PartTarget::Id("00QD000000QYVhd".parse().unwrap());
    for at in 5..25 {
        request
            .delete(&format!("d{at}"), &name("Lead"), &id)
            .unwrap();
    }
    let error = request.delete("d25", &name("Lead"), &id).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the request cannot be made: a composite call has at most 25 parts"
    );
}

fn answered(status: u16, body: &'static str) -> Answered {
    Answered {
        status: StatusCode::from_u16(status).unwrap(),
        body: body.as_bytes().into(),
    }
}

#[test]
fn each_part_is_answered_in_its_own_form() {
    let saved = |status, does| {
        let body = r#"{"id":"00QD000000QYVhd","success":true,"errors":[],"created":false}"#;
        done(does, &answered(status, body)).unwrap()
    };
    assert!(matches!(
        saved(200, Does::Upsert),
        PartDone::Saved(Saved { created: false, .. })
    ));
    assert_eq!(
        done(Does::Change, &answered(204, "null")).unwrap(),
        PartDone::Changed
    );
    match done(Does::Get, &answered(200, r#"{"Id":"00QD000000QYVhd"}"#)).unwrap() {
        PartDone::Record(record) => assert!(record.id().unwrap().is_some()),
        other => panic!("{other:?}"),
    }
    let rows = r#"{"totalSize":2,"done":false,"nextRecordsUrl":"/services/data/v67.0/query/01g-1","records":[{"Id":"00QD000000QYVhd"}]}"#;
    match done(Does::Query, &answered(200, rows)).unwrap() {
        PartDone::Rows { records, more } => assert_eq!((records.len(), more), (1, true)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_part_that_was_rolled_back_is_told_from_the_culprit() {
    let halted = answered(400, r#"[{"errorCode":"PROCESSING_HALTED","message":"x"}]"#);
    assert!(matches!(
        done(Does::Change, &halted),
        Err(SalesforceError::Halted { .. })
    ));
    let culprit = answered(
        400,
        r#"[{"errorCode":"STRING_TOO_LONG","message":"x","fields":["Name"]}]"#,
    );
    assert!(matches!(
        done(Does::Create, &culprit),
        Err(SalesforceError::Validation { .. })
    ));
    let inside = answered(
        200,
        r#"{"success":false,"errors":[{"statusCode":"UNABLE_TO_LOCK_ROW","message":"x"}]}"#,
    );
    assert!(matches!(
        done(Does::Create, &inside),
        Err(SalesforceError::RowLocked)
    ));
    assert!(matches!(
        done(Does::Create, &answered(201, "<html>")),
        Err(SalesforceError::UnexpectedAnswer { .. })
    ));
}
