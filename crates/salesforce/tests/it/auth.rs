//! The token endpoint.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::{ManualClock, Timestamp};
use salesforce::auth::{self, Grant, Pkce, SigningApp, SigningKey};
use salesforce::{App, Loopback, SalesforceError};
use serde_json::json as value;
use transport::Secret;

use crate::world::{Answer, World, json, maintenance};

fn app() -> App {
    App {
        client_id: "key".to_owned(),
        client_secret: "s&cret".into(),
        login_url: "https://login.salesforce.com".parse().unwrap(),
    }
}

fn tokens() -> Answer {
    json(
        200,
        &value!({
            "access_token": "00D!fresh", "refresh_token": "5Aep-rotated",
            "instance_url": "https://acme.my.salesforce.com",
            "id": "https://login.salesforce.com/id/00DD000000QYVhd/005D000000QYVhd"
        }),
    )
}

async fn refreshed(world: &World) -> Result<Grant, SalesforceError> {
    auth::refresh(
        &world.http(),
        &app(),
        &Secret::from("5Aep"),
        Loopback::Refused,
    )
    .await
}

#[tokio::test(start_paused = true)]
async fn a_code_is_exchanged_with_its_verifier() {
    let world = World::answering([tokens()]);
    let redirect = "https://carrick.example/back".parse().unwrap();
    let pkce = Pkce::from_verifier("verifier".to_owned());
    let grant = auth::exchange_code(
        &world.http(),
        &app(),
        &redirect,
        "co==",
        &pkce,
        Loopback::Refused,
    )
    .await
    .unwrap();
    assert_eq!(grant.session().access_token.expose(), "00D!fresh");
    let seen = &world.seen()[0];
    assert_eq!(
        seen.line,
        "POST https://login.salesforce.com/services/oauth2/token"
    );
    assert_eq!(
        seen.body,
        "grant_type=authorization_code&code=co%3D%3D&client_id=key&client_secret=s%26cret\
         &redirect_uri=https%3A%2F%2Fcarrick.example%2Fback&code_verifier=verifier"
    );
}

#[tokio::test(start_paused = true)]
async fn a_refresh_returns_the_rotated_token_and_is_sent_once() {
    let world = World::answering([tokens()]);
    let grant = refreshed(&world).await.unwrap();
    assert_eq!(grant.refresh_token.unwrap().expose(), "5Aep-rotated");
    assert_eq!(
        world.seen()[0].body,
        "grant_type=refresh_token&refresh_token=5Aep&client_id=key&client_secret=s%26cret"
    );

    for answer in [Answer::NeverOpened, Answer::Broken, maintenance()] {
        let world = World::answering([answer]);
        assert!(refreshed(&world).await.is_err());
        assert_eq!(world.seen().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn secrets_are_not_sent_to_a_login_host_that_is_not_salesforce() {
    let world = World::answering([]);
    let app = App {
        login_url: "https://login.evil.example".parse().unwrap(),
        ..app()
    };
    let token = Secret::from("5Aep");
    let outcome = auth::refresh(&world.http(), &app, &token, Loopback::Allowed).await;
    assert!(
        matches!(outcome, Err(SalesforceError::Address { .. })),
        "{outcome:?}"
    );
    assert_eq!(world.seen(), []);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_given_back() {
    let empty = Answer::Reply {
        status: 200,
        headers: Vec::new(),
        body: String::new(),
    };
    let refused = json(
        400,
        &value!({"error": "invalid_token", "error_description": "x"}),
    );
    let world = World::answering([empty, refused]);
    let token = Secret::from("5A+p");
    let http = world.http();
    auth::revoke(&http, &app(), &token, Loopback::Refused)
        .await
        .unwrap();
    let again = auth::revoke(&http, &app(), &token, Loopback::Refused).await;
    assert!(
        matches!(again, Err(SalesforceError::Grant { .. })),
        "{again:?}"
    );
    assert_eq!(world.seen()[0].body, "token=5A%2Bp");
}

#[tokio::test(start_paused = true)]
async fn an_app_that_signs_gets_a_token_without_a_person() {
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    let text = STANDARD.encode(der.as_ref());
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n");
    let app = SigningApp {
        client_id: "key".to_owned(),
        username: "ada@acme.io".to_owned(),
        key: SigningKey::from_pem(&pem.into()).unwrap(),
        login_url: "https://login.salesforce.com".parse().unwrap(),
    };
    let answer = value!({
        "access_token": "00D!signed", "instance_url": "https://acme.my.salesforce.com",
        "id": "https://login.salesforce.com/id/00DD000000QYVhd/005D000000QYVhd"
    });
    let unapproved = value!({
        "error": "invalid_grant", "error_description": "user hasn't approved this consumer"
    });
    let world = World::answering([json(200, &answer), json(400, &unapproved)]);
    let clock = ManualClock::at(Timestamp::from_seconds(1_767_323_045));
    let http = world.http();
    let grant = auth::sign_in(&http, &app, &clock, Loopback::Refused)
        .await
        .unwrap();
    assert_eq!(grant.access_token.expose(), "00D!signed");
    assert!(grant.refresh_token.is_none());
    let refused = auth::sign_in(&http, &app, &clock, Loopback::Refused).await;
    assert!(
        matches!(refused, Err(SalesforceError::Grant { .. })),
        "{refused:?}"
    );
    let seen = world.seen();
    assert_eq!(
        seen[0].line,
        "POST https://login.salesforce.com/services/oauth2/token"
    );
    let start = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=eyJ";
    assert!(seen[0].body.starts_with(start), "{}", seen[0].body);
    assert_eq!(
        seen[0].body, seen[1].body,
        "nothing but the time changes an assertion"
    );
}
