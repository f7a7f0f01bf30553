//! What is about to be created in a cloud, written down before the call, so that it is created
//! once whatever happens in between (invariant 5, rule L6).

use async_trait::async_trait;
use model::{ConnectionId, Timestamp, sf};
use serde::{Deserialize, Serialize};

use crate::{Settlement, StoreError};

/// An intent's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IntentId(pub i64);

/// What is to be created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntentKind {
    /// A Salesforce Lead; the target is the person.
    Lead,
    /// An event on an Intercom contact (A3); the target is `contact:<id>:<name>:<created_at>`.
    Event,
    /// A note in a conversation; the target is `conversation:<id>:<record id>`.
    Note,
}

/// Where an intent stands: `open → sent → done | refused | unknown`; `unknown → done | open`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntentState {
    /// Written down; nothing was sent, or what was sent surely created nothing.
    Open,
    /// The call is under way.
    Sent,
    /// Nobody knows whether the call created something: look before repeating.
    Unknown,
    /// It exists. Closed.
    Done,
    /// The vendor refused it. Closed.
    Refused,
}

/// An intent as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// Its number.
    pub id: IntentId,
    /// The org in which it is to be created.
    pub org_id: sf::OrgId,
    /// On behalf of which connection.
    pub connection: ConnectionId,
    /// What.
    pub kind: IntentKind,
    /// For whom: for a Lead the match key.
    pub target: String,
    /// Where it stands.
    pub state: IntentState,
    /// When it was written down.
    pub opened_at: Timestamp,
    /// When the last call was begun.
    pub sent_at: Option<Timestamp>,
    /// Until then *not found* is not final.
    pub quiet_until: Option<Timestamp>,
    /// When to look again.
    pub look_at: Option<Timestamp>,
    /// What to send, as JSON.
    pub payload: String,
    /// What was created.
    pub outcome_id: Option<String>,
    /// Why it was refused, in words for people.
    pub refusal: Option<String>,
    /// Who asked: a teammate's id, or a rule's name.
    pub by: String,
}

/// What is needed to write an intent down.
#[derive(Debug, Clone)]
pub struct NewIntent {
    /// The org.
    pub org_id: sf::OrgId,
    /// The connection.
    pub connection: ConnectionId,
    /// What.
    pub kind: IntentKind,
    /// For whom.
    pub target: String,
    /// What to send, as JSON.
    pub payload: String,
    /// Who asked.
    pub by: String,
}

/// Whether the intent is ours or was there already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenedIntent {
    /// It was written down now.
    Opened(Intent),
    /// One of the same org, kind and target is not closed yet: join it.
    Standing(Intent),
}

/// Whether an outcome could be claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// The intent is done.
    Done,
    /// The found row already settled another intent; look for another one.
    RowTaken,
    /// The intent is closed already; nothing changed.
    Closed,
}

/// Intents. They belong to the org. Every method is one durable transaction. `Missing` for a
/// number that was never given away.
#[async_trait]
pub trait Intents: Send + Sync {
    /// Writes an intent down in state `Open`, or returns the standing one of the same org, kind and
    /// target. Of two at once, one opens and the other joins.
    async fn open_intent(
        &self,
        new: &NewIntent,
        now: Timestamp,
    ) -> Result<OpenedIntent, StoreError>;

    /// One intent.
    async fn intent(&self, id: IntentId) -> Result<Option<Intent>, StoreError>;

    /// All intents of a kind of an org that are not closed, oldest first.
    async fn unsettled_intents(
        &self,
        org: sf::OrgId,
        kind: IntentKind,
    ) -> Result<Vec<Intent>, StoreError>;

    /// Intents of one connection and kind on which something can be done now, oldest first: `Open`
    /// ones, and `Unknown` ones whose `look_at` has come. Cheap however many others there are.
    async fn due_intents(
        &self,
        connection: ConnectionId,
        kind: IntentKind,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Intent>, StoreError>;

    /// Intents of a connection and kind that are `Sent` since before `before` become `Unknown`, to
    /// be looked for at once: whoever sent them never booked what came of it. Returns how many.
    async fn doubt_sent_intents(
        &self,
        connection: ConnectionId,
        kind: IntentKind,
        before: Timestamp,
        now: Timestamp,
    ) -> Result<u64, StoreError>;

    /// Deletes closed intents of a kind that were opened before `before`; returns how many.
    async fn forget_intents(
        &self,
        org: sf::OrgId,
        kind: IntentKind,
        before: Timestamp,
    ) -> Result<u64, StoreError>;

    /// `Open → Sent`, before the call. `Conflict` from any other state: somebody else sends it.
    async fn intent_sent(&self, id: IntentId, now: Timestamp) -> Result<(), StoreError>;

    /// `Sent | Unknown → Unknown`: look at `look_at`; *not found* is final from `quiet_until` on,
    /// which is kept if it was set before. `Conflict` from any other state.
    async fn intent_unknown(
        &self,
        id: IntentId,
        look_at: Timestamp,
        quiet_until: Timestamp,
    ) -> Result<(), StoreError>;

    /// `Open | Sent | Unknown → Done` with what exists, together with what the person's run wrote.
    /// A row counts for one intent only: `RowTaken` changes nothing.
    async fn intent_done(
        &self,
        id: IntentId,
        outcome_id: &str,
        settlement: &Settlement,
        now: Timestamp,
    ) -> Result<Settled, StoreError>;

    /// `Open | Sent → Refused`, with the words for people. No effect on a closed one, `Conflict`
    /// for an unknown one: that has to be looked for first.
    async fn intent_refused(&self, id: IntentId, why: &str) -> Result<(), StoreError>;

    /// `Sent | Unknown → Open`: the call surely created nothing. The wait of an earlier call is
    /// forgotten. No effect on an open one, `Conflict` for a closed one.
    async fn intent_reopened(&self, id: IntentId) -> Result<(), StoreError>;

    /// After a restart or a takeover: every `Sent` intent of the org becomes `Unknown`, to be
    /// looked for at once, with *not found* final from `quiet_until` on. Returns how many.
    async fn distrust_sent_intents(
        &self,
        org: sf::OrgId,
        now: Timestamp,
        quiet_until: Timestamp,
    ) -> Result<u64, StoreError>;
}
