//! What a database can answer instead of rows.

/// Why the store could not do what was asked. `Display` leaves the source to the log's chain.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database could not be reached, is locked, or its disk failed. Time may cure it.
    #[error("the store is not available while {doing}")]
    Unavailable {
        /// What was being done.
        doing: &'static str,
        /// The database's own error.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A stored row cannot be read: a bug, or a file that something else wrote to.
    #[error("{table}.{column} of {key} cannot be read: {why}")]
    Unreadable {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's key, or its digest where the key is personal.
        key: String,
        /// What is wrong with the value.
        why: String,
    },
    /// Somebody else changed the row since it was read (compare-and-set failed).
    #[error("{what} was changed by someone else meanwhile")]
    Conflict {
        /// What was to be changed.
        what: &'static str,
    },
    /// A unique value is taken, for example a workspace that has a connection already.
    #[error("{what} is taken already")]
    Taken {
        /// Which value.
        what: &'static str,
    },
    /// The row does not exist.
    #[error("there is no such {what}")]
    Missing {
        /// What was asked for.
        what: &'static str,
    },
    /// The file was written by a newer release, or is not Carrick's.
    #[error("the store cannot be opened: {why}")]
    Incompatible {
        /// What was found.
        why: String,
    },
}
