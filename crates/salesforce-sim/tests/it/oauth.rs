//! Consent, tokens, and what is said to those who have none.

use std::time::Duration;

use salesforce_sim::{Options, Response};
use serde_json::{Value as Json, json};

use crate::world::{Org, empty, refusal};

const REDIRECT: &str = "https://app.test/callback?x=1";
/// The example pair of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn form(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

fn asked<'a>(extra: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut pairs = vec![
        ("response_type", "code"),
        ("client_id", "carrick-consumer-key"),
        ("redirect_uri", REDIRECT),
        ("scope", "api refresh_token"),
        ("state", "s&t"),
        ("code_challenge", CHALLENGE),
    ];
    pairs.extend(extra);
    pairs
}

fn post(org: &mut Org, path: &str, pairs: &[(&str, &str)]) -> Response {
    let request = http::Request::post(path)
        .header("host", "org.test")
        .body(form(pairs))
        .unwrap();
    org.send(request)
}

fn decide(org: &mut Org, decision: &str) -> Vec<(String, String)> {
    let response = post(
        org,
        "/services/oauth2/authorize",
        &asked(&[("decision", decision)]),
    );
    assert_eq!(response.status(), 303);
    let location = response.headers()["location"].to_str().unwrap();
    assert!(
        location.starts_with("https://app.test/callback?x=1&"),
        "{location}"
    );
    let url = url::Url::parse(location).unwrap();
    url.query_pairs().into_owned().collect()
}

fn value<'a>(pairs: &'a [(String, String)], name: &str) -> &'a str {
    pairs
        .iter()
        .find(|(key, _)| key == name)
        .map_or("", |(_, value)| value)
}

fn token(org: &mut Org, pairs: &[(&str, &str)]) -> (u16, Json) {
    let response = post(org, "/services/oauth2/token", pairs);
    let status = response.status().as_u16();
    (
        status,
        serde_json::from_slice(&response.into_body().into_bytes()).unwrap(),
    )
}

fn exchange(org: &mut Org, code: &str, verifier: &str) -> (u16, Json) {
    token(
        org,
        &[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("client_id", "carrick-consumer-key"),
            ("client_secret", "carrick-consumer-secret"),
            ("redirect_uri", REDIRECT),
            ("code_verifier", verifier),
        ],
    )
}

fn refresh(org: &mut Org, refresh_token: &str) -> (u16, Json) {
    token(
        org,
        &[
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token),
            ("client_id", "carrick-consumer-key"),
            ("client_secret", "carrick-consumer-secret"),
        ],
    )
}

fn works(org: &mut Org, access_token: &str) -> bool {
    let request = http::Request::get("/services/data/v67.0/limits")
        .header("authorization", format!("Bearer {access_token}"))
        .body(String::new())
        .unwrap();
    org.send(request).status() == 200
}

fn error(answer: &(u16, Json)) -> String {
    let (status, body) = answer;
    format!(
        "{status} {}: {}",
        body["error"].as_str().unwrap(),
        body["error_description"].as_str().unwrap()
    )
}

#[test]
fn a_person_allows_and_the_app_gets_tokens() {
    let mut org = Org::new(Options {
        access_token: None,
        refresh_token: None,
        ..empty()
    });
    let page = org.send(
        http::Request::get(format!("/services/oauth2/authorize?{}", form(&asked(&[]))))
            .body(String::new())
            .unwrap(),
    );
    assert_eq!(page.status(), 200);
    let html = String::from_utf8(page.into_body().into_bytes().to_vec()).unwrap();
    assert!(
        html.contains("Allow access?") && html.contains("value=\"s&#38;t\""),
        "{html}"
    );
    let answer = decide(&mut org, "allow");
    assert_eq!(value(&answer, "state"), "s&t");
    let code = value(&answer, "code").to_owned();
    assert!(code.ends_with("=="));
    let (status, body) = exchange(&mut org, &code, VERIFIER);
    assert_eq!(status, 200, "{body}");
    let (user, id) = (org.world.integration_user(), org.world.org());
    assert_eq!(body["id"], format!("http://org.test/id/{id}/{user}"));
    assert_eq!(body["instance_url"], "http://org.test");
    assert_eq!(body["issued_at"], "1781092800000");
    assert_eq!(body["token_type"], "Bearer");
    assert!(body.get("expires_in").is_none());
    let access = body["access_token"].as_str().unwrap();
    assert!(access.starts_with("00D5e0000000001!"));
    assert!(works(&mut org, access));
    let refreshed = refresh(&mut org, body["refresh_token"].as_str().unwrap());
    assert_eq!(refreshed.0, 200);
    assert!(refreshed.1.get("refresh_token").is_none());
    let again = exchange(&mut org, &code, VERIFIER);
    assert_eq!(
        error(&again),
        "400 invalid_grant: expired authorization code"
    );
}

#[test]
fn a_wrong_verifier_gets_nothing_and_leaves_the_code() {
    let mut org = Org::empty();
    let code = value(&decide(&mut org, "allow"), "code").to_owned();
    let wrong = exchange(
        &mut org,
        &code,
        "something else that is long enough to be a verifier",
    );
    assert_eq!(error(&wrong), "400 invalid_grant: invalid code verifier");
    let missing = exchange(&mut org, &code, "");
    assert_eq!(error(&missing), "400 invalid_grant: invalid code verifier");
    assert_eq!(exchange(&mut org, &code, VERIFIER).0, 200);
}

#[test]
fn codes_grow_old() {
    let mut org = Org::empty();
    let code = value(&decide(&mut org, "allow"), "code").to_owned();
    org.wait(Duration::from_secs(901));
    assert_eq!(
        error(&exchange(&mut org, &code, VERIFIER)),
        "400 invalid_grant: expired authorization code"
    );
    assert_eq!(
        error(&exchange(&mut org, "guess", VERIFIER)),
        "400 invalid_grant: invalid authorization code"
    );
}

#[test]
fn a_person_denies() {
    let mut org = Org::empty();
    let answer = decide(&mut org, "deny");
    assert_eq!(value(&answer, "error"), "access_denied");
    assert_eq!(value(&answer, "code"), "");
    assert_eq!(value(&answer, "state"), "s&t");
}

#[test]
fn another_site_cannot_decide() {
    let mut org = Org::empty();
    let request = http::Request::post("/services/oauth2/authorize")
        .header("sec-fetch-site", "cross-site")
        .body(form(&asked(&[("decision", "allow")])))
        .unwrap();
    assert_eq!(org.send(request).status(), 400);
}

#[test]
fn clients_are_checked() {
    let mut org = Org::new(Options {
        redirect_uris: vec![REDIRECT.to_owned()],
        ..empty()
    });
    let mut unknown = asked(&[]);
    unknown[1].1 = "somebody";
    let mut elsewhere = asked(&[]);
    elsewhere[2].1 = "https://evil.test/";
    for pairs in [unknown, elsewhere] {
        let path = format!("/services/oauth2/authorize?{}", form(&pairs));
        let response = org.send(http::Request::get(path).body(String::new()).unwrap());
        assert_eq!(response.status(), 400);
        assert!(response.headers().get("location").is_none());
    }
    let base = [
        ("grant_type", "refresh_token"),
        ("refresh_token", "refresh"),
    ];
    let with = |extra: &[(&'static str, &'static str)]| [&base[..], extra].concat();
    let unknown = token(&mut org, &with(&[("client_id", "somebody")]));
    assert_eq!(
        error(&unknown),
        "400 invalid_client_id: client identifier invalid"
    );
    let wrong = token(
        &mut org,
        &with(&[
            ("client_id", "carrick-consumer-key"),
            ("client_secret", "x"),
        ]),
    );
    assert_eq!(
        error(&wrong),
        "400 invalid_client: invalid client credentials"
    );
    assert_eq!(
        token(&mut org, &with(&[("client_id", "carrick-consumer-key")])).0,
        200
    );
    let grant = token(
        &mut org,
        &[
            ("grant_type", "magic"),
            ("client_id", "carrick-consumer-key"),
        ],
    );
    assert_eq!(
        error(&grant),
        "400 unsupported_grant_type: grant type not supported"
    );
}

#[test]
fn rotation_replaces_the_refresh_token_and_a_replay_ends_the_grant() {
    let mut org = Org::new(Options {
        rotates_refresh_tokens: true,
        ..empty()
    });
    let (_, first) = refresh(&mut org, "refresh");
    let second = first["refresh_token"].as_str().unwrap().to_owned();
    let access = first["access_token"].as_str().unwrap().to_owned();
    assert!(works(&mut org, &access));
    assert_eq!(
        error(&refresh(&mut org, "refresh")),
        "400 invalid_grant: expired access/refresh token"
    );
    assert!(!works(&mut org, &access));
    assert_eq!(
        error(&refresh(&mut org, &second)),
        "400 invalid_grant: expired access/refresh token"
    );
}

#[test]
fn revoking_a_refresh_token_ends_its_sessions() {
    let mut org = Org::empty();
    let (_, body) = refresh(&mut org, "refresh");
    let access = body["access_token"].as_str().unwrap().to_owned();
    assert_eq!(
        post(&mut org, "/services/oauth2/revoke", &[("token", "refresh")]).status(),
        200
    );
    assert!(!works(&mut org, &access));
    assert_eq!(
        error(&refresh(&mut org, "refresh")),
        "400 invalid_grant: expired access/refresh token"
    );
    assert_eq!(
        post(&mut org, "/services/oauth2/revoke", &[("token", "refresh")]).status(),
        400
    );
}

#[test]
fn sessions_end_by_idling_and_by_control() {
    let mut org = Org::empty();
    org.wait(Duration::from_hours(2));
    assert!(works(&mut org, "token"));
    org.wait(Duration::from_hours(2));
    assert!(works(&mut org, "token"), "use lengthens the session");
    org.wait(Duration::from_secs(7_201));
    let refused = org.get("limits");
    assert_eq!(
        refusal(refused),
        "401 INVALID_SESSION_ID: Session expired or invalid"
    );
    let (_, body) = refresh(&mut org, "refresh");
    let access = body["access_token"].as_str().unwrap().to_owned();
    org.world.expire_access_tokens();
    assert!(!works(&mut org, &access));
    org.world.expire_refresh_tokens();
    assert_eq!(refresh(&mut org, "refresh").0, 400);
    let bare = org.send(
        http::Request::get("/services/data/v67.0/limits")
            .body(String::new())
            .unwrap(),
    );
    assert_eq!(bare.status(), 401);
    let body: Json = serde_json::from_slice(&bare.into_body().into_bytes()).unwrap();
    assert_eq!(body[0]["errorCode"], "INVALID_AUTH_HEADER");
}

#[test]
fn identity_and_user_info_name_the_user() {
    let mut org = Org::new(Options {
        user: Some("ops@harbourline.example".to_owned()),
        ..empty()
    });
    let (user, id) = (org.world.integration_user(), org.world.org());
    let (status, identity) = org.get(&format!("/id/{id}/{user}"));
    assert_eq!(status, 200);
    assert_eq!(identity["organization_id"], id.to_string());
    assert_eq!(identity["username"], "ops@harbourline.example");
    let (_, info) = org.get("/services/oauth2/userinfo");
    assert_eq!(info["user_id"], user.to_string());
    assert_eq!(info["name"], identity["display_name"]);
    let request = http::Request::get(format!("/id/{id}/{user}?oauth_token=wrong"))
        .body(String::new())
        .unwrap();
    let refused = org.send(request);
    assert_eq!(refused.status(), 403);
    assert_eq!(refused.into_body().into_bytes(), "Bad_OAuth_Token");
}

#[test]
fn versions_need_no_token_and_old_ones_are_gone() {
    let mut org = Org::empty();
    let request = http::Request::get("/services/data/")
        .body(String::new())
        .unwrap();
    let body: Json = serde_json::from_slice(&org.send(request).into_body().into_bytes()).unwrap();
    let newest = json!({"label": "Summer '26", "url": "/services/data/v67.0", "version": "67.0"});
    assert_eq!(body.as_array().unwrap().last().unwrap(), &newest);
    assert_eq!(org.get("/services/data/v30.0/limits").0, 410);
    assert_eq!(org.get("/services/data/v68.0/limits").0, 404);
}
