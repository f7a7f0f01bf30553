//! I1: both sides through the browser's OAuth, and what is refused.

use engine::{ConnectionState, EngineError};
use http::{Method, Request};
use http_body_util::BodyExt;
use model::Settings;
use tower::ServiceExt;
use transport::Body;
use url::Url;

use crate::world::{Size, World};

const CALLBACK: &str = "http://127.0.0.1:4000/oauth/callback";

/// Does what a person does on a consent page: opens it, presses *Allow*, and follows the way back.
pub(crate) async fn allow(router: axum::Router, page: &Url) -> Url {
    let get = Request::get(page.as_str()).body(Body::empty()).unwrap();
    let html = text(router.clone().oneshot(get).await.unwrap()).await;
    let fields: Vec<(String, String)> = hidden_fields(&html);
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    form.append_pair("decision", "allow");
    let action = page
        .join(&attribute(&html, "action").unwrap_or_default())
        .unwrap();
    let post = Request::builder()
        .method(Method::POST)
        .uri(action.as_str())
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(form.finish()))
        .unwrap();
    let answer = router.oneshot(post).await.unwrap();
    let location = answer.headers().get("location").cloned();
    let Some(location) = location else {
        panic!("no way back: {}", text(answer).await)
    };
    location.to_str().unwrap().parse().unwrap()
}

async fn text(answer: http::Response<Body>) -> String {
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn attribute(html: &str, name: &str) -> Option<String> {
    let form = &html[html.find("<form")?..];
    let from = form.find(&format!("{name}=\""))? + name.len() + 2;
    let value = &form[from..from + form[from..].find('"')?];
    Some(unescaped(value))
}

fn unescaped(value: &str) -> String {
    value
        .replace("&#38;", "&")
        .replace("&amp;", "&")
        .replace("&#61;", "=")
        .replace("&#47;", "/")
}

fn hidden_fields(html: &str) -> Vec<(String, String)> {
    let value = |tag: &str, name: &str| {
        let from = tag.find(&format!("{name}=\""))? + name.len() + 2;
        Some(unescaped(&tag[from..from + tag[from..].find('"')?]))
    };
    html.split("<input")
        .skip(1)
        .map(|rest| &rest[..rest.find('>').unwrap_or(rest.len())])
        .filter(|tag| tag.contains("hidden"))
        .filter_map(|tag| Some((value(tag, "name")?, value(tag, "value")?)))
        .collect()
}

pub(crate) fn query(url: &Url, name: &str) -> String {
    url.query_pairs()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn i1_both_sides_connect_through_the_browser() {
    let world = World::of(Size {
        leads: 2,
        contacts: 2,
    })
    .await;
    let callback: Url = CALLBACK.parse().unwrap();
    let engine = &world.engine;

    let page = engine.begin_salesforce(world.id, &callback).await.unwrap();
    assert_eq!(query(&page, "code_challenge_method"), "S256");
    let back = allow(world.salesforce.router(), &page).await;
    assert!(back.as_str().starts_with(CALLBACK));
    let id = engine
        .finish_salesforce(&query(&back, "state"), &query(&back, "code"))
        .await
        .unwrap();
    assert_eq!(id, world.id);
    let half = engine.overview(world.id).await.unwrap().connection;
    assert_eq!(half.state, ConnectionState::Incomplete);

    let page = engine
        .begin_intercom(world.id, "main", &callback)
        .await
        .unwrap();
    let back = allow(world.intercom.router(), &page).await;
    engine
        .finish_intercom(&query(&back, "state"), &query(&back, "code"))
        .await
        .unwrap();
    let whole = engine.overview(world.id).await.unwrap().connection;
    assert_eq!(whole.state, ConnectionState::Ready);
    assert_eq!(
        whole.workspace_id.unwrap().as_str(),
        world.intercom.workspace_id()
    );
    let counts = engine.sync_to_end(world.id).await.unwrap();
    assert_eq!(counts.linked, 4);

    // A state can be used once.
    let again = engine
        .finish_intercom(&query(&back, "state"), &query(&back, "code"))
        .await;
    assert!(matches!(again, Err(EngineError::UnknownState)));
}

#[tokio::test(start_paused = true)]
async fn i1_a_forged_or_late_state_is_refused() {
    let world = World::empty().await;
    let callback: Url = CALLBACK.parse().unwrap();
    let forged = world.engine.finish_intercom("forged", "code").await;
    assert!(matches!(forged, Err(EngineError::UnknownState)));
    let page = world
        .engine
        .begin_salesforce(world.id, &callback)
        .await
        .unwrap();
    let back = allow(world.salesforce.router(), &page).await;
    world.pass(std::time::Duration::from_mins(10)).await;
    let late = world
        .engine
        .finish_salesforce(&query(&back, "state"), &query(&back, "code"))
        .await;
    assert!(matches!(late, Err(EngineError::UnknownState)));
}

#[tokio::test(start_paused = true)]
async fn a_workspace_has_one_connection() {
    let world = World::empty().await;
    world.connect().await;
    let other = world
        .engine
        .create_connection("other", Settings::default())
        .await
        .unwrap();
    let taken = world
        .engine
        .connect_intercom_token(other.id, "main", "intercom-token".into())
        .await;
    assert!(
        matches!(taken, Err(EngineError::WorkspaceTaken)),
        "{taken:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn names_are_unique_and_fit_into_an_address() {
    let world = World::empty().await;
    let create = async |name: &str| {
        world
            .engine
            .create_connection(name, Settings::default())
            .await
            .map(|_| ())
    };
    assert!(matches!(create("acme").await, Err(EngineError::NameTaken)));
    for name in ["", "Acme", "a b", "ä", &"x".repeat(65)] {
        assert!(
            matches!(create(name).await, Err(EngineError::BadName)),
            "{name:?}"
        );
    }
    assert!(create(&"x".repeat(64)).await.is_ok());
}

/// A token of another region is refused, as some report of the vendor.
#[tokio::test(start_paused = true)]
async fn i1_a_workspace_is_called_where_it_lives() {
    let world = World::of(Size {
        leads: 2,
        contacts: 2,
    })
    .await;
    world.intercom.set_switches(intercom_sim::Switches {
        region_bound: true,
        ..world.intercom.switches()
    });
    world.connect().await;
    world
        .engine
        .connect_intercom_token(world.id, "official", "intercom-token".into())
        .await
        .unwrap();
    let connection = world.engine.overview(world.id).await.unwrap().connection;
    let intercom = connection.profile.intercom.unwrap();
    assert_eq!(intercom.api_url, "https://api.eu.intercom.io/");
    let counts = world.engine.sync_to_end(world.id).await.unwrap();
    assert_eq!(counts.linked, 4);
}
