use std::time::Duration;

use transport::RetryWhen;

use super::*;
use crate::Outcome;

const LATER: RetryWhen = RetryWhen::Later { not_before: None };
const IN_AN_HOUR: RetryWhen = RetryWhen::Later {
    not_before: Some(Duration::from_hours(1)),
};

fn refused(status: u16, body: &str) -> SalesforceError {
    refusal(StatusCode::from_u16(status).unwrap(), body.as_bytes(), None)
}

fn of_code(status: u16, code: &str) -> SalesforceError {
    refused(
        status,
        &format!(r#"[{{"message":"words","errorCode":"{code}"}}]"#),
    )
}

/// What the vendor's catalogue of errors says of each code, and when it is worth another try.
const CATALOGUE: &[(u16, &str, RetryWhen)] = &[
    (401, "INVALID_SESSION_ID", RetryWhen::Reconnected),
    (401, "INVALID_AUTH_HEADER", RetryWhen::Changed),
    (403, "REQUEST_LIMIT_EXCEEDED", LATER),
    (403, "API_DISABLED_FOR_ORG", RetryWhen::Reconnected),
    (403, "API_CURRENTLY_DISABLED", RetryWhen::Reconnected),
    (500, "SERVER_UNAVAILABLE", LATER),
    (500, "UNKNOWN_EXCEPTION", LATER),
    (
        400,
        "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE",
        LATER,
    ),
    (400, "ORG_IN_MAINTENANCE", LATER),
    (400, "UNABLE_TO_LOCK_ROW", LATER),
    (500, "UNABLE_TO_LOCK_ROW", LATER),
    (400, "QUERY_TIMEOUT", LATER),
    (400, "QUERY_TOO_COMPLICATED", RetryWhen::Changed),
    (403, "TXN_SECURITY_METERING_ERROR", LATER),
    (403, "TXN_SECURITY_NO_ACCESS", RetryWhen::Changed),
    (403, "TXN_SECURITY_RUNTIME_EXCEPTION", RetryWhen::Changed),
    (400, "LIMIT_EXCEEDED", IN_AN_HOUR),
    (403, "STORAGE_LIMIT_EXCEEDED", IN_AN_HOUR),
    (400, "TOO_MANY_APEX_REQUESTS", LATER),
    (400, "REQUEST_RUNNING_TOO_LONG", LATER),
    (400, "APEX_ERROR", LATER),
    (404, "NOT_FOUND", RetryWhen::Replanned),
    (405, "METHOD_NOT_ALLOWED", RetryWhen::Changed),
    (404, "ENTITY_IS_DELETED", RetryWhen::Replanned),
    (404, "INVALID_CROSS_REFERENCE_KEY", RetryWhen::Replanned),
    (400, "INVALID_CROSS_REFERENCE_KEY", RetryWhen::Changed),
    (400, "MALFORMED_ID", RetryWhen::Changed),
    (400, "INVALID_TYPE", RetryWhen::Changed),
    (400, "INVALID_FIELD", RetryWhen::Changed),
    (400, "MALFORMED_QUERY", RetryWhen::Changed),
    (400, "INVALID_QUERY_FILTER_OPERATOR", RetryWhen::Changed),
    // The statement itself is made anew.
    (400, "INVALID_QUERY_LOCATOR", LATER),
    (400, "INVALID_REPLICATION_DATE", RetryWhen::Changed),
    (400, "EXCEEDED_ID_LIMIT", RetryWhen::Changed),
    (400, "OPERATION_TOO_LARGE", RetryWhen::Changed),
    (400, "JSON_PARSER_ERROR", RetryWhen::Changed),
    (400, "INVALID_JSON", RetryWhen::Changed),
    (415, "UNSUPPORTED_MEDIA_TYPE", RetryWhen::Changed),
    (410, "UNSUPPORTED_API_VERSION", RetryWhen::Changed),
    (400, "REQUIRED_FIELD_MISSING", RetryWhen::Changed),
    (400, "STRING_TOO_LONG", RetryWhen::Changed),
    (400, "INVALID_EMAIL_ADDRESS", RetryWhen::Changed),
    (
        400,
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        RetryWhen::Changed,
    ),
    (400, "INVALID_FIELD_FOR_INSERT_UPDATE", RetryWhen::Changed),
    (400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", RetryWhen::Changed),
    (400, "FIELD_FILTER_VALIDATION_EXCEPTION", RetryWhen::Changed),
    (400, "FIELD_INTEGRITY_EXCEPTION", RetryWhen::Changed),
    (400, "NUMBER_OUTSIDE_VALID_RANGE", RetryWhen::Changed),
    (400, "INVALID_TYPE_ON_FIELD_IN_RECORD", RetryWhen::Changed),
    (400, "DUPLICATE_VALUE", RetryWhen::Replanned),
    (400, "DUPLICATE_EXTERNAL_ID", RetryWhen::Replanned),
    (400, "DUPLICATES_DETECTED", RetryWhen::Changed),
    (400, "CANNOT_UPDATE_CONVERTED_LEAD", RetryWhen::Replanned),
    (
        400,
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
        RetryWhen::Changed,
    ),
    (400, "CANNOT_EXECUTE_FLOW_TRIGGER", RetryWhen::Changed),
    (400, "FLOW_EXCEPTION", RetryWhen::Changed),
    (400, "INSUFFICIENT_ACCESS_OR_READONLY", RetryWhen::Changed),
    (
        403,
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
        RetryWhen::Changed,
    ),
    (403, "INSUFFICIENT_ACCESS", RetryWhen::Changed),
    (400, "INACTIVE_OWNER_OR_USER", RetryWhen::Changed),
    (
        400,
        "OP_WITH_INVALID_USER_TYPE_EXCEPTION",
        RetryWhen::Changed,
    ),
    (400, "TRANSFER_REQUIRES_READ", RetryWhen::Changed),
    (400, "DELETE_FAILED", RetryWhen::Changed),
    (400, "DEPENDENCY_EXISTS", RetryWhen::Changed),
    (400, "DELETE_OPERATION_TOO_LARGE", RetryWhen::Changed),
    (400, "MIXED_DML_OPERATION", RetryWhen::Changed),
    (400, "ENTITY_IS_LOCKED", RetryWhen::Changed),
    (400, "SELF_REFERENCE_FROM_TRIGGER", RetryWhen::Changed),
    (400, "MAX_TASK_DESCRIPTION_EXCEEEDED", RetryWhen::Changed),
    (
        400,
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        RetryWhen::Replanned,
    ),
    (400, "PROCESSING_HALTED", RetryWhen::Replanned),
    (403, "FUNCTIONALITY_NOT_ENABLED", RetryWhen::Changed),
    (400, "FUNCTIONALITY_TEMPORARILY_UNAVAILABLE", LATER),
];

#[test]
fn each_code_of_the_catalogue_says_when_to_try_again() {
    for (status, code, expected) in CATALOGUE {
        let error = of_code(*status, code);
        assert_eq!(error.retry_when(), *expected, "{code}: {error:?}");
        assert_eq!(error.outcome(), Outcome::Refused, "{code}");
        assert!(
            !matches!(error, SalesforceError::Refused { .. }),
            "{code} has a meaning"
        );
    }
    let unknown = of_code(400, "A_CODE_OF_TOMORROW");
    assert!(matches!(unknown, SalesforceError::Refused { .. }));
    assert_eq!(unknown.retry_when(), RetryWhen::Changed);
}

#[test]
fn a_lock_that_a_trigger_met_is_a_lock() {
    let error = refused(
        400,
        r#"[{"errorCode":"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY","message":"MyTrigger: execution of BeforeInsert caused by: System.DmlException: Update failed; first error: UNABLE_TO_LOCK_ROW, unable to obtain exclusive access","fields":[]}]"#,
    );
    assert!(matches!(error, SalesforceError::RowLocked), "{error:?}");
}

#[test]
fn the_error_of_a_bulk_row_is_read_from_its_text() {
    match of_bulk_row(
        "STRING_TOO_LONG:Last Name: data value too large: x (max length=80):LastName --",
    ) {
        SalesforceError::Validation {
            code,
            message,
            fields,
        } => {
            assert_eq!(code, "STRING_TOO_LONG");
            assert_eq!(
                message,
                "Last Name: data value too large: x (max length=80)"
            );
            assert_eq!(fields, ["LastName"]);
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(
        of_bulk_row("UNABLE_TO_LOCK_ROW:unable to obtain exclusive access:--"),
        SalesforceError::RowLocked
    ));
    assert!(matches!(of_bulk_row(""), SalesforceError::Refused { .. }));
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

#[test]
fn an_external_id_of_several_records_is_a_taken_value() {
    let paths = br#"["/services/data/v67.0/sobjects/Lead/00QD000000QYVhd","/services/data/v67.0/sobjects/Lead/00QD000000QYVhe"]"#;
    let error = refusal(StatusCode::MULTIPLE_CHOICES, paths, None);
    assert!(matches!(error, SalesforceError::DuplicateValue { .. }));
    let page = refusal(StatusCode::MULTIPLE_CHOICES, b"<html>", None);
    assert!(matches!(page, SalesforceError::UnexpectedAnswer { .. }));
}

#[test]
fn a_token_that_is_refused_without_words_is_an_expired_session() {
    let error = refusal(StatusCode::UNAUTHORIZED, b"", None);
    assert!(matches!(error, SalesforceError::SessionExpired));
}

#[test]
fn a_bulk_row_whose_own_record_is_gone_is_not_a_wrong_value() {
    let gone = of_bulk_row("INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:--");
    assert!(matches!(gone, SalesforceError::NotFound { .. }));
    let wrong = of_bulk_row("INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:OwnerId --");
    assert!(matches!(wrong, SalesforceError::Validation { .. }));
}

#[test]
fn oddly_shaped_matches_do_not_hide_that_there_are_duplicates() {
    for details in [
        r#"{"allowSave":true,"matchResults":null}"#,
        r#"{"allowSave":true,"matchResults":[{"matchRecords":null},{"matchRecords":[{"record":{"Name":"x"}}]}]}"#,
        r#"{"allowSave":true,"matchResults":[{"matchRecords":[{"record":null}]}]}"#,
    ] {
        let body = format!(
            r#"[{{"errorCode":"DUPLICATES_DETECTED","message":"x","duplicateResult":{details}}}]"#
        );
        let error = refusal(StatusCode::BAD_REQUEST, body.as_bytes(), None);
        match error {
            SalesforceError::Duplicates {
                allow_save: true,
                matches,
                ..
            } => assert_eq!(matches, []),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_fault_with_its_code_under_both_names_is_read() {
    let body = br#"[{"errorCode":"UNABLE_TO_LOCK_ROW","statusCode":"UNABLE_TO_LOCK_ROW"}]"#;
    let error = refusal(StatusCode::BAD_REQUEST, body, None);
    assert!(matches!(error, SalesforceError::RowLocked));
}
