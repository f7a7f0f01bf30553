//! The org's own rules, which can be switched at run time, and who writes under them.

use model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::RecordId;
use crate::paging::Paging;
use crate::seed;

use super::automation::{BeforeSaveFlow, FailingTrigger};
use super::validation::ValidationRule;

/// What the org does by itself when records are written. Whatever a file or request leaves out
/// keeps the value of a new org.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "an org is set up by switches, which are named in JSON"
)]
pub struct Rules {
    /// The duplicate rule for Leads: equal emails among Leads and Contacts.
    pub lead_duplicates: DuplicateMode,
    /// The duplicate rule for Contacts: equal emails among Contacts and Leads.
    pub contact_duplicates: DuplicateMode,
    /// The duplicate rule for Accounts: equal names among Accounts.
    pub account_duplicates: DuplicateMode,
    /// Whether duplicates are reported under `duplicateResut`, as most versions do.
    pub misspell_duplicate_result: bool,
    /// The API version from which `duplicateResult` is spelled right all the same. Which it is
    /// with the vendor is not known.
    pub duplicate_result_since: Option<u32>,
    /// Whether the Lead assignment rule is active.
    pub lead_assignment: bool,
    /// Whom the Lead assignment rule gives new Leads: a user or a queue.
    pub lead_assignee: RecordId,
    /// Whether the Case assignment rule is active.
    pub case_assignment: bool,
    /// Whom the Case assignment rule gives new Cases: a user or a queue.
    pub case_assignee: RecordId,
    /// Who gets a Case that is to be assigned while no rule is active. By default the first active
    /// user who is not the integration user.
    pub default_case_owner: Option<RecordId>,
    /// Conditions that no saved record fulfils.
    pub validations: Vec<ValidationRule>,
    /// Flows that change fields before a record is saved, in their order.
    pub flows: Vec<BeforeSaveFlow>,
    /// Triggers and processes that fail.
    pub triggers: Vec<FailingTrigger>,
    /// Whether the org's data storage is full, so that nothing can be created.
    pub storage_full: bool,
    /// What anybody but the integration user writes becomes visible this much after its stamp.
    pub others_commit_after_ms: u64,
    /// How pages of queries misbehave.
    pub paging: Paging,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            lead_duplicates: DuplicateMode::Off,
            contact_duplicates: DuplicateMode::Off,
            account_duplicates: DuplicateMode::Off,
            misspell_duplicate_result: true,
            duplicate_result_since: None,
            lead_assignment: false,
            lead_assignee: seed::queue(),
            case_assignment: false,
            case_assignee: seed::queue(),
            default_case_owner: None,
            validations: Vec::new(),
            flows: Vec::new(),
            triggers: Vec::new(),
            storage_full: false,
            others_commit_after_ms: 0,
            paging: Paging::default(),
        }
    }
}

/// What a duplicate rule does with a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DuplicateMode {
    /// Nothing.
    Off,
    /// Refuses unless the request allows duplicates.
    Alert,
    /// Refuses.
    Block,
}

/// What `Sforce-Auto-Assign` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AutoAssign {
    /// The active rule, if there is one.
    Active,
    Never,
    /// This rule, active or not.
    Rule(RecordId),
}

/// What `Sforce-Duplicate-Rule-Header` says, and in which version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OnDuplicates {
    /// Saves where the rule merely warns.
    pub(crate) allow_save: bool,
    /// Tells the fields of what was found, and not only its ids.
    pub(crate) include_details: bool,
    /// The API version that the request speaks.
    pub(crate) version: u32,
}

impl OnDuplicates {
    /// What a request of that version means that says nothing.
    pub(crate) fn refused(version: &str) -> Self {
        let major = version.split('.').next();
        Self {
            allow_save: false,
            include_details: false,
            version: major
                .and_then(|major| major.parse().ok())
                .unwrap_or_default(),
        }
    }
}

/// Who writes, when, and under which request options.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Author {
    pub(crate) user: RecordId,
    pub(crate) now: Timestamp,
    pub(crate) auto_assign: AutoAssign,
    pub(crate) on_duplicates: OnDuplicates,
    /// Somebody at a screen sees everything; an app only what is shared with it.
    pub(crate) at_screen: bool,
}

impl Author {
    /// Somebody at a screen: no rule reassigns what they save, and a warning does not stop them.
    pub(crate) fn at_screen(user: RecordId, now: Timestamp) -> Self {
        Self {
            user,
            now,
            auto_assign: AutoAssign::Never,
            on_duplicates: OnDuplicates {
                allow_save: true,
                include_details: false,
                version: *crate::api::VERSIONS.end(),
            },
            at_screen: true,
        }
    }
}
