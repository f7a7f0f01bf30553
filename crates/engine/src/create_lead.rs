//! Creating a Lead from a click (L1–L8): decide, write the wish down, send once, book.

mod edits;
mod moved;
mod object;
mod payload;

use std::collections::BTreeMap;
use std::time::Duration;

use model::{Base, ConnectionId, How, Lane, Link, MatchKey, PersonKey, PutBacks, ic, sf};
use planner::lead::{Ask, Decision, Form, Known};
use salesforce::{AutoAssign, Duplicates, LeadDraft, Outcome, SalesforceError};
use store::{
    Entry, Intent, IntentId, IntentKind, IntentState, NewIntent, OpenedIntent, RecordRow, Settled,
    Settlement, Side, UNSTAMPED,
};

use transport::RetryWhen;

use moved::beside;
pub(crate) use object::LeadObject;
pub(crate) use payload::{Clicked, Payload};
use payload::{From, draft_fields, patch, payload};

use crate::clients::Clients;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::fill::name_of_latest;
use crate::observe::facts;
use crate::projection;
use crate::run::due_person;
use crate::team::Terms;

/// Salesforce could not be asked for a match, so nothing is created. What was typed is kept where
/// time can cure it (L1).
fn unanswered(
    asked: Option<(Known, BTreeMap<String, String>)>,
    object: &LeadObject,
    terms: &Terms,
    error: EngineError,
) -> Result<Creation, EngineError> {
    let passing = matches!(
        error.of_vendor(),
        Some((Side::Salesforce, RetryWhen::Later { .. }))
    );
    let Some((known, typed)) = asked.filter(|_| passing) else {
        return Err(error);
    };
    let ask = Ask {
        person: None,
        known,
        typed: Some(typed),
        describe: &object.fields,
        assignment_rule: object.assignment_rule,
        standing: false,
        settings: &terms.settings,
    };
    let said =
        "Salesforce does not answer just now, so nothing was created. Try again in a moment.";
    let form = planner::lead::form_again(&ask, said.to_owned());
    Ok(Creation::Form(form))
}

/// Who joins a creation of somebody else waits this long for a change of it.
const JOIN_TIME: Duration = Duration::from_secs(10);

/// What a click brings along.
#[derive(Debug, Clone)]
pub(crate) struct Click {
    /// What was typed; `None` on the first click.
    pub(crate) typed: Option<BTreeMap<String, String>>,
    /// Create although a duplicate rule warned.
    pub(crate) anyway: bool,
    /// Beside which conversation; a profile has none.
    pub(crate) conversation: Option<ic::ConversationId>,
}

/// What came of a click.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Creation {
    /// Something has to be filled in or confirmed.
    Form(Form),
    /// There is a match already.
    Matched,
    /// It was created.
    Created,
    /// It will be created in a moment.
    UnderWay,
    /// It was sent and no answer came; it is being looked for.
    NotConfirmed,
    /// Salesforce refused the values, in its own words.
    Refused(String),
    /// A duplicate rule found others.
    Duplicates {
        records: Vec<sf::RecordId>,
        may_create_anyway: bool,
        words: String,
    },
}

impl Engine {
    /// What a click on *Create lead* does.
    pub(crate) async fn create_lead(
        &self,
        id: ConnectionId,
        contact: ic::ContactId,
        teammate: ic::TeammateId,
        click: Click,
    ) -> Result<Creation, EngineError> {
        let clients = self.clients(id).await?;
        let terms = self.terms(id).await?;
        let known = self.known(id, &clients, &contact, &click).await?;
        let object = self.lead_object(id, &clients).await?;
        let key = planner::lead::email_of(&known, click.typed.as_ref())
            .and_then(|email| MatchKey::from_email(&email));
        let mut standing = None;
        let person = match &key {
            None => None,
            Some(key) => {
                if let Err(error) = self.read_person(id, &clients, key).await {
                    let asked = click.typed.map(|typed| (known, typed));
                    return unanswered(asked, &object, &terms, error);
                }
                let person = PersonKey::Matched(key.clone());
                let rows = self
                    .inner
                    .store
                    .persons(id, std::slice::from_ref(&person))
                    .await?;
                let rows = rows.into_iter().next();
                standing = rows.as_ref().and_then(|rows| rows.intents.first().cloned());
                rows.map(|rows| facts(&rows, &terms, self.now()))
            }
        };
        let ask = Ask {
            person: person.as_ref(),
            known,
            typed: click.typed,
            describe: &object.fields,
            assignment_rule: object.assignment_rule,
            standing: standing.is_some(),
            settings: &terms.settings,
        };
        match planner::lead::decide(&ask) {
            Decision::ShowMatch => {
                self.run_now(id, key.as_ref()).await?;
                Ok(Creation::Matched)
            }
            Decision::Join => match standing {
                Some(intent) => self.wait_for(intent.id).await,
                None => Ok(Creation::UnderWay),
            },
            Decision::Form(form) => Ok(Creation::Form(form)),
            Decision::Create(order) => {
                // The contact first: a Lead under an email that the contact does not have could
                // not be shown on it, and the next click would make a second one.
                let edits = patch(&order.contact_edits);
                if let Some(trouble) = self.write_edits(id, &clients, &contact, &edits).await? {
                    let form = planner::lead::form_again(&ask, trouble);
                    return Ok(Creation::Form(form));
                }
                let from = From {
                    contact: &contact,
                    teammate: &teammate,
                    conversation: click.conversation,
                };
                let (key, payload) = payload(from, order, &object.fields, click.anyway);
                let created = self
                    .open_and_send(id, &clients, key, &payload, &teammate)
                    .await?;
                Ok(match created {
                    Creation::Refused(words) => {
                        let trouble = format!("Salesforce says: {words}");
                        Creation::Form(planner::lead::form_again(&ask, trouble))
                    }
                    other => other,
                })
            }
        }
    }

    /// What Intercom knows of the contact. The company is asked for only where nobody typed one.
    async fn known(
        &self,
        id: ConnectionId,
        clients: &Clients,
        contact: &ic::ContactId,
        click: &Click,
    ) -> Result<Known, EngineError> {
        let mut row = self.inner.store.contact(id, contact).await?;
        if row.as_ref().is_none_or(|row| row.stale) {
            self.read_contacts(id, clients, vec![contact.clone()])
                .await?;
            row = self.inner.store.contact(id, contact).await?;
        }
        let shown = row.map(|row| projection::contact_fact(&row));
        let typed_company = click
            .typed
            .as_ref()
            .is_some_and(|typed| typed.contains_key("company"));
        let company = if typed_company {
            None
        } else {
            name_of_latest(clients.intercom.contact_companies(contact).await?)
        };
        Ok(match shown {
            Some(shown) => Known {
                name: shown.name,
                email: shown.email,
                phone: shown.phone,
                company,
            },
            None => Known {
                company,
                ..Known::default()
            },
        })
    }

    /// Writes the wish down, or joins the one that stands, and sends it.
    async fn open_and_send(
        &self,
        id: ConnectionId,
        clients: &Clients,
        key: MatchKey,
        payload: &Payload,
        teammate: &ic::TeammateId,
    ) -> Result<Creation, EngineError> {
        let new = NewIntent {
            org_id: clients.org,
            connection: id,
            kind: IntentKind::Lead,
            target: key.as_str().to_owned(),
            payload: serde_json::to_string(payload).expect("a payload is plain values"),
            by: format!("teammate {teammate}"),
        };
        match self.inner.store.open_intent(&new, self.now()).await? {
            OpenedIntent::Opened(intent) => self.send_intent(id, clients, &intent, payload).await,
            OpenedIntent::Standing(intent) => self.wait_for(intent.id).await,
        }
    }

    /// Sends an open intent: committed as sent first, then one call, then what came of it.
    pub(crate) async fn send_intent(
        &self,
        id: ConnectionId,
        clients: &Clients,
        intent: &Intent,
        payload: &Payload,
    ) -> Result<Creation, EngineError> {
        match self.inner.store.intent_sent(intent.id, self.now()).await {
            // Another worker sends it at this moment.
            Err(store::StoreError::Conflict { .. }) => return self.wait_for(intent.id).await,
            other => other?,
        }
        let assign = if payload.assign_by_rules {
            AutoAssign::Rules
        } else {
            AutoAssign::Keep
        };
        let duplicates = if payload.anyway {
            Duplicates::AllowSave
        } else {
            Duplicates::Refuse
        };
        let draft = LeadDraft {
            fields: draft_fields(payload),
            owner: None,
        };
        match clients
            .salesforce
            .create_lead(&draft, assign, duplicates)
            .await
        {
            Ok(created) => {
                let now = self.now();
                let row = match created.shown {
                    Some(lead) => projection::lead_row(&lead, now),
                    None => self.read_created(clients, created.id).await,
                };
                match self.settle_intent(id, intent, payload, row).await? {
                    Settled::Done => Ok(Creation::Created),
                    // A look-up was quicker, or another wish claimed the row.
                    Settled::Closed | Settled::RowTaken => Ok(Creation::Matched),
                }
            }
            Err(error) => self.sending_failed(id, intent, payload, error).await,
        }
    }

    /// The read-back failed: what is known is enough to link, and marked stale.
    async fn read_created(&self, clients: &Clients, lead: sf::LeadId) -> RecordRow {
        let now = self.now();
        let read = clients.salesforce.leads_by_id(&[lead]).await;
        let shown = read
            .ok()
            .and_then(|mut rows| rows.pop())
            .and_then(|(_, shown)| shown.ok()?);
        match shown {
            Some(lead) => projection::lead_row(&lead, now),
            None => RecordRow {
                gone: false,
                stale: true,
                stamp: UNSTAMPED,
                ..projection::gone_row(sf::RecordId::Lead(lead), now)
            },
        }
    }

    async fn sending_failed(
        &self,
        id: ConnectionId,
        intent: &Intent,
        payload: &Payload,
        error: SalesforceError,
    ) -> Result<Creation, EngineError> {
        let store = &self.inner.store;
        let now = self.now();
        let retry = error.retry_when();
        let creation = match error.outcome() {
            Outcome::Unknown => {
                let look_at = planner::intent::next_look(now, now);
                let quiet_until = now.plus(planner::intent::QUIET);
                store
                    .intent_unknown(intent.id, look_at, quiet_until)
                    .await?;
                Creation::NotConfirmed
            }
            Outcome::NotSent => {
                store.intent_reopened(intent.id).await?;
                Creation::UnderWay
            }
            Outcome::Refused => match (error, retry) {
                (
                    SalesforceError::Duplicates {
                        allow_save,
                        matches,
                        message,
                    },
                    _,
                ) => {
                    store.intent_refused(intent.id, &message).await?;
                    Creation::Duplicates {
                        records: matches,
                        may_create_anyway: allow_save && !payload.anyway,
                        words: message,
                    }
                }
                // Time cures it: the wish stays, and is sent again by itself.
                (_, RetryWhen::Later { .. }) => {
                    store.intent_reopened(intent.id).await?;
                    Creation::UnderWay
                }
                (error, RetryWhen::Reconnected) => {
                    store.intent_reopened(intent.id).await?;
                    self.needs_reconnect(id, Side::Salesforce, &error.to_string())
                        .await;
                    return Err(error.into());
                }
                (error, RetryWhen::Replanned | RetryWhen::Changed) => {
                    let words = error
                        .vendor_words()
                        .map_or(error.to_string(), str::to_owned);
                    store.intent_refused(intent.id, &words).await?;
                    self.forget_lead_object(id);
                    Creation::Refused(words)
                }
            },
        };
        self.inner.intents_changed.notify_waiters();
        Ok(creation)
    }

    /// It exists: the contact is linked, and its attributes follow in a run of their own. Repeating
    /// this changes nothing.
    pub(crate) async fn settle_intent(
        &self,
        id: ConnectionId,
        intent: &Intent,
        payload: &Payload,
        row: RecordRow,
    ) -> Result<Settled, EngineError> {
        let now = self.now();
        let Some(key) = MatchKey::from_email(&intent.target) else {
            return Ok(Settled::Closed);
        };
        let person = PersonKey::Matched(key.clone());
        let record = row.id;
        let contact = self.survivor(id, &payload.contact).await?;
        let beside = beside(&key, payload, &row);
        let mut settlement = Settlement::of(person.clone());
        if !row.gone {
            settlement.links.push(Link {
                contact_id: contact.clone(),
                record_id: record,
                since: now,
                how: How::Created,
                base: Base::default(),
                announced: None,
                put_backs: PutBacks::default(),
            });
        }
        if let Some(note) = self.note_of(id, intent, payload, &row, &person).await? {
            settlement.intents.push(note);
        }
        settlement.records.push(row);
        let mut body = vec![format!("L8 {record} was created for contact {contact}")];
        body.extend(payload.notes.iter().cloned());
        body.push(match &payload.clicked {
            Some(clicked) => format!(
                "L8 asked for by {} in conversation {}",
                intent.by, clicked.conversation
            ),
            None => format!("L8 asked for by {}", intent.by),
        });
        settlement.timeline.push(Entry {
            key_hash: Some(key.hash()),
            subject: record.to_string(),
            at: now,
            kind: "create".to_owned(),
            rule: "L8".to_owned(),
            body,
        });
        settlement
            .due
            .push(due_person(&person, Lane::Interactive, now));
        let settled = self
            .inner
            .store
            .intent_done(intent.id, record.as_str(), &settlement, now)
            .await?;
        self.inner.intents_changed.notify_waiters();
        self.inner.wake.notify_waiters();
        if settled == Settled::Done {
            if let Some(row) = beside {
                self.keep_for_survivor(id, &key, &row, &intent.by).await?;
            }
            self.run_now(id, Some(&key)).await?;
        }
        Ok(settled)
    }

    /// Runs one person at once, so that the card shows what came of a click.
    pub(crate) async fn run_now(
        &self,
        id: ConnectionId,
        key: Option<&MatchKey>,
    ) -> Result<(), EngineError> {
        let Some(key) = key else { return Ok(()) };
        let clients = self.clients(id).await?;
        let person = PersonKey::Matched(key.clone());
        let rows = self
            .inner
            .store
            .persons(id, std::slice::from_ref(&person))
            .await?;
        let job = self.job(id, Lane::Interactive).await?;
        self.run_rows(&job, &clients, rows, BTreeMap::new()).await?;
        Ok(())
    }

    /// Waits until somebody else's creation is closed or not confirmed. The caller bounds the time.
    async fn wait_for(&self, intent: IntentId) -> Result<Creation, EngineError> {
        loop {
            let changed = self.inner.intents_changed.notified();
            let Some(intent) = self.inner.store.intent(intent).await? else {
                return Ok(Creation::Matched);
            };
            match intent.state {
                IntentState::Done => return Ok(Creation::Matched),
                IntentState::Unknown => return Ok(Creation::NotConfirmed),
                IntentState::Refused => {
                    return Ok(Creation::Refused(intent.refusal.unwrap_or_default()));
                }
                IntentState::Open | IntentState::Sent => {
                    if tokio::time::timeout(JOIN_TIME, changed).await.is_err() {
                        return Ok(Creation::UnderWay);
                    }
                }
            }
        }
    }
}
