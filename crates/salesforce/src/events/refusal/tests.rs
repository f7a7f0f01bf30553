use tonic::metadata::MetadataMap;
use transport::RetryWhen;

use super::*;

fn with_code(code: &str) -> Status {
    let mut trailers = MetadataMap::new();
    trailers.insert("error-code", code.parse().unwrap());
    Status::with_metadata(Code::InvalidArgument, "words. rpcId: 1", trailers)
}

fn error(status: &Status) -> SalesforceError {
    match refused(status) {
        Refused::Other(error) => error,
        Refused::Replay { why } => panic!("taken for a bad replay id: {why}"),
    }
}

#[test]
fn a_replay_id_that_cannot_be_used_is_told_apart() {
    for code in [
        "sfdc.platform.eventbus.grpc.subscription.fetch.replayid.corrupted",
        "sfdc.platform.eventbus.grpc.subscription.fetch.replayid.validation.failed",
    ] {
        let Refused::Replay { why } = refused(&with_code(code)) else {
            panic!("{code} is no bad replay id");
        };
        assert_eq!(why, "words. rpcId: 1");
    }
}

#[test]
fn every_code_tells_when_to_come_back() {
    let later = RetryWhen::Later { not_before: None };
    let in_an_hour = RetryWhen::Later {
        not_before: Some(Duration::from_hours(1)),
    };
    for (code, expected) in [
        ("service.auth.error", RetryWhen::Reconnected),
        ("service.auth.headers.invalid", RetryWhen::Reconnected),
        ("service.unavailable", later),
        ("subscription.internal.error", later),
        ("topic.api.unavailable", later),
        ("schema.api.unavailable", later),
        ("service.protection.triggered", later),
        ("service.protection.stream.limit.triggered", later),
        ("concurrent.client.limit.exceeded", later),
        ("subscription.limit.exceeded", in_an_hour),
        ("service.tenant.license", RetryWhen::Changed),
        ("topic.not.found", RetryWhen::Changed),
        ("topic.meta.permission", RetryWhen::Changed),
        ("subscription.topic.cannot.subscribe", RetryWhen::Changed),
        (
            "subscription.fetch.requested.events.invalid",
            RetryWhen::Changed,
        ),
        ("subscription.fetch.topic.mismatch", RetryWhen::Changed),
        ("something.new", RetryWhen::Changed),
    ] {
        let status = with_code(&format!("sfdc.platform.eventbus.grpc.{code}"));
        assert_eq!(error(&status).retry_when(), expected, "{code}");
    }
}

#[test]
fn without_a_code_the_status_decides() {
    let later = RetryWhen::Later { not_before: None };
    for (code, expected) in [
        (Code::Unauthenticated, RetryWhen::Reconnected),
        (Code::PermissionDenied, RetryWhen::Changed),
        (Code::Unimplemented, RetryWhen::Changed),
        (Code::ResourceExhausted, later),
        (Code::NotFound, RetryWhen::Replanned),
        (Code::InvalidArgument, RetryWhen::Changed),
        (Code::Unavailable, later),
        (Code::Internal, later),
        (Code::Unknown, later),
        (Code::Cancelled, later),
    ] {
        let status = Status::new(code, "words");
        assert_eq!(error(&status).retry_when(), expected, "{code:?}");
    }
}
