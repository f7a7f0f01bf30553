use http::{HeaderMap, StatusCode};

use super::*;

fn answer(versions: &[&str]) -> Result<ApiVersion, SalesforceError> {
    let listed: Vec<_> = versions
        .iter()
        .map(|version| {
            serde_json::json!({
                "label": "x", "url": format!("/services/data/v{version}"), "version": version
            })
        })
        .collect();
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    chosen(&Reply {
        status: StatusCode::OK,
        headers,
        body: serde_json::to_vec(&listed).unwrap().into(),
    })
}

#[test]
fn the_newest_version_that_both_sides_know_is_spoken() {
    for (offered, expected) in [
        (vec!["31.0", "66.0", "67.0"], "v67.0"),
        (vec!["67.0", "58.0"], "v67.0"),
        (vec!["57.0", "58.0"], "v58.0"),
        (vec!["66.0", "68.0", "69.0"], "v66.0"),
        (vec!["61.0", "a future form", "67.5"], "v61.0"),
    ] {
        assert_eq!(answer(&offered).unwrap().to_string(), expected);
    }
}

#[test]
fn an_org_that_shares_no_version_is_told_with_what_it_offers() {
    for (offered, expected) in [
        (vec!["31.0", "57.0"], "31.0 to 57.0"),
        (vec!["70.0", "71.0"], "70.0 to 71.0"),
        (vec![], "none that can be read"),
    ] {
        let error = answer(&offered).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "the org offers versions {expected} of the API, and this program speaks v58.0 to v67.0"
            )
        );
    }
}

#[test]
fn the_question_carries_no_token() {
    let request = question(&"https://acme.my.salesforce.com".parse().unwrap()).unwrap();
    assert_eq!(
        request.uri(),
        "https://acme.my.salesforce.com/services/data/"
    );
    assert!(!request.headers().contains_key("authorization"));
}
