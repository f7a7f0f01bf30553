//! Every request of these tests, held against the vendor's description. They are what our client
//! sends by itself, so there is none that may be odd.

use http::Request;
use intercom_openapi::{Description, Deviation, Exchange};
use serde_json::Value;

/// What of a request is not as described. Signing in and uninstalling are in no description.
pub(crate) fn deviations(request: &Request<String>) -> Vec<Deviation> {
    if request.uri().path().starts_with("/auth/") {
        return Vec::new();
    }
    let target = request.uri().path_and_query().map_or("/", |it| it.as_str());
    let version = request.headers().get("intercom-version");
    let version = version.map(|it| it.to_str().expect("versions are text"));
    assert_eq!(version, Some("2.16"), "every request names the version");
    let body: Option<Value> = (!request.body().is_empty())
        .then(|| serde_json::from_str(request.body()).expect("the body is JSON"));
    Description::of_intercom().check_request(&Exchange {
        method: request.method(),
        target,
        version,
        body: body.as_ref(),
    })
}

/// Lines that people can read.
pub(crate) fn in_lines(unknown: &[Deviation]) -> String {
    let lines: Vec<String> = unknown.iter().map(ToString::to_string).collect();
    lines.join("\n")
}
