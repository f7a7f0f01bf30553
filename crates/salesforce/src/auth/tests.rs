use http::{HeaderMap, HeaderValue};

use super::*;
use crate::Outcome;

fn app() -> App {
    App {
        client_id: "key&1".to_owned(),
        client_secret: "secret".into(),
        login_url: "https://login.salesforce.com".parse().unwrap(),
    }
}

fn reply(status: u16, content_type: &'static str, body: &str) -> Reply {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    Reply {
        status: StatusCode::from_u16(status).unwrap(),
        headers,
        body: Bytes::from(body.to_owned()),
    }
}

fn token_response(changes: &[(&str, &str)]) -> Reply {
    let mut body = serde_json::json!({
        "access_token": "00DD0!token", "scope": "refresh_token api", "token_type": "Bearer",
        "instance_url": "https://acme.my.salesforce.com",
        "id": "https://login.salesforce.com/id/00DD000000QYVhdMAH/005D000000QYVhdIAH",
        "issued_at": "1767225600000"
    });
    for (name, value) in changes {
        body[*name] = (*value).into();
    }
    reply(200, "application/json;charset=UTF-8", &body.to_string())
}

fn grant(changes: &[(&str, &str)]) -> Result<Grant, SalesforceError> {
    granted(
        &token_response(changes),
        Some(&app().client_secret),
        Loopback::Refused,
    )
}

#[test]
fn the_browser_is_sent_with_challenge_and_state_and_without_secrets() {
    let pkce = Pkce::from_verifier("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned());
    let redirect = "https://carrick.example/oauth/salesforce".parse().unwrap();
    assert_eq!(
        authorize_url(&app(), &redirect, "st/1", &pkce).as_str(),
        "https://login.salesforce.com/services/oauth2/authorize?response_type=code\
         &client_id=key%261&redirect_uri=https%3A%2F%2Fcarrick.example%2Foauth%2Fsalesforce\
         &scope=api+refresh_token&state=st%2F1\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
    );
}

#[test]
fn a_token_response_becomes_a_grant() {
    let grant = grant(&[("refresh_token", "5Aep861")]).unwrap();
    assert_eq!(grant.access_token.expose(), "00DD0!token");
    assert_eq!(
        grant
            .refresh_token
            .map(|token| token.expose().to_owned())
            .unwrap(),
        "5Aep861"
    );
    assert_eq!(
        grant.instance_url.as_str(),
        "https://acme.my.salesforce.com/"
    );
    assert_eq!(grant.org_id.as_str(), "00DD000000QYVhdMAH");
    assert_eq!(grant.user_id.as_str(), "005D000000QYVhdIAH");
    assert!(self::grant(&[]).unwrap().refresh_token.is_none());
}

#[test]
fn a_token_is_not_accepted_for_a_host_that_is_not_salesforce() {
    let error = grant(&[("instance_url", "https://acme.evil.example")]).unwrap_err();
    assert!(
        matches!(error, SalesforceError::Address { .. }),
        "{error:?}"
    );
    let local = token_response(&[("instance_url", "http://127.0.0.1:4010")]);
    assert!(granted(&local, None, Loopback::Refused).is_err());
    assert!(granted(&local, None, Loopback::Allowed).is_ok());
}

#[test]
fn a_signature_is_checked_where_there_is_one() {
    // HMAC-SHA256 with the key `secret` over the identity URL and `1767225600000`.
    let right = "1TQO3zTjZbx/3gbPlPnlOpIvthL2LZIhQxKaz+qh9uI=";
    assert!(grant(&[("signature", right)]).is_ok());
    for wrong in ["AAAA", "not base64!", ""] {
        assert!(grant(&[("signature", wrong)]).is_err(), "{wrong}");
    }
    let other_user = "https://login.salesforce.com/id/00DD000000QYVhdMAH/005D000000QYVheIAH";
    assert!(grant(&[("signature", right), ("id", other_user)]).is_err());
}

#[test]
fn an_identity_of_another_form_is_unexpected() {
    for id in [
        "",
        "https://login.salesforce.com/id",
        "https://x/id/005D000000QYVhd/00DD000000QYVhd",
    ] {
        let error = grant(&[("id", id)]).unwrap_err();
        assert!(
            matches!(error, SalesforceError::UnexpectedAnswer { .. }),
            "{id}"
        );
    }
}

#[test]
fn a_refused_grant_needs_a_person_and_a_busy_login_does_not() {
    let body = r#"{"error":"invalid_grant","error_description":"expired access/refresh token"}"#;
    let error = refused(&reply(400, "application/json", body));
    assert_eq!(
        error.to_string(),
        "Salesforce refuses the authorization (invalid_grant)"
    );
    assert_eq!(error.vendor_words(), Some("expired access/refresh token"));
    assert_eq!(error.retry_when(), transport::RetryWhen::Reconnected);
    assert_eq!(error.outcome(), Outcome::Refused);

    let busy = refused(&reply(
        400,
        "application/json",
        r#"{"error":"rate_limit_exceeded"}"#,
    ));
    assert!(
        matches!(busy, SalesforceError::LimitExceeded { .. }),
        "{busy:?}"
    );
    let down = refused(&reply(503, "text/html", "<p>maintenance</p>"));
    assert!(
        matches!(down, SalesforceError::Unavailable { status: 503 }),
        "{down:?}"
    );
    let page = refused(&reply(400, "text/html", "<p>Bad request</p>"));
    assert!(
        matches!(page, SalesforceError::UnexpectedAnswer { .. }),
        "{page:?}"
    );
}

/// What the vendor documents, besides the words that come with `invalid_grant`.
const FOR_GOOD: [(u16, &str); 9] = [
    (400, "invalid_client_id"),
    (401, "invalid_client"),
    (400, "unsupported_grant_type"),
    (400, "invalid_request"),
    (400, "redirect_uri_mismatch"),
    (400, "invalid_scope"),
    (400, "inactive_user"),
    (400, "inactive_org"),
    (400, "invalid_app_access"),
];

const OF_INVALID_GRANT: [&str; 7] = [
    "expired access/refresh token",
    "authentication failure",
    "authentication failure - Invalid Password",
    "expired authorization code",
    "invalid authorization code",
    "user hasn't approved this consumer",
    "Audience validation failed",
];

#[test]
fn each_refusal_of_the_token_endpoint_says_whether_it_is_for_good() {
    use transport::RetryWhen;

    let of = |status, code: &str, words: &str| {
        let body = serde_json::json!({"error": code, "error_description": words});
        refused(&reply(status, "application/json", &body.to_string()))
    };
    let words = OF_INVALID_GRANT.map(|words| (400, "invalid_grant", words));
    let codes = FOR_GOOD.map(|(status, code)| (status, code, "words"));
    for (status, code, words) in words.into_iter().chain(codes) {
        let error = of(status, code, words);
        assert_eq!(error.retry_when(), RetryWhen::Reconnected, "{code} {words}");
        assert_eq!(
            error.to_string(),
            format!("Salesforce refuses the authorization ({code})")
        );
        assert_eq!(error.vendor_words(), Some(words));
    }
    for (status, code) in [(400, "rate_limit_exceeded"), (503, "invalid_grant")] {
        let later = RetryWhen::Later { not_before: None };
        assert_eq!(
            of(status, code, "words").retry_when(),
            later,
            "{status} {code}"
        );
    }
}
