//! A client of the event bus, written by hand from the vendor's `pubsub_api.proto`.

use std::collections::BTreeMap;
use std::io::Cursor;

use apache_avro::reader::datum::GenericDatumReader;
use apache_avro::types::Value as Avro;
use axum::body::Body as HttpBody;
use futures_util::{Stream, StreamExt as _, stream};
use http::uri::PathAndQuery;
use salesforce_sim::{Sim, SimService};
use serde_json::{Value as Json, json};
use tokio::sync::mpsc;
use tonic::client::Grpc;
use tonic::{Request, Status, Streaming};
use tonic_prost::ProstCodec;
use tower::util::BoxCloneSyncService;
use tower::{BoxError, ServiceExt as _};

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct TopicRequest {
    #[prost(string, tag = "1")]
    pub(crate) topic_name: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct TopicInfo {
    #[prost(string, tag = "1")]
    pub(crate) topic_name: String,
    #[prost(string, tag = "2")]
    pub(crate) tenant_guid: String,
    #[prost(bool, tag = "3")]
    pub(crate) can_publish: bool,
    #[prost(bool, tag = "4")]
    pub(crate) can_subscribe: bool,
    #[prost(string, tag = "5")]
    pub(crate) schema_id: String,
    #[prost(string, tag = "6")]
    pub(crate) rpc_id: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SchemaRequest {
    #[prost(string, tag = "1")]
    pub(crate) schema_id: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct SchemaInfo {
    #[prost(string, tag = "1")]
    pub(crate) schema_json: String,
    #[prost(string, tag = "2")]
    pub(crate) schema_id: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct FetchRequest {
    #[prost(string, tag = "1")]
    pub(crate) topic_name: String,
    #[prost(int32, tag = "2")]
    pub(crate) replay_preset: i32,
    #[prost(bytes = "vec", tag = "3")]
    pub(crate) replay_id: Vec<u8>,
    #[prost(int32, tag = "4")]
    pub(crate) num_requested: i32,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct FetchResponse {
    #[prost(message, repeated, tag = "1")]
    pub(crate) events: Vec<ConsumerEvent>,
    #[prost(bytes = "vec", tag = "2")]
    pub(crate) latest_replay_id: Vec<u8>,
    #[prost(string, tag = "3")]
    pub(crate) rpc_id: String,
    #[prost(int32, tag = "4")]
    pub(crate) pending_num_requested: i32,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ConsumerEvent {
    #[prost(message, optional, tag = "1")]
    pub(crate) event: Option<ProducerEvent>,
    #[prost(bytes = "vec", tag = "2")]
    pub(crate) replay_id: Vec<u8>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct ProducerEvent {
    #[prost(string, tag = "1")]
    pub(crate) id: String,
    #[prost(string, tag = "2")]
    pub(crate) schema_id: String,
    #[prost(bytes = "vec", tag = "3")]
    pub(crate) payload: Vec<u8>,
}

pub(crate) const LATEST: i32 = 0;
pub(crate) const EARLIEST: i32 = 1;
pub(crate) const CUSTOM: i32 = 2;

/// What the client speaks gRPC over.
pub(crate) type Channel =
    BoxCloneSyncService<http::Request<tonic::body::Body>, http::Response<HttpBody>, BoxError>;

/// A client with the metadata that it sends.
#[derive(Clone)]
pub(crate) struct Bus {
    pub(crate) channel: Channel,
    pub(crate) metadata: BTreeMap<&'static str, String>,
}

/// An open subscription: requests go in, answers come out.
pub(crate) struct Subscribed {
    requests: mpsc::UnboundedSender<FetchRequest>,
    answers: Streaming<FetchResponse>,
}

pub(crate) fn fetch(topic: &str, preset: i32, number: i32) -> FetchRequest {
    FetchRequest {
        topic_name: topic.to_owned(),
        replay_preset: preset,
        replay_id: Vec::new(),
        num_requested: number,
    }
}

pub(crate) fn resume(topic: &str, replay_id: &[u8], number: i32) -> FetchRequest {
    FetchRequest {
        replay_id: replay_id.to_vec(),
        ..fetch(topic, CUSTOM, number)
    }
}

/// The code in the trailers, without what all codes begin with.
pub(crate) fn code(status: &Status) -> String {
    let code = status
        .metadata()
        .get("error-code")
        .unwrap()
        .to_str()
        .unwrap();
    let suffix = code.strip_prefix("sfdc.platform.eventbus.grpc.").unwrap();
    assert!(status.message().contains(" rpcId: "), "{status}");
    suffix.to_owned()
}

impl Bus {
    pub(crate) fn over(channel: Channel, sim: &Sim) -> Self {
        let org = sim.with_world(|world| world.org());
        let metadata = [
            ("accesstoken", "token".to_owned()),
            ("instanceurl", "https://org.my.salesforce.com".to_owned()),
            ("tenantid", org.to_string()),
        ];
        Self {
            channel,
            metadata: metadata.into(),
        }
    }

    pub(crate) fn in_process(sim: &Sim) -> Self {
        Self::over(channel(sim.pubsub()), sim)
    }

    fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        for (key, value) in &self.metadata {
            request.metadata_mut().insert(*key, value.parse().unwrap());
        }
        request
    }

    pub(crate) async fn unary<In, Out>(&self, method: &str, message: In) -> Result<Out, Status>
    where
        In: prost::Message + 'static,
        Out: prost::Message + Default + 'static,
    {
        let path = PathAndQuery::try_from(format!("/eventbus.v1.PubSub/{method}")).unwrap();
        let mut grpc = Grpc::new(self.channel.clone());
        let codec = ProstCodec::<In, Out>::default();
        let answer = grpc.unary(self.request(message), path, codec).await?;
        Ok(answer.into_inner())
    }

    pub(crate) async fn topic(&self, name: &str) -> Result<TopicInfo, Status> {
        let topic_name = name.to_owned();
        self.unary("GetTopic", TopicRequest { topic_name }).await
    }

    pub(crate) async fn schema(&self, id: &str) -> Result<SchemaInfo, Status> {
        let schema_id = id.to_owned();
        self.unary("GetSchema", SchemaRequest { schema_id }).await
    }

    pub(crate) async fn subscribe(&self, first: FetchRequest) -> Result<Subscribed, Status> {
        let (requests, receiver) = mpsc::unbounded_channel();
        requests.send(first).unwrap();
        let messages = stream::unfold(receiver, |mut receiver| async move {
            Some((receiver.recv().await?, receiver))
        });
        let answers = self.stream("Subscribe", messages).await?;
        Ok(Subscribed { requests, answers })
    }

    pub(crate) async fn stream(
        &self,
        method: &str,
        messages: impl Stream<Item = FetchRequest> + Send + 'static,
    ) -> Result<Streaming<FetchResponse>, Status> {
        let path = PathAndQuery::try_from(format!("/eventbus.v1.PubSub/{method}")).unwrap();
        let mut grpc = Grpc::new(self.channel.clone());
        let codec = ProstCodec::default();
        let answer = grpc.streaming(self.request(messages), path, codec).await?;
        Ok(answer.into_inner())
    }

    /// An event's payload as JSON, without the fields that hold nothing.
    pub(crate) async fn read(&self, event: &ConsumerEvent) -> Json {
        let event = event.event.as_ref().unwrap();
        let schema = self.schema(&event.schema_id).await.unwrap();
        let schema = apache_avro::Schema::parse_str(&schema.schema_json).unwrap();
        let reader = GenericDatumReader::builder(&schema).build().unwrap();
        let mut payload = Cursor::new(&event.payload);
        let value = reader.read_value(&mut payload).unwrap();
        assert_eq!(payload.position(), event.payload.len() as u64);
        told(&value)
    }
}

impl Subscribed {
    pub(crate) fn ask(&self, request: FetchRequest) {
        self.requests.send(request).unwrap();
    }

    pub(crate) async fn next(&mut self) -> Option<Result<FetchResponse, Status>> {
        self.answers.next().await
    }

    pub(crate) async fn answer(&mut self) -> FetchResponse {
        self.next().await.unwrap().unwrap()
    }

    pub(crate) async fn refusal(&mut self) -> Status {
        self.next().await.unwrap().unwrap_err()
    }

    /// Says that nothing more will be asked for.
    pub(crate) fn done(self) -> Streaming<FetchResponse> {
        self.answers
    }
}

pub(crate) fn channel(service: SimService) -> Channel {
    Channel::new(
        service.map_request(|request: http::Request<tonic::body::Body>| request.map(HttpBody::new)),
    )
}

fn told(value: &Avro) -> Json {
    match value {
        Avro::Record(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), told(value)))
            .filter(|(_, value)| !value.is_null())
            .collect(),
        Avro::Union(_, value) => told(value),
        Avro::Array(items) => items.iter().map(told).collect(),
        Avro::Enum(_, text) | Avro::String(text) => json!(text),
        Avro::Int(number) => json!(number),
        Avro::Long(number) => json!(number),
        Avro::Double(number) => json!(number),
        Avro::Boolean(flag) => json!(flag),
        Avro::Null => Json::Null,
        other => panic!("no event holds {other:?}"),
    }
}
