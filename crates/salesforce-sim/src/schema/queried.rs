//! What a query may do with a field. Describe says the same.

use super::{Field, Kind};

impl Field {
    /// Whether rows can be chosen by it.
    pub(crate) fn is_filterable(&self) -> bool {
        !self.long
    }

    /// Whether rows can be ordered by it.
    pub(crate) fn is_sortable(&self) -> bool {
        !self.long && !matches!(self.kind, Kind::MultiPicklist)
    }

    /// Whether rows can be grouped by it. Instants can by a part of them, such as their day.
    pub(crate) fn is_groupable(&self) -> bool {
        !self.long
            && match self.kind {
                Kind::Id
                | Kind::Text
                | Kind::TextArea
                | Kind::Phone
                | Kind::Email
                | Kind::Url
                | Kind::Picklist
                | Kind::Combobox
                | Kind::Reference
                | Kind::Bool
                | Kind::Int
                | Kind::Date => true,
                Kind::MultiPicklist
                | Kind::Double
                | Kind::Currency
                | Kind::Percent
                | Kind::Instant
                | Kind::Address => false,
            }
    }

    /// Whether `COUNT`, `MIN` and their kin take it.
    pub(crate) fn is_aggregatable(&self) -> bool {
        !self.long && !matches!(self.kind, Kind::Bool | Kind::MultiPicklist | Kind::Address)
    }
}
