//! Every call of these tests, held against the vendor's description.

use http::Method;
use intercom_openapi::{Description, Deviation, Exchange, Ledger, Party};
use serde_json::{Map, Value};

/// Paths that belong to the twin alone, or that the description leaves out (sign-in, uninstalling).
const UNDESCRIBED: [&str; 4] = ["_sim", "inbox", "oauth", "auth"];

/// What was answered; without a body, nothing was sent.
pub(crate) struct Answered<'a> {
    pub(crate) status: u16,
    pub(crate) body: Option<&'a Value>,
}

/// Fails on what is neither described nor a known deviation. The answer is always judged; the
/// request only if it was taken, because a test that is refused has meant to ask oddly.
pub(crate) fn judge(
    headers: &[(&str, &str)],
    method: &Method,
    target: &str,
    body: Option<&Value>,
    answered: &Answered<'_>,
) {
    let named = |wanted| headers.iter().find(|(name, _)| *name == wanted);
    let version = named("intercom-version").map(|(_, version)| *version);
    let path = target.split('?').next().unwrap_or_default();
    let first = path.trim_matches('/').split('/').next().unwrap_or_default();
    if version != Some("2.16") || UNDESCRIBED.contains(&first) {
        return;
    }
    let exchange = Exchange {
        method,
        target,
        version,
        body: body.filter(|body| !is_empty(body)),
    };
    let found = deviations(&exchange, answered);
    let unknown: Vec<String> = Ledger::known()
        .unknown(Party::Twin, found)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert!(
        unknown.is_empty(),
        "{method} {target} is answered {} otherwise than described:\n{}",
        answered.status,
        unknown.join("\n")
    );
}

/// The tests post an empty object where there is nothing to say.
fn is_empty(body: &Value) -> bool {
    body.as_object().is_some_and(Map::is_empty)
}

fn deviations(exchange: &Exchange<'_>, answered: &Answered<'_>) -> Vec<Deviation> {
    let description = Description::of_intercom();
    let path = exchange.target.split('?').next().unwrap_or_default();
    if description.operation_of(exchange.method, path).is_none() && answered.status == 404 {
        return Vec::new();
    }
    let mut found = description.check_answer(exchange, answered.status, answered.body);
    if answered.status < 400 {
        found.extend(description.check_request(exchange));
    }
    found
}
