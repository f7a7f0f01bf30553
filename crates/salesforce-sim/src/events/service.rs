//! The gRPC service `eventbus.v1.PubSub`: which call is which, and who may make it.
//!
//! It stands beside REST on the same listener; a request is meant for it if its content type says
//! gRPC. Change events cannot be published, and managed subscriptions are not offered.

use axum::body::Body as HttpBody;
use http::{HeaderMap, Request as HttpRequest, Response as HttpResponse, header};
use prost::Message;
use tonic::metadata::MetadataMap;
use tonic::server::Grpc;
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;
use tower::service_fn;

use crate::sim::Sim;
use crate::world::World;

use super::delivery::Caller;
use super::refusal::Refusal;
use super::streams::Method;
use super::subscription;
use super::wire::{FetchRequest, FetchResponse, SchemaRequest, TopicRequest};

/// Whether a request is a gRPC call.
pub(crate) fn is_meant(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|media| media.to_str().ok())
        .is_some_and(|media| media.starts_with("application/grpc"))
}

/// Answers a gRPC call.
pub(crate) async fn answer(sim: &Sim, request: HttpRequest<HttpBody>) -> HttpResponse<HttpBody> {
    match request.uri().path() {
        "/eventbus.v1.PubSub/GetTopic" => {
            unary(request, |request: Request<TopicRequest>| {
                admitted(sim, Method::GetTopic, &request, |world, rpc| {
                    world.topic_info(&request.get_ref().topic_name, rpc)
                })
            })
            .await
        }
        "/eventbus.v1.PubSub/GetSchema" => {
            unary(request, |request: Request<SchemaRequest>| {
                admitted(sim, Method::GetSchema, &request, |world, rpc| {
                    world.schema_info(&request.get_ref().schema_id, rpc)
                })
            })
            .await
        }
        "/eventbus.v1.PubSub/Subscribe" => subscribe(sim, request).await,
        "/eventbus.v1.PubSub/Publish" | "/eventbus.v1.PubSub/PublishStream" => {
            refuse_publishing(sim, request.headers().clone())
        }
        _ => Status::unimplemented("Method not found").into_http(),
    }
}

async fn unary<In, Out>(
    request: HttpRequest<HttpBody>,
    act: impl Fn(Request<In>) -> Result<Out, Status>,
) -> HttpResponse<HttpBody>
where
    In: Message + Default + 'static,
    Out: Message + 'static,
{
    let service = service_fn(|request: Request<In>| {
        let answered = act(request).map(Response::new);
        async move { answered }
    });
    let codec = ProstCodec::<Out, In>::default();
    let answered = Grpc::new(codec).unary(service, request).await;
    answered.map(HttpBody::new)
}

async fn subscribe(sim: &Sim, request: HttpRequest<HttpBody>) -> HttpResponse<HttpBody> {
    let service = service_fn(|request: Request<tonic::Streaming<FetchRequest>>| {
        let opened = admit(sim, Method::Subscribe, request.metadata());
        let opened = opened.map(|(caller, rpc)| {
            Response::new(subscription::answers(
                sim.clone(),
                caller,
                rpc,
                request.into_inner(),
            ))
        });
        async move { opened }
    });
    let codec = ProstCodec::<FetchResponse, FetchRequest>::default();
    let answered = Grpc::new(codec).streaming(service, request).await;
    answered.map(HttpBody::new)
}

fn refuse_publishing(sim: &Sim, headers: HeaderMap) -> HttpResponse<HttpBody> {
    let metadata = MetadataMap::from_headers(headers);
    let refusal = sim.at_bus(|world| {
        let rpc = world.records.events.call_id();
        let why = world.bus_caller(&metadata).err();
        why.unwrap_or(Refusal::TopicPermission).status(&rpc)
    });
    refusal.into_http()
}

/// Answers a call of one message, if the caller may make it.
fn admitted<In, Out>(
    sim: &Sim,
    method: Method,
    request: &Request<In>,
    act: impl FnOnce(&mut World, String) -> Result<Out, Refusal>,
) -> Result<Out, Status> {
    let (_, rpc) = admit(sim, method, request.metadata())?;
    sim.at_bus(|world| act(world, rpc.clone()))
        .map_err(|why| why.status(&rpc))
}

/// The caller, and the id of the call.
fn admit(sim: &Sim, method: Method, metadata: &MetadataMap) -> Result<(Caller, String), Status> {
    sim.at_bus(|world| {
        let rpc = world.records.events.call_id();
        if let Some(why) = world.records.events.streams.refusal_for(method) {
            return Err(why.status(&rpc));
        }
        match world.bus_caller(metadata) {
            Ok(caller) => Ok((caller, rpc)),
            Err(why) => Err(why.status(&rpc)),
        }
    })
}
