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
    for odd in [
        "Resource conflict",
        "exists with id=",
        "exists with id=<none>",
        "exists with id=5da6-f18e",
        "exists with id=5da6f18eX",
        "exists with externalid=5da6f18e",
    ] {
        assert_eq!(
            conflict(odd),
            "Conflict { existing: None, archived: false } | Replanned | Refused",
            "{odd}"
        );
    }
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

#[test]
fn a_limit_and_a_scroll_in_the_way_have_their_own_answers() {
    let full = r#"{"code":"contact_company_limit_exceeded","message":"1000"}"#;
    assert_eq!(
        sorted_as(400, full),
        "Full { code: \"contact_company_limit_exceeded\", message: \"1000\" } | Changed | Refused"
    );
    assert_eq!(
        sorted_as(
            400,
            r#"{"code":"scroll_exists","message":"scroll already exists"}"#
        ),
        "Busy { code: \"scroll_exists\", message: \"scroll already exists\", over_in: Some(60s) } \
         | Later { not_before: Some(60s) } | Refused"
    );
    assert_eq!(
        sorted_as(400, r#"{"code":"retry_after"}"#),
        "Busy { code: \"retry_after\", message: \"\", over_in: None } \
         | Later { not_before: None } | Refused"
    );
}

#[test]
fn the_status_is_believed_before_the_code() {
    assert_eq!(
        sorted_as(404, r#"{"code":"forbidden"}"#),
        "NotFound | Replanned | Refused"
    );
    // Whatever is not there, it need not be the contact that the address names.
    assert_eq!(
        sorted_as(422, r#"{"code":"not_found","message":"no admin"}"#),
        "Invalid { code: \"not_found\", message: \"no admin\", field: None } | Changed | Refused"
    );
    assert_eq!(
        sorted_as(422, r#"{"code":"server_error"}"#),
        "Invalid { code: \"server_error\", message: \"\", field: None } | Changed | Refused"
    );
    assert_eq!(
        sorted_as(418, r#"{"code":"brand_new"}"#),
        "Invalid { code: \"brand_new\", message: \"\", field: None } | Changed | Refused"
    );
    assert_eq!(
        sorted_as(400, r#"{"code":"INVALID_PARAMETER"}"#),
        "Invalid { code: \"INVALID_PARAMETER\", message: \"\", field: None } | Changed | Refused"
    );
}

#[test]
fn a_missing_permission_is_named() {
    let body = r#"{"errors":[{"code":"action_forbidden","message":"no",
        "data":{"required_permissions":["read_conversations","write_tags"]}}]}"#;
    assert_eq!(
        refusal(&reply(403, body)).to_string(),
        "Intercom forbids it: no (action_forbidden; needs read_conversations, write_tags)"
    );
    let body = r#"{"errors":[{"code":"forbidden","message":"needs read_conversations"}]}"#;
    assert_eq!(
        refusal(&reply(403, body)).to_string(),
        "Intercom forbids it: needs read_conversations (forbidden)"
    );
}

/// Each documented code with the statuses that the documentation lists it under.
#[test]
fn every_documented_code_is_sorted() {
    let documented = [
        (
            400,
            "Invalid",
            "parameter_invalid parameter_not_found bad_request client_error type_mismatch \
          intercom_version_invalid invalid_sort_order invalid_merge invalid_field tag_has_dependent_objects \
          parameter_mismatch parameter_missing missing_parameter unsupported job_closed not_restorable \
          team_unavailable conversation_part_not_redactable invalid_document",
        ),
        (
            400,
            "Full",
            "contact_company_limit_exceeded custom_data_limit_reached",
        ),
        (400, "Busy", "scroll_exists retry_after"),
        (
            401,
            "Unauthorized",
            "unauthorized token_not_found token_revoked token_expired token_blocked \
          token_unauthorized token_suspended missing_authorization",
        ),
        (403, "PlanRestricted", "api_plan_restricted"),
        (403, "Forbidden", "forbidden action_forbidden"),
        (
            404,
            "NotFound",
            "not_found company_not_found admin_not_found conversation_not_found \
          field_not_found ticket_not_found tag_not_found team_not_found assignee_not_found job_not_found \
          conversation_part_or_message_not_found conversation_attribute_not_found",
        ),
        (408, "Unavailable", "request_timeout"),
        (
            409,
            "Conflict",
            "conflict resource_conflict unique_user_constraint",
        ),
        (410, "Merged", "contact_merged"),
        (
            422,
            "Invalid",
            "data_invalid unprocessable_entity validation_error merge_failed",
        ),
        (429, "RateLimited", "rate_limit_exceeded too_many_requests"),
        (503, "Unavailable", "server_error service_unavailable"),
    ];
    let mut seen = 0;
    for (status, variant, codes) in documented {
        for code in codes.split_whitespace() {
            assert!(Code::named(code).is_some(), "{code}");
            let sorted = sorted_as(status, &format!(r#"{{"code":"{code}"}}"#));
            assert!(sorted.starts_with(variant), "{status} {code}: {sorted}");
            seen += 1;
        }
    }
    assert_eq!(seen, Code::ALL.len());
}
