//! The messages of `eventbus.v1.PubSub`, as far as a subscriber needs them (Pub/Sub API, RPC
//! method reference). Fields that are not read are left out: protobuf passes over them.

use prost::Message;

/// `ReplayPreset`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
pub(super) enum ReplayPreset {
    Latest = 0,
    Earliest = 1,
    Custom = 2,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct FetchRequest {
    #[prost(string, tag = "1")]
    pub(super) topic_name: String,
    #[prost(enumeration = "ReplayPreset", tag = "2")]
    pub(super) replay_preset: i32,
    #[prost(bytes = "vec", tag = "3")]
    pub(super) replay_id: Vec<u8>,
    #[prost(int32, tag = "4")]
    pub(super) num_requested: i32,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct FetchResponse {
    #[prost(message, repeated, tag = "1")]
    pub(super) events: Vec<ConsumerEvent>,
    #[prost(bytes = "vec", tag = "2")]
    pub(super) latest_replay_id: Vec<u8>,
    #[prost(int32, tag = "4")]
    pub(super) pending_num_requested: i32,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ConsumerEvent {
    #[prost(message, optional, tag = "1")]
    pub(super) event: Option<ProducerEvent>,
    #[prost(bytes = "vec", tag = "2")]
    pub(super) replay_id: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ProducerEvent {
    #[prost(string, tag = "1")]
    pub(super) id: String,
    #[prost(string, tag = "2")]
    pub(super) schema_id: String,
    #[prost(bytes = "vec", tag = "3")]
    pub(super) payload: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct SchemaRequest {
    #[prost(string, tag = "1")]
    pub(super) schema_id: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct SchemaInfo {
    #[prost(string, tag = "1")]
    pub(super) schema_json: String,
    #[prost(string, tag = "2")]
    pub(super) schema_id: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct TopicRequest {
    #[prost(string, tag = "1")]
    pub(super) topic_name: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct TopicInfo {
    #[prost(string, tag = "1")]
    pub(super) topic_name: String,
    #[prost(bool, tag = "4")]
    pub(super) can_subscribe: bool,
}
