//! Everything that can go wrong, sorted by what a caller can do about it.
//!
//! An error answers two questions in exhaustive matches: when to try again
//! ([`SalesforceError::retry_when`]), and what may have happened to a write
//! ([`SalesforceError::outcome`]). Salesforce's own words are kept for people
//! ([`SalesforceError::vendor_words`]) but are not part of `Display`: they can contain values of
//! the record, and `Display` ends up in logs. They are never interpreted, since they come in the
//! user's language.

use std::time::Duration;

use model::sf::RecordId;
use transport::{RetryWhen, Sent, TransportError};

use crate::{ApiVersion, UnreadableRow};

pub(crate) mod refusal;

/// Why a call did not give what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum SalesforceError {
    /// No complete answer arrived.
    #[error("Salesforce gave no complete answer")]
    Transport(#[from] TransportError),
    /// The access token is refused, even after it was renewed.
    #[error("Salesforce does not accept the session")]
    SessionExpired,
    /// The session expired, and the renewal that another call had begun failed.
    #[error("the session could not be renewed: {because}")]
    NotRenewed {
        /// When that renewal has a chance.
        retry: RetryWhen,
        /// What it met.
        because: String,
    },
    /// What every call needs first could not be asked; the call itself was not sent.
    #[error("the call was not begun: {because}")]
    NotBegun {
        /// When it has a chance.
        retry: RetryWhen,
        /// What was met.
        because: String,
    },
    /// The org speaks no version of the API that this program was written for.
    #[error(
        "the org offers versions {offered} of the API, and this program speaks {} to {}",
        ApiVersion::OLDEST,
        ApiVersion::NEWEST
    )]
    NoSharedVersion {
        /// The oldest and the newest that it offers.
        offered: String,
    },
    /// The request breaks a limit or rule of the API that is known beforehand; it was not sent.
    #[error("the request cannot be made: {why}")]
    NotSendable {
        /// Which one.
        why: String,
    },
    /// The token endpoint refuses the grant or the app: somebody has to connect again.
    #[error("Salesforce refuses the authorization ({code})")]
    Grant {
        /// OAuth's `error`.
        code: String,
        /// OAuth's `error_description`.
        message: String,
    },
    /// A URL that Salesforce named is not one that tokens may be sent to.
    #[error("{url:?} is not accepted as an address of Salesforce: {why}")]
    Address {
        /// The URL.
        url: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The org's edition or the user has no API access.
    #[error("the API is switched off for this org or user ({code})")]
    ApiDisabled {
        /// Which of the two.
        code: String,
        /// Salesforce's words.
        message: String,
    },
    /// Too many calls: in the day, or long ones at once, or logins.
    #[error("a limit on calls is reached")]
    LimitExceeded {
        /// A guess for the daily limit, whose window rolls on; the others pass by themselves.
        resets_in: Option<Duration>,
        /// Salesforce's words.
        message: String,
    },
    /// The edge or the instance is not there for the moment; a write may have been carried out.
    #[error("Salesforce is not available (status {status})")]
    Unavailable {
        /// The HTTP status.
        status: u16,
    },
    /// Refused for a passing reason: maintenance, an overloaded transaction, an internal error.
    #[error("Salesforce refused for the moment ({code})")]
    Busy {
        /// The error code.
        code: String,
        /// Salesforce's words.
        message: String,
    },
    /// Somebody else's transaction holds the row.
    #[error("the row is locked")]
    RowLocked,
    /// The org's storage is full.
    #[error("the org's storage is full ({code})")]
    StorageFull {
        /// The error code.
        code: String,
        /// Salesforce's words.
        message: String,
    },
    /// The query ran for too long.
    #[error("the query took too long")]
    QueryTooSlow,
    /// The pages of a query, or of a download, are not kept any longer.
    #[error("the rest of the query's rows is not available any more")]
    LocatorExpired,
    /// The user may not do that, or not see that.
    #[error("the user has no access ({code})")]
    AccessDenied {
        /// The error code.
        code: String,
        /// Salesforce's words.
        message: String,
    },
    /// A field or object does not exist for this user: the schema or a permission changed.
    #[error("a field or object does not exist for the user ({code})")]
    SchemaChanged {
        /// The error code.
        code: String,
        /// Salesforce's words.
        message: String,
    },
    /// Fields of the draft cannot be written by this user.
    #[error("fields cannot be written: {}", fields.join(", "))]
    FieldNotWritable {
        /// Their API names.
        fields: Vec<String>,
        /// Salesforce's words.
        message: String,
    },
    /// Required fields are empty.
    #[error("required fields are missing: {}", fields.join(", "))]
    RequiredFieldMissing {
        /// Their API names.
        fields: Vec<String>,
        /// Salesforce's words.
        message: String,
    },
    /// A value breaks a rule of the field, a validation rule, a flow or a trigger.
    #[error("Salesforce refuses the values ({code})")]
    Validation {
        /// The error code.
        code: String,
        /// Salesforce's words; for a validation rule the text its admin wrote.
        message: String,
        /// The fields it names, often none.
        fields: Vec<String>,
    },
    /// The owner is inactive or cannot own such a record.
    #[error("the owner cannot own the record ({code})")]
    OwnerRefused {
        /// The error code.
        code: String,
        /// Salesforce's words.
        message: String,
    },
    /// A duplicate rule matched.
    #[error("a duplicate rule found {} matching records", matches.len())]
    Duplicates {
        /// The rule only warns: the same write with [`crate::Duplicates::AllowSave`] goes through.
        allow_save: bool,
        /// The Leads and Contacts it matched, as far as they are named.
        matches: Vec<RecordId>,
        /// The rule's words.
        message: String,
    },
    /// A value of a unique field is taken.
    #[error("a unique value is taken")]
    DuplicateValue {
        /// Salesforce's words, which name the record.
        message: String,
    },
    /// The Lead has been converted and is read-only.
    #[error("the Lead is converted")]
    Converted,
    /// The record is in the recycle bin.
    #[error("the record is deleted")]
    Deleted,
    /// There is no such record, or the user cannot see it.
    #[error("there is no such record or resource ({code})")]
    NotFound {
        /// The error code.
        code: String,
        /// Salesforce's words.
        message: String,
    },
    /// Collateral: another part of the same call failed, and this one was not carried out.
    #[error("not carried out, because another part of the call failed ({code})")]
    Halted {
        /// The error code.
        code: String,
    },
    /// Salesforce does not understand the request: a defect of this program.
    #[error("Salesforce does not understand the request ({code})")]
    Malformed {
        /// The error code.
        code: String,
        /// Salesforce's words.
        message: String,
    },
    /// Refused with a code that has no variant of its own.
    #[error("Salesforce refused the request ({code}, status {status})")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The error code.
        code: String,
        /// Salesforce's words.
        message: String,
    },
    /// A bulk job failed at Salesforce, was aborted, or took too long.
    #[error("the bulk job did not finish")]
    JobFailed {
        /// Salesforce's words, or how long was waited.
        message: String,
    },
    /// An ingest job was given all its rows, and what became of them could not be learned. It may
    /// still run.
    #[error("the bulk job {job} has its rows, and their fate could not be learned: {because}")]
    JobUnsettled {
        /// Its id, to look for it at Salesforce before anything is sent again.
        job: String,
        /// When asking has a chance.
        retry: RetryWhen,
        /// What was met.
        because: String,
        /// Salesforce's words, if there are any.
        message: String,
    },
    /// A reading failed, or was dropped while it waited; what was behind that point never came.
    #[error("the reading was given up midway")]
    GivenUp,
    /// A row on which everything depends cannot be read.
    #[error(transparent)]
    Unreadable(#[from] UnreadableRow),
    /// Something came that is not an answer of this API: a proxy's page, a cut-off file, JSON of
    /// another shape.
    #[error("instead of {expected} came (status {status}): {excerpt}")]
    UnexpectedAnswer {
        /// What was asked for.
        expected: &'static str,
        /// The HTTP status.
        status: u16,
        /// The beginning of what came, without credentials and addresses.
        excerpt: String,
    },
}

/// What may have happened to a write that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It never left: it may be sent again at once.
    NotSent,
    /// Salesforce said no: nothing was written.
    Refused,
    /// It may have been carried out: look before sending it again.
    Unknown,
}

/// The daily window rolls on; a look after this long costs little and finds it open again soon.
const DAILY_LIMIT_PAUSE: Duration = Duration::from_mins(15);

/// Storage is made by people, who need more than seconds for it.
const STORAGE_PAUSE: Duration = Duration::from_hours(1);

/// An org that is too old, or too new, is rare enough to be asked once an hour.
const VERSION_PAUSE: Duration = Duration::from_hours(1);

impl SalesforceError {
    /// When trying again has a chance.
    pub fn retry_when(&self) -> RetryWhen {
        match self {
            Self::Transport(_)
            | Self::Unavailable { .. }
            | Self::Busy { .. }
            | Self::RowLocked
            | Self::QueryTooSlow
            | Self::LocatorExpired
            | Self::JobFailed { .. }
            | Self::GivenUp
            | Self::UnexpectedAnswer { .. } => RetryWhen::Later { not_before: None },
            Self::LimitExceeded { resets_in, .. } => RetryWhen::Later {
                not_before: *resets_in,
            },
            Self::StorageFull { .. } => RetryWhen::Later {
                not_before: Some(STORAGE_PAUSE),
            },
            Self::NotRenewed { retry, .. }
            | Self::NotBegun { retry, .. }
            | Self::JobUnsettled { retry, .. } => *retry,
            // Salesforce brings its orgs to a new version three times a year, by itself.
            Self::NoSharedVersion { .. } => RetryWhen::Later {
                not_before: Some(VERSION_PAUSE),
            },
            Self::SessionExpired
            | Self::Grant { .. }
            | Self::Address { .. }
            | Self::ApiDisabled { .. } => RetryWhen::Reconnected,
            Self::Converted
            | Self::Deleted
            | Self::NotFound { .. }
            | Self::DuplicateValue { .. }
            | Self::Halted { .. } => RetryWhen::Replanned,
            Self::AccessDenied { .. }
            | Self::SchemaChanged { .. }
            | Self::FieldNotWritable { .. }
            | Self::RequiredFieldMissing { .. }
            | Self::Validation { .. }
            | Self::OwnerRefused { .. }
            | Self::Duplicates { .. }
            | Self::Malformed { .. }
            | Self::NotSendable { .. }
            | Self::Refused { .. }
            | Self::Unreadable(_) => RetryWhen::Changed,
        }
    }

    /// What may have happened to the write that met this error.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Transport(error) => match error.outcome() {
                Sent::Never => Outcome::NotSent,
                Sent::Unknown => Outcome::Unknown,
            },
            Self::Address { .. }
            | Self::NotBegun { .. }
            | Self::NoSharedVersion { .. }
            | Self::NotSendable { .. } => Outcome::NotSent,
            Self::Unavailable { .. }
            | Self::UnexpectedAnswer { .. }
            | Self::JobUnsettled { .. }
            | Self::Unreadable(_) => Outcome::Unknown,
            Self::SessionExpired
            | Self::NotRenewed { .. }
            | Self::Grant { .. }
            | Self::ApiDisabled { .. }
            | Self::LimitExceeded { .. }
            | Self::Busy { .. }
            | Self::RowLocked
            | Self::StorageFull { .. }
            | Self::QueryTooSlow
            | Self::LocatorExpired
            | Self::AccessDenied { .. }
            | Self::SchemaChanged { .. }
            | Self::FieldNotWritable { .. }
            | Self::RequiredFieldMissing { .. }
            | Self::Validation { .. }
            | Self::OwnerRefused { .. }
            | Self::Duplicates { .. }
            | Self::DuplicateValue { .. }
            | Self::Converted
            | Self::Deleted
            | Self::NotFound { .. }
            | Self::Halted { .. }
            | Self::Malformed { .. }
            | Self::Refused { .. }
            | Self::GivenUp
            | Self::JobFailed { .. } => Outcome::Refused,
        }
    }

    /// What Salesforce itself said, for the person who has to do something about it. Can contain
    /// values of the record: not for logs.
    pub fn vendor_words(&self) -> Option<&str> {
        match self {
            Self::Grant { message, .. }
            | Self::ApiDisabled { message, .. }
            | Self::LimitExceeded { message, .. }
            | Self::Busy { message, .. }
            | Self::StorageFull { message, .. }
            | Self::AccessDenied { message, .. }
            | Self::SchemaChanged { message, .. }
            | Self::FieldNotWritable { message, .. }
            | Self::RequiredFieldMissing { message, .. }
            | Self::Validation { message, .. }
            | Self::OwnerRefused { message, .. }
            | Self::Duplicates { message, .. }
            | Self::DuplicateValue { message }
            | Self::NotFound { message, .. }
            | Self::Malformed { message, .. }
            | Self::Refused { message, .. }
            | Self::JobUnsettled { message, .. }
            | Self::JobFailed { message } => Some(message).filter(|m| !m.is_empty()).map(|m| &**m),
            Self::Transport(_)
            | Self::SessionExpired
            | Self::NotRenewed { .. }
            | Self::NotBegun { .. }
            | Self::NoSharedVersion { .. }
            | Self::NotSendable { .. }
            | Self::Address { .. }
            | Self::Unavailable { .. }
            | Self::RowLocked
            | Self::QueryTooSlow
            | Self::LocatorExpired
            | Self::Converted
            | Self::Deleted
            | Self::Halted { .. }
            | Self::Unreadable(_)
            | Self::GivenUp
            | Self::UnexpectedAnswer { .. } => None,
        }
    }

    /// A read that met this may be repeated within seconds. A timeout is not among them: it took
    /// long enough.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Transport(TransportError::NotSent { .. } | TransportError::Broken { .. })
                | Self::Unavailable { .. }
        )
    }
}
