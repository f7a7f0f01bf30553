//! Which version of the API is spoken, and where calls may lead.

use salesforce::{Outcome, SalesforceError};
use serde_json::json as value;
use transport::RetryWhen;

use crate::world::{Answer, World, json, json_text, maintenance, rows};

fn offering(versions: &[&str]) -> Answer {
    let list: Vec<_> = versions
        .iter()
        .map(|version| value!({"label": "x", "url": "/x", "version": version}))
        .collect();
    json(200, &value!(list))
}

fn queues() -> Answer {
    json(200, &rows(&[]))
}

#[tokio::test(start_paused = true)]
async fn the_version_is_asked_once_without_the_token_and_stands_in_every_path() {
    let world = World::answering([queues(), queues(), queues()])
        .with_versions([offering(&["31.0", "58.0", "60.0"])]);
    let client = world.client();
    let (a, b) = tokio::join!(client.queues(), client.queues());
    for outcome in [a, b, client.queues().await] {
        assert_eq!(outcome.unwrap(), []);
    }
    assert_eq!(client.api_version().await.unwrap().to_string(), "v60.0");
    for line in world.lines() {
        assert!(line.contains("/services/data/v60.0/query?q="), "{line}");
    }
    let questions = world.version_questions();
    assert_eq!(questions.len(), 1);
    assert_eq!(
        questions[0].line,
        "GET https://acme.my.salesforce.com/services/data/"
    );
    assert_eq!(questions[0].authorization, "");
    assert_eq!(client.calls(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_org_that_is_too_old_is_said_to_be_so_and_asked_again_later() {
    let world = World::answering([queues()]).with_versions([offering(&["31.0", "57.0"])]);
    let client = world.client();
    let error = client.queues().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the org offers versions 31.0 to 57.0 of the API, and this program speaks v58.0 to v67.0"
    );
    assert!(matches!(
        error.retry_when(),
        RetryWhen::Later {
            not_before: Some(_)
        }
    ));
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert!(client.queues().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_call_that_could_not_ask_for_the_version_was_not_sent() {
    let world = World::answering([]).with_versions([
        maintenance(),
        maintenance(),
        maintenance(),
        maintenance(),
    ]);
    let client = world.client();
    let (a, b) = tokio::join!(client.queues(), client.queues());
    for error in [a.unwrap_err(), b.unwrap_err()] {
        assert!(
            matches!(error, SalesforceError::NotBegun { .. }),
            "{error:?}"
        );
        assert_eq!(error.outcome(), Outcome::NotSent);
        assert_eq!(error.retry_when(), RetryWhen::Later { not_before: None });
    }
    // The second waited for the first and did not ask again.
    assert_eq!(world.version_questions().len(), 4);
    assert_eq!(client.calls(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_version_that_was_retired_is_chosen_anew() {
    let gone = json_text(
        410,
        r#"[{"errorCode":"UNSUPPORTED_API_VERSION","message":"retired"}]"#,
    );
    let world = World::answering([gone, queues()])
        .with_versions([offering(&["59.0"]), offering(&["60.0"])]);
    let client = world.client();
    let error = client.queues().await.unwrap_err();
    assert!(
        matches!(error, SalesforceError::NotBegun { .. }),
        "{error:?}"
    );
    assert_eq!(error.retry_when(), RetryWhen::Later { not_before: None });
    client.queues().await.unwrap();
    let lines = world.lines();
    assert!(
        lines[0].contains("/v59.0/") && lines[1].contains("/v60.0/"),
        "{lines:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_redirect_is_not_followed_with_the_token() {
    for status in [301, 302, 307, 308] {
        let redirect = Answer::Reply {
            status,
            headers: vec![("location", "https://evil.example/".to_owned())],
            body: String::new(),
        };
        let world = World::answering([redirect]);
        let error = world.client().queues().await.unwrap_err();
        assert!(
            matches!(error, SalesforceError::UnexpectedAnswer { .. }),
            "{error:?}"
        );
        assert_eq!(world.seen().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn pages_of_another_origin_are_not_asked_for() {
    for next in [
        "https://evil.example/services/data/v67.0/query/01g-2000",
        "//evil.example/services/data/v67.0/query/01g-2000",
        "/services/oauth2/userinfo",
    ] {
        let page = value!({
            "totalSize": 2, "done": false, "nextRecordsUrl": next,
            "records": [{"Id": "00GD000000QYVhd", "Name": "Inbound"}]
        });
        let world = World::answering([json(200, &page)]);
        assert!(world.client().queues().await.is_err());
        assert_eq!(world.seen().len(), 1, "{next}");
    }
}
