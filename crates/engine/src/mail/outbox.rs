//! What waits to be mailed, per connection, and the round that mails it.
//!
//! The notices of a connection are one stored value, changed by one task at a time. How attempts
//! went is forgotten with the process: a start may bring another configuration, so it tries once
//! more what was refused before.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use model::{ConnectionId, Subject, Timestamp};
use serde::{Deserialize, Serialize};
use store::{
    Connection, DirectoryKind, FailureReport, Side, StoreError, Sweep, SweepState, WaitsFor,
};
use tokio_util::sync::CancellationToken;

use super::notice::{GoesOn, News, Notice};
use super::{Mail, MailError, letter, words};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::failure::retry_at;

/// Between two looks at what waits.
pub(crate) const MAIL: Duration = Duration::from_secs(5);

/// Where the notices of a connection are stored.
const OUTBOX: &str = "mail";

/// The cause in the failure ledger of mail that the server refused for good.
const REFUSED: &str = "mail.refused";

/// Failures looked through.
const LEDGER_LOOK: u32 = 200;

/// The stored form.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
struct Outbox {
    /// Oldest first. At most one of each kind, so at most three.
    waiting: Vec<Notice>,
    /// Why syncs failed that go on by themselves: each is told once, until a sync is through or
    /// somebody stops it.
    told: BTreeSet<String>,
}

/// What is remembered of mail in this process.
#[derive(Default)]
pub(crate) struct Post {
    /// Held while stored notices are read, changed and written back.
    desk: tokio::sync::Mutex<()>,
    /// Held during a round: nothing is sent by two at once.
    round: tokio::sync::Mutex<()>,
    attempts: Mutex<BTreeMap<(ConnectionId, String), Attempt>>,
}

/// How sending a notice went last.
#[derive(Debug, Clone)]
struct Attempt {
    to: String,
    error: MailError,
    count: u64,
    /// `None`: not before it has another receiver.
    again_at: Option<Timestamp>,
}

/// A notice that nobody got by mail yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingMail {
    /// Names it within its connection.
    pub name: String,
    /// When it was written.
    pub at: Timestamp,
    /// What happened, in a few words.
    pub headline: &'static str,
    /// What it says, a paragraph each.
    pub said: Vec<String>,
    /// What was counted.
    pub figures: Vec<(&'static str, String)>,
    /// Why it is still here.
    pub waits: MailWaits,
}

/// Why a notice was not mailed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailWaits {
    /// It is about to be sent.
    ForItsTurn,
    /// This installation has no mail server.
    NotSetUp,
    /// The installer is no teammate any more, or has no address.
    NoAddress,
    /// The mail server refused it for good.
    Refused {
        /// The server's words.
        words: String,
    },
    /// The mail server did not take it; it is tried again.
    Unavailable {
        /// The server's words, or what was met instead of it.
        words: String,
    },
}

impl Engine {
    /// Writes down how a sync ended, unless somebody ended it: an admin, or the end of the process.
    /// `retry` is the pause after which it goes on by itself.
    pub(crate) async fn tell_of_sync(
        &self,
        id: ConnectionId,
        sweep: &Sweep,
        error: Option<&EngineError>,
        retry: Option<Duration>,
    ) -> Result<(), EngineError> {
        let (at, started_at, counts) = (self.now(), sweep.started_at, sweep.counts.clone());
        self.change_outbox(id, |outbox| match (sweep.state, error) {
            (SweepState::Done, _) => {
                outbox.told.clear();
                let news = News::SyncDone { started_at, counts };
                outbox.add(Notice { at, news });
            }
            (SweepState::Failed, Some(error)) => {
                let why = words::why(error);
                let goes_on = match retry {
                    Some(_) => GoesOn::ByItself,
                    None => GoesOn::WhenStarted,
                };
                if goes_on == GoesOn::ByItself && !outbox.told.insert(why.clone()) {
                    return;
                }
                let news = News::SyncFailed {
                    started_at,
                    counts,
                    why,
                    goes_on,
                };
                outbox.add(Notice { at, news });
            }
            (SweepState::Stopped, _) => outbox.told.clear(),
            (SweepState::Failed, None) | (SweepState::Reading | SweepState::Reconciling, _) => {}
        })
        .await
    }

    /// Writes down that a side has to be connected again (E4).
    pub(crate) async fn tell_of_refusal(
        &self,
        id: ConnectionId,
        side: Side,
    ) -> Result<(), EngineError> {
        let at = self.now();
        let news = News::Reconnect { side };
        self.change_outbox(id, |outbox| outbox.add(Notice { at, news }))
            .await
    }

    /// A side was connected again: nobody has to be asked for that any more.
    pub(crate) async fn forget_refusal(
        &self,
        id: ConnectionId,
        side: Side,
    ) -> Result<(), EngineError> {
        self.change_outbox(id, |outbox| {
            outbox.waiting.retain(|notice| !notice.asks_for(side));
        })
        .await
    }

    /// Forgets a notice that somebody has read. Nothing happens if it is not there any more.
    pub async fn dismiss_notice(&self, id: ConnectionId, name: &str) -> Result<(), EngineError> {
        self.remove_notice(id, name).await
    }

    /// Sends what waits and is due. A server that does not take it is no error of the caller: it
    /// is noted, and a later round tries again.
    pub(crate) async fn send_mail(&self, id: ConnectionId) -> Result<(), EngineError> {
        let Some(mailing) = &self.inner.mail else {
            return Ok(());
        };
        let _round = self.inner.post.round.lock().await;
        let waiting = self.outbox(id).await?.waiting;
        if waiting.is_empty() {
            return Ok(());
        }
        let connection = self.connection(id).await?;
        let Some(to) = self.installer_address(&connection).await? else {
            return Ok(());
        };
        let page = (mailing.page_of)(&connection.name);
        for notice in waiting {
            if self.inner.post.is_due(id, &notice, &to, self.now()) {
                let mail = letter::mail(&notice, &connection, &to, &page);
                let outcome = mailing.mailer.send(&mail).await;
                self.note_sent(id, &notice, mail, outcome).await?;
            }
        }
        Ok(())
    }

    async fn note_sent(
        &self,
        id: ConnectionId,
        notice: &Notice,
        mail: Mail,
        outcome: Result<(), MailError>,
    ) -> Result<(), EngineError> {
        let Err(error) = outcome else {
            tracing::info!(connection.id = %id, mail.id = %mail.message_id, "a mail was taken");
            let text = format!("mailed to the installer: {}", notice.words().headline);
            let entry = self.connection_entry(text, notice.rule());
            self.inner.store.append(id, &[entry]).await?;
            return self.remove_notice(id, &notice.name()).await;
        };
        match &error {
            MailError::Refused { words } => {
                tracing::warn!(connection.id = %id, mail.id = %mail.message_id, "a mail was refused");
                let report = refused(&mail, words);
                let store = &self.inner.store;
                store.report_failure(id, &report, self.now()).await?;
            }
            MailError::Unavailable { .. } => {
                tracing::warn!(connection.id = %id, mail.id = %mail.message_id, "a mail waits");
            }
        }
        let post = &self.inner.post;
        post.note_attempt(id, notice, mail.to, error, self.now());
        Ok(())
    }

    /// What a connection's page shows of mail.
    pub(crate) async fn waiting_mail(
        &self,
        connection: &Connection,
    ) -> Result<Vec<WaitingMail>, EngineError> {
        let waiting = self.outbox(connection.id).await?.waiting;
        if waiting.is_empty() {
            return Ok(Vec::new());
        }
        let to = self.installer_address(connection).await?;
        let shown = waiting.into_iter().map(|notice| {
            let words = notice.words();
            let waits = match (&self.inner.mail, &to) {
                (None, _) => MailWaits::NotSetUp,
                (Some(_), None) => MailWaits::NoAddress,
                (Some(_), Some(to)) => self.inner.post.why(connection.id, &notice, to),
            };
            WaitingMail {
                name: notice.name(),
                at: notice.at,
                headline: words.headline,
                said: words.said,
                figures: words.figures,
                waits,
            }
        });
        Ok(shown.collect())
    }

    /// Sends what waits, of all connections, until the end. What a round has begun is finished.
    pub(crate) async fn mail_loop(self, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            match self.connections().await {
                Ok(connections) => {
                    for connection in connections {
                        if let Err(error) = self.send_mail(connection.id).await {
                            tracing::error!(connection.id = %connection.id, %error, "mail waits");
                        }
                        if shutdown.is_cancelled() {
                            return;
                        }
                    }
                }
                Err(error) => tracing::error!(%error, "the connections cannot be listed"),
            }
            tokio::select! {
                biased;
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(MAIL) => {}
            }
        }
    }

    /// Where the installer is reached, as long as they are a teammate.
    async fn installer_address(
        &self,
        connection: &Connection,
    ) -> Result<Option<String>, EngineError> {
        let Some(profile) = &connection.profile.intercom else {
            return Ok(None);
        };
        let installer = profile.installer.to_string();
        let store = &self.inner.store;
        let teammates = store
            .directory(connection.id, DirectoryKind::Teammate)
            .await?;
        let found = teammates
            .into_iter()
            .find(|teammate| teammate.id == installer && teammate.active);
        let address = found.and_then(|teammate| teammate.email);
        Ok(address.filter(|address| !address.trim().is_empty()))
    }

    async fn remove_notice(&self, id: ConnectionId, name: &str) -> Result<(), EngineError> {
        self.change_outbox(id, |outbox| {
            outbox.waiting.retain(|notice| notice.name() != name);
        })
        .await?;
        self.inner.post.forget(id, name);
        self.forget_refused_mail(id).await
    }

    /// Clears what the ledger says of mail.
    async fn forget_refused_mail(&self, id: ConnectionId) -> Result<(), EngineError> {
        let store = &self.inner.store;
        for failure in store.failures(id, LEDGER_LOOK).await? {
            let FailureReport {
                subject,
                digest,
                cause,
                ..
            } = &failure.report;
            if *subject == Subject::Connection && cause == REFUSED {
                store.clear_failure(id, subject, *digest).await?;
            }
        }
        Ok(())
    }

    async fn outbox(&self, id: ConnectionId) -> Result<Outbox, EngineError> {
        let Some(stored) = self.inner.store.cursor(id, OUTBOX).await? else {
            return Ok(Outbox::default());
        };
        serde_json::from_str(&stored).map_err(|error| {
            EngineError::Store(StoreError::Unreadable {
                table: "cursor",
                column: "value",
                key: OUTBOX.to_owned(),
                why: error.to_string(),
            })
        })
    }

    async fn change_outbox(
        &self,
        id: ConnectionId,
        change: impl FnOnce(&mut Outbox),
    ) -> Result<(), EngineError> {
        let _turn = self.inner.post.desk.lock().await;
        let before = self.outbox(id).await?;
        let mut outbox = before.clone();
        change(&mut outbox);
        if outbox == before {
            return Ok(());
        }
        let text = serde_json::to_string(&outbox).expect("notices are plain values");
        let store = &self.inner.store;
        Ok(store.put_cursor(id, OUTBOX, &text, self.now()).await?)
    }
}

fn refused(mail: &Mail, words: &str) -> FailureReport {
    let hash = xxhash_rust::xxh3::xxh3_64(mail.message_id.as_bytes());
    FailureReport {
        subject: Subject::Connection,
        digest: i64::from_ne_bytes(hash.to_ne_bytes()),
        cause: REFUSED.to_owned(),
        waits_for: WaitsFor::Change,
        retry_at: None,
        summary: "a message to the installer could not be mailed".to_owned(),
        vendor_words: Some(words.to_owned()),
    }
}

impl Outbox {
    fn add(&mut self, notice: Notice) {
        self.waiting.retain(|earlier| !notice.replaces(earlier));
        self.waiting.push(notice);
    }
}

impl Post {
    fn is_due(&self, id: ConnectionId, notice: &Notice, to: &str, now: Timestamp) -> bool {
        self.last(id, notice).is_none_or(|last| {
            last.to != to || last.again_at.is_some_and(|again_at| again_at <= now)
        })
    }

    fn why(&self, id: ConnectionId, notice: &Notice, to: &str) -> MailWaits {
        match self.last(id, notice).filter(|last| last.to == to) {
            None => MailWaits::ForItsTurn,
            Some(Attempt {
                error: MailError::Refused { words },
                ..
            }) => MailWaits::Refused { words },
            Some(Attempt {
                error: MailError::Unavailable { words },
                ..
            }) => MailWaits::Unavailable { words },
        }
    }

    fn last(&self, id: ConnectionId, notice: &Notice) -> Option<Attempt> {
        let attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        attempts.get(&(id, notice.name())).cloned()
    }

    fn note_attempt(
        &self,
        id: ConnectionId,
        notice: &Notice,
        to: String,
        error: MailError,
        now: Timestamp,
    ) {
        let mut attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (id, notice.name());
        let count = attempts.get(&key).map_or(0, |last| last.count);
        let attempt = Attempt {
            to,
            count: count + 1,
            again_at: retry_at(now, error.retry_when(), count),
            error,
        };
        attempts.insert(key, attempt);
    }

    fn forget(&self, id: ConnectionId, name: &str) {
        let mut attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        attempts.remove(&(id, name.to_owned()));
    }
}
