use bytes::Bytes;
use http::{HeaderMap, HeaderValue};

use super::*;

fn reply(body: &str) -> transport::Reply {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    transport::Reply {
        status: StatusCode::OK,
        headers,
        body: Bytes::from(body.to_owned()),
    }
}

#[test]
fn records_are_sorted_by_object_and_split_by_number_and_by_chunks() {
    assert_eq!(calls(&[]), Vec::<Vec<usize>>::new());
    assert_eq!(
        calls(&["Lead", "Case", "Lead", "Case"]),
        [[1, 3, 0, 2]],
        "one chunk of each"
    );
    let many = vec!["Lead"; 401];
    let sizes: Vec<usize> = calls(&many).iter().map(Vec::len).collect();
    assert_eq!(sizes, [200, 200, 1]);

    let objects: Vec<String> = (10..21).map(|at| format!("O{at}__c")).collect();
    let eleven: Vec<&str> = objects.iter().map(String::as_str).collect();
    let sizes: Vec<usize> = calls(&eleven).iter().map(Vec::len).collect();
    assert_eq!(sizes, [10, 1], "eleven objects are eleven chunks");
}

#[test]
fn all_or_none_needs_one_call() {
    let two = calls(&["Lead"; 201]);
    let error = fit(AllOrNone::Yes, &two).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the request cannot be made: all or none holds for one call of 200 records of 10 objects, \
         and these need 2"
    );
    assert!(fit(AllOrNone::No, &two).is_ok());
    assert!(fit(AllOrNone::Yes, &calls(&["Lead"; 200])).is_ok());
}

#[test]
fn each_record_has_its_own_outcome_in_order() {
    let reply = reply(
        r#"[{"id":"00QD000000QYVhd","success":true,"errors":[]},
            {"success":false,"errors":[{"statusCode":"REQUIRED_FIELD_MISSING","message":"Required fields are missing: [Company]","fields":["Company"]}]},
            {"id":"00QD000000QYVhe","success":true,"errors":[],"created":true},
            {"success":false,"errors":[{"statusCode":"ALL_OR_NONE_OPERATION_ROLLED_BACK","message":"Record rolled back","fields":[]}]},
            {"success":false,"errors":[{"statusCode":"INVALID_CROSS_REFERENCE_KEY","message":"invalid cross reference id","fields":[]}]},
            {"success":false,"errors":[{"statusCode":"INVALID_CROSS_REFERENCE_KEY","message":"Owner ID","fields":["OwnerId"]}]},
            {"success":false,"errors":[]},
            {"success":true}]"#,
    );
    let outcomes = outcomes_of(&reply, 8, Does::Change).unwrap();
    let [first, missing, created, halted, gone, wrong, silent, idless] =
        <[_; 8]>::try_from(outcomes).unwrap();
    let first = first.unwrap();
    assert_eq!(
        (first.id.as_str(), first.created),
        ("00QD000000QYVhdMAH", false)
    );
    assert!(created.unwrap().created);
    assert!(matches!(
        missing,
        Err(SalesforceError::RequiredFieldMissing { fields, .. }) if fields == ["Company"]
    ));
    assert!(matches!(halted, Err(SalesforceError::Halted { .. })));
    assert!(matches!(gone, Err(SalesforceError::NotFound { .. })));
    assert!(matches!(wrong, Err(SalesforceError::Validation { .. })));
    for odd in [silent, idless] {
        assert!(matches!(odd, Err(SalesforceError::UnexpectedAnswer { .. })));
    }
}

#[test]
fn an_answer_for_another_number_of_records_is_none() {
    let one = reply(r#"[{"id":"00QD000000QYVhd","success":true,"errors":[]}]"#);
    let error = outcomes_of(&one, 2, Does::Create).unwrap_err();
    assert_eq!(
        error.to_string(),
        "instead of an outcome for each record came (status 200): 1 for 2 records"
    );
}
