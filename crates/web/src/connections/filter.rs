//! Filters of a list: links with a count, one of which is what is shown.

/// One filter.
pub(crate) struct Filter {
    pub(crate) label: &'static str,
    pub(crate) count: String,
    pub(crate) href: String,
    pub(crate) current: bool,
}
