use http::HeaderMap;
use transport::Secret;

use super::*;

fn session(instance_url: &str) -> Session {
    Session {
        instance_url: instance_url.parse().unwrap(),
        access_token: Secret::from("00D!token"),
    }
}

fn reply(content_type: Option<&'static str>, body: &'static str) -> Reply {
    let mut headers = HeaderMap::new();
    if let Some(content_type) = content_type {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    Reply {
        status: StatusCode::OK,
        headers,
        body: Bytes::from_static(body.as_bytes()),
    }
}

#[test]
fn a_query_is_encoded_whole_and_goes_to_the_origin_of_the_session() {
    let call = Call::get(query_path(
        "queryAll",
        "SELECT Id FROM Lead WHERE Email = 'a+b&c@x.io'",
    ));
    let request = call
        .request(
            &session("https://acme.my.salesforce.com/"),
            ApiVersion::NEWEST,
        )
        .unwrap();
    assert_eq!(
        request.uri(),
        "https://acme.my.salesforce.com/services/data/v67.0/queryAll?q=SELECT%20Id%20FROM%20Lead\
         %20WHERE%20Email%20%3D%20%27a%2Bb%26c%40x.io%27"
    );
    assert_eq!(request.method(), Method::GET);
    assert_eq!(request.headers()[AUTHORIZATION], "Bearer 00D!token");
    assert!(request.headers()[AUTHORIZATION].is_sensitive());
    assert_eq!(request.headers()["sforce-call-options"], "client=Carrick");
    assert!(!request.headers().contains_key(CONTENT_TYPE));
}

#[test]
fn a_post_carries_json_and_its_own_headers_and_keeps_the_port() {
    let call = Call::post("composite", &["x"]).with_header("x-y", "z");
    let request = call
        .request(&session("http://127.0.0.1:4010"), ApiVersion::NEWEST)
        .unwrap();
    assert_eq!(
        request.uri(),
        "http://127.0.0.1:4010/services/data/v67.0/composite"
    );
    assert_eq!(request.headers()[CONTENT_TYPE], "application/json");
    assert_eq!(request.headers()["x-y"], "z");
    assert_eq!(request.body().as_ref(), br#"["x"]"#);
}

#[test]
fn a_path_that_salesforce_names_leads_nowhere_else() {
    let next = Call::get_named("/services/data/v67.0/query/01gD0000002HU6KIAW-2000").unwrap();
    let request = next
        .request(
            &session("https://acme.my.salesforce.com"),
            ApiVersion::NEWEST,
        )
        .unwrap();
    assert_eq!(
        request.uri(),
        "https://acme.my.salesforce.com/services/data/v67.0/query/01gD0000002HU6KIAW-2000"
    );
    for path in [
        "https://evil.example/services/data/v67.0/query/01g",
        "//evil.example/services/data/",
        "/services/oauth2/revoke",
        "/services/data/../oauth2/token",
        "/services/data/v67.0/query/..",
        "/services/data/v67.0/query/01g\r\nHost: evil.example",
        "/services/data/v67.0/query/01g#x",
        "",
    ] {
        assert!(
            matches!(
                Call::get_named(path),
                Err(SalesforceError::UnexpectedAnswer { .. })
            ),
            "{path:?}"
        );
    }
}

#[test]
fn an_answer_that_is_not_json_is_said_to_be_something_else() {
    let read = |reply: &Reply| json::<Vec<u8>>(reply, "numbers");
    assert_eq!(
        read(&reply(Some("application/json;charset=UTF-8"), "[1]")).unwrap(),
        [1]
    );
    assert_eq!(read(&reply(Some("Application/JSON"), "[1]")).unwrap(), [1]);
    for (content_type, body) in [
        (Some("text/html"), "<p>Moved</p>"),
        (None, "[1]"),
        (Some("application/json"), "{}"),
        (Some("application/json"), "[1"),
    ] {
        let error = read(&reply(content_type, body)).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("instead of numbers came (status 200): {body}"),
            "{content_type:?}"
        );
    }
}

#[test]
fn a_call_that_is_bound_to_a_version_stays_in_it() {
    let call = Call::get("limits").in_version(ApiVersion::OLDEST);
    let request = call
        .request(
            &session("https://acme.my.salesforce.com"),
            ApiVersion::NEWEST,
        )
        .unwrap();
    assert_eq!(request.uri().path(), "/services/data/v58.0/limits");
}

#[test]
fn a_path_longer_than_a_url_can_be_is_not_sent() {
    let call = Call::get("x".repeat(70_000));
    let session = session("https://acme.my.salesforce.com");
    let error = call.request(&session, ApiVersion::NEWEST).unwrap_err();
    assert!(matches!(error, SalesforceError::NotSendable { .. }));
}
