//! What is different in this org: a file, in TOML or JSON, of custom fields, other vocabularies,
//! record types, queues, users, profiles and switches.
//!
//! A [`Fixture`] is checked as a whole when it is read, against the org that it is for, so whoever
//! holds one can found that org. Every refusal names the place in the file. It says what an
//! administrator could do in Setup, and nothing else.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::schema::{CustomChoice, CustomField, Object, Schema};

/// A checked fixture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Written", try_from = "Written")]
pub struct Fixture(Written);

/// The file is no fixture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FixtureError {
    /// It is neither TOML nor JSON of the known keys. The text tells line and column.
    #[error("{0}")]
    Syntax(String),
    /// A part of it cannot be.
    #[error("{place}: {reason}")]
    Impossible {
        /// Such as `fields[2] (Lead.Tier__c)`, counted from 0.
        place: String,
        /// Why not.
        reason: String,
    },
}

/// A fixture as it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Written {
    pub(crate) switches: Switches,
    pub(crate) picklists: Vec<Picklist>,
    pub(crate) record_types: Vec<RecordType>,
    pub(crate) fields: Vec<CustomField>,
    pub(crate) profiles: Vec<Profile>,
    pub(crate) users: Vec<User>,
    pub(crate) queues: Vec<Queue>,
}

/// Features of the whole org.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Switches {
    /// The org is a sandbox: it says so, and its users' emails end in `.invalid`.
    pub(crate) sandbox: bool,
    /// Countries and states are picklists, with codes beside the texts.
    pub(crate) country_picklists: bool,
}

/// Other values for a standard picklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Picklist {
    pub(crate) object: Object,
    pub(crate) field: String,
    pub(crate) values: Vec<CustomChoice>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RecordType {
    pub(crate) object: Object,
    pub(crate) name: String,
    pub(crate) developer_name: String,
    #[serde(default)]
    pub(crate) description: Option<String>,
    #[serde(default)]
    pub(crate) inactive: bool,
    /// The profiles that may choose it; all, if it says nothing.
    #[serde(default)]
    pub(crate) profiles: Option<Vec<String>>,
    /// The profiles whose records get it when nothing is said.
    #[serde(default)]
    pub(crate) default_for: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Profile {
    pub(crate) name: String,
    /// The usernames of those who have it.
    #[serde(default)]
    pub(crate) users: Vec<String>,
    /// What they may do; of an object that is not named, nothing.
    #[serde(default)]
    pub(crate) permissions: Vec<Permission>,
}

/// What a profile may do with records of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "the file is a list of flags")]
pub(crate) struct Permission {
    pub(crate) object: Object,
    #[serde(default)]
    pub(crate) create: bool,
    #[serde(default)]
    pub(crate) read: bool,
    #[serde(default)]
    pub(crate) edit: bool,
    #[serde(default)]
    pub(crate) delete: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct User {
    pub(crate) username: String,
    pub(crate) last_name: String,
    #[serde(default)]
    pub(crate) first_name: Option<String>,
    /// By default the username.
    #[serde(default)]
    pub(crate) email: Option<String>,
    #[serde(default)]
    pub(crate) title: Option<String>,
    #[serde(default)]
    pub(crate) inactive: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Queue {
    pub(crate) name: String,
    pub(crate) developer_name: String,
    #[serde(default)]
    pub(crate) email: Option<String>,
    /// Whose records it may own.
    pub(crate) objects: Vec<Object>,
    /// Usernames of users that this file adds.
    #[serde(default)]
    pub(crate) members: Vec<String>,
}

/// What an org of `fixture` has beside its fields.
static NOTHING: Written = Written {
    switches: Switches {
        sandbox: false,
        country_picklists: false,
    },
    picklists: Vec::new(),
    record_types: Vec::new(),
    fields: Vec::new(),
    profiles: Vec::new(),
    users: Vec::new(),
    queues: Vec::new(),
};

/// The profiles that every org has.
pub(crate) const STANDARD_PROFILES: [&str; 3] =
    ["System Administrator", "Standard User", "Read Only"];

/// The objects whose records a queue can own.
const QUEUEABLE: [Object; 3] = [Object::Case, Object::Lead, Object::Task];

impl Fixture {
    /// Reads a fixture: JSON if it begins with a brace, else TOML.
    pub fn parse(text: &str) -> Result<Self, FixtureError> {
        let written: Written = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|error| FixtureError::Syntax(error.to_string()))?
        } else {
            toml::from_str(text)
                .map_err(|error| FixtureError::Syntax(error.to_string().trim_end().to_owned()))?
        };
        Self::try_from(written)
    }

    /// What is written in it; without a fixture nothing is.
    pub(crate) fn written(fixture: Option<&Self>) -> &Written {
        fixture.map_or(&NOTHING, |fixture| &fixture.0)
    }
}

impl TryFrom<Written> for Fixture {
    type Error = FixtureError;

    fn try_from(written: Written) -> Result<Self, FixtureError> {
        Schema::with(&written)?;
        written.check_profiles()?;
        written.check_record_types()?;
        written.check_users()?;
        written.check_queues()?;
        Ok(Self(written))
    }
}

impl From<Fixture> for Written {
    fn from(fixture: Fixture) -> Self {
        fixture.0
    }
}

impl FixtureError {
    /// A refusal of the `index`-th part of a list.
    pub(crate) fn at(list: &str, index: usize, name: &str, reason: impl Into<String>) -> Self {
        Self::Impossible {
            place: format!("{list}[{index}] ({name})"),
            reason: reason.into(),
        }
    }
}

impl Written {
    /// The names of all profiles: those of every org, then those of this file.
    pub(crate) fn profile_names(&self) -> impl Iterator<Item = &str> {
        let own = self.profiles.iter().map(|profile| profile.name.as_str());
        STANDARD_PROFILES.into_iter().chain(own)
    }

    fn check_profiles(&self) -> Result<(), FixtureError> {
        let mut known: BTreeSet<&str> = STANDARD_PROFILES.into();
        let mut placed = BTreeSet::new();
        for (index, profile) in self.profiles.iter().enumerate() {
            let refused =
                |reason: String| Err(FixtureError::at("profiles", index, &profile.name, reason));
            if profile.name.is_empty() || !known.insert(&profile.name) {
                return refused("every profile needs a name of its own".to_owned());
            }
            for permission in &profile.permissions {
                let object = permission.object;
                if !crate::seed::PERMITTED.contains(&object) {
                    return refused(format!("there are no permissions for {object}"));
                }
                let more = permission.create || permission.edit || permission.delete;
                if (more && !permission.read) || (permission.delete && !permission.edit) {
                    return refused(format!(
                        "{object}: creating and editing need read, deleting needs edit"
                    ));
                }
            }
            for user in &profile.users {
                if !placed.insert(user.as_str()) {
                    return refused(format!("{user} has a profile already"));
                }
            }
        }
        Ok(())
    }

    fn check_record_types(&self) -> Result<(), FixtureError> {
        let profiles: BTreeSet<&str> = self.profile_names().collect();
        let mut names = BTreeSet::new();
        let mut defaults = BTreeSet::new();
        for (index, kind) in self.record_types.iter().enumerate() {
            let place = format!("{}.{}", kind.object, kind.developer_name);
            let refused =
                |reason: String| Err(FixtureError::at("recordTypes", index, &place, reason));
            if !is_developer_name(&kind.developer_name) || kind.name.is_empty() {
                return refused(
                    "it needs a name, and a developerName of letters, digits and \
                                single underscores"
                        .to_owned(),
                );
            }
            if !names.insert((kind.object, kind.developer_name.to_ascii_lowercase())) {
                return refused("there is such a record type already".to_owned());
            }
            let named = kind.profiles.iter().flatten().chain(&kind.default_for);
            for profile in named {
                if !profiles.contains(profile.as_str()) {
                    return refused(format!("there is no profile {profile:?}"));
                }
            }
            for profile in &kind.default_for {
                if kind.inactive || !kind.is_available_to(profile) {
                    return refused(format!("it is not available to {profile:?}"));
                }
                if !defaults.insert((kind.object, profile.as_str())) {
                    return refused(format!("{profile:?} has another default"));
                }
            }
        }
        Ok(())
    }

    fn check_users(&self) -> Result<(), FixtureError> {
        let mut names = BTreeSet::new();
        for (index, user) in self.users.iter().enumerate() {
            let refused =
                |reason: &str| Err(FixtureError::at("users", index, &user.username, reason));
            if !user.username.contains('@') || user.last_name.is_empty() {
                return refused("it needs a lastName, and a username in the form of an email");
            }
            if !names.insert(user.username.to_lowercase()) {
                return refused("there is such a user already");
            }
        }
        Ok(())
    }

    fn check_queues(&self) -> Result<(), FixtureError> {
        let mut names = BTreeSet::from(["inbound_leads".to_owned()]);
        for (index, queue) in self.queues.iter().enumerate() {
            let refused = |reason: String| {
                let name = &queue.developer_name;
                Err(FixtureError::at("queues", index, name, reason))
            };
            if !is_developer_name(&queue.developer_name) || queue.name.is_empty() {
                return refused(
                    "it needs a name, and a developerName of letters, digits and \
                                single underscores"
                        .to_owned(),
                );
            }
            if !names.insert(queue.developer_name.to_ascii_lowercase()) {
                return refused("there is such a queue already".to_owned());
            }
            if let Some(object) = queue.objects.iter().find(|one| !QUEUEABLE.contains(one)) {
                return refused(format!("no queue can own records of {object}"));
            }
            let is_known = |name: &&String| self.users.iter().any(|user| user.username == **name);
            if let Some(member) = queue.members.iter().find(|name| !is_known(name)) {
                return refused(format!("no user of this file has the username {member}"));
            }
        }
        Ok(())
    }
}

impl RecordType {
    pub(crate) fn is_available_to(&self, profile: &str) -> bool {
        let mut chosen = self.profiles.iter().flatten();
        self.profiles.is_none() || chosen.any(|name| name == profile)
    }
}

fn is_developer_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && !name.ends_with('_')
        && !name.contains("__")
        && name
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || character == '_')
}

#[cfg(test)]
mod tests;
