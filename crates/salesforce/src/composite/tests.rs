use bytes::Bytes;
use http::{HeaderMap, HeaderValue};

use super::*;
use crate::Session;
use crate::soql::equal;

fn reply(body: &str) -> Reply {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    Reply {
        status: StatusCode::OK,
        headers,
        body: Bytes::from(body.to_owned()),
    }
}

#[test]
fn a_composite_call_is_written_as_the_vendor_describes_it() {
    let select = Select::new(&["Id"], "User").filtered(equal("Name", "Ann"));
    let parts = [
        Part::post(
            "lead",
            "sobjects/Lead".to_owned(),
            "x".into(),
            &[("A-B", "FALSE")],
        ),
        Part::query("q", Operation::QueryAll, &select),
    ];
    let session = Session {
        instance_url: "https://acme.my.salesforce.com".parse().unwrap(),
        access_token: "t".into(),
    };
    let request = call(ApiVersion::NEWEST, AllOrNone::No, &parts)
        .request(&session, ApiVersion::OLDEST)
        .unwrap();
    assert_eq!(request.uri().path(), "/services/data/v67.0/composite");
    assert_eq!(
        std::str::from_utf8(request.body()).unwrap(),
        r#"{"allOrNone":false,"compositeRequest":[{"method":"POST","url":"/services/data/v67.0/sobjects/Lead","referenceId":"lead","body":"x","httpHeaders":{"A-B":"FALSE"}},{"method":"GET","url":"/services/data/v67.0/queryAll?q=SELECT%20Id%20FROM%20User%20WHERE%20Name%20%3D%20%27Ann%27","referenceId":"q"}]}"#
    );
}

#[test]
fn answers_are_found_by_reference_and_refused_one_by_one() {
    let reply = reply(
        r#"{"compositeResponse":[
            {"body":[{"errorCode":"INVALID_FIELD","message":"No such column"}],"httpHeaders":{},"httpStatusCode":400,"referenceId":"b"},
            {"body":{"totalSize":1,"done":true,"records":[{"Id":"005D000000QYVhd"}]},"httpHeaders":{},"httpStatusCode":200,"referenceId":"a"}]}"#,
    );
    let [a, b] = answers(&reply, ["a", "b"]).unwrap();
    let page = a.page().unwrap();
    assert_eq!(page.records[0]["Id"], "005D000000QYVhd");
    assert!(matches!(
        b.page(),
        Err(SalesforceError::SchemaChanged { .. })
    ));
}

#[test]
fn an_answer_without_one_of_its_parts_is_unexpected() {
    for body in [
        r#"{"compositeResponse":[]}"#,
        r#"{"compositeResponse":[{"body":null,"httpStatusCode":204,"referenceId":"b"}]}"#,
        r#"{"compositeResponse":[{"body":null,"httpStatusCode":1,"referenceId":"a"}]}"#,
        "[]",
    ] {
        let outcome = answers(&reply(body), ["a"]);
        assert!(
            matches!(outcome, Err(SalesforceError::UnexpectedAnswer { .. })),
            "{body}"
        );
    }
}
