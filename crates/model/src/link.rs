//! Which contact shows which record, and on which values both sides last agreed through us.

use std::collections::BTreeMap;

use crate::{Timestamp, ic, sf};
use serde::{Deserialize, Serialize};

/// How a link came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// By match key.
    Key,
    /// By a teammate's pin.
    Pin,
    /// The record was created from the contact.
    Created,
}

/// What each side showed for one field pair when both last agreed, each in its own words.
/// `None` is an empty field.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BasePair {
    /// What Salesforce showed.
    pub salesforce: Option<String>,
    /// What Intercom showed.
    pub intercom: Option<String>,
}

/// The base of a link, by the name of the field pair (for A1 the attribute's name).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Base(pub BTreeMap<String, BasePair>);

/// A contact and the record that it shows. A contact has at most one link at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The contact.
    pub contact_id: ic::ContactId,
    /// The record.
    pub record_id: sf::RecordId,
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub how: How,
    /// On what both sides last agreed.
    pub base: Base,
    /// When the last event about it was dated (A3): two of one second would pass for one.
    pub announced: Option<Timestamp>,
    /// What somebody else keeps changing in Intercom.
    pub put_backs: PutBacks,
}

/// When a field was last put back although nothing had changed in Salesforce, oldest first, by the
/// name of the field pair. A change in Salesforce starts anew.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PutBacks(pub BTreeMap<String, Vec<Timestamp>>);
