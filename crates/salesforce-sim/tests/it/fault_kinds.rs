//! Each kind of trouble that can be made, as a client meets it.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http_body_util::BodyExt as _;
use model::ManualClock;
use salesforce_sim::{Action, Cut, Ended, Fault, Matching, Sim, Trickle};
use serde_json::{Value as Json, json};
use tower::ServiceExt as _;

use crate::world::{empty, noon};

fn org() -> Sim {
    Sim::new(empty(), Arc::new(ManualClock::at(noon())), 7)
}

fn always(action: Action) -> Fault {
    Fault {
        matching: Matching::default(),
        times: 1_000,
        action,
    }
}

fn request(method: &str, path: &str, body: &str) -> http::Request<Body> {
    http::Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", "Bearer token")
        .body(Body::from(body.to_owned()))
        .unwrap()
}

/// Status and body.
async fn call(sim: &Sim, method: &str, path: &str, body: &str) -> (u16, String) {
    let response = sim.service().oneshot(request(method, path, body)).await;
    let response = response.unwrap();
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

async fn get(sim: &Sim, path: &str) -> (u16, String) {
    call(sim, "GET", path, "").await
}

/// Status and code of an answer to an API call.
async fn code(sim: &Sim, path: &str) -> String {
    let (status, text) = get(sim, path).await;
    let body: Json = serde_json::from_str(&text).unwrap();
    match body[0]["errorCode"].as_str() {
        Some(code) => format!("{status} {code}"),
        None => status.to_string(),
    }
}

const LIMITS: &str = "/services/data/v67.0/limits";

#[tokio::test]
async fn a_session_ends_after_so_many_calls() {
    let sim = org();
    sim.inject(Fault {
        matching: Matching {
            after_calls: 2,
            ..Matching::default()
        },
        times: 1,
        action: Action {
            ends: Some(Ended::Session),
            ..Action::default()
        },
    });
    assert_eq!(code(&sim, LIMITS).await, "200");
    assert_eq!(code(&sim, LIMITS).await, "200");
    assert_eq!(code(&sim, LIMITS).await, "401 INVALID_SESSION_ID");
    assert_eq!(code(&sim, LIMITS).await, "401 INVALID_SESSION_ID");
}

#[tokio::test]
async fn a_fault_ends_the_refresh_token_or_the_day() {
    let sim = org();
    let ending = |ended| Fault {
        matching: Matching::default(),
        times: 1,
        action: Action {
            ends: Some(ended),
            ..Action::default()
        },
    };
    sim.inject(ending(Ended::DailyLimit));
    assert_eq!(code(&sim, LIMITS).await, "403 REQUEST_LIMIT_EXCEEDED");
    assert_eq!(code(&sim, LIMITS).await, "403 REQUEST_LIMIT_EXCEEDED");
    assert_eq!(
        call(&sim, "PUT", "/_sim/limits", "{\"used\": 0}").await.0,
        200
    );
    assert_eq!(code(&sim, LIMITS).await, "200");
    sim.inject(ending(Ended::RefreshTokens));
    let form = "grant_type=refresh_token&refresh_token=refresh&client_id=carrick-consumer-key";
    let (status, text) = call(&sim, "POST", "/services/oauth2/token", form).await;
    assert_eq!(status, 400);
    let body: Json = serde_json::from_str(&text).unwrap();
    assert_eq!(body["error"], "invalid_grant");
    assert_eq!(code(&sim, LIMITS).await, "200");
    sim.inject(ending(Ended::AccessTokens));
    assert_eq!(code(&sim, LIMITS).await, "401 INVALID_SESSION_ID");
}

#[tokio::test]
async fn errors_come_with_their_status_and_words_or_with_ones_own() {
    let sim = org();
    for (error, message, expected) in [
        ("SERVER_UNAVAILABLE", None, "503 Server unavailable"),
        ("ENTITY_IS_DELETED", None, "404 entity is deleted"),
        (
            "REQUEST_LIMIT_EXCEEDED",
            None,
            "403 TotalRequests Limit exceeded.",
        ),
        (
            "REQUEST_LIMIT_EXCEEDED",
            Some("ConcurrentPerOrgLongTxn Limit exceeded."),
            "403 ConcurrentPerOrgLongTxn Limit exceeded.",
        ),
        (
            "QUERY_TIMEOUT",
            None,
            "400 Your query request was running for too long.",
        ),
    ] {
        sim.inject(always(Action {
            error: Some(error.to_owned()),
            message: message.map(str::to_owned),
            ..Action::default()
        }));
        let (status, text) = get(&sim, LIMITS).await;
        let body: Json = serde_json::from_str(&text).unwrap();
        assert_eq!(body[0]["errorCode"], error);
        assert_eq!(
            format!("{status} {}", body[0]["message"].as_str().unwrap()),
            expected
        );
        sim.heal();
    }
}

#[tokio::test]
async fn each_api_words_errors_in_its_own_form() {
    let sim = org();
    let error = |code: &str| {
        always(Action {
            error: Some(code.to_owned()),
            ..Action::default()
        })
    };
    sim.inject(error("invalid_client"));
    let (status, text) = call(&sim, "POST", "/services/oauth2/token", "").await;
    let body: Json = serde_json::from_str(&text).unwrap();
    let expected =
        json!({"error": "invalid_client", "error_description": "invalid client credentials"});
    assert_eq!((status, body), (400, expected));
    sim.heal();
    sim.inject(error("SERVER_UNAVAILABLE"));
    let (status, text) = call(&sim, "POST", "/services/Soap/c/59.0", "<a/>").await;
    assert_eq!(status, 500);
    assert!(
        text.contains("<faultcode>sf:SERVER_UNAVAILABLE</faultcode>"),
        "{text}"
    );
    assert!(
        text.contains("urn:fault.enterprise.soap.sforce.com"),
        "{text}"
    );
    sim.heal();
    sim.inject(error("InvalidSessionId"));
    let (status, text) = get(&sim, "/services/async/59.0/job/750").await;
    assert_eq!(status, 400);
    assert_eq!(
        text,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><error \
         xmlns=\"http://www.force.com/2009/06/asyncapi/dataload\"><exceptionCode>InvalidSessionId\
         </exceptionCode><exceptionMessage>Invalid session id</exceptionMessage></error>"
    );
}

#[tokio::test]
async fn raw_answers_are_sent_as_they_are() {
    let sim = org();
    for (status, body, media) in [
        (406, "", None),
        (
            420,
            "<html>no route</html>",
            Some("text/html; charset=utf-8"),
        ),
        (502, "Bad Gateway", Some("text/plain; charset=utf-8")),
        (200, "[{\"odd\":1}]", Some("application/json;charset=UTF-8")),
    ] {
        sim.inject(Fault {
            times: 1,
            ..always(Action {
                status: Some(status),
                body: Some(body.to_owned()),
                ..Action::default()
            })
        });
        let response = sim.service().oneshot(request("GET", LIMITS, "")).await;
        let response = response.unwrap();
        assert_eq!(response.status(), status);
        let sent = response.headers().get("content-type").cloned();
        assert_eq!(sent.as_ref().map(|media| media.to_str().unwrap()), media);
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(bytes, body);
    }
}

#[tokio::test]
async fn faults_can_be_meant_for_one_object() {
    let sim = org();
    sim.inject(Fault {
        matching: Matching {
            object: Some("Lead".to_owned()),
            ..Matching::default()
        },
        ..always(Action {
            status: Some(503),
            ..Action::default()
        })
    });
    let query = |soql: &str| format!("/services/data/v67.0/query?q={soql}");
    for (path, expected) in [
        (
            "/services/data/v67.0/sobjects/lead/describe".to_owned(),
            503,
        ),
        (
            "/services/data/v67.0/sobjects/Contact/describe".to_owned(),
            200,
        ),
        (query("select+Id+from%0ALEAD"), 503),
        (query("SELECT+LeadSource+FROM+Contact"), 200),
        (query("SELECT+Id+FROM+LeadStatus"), 200),
    ] {
        assert_eq!(get(&sim, &path).await.0, expected, "{path}");
    }
}

#[tokio::test]
async fn a_body_breaks_off_in_the_middle() {
    let sim = org();
    let (_, whole) = get(&sim, LIMITS).await;
    for (after, expected) in [(None, whole.len() / 2), (Some(10), 10), (Some(0), 0)] {
        sim.inject(Fault {
            times: 1,
            ..always(Action {
                cut: Some(Cut::Body),
                cut_after_bytes: after,
                ..Action::default()
            })
        });
        let response = sim.service().oneshot(request("GET", LIMITS, "")).await;
        let response = response.unwrap();
        assert_eq!(response.status(), 200);
        let length = response.headers()["content-length"].to_str().unwrap();
        assert_eq!(length, whole.len().to_string());
        let mut body = response.into_body();
        let mut read = Vec::new();
        let broken = loop {
            match body.frame().await {
                Some(Ok(frame)) => read.extend(frame.into_data().unwrap()),
                Some(Err(_)) => break true,
                None => break false,
            }
        };
        assert!(broken);
        // The day's usage differs from answer to answer, not its length.
        assert_eq!(read.len(), expected);
    }
    let cut = sim.calls();
    assert_eq!(cut.last().unwrap().status, Some(200));
}

#[tokio::test(start_paused = true)]
async fn a_head_comes_at_once_and_the_body_slowly() {
    let sim = org();
    let (_, whole) = get(&sim, "/services/data").await;
    sim.inject(always(Action {
        trickle: Some(Trickle {
            bytes: whole.len().div_ceil(4),
            every_ms: 2_000,
        }),
        ..Action::default()
    }));
    let began = tokio::time::Instant::now();
    let response = sim
        .service()
        .oneshot(request("GET", "/services/data", ""))
        .await
        .unwrap();
    assert_eq!(began.elapsed(), Duration::ZERO);
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(bytes, whole);
    assert_eq!(began.elapsed(), Duration::from_secs(8));
}
