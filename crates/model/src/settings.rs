//! What an admin can choose for one connection, as one TOML text (S4).
//!
//! Every field has a default, unknown fields are refused with their name, and the text that is
//! exported is the text that can be applied.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{MatchKey, ic, sf};

/// All settings of a connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Rules M.
    pub matching: Matching,
    /// Rules A1 and A3.
    pub attributes: Attributes,
    /// Rules O2 to O4.
    pub ownership: Ownership,
    /// Rule O1.
    pub team: Team,
    /// Rules L.
    pub leads: Leads,
    /// Rule A4.
    pub polling: Polling,
    /// Rules S2 and I8.
    pub safety: Safety,
}

/// How contacts and records find each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Matching {
    /// A key on more contacts than this is crowded: listed, and nothing is written (M0).
    pub crowded_contacts: u32,
    /// A key on more records than this is crowded (M0).
    pub crowded_records: u32,
    /// Crowded keys that are worked on all the same, as long as a key has no more than
    /// [`CROWD_MAX`] contacts and records (M0).
    pub crowded_allowed: BTreeSet<MatchKey>,
    /// What is written to a contact that several Salesforce contacts match (M5).
    pub ambiguous_contacts: AmbiguousContacts,
}

/// More contacts or records than this are never read for one person: a key that so many share says
/// nothing about who they are.
pub const CROWD_MAX: u32 = 2_000;

/// What is written where several Salesforce contacts match (M5).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AmbiguousContacts {
    /// Nothing: the last values stay.
    #[default]
    Nothing,
    /// Attributes whose value is the same on all of them.
    WhatAgrees,
}

impl Default for Matching {
    fn default() -> Self {
        Self {
            crowded_contacts: 100,
            crowded_records: 50,
            crowded_allowed: BTreeSet::new(),
            ambiguous_contacts: AmbiguousContacts::Nothing,
        }
    }
}

/// Salesforce data on Intercom contacts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Attributes {
    /// Whether the `SALESFORCE_…` attributes are written (A1).
    pub enabled: bool,
    /// Whether a changed status or object type is told as an event too (A3).
    pub events: bool,
}

impl Default for Attributes {
    fn default() -> Self {
        Self {
            enabled: true,
            events: true,
        }
    }
}

/// Owners of linked contacts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ownership {
    /// Whether a linked contact's owner follows Salesforce (O2).
    pub maintain: bool,
    /// Who owns a contact whose record is owned by nobody's teammate (O4).
    pub fallback: TeammateChoice,
}

/// Who is who on both sides, and who speaks for Carrick.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Team {
    /// Author of notes that no teammate clicked for (L8).
    pub service_teammate: TeammateChoice,
    /// Pairs that an admin chose, by Salesforce User (O1); without one the email decides.
    pub pairs: BTreeMap<sf::UserId, PairChoice>,
}

/// Which teammate serves a purpose. As text: `installer`, `nobody`, or a teammate's id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum TeammateChoice {
    /// The one who set the connection up.
    #[default]
    Installer,
    /// Nobody.
    Nobody,
    /// This one.
    Teammate(ic::TeammateId),
}

/// Whom a Salesforce User is paired with by choice. As text: `nobody`, or a teammate's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum PairChoice {
    /// With nobody, whatever their email says.
    Nobody,
    /// With this teammate.
    Teammate(ic::TeammateId),
}

/// A choice of a teammate that is neither a word of ours nor a teammate's number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is neither {words} nor the number of a teammate")]
pub struct NotAChoice {
    text: String,
    words: &'static str,
}

/// Teammates have numbers; anything else is a misspelt word.
fn teammate(text: &str, words: &'static str) -> Result<ic::TeammateId, NotAChoice> {
    let number = text.bytes().all(|byte| byte.is_ascii_digit());
    let id = text.parse().ok().filter(|_| number);
    id.ok_or_else(|| NotAChoice {
        text: text.to_owned(),
        words,
    })
}

impl TryFrom<String> for TeammateChoice {
    type Error = NotAChoice;

    fn try_from(text: String) -> Result<Self, NotAChoice> {
        match text.as_str() {
            "installer" => Ok(Self::Installer),
            "nobody" => Ok(Self::Nobody),
            id => Ok(Self::Teammate(teammate(id, "installer, nobody")?)),
        }
    }
}

impl From<TeammateChoice> for String {
    fn from(choice: TeammateChoice) -> Self {
        match choice {
            TeammateChoice::Installer => "installer".to_owned(),
            TeammateChoice::Nobody => "nobody".to_owned(),
            TeammateChoice::Teammate(id) => id.to_string(),
        }
    }
}

impl TryFrom<String> for PairChoice {
    type Error = NotAChoice;

    fn try_from(text: String) -> Result<Self, NotAChoice> {
        match text.as_str() {
            "nobody" => Ok(Self::Nobody),
            id => Ok(Self::Teammate(teammate(id, "nobody")?)),
        }
    }
}

impl From<PairChoice> for String {
    fn from(choice: PairChoice) -> Self {
        match choice {
            PairChoice::Nobody => "nobody".to_owned(),
            PairChoice::Teammate(id) => id.to_string(),
        }
    }
}

/// Leads that are created from Intercom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Leads {
    /// Without a form where nothing is missing (L1).
    pub one_click: bool,
    /// `LeadSource` of Leads made from the inbox (L4).
    pub source: String,
    /// What stands for a required text that nobody knows (L5).
    pub placeholder: String,
    /// Whether a note with the link goes into the conversation from which one was created (L8).
    pub note: bool,
}

impl Default for Leads {
    fn default() -> Self {
        Self {
            one_click: false,
            source: "Intercom".to_owned(),
            placeholder: "[not provided]".to_owned(),
            note: false,
        }
    }
}

/// How often Salesforce is asked what changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Polling {
    /// Seconds between two fast polls (A4); at least 1.
    pub salesforce_seconds: u32,
    /// Seconds between two readings of Users and queues; at least 10.
    pub directory_seconds: u32,
    /// Seconds between two catch-up searches in Intercom; at least 10.
    pub intercom_seconds: u32,
}

impl Default for Polling {
    fn default() -> Self {
        Self {
            salesforce_seconds: 30,
            directory_seconds: 300,
            intercom_seconds: 900,
        }
    }
}

impl Polling {
    /// The interval of the fast poll.
    pub fn salesforce(&self) -> Duration {
        Duration::from_secs(u64::from(self.salesforce_seconds))
    }
}

/// What holds Carrick back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Safety {
    /// Nothing is written to Intercom while reading goes on (S2).
    pub pause_intercom_writes: bool,
    /// Nothing is written to Salesforce while reading goes on (S2).
    pub pause_salesforce_writes: bool,
}

/// What is wrong with a settings text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Not TOML, or a field that does not exist, or of another type. The message names the line.
    #[error("the settings cannot be read: {0}")]
    Unreadable(String),
    /// A value outside its bounds.
    #[error("{field} must be {must}, but is {is}")]
    OutOfBounds {
        /// Dotted name of the field.
        field: &'static str,
        /// What is allowed.
        must: &'static str,
        /// What was given.
        is: String,
    },
}

impl Settings {
    /// Reads and checks the exported form.
    pub fn from_toml(text: &str) -> Result<Self, SettingsError> {
        let settings: Self = toml::from_str(text)
            .map_err(|error| SettingsError::Unreadable(error.to_string().trim_end().to_owned()))?;
        settings.check()?;
        Ok(settings)
    }

    /// The text that `from_toml` reads.
    pub fn to_toml(&self) -> String {
        toml::to_string_pretty(self).expect("settings are tables of plain values")
    }

    fn check(&self) -> Result<(), SettingsError> {
        let at_least = |field, must, is: u32, least| {
            if is >= least {
                Ok(())
            } else {
                Err(SettingsError::OutOfBounds {
                    field,
                    must,
                    is: is.to_string(),
                })
            }
        };
        at_least(
            "matching.crowded_contacts",
            "at least 1",
            self.matching.crowded_contacts,
            1,
        )?;
        at_least(
            "matching.crowded_records",
            "at least 1",
            self.matching.crowded_records,
            1,
        )?;
        for (field, is) in [
            ("matching.crowded_contacts", self.matching.crowded_contacts),
            ("matching.crowded_records", self.matching.crowded_records),
        ] {
            if is > CROWD_MAX {
                return Err(SettingsError::OutOfBounds {
                    field,
                    must: "at most 2000",
                    is: is.to_string(),
                });
            }
        }
        let polling = &self.polling;
        at_least(
            "polling.salesforce_seconds",
            "at least 1",
            polling.salesforce_seconds,
            1,
        )?;
        at_least(
            "polling.directory_seconds",
            "at least 10",
            polling.directory_seconds,
            10,
        )?;
        at_least(
            "polling.intercom_seconds",
            "at least 10",
            polling.intercom_seconds,
            10,
        )?;
        if self.leads.source.trim().is_empty() || self.leads.source.chars().count() > 255 {
            return Err(SettingsError::OutOfBounds {
                field: "leads.source",
                must: "1 to 255 characters",
                is: format!("{:?}", self.leads.source),
            });
        }
        if self.leads.placeholder.trim().is_empty() || self.leads.placeholder.chars().count() > 80 {
            return Err(SettingsError::OutOfBounds {
                field: "leads.placeholder",
                must: "1 to 80 characters, the length of a last name in Salesforce",
                is: format!("{:?}", self.leads.placeholder),
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s4_what_is_exported_can_be_applied() {
        let mut settings = Settings::default();
        settings.leads.one_click = true;
        settings.polling.salesforce_seconds = 2;
        settings.matching.crowded_allowed =
            MatchKey::from_email("info@acme.io").into_iter().collect();
        settings.matching.ambiguous_contacts = AmbiguousContacts::WhatAgrees;
        settings.ownership.fallback = TeammateChoice::Teammate("7".parse().unwrap());
        settings.team.pairs = [
            ("005000000000001AAA".parse().unwrap(), PairChoice::Nobody),
            (
                "005000000000002AAA".parse().unwrap(),
                PairChoice::Teammate("8".parse().unwrap()),
            ),
        ]
        .into();
        assert_eq!(Settings::from_toml(&settings.to_toml()), Ok(settings));
        assert_eq!(Settings::from_toml(""), Ok(Settings::default()));
    }

    #[test]
    fn s4_the_exported_text() {
        insta::assert_snapshot!(Settings::default().to_toml(), @r#"
        [matching]
        crowded_contacts = 100
        crowded_records = 50
        crowded_allowed = []
        ambiguous_contacts = "nothing"

        [attributes]
        enabled = true
        events = true

        [ownership]
        maintain = false
        fallback = "installer"

        [team]
        service_teammate = "installer"

        [team.pairs]

        [leads]
        one_click = false
        source = "Intercom"
        placeholder = "[not provided]"
        note = false

        [polling]
        salesforce_seconds = 30
        directory_seconds = 300
        intercom_seconds = 900

        [safety]
        pause_intercom_writes = false
        pause_salesforce_writes = false
        "#);
    }

    #[test]
    fn s4_a_misspelt_or_impossible_setting_is_named() {
        let error = |text| Settings::from_toml(text).unwrap_err().to_string();
        insta::assert_snapshot!(error("[polling]\nsalesforce_second = 3"), @r"
        the settings cannot be read: TOML parse error at line 2, column 1
          |
        2 | salesforce_second = 3
          | ^^^^^^^^^^^^^^^^^
        unknown field `salesforce_second`, expected one of `salesforce_seconds`, `directory_seconds`, `intercom_seconds`
        ");
        insta::assert_snapshot!(
            error("[polling]\nsalesforce_seconds = 0"),
            @"polling.salesforce_seconds must be at least 1, but is 0"
        );
        insta::assert_snapshot!(
            error("[leads]\nplaceholder = ' '"),
            @r#"leads.placeholder must be 1 to 80 characters, the length of a last name in Salesforce, but is " ""#
        );
        insta::assert_snapshot!(error("[ownership]\nfallback = 'instaler'"), @r#"
        the settings cannot be read: TOML parse error at line 2, column 12
          |
        2 | fallback = 'instaler'
          |            ^^^^^^^^^^
        "instaler" is neither installer, nobody nor the number of a teammate
        "#);
        insta::assert_snapshot!(error("[matching]\ncrowded_allowed = ['Info@acme.io']"), @r#"
        the settings cannot be read: TOML parse error at line 2, column 19
          |
        2 | crowded_allowed = ['Info@acme.io']
          |                   ^^^^^^^^^^^^^^^^
        "Info@acme.io" is not a folded match key
        "#);
        insta::assert_snapshot!(error("[matching]\ncrowded_contacts = 3000"), @"matching.crowded_contacts must be at most 2000, but is 3000");
        insta::assert_snapshot!(error("leads"), @r"
        the settings cannot be read: TOML parse error at line 1, column 6
          |
        1 | leads
          |      ^
        key with no value, expected `=`
        ");
    }
}
