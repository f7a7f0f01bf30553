//! An org to ask, and the shortest way to ask it.

use std::time::Duration;

use model::{SeededEntropy, Timestamp};
use salesforce_sim::{Options, RecordId, Response, World};
use serde_json::{Value as Json, json};

/// Noon of the day on which every test begins.
pub(crate) const NOON: &str = "2026-06-10T12:00:00.000Z";

/// An org with an API client.
pub(crate) struct Org {
    pub(crate) world: World,
    pub(crate) now: Timestamp,
    entropy: SeededEntropy,
}

/// A status, and the body if it is JSON.
pub(crate) type Answer = (u16, Json);

pub(crate) fn noon() -> Timestamp {
    NOON.parse().unwrap()
}

/// Options of an org without people to sell to, into which a test puts its own.
pub(crate) fn empty() -> Options {
    Options {
        leads: 0,
        contacts: 0,
        accounts: 0,
        opportunities: 0,
        cases: 0,
        access_token: Some("token".to_owned()),
        refresh_token: Some("refresh".to_owned()),
        ..Options::default()
    }
}

impl Org {
    pub(crate) fn new(options: Options) -> Self {
        let world = World::new(options, noon());
        Self {
            world,
            now: noon(),
            entropy: SeededEntropy::new(7, "test"),
        }
    }

    pub(crate) fn empty() -> Self {
        Self::new(empty())
    }

    pub(crate) fn wait(&mut self, by: Duration) {
        self.now = self.now.plus(by);
    }

    /// Sends any request.
    pub(crate) fn send(&mut self, request: http::Request<String>) -> Response {
        self.send_bytes(&request.map(bytes::Bytes::from))
    }

    /// Sends a request whose body need not be text.
    pub(crate) fn send_bytes(&mut self, request: &http::Request<bytes::Bytes>) -> Response {
        self.world.handle(self.now, &mut self.entropy, request)
    }

    /// Calls the API with headers.
    pub(crate) fn call_with(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Json,
    ) -> Answer {
        let uri = if path.starts_with('/') {
            path.to_owned()
        } else {
            format!("/services/data/v67.0/{path}")
        };
        let mut request = http::Request::builder()
            .method(method)
            .uri(uri)
            .header("host", "org.test")
            .header("authorization", "Bearer token");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let response = self.send(request.body(body).unwrap());
        let status = response.status().as_u16();
        let bytes = response.into_body().into_bytes();
        (status, serde_json::from_slice(&bytes).unwrap_or(Json::Null))
    }

    /// Calls the API without anybody's assignment rule.
    pub(crate) fn call(&mut self, method: &str, path: &str, body: &Json) -> Answer {
        self.call_with(method, path, &[("sforce-auto-assign", "FALSE")], body)
    }

    pub(crate) fn get(&mut self, path: &str) -> Answer {
        self.call("GET", path, &Json::Null)
    }

    /// Creates a record that must be accepted.
    pub(crate) fn create(&mut self, object: &str, fields: &Json) -> RecordId {
        let (status, body) = self.call("POST", &format!("sobjects/{object}"), fields);
        assert_eq!(status, 201, "{body}");
        body["id"].as_str().unwrap().parse().unwrap()
    }

    /// Runs a query.
    pub(crate) fn query(&mut self, soql: &str) -> Answer {
        self.query_by("query", soql)
    }

    pub(crate) fn query_by(&mut self, resource: &str, soql: &str) -> Answer {
        let q: String = url::form_urlencoded::byte_serialize(soql.as_bytes()).collect();
        self.get(&format!("{resource}?q={q}"))
    }

    /// The values of a query's rows, in the alphabetical order of their names.
    pub(crate) fn rows(&mut self, soql: &str) -> String {
        let (status, body) = self.query(soql);
        assert_eq!(status, 200, "{soql}: {body}");
        printed(&body["records"])
    }

    pub(crate) fn field(&self, id: RecordId, field: &str) -> Json {
        self.world.record(id).unwrap()[field].clone()
    }
}

/// Rows by semicolon, values by bar in the order of their names, parents flattened in place;
/// attributes left out.
pub(crate) fn printed(records: &Json) -> String {
    fn values(record: &Json, out: &mut Vec<String>) {
        for (key, value) in record.as_object().unwrap() {
            match value {
                Json::Object(_) if key == "attributes" => {}
                Json::Object(_) => values(value, out),
                Json::String(text) => out.push(text.clone()),
                Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) => {
                    out.push(value.to_string());
                }
            }
        }
    }
    let rows = records.as_array().unwrap().iter().map(|record| {
        let mut row = Vec::new();
        values(record, &mut row);
        row.join("|")
    });
    rows.collect::<Vec<_>>().join("; ")
}

/// `CODE: message` of a refusal.
pub(crate) fn refusal((status, body): Answer) -> String {
    let code = body[0]["errorCode"].as_str().unwrap_or("no code");
    let message = body[0]["message"].as_str().unwrap_or("no message");
    format!("{status} {code}: {message}")
}

pub(crate) fn ada() -> Json {
    json!({
        "LastName": "Lovelace", "FirstName": "Ada", "Company": "Engines",
        "Email": "Ada@Engines.example",
    })
}
