//! Why something that a person asked for was not done.

use intercom::IntercomError;
use salesforce::SalesforceError;
use store::{Side, StoreError};
use transport::RetryWhen;

use crate::seal::SealError;

/// What stands in the way, as a sentence for people. Failures of single persons are no errors:
/// they are listed in the failure ledger.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Salesforce failed.
    #[error(transparent)]
    Salesforce(#[from] SalesforceError),
    /// Intercom failed.
    #[error(transparent)]
    Intercom(#[from] IntercomError),
    /// A stored secret cannot be opened.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The connection was removed, or never was.
    #[error("there is no such connection")]
    NoSuchConnection,
    /// This side has not been connected yet.
    #[error("{} is not connected yet; connect it on the connection's page", name_of(*side))]
    NotConnected {
        /// Which side.
        side: Side,
    },
    /// An admin has to reconnect this side.
    #[error("{} refused the stored credential ({why}); reconnect it", name_of(*side))]
    Reconnect {
        /// Which side.
        side: Side,
        /// The vendor's words.
        why: String,
    },
    /// A sync of this connection is running.
    #[error("a sync of this connection is running already")]
    Busy,
    /// The sync was stopped before it was through.
    #[error("the sync was stopped; it goes on where it was when it is started again")]
    Stopped,
    /// Another connection has this name.
    #[error("there is a connection of this name already")]
    NameTaken,
    /// The name cannot stand in an address.
    #[error("a connection's name has 1 to 64 characters of a-z, 0-9 and -")]
    BadName,
    /// Another connection has this workspace.
    #[error("this Intercom workspace belongs to another connection already")]
    WorkspaceTaken,
    /// The browser came back with a state that we did not give out, or too late.
    #[error("this sign-in was not started here or took longer than ten minutes; start it again")]
    UnknownState,
    /// Reconnected to another org or workspace than before.
    #[error(
        "this is another {} than the one that the connection was made for; make a new connection",
        place_of(*side)
    )]
    OtherPlace {
        /// Which side.
        side: Side,
    },
    /// The configuration names no such Intercom app.
    #[error("the configuration has no Intercom app named {0:?}")]
    NoSuchApp(String),
    /// A whole side seems to have lost rows: a permission was lost rather than so many deleted.
    #[error("{0}")]
    Brake(String),
}

impl EngineError {
    /// Whose call failed, and when trying again has a chance; `None` if no vendor is to blame.
    pub(crate) fn of_vendor(&self) -> Option<(Side, RetryWhen)> {
        match self {
            Self::Intercom(error) => Some((Side::Intercom, error.retry_when())),
            Self::Salesforce(error) => Some((Side::Salesforce, error.retry_when())),
            Self::Store(_)
            | Self::Seal(_)
            | Self::NoSuchConnection
            | Self::NotConnected { .. }
            | Self::Reconnect { .. }
            | Self::Busy
            | Self::Stopped
            | Self::NameTaken
            | Self::BadName
            | Self::WorkspaceTaken
            | Self::UnknownState
            | Self::OtherPlace { .. }
            | Self::NoSuchApp(_)
            | Self::Brake(_) => None,
        }
    }
}

fn name_of(side: Side) -> &'static str {
    match side {
        Side::Intercom => "Intercom",
        Side::Salesforce => "Salesforce",
    }
}

fn place_of(side: Side) -> &'static str {
    match side {
        Side::Intercom => "workspace",
        Side::Salesforce => "org",
    }
}
