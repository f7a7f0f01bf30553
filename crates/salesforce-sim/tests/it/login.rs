//! The other ways in, and what an administrator can settle about them.

mod assertion;
mod tokens;

use std::collections::BTreeSet;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use salesforce_sim::{ChallengeMethod, Flow, LoginPolicy, Options, Replay};
use serde_json::{Value as Json, json};

use crate::world::{Org, empty};

const CALLBACK: &str = "https://app.test/callback";
const SECRET: [(&str, &str); 2] = [
    ("client_id", "carrick-consumer-key"),
    ("client_secret", "carrick-consumer-secret"),
];

fn with_login(login: LoginPolicy) -> Org {
    Org::new(Options { login, ..empty() })
}

fn form(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// Status and body of a request, as text.
fn ask(org: &mut Org, request: http::request::Builder, body: &[(&str, &str)]) -> (u16, String) {
    let response = org.send(request.body(form(body)).unwrap());
    let status = response.status().as_u16();
    let bytes = response.into_body().into_bytes();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

fn token_at(org: &mut Org, host: &str, pairs: &[(&str, &str)]) -> (u16, Json) {
    let request = http::Request::post("/services/oauth2/token").header("host", host);
    let (status, text) = ask(org, request, pairs);
    (status, serde_json::from_str(&text).unwrap())
}

fn token(org: &mut Org, pairs: &[(&str, &str)]) -> (u16, Json) {
    token_at(
        org,
        "acme.my.salesforce.com",
        &[&SECRET[..], pairs].concat(),
    )
}

fn refresh(org: &mut Org, refresh_token: &str) -> (u16, Json) {
    let grant = ("grant_type", "refresh_token");
    token(org, &[grant, ("refresh_token", refresh_token)])
}

fn error((status, body): &(u16, Json)) -> String {
    let text = |name: &str| body[name].as_str().unwrap_or("nothing").to_owned();
    format!("{status} {}: {}", text("error"), text("error_description"))
}

/// Allows the app on the consent page and exchanges the code with what else `with` holds.
fn consent(org: &mut Org, asked: &[(&str, &str)], with: &[(&str, &str)]) -> (u16, Json) {
    let code = code(org, asked);
    let exchange = [
        ("grant_type", "authorization_code"),
        ("redirect_uri", CALLBACK),
        ("code", code.as_str()),
    ];
    token(org, &[&exchange[..], with].concat())
}

/// Where the decision sends the browser.
fn decided(org: &mut Org, asked: &[(&str, &str)]) -> Vec<(String, String)> {
    let base = [
        ("response_type", "code"),
        ("client_id", "carrick-consumer-key"),
        ("redirect_uri", CALLBACK),
        ("decision", "allow"),
        ("state", "s"),
    ];
    let request = http::Request::post("/services/oauth2/authorize");
    let response = org.send(request.body(form(&[&base[..], asked].concat())).unwrap());
    assert_eq!(response.status(), 303);
    let location = response.headers()["location"].to_str().unwrap();
    assert!(
        location.starts_with("https://app.test/callback?"),
        "{location}"
    );
    let url = url::Url::parse(location).unwrap();
    url.query_pairs().into_owned().collect()
}

fn value<'a>(pairs: &'a [(String, String)], name: &str) -> &'a str {
    let found = pairs.iter().find(|(key, _)| key == name);
    found.map_or("", |(_, value)| value)
}

fn code(org: &mut Org, asked: &[(&str, &str)]) -> String {
    value(&decided(org, asked), "code").to_owned()
}

fn get(org: &mut Org, path: &str, token: &str) -> (u16, String) {
    let request = http::Request::get(path).header("authorization", format!("Bearer {token}"));
    ask(org, request, &[])
}

fn username(org: &Org) -> String {
    let user = org.world.record(org.world.integration_user()).unwrap();
    user["Username"].as_str().unwrap().to_owned()
}

/// What the limits resource says to a token: the status, and the error if there is one.
fn worth(org: &mut Org, token: &str) -> String {
    let (status, text) = get(org, "/services/data/v67.0/limits", token);
    let body: Json = serde_json::from_str(&text).unwrap();
    match body[0]["message"].as_str() {
        Some(message) => format!("{status} {message}"),
        None => status.to_string(),
    }
}

#[test]
fn a_password_lets_any_active_user_in_without_a_refresh_token() {
    let mut org = Org::empty();
    let rep = org.world.rep();
    let name = org.world.record(rep).unwrap()["Username"]
        .as_str()
        .unwrap()
        .to_owned();
    let grant = |password: &str, name: &str| {
        [
            ("grant_type", "password".to_owned()),
            ("username", name.to_owned()),
            ("password", password.to_owned()),
        ]
    };
    let with = |org: &mut Org, password: &str, name: &str| {
        let pairs = grant(password, name);
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(key, value)| (*key, value.as_str()))
            .collect();
        token(org, &pairs)
    };
    let (status, body) = with(&mut org, "carrick-password", &name);
    assert_eq!(status, 200, "{body}");
    assert!(body.get("refresh_token").is_none());
    assert!(body["id"].as_str().unwrap().ends_with(&rep.to_string()));
    assert_eq!(body["instance_url"], "http://acme.my.salesforce.com");
    assert_eq!(
        worth(&mut org, body["access_token"].as_str().unwrap()),
        "200"
    );
    let failed = "400 invalid_grant: authentication failure";
    assert_eq!(error(&with(&mut org, "wrong", &name)), failed);
    assert_eq!(
        error(&with(&mut org, "carrick-password", "nobody@acme.test")),
        failed
    );
    org.world
        .edit_as_rep(rep, &json!({"IsActive": false}))
        .unwrap();
    assert_eq!(error(&with(&mut org, "carrick-password", &name)), failed);
    let dead = "401 Session expired or invalid";
    assert_eq!(
        worth(&mut org, body["access_token"].as_str().unwrap()),
        dead
    );
    let mut org = with_login(LoginPolicy {
        closed: BTreeSet::from([Flow::Password]),
        ..LoginPolicy::default()
    });
    assert_eq!(error(&with(&mut org, "carrick-password", &name)), failed);
}

#[test]
fn client_credentials_work_at_my_domain_by_form_and_by_header() {
    let mut org = Org::empty();
    let grant = [("grant_type", "client_credentials")];
    let (status, body) = token(&mut org, &grant);
    assert_eq!(status, 200, "{body}");
    let user = org.world.integration_user().to_string();
    assert!(body["id"].as_str().unwrap().ends_with(&user));
    assert_eq!(body["scope"], "api");
    assert!(body.get("refresh_token").is_none());
    let by_header = |org: &mut Org, secret: &str| {
        let basic = STANDARD.encode(format!("carrick-consumer-key:{secret}"));
        let request = http::Request::post("/services/oauth2/token")
            .header("host", "acme.my.salesforce.com")
            .header("authorization", format!("Basic {basic}"));
        let (status, text) = ask(org, request, &grant);
        (status, serde_json::from_str::<Json>(&text).unwrap())
    };
    assert_eq!(by_header(&mut org, "carrick-consumer-secret").0, 200);
    let wrong = by_header(&mut org, "wrong");
    assert_eq!(
        error(&wrong),
        "401 invalid_client: invalid client credentials"
    );
    for host in ["login.salesforce.com", "test.salesforce.com:443"] {
        let refused = token_at(&mut org, host, &[&SECRET[..], &grant].concat());
        let words = "400 invalid_grant: request not supported on this domain";
        assert_eq!(error(&refused), words);
    }
    let bare = token_at(&mut org, "acme.my.salesforce.com", &[grant[0], SECRET[0]]);
    assert_eq!(
        error(&bare),
        "400 invalid_client: invalid client credentials"
    );
    org.world.set_login_policy(LoginPolicy {
        run_as: Some("nobody@acme.test".to_owned()),
        ..LoginPolicy::default()
    });
    let nobody = "400 invalid_grant: no client credentials user enabled";
    assert_eq!(error(&token(&mut org, &grant)), nobody);
}

/// Noon of the tests, in seconds.
const NOON: i64 = 1_781_092_800;

#[test]
fn scopes_decide_what_a_token_is_good_for() {
    let mut org = Org::empty();
    let (_, body) = consent(&mut org, &[("scope", "api")], &[]);
    assert_eq!(body["scope"], "api");
    assert!(body.get("refresh_token").is_none());
    let (_, body) = consent(&mut org, &[("scope", "id offline_access")], &[]);
    assert!(body["refresh_token"].is_string());
    let access = body["access_token"].as_str().unwrap().to_owned();
    let refused = "401 This session is not valid for use with the REST API";
    assert_eq!(worth(&mut org, &access), refused);
    assert_eq!(get(&mut org, "/services/oauth2/userinfo", &access).0, 200);
    let answer = decided(&mut org, &[("scope", "api everything")]);
    assert_eq!(value(&answer, "error"), "invalid_scope");
    assert_eq!(value(&answer, "state"), "s");
    org.world.set_login_policy(LoginPolicy {
        scopes: BTreeSet::from(["api".to_owned()]),
        ..LoginPolicy::default()
    });
    let answer = decided(&mut org, &[("scope", "api refresh_token")]);
    assert_eq!(value(&answer, "error"), "invalid_scope");
    assert_ne!(code(&mut org, &[("scope", "api")]), "");
}

#[test]
fn what_the_app_got_wrong_is_told_to_the_app() {
    let mut org = Org::empty();
    let answer = decided(&mut org, &[("code_challenge_method", "S512")]);
    assert_eq!(value(&answer, "error"), "invalid_request");
    org.world.set_login_policy(LoginPolicy {
        requires_pkce: true,
        ..LoginPolicy::default()
    });
    let answer = decided(&mut org, &[]);
    assert_eq!(value(&answer, "error"), "invalid_request");
    assert_eq!(
        value(&answer, "error_description"),
        "missing required code challenge"
    );
    org.world.set_login_policy(LoginPolicy {
        closed: BTreeSet::from([Flow::WebServer]),
        ..LoginPolicy::default()
    });
    let answer = decided(&mut org, &[]);
    assert_eq!(value(&answer, "error"), "unsupported_response_type");
}

#[test]
fn a_challenge_is_hashed_unless_it_says_plain() {
    // The example pair of RFC 7636, appendix B.
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let hashed = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let with = [("code_verifier", verifier)];
    let mut org = Org::empty();
    let wrong = "400 invalid_grant: invalid code verifier";
    let plain = ("code_challenge_method", "plain");
    let s256 = ("code_challenge_method", "S256");
    let mut tried = |asked: &[(&str, &str)]| consent(&mut org, asked, &with);
    assert_eq!(tried(&[("code_challenge", hashed)]).0, 200);
    assert_eq!(tried(&[("code_challenge", hashed), s256]).0, 200);
    assert_eq!(tried(&[("code_challenge", verifier), plain]).0, 200);
    assert_eq!(error(&tried(&[("code_challenge", hashed), plain])), wrong);
    assert_eq!(error(&tried(&[("code_challenge", verifier)])), wrong);
    let mut org = with_login(LoginPolicy {
        default_challenge: ChallengeMethod::Plain,
        ..LoginPolicy::default()
    });
    assert_eq!(
        consent(&mut org, &[("code_challenge", verifier)], &with).0,
        200
    );
}

#[test]
fn the_person_who_is_hinted_at_is_asked() {
    let mut org = Org::empty();
    let rep = org.world.rep();
    let name = org.world.record(rep).unwrap()["Username"]
        .as_str()
        .unwrap()
        .to_owned();
    let (_, body) = consent(&mut org, &[("login_hint", &name)], &[]);
    assert!(body["id"].as_str().unwrap().ends_with(&rep.to_string()));
    org.world
        .edit_as_rep(rep, &json!({"IsActive": false}))
        .unwrap();
    let (_, body) = consent(&mut org, &[("login_hint", &name)], &[]);
    let other = org.world.integration_user().to_string();
    assert!(body["id"].as_str().unwrap().ends_with(&other));
}

#[test]
fn refresh_tokens_grow_old_by_age_and_by_idling() {
    let mut org = with_login(LoginPolicy {
        refresh_token_lifetime_seconds: Some(5_000),
        refresh_token_idle_seconds: Some(1_000),
        ..LoginPolicy::default()
    });
    for _ in 0..5 {
        org.wait(Duration::from_secs(1_000));
        assert_eq!(refresh(&mut org, "refresh").0, 200);
    }
    org.wait(Duration::from_secs(1));
    let expired = "400 invalid_grant: expired access/refresh token";
    assert_eq!(error(&refresh(&mut org, "refresh")), expired);
    let (_, body) = consent(&mut org, &[], &[]);
    let token = body["refresh_token"].as_str().unwrap().to_owned();
    org.wait(Duration::from_secs(1_001));
    assert_eq!(error(&refresh(&mut org, &token)), expired);
}

#[test]
fn a_rotated_token_may_be_refused_without_ending_the_grant() {
    let mut org = Org::new(Options {
        rotates_refresh_tokens: true,
        login: LoginPolicy {
            replay: Replay::IsRefused,
            ..LoginPolicy::default()
        },
        ..empty()
    });
    let (_, first) = refresh(&mut org, "refresh");
    let second = first["refresh_token"].as_str().unwrap().to_owned();
    let expired = "400 invalid_grant: expired access/refresh token";
    assert_eq!(error(&refresh(&mut org, "refresh")), expired);
    assert_eq!(refresh(&mut org, &second).0, 200);
}

#[test]
fn a_sixth_consent_ends_the_first() {
    let mut org = Org::new(Options {
        refresh_token: None,
        ..empty()
    });
    let mut tokens = Vec::new();
    for _ in 0..6 {
        let (_, body) = consent(&mut org, &[], &[]);
        tokens.push(body["refresh_token"].as_str().unwrap().to_owned());
        org.wait(Duration::from_secs(1));
    }
    assert_eq!(refresh(&mut org, &tokens[0]).0, 400);
    for token in &tokens[1..] {
        assert_eq!(refresh(&mut org, token).0, 200);
    }
}

#[test]
fn the_secret_may_be_needed_for_everything() {
    let mut org = with_login(LoginPolicy {
        requires_secret: true,
        ..LoginPolicy::default()
    });
    let bare = [
        ("client_id", "carrick-consumer-key"),
        ("grant_type", "refresh_token"),
    ];
    let refused = token_at(
        &mut org,
        "acme.my.salesforce.com",
        &[&bare[..], &[("refresh_token", "refresh")]].concat(),
    );
    assert_eq!(
        error(&refused),
        "400 invalid_client: invalid client credentials"
    );
    assert_eq!(refresh(&mut org, "refresh").0, 200);
}

#[test]
fn too_many_logins_are_refused_until_the_hour_is_over() {
    let mut org = with_login(LoginPolicy {
        logins_per_hour: 2,
        ..LoginPolicy::default()
    });
    assert_eq!(refresh(&mut org, "refresh").0, 200);
    assert_eq!(refresh(&mut org, "refresh").0, 200);
    let refused = "400 rate_limit_exceeded: login rate exceeded";
    assert_eq!(error(&refresh(&mut org, "refresh")), refused);
    org.wait(Duration::from_hours(1));
    assert_eq!(refresh(&mut org, "refresh").0, 200);
}

#[test]
fn an_inactive_user_cannot_refresh() {
    let mut org = Org::empty();
    let user = org.world.integration_user();
    org.world
        .edit_as_rep(user, &json!({"IsActive": false}))
        .unwrap();
    let refused = refresh(&mut org, "refresh");
    assert_eq!(error(&refused), "400 inactive_user: user is inactive");
    assert_eq!(worth(&mut org, "token"), "401 Session expired or invalid");
    let (status, text) = get(&mut org, "/services/oauth2/userinfo", "token");
    assert_eq!((status, text.as_str()), (403, "Bad_OAuth_Token"));
}

#[test]
fn a_token_request_is_refused_in_its_own_words() {
    let mut org = Org::empty();
    for (pairs, expected) in [
        (&[][..], "400 invalid_request: grant_type is required"),
        (
            &[("grant_type", "magic")],
            "400 unsupported_grant_type: grant type not supported",
        ),
        (
            &[("grant_type", "authorization_code"), ("code", "guess")],
            "400 invalid_grant: invalid authorization code",
        ),
        (
            &[("grant_type", "authorization_code")],
            "400 invalid_grant: invalid authorization code",
        ),
        (
            &[("grant_type", "refresh_token")],
            "400 invalid_grant: expired access/refresh token",
        ),
    ] {
        assert_eq!(error(&token(&mut org, pairs)), expected);
    }
    let get = http::Request::get("/services/oauth2/token");
    let (status, text) = ask(&mut org, get, &[]);
    let body: Json = serde_json::from_str(&text).unwrap();
    assert_eq!(
        error(&(status, body)),
        "400 invalid_request: must use HTTP POST"
    );
    let code = code(&mut org, &[]);
    let elsewhere = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", "https://app.test/other"),
    ];
    let refused = token(&mut org, &elsewhere);
    let words = "400 redirect_uri_mismatch: redirect_uri must match configuration";
    assert_eq!(error(&refused), words);
}

#[test]
fn the_policy_is_shown_and_set_at_run_time() {
    let mut org = Org::empty();
    let (status, mut policy) = org.get("/_sim/login");
    assert_eq!(status, 200);
    assert_eq!(policy["refresh_tokens_per_user"], 5);
    policy["closed"] = json!(["password", "soap"]);
    policy["logins_per_hour"] = json!(1);
    assert_eq!(org.call("PUT", "/_sim/login", &policy).0, 200);
    assert_eq!(org.get("/_sim/login").1, policy);
    assert_eq!(refresh(&mut org, "refresh").0, 200);
    assert_eq!(refresh(&mut org, "refresh").0, 400);
    policy["closed"] = json!(["sesame"]);
    assert_eq!(org.call("PUT", "/_sim/login", &policy).0, 400);
}
