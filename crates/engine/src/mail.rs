//! Mail to the installer: how a sync ended (I3), and that a side has to be connected again (E4).
//!
//! Promises:
//! - a notice is written down before anything is sent, so that no crash loses it;
//! - it is removed when the mail server took it or somebody dismissed it; until then the page of
//!   the connection shows it, and without mail set up that is where it waits;
//! - a notice that is sent once more after a crash has the same Message-ID, date and text;
//! - a letter holds counts and the names of workspace and org, and nothing about a person.
//!
//! Never here: SMTP, where pages are, who may read them.

mod letter;
mod notice;
mod outbox;
#[cfg(test)]
mod tests;
mod words;

use std::sync::Arc;

use async_trait::async_trait;
use model::Timestamp;
use transport::RetryWhen;
use url::Url;

pub(crate) use outbox::{MAIL, Post};
pub use outbox::{MailWaits, WaitingMail};

/// How mail leaves. Whoever implements it bounds the time that it takes.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands a mail to the server. `Ok` means that the server took it, not that somebody has it.
    async fn send(&self, mail: &Mail) -> Result<(), MailError>;
}

/// How mail leaves, and what it links to.
pub struct Mailing {
    /// Takes the mail.
    pub mailer: Arc<dyn Mailer>,
    /// Where the page of the connection of this name is.
    pub page_of: PageOf,
}

/// The address of a connection's page, by the connection's name.
pub type PageOf = Box<dyn Fn(&str) -> Url + Send + Sync>;

/// A mail as the server gets it. No line of `subject` and `to` breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Address of the one receiver.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// The text for programs that show no HTML.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// Without angle brackets; the same however often the mail is sent.
    pub message_id: String,
    /// When it was written.
    pub written_at: Timestamp,
}

/// Why a mail was not taken. The words are the server's and may name its receiver: they are for
/// pages, never for logs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// For good: no such receiver, a refused sender or sign-in.
    #[error("the mail server refused the mail: {words}")]
    Refused {
        /// The server's.
        words: String,
    },
    /// For the moment: not reached, silent, busy.
    #[error("the mail server did not take the mail: {words}")]
    Unavailable {
        /// The server's, or what was met instead of it.
        words: String,
    },
}

impl MailError {
    /// When trying again has a chance.
    pub fn retry_when(&self) -> RetryWhen {
        match self {
            Self::Refused { .. } => RetryWhen::Changed,
            Self::Unavailable { .. } => RetryWhen::Later { not_before: None },
        }
    }
}
