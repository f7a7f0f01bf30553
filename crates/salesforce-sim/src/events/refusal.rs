//! Why the event bus refuses a call or ends a stream ("Pub/Sub API Developer Guide", "Handle
//! Errors"): a gRPC status, the vendor's own code in the trailer `error-code`, and a message that
//! ends with the id of the call.
//!
//! The vendor tells clients to go by the trailer. Which gRPC status belongs to which code is partly
//! inferred and UNVERIFIED, and so are most messages: all of it is in one table here.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tonic::metadata::MetadataValue;
use tonic::{Code, Status};

const PREFIX: &str = "sfdc.platform.eventbus.grpc.";

/// What the event bus refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    AuthError,
    AuthHeadersInvalid,
    ServiceUnavailable,
    SubscriptionInternal,
    TopicApiUnavailable,
    SchemaApiUnavailable,
    ProtectionTriggered,
    StreamLimitTriggered,
    ConcurrentClients,
    TenantLicense,
    TopicNotFound,
    TopicPermission,
    CannotSubscribe,
    DeliveryLimit,
    ReplayIdCorrupted,
    ReplayIdMissing,
    RequestedEventsInvalid,
    TopicMismatch,
    FetchOverflow,
    ReplayRepeated,
    /// UNVERIFIED: the vendor's code for an unknown schema id was not seen.
    SchemaNotFound,
}

struct Facts {
    refusal: Refusal,
    /// The vendor's code without its prefix.
    suffix: &'static str,
    status: Code,
    message: &'static str,
}

const fn facts(
    refusal: Refusal,
    suffix: &'static str,
    status: Code,
    message: &'static str,
) -> Facts {
    Facts {
        refusal,
        suffix,
        status,
        message,
    }
}

/// One row per variant, in their order.
const FACTS: [Facts; 21] = [
    facts(
        Refusal::AuthError,
        "service.auth.error",
        Code::Unauthenticated,
        "Authentication exception occurred. Make sure that the session token, the instance URL \
         and the tenant ID are valid.",
    ),
    facts(
        Refusal::AuthHeadersInvalid,
        "service.auth.headers.invalid",
        Code::InvalidArgument,
        "The accesstoken, instanceurl and tenantid headers must be set to valid values.",
    ),
    facts(
        Refusal::ServiceUnavailable,
        "service.unavailable",
        Code::Unavailable,
        "The service is temporarily unavailable.",
    ),
    facts(
        Refusal::SubscriptionInternal,
        "subscription.internal.error",
        Code::Internal,
        "An internal error occurred in the subscription.",
    ),
    facts(
        Refusal::TopicApiUnavailable,
        "topic.api.unavailable",
        Code::Unavailable,
        "The topic can't be read at the moment.",
    ),
    facts(
        Refusal::SchemaApiUnavailable,
        "schema.api.unavailable",
        Code::Unavailable,
        "The schema can't be read at the moment.",
    ),
    facts(
        Refusal::ProtectionTriggered,
        "service.protection.triggered",
        Code::ResourceExhausted,
        "Too many calls were made. Try again later.",
    ),
    facts(
        Refusal::StreamLimitTriggered,
        "service.protection.stream.limit.triggered",
        Code::ResourceExhausted,
        "Too many streams are open.",
    ),
    facts(
        Refusal::ConcurrentClients,
        "concurrent.client.limit.exceeded",
        Code::ResourceExhausted,
        "The number of concurrent clients exceeds the limit of your org.",
    ),
    facts(
        Refusal::TenantLicense,
        "service.tenant.license",
        Code::PermissionDenied,
        "Pub/Sub API isn't available for your org.",
    ),
    facts(
        Refusal::TopicNotFound,
        "topic.not.found",
        Code::NotFound,
        "The topic can't be found, or you don't have access to it.",
    ),
    facts(
        Refusal::TopicPermission,
        "topic.meta.permission",
        Code::PermissionDenied,
        "You don't have permission for this operation on the topic.",
    ),
    facts(
        Refusal::CannotSubscribe,
        "subscription.topic.cannot.subscribe",
        Code::PermissionDenied,
        "You don't have permission to subscribe to the topic.",
    ),
    facts(
        Refusal::DeliveryLimit,
        "subscription.limit.exceeded",
        Code::ResourceExhausted,
        "You have exceeded the event delivery limit for your org.",
    ),
    facts(
        Refusal::ReplayIdCorrupted,
        "subscription.fetch.replayid.corrupted",
        Code::InvalidArgument,
        "The Replay ID validation failed. Ensure that the Replay ID is valid.",
    ),
    facts(
        Refusal::ReplayIdMissing,
        "subscription.fetch.replayid.validation.failed",
        Code::InvalidArgument,
        "The replay preset is CUSTOM, but no replay ID is set.",
    ),
    facts(
        Refusal::RequestedEventsInvalid,
        "subscription.fetch.requested.events.invalid",
        Code::InvalidArgument,
        "The number of requested events must be from 1 to 100.",
    ),
    facts(
        Refusal::TopicMismatch,
        "subscription.fetch.topic.mismatch",
        Code::InvalidArgument,
        "The topic of a fetch request differs from the topic of the stream.",
    ),
    facts(
        Refusal::FetchOverflow,
        "subscription.fetch.overflow",
        Code::InvalidArgument,
        "Too many events were requested before they could be delivered.",
    ),
    facts(
        Refusal::ReplayRepeated,
        "subscription.fetch.replay.repeated",
        Code::InvalidArgument,
        "The replay options can be set in the first fetch request only.",
    ),
    facts(
        Refusal::SchemaNotFound,
        "schema.not.found",
        Code::NotFound,
        "The schema can't be found.",
    ),
];

impl Refusal {
    fn facts(self) -> &'static Facts {
        &FACTS[self as usize]
    }

    /// The refusal as the call `rpc` gets it.
    pub(crate) fn status(self, rpc: &str) -> Status {
        let facts = self.facts();
        let message = format!("{} rpcId: {rpc}", facts.message);
        let mut status = Status::new(facts.status, message);
        let code = format!("{PREFIX}{}", facts.suffix);
        let code = MetadataValue::try_from(code).expect("codes are ASCII");
        status.metadata_mut().insert("error-code", code);
        status
    }

    /// The refusal with that code, with or without its prefix.
    fn coded(code: &str) -> Option<Self> {
        let suffix = code.strip_prefix(PREFIX).unwrap_or(code);
        let facts = FACTS.iter().find(|facts| facts.suffix == suffix)?;
        Some(facts.refusal)
    }
}

impl Serialize for Refusal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.facts().suffix)
    }
}

impl<'de> Deserialize<'de> for Refusal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Self::coded(&code).ok_or_else(|| D::Error::custom(format!("no error code {code}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_finds_its_own_facts() {
        for facts in &FACTS {
            assert_eq!(facts.refusal.facts().suffix, facts.suffix);
            assert_eq!(Refusal::coded(facts.suffix), Some(facts.refusal));
        }
    }

    #[test]
    fn a_status_has_the_code_in_its_trailer_and_the_call_in_its_message() {
        let status = Refusal::DeliveryLimit.status("1-2-3");
        assert_eq!(status.code(), Code::ResourceExhausted);
        assert_eq!(
            status.message(),
            "You have exceeded the event delivery limit for your org. rpcId: 1-2-3"
        );
        assert_eq!(
            status.metadata().get("error-code").unwrap(),
            "sfdc.platform.eventbus.grpc.subscription.limit.exceeded"
        );
    }
}
