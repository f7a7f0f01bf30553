//! What to do with one field.

/// Absent, null and a value are three different wishes in every sync; `Option` cannot say so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change<T> {
    /// Leave it as it is.
    #[default]
    Keep,
    /// Empty it.
    Clear,
    /// Set it.
    Set(T),
}

impl<T> Change<T> {
    /// Whether it leaves the field as it is.
    pub fn is_keep(&self) -> bool {
        match self {
            Self::Keep => true,
            Self::Clear | Self::Set(_) => false,
        }
    }
}
