//! What can go wrong inside a transaction, before it is known what was being done.

use std::fmt;

use store::StoreError;

/// SQLite's error, or one of the port's.
#[derive(Debug)]
pub(crate) enum Trouble {
    Sql(rusqlite::Error),
    Store(StoreError),
}

pub(crate) type Tried<T> = Result<T, Trouble>;

impl Trouble {
    /// The port's error, for an attempt at `doing`.
    pub(crate) fn during(self, doing: &'static str) -> StoreError {
        match self {
            Self::Store(error) => error,
            Self::Sql(error) => match error.sqlite_error_code() {
                Some(rusqlite::ErrorCode::NotADatabase) => StoreError::Incompatible {
                    why: "the file is not a database".to_owned(),
                },
                _ => StoreError::Unavailable {
                    doing,
                    source: Box::new(error),
                },
            },
        }
    }

    pub(crate) fn missing(what: &'static str) -> Self {
        Self::Store(StoreError::Missing { what })
    }

    pub(crate) fn conflict(what: &'static str) -> Self {
        Self::Store(StoreError::Conflict { what })
    }

    pub(crate) fn taken(what: &'static str) -> Self {
        Self::Store(StoreError::Taken { what })
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sql(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
