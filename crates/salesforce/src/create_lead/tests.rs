use http::StatusCode;

use super::*;
use crate::{ApiVersion, Session};

fn draft(fields: &[(&str, FieldValue)]) -> LeadDraft {
    let fields = fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    LeadDraft {
        fields,
        owner: Some("005D000000QYVhd".parse().unwrap()),
    }
}

fn text(text: &str) -> FieldValue {
    FieldValue::Text(text.to_owned())
}

fn answered(status: u16, body: &'static str) -> Answered {
    Answered {
        status: StatusCode::from_u16(status).unwrap(),
        body: body.as_bytes().into(),
    }
}

#[test]
fn values_are_written_as_their_fields_expect_them() {
    let draft = draft(&[
        ("Company", text("")),
        ("LastName", text("Lee")),
        ("Employees__c", FieldValue::Number(12.0)),
        ("Rate__c", FieldValue::Number(0.5)),
        ("Nothing__c", FieldValue::Number(f64::NAN)),
        ("Infinite__c", FieldValue::Number(f64::INFINITY)),
        ("Opt__c", FieldValue::Bool(true)),
    ]);
    assert_eq!(
        Value::Object(draft.body()).to_string(),
        r#"{"Company":"","Employees__c":12,"Infinite__c":null,"LastName":"Lee","Nothing__c":null,"Opt__c":true,"OwnerId":"005D000000QYVhdIAH","Rate__c":0.5}"#
    );
}

#[test]
fn the_create_and_its_read_back_are_one_call() {
    let headers = [AutoAssign::Keep.header(), Duplicates::AllowSave.header()];
    let session = Session {
        instance_url: "https://acme.my.salesforce.com".parse().unwrap(),
        access_token: "t".into(),
    };
    let parts = parts(&draft(&[("LastName", text("Lee"))]), &headers);
    let version = ApiVersion::NEWEST;
    let call = composite::call(version, AllOrNone::No, &parts);
    let request = call.request(&session, version).unwrap();
    assert_eq!(
        std::str::from_utf8(request.body()).unwrap(),
        r#"{"allOrNone":false,"compositeRequest":[{"method":"POST","url":"/services/data/v67.0/sobjects/Lead","referenceId":"lead","body":{"LastName":"Lee","OwnerId":"005D000000QYVhdIAH"},"httpHeaders":{"Sforce-Auto-Assign":"FALSE","Sforce-Duplicate-Rule-Header":"allowSave=true"}},{"method":"GET","url":"/services/data/v67.0/sobjects/Lead/@{lead.id}?fields=Id,Name,FirstName,LastName,Email,Title,Company,Status,Phone,LeadSource,OwnerId,IsConverted,ConvertedContactId,ConvertedAccountId,IsDeleted,MasterRecordId,CreatedById,CreatedDate,SystemModstamp","referenceId":"shown"}]}"#
    );
    assert_eq!(AutoAssign::Rules.header(), ("Sforce-Auto-Assign", "TRUE"));
    assert_eq!(
        Duplicates::Refuse.header(),
        ("Sforce-Duplicate-Rule-Header", "allowSave=false")
    );
}

#[test]
fn a_text_that_opens_a_reference_is_noticed() {
    let fields = |last_name| draft(&[("LastName", text(last_name))]).fields;
    assert!(hold_a_reference(&fields("Lee @{lead.id}")));
    assert!(!hold_a_reference(&fields("@ {Lee}")));
}

#[test]
fn the_id_is_read_from_the_answer_to_the_create() {
    let id = created(&answered(
        201,
        r#"{"id":"00QD000000QYVhd","success":true,"errors":[]}"#,
    ));
    assert_eq!(id.unwrap().as_str(), "00QD000000QYVhdMAH");

    let refused = created(&answered(
        200,
        r#"{"success":false,"errors":[{"statusCode":"STRING_TOO_LONG","message":"long"}]}"#,
    ));
    assert!(
        matches!(refused, Err(SalesforceError::Validation { .. })),
        "{refused:?}"
    );

    for body in ["{}", "null", r#"{"id":"003D000000QYVhd","success":true}"#] {
        let outcome = created(&answered(201, body));
        assert!(
            matches!(outcome, Err(SalesforceError::UnexpectedAnswer { .. })),
            "{body}"
        );
    }
}

#[test]
fn a_read_back_that_failed_shows_nothing_and_is_no_error() {
    let halted = answered(400, r#"[{"errorCode":"PROCESSING_HALTED","message":"x"}]"#);
    assert_eq!(shown(&halted), None);
    assert_eq!(shown(&answered(200, r#"{"Id":"00QD000000QYVhd"}"#)), None);
}
