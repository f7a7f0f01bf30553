//! What a card request asks, and what is answered.

use std::collections::BTreeMap;

use model::{Timestamp, ic, sf};
use planner::card::{Card, MatchLine, View};
use planner::lead::Form;
use url::Url;

/// What a card request asks.
#[derive(Debug, Clone)]
pub struct CardAsk {
    /// The Intercom app that it came through.
    pub app: String,
    /// The workspace.
    pub workspace: ic::WorkspaceId,
    /// Who looks.
    pub teammate: ic::TeammateId,
    /// Whom it is about.
    pub contact: Option<CardContact>,
    /// The conversation; a profile has none.
    pub conversation: Option<ic::ConversationId>,
    /// What was clicked.
    pub click: Click,
}

/// The contact as the request shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardContact {
    /// Its id.
    pub id: ic::ContactId,
    /// Its email.
    pub email: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Its phone.
    pub phone: Option<String>,
}

/// What was clicked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Click {
    /// Nothing yet: the card appears.
    Draw,
    /// Draw anew, from Salesforce, in the view that stands.
    Refresh(Option<View>),
    /// Another view.
    View(View),
    /// Another page of matches.
    Page(usize),
    /// This record is the person (M9): one of several matches, or of the duplicates found (L6).
    Take(sf::RecordId),
    /// What is pinned is not the person any more.
    Unpin,
    /// *Create lead*.
    AskLead,
    /// The form was sent.
    SubmitLead {
        /// What was typed, by input id.
        typed: BTreeMap<String, String>,
        /// Create although a duplicate rule warned.
        anyway: bool,
    },
}

/// What to show.
#[derive(Debug, Clone, PartialEq)]
pub struct CardReply {
    /// The content.
    pub shown: Shown,
    /// Where records live, for links.
    pub instance_url: Option<Url>,
    /// IANA time zone for dates.
    pub timezone: Option<String>,
    /// The present, for ages.
    pub now: Timestamp,
}

/// The content of a card.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown {
    /// The card.
    Card(Card),
    /// The form of L1.
    Form(Form),
    /// A duplicate rule found these (L6).
    Duplicates {
        /// The first of the records that it names; one that cannot be read has only its id.
        records: Vec<MatchLine>,
        /// Whether the rule allows to create anyway.
        may_create_anyway: bool,
        /// What was typed, to be sent again.
        typed: BTreeMap<String, String>,
        /// The rule's words.
        words: String,
    },
    /// One sentence: why there is no card.
    Sentence(String),
}
