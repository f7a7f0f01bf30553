//! The codes that Intercom's error lists are documented to hold, and what each means where the
//! status alone does not say it. One table: a code that is added has to choose.
//!
//! New codes may appear at any time, so the status is looked at first, and what is not known here
//! is a refusal of the request as it is.

use std::time::Duration;

/// An open scroll dies after a minute without a call.
const SCROLL_LASTS: Duration = Duration::from_mins(1);

/// What a refusal is about, beside what its status says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The request as it stands: its values, its shape, its address.
    Request,
    /// The token.
    Credential,
    /// What the workspace pays for.
    Plan,
    /// What the app or the teammate may do.
    Permission,
    /// Something that is not there.
    Gone,
    /// A contact that became part of another.
    MergedAway,
    /// Something that is there already.
    Exists,
    /// A limit on how many there may be.
    Full,
    /// Another call is in the way; it is over after this time at the latest.
    Busy(Option<Duration>),
    /// Intercom itself.
    Down,
}

macro_rules! codes {
    ($($name:ident = $text:literal => $meaning:expr,)+) => {
        /// A documented code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Code {
            $($name,)+
        }

        impl Code {
            #[cfg(test)]
            pub(super) const ALL: &[Self] = &[$(Self::$name,)+];

            /// The code of this spelling. The case is Intercom's to choose.
            pub(super) fn named(text: &str) -> Option<Self> {
                let text = text.to_ascii_lowercase();
                match text.as_str() {
                    $($text => Some(Self::$name),)+
                    _ => None,
                }
            }

            pub(super) fn meaning(self) -> Meaning {
                match self {
                    $(Self::$name => $meaning,)+
                }
            }
        }
    };
}

codes! {
    ParameterInvalid = "parameter_invalid" => Meaning::Request,
    ParameterNotFound = "parameter_not_found" => Meaning::Request,
    ParameterMissing = "parameter_missing" => Meaning::Request,
    MissingParameter = "missing_parameter" => Meaning::Request,
    ParameterMismatch = "parameter_mismatch" => Meaning::Request,
    BadRequest = "bad_request" => Meaning::Request,
    ClientError = "client_error" => Meaning::Request,
    TypeMismatch = "type_mismatch" => Meaning::Request,
    VersionInvalid = "intercom_version_invalid" => Meaning::Request,
    InvalidSortOrder = "invalid_sort_order" => Meaning::Request,
    InvalidMerge = "invalid_merge" => Meaning::Request,
    InvalidField = "invalid_field" => Meaning::Request,
    InvalidDocument = "invalid_document" => Meaning::Request,
    TagHasDependents = "tag_has_dependent_objects" => Meaning::Request,
    DataInvalid = "data_invalid" => Meaning::Request,
    UnprocessableEntity = "unprocessable_entity" => Meaning::Request,
    ValidationError = "validation_error" => Meaning::Request,
    MergeFailed = "merge_failed" => Meaning::Request,
    Unsupported = "unsupported" => Meaning::Request,
    JobClosed = "job_closed" => Meaning::Request,
    NotRestorable = "not_restorable" => Meaning::Request,
    TeamUnavailable = "team_unavailable" => Meaning::Request,
    NotRedactable = "conversation_part_not_redactable" => Meaning::Request,
    Unauthorized = "unauthorized" => Meaning::Credential,
    TokenNotFound = "token_not_found" => Meaning::Credential,
    TokenRevoked = "token_revoked" => Meaning::Credential,
    TokenExpired = "token_expired" => Meaning::Credential,
    TokenBlocked = "token_blocked" => Meaning::Credential,
    TokenUnauthorized = "token_unauthorized" => Meaning::Credential,
    TokenSuspended = "token_suspended" => Meaning::Credential,
    MissingAuthorization = "missing_authorization" => Meaning::Credential,
    PlanRestricted = "api_plan_restricted" => Meaning::Plan,
    Forbidden = "forbidden" => Meaning::Permission,
    ActionForbidden = "action_forbidden" => Meaning::Permission,
    NotFound = "not_found" => Meaning::Gone,
    CompanyNotFound = "company_not_found" => Meaning::Gone,
    AdminNotFound = "admin_not_found" => Meaning::Gone,
    ConversationNotFound = "conversation_not_found" => Meaning::Gone,
    FieldNotFound = "field_not_found" => Meaning::Gone,
    TicketNotFound = "ticket_not_found" => Meaning::Gone,
    TagNotFound = "tag_not_found" => Meaning::Gone,
    TeamNotFound = "team_not_found" => Meaning::Gone,
    AssigneeNotFound = "assignee_not_found" => Meaning::Gone,
    JobNotFound = "job_not_found" => Meaning::Gone,
    PartNotFound = "conversation_part_or_message_not_found" => Meaning::Gone,
    ConversationAttributeNotFound = "conversation_attribute_not_found" => Meaning::Gone,
    ContactMerged = "contact_merged" => Meaning::MergedAway,
    Conflict = "conflict" => Meaning::Exists,
    ResourceConflict = "resource_conflict" => Meaning::Exists,
    UniqueUser = "unique_user_constraint" => Meaning::Exists,
    AttributesFull = "custom_data_limit_reached" => Meaning::Full,
    CompaniesFull = "contact_company_limit_exceeded" => Meaning::Full,
    ScrollExists = "scroll_exists" => Meaning::Busy(Some(SCROLL_LASTS)),
    RetryAfter = "retry_after" => Meaning::Busy(None),
    RateLimitExceeded = "rate_limit_exceeded" => Meaning::Busy(None),
    TooManyRequests = "too_many_requests" => Meaning::Busy(None),
    RequestTimeout = "request_timeout" => Meaning::Down,
    ServerError = "server_error" => Meaning::Down,
    ServiceUnavailable = "service_unavailable" => Meaning::Down,
}
