//! Who may call, in which version, how often; and how one gets a token.

use http::Method;
use intercom_sim::Fault;
use serde_json::json;

use crate::town::{Answer, NOON, SECRET, TOKEN, Town, options};

#[tokio::test]
async fn a_call_needs_a_token_that_lives() {
    let town = Town::new();
    let bare = town.call_as(&[], Method::GET, "/me", None).await;
    assert_eq!((bare.status, bare.code()), (401, "missing_authorization"));
    assert_eq!(bare.body["type"], "error.list");
    assert_eq!(bare.body["request_id"].as_str().unwrap().len(), 36);

    let wrong = [("authorization", "Bearer nobody")];
    let wrong = town.call_as(&wrong, Method::GET, "/me", None).await;
    assert_eq!((wrong.status, wrong.code()), (401, "unauthorized"));
    assert_eq!(wrong.message(), "Access Token Invalid");

    assert!(town.sim.revoke_token(TOKEN));
    let revoked = town.get("/me").await;
    assert_eq!((revoked.status, revoked.code()), (401, "token_revoked"));
    assert!(!town.sim.revoke_token(TOKEN));
}

#[tokio::test]
async fn me_tells_the_workspace() {
    let town = Town::new();
    let me = town.get("/me").await;
    assert_eq!(me.status, 200);
    assert_eq!(me.body["app"]["id_code"], json!(town.sim.workspace_id()));
    assert_eq!(town.sim.workspace_id().len(), 8);
    assert_eq!(me.body["app"]["region"], "US");
    assert_eq!(me.body["email_verified"], true);
    let admins = town.get("/admins").await.body;
    assert_eq!(me.body["id"], admins["admins"][0]["id"]);
    let one = format!("/admins/{}", me.body["id"].as_str().unwrap());
    assert_eq!(town.get(&one).await.body["email"], me.body["email"]);
    assert_eq!(town.get("/admins/1").await.code(), "admin_not_found");
    let teams = town.get("/teams").await.body;
    assert_eq!(teams["teams"][0]["name"], "Sales");
    assert_eq!(town.get("/teams/814865").await.body["name"], "Sales");
}

#[tokio::test]
async fn versions_are_known_or_refused() {
    let town = Town::new();
    let authorization = format!("Bearer {TOKEN}");
    for (version, status) in [
        ("2.7", 200),
        ("2.16", 200),
        ("Preview", 200),
        ("2.6", 400),
        ("2.17", 400),
        ("3", 400),
    ] {
        let headers = [
            ("authorization", authorization.as_str()),
            ("intercom-version", version),
        ];
        let answer = town.call_as(&headers, Method::GET, "/me", None).await;
        assert_eq!(answer.status, status, "{version}");
        if status == 400 {
            assert_eq!(answer.code(), "intercom_version_invalid");
        }
    }
}

#[tokio::test]
async fn unknown_paths_and_methods_are_not_found() {
    let town = Town::new();
    for path in ["/nothing", "/contacts/1/2/3", "/companies/scroll/more"] {
        assert_eq!(town.get(path).await.status, 404, "{path}");
    }
    assert_eq!(town.put("/me", json!({})).await.status, 404);
}

#[tokio::test]
async fn a_window_of_ten_seconds_has_its_own_budget() {
    let town = Town::with(intercom_sim::Options {
        rate_limit: Some(12),
        ..options()
    });
    let first = town.get("/me").await;
    assert_eq!(first.headers["x-ratelimit-limit"], "2");
    assert_eq!(first.headers["x-ratelimit-remaining"], "1");
    assert_eq!(
        first.headers["x-ratelimit-reset"],
        (NOON + 10).to_string().as_str()
    );
    assert_eq!(town.get("/me").await.headers["x-ratelimit-remaining"], "0");
    let refused = town.get("/me").await;
    assert_eq!(
        (refused.status, refused.code()),
        (429, "rate_limit_exceeded")
    );
    assert_eq!(refused.headers["x-ratelimit-remaining"], "0");
    town.wait(10);
    assert_eq!(town.get("/me").await.status, 200);

    town.sim.set_rate_limit(None);
    let unlimited = town.get("/me").await.headers;
    assert!(!unlimited.contains_key("x-ratelimit-limit"));
}

#[tokio::test]
async fn without_a_limit_of_the_app_there_is_still_that_of_the_workspace() {
    let town = Town::with(intercom_sim::Options {
        rate_limit: None,
        workspace_rate_limit: Some(120),
        ..options()
    });
    let first = town.get("/me").await;
    assert_eq!(first.headers["x-ratelimit-limit"], "20");
    assert_eq!(first.headers["x-ratelimit-remaining"], "19");
    town.sim.spend_as_others(19);
    let refused = town.get("/me").await;
    assert_eq!(
        (refused.status, refused.message()),
        (429, "The rate limit for the Workspace has been exceeded")
    );
}

#[tokio::test]
async fn every_answer_of_the_api_tells_what_is_left() {
    let town = Town::with(intercom_sim::Options {
        rate_limit: Some(60),
        ..options()
    });
    let told = |answer: &Answer| {
        let of = |name: &str| answer.headers[name].to_str().unwrap().to_owned();
        assert_eq!(of("x-ratelimit-reset"), (NOON + 10).to_string());
        (of("x-ratelimit-limit"), of("x-ratelimit-remaining"))
    };
    let left = |remaining: &str| ("10".to_owned(), remaining.to_owned());
    assert_eq!(told(&town.get("/nothing").await), left("9"));
    for (status, remaining) in [(503, "8"), (429, "0")] {
        town.sim.add_fault(Fault {
            status: Some(status),
            ..Fault::default()
        });
        let answer = town.get("/me").await;
        assert_eq!(answer.status, status);
        assert_eq!(told(&answer), left(remaining), "{status}");
    }
    let huge = json!({"name": "x".repeat(10 * 1024 * 1024)});
    // Without a version it is not held against the description, which has no status for it.
    let huge = town
        .call_as(&[], Method::POST, "/contacts", Some(&huge))
        .await;
    assert_eq!((huge.status, told(&huge)), (413, left("6")));

    let signing_in = json!({"code": "none"});
    let path = "/auth/eagle/token";
    let signing_in = town
        .call_as(&[], Method::POST, path, Some(&signing_in))
        .await;
    assert!(!signing_in.headers.contains_key("x-ratelimit-limit"));
    assert_eq!(told(&town.get("/me").await), left("5"));
}

#[tokio::test]
async fn consent_gives_a_code_and_the_code_a_token_once() {
    let town = Town::new();
    let asked = "/oauth?client_id=client&state=s%201&redirect_uri=https://app.example/back";
    let (status, page) = town.page(asked, "").await;
    assert_eq!(status, 200);
    assert!(page.contains("data-testid=\"allow\""), "{page}");

    let fields = [
        ("client_id", "client"),
        ("state", "s 1"),
        ("redirect_uri", "https://app.example/back?x=1"),
        ("decision", "allow"),
    ];
    let (status, to, _) = town.form("/oauth", &fields).await;
    assert_eq!(status, 303);
    let to = url::Url::parse(&to).unwrap();
    let back: Vec<(String, String)> = to.query_pairs().into_owned().collect();
    assert_eq!(back[0], ("x".to_owned(), "1".to_owned()));
    assert_eq!(back[2], ("state".to_owned(), "s 1".to_owned()));
    let code = &back[1].1;
    assert!(
        code.ends_with('='),
        "codes may end so, and must survive: {code}"
    );

    let exchange = json!({"code": code, "client_id": "client", "client_secret": SECRET});
    let granted = town
        .call_as(&[], Method::POST, "/auth/eagle/token", Some(&exchange))
        .await;
    assert_eq!(granted.status, 200);
    assert_eq!(granted.body["token"], granted.body["access_token"]);
    let bearer = format!("Bearer {}", granted.body["token"].as_str().unwrap());
    let headers = [("authorization", bearer.as_str())];
    assert_eq!(
        town.call_as(&headers, Method::GET, "/me", None)
            .await
            .status,
        200
    );

    let again = town
        .call_as(&[], Method::POST, "/auth/eagle/token", Some(&exchange))
        .await;
    assert_eq!((again.status, again.message()), (401, "Unauthorized Code"));

    let gone = town
        .call_as(&headers, Method::POST, "/auth/uninstall", None)
        .await;
    assert_eq!(gone.status, 200);
    assert_eq!(
        town.call_as(&headers, Method::GET, "/me", None)
            .await
            .code(),
        "token_revoked"
    );
}

#[tokio::test]
async fn a_refusal_comes_back_without_a_code() {
    let town = Town::new();
    let fields = [
        ("client_id", "client"),
        ("state", "s"),
        ("redirect_uri", "https://app.example/back"),
        ("decision", "deny"),
    ];
    let (_, to, _) = town.form("/oauth", &fields).await;
    assert_eq!(to, "https://app.example/back?error=access_denied&state=s");
}

#[tokio::test]
async fn strangers_and_unregistered_addresses_get_no_consent_page() {
    let registered = vec!["https://app.example/back".to_owned()];
    let town = Town::with(intercom_sim::Options {
        redirect_uris: registered,
        ..options()
    });
    for query in [
        "client_id=nobody&state=s",
        "client_id=client&state=s&redirect_uri=https://evil.example/",
    ] {
        let (status, _) = town.page(&format!("/oauth?{query}"), "").await;
        assert_eq!(status, 400, "{query}");
    }
    let (status, page) = town.page("/oauth?client_id=client&state=s", "").await;
    assert_eq!(status, 200);
    assert!(page.contains("https://app.example/back"));
}
