//! What a token tells about itself and its user, and how it ends.

use std::time::Duration;

use serde_json::{Value as Json, json};

use super::{NOON, SECRET, ask, consent, form, get, refresh, username, worth};
use crate::world::Org;

#[test]
fn a_token_tells_what_it_is_worth_to_its_app() {
    let mut org = Org::empty();
    let (_, body) = consent(&mut org, &[("scope", "api refresh_token")], &[]);
    let introspect = |org: &mut Org, token: &str| {
        let request = http::Request::post("/services/oauth2/introspect").header("host", "org.test");
        let pairs = [SECRET[0], SECRET[1], ("token", token)];
        let (status, text) = ask(org, request, &pairs);
        (status, serde_json::from_str::<Json>(&text).unwrap())
    };
    let access = body["access_token"].as_str().unwrap().to_owned();
    let (user, id) = (org.world.integration_user(), org.world.org());
    let expected = json!({
        "active": true, "scope": "api refresh_token", "client_id": "carrick-consumer-key",
        "username": username(&org), "sub": format!("http://org.test/id/{id}/{user}"),
        "token_type": "access_token", "iat": NOON, "nbf": NOON, "exp": NOON + 7_200,
    });
    assert_eq!(introspect(&mut org, &access), (200, expected));
    let (_, facts) = introspect(&mut org, body["refresh_token"].as_str().unwrap());
    assert_eq!(facts["token_type"], "refresh_token");
    assert_eq!(
        introspect(&mut org, "guess"),
        (200, json!({"active": false}))
    );
    org.wait(Duration::from_secs(7_201));
    assert_eq!(
        introspect(&mut org, &access),
        (200, json!({"active": false}))
    );
    let request = http::Request::post("/services/oauth2/introspect");
    let (status, _) = ask(&mut org, request, &[("token", &access)]);
    assert_eq!(status, 400);
}

#[test]
fn revoking_takes_get_and_post_and_an_access_token_ends_alone() {
    let mut org = Org::empty();
    let (_, body) = refresh(&mut org, "refresh");
    let access = body["access_token"].as_str().unwrap().to_owned();
    let path = format!("/services/oauth2/revoke?{}", form(&[("token", &access)]));
    let (status, text) = ask(&mut org, http::Request::get(&path), &[]);
    assert_eq!((status, text.as_str()), (200, ""));
    assert_eq!(worth(&mut org, &access), "401 Session expired or invalid");
    assert_eq!(ask(&mut org, http::Request::get(&path), &[]).0, 400);
    assert_eq!(refresh(&mut org, "refresh").0, 200);
    let put = http::Request::put("/services/oauth2/revoke");
    assert_eq!(ask(&mut org, put, &[("token", "refresh")]).0, 400);
}

#[test]
fn an_identity_is_shown_to_its_own_token() {
    let mut org = Org::empty();
    let (user, id) = (org.world.integration_user(), org.world.org());
    let at = |query: &str| format!("/id/{id}/{user}{query}");
    let (status, text) = get(&mut org, &at("?format=json"), "token");
    assert_eq!(status, 200, "{text}");
    let identity: Json = serde_json::from_str(&text).unwrap();
    let rest = identity["urls"]["rest"].as_str().unwrap();
    assert!(rest.ends_with("/services/data/v{version}/"), "{rest}");
    let partner = identity["urls"]["partner"].as_str().unwrap();
    assert!(
        partner.ends_with("/services/Soap/u/{version}/00D5e0000000001"),
        "{partner}"
    );
    assert_eq!(identity["asserted_user"], true);
    assert_eq!(identity["timezone"], "GMT");
    let (_, text) = get(&mut org, &at("?version=latest"), "token");
    let identity: Json = serde_json::from_str(&text).unwrap();
    let rest = identity["urls"]["rest"].as_str().unwrap();
    assert!(rest.ends_with("/services/data/v67.0/"), "{rest}");
    let by_query = http::Request::get(at("?oauth_token=token"));
    assert_eq!(ask(&mut org, by_query, &[]).0, 200);
    let rep = org.world.rep();
    for (path, token, expected) in [
        (at(""), "wrong", (403, "Bad_OAuth_Token")),
        (
            format!("/id/00D000000000001EAA/{user}"),
            "token",
            (403, "Wrong_Org"),
        ),
        (format!("/id/{id}/{rep}"), "token", (404, "Bad_Id")),
        (at("?format=xml"), "token", (406, "Not Acceptable")),
    ] {
        let (status, text) = get(&mut org, &path, token);
        assert_eq!((status, text.as_str()), expected);
    }
    let bare = ask(&mut org, http::Request::get(at("")), &[]);
    assert_eq!(bare, (403, "Missing_OAuth_Token".to_owned()));
    let bare = ask(
        &mut org,
        http::Request::post("/services/oauth2/userinfo"),
        &[],
    );
    assert_eq!(bare, (403, "Missing_OAuth_Token".to_owned()));
}
