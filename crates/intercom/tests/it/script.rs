//! A vendor that answers from a list, in order, and writes down what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use http::{Request, Response};
use intercom::Client;
use intercom_openapi::{Deviation, Ledger, Party};
use serde_json::Value;
use tower::service_fn;
use transport::{Body, BoxError, HttpService, TransportError, in_process};

use crate::judge::{deviations, in_lines};

/// What the next request meets.
pub(crate) enum Answer {
    Reply(Response<Body>),
    Failure(TransportError),
}

#[derive(Clone)]
pub(crate) struct Script {
    state: Arc<Mutex<State>>,
}

struct State {
    answers: VecDeque<Answer>,
    asked: Vec<Request<String>>,
    /// What of the requests is neither described nor known to be otherwise.
    deviations: Vec<Deviation>,
}

impl Drop for State {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let found = in_lines(&self.deviations);
            assert!(found.is_empty(), "not as described:\n{found}");
        }
    }
}

/// A success with this body.
pub(crate) fn ok(body: &str) -> Answer {
    reply(200, &[], body)
}

pub(crate) fn reply(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut response = Response::builder()
        .status(status)
        .header("content-type", "application/json");
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    Answer::Reply(
        response
            .body(Body::from(body.to_owned()))
            .expect("the headers are well-formed"),
    )
}

/// A refusal with one listed error.
pub(crate) fn refused(status: u16, code: &str, message: &str) -> Answer {
    let body = serde_json::json!({
        "type": "error.list", "request_id": "r1", "errors": [{ "code": code, "message": message }]
    });
    reply(status, &[], &body.to_string())
}

impl Script {
    pub(crate) fn of(answers: impl IntoIterator<Item = Answer>) -> Self {
        let state = State {
            answers: answers.into_iter().collect(),
            asked: Vec::new(),
            deviations: Vec::new(),
        };
        Self {
            state: Arc::new(Mutex::new(state)),
        }
    }

    pub(crate) fn service(&self) -> HttpService {
        let state = Arc::clone(&self.state);
        in_process(service_fn(move |request: Request<Body>| {
            let state = Arc::clone(&state);
            async move {
                let (head, body) = request.into_parts();
                let body = whole(body).await?;
                let request = Request::from_parts(head, body);
                let unknown = Ledger::known().unknown(Party::Client, deviations(&request));
                let mut state = state.lock().expect("no test thread panicked");
                state.deviations.extend(unknown);
                state.asked.push(request);
                match state.answers.pop_front() {
                    Some(Answer::Reply(response)) => Ok::<_, BoxError>(response),
                    Some(Answer::Failure(error)) => Err(error.into()),
                    None => Err("nobody expected this request".into()),
                }
            }
        }))
    }

    pub(crate) fn client(&self) -> Client {
        let api_url = "https://api.intercom.test/"
            .parse()
            .expect("the address is well-formed");
        Client::new(self.service(), api_url, "dG9rOjAx".into())
    }

    /// Method and path of each request so far. All answers must be used up.
    pub(crate) fn asked(&self) -> Vec<String> {
        let state = self.state.lock().expect("no test thread panicked");
        assert!(
            state.answers.is_empty(),
            "{} answers were not asked for",
            state.answers.len()
        );
        let lines = state.asked.iter().map(|request| {
            let path = request
                .uri()
                .path_and_query()
                .map_or("", |path| path.as_str());
            format!("{} {path}", request.method())
        });
        lines.collect()
    }

    /// Each request so far.
    pub(crate) fn requests(&self) -> Vec<Request<String>> {
        let state = self.state.lock().expect("no test thread panicked");
        state.asked.clone()
    }

    /// The body of each request so far.
    pub(crate) fn bodies(&self) -> Vec<String> {
        let state = self.state.lock().expect("no test thread panicked");
        state
            .asked
            .iter()
            .map(|request| request.body().clone())
            .collect()
    }

    /// The body of each request so far, all of which must be JSON.
    pub(crate) fn json_bodies(&self) -> Vec<Value> {
        let read = |body: String| serde_json::from_str(&body).expect("the body is JSON");
        self.bodies().into_iter().map(read).collect()
    }

    /// The whole address of the first request.
    pub(crate) fn address(&self) -> Option<String> {
        let state = self.state.lock().expect("no test thread panicked");
        Some(state.asked.first()?.uri().to_string())
    }

    /// A header of the first request.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let state = self.state.lock().expect("no test thread panicked");
        let value = state.asked.first()?.headers().get(name)?;
        Some(value.to_str().expect("headers are text").to_owned())
    }
}

async fn whole(body: Body) -> Result<String, BoxError> {
    let bytes = http_body_util::BodyExt::collect(body).await?.to_bytes();
    Ok(String::from_utf8(bytes.to_vec())?)
}
