//! The ids of what a card can be used by: drawn by `render`, understood by `click`.

/// Something on the card that sends it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Control {
    /// Chooses the view.
    View,
    /// Reads everything anew.
    Refresh,
    /// Draws the card as it is: out of a form.
    Back,
    /// The next page of matches.
    NextPage,
    /// The page of matches before.
    PreviousPage,
    /// Makes the record that is chosen among several the match.
    Take,
    /// Removes the pin.
    Unpin,
    /// Opens the form for a Lead.
    CreateLead,
    /// Sends the form.
    SubmitLead,
    /// Sends what the form held although similar records exist.
    SubmitAnyway,
}

const ALL: [Control; 10] = [
    Control::View,
    Control::Refresh,
    Control::Back,
    Control::NextPage,
    Control::PreviousPage,
    Control::Take,
    Control::Unpin,
    Control::CreateLead,
    Control::SubmitLead,
    Control::SubmitAnyway,
];

/// Ids of the form's inputs begin with this, so that no field of the org collides with a control.
pub(super) const INPUT_PREFIX: &str = "lead.";

/// The choice among several records; its options are their ids.
pub(super) const TAKEN: &str = "taken";

/// A button that makes one record the match has its id after this.
pub(super) const TAKE_PREFIX: &str = "take:";

/// Where the stored data keeps the page of matches.
pub(super) const STORED_PAGE: &str = "page";

/// Where the stored data keeps the view.
pub(super) const STORED_VIEW: &str = "view";

/// Where the stored data keeps what was typed, while possible duplicates are shown.
pub(super) const STORED_TYPED: &str = "typed";

impl Control {
    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Refresh => "refresh",
            Self::Back => "back",
            Self::NextPage => "next_page",
            Self::PreviousPage => "previous_page",
            Self::Take => "take",
            Self::Unpin => "unpin",
            Self::CreateLead => "create_lead",
            Self::SubmitLead => "submit_lead",
            Self::SubmitAnyway => "submit_anyway",
        }
    }

    pub(super) fn of_id(id: &str) -> Option<Self> {
        ALL.into_iter().find(|control| control.id() == id)
    }
}
