use axum::body::Body;
use axum::http::{Request, StatusCode};
use store::ConnectionState;
use url::Url;

use crate::world::World;

/// Where a *Connect* link leads.
async fn there(world: &World, path: &str) -> Url {
    let answer = world.get(path).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    answer.header("location").parse().unwrap()
}

fn parameter(url: &Url, name: &str) -> String {
    url.query_pairs()
        .find(|(key, _)| key == name)
        .unwrap()
        .1
        .into_owned()
}

#[tokio::test]
async fn i1_intercom_is_connected_in_the_browser() {
    let world = World::new();
    world.connection("acme").await;
    let vendor = there(&world, "/connections/acme/connect/intercom?app=main").await;
    assert_eq!(vendor.host_str(), Some("app.intercom.com"));
    let back = parameter(&vendor, "redirect_uri");
    assert_eq!(back, "https://carrick.example/oauth/intercom/callback");

    let state = parameter(&vendor, "state");
    let path = format!("/oauth/intercom/callback?code=dG9r%3D&state={state}");
    let answer = world.get(&path).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    assert_eq!(answer.header("location"), "/connections/acme");
    let connection = world.named("acme").await;
    assert_eq!(connection.workspace_id.unwrap().as_str(), "a1b2c3d4");
    assert_eq!(connection.state, ConnectionState::Incomplete);

    // A state counts once.
    assert_eq!(world.get(&path).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn i1_salesforce_is_asked_with_pkce() {
    let world = World::new();
    world.connection("acme").await;
    let vendor = there(&world, "/connections/acme/connect/salesforce").await;
    assert_eq!(vendor.path(), "/services/oauth2/authorize");
    let back = parameter(&vendor, "redirect_uri");
    assert_eq!(back, "https://carrick.example/oauth/salesforce/callback");
    assert_eq!(parameter(&vendor, "code_challenge_method"), "S256");
}

#[tokio::test]
async fn where_the_public_address_shows_no_settings_the_way_back_ends_on_a_page() {
    let world = World::new();
    world.connection("acme").await;
    let vendor = there(&world, "/connections/acme/connect/intercom").await;
    let path = format!(
        "/oauth/intercom/callback?code=c&state={}",
        parameter(&vendor, "state")
    );
    let request = Request::get(path)
        .header("host", "carrick.example")
        .body(Body::empty());
    let answer = world.ask(request.unwrap()).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.headline(), "Intercom is connected.");
}

#[tokio::test]
async fn a_refusal_is_said_in_words() {
    let world = World::new();
    for side in ["intercom", "salesforce"] {
        let callback = format!("/oauth/{side}/callback");
        let answer = world.get(&format!("{callback}?state=s")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert_eq!(answer.headline(), "Not connected");
        assert!(answer.text.contains("access was not allowed"), "{side}");

        let words = "?error=access_denied&error_description=%3Cb%3Eno&code=c&state=s";
        let answer = world.get(&format!("{callback}{words}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(answer.text.contains("&#60;b&#62;no"), "{side}");
        assert!(!answer.text.contains("<b>no"), "{side}");
    }
}

#[tokio::test]
async fn a_state_that_was_not_given_out_connects_nothing() {
    let world = World::new();
    for side in ["intercom", "salesforce"] {
        let answer = world
            .get(&format!("/oauth/{side}/callback?code=c&state=forged"))
            .await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{side}");
        assert!(answer.text.contains("was not started here"), "{side}");
    }
}

#[tokio::test]
async fn an_app_that_is_not_configured_cannot_be_connected_through() {
    let world = World::new();
    world.connection("acme").await;
    let answer = world
        .get("/connections/acme/connect/intercom?app=other")
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(
        answer.text.contains("no Intercom app named"),
        "{}",
        answer.text
    );
}
