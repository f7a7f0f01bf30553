//! What an admin can choose for one connection, as one TOML text (S4).
//!
//! Every field has a default, unknown fields are refused with their name, and the text that is
//! exported is the text that can be applied.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// All settings of a connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Rules M.
    pub matching: Matching,
    /// Rule A1.
    pub attributes: Attributes,
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
}

impl Default for Matching {
    fn default() -> Self {
        Self {
            crowded_contacts: 100,
            crowded_records: 50,
        }
    }
}

/// Salesforce data on Intercom contacts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Attributes {
    /// Whether the `SALESFORCE_…` attributes are written (A1).
    pub enabled: bool,
}

impl Default for Attributes {
    fn default() -> Self {
        Self { enabled: true }
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
}

impl Default for Leads {
    fn default() -> Self {
        Self {
            one_click: false,
            source: "Intercom".to_owned(),
            placeholder: "[not provided]".to_owned(),
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
        assert_eq!(Settings::from_toml(&settings.to_toml()), Ok(settings));
        assert_eq!(Settings::from_toml(""), Ok(Settings::default()));
    }

    #[test]
    fn s4_the_exported_text() {
        insta::assert_snapshot!(Settings::default().to_toml(), @r#"
        [matching]
        crowded_contacts = 100
        crowded_records = 50

        [attributes]
        enabled = true

        [leads]
        one_click = false
        source = "Intercom"
        placeholder = "[not provided]"

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
        insta::assert_snapshot!(error("leads"), @r"
        the settings cannot be read: TOML parse error at line 1, column 6
          |
        1 | leads
          |      ^
        key with no value, expected `=`
        ");
    }
}
