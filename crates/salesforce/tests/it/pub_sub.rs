//! A Pub/Sub API that plays scripted streams, one after the other, and remembers what it was asked.
//! It speaks gRPC by hand: length-prefixed protobuf messages, and the status in the trailers.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Body;
use bytes::{BufMut, Bytes, BytesMut};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use prost::Message;
use salesforce::events::PubSub;
use tower::service_fn;
use transport::BoxError;

#[derive(Clone, PartialEq, Message)]
pub(crate) struct Fetch {
    #[prost(string, tag = "1")]
    pub(crate) topic: String,
    #[prost(int32, tag = "2")]
    pub(crate) preset: i32,
    #[prost(bytes = "vec", tag = "3")]
    pub(crate) replay_id: Vec<u8>,
    #[prost(int32, tag = "4")]
    pub(crate) wanted: i32,
}

#[derive(Clone, PartialEq, Message)]
struct Answer {
    #[prost(message, repeated, tag = "1")]
    events: Vec<Consumed>,
    #[prost(bytes = "vec", tag = "2")]
    latest: Vec<u8>,
    #[prost(string, tag = "3")]
    rpc_id: String,
    #[prost(int32, tag = "4")]
    pending: i32,
}

#[derive(Clone, PartialEq, Message)]
struct Consumed {
    #[prost(message, optional, tag = "1")]
    event: Option<Produced>,
    #[prost(bytes = "vec", tag = "2")]
    replay_id: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct Produced {
    #[prost(string, tag = "1")]
    id: String,
    #[prost(string, tag = "2")]
    schema_id: String,
    #[prost(bytes = "vec", tag = "3")]
    payload: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct Asked {
    #[prost(string, tag = "1")]
    name: String,
}

#[derive(Clone, PartialEq, Message)]
struct Schema {
    #[prost(string, tag = "1")]
    json: String,
    #[prost(string, tag = "2")]
    id: String,
}

#[derive(Clone, PartialEq, Message)]
struct Topic {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(bool, tag = "4")]
    can_subscribe: bool,
}

/// One event of a script: its place, its schema and its payload.
#[derive(Clone)]
pub(crate) struct Event {
    pub(crate) at: u8,
    pub(crate) schema: &'static str,
    pub(crate) payload: Vec<u8>,
}

/// A step of a stream.
#[derive(Clone)]
pub(crate) enum Step {
    /// Some events, and how many the server owes afterwards.
    Events(Vec<Event>, i32),
    /// No event, only the place reached.
    Quiet(u8),
    /// The stream ends with this code in the trailer.
    Refuse(&'static str),
    /// The connection breaks.
    Break,
    /// As a first step: the head of the answer never comes, and the connection breaks after a
    /// minute.
    BreakBeforeTheHead,
    /// The stream ends well.
    Close,
    /// Nothing more is said.
    Hang,
}

/// The script and what was seen of it. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Server {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    streams: VecDeque<Vec<Step>>,
    schemas: BTreeMap<String, (String, String)>,
    topic_refusals: VecDeque<&'static str>,
    opened: Vec<Opened>,
    schemas_asked: Vec<String>,
}

/// How a stream was opened, and what was asked for on it later.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Opened {
    pub(crate) token: String,
    pub(crate) instance: String,
    pub(crate) tenant: String,
    pub(crate) fetches: Vec<Fetch>,
}

impl Server {
    pub(crate) fn playing(streams: impl IntoIterator<Item = Vec<Step>>) -> Self {
        let server = Self::default();
        server.lock().streams = streams.into_iter().collect();
        server
    }

    /// Answers questions for the schema `asked` with the schema `id`.
    pub(crate) fn with_schema(self, asked: &str, id: &str, json: &str) -> Self {
        let schema = (id.to_owned(), json.to_owned());
        self.lock().schemas.insert(asked.to_owned(), schema);
        self
    }

    /// Refuses as many questions for the topic.
    pub(crate) fn refusing_topic(self, codes: &[&'static str]) -> Self {
        self.lock().topic_refusals = codes.iter().copied().collect();
        self
    }

    pub(crate) fn opened(&self) -> Vec<Opened> {
        let state = self.lock();
        assert_eq!(state.streams.len(), 0, "streams that nobody opened");
        state.opened.clone()
    }

    pub(crate) fn schemas_asked(&self) -> Vec<String> {
        self.lock().schemas_asked.clone()
    }

    pub(crate) fn pub_sub(&self) -> PubSub {
        let server = self.clone();
        let http = transport::in_process(service_fn(move |request| {
            let server = server.clone();
            async move { server.answer(request).await }
        }));
        PubSub::new(http, &PubSub::GLOBAL.parse().unwrap()).unwrap()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    async fn answer(&self, request: Request<Body>) -> Result<Response<Body>, BoxError> {
        assert_eq!(
            request.uri().authority().unwrap().as_str(),
            "api.pubsub.salesforce.com:7443"
        );
        match request.uri().path() {
            "/eventbus.v1.PubSub/Subscribe" => self.subscribe(request).await,
            "/eventbus.v1.PubSub/GetSchema" => {
                let asked: Asked = only_message(request).await;
                let mut state = self.lock();
                state.schemas_asked.push(asked.name.clone());
                Ok(match state.schemas.get(&asked.name) {
                    Some((id, json)) => whole(&Schema {
                        json: json.clone(),
                        id: id.clone(),
                    }),
                    None => refusal("sfdc.platform.eventbus.grpc.schema.not.found"),
                })
            }
            "/eventbus.v1.PubSub/GetTopic" => {
                let asked: Asked = only_message(request).await;
                Ok(match self.lock().topic_refusals.pop_front() {
                    Some(code) => refusal(code),
                    None => whole(&Topic {
                        can_subscribe: !asked.name.contains("Task"),
                        name: asked.name,
                    }),
                })
            }
            other => panic!("{other} is not part of the script"),
        }
    }

    async fn subscribe(&self, request: Request<Body>) -> Result<Response<Body>, BoxError> {
        let opened = {
            let header = |name: &str| request.headers()[name].to_str().unwrap().to_owned();
            Opened {
                token: header("accesstoken"),
                instance: header("instanceurl"),
                tenant: header("tenantid"),
                fetches: Vec::new(),
            }
        };
        let body = request.into_body();
        let (place, steps) = {
            let mut state = self.lock();
            state.opened.push(opened);
            let steps = state.streams.pop_front().expect("a stream of the script");
            (state.opened.len() - 1, steps)
        };
        if matches!(steps.first(), Some(Step::BreakBeforeTheHead)) {
            // sleeps because: the clock is paused, and the break has to come later than the call.
            tokio::time::sleep(Duration::from_mins(1)).await;
            return Err("reset".into());
        }
        // A step is played when the server owes events; it waits for a request otherwise.
        let play = Play {
            server: self.clone(),
            place,
            requests: messages(body),
            owed: 0,
            steps: steps.into(),
        };
        let frames = stream::unfold(Some(play), |play| async move { play?.next_frame().await });
        Ok(grpc(Body::new(StreamBody::new(frames))))
    }
}

struct Play {
    server: Server,
    place: usize,
    requests: BoxStream<'static, Fetch>,
    owed: i32,
    steps: VecDeque<Step>,
}

impl Play {
    async fn next_frame(mut self) -> Option<(Result<Frame<Bytes>, &'static str>, Option<Self>)> {
        while self.owed == 0 {
            let fetch = self.requests.next().await?;
            self.owed += fetch.wanted;
            self.server.lock().opened[self.place].fetches.push(fetch);
        }
        let answer = match self.steps.pop_front()? {
            Step::Events(events, pending) => {
                self.owed = pending;
                let last = events.last().map(|event| vec![event.at]);
                Answer {
                    events: events.into_iter().map(consumed).collect(),
                    latest: last.unwrap_or_default(),
                    pending,
                    rpc_id: "rpc".to_owned(),
                }
            }
            Step::Quiet(at) => Answer {
                latest: vec![at],
                pending: self.owed,
                ..Answer::default()
            },
            Step::Refuse(code) => return Some((Ok(Frame::trailers(trailers(code))), None)),
            Step::Break | Step::BreakBeforeTheHead => return Some((Err("reset"), None)),
            Step::Close => return Some((Ok(Frame::trailers(fine())), None)),
            Step::Hang => {
                std::future::pending::<()>().await;
                return None;
            }
        };
        Some((Ok(Frame::data(framed(&answer))), Some(self)))
    }
}

fn consumed(event: Event) -> Consumed {
    Consumed {
        event: Some(Produced {
            id: format!("event-{}", event.at),
            schema_id: event.schema.to_owned(),
            payload: event.payload,
        }),
        replay_id: vec![event.at],
    }
}

fn framed(message: &impl Message) -> Bytes {
    let body = message.encode_to_vec();
    let mut frame = BytesMut::new();
    frame.put_u8(0);
    frame.put_u32(u32::try_from(body.len()).unwrap());
    frame.extend_from_slice(&body);
    frame.freeze()
}

/// The messages of a request body, as they come.
fn messages<M: Message + Default>(body: Body) -> BoxStream<'static, M> {
    stream::unfold((body, BytesMut::new()), |(mut body, mut held)| async move {
        loop {
            if held.len() >= 5 {
                let length = u32::from_be_bytes(held[1..5].try_into().unwrap()) as usize;
                if held.len() >= 5 + length {
                    let frame = held.split_to(5 + length);
                    return Some((M::decode(&frame[5..]).unwrap(), (body, held)));
                }
            }
            let frame = body.frame().await?.ok()?;
            held.extend_from_slice(&frame.into_data().ok()?);
        }
    })
    .boxed()
}

async fn only_message<M: Message + Default>(request: Request<Body>) -> M {
    messages(request.into_body()).next().await.unwrap()
}

fn grpc(body: Body) -> Response<Body> {
    Response::builder()
        .header("content-type", "application/grpc")
        .body(body)
        .unwrap()
}

fn whole(message: &impl Message) -> Response<Body> {
    let frames = [
        Ok::<_, Infallible>(Frame::data(framed(message))),
        Ok(Frame::trailers(fine())),
    ];
    grpc(Body::new(StreamBody::new(stream::iter(frames))))
}

fn refusal(code: &str) -> Response<Body> {
    let frames = [Ok::<_, Infallible>(Frame::trailers(trailers(code)))];
    grpc(Body::new(StreamBody::new(stream::iter(frames))))
}

fn fine() -> HeaderMap {
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", "0".parse().unwrap());
    trailers
}

fn trailers(code: &str) -> HeaderMap {
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", "3".parse().unwrap());
    trailers.insert("grpc-message", "words".parse().unwrap());
    trailers.insert("error-code", code.parse().unwrap());
    trailers
}
