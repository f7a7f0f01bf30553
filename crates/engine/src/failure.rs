//! Vendors' errors as entries of the failure ledger (rules E): what happened, and what has to
//! happen before it is tried again.

use std::time::Duration;

use intercom::IntercomError;
use model::{Subject, Timestamp};
use salesforce::SalesforceError;
use store::{FailureReport, WaitsFor};
use transport::RetryWhen;

/// The first pause before something is tried again by itself; each further one doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(5);

/// The longest pause.
pub(crate) const LONGEST_PAUSE: Duration = Duration::from_mins(10);

/// When something that failed `count` times before may be tried again.
pub(crate) fn retry_at(now: Timestamp, when: RetryWhen, count: u64) -> Option<Timestamp> {
    let doublings = u32::try_from(count.min(7)).unwrap_or(7);
    let pause = (FIRST_PAUSE * 2_u32.pow(doublings)).min(LONGEST_PAUSE);
    match when {
        RetryWhen::Later { not_before } => {
            Some(now.plus(pause.max(not_before.unwrap_or_default())))
        }
        RetryWhen::Replanned => Some(now.plus(FIRST_PAUSE)),
        RetryWhen::Reconnected | RetryWhen::Changed => None,
    }
}

fn waits_for(when: RetryWhen) -> WaitsFor {
    match when {
        RetryWhen::Later { .. } => WaitsFor::Time,
        RetryWhen::Replanned => WaitsFor::Plan,
        RetryWhen::Reconnected => WaitsFor::Reconnect,
        RetryWhen::Changed => WaitsFor::Change,
    }
}

/// A failed call to Intercom.
pub(crate) fn of_intercom(
    error: &IntercomError,
    subject: Subject,
    digest: i64,
    what: &str,
    retry_at: Option<Timestamp>,
) -> FailureReport {
    let cause = match error {
        IntercomError::Transport(_) => "intercom.unreachable",
        IntercomError::Unauthorized { .. } => "intercom.unauthorized",
        IntercomError::PlanRestricted => "intercom.plan",
        IntercomError::Forbidden { .. } => "intercom.forbidden",
        IntercomError::RateLimited { .. } => "intercom.rate-limit",
        IntercomError::Busy { .. } => "intercom.busy",
        IntercomError::Full { .. } => "intercom.full",
        IntercomError::UnknownAttributes { .. } => "intercom.attributes",
        IntercomError::NotFound | IntercomError::Merged { .. } => "intercom.gone",
        IntercomError::Conflict { .. } => "intercom.conflict",
        IntercomError::Invalid { .. } => "intercom.invalid",
        IntercomError::Unavailable { .. } | IntercomError::Empty => "intercom.unavailable",
        IntercomError::UnexpectedAnswer { .. } => "intercom.unexpected",
    };
    FailureReport {
        subject,
        digest,
        cause: cause.to_owned(),
        waits_for: waits_for(error.retry_when()),
        retry_at,
        summary: what.to_owned(),
        vendor_words: Some(error.to_string()),
    }
}

/// A failed call to Salesforce.
pub(crate) fn of_salesforce(
    error: &SalesforceError,
    subject: Subject,
    digest: i64,
    what: &str,
    retry_at: Option<Timestamp>,
) -> FailureReport {
    FailureReport {
        subject,
        digest,
        cause: salesforce_cause(error).to_owned(),
        waits_for: waits_for(error.retry_when()),
        retry_at,
        summary: what.to_owned(),
        vendor_words: Some(match error.vendor_words() {
            Some(words) => format!("{error}: {words}"),
            None => error.to_string(),
        }),
    }
}

fn salesforce_cause(error: &SalesforceError) -> &'static str {
    match error {
        SalesforceError::Transport(_) => "salesforce.unreachable",
        SalesforceError::SessionExpired
        | SalesforceError::NotRenewed { .. }
        | SalesforceError::Grant { .. } => "salesforce.unauthorized",
        SalesforceError::Address { .. } => "salesforce.address",
        SalesforceError::ApiDisabled { .. } => "salesforce.api-disabled",
        SalesforceError::LimitExceeded { .. } => "salesforce.limit",
        SalesforceError::Unavailable { .. }
        | SalesforceError::Busy { .. }
        | SalesforceError::NotBegun { .. } => "salesforce.unavailable",
        SalesforceError::NoSharedVersion { .. } => "salesforce.version",
        SalesforceError::RowLocked => "salesforce.locked",
        SalesforceError::StorageFull { .. } => "salesforce.storage",
        SalesforceError::QueryTooSlow
        | SalesforceError::LocatorExpired
        | SalesforceError::JobFailed { .. }
        | SalesforceError::JobUnsettled { .. }
        | SalesforceError::GivenUp => "salesforce.query",
        SalesforceError::AccessDenied { .. } => "salesforce.access",
        SalesforceError::SchemaChanged { .. } | SalesforceError::FieldNotWritable { .. } => {
            "salesforce.schema"
        }
        SalesforceError::RequiredFieldMissing { .. } => "salesforce.required",
        SalesforceError::Validation { .. } | SalesforceError::Refused { .. } => {
            "salesforce.validation"
        }
        SalesforceError::OwnerRefused { .. } => "salesforce.owner",
        SalesforceError::Duplicates { .. } | SalesforceError::DuplicateValue { .. } => {
            "salesforce.duplicate"
        }
        SalesforceError::Converted
        | SalesforceError::Deleted
        | SalesforceError::NotFound { .. } => "salesforce.gone",
        SalesforceError::Halted { .. }
        | SalesforceError::Malformed { .. }
        | SalesforceError::NotSendable { .. } => "salesforce.malformed",
        SalesforceError::Unreadable(_) | SalesforceError::UnexpectedAnswer { .. } => {
            "salesforce.unexpected"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e2_pauses_double_up_to_ten_minutes() {
        let now = Timestamp::from_seconds(1000);
        let later = RetryWhen::Later { not_before: None };
        let pause = |count| retry_at(now, later, count).unwrap().since(now).as_secs();
        assert_eq!(
            [pause(0), pause(1), pause(2), pause(6), pause(7), pause(99)],
            [5, 10, 20, 320, 600, 600]
        );
    }

    #[test]
    fn e2_the_vendors_own_wait_is_respected() {
        let now = Timestamp::from_seconds(1000);
        let told = RetryWhen::Later {
            not_before: Some(Duration::from_secs(90)),
        };
        assert_eq!(retry_at(now, told, 0), Some(Timestamp::from_seconds(1090)));
        assert_eq!(retry_at(now, RetryWhen::Changed, 0), None);
        assert_eq!(retry_at(now, RetryWhen::Reconnected, 0), None);
    }
}
