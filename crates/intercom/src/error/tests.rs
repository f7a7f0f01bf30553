use http::{HeaderMap, HeaderValue};

use super::*;

fn reply(status: u16, body: &str) -> Reply {
    Reply {
        status: StatusCode::from_u16(status).unwrap(),
        headers: HeaderMap::new(),
        body: bytes::Bytes::copy_from_slice(body.as_bytes()),
    }
}

/// The error, its retry and its outcome in one line.
fn sorted_as(status: u16, error: &str) -> String {
    let body = format!(r#"{{"type":"error.list","request_id":null,"errors":[{error}]}}"#);
    described(&refusal(&reply(status, &body)))
}

fn described(error: &IntercomError) -> String {
    format!(
        "{error:?} | {:?} | {:?}",
        error.retry_when(),
        error.outcome()
    )
}

#[test]
fn a_conflict_names_the_contact_in_the_way() {
    let conflict = |message: &str| {
        sorted_as(
            409,
            &format!(r#"{{"code":"conflict","message":"{message}"}}"#),
        )
    };
    assert_eq!(
        conflict(
            "A contact matching those details already exists with id=5da6f18e3d7cf967e4582d05"
        ),
        "Conflict { existing: Some(5da6f18e3d7cf967e4582d05), archived: false } \
         | Replanned | Refused"
    );
    assert_eq!(
        conflict("An archived contact matching those details already exists with id=5da6f18e."),
        "Conflict { existing: Some(5da6f18e), archived: true } | Replanned | Refused"
    );
    assert_eq!(
        conflict("Resource conflict"),
        "Conflict { existing: None, archived: false } | Replanned | Refused"
    );
}

#[test]
fn a_merged_contact_is_followed_by_its_link() {
    let gone = |link: &'static str| {
        let mut reply = reply(
            410,
            r#"{"errors":[{"code":"contact_merged","message":"See the Link header"}]}"#,
        );
        reply.headers.append(LINK, HeaderValue::from_static(link));
        described(&refusal(&reply))
    };
    assert_eq!(
        gone(r#"</contacts/6762f0d01bb69f9f2193bb7d>; rel="canonical""#),
        "Merged { into: Some(6762f0d01bb69f9f2193bb7d) } | Replanned | Refused"
    );
    assert_eq!(
        gone(r#"</docs>; rel="help", <https://api.intercom.io/contacts/67ab>; rel="canonical""#),
        "Merged { into: Some(67ab) } | Replanned | Refused"
    );
    assert_eq!(
        gone(r#"</companies/67ab>; rel="canonical""#),
        "Merged { into: None } | Replanned | Refused"
    );
}

#[test]
fn permissions_and_plans_are_told_apart() {
    assert_eq!(
        sorted_as(
            403,
            r#"{"code":"api_plan_restricted","message":"Active subscription needed."}"#
        ),
        "PlanRestricted | Reconnected | Refused"
    );
    assert_eq!(
        sorted_as(
            403,
            r#"{"code":"action_forbidden","message":"no",
                "data":{"required_permissions":["Write users"]}}"#
        ),
        "Forbidden { code: \"action_forbidden\", message: \"no\", permissions: [\"Write users\"] } \
         | Changed | Refused"
    );
    assert_eq!(
        sorted_as(
            401,
            r#"{"code":"token_revoked","message":"Access Token Invalid"}"#
        ),
        "Unauthorized { code: \"token_revoked\" } | Reconnected | Refused"
    );
}

#[test]
fn an_invalid_parameter_keeps_the_vendors_words() {
    assert_eq!(
        sorted_as(
            400,
            r#"{"code":"parameter_invalid","message":"not a member","field":"owner_id"}"#
        ),
        "Invalid { code: \"parameter_invalid\", message: \"not a member\", \
         field: Some(\"owner_id\") } | Changed | Refused"
    );
    assert_eq!(
        sorted_as(422, r#"{"code":"data_invalid"}"#),
        "Invalid { code: \"data_invalid\", message: \"\", field: None } | Changed | Refused"
    );
    assert_eq!(
        sorted_as(404, r#"{"code":"not_found","message":"User Not Found"}"#),
        "NotFound | Replanned | Refused"
    );
}

#[test]
fn a_server_error_leaves_the_outcome_open_even_with_an_error_list() {
    for status in [408, 500, 502, 503, 504] {
        assert_eq!(
            sorted_as(status, r#"{"code":"server_error","message":"sorry"}"#),
            format!("Unavailable {{ status: {status} }} | Later {{ not_before: None }} | Unknown")
        );
    }
}

#[test]
fn a_proxys_page_is_no_deleted_contact() {
    let mut page = reply(404, "<html><body>Not found by proxy.example</body></html>");
    page.headers
        .insert("content-type", HeaderValue::from_static("text/html"));
    let error = refusal(&page);
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!(
        error.to_string(),
        "Intercom's answer (status 404) is not understood: a refusal without an error list; \
         text/html: <html><body>Not found by proxy.example</body></html>"
    );
}

#[test]
fn json_is_about_people_and_is_not_quoted() {
    let error = refusal(&reply(404, r#"{"email":"jane@example.com"}"#));
    assert_eq!(
        error.to_string(),
        "Intercom's answer (status 404) is not understood: a refusal without an error list"
    );
}

#[test]
fn what_could_not_be_read_is_told_without_the_address_in_it() {
    let problem = r#"invalid type: string "jane@example.com", expected a list at line 1"#;
    let error = IntercomError::unexpected(&reply(200, "{}"), problem);
    assert_eq!(
        error.to_string(),
        "Intercom's answer (status 200) is not understood: \
         invalid type: string \"[hidden]\", expected a list at line 1"
    );
}
