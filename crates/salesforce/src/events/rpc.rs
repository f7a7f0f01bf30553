//! The calls of the Pub/Sub API, each made once with the session of the moment.

use futures_util::future::BoxFuture;
use futures_util::stream::unfold;
use http::uri::PathAndQuery;
use http::{Request, Response, Uri};
use model::sf::OrgId;
use tokio::sync::mpsc;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::{Status, Streaming};
use tonic_prost::ProstCodec;
use tower::ServiceExt as _;
use tower::util::BoxCloneSyncService;
use transport::{Body, BoxError, HttpService, Secret};
use url::{Position, Url};

use super::change::Topic;
use super::refusal::{Refused, refused};
use super::wire::{
    FetchRequest, FetchResponse, SchemaInfo, SchemaRequest, TopicInfo, TopicRequest,
};
use crate::{SalesforceError, Session};

/// Events are up to 1 MB each; an answer holds at most what one message may.
const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024 + 64 * 1024;

/// The answers of a subscription, once their head is there.
pub(super) type Opening = BoxFuture<'static, Result<Streaming<FetchResponse>, Refused>>;

type GrpcService = BoxCloneSyncService<Request<tonic::body::Body>, Response<Body>, Unanswered>;

/// The service failed before there was an answer.
#[derive(Debug, thiserror::Error)]
#[error("no answer: {0}")]
struct Unanswered(BoxError);

impl From<Unanswered> for Status {
    fn from(error: Unanswered) -> Self {
        Self::from_error(Box::new(error))
    }
}

/// Where the Pub/Sub API is. One for all orgs; clones share connections.
#[derive(Clone)]
pub struct PubSub {
    service: GrpcService,
    origin: Uri,
}

impl PubSub {
    /// The global endpoint (Pub/Sub API, Endpoints).
    pub const GLOBAL: &str = "https://api.pubsub.salesforce.com:7443";

    /// The API at `origin`, through a service that speaks HTTP/2.
    pub fn new(http2: HttpService, origin: &Url) -> Result<Self, SalesforceError> {
        let text = &origin[..Position::BeforePath];
        let origin = text.parse().map_err(|_| SalesforceError::Address {
            url: origin.to_string(),
            why: "no request can be made of it",
        })?;
        let service = http2
            .map_request(|request: Request<tonic::body::Body>| request.map(Body::new))
            .map_err(Unanswered);
        Ok(Self {
            service: GrpcService::new(service),
            origin,
        })
    }

    /// Whether the topic is there and may be listened to; what it is that hinders otherwise.
    pub(super) async fn check(
        &self,
        access: &Access,
        topic: &Topic,
    ) -> Result<(), SalesforceError> {
        let message = TopicRequest {
            topic_name: topic.as_str().to_owned(),
        };
        let info: TopicInfo = self.ask(access, "GetTopic", message).await?;
        if info.can_subscribe {
            return Ok(());
        }
        Err(SalesforceError::AccessDenied {
            code: "can_subscribe is false".to_owned(),
            message: format!("The user may not subscribe to {}.", info.topic_name),
        })
    }

    pub(super) async fn schema(
        &self,
        access: &Access,
        id: &str,
    ) -> Result<SchemaInfo, SalesforceError> {
        let message = SchemaRequest {
            schema_id: id.to_owned(),
        };
        self.ask(access, "GetSchema", message).await
    }

    async fn ask<M, A>(
        &self,
        access: &Access,
        method: &'static str,
        message: M,
    ) -> Result<A, SalesforceError>
    where
        M: prost::Message + 'static,
        A: prost::Message + Default + 'static,
    {
        let mut client = self.client();
        client
            .ready()
            .await
            .map_err(|error| plain(refused(&error.into())))?;
        let codec = ProstCodec::<M, A>::default();
        let answer = client
            .unary(access.given(message), path(method), codec)
            .await;
        answer
            .map(tonic::Response::into_inner)
            .map_err(|status| plain(refused(&status)))
    }

    /// Begins the stream of one subscription with its first request. Later ones go into the
    /// sender. A server may keep the head of its answer until it has something to tell.
    pub(super) fn subscribe(
        &self,
        access: Access,
        first: FetchRequest,
    ) -> (mpsc::Sender<FetchRequest>, Opening) {
        let (more, requests) = mpsc::channel(1);
        let requests = unfold((Some(first), requests), |(first, mut later)| async move {
            let request = match first {
                Some(first) => first,
                None => later.recv().await?,
            };
            Some((request, (None, later)))
        });
        let mut client = self.client();
        let opening = async move {
            client
                .ready()
                .await
                .map_err(|error| refused(&error.into()))?;
            let codec = ProstCodec::<FetchRequest, FetchResponse>::default();
            let answers = client
                .streaming(access.given(requests), path("Subscribe"), codec)
                .await
                .map_err(|status| refused(&status))?;
            Ok(answers.into_inner())
        };
        (more, Box::pin(opening))
    }

    fn client(&self) -> tonic::client::Grpc<GrpcService> {
        tonic::client::Grpc::with_origin(self.service.clone(), self.origin.clone())
            .max_decoding_message_size(ANSWER_BYTES_MAX)
    }
}

/// For whom a call is made.
pub(super) struct Access {
    token: MetadataValue<Ascii>,
    instance: MetadataValue<Ascii>,
    tenant: MetadataValue<Ascii>,
}

impl Access {
    pub(super) fn new(session: &Session, org: OrgId) -> Result<Self, SalesforceError> {
        let instance = &session.instance_url[..Position::BeforePath];
        let value = |text: &str| {
            text.parse().map_err(|_| SalesforceError::Address {
                url: instance.to_owned(),
                why: "the session holds characters that no header can",
            })
        };
        let mut token: MetadataValue<Ascii> = value(Secret::expose(&session.access_token))?;
        token.set_sensitive(true);
        Ok(Self {
            token,
            instance: value(instance)?,
            tenant: value(org.as_str())?,
        })
    }

    fn given<M>(&self, message: M) -> tonic::Request<M> {
        let mut request = tonic::Request::new(message);
        let metadata = request.metadata_mut();
        metadata.insert("accesstoken", self.token.clone());
        metadata.insert("instanceurl", self.instance.clone());
        metadata.insert("tenantid", self.tenant.clone());
        request
    }
}

fn path(method: &str) -> PathAndQuery {
    format!("/eventbus.v1.PubSub/{method}")
        .parse()
        .expect("the names of the methods are constants")
}

/// The error of a call that has nothing to do with replay ids.
fn plain(refused: Refused) -> SalesforceError {
    match refused {
        Refused::Other(error) => error,
        Refused::Replay { why } => SalesforceError::Malformed {
            code: "a replay id was refused".to_owned(),
            message: why,
        },
    }
}
