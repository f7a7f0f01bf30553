use std::time::Duration;

use transport::RetryWhen;

use super::*;
use crate::Outcome;

const LATER: RetryWhen = RetryWhen::Later { not_before: None };

fn refused(status: u16, body: &str) -> SalesforceError {
    refusal(StatusCode::from_u16(status).unwrap(), body.as_bytes(), None)
}

fn of_code(status: u16, code: &str) -> SalesforceError {
    refused(
        status,
        &format!(r#"[{{"message":"words","errorCode":"{code}"}}]"#),
    )
}

#[test]
fn each_code_says_when_to_try_again() {
    for (status, code, expected) in [
        (400, "UNABLE_TO_LOCK_ROW", LATER),
        (500, "UNABLE_TO_LOCK_ROW", LATER),
        (500, "UNKNOWN_EXCEPTION", LATER),
        (400, "QUERY_TIMEOUT", LATER),
        (400, "INVALID_QUERY_LOCATOR", LATER),
        (403, "TXN_SECURITY_METERING_ERROR", LATER),
        (403, "REQUEST_LIMIT_EXCEEDED", LATER),
        (401, "INVALID_SESSION_ID", RetryWhen::Reconnected),
        (403, "API_DISABLED_FOR_ORG", RetryWhen::Reconnected),
        (403, "API_CURRENTLY_DISABLED", RetryWhen::Reconnected),
        (400, "CANNOT_UPDATE_CONVERTED_LEAD", RetryWhen::Replanned),
        (404, "ENTITY_IS_DELETED", RetryWhen::Replanned),
        (404, "NOT_FOUND", RetryWhen::Replanned),
        (404, "INVALID_CROSS_REFERENCE_KEY", RetryWhen::Replanned),
        (400, "DUPLICATE_VALUE", RetryWhen::Replanned),
        (400, "PROCESSING_HALTED", RetryWhen::Replanned),
        (400, "INVALID_CROSS_REFERENCE_KEY", RetryWhen::Changed),
        (400, "REQUIRED_FIELD_MISSING", RetryWhen::Changed),
        (400, "STRING_TOO_LONG", RetryWhen::Changed),
        (400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", RetryWhen::Changed),
        (400, "INVALID_FIELD_FOR_INSERT_UPDATE", RetryWhen::Changed),
        (400, "INACTIVE_OWNER_OR_USER", RetryWhen::Changed),
        (400, "DUPLICATES_DETECTED", RetryWhen::Changed),
        (400, "INVALID_FIELD", RetryWhen::Changed),
        (400, "MALFORMED_QUERY", RetryWhen::Changed),
        (403, "INSUFFICIENT_ACCESS", RetryWhen::Changed),
        (400, "A_CODE_OF_TOMORROW", RetryWhen::Changed),
    ] {
        let error = of_code(status, code);
        assert_eq!(error.retry_when(), expected, "{code}: {error:?}");
        assert_eq!(error.outcome(), Outcome::Refused, "{code}");
    }
}

#[test]
fn behind_the_edge_the_outcome_is_unknown_whatever_the_body_says() {
    let page = "<html><body>Down for maintenance</body></html>";
    let code = r#"[{"message":"x","errorCode":"SERVER_UNAVAILABLE"}]"#;
    for (status, body) in [
        (502, page),
        (503, page),
        (503, code),
        (504, ""),
        (420, page),
        (406, ""),
        (500, page),
    ] {
        let error = refused(status, body);
        assert!(
            matches!(error, SalesforceError::Unavailable { .. }),
            "{status}: {error:?}"
        );
        assert_eq!(
            (error.outcome(), error.retry_when()),
            (Outcome::Unknown, LATER),
            "{status}"
        );
        assert!(error.is_passing());
    }
}

#[test]
fn what_is_not_an_error_of_the_api_is_shown_and_not_guessed_at() {
    let error = refused(403, "<html>Blocked by proxy of ada@acme.io</html>");
    assert_eq!(
        error.to_string(),
        "instead of an error of the API came (status 403): <html>Blocked by proxy of [hidden]</html>"
    );
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert!(matches!(
        refused(400, "[]"),
        SalesforceError::UnexpectedAnswer { .. }
    ));
}

#[test]
fn the_daily_limit_is_told_from_the_limit_on_long_calls_by_the_usage() {
    let body =
        br#"[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]"#;
    let resets_in = |used| {
        let usage = Some(Usage { used, max: 15_000 });
        match refusal(StatusCode::FORBIDDEN, body, usage) {
            SalesforceError::LimitExceeded { resets_in, .. } => resets_in,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(resets_in(100), None);
    assert_eq!(resets_in(15_000), Some(Duration::from_mins(15)));
}

#[test]
fn fields_and_words_are_kept_for_people_and_out_of_the_log() {
    let error = refused(
        400,
        r#"[{"statusCode":"REQUIRED_FIELD_MISSING","message":"Required fields are missing: [LastName]","fields":["LastName"]},
            {"statusCode":"INVALID_EMAIL_ADDRESS","message":"Email: invalid email address: ada@","fields":["Email"]}]"#,
    );
    assert_eq!(
        error.to_string(),
        "required fields are missing: LastName, Email"
    );
    assert_eq!(
        error.vendor_words(),
        Some("Required fields are missing: [LastName]; Email: invalid email address: ada@")
    );
    // A bare object, as a few resources answer.
    let error = refused(
        400,
        r#"{"errorCode":"STRING_TOO_LONG","message":"Ada is too long"}"#,
    );
    assert_eq!(
        error.to_string(),
        "Salesforce refuses the values (STRING_TOO_LONG)"
    );
    assert_eq!(error.vendor_words(), Some("Ada is too long"));
    assert_eq!(of_code(400, "UNABLE_TO_LOCK_ROW").vendor_words(), None);
}

fn duplicate_body(key: &str) -> String {
    format!(
        r#"[{{"{key}":{{"allowSave":true,"duplicateRule":"Standard","matchResults":[
            {{"entityType":"Contact","matchRecords":[
                {{"matchConfidence":100.0,"record":{{"attributes":{{"type":"Contact"}},"Id":"003D000000QYVhd"}}}},
                {{"record":{{"Id":"003D000000QYVhdIAH"}}}}]}},
            {{"matchRecords":[{{"record":{{"Id":"00QD000000QYVhd"}}}},{{"record":{{"Id":"001D000000QYVhd"}}}}]}}]}},
            "errorCode":"DUPLICATES_DETECTED","message":"Use one of these records?"}}]"#
    )
}

#[test]
fn a_duplicate_rule_is_read_in_both_spellings_and_with_neither() {
    for key in ["duplicateResut", "duplicateResult"] {
        match refused(400, &duplicate_body(key)) {
            SalesforceError::Duplicates {
                allow_save,
                matches,
                message,
            } => {
                assert!(allow_save, "{key}");
                let ids: Vec<&str> = matches.iter().map(RecordId::as_str).collect();
                assert_eq!(ids, ["003D000000QYVhdIAH", "00QD000000QYVhdMAH"], "{key}");
                assert_eq!(message, "Use one of these records?");
            }
            other => panic!("{other:?}"),
        }
    }
    match of_code(400, "DUPLICATES_DETECTED") {
        SalesforceError::Duplicates {
            allow_save,
            matches,
            ..
        } => {
            assert!(!allow_save && matches.is_empty());
        }
        other => panic!("{other:?}"),
    }
}
