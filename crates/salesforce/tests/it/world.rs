//! An org that answers what it was told to answer, once each, and remembers what it was asked.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream};
use http::{Request, Response};
use salesforce::{Client, Renew, SalesforceError, Session, StaleToken};
use tower::service_fn;
use transport::{Body, BoxError, HttpService, TransportError};

/// One answer of the script.
pub(crate) enum Answer {
    /// A whole answer.
    Reply {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: String,
    },
    /// The connection is not opened.
    NeverOpened,
    /// The connection breaks after the request was sent.
    Broken,
    /// A good answer whose body breaks off behind these bytes.
    BrokenBody {
        headers: Vec<(&'static str, String)>,
        body: String,
    },
    /// A good answer whose body comes in these pieces, and counts those that were taken.
    Pieces {
        headers: Vec<(&'static str, String)>,
        pieces: Vec<Bytes>,
        taken: Arc<AtomicUsize>,
    },
    /// No answer, ever.
    Silence,
    /// An answer that takes its time.
    Late(Duration, Box<Self>),
}

/// A request as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) line: String,
    pub(crate) authorization: String,
    pub(crate) if_modified_since: Option<String>,
    pub(crate) auto_assign: Option<String>,
    pub(crate) body: String,
}

/// The script and what was seen of it.
#[derive(Clone)]
pub(crate) struct World {
    state: Arc<Mutex<State>>,
}

struct State {
    answers: VecDeque<Answer>,
    /// To the question for versions, which is no part of the script unless a test is about it.
    versions: VecDeque<Answer>,
    version_questions: Vec<Seen>,
    seen: Vec<Seen>,
    renewals: Vec<String>,
}

pub(crate) fn json(status: u16, body: &serde_json::Value) -> Answer {
    json_text(status, &body.to_string())
}

pub(crate) fn json_text(status: u16, body: &str) -> Answer {
    let headers = vec![
        ("content-type", "application/json;charset=UTF-8".to_owned()),
        ("date", "Fri, 02 Jan 2026 03:04:05 GMT".to_owned()),
        ("sforce-limit-info", "api-usage=18/15000".to_owned()),
    ];
    Answer::Reply {
        status,
        headers,
        body: body.to_owned(),
    }
}

pub(crate) fn expired() -> Answer {
    json_text(
        401,
        r#"[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]"#,
    )
}

pub(crate) fn maintenance() -> Answer {
    let headers = vec![("content-type", "text/html".to_owned())];
    Answer::Reply {
        status: 503,
        headers,
        body: "<html>Down for maintenance</html>".to_owned(),
    }
}

/// What an org of Summer '26 offers.
fn versions() -> Answer {
    let offered = ["31.0", "66.0", "67.0"].map(|version| {
        serde_json::json!({"label": "x", "url": format!("/services/data/v{version}"), "version": version})
    });
    json(200, &serde_json::json!(offered))
}

pub(crate) fn rows(rows: &[serde_json::Value]) -> serde_json::Value {
    serde_json::json!({"totalSize": rows.len(), "done": true, "records": rows})
}

/// An answer to a composite call: reference, status, body of each part.
pub(crate) fn composite(parts: &[(&str, u16, serde_json::Value)]) -> Answer {
    let parts: Vec<_> = parts
        .iter()
        .map(|(reference, status, body)| {
            serde_json::json!({"referenceId": reference, "httpStatusCode": status, "body": body})
        })
        .collect();
    json(200, &serde_json::json!({"compositeResponse": parts}))
}

pub(crate) fn lead(id: &str, email: &str) -> serde_json::Value {
    serde_json::json!({
        "Id": id, "Name": "Ada Lee", "FirstName": "Ada", "LastName": "Lee", "Email": email,
        "Company": "Acme", "Status": "Open", "OwnerId": "005D000000QYVhd", "IsConverted": false,
        "IsDeleted": false, "CreatedById": "005D000000QYVhd",
        "CreatedDate": "2026-01-02T03:04:05.000+0000",
        "SystemModstamp": "2026-01-02T03:04:05.000+0000"
    })
}

impl World {
    pub(crate) fn answering(answers: impl IntoIterator<Item = Answer>) -> Self {
        let answers = answers.into_iter().collect();
        let state = State {
            answers,
            versions: VecDeque::new(),
            version_questions: Vec::new(),
            seen: Vec::new(),
            renewals: Vec::new(),
        };
        Self {
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// The same world, whose first questions for versions are answered so.
    pub(crate) fn with_versions(self, answers: impl IntoIterator<Item = Answer>) -> Self {
        self.state.lock().unwrap().versions = answers.into_iter().collect();
        self
    }

    /// The questions for versions, which came beside the script.
    pub(crate) fn version_questions(&self) -> Vec<Seen> {
        self.state.lock().unwrap().version_questions.clone()
    }

    /// A client whose stale tokens become `renewed-1`, `renewed-2` and so on, after a second each.
    pub(crate) fn client(&self) -> Client {
        let world = self.clone();
        self.client_renewing(Arc::new(move |StaleToken(stale)| {
            let world = world.clone();
            async move {
                // sleeps because: the clock is paused, and renewing has to take time.
                tokio::time::sleep(Duration::from_secs(1)).await;
                let mut state = world.state.lock().unwrap();
                state.renewals.push(stale.expose().to_owned());
                Ok(session(&format!("renewed-{}", state.renewals.len())))
            }
            .boxed()
        }))
    }

    /// A client that cannot renew: the grant was revoked.
    pub(crate) fn client_of_revoked_grant(&self) -> Client {
        let world = self.clone();
        self.client_renewing(Arc::new(move |StaleToken(stale)| {
            let world = world.clone();
            async move {
                // sleeps because: the clock is paused, and renewing has to take time.
                tokio::time::sleep(Duration::from_secs(1)).await;
                world
                    .state
                    .lock()
                    .unwrap()
                    .renewals
                    .push(stale.expose().to_owned());
                let code = "invalid_grant".to_owned();
                Err(SalesforceError::Grant {
                    code,
                    message: "expired".to_owned(),
                })
            }
            .boxed()
        }))
    }

    fn client_renewing(&self, renew: Renew) -> Client {
        Client::new(self.http(), session("first"), renew)
    }

    pub(crate) fn http(&self) -> HttpService {
        let world = self.clone();
        transport::in_process(service_fn(move |request| world.clone().answer(request)))
    }

    /// The stale tokens that were given back for renewal.
    pub(crate) fn renewals(&self) -> Vec<String> {
        self.state.lock().unwrap().renewals.clone()
    }

    /// What was asked; the whole script must have been played.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        let state = self.state.lock().unwrap();
        assert_eq!(state.answers.len(), 0, "answers that nobody asked for");
        state.seen.clone()
    }

    /// Method and path of what was asked.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.line).collect()
    }

    async fn answer(self, request: Request<Body>) -> Result<Response<Body>, BoxError> {
        let (head, body) = request.into_parts();
        let Ok(body) = axum::body::to_bytes(body, usize::MAX).await else {
            return Err("the request broke off".into());
        };
        let authorization = head
            .headers
            .get("authorization")
            .map_or("", |v| v.to_str().unwrap());
        let header = |name: &str| {
            let value = head.headers.get(name)?;
            Some(value.to_str().unwrap().to_owned())
        };
        let seen = Seen {
            if_modified_since: header("if-modified-since"),
            auto_assign: header("sforce-auto-assign"),
            line: format!("{} {}", head.method, head.uri),
            authorization: authorization.to_owned(),
            body: String::from_utf8(body.to_vec()).unwrap(),
        };
        let answer = {
            let mut state = self.state.lock().unwrap();
            if head.uri.path() == "/services/data/" {
                state.version_questions.push(seen);
                state.versions.pop_front().unwrap_or_else(versions)
            } else {
                let answer = state.answers.pop_front();
                assert!(answer.is_some(), "an answer to {}", seen.line);
                state.seen.push(seen);
                answer.unwrap()
            }
        };
        played(answer).await
    }
}

async fn played(answer: Answer) -> Result<Response<Body>, BoxError> {
    match answer {
        Answer::Reply {
            status,
            headers,
            body,
        } => Ok(response(status, headers, body.into())),
        Answer::NeverOpened => Err(Box::new(TransportError::NotSent {
            source: "refused".into(),
        })),
        Answer::Broken => Err("reset".into()),
        Answer::BrokenBody { headers, body } => {
            let pieces = stream::iter([Ok(Bytes::from(body)), Err("reset")]);
            Ok(response(200, headers, Body::from_stream(pieces)))
        }
        Answer::Pieces {
            headers,
            pieces,
            taken,
        } => {
            let pieces = stream::iter(pieces).map(move |piece| {
                taken.fetch_add(1, Ordering::Relaxed);
                Ok::<_, Infallible>(piece)
            });
            Ok(response(200, headers, Body::from_stream(pieces)))
        }
        Answer::Silence => {
            let silence = stream::pending::<Result<Bytes, Infallible>>();
            let _: Vec<_> = silence.collect().await;
            Err("the end of eternity".into())
        }
        Answer::Late(by, answer) => {
            // sleeps because: the clock is paused, and the answer has to take time.
            tokio::time::sleep(by).await;
            Box::pin(played(*answer)).await
        }
    }
}

fn session(token: &str) -> Session {
    Session {
        instance_url: "https://acme.my.salesforce.com".parse().unwrap(),
        access_token: token.into(),
    }
}

fn response(status: u16, headers: Vec<(&'static str, String)>, body: Body) -> Response<Body> {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(name, value);
    }
    response.body(body).unwrap()
}
