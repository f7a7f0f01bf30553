//! The card beside a conversation (rules C): drawn from the mirror where that is known to be
//! fresh, else from one call to Salesforce; never empty, never a code, always in time. What clicks
//! change is in `clicks`.

mod ask;
mod clicks;
mod late;

use std::collections::BTreeSet;
use std::time::Duration;

use model::{ConnectionId, Lane, MatchKey, PersonKey, Reason, Timestamp, sf};
use planner::card::{Card, CardFacts, Creating, View};
use store::{Absorption, Connection, IntentState, Observed, PersonRows, Source};
use tokio::time::timeout;
use url::Url;

pub(crate) use late::{Clicked, Late};

pub use ask::{CardAsk, CardContact, CardReply, Click, Shown};

use crate::clients::Clients;
use crate::create_lead::Click as LeadClick;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::observe::facts;
use crate::projection;

/// A card is answered within this time, whatever the vendors do (C7).
const CARD_TIME: Duration = Duration::from_millis(2900);

/// How long drawing waits for Salesforce; then it shows what the mirror has.
const READ_TIME: Duration = Duration::from_millis(1800);

/// The mirror counts as fresh for this many poll intervals after the last poll.
const FRESH_INTERVALS: u32 = 3;

/// How a card is to be drawn.
#[derive(Default)]
struct Drawing {
    view: Option<View>,
    page: usize,
    fresh: bool,
    message: Option<String>,
}

impl Engine {
    /// Answers a card request. Never fails: what stands in the way is a sentence on the card.
    pub async fn card(&self, ask: CardAsk) -> CardReply {
        let found = self
            .inner
            .store
            .connection_of_workspace(&ask.workspace)
            .await;
        let connection = match found {
            Ok(Some(connection)) => connection,
            Ok(None) => {
                return self.reply(None, "This workspace is not connected to Salesforce yet.");
            }
            Err(error) => {
                tracing::error!(%error, "a card could not be drawn");
                return self.reply(
                    None,
                    "Carrick's own store does not answer. Try again shortly.",
                );
            }
        };
        let of_app = connection
            .profile
            .intercom
            .as_ref()
            .is_some_and(|it| it.app == ask.app);
        if !of_app {
            return self.reply(None, "This workspace is connected through another app.");
        }
        let late = "Salesforce takes longer than usual. Refresh in a moment.";
        let shown = match timeout(CARD_TIME, self.shown(&connection, ask)).await {
            Ok(Ok(shown)) => shown,
            Ok(Err(error)) => {
                tracing::warn!(connection.id = %connection.id, %error, "a card shows an error");
                Shown::Sentence(sentence(&error))
            }
            Err(_) => Shown::Sentence(late.to_owned()),
        };
        CardReply {
            shown,
            ..self.reply(Some(&connection), "")
        }
    }

    fn reply(&self, connection: Option<&Connection>, sentence: &str) -> CardReply {
        let profile = connection.map(|connection| &connection.profile);
        let org = profile.and_then(|profile| profile.salesforce.as_ref());
        let workspace = profile.and_then(|profile| profile.intercom.as_ref());
        CardReply {
            shown: Shown::Sentence(sentence.to_owned()),
            instance_url: org.and_then(|org| Url::parse(&org.instance_url).ok()),
            timezone: workspace.and_then(|workspace| workspace.timezone.clone()),
            now: self.now(),
        }
    }

    async fn shown(&self, connection: &Connection, ask: CardAsk) -> Result<Shown, EngineError> {
        let Some(contact) = ask.contact.clone() else {
            let text = "This conversation has no contact whom Salesforce could know.";
            return Ok(Shown::Sentence(text.to_owned()));
        };
        let comes_back = match &ask.click {
            Click::Draw | Click::Refresh(_) | Click::AskLead => true,
            Click::View(_)
            | Click::Page(_)
            | Click::Take(_)
            | Click::Unpin
            | Click::SubmitLead { .. } => false,
        };
        if comes_back
            && let Some(shown) = self.late_outcome(connection, &contact, &ask.teammate).await
        {
            return shown;
        }
        let drawing = match ask.click {
            Click::Draw => Drawing::default(),
            Click::Refresh(view) => Drawing {
                view,
                fresh: true,
                ..Drawing::default()
            },
            Click::View(view) => Drawing {
                view: Some(view),
                ..Drawing::default()
            },
            Click::Page(page) => Drawing {
                page,
                ..Drawing::default()
            },
            Click::Take(record) => {
                return self
                    .take_record(connection, &contact, &ask.teammate, record)
                    .await;
            }
            Click::Unpin => {
                return self
                    .let_record_go(connection, &contact, &ask.teammate)
                    .await;
            }
            Click::AskLead => {
                let click = LeadClick {
                    typed: None,
                    anyway: false,
                    conversation: ask.conversation,
                };
                return self
                    .create(connection, &contact, &ask.teammate, click)
                    .await;
            }
            Click::SubmitLead { typed, anyway } => {
                let click = LeadClick {
                    typed: Some(typed),
                    anyway,
                    conversation: ask.conversation,
                };
                return self
                    .create(connection, &contact, &ask.teammate, click)
                    .await;
            }
        };
        self.draw(connection, &contact, drawing).await
    }

    async fn draw(
        &self,
        connection: &Connection,
        contact: &CardContact,
        drawing: Drawing,
    ) -> Result<Shown, EngineError> {
        let id = connection.id;
        let email = self.current_email(id, contact).await?;
        let key = email.as_deref().and_then(MatchKey::from_email);
        let Some(key) = key else {
            let card = planner::card::card(&CardFacts {
                person: None,
                has_email: false,
                view: None,
                page: 0,
                creating: None,
                as_of: None,
                salesforce_silent: false,
            });
            return Ok(saying(drawing.message, card));
        };
        let (as_of, silent) = self.freshen(connection, &key, drawing.fresh).await;
        let person = PersonKey::Matched(key);
        let rows = self
            .inner
            .store
            .persons(id, std::slice::from_ref(&person))
            .await?;
        let rows = rows.into_iter().next();
        let terms = self.terms(id).await?;
        let facts = rows.as_ref().map(|rows| facts(rows, &terms, self.now()));
        let card = planner::card::card(&CardFacts {
            person: facts.as_ref(),
            has_email: true,
            view: drawing.view,
            page: drawing.page,
            creating: rows.as_ref().and_then(creating),
            as_of,
            salesforce_silent: silent,
        });
        Ok(saying(drawing.message, card))
    }

    /// The contact's email as the mirror knows it. The request's own copy decides only for a
    /// contact that the mirror does not have; where both differ, Intercom is asked.
    async fn current_email(
        &self,
        id: ConnectionId,
        contact: &CardContact,
    ) -> Result<Option<String>, EngineError> {
        let email = |row: Option<store::ContactRow>| {
            row.map(|row| row.key.map(|key| key.as_str().to_owned()))
        };
        let known = email(self.inner.store.contact(id, &contact.id).await?);
        let folded = |text: &Option<String>| text.as_deref().and_then(MatchKey::from_email);
        if known
            .as_ref()
            .is_some_and(|known| folded(known) == folded(&contact.email))
        {
            return Ok(known.flatten());
        }
        let clients = self.clients(id).await?;
        let read = timeout(
            READ_TIME / 2,
            self.read_contacts(id, &clients, vec![contact.id.clone()]),
        );
        match read.await {
            Ok(Ok(unread)) if unread.is_empty() => {
                self.inner.wake.notify_waiters();
                Ok(email(self.inner.store.contact(id, &contact.id).await?)
                    .unwrap_or_else(|| contact.email.clone()))
            }
            Ok(Ok(_) | Err(_)) | Err(_) => Ok(contact.email.clone()),
        }
    }

    /// Makes the mirror fresh for one person, unless the polls keep it so. Returns how old it is,
    /// and whether Salesforce kept silent.
    async fn freshen(
        &self,
        connection: &Connection,
        key: &MatchKey,
        asked: bool,
    ) -> (Option<Timestamp>, bool) {
        let id = connection.id;
        let mut polled = None;
        self.pulse(id, |pulse| polled = pulse.last_poll_at);
        let interval = connection.settings.polling.salesforce();
        let fresh = polled.filter(|at| self.now().since(*at) < interval * FRESH_INTERVALS);
        let whole = self.was_read_whole(id).await.unwrap_or(false);
        if fresh.is_some() && whole && !asked {
            return (fresh, false);
        }
        let read = async {
            let clients = self.clients(id).await?;
            self.read_person(id, &clients, key).await
        };
        match timeout(READ_TIME, read).await {
            Ok(Ok(())) => (Some(self.now()), false),
            Ok(Err(_)) | Err(_) => (polled.filter(|_| whole), true),
        }
    }

    /// Reads who has this key in Salesforce, in one call; known records that were not among them
    /// are read by id.
    pub(crate) async fn read_person(
        &self,
        id: ConnectionId,
        clients: &Clients,
        key: &MatchKey,
    ) -> Result<(), EngineError> {
        let people = clients.salesforce.people_with_email(key.as_str()).await?;
        let now = self.now();
        let mut absorption = Absorption::new(Lane::Live, Reason::Click, now);
        let leads = people
            .leads
            .iter()
            .map(|lead| projection::lead_row(lead, now));
        let contacts = people
            .contacts
            .iter()
            .map(|it| projection::sf_contact_row(it, now));
        absorption.records = leads
            .chain(contacts)
            .map(|row| Observed {
                row,
                source: Source::Answer,
            })
            .collect();
        let shown: Vec<sf::RecordId> = absorption.records.iter().map(|it| it.row.id).collect();
        self.inner.store.absorb(id, &absorption).await?;
        let person = PersonKey::Matched(key.clone());
        let rows = self
            .inner
            .store
            .persons(id, std::slice::from_ref(&person))
            .await?;
        let missing: BTreeSet<sf::RecordId> = rows
            .iter()
            .flat_map(|rows| rows.records.iter().chain(&rows.pinned))
            .map(|record| record.id)
            .filter(|record| !shown.contains(record))
            .collect();
        if !missing.is_empty() {
            let missing: Vec<sf::RecordId> = missing.into_iter().collect();
            self.read_records(id, clients, &missing).await?;
        }
        let rows = self
            .inner
            .store
            .persons(id, std::slice::from_ref(&person))
            .await?;
        self.observe(id, clients, &rows).await?;
        self.inner.wake.notify_waiters();
        Ok(())
    }
}

/// The card with something said before what it says itself.
fn saying(message: Option<String>, mut card: Card) -> Shown {
    if let Some(message) = message {
        card.message = Some(match card.message {
            Some(said) => format!("{message} {said}"),
            None => message,
        });
    }
    Shown::Card(card)
}

/// How far a creation for this person is.
fn creating(rows: &PersonRows) -> Option<Creating> {
    rows.intents.iter().find_map(|intent| match intent.state {
        IntentState::Open | IntentState::Sent => Some(Creating::UnderWay),
        IntentState::Unknown => Some(Creating::NotConfirmed),
        IntentState::Done | IntentState::Refused => None,
    })
}

/// An error in one sentence for a teammate, who cannot do anything about most of them.
fn sentence(error: &EngineError) -> String {
    match error {
        EngineError::NotConnected { .. } => {
            "Salesforce is not connected yet. An admin can do that in Carrick's settings."
                .to_owned()
        }
        EngineError::Reconnect { .. } => {
            "Carrick has to be reconnected. An admin can do that in its settings.".to_owned()
        }
        EngineError::Intercom(_) => {
            "Intercom did not answer Carrick just now. Refresh in a moment.".to_owned()
        }
        EngineError::Salesforce(error) => match error.vendor_words() {
            Some(words) => format!("Salesforce says: {words}"),
            None => "Salesforce does not answer just now. Refresh in a moment.".to_owned(),
        },
        EngineError::Store(_)
        | EngineError::Seal(_)
        | EngineError::NoSuchConnection
        | EngineError::Busy
        | EngineError::Stopped
        | EngineError::NameTaken
        | EngineError::BadName
        | EngineError::WorkspaceTaken
        | EngineError::UnknownState
        | EngineError::OtherPlace { .. }
        | EngineError::NoSuchApp(_)
        | EngineError::Brake(_) => {
            "Carrick could not draw this card. Its settings page says why.".to_owned()
        }
    }
}
