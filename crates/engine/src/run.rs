//! One batch of persons through all steps: claim, observe, plan, execute, settle.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use model::{ConnectionId, Lane, PersonKey, Reason, Signal, Subject};
use planner::{Rule, Verdict};
use store::{Absorption, Due, FailureReport, PersonRows, Settlement, Side, Ticket, WaitsFor};

use crate::claims::Claimed;
use crate::clients::Clients;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::execute::{Again, Executed};
use crate::failure;
use crate::observe::{Terms, UNREAD_PAUSE, facts, is_fresh};

/// Tickets taken from the queue at once.
const TICKETS_PER_TURN: u32 = 200;

/// Persons fanned out at once when something above them changed.
const FAN_OUT_PAGE: u32 = 500;

/// Persons executed at the same time: enough to fill a rate limit of 10,000 calls a minute at
/// 150 ms a call.
const AT_ONCE: usize = 32;

/// Persons settled in one transaction at most.
const SETTLED_TOGETHER: usize = 200;

/// Somebody else works on the person: look again after this.
const CLAIMED_PAUSE: Duration = Duration::from_millis(200);

/// For whom a batch works.
pub(crate) struct Job {
    pub(crate) connection: ConnectionId,
    pub(crate) lane: Lane,
    pub(crate) terms: Terms,
}

/// What a batch did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RunCounts {
    pub(crate) persons: u64,
    pub(crate) contacts: u64,
    pub(crate) linked: u64,
    pub(crate) ambiguous: u64,
    pub(crate) unmatched: u64,
    pub(crate) intercom_writes: u64,
    pub(crate) failed: u64,
}

/// One person on its way through the batch.
struct Worked {
    verdict: Verdict,
    contacts: u64,
    executed: Executed,
    _claimed: Claimed,
}

impl Engine {
    /// Works on what is due now, one turn. Returns how many tickets it took.
    pub(crate) async fn run_due(&self, id: ConnectionId) -> Result<usize, EngineError> {
        let tickets = self
            .inner
            .store
            .due(id, self.now(), TICKETS_PER_TURN)
            .await?;
        let taken = tickets.len();
        if taken == 0 {
            return Ok(0);
        }
        let clients = self.clients(id).await?;
        let lane = tickets
            .iter()
            .map(|ticket| ticket.lane)
            .min()
            .unwrap_or(Lane::Live);
        let mut persons: BTreeMap<PersonKey, Vec<Ticket>> = BTreeMap::new();
        for ticket in tickets {
            match &ticket.subject {
                Subject::Person(person) => {
                    persons.entry(person.clone()).or_default().push(ticket);
                }
                Subject::Contact(_)
                | Subject::Record(_)
                | Subject::Account(_)
                | Subject::Owner(_)
                | Subject::Conversation(_)
                | Subject::Connection => self.resolve(id, &clients, ticket).await?,
            }
        }
        let keys: Vec<PersonKey> = persons.keys().cloned().collect();
        let rows = self.inner.store.persons(id, &keys).await?;
        self.run_rows(&self.job(id, lane).await?, &clients, rows, persons)
            .await?;
        Ok(taken)
    }

    pub(crate) async fn job(&self, id: ConnectionId, lane: Lane) -> Result<Job, EngineError> {
        Ok(Job {
            connection: id,
            lane,
            terms: self.terms(id).await?,
        })
    }

    /// Resolves a subject to persons, who become due.
    async fn resolve(
        &self,
        id: ConnectionId,
        clients: &Clients,
        ticket: Ticket,
    ) -> Result<(), EngineError> {
        let store = &self.inner.store;
        let read = match &ticket.subject {
            Subject::Contact(contact) => self.read_contact(id, clients, contact.clone()).await,
            Subject::Record(record) => self.read_records(id, clients, &[*record]).await,
            Subject::Account(account) => {
                let mut after = None;
                loop {
                    let (lane, now) = (ticket.lane, self.now());
                    after = store
                        .fan_out_account(id, *account, after, FAN_OUT_PAGE, lane, now)
                        .await?;
                    if after.is_none() {
                        break Ok(());
                    }
                }
            }
            Subject::Owner(owner) => {
                let mut after = None;
                loop {
                    let (lane, now) = (ticket.lane, self.now());
                    after = store
                        .fan_out_owner(id, *owner, after, FAN_OUT_PAGE, lane, now)
                        .await?;
                    if after.is_none() {
                        break Ok(());
                    }
                }
            }
            // Persons are run by the caller; conversations have no rules yet.
            Subject::Person(_) | Subject::Conversation(_) | Subject::Connection => Ok(()),
        };
        match read {
            Ok(()) => Ok(store.done(id, &[ticket]).await?),
            Err(error) => self.put_off(id, &ticket, error).await,
        }
    }

    /// A subject could not be read: it is listed, and looked at again when that has a chance. What
    /// stops the whole connection is handed up.
    async fn put_off(
        &self,
        id: ConnectionId,
        ticket: &Ticket,
        error: EngineError,
    ) -> Result<(), EngineError> {
        let now = self.now();
        let what = "it could not be read";
        let subject = ticket.subject.clone();
        let known = self.inner.store.failures(id, TICKETS_PER_TURN).await?;
        let count = known
            .iter()
            .find(|it| it.report.subject == subject)
            .map_or(0, |it| it.count);
        let (report, until) = match error {
            EngineError::Intercom(error) => {
                let until = failure::retry_at(now, error.retry_when(), count);
                (failure::of_intercom(&error, subject, 0, what, until), until)
            }
            EngineError::Salesforce(error) => {
                let until = failure::retry_at(now, error.retry_when(), count);
                (
                    failure::of_salesforce(&error, subject, 0, what, until),
                    until,
                )
            }
            other => return Err(other),
        };
        if report.waits_for == WaitsFor::Reconnect {
            let side = if report.cause.starts_with("intercom") {
                Side::Intercom
            } else {
                Side::Salesforce
            };
            let why = report.vendor_words.clone().unwrap_or_default();
            self.needs_reconnect(id, side, &why).await;
        }
        self.inner.store.report_failure(id, &report, now).await?;
        match until {
            Some(until) => self.inner.store.defer(id, ticket, until).await?,
            None if report.waits_for == WaitsFor::Reconnect => {}
            None => {
                self.inner
                    .store
                    .done(id, std::slice::from_ref(ticket))
                    .await?;
            }
        }
        Ok(())
    }

    /// Runs these persons. A person that somebody else works on stays due.
    pub(crate) async fn run_rows(
        &self,
        job: &Job,
        clients: &Arc<Clients>,
        rows: Vec<PersonRows>,
        mut tickets: BTreeMap<PersonKey, Vec<Ticket>>,
    ) -> Result<RunCounts, EngineError> {
        let id = job.connection;
        let mut counts = RunCounts::default();
        let mut claimed = BTreeMap::new();
        let mut mine = Vec::new();
        for person in rows {
            let contacts = person.contacts.iter().map(|contact| &contact.id);
            if let Some(claim) = self.inner.claims.try_claim(id, &person.person, contacts) {
                claimed.insert(person.person.clone(), claim);
                mine.push(person);
            } else {
                counts.contacts += person.contacts.len() as u64;
                let own = tickets.remove(&person.person);
                self.come_back(job, &person.person, own, CLAIMED_PAUSE)
                    .await?;
            }
        }
        let mine = match self.observe(id, clients, mine).await {
            Ok(rows) => rows,
            Err(error) => {
                self.put_off_batch(job, tickets, error).await?;
                return Ok(RunCounts {
                    failed: claimed.len() as u64,
                    ..RunCounts::default()
                });
            }
        };
        let mut works = Vec::new();
        for person in mine {
            let own = tickets.remove(&person.person);
            if !is_fresh(&person) {
                counts.failed += 1;
                counts.contacts += person.contacts.len() as u64;
                self.come_back(job, &person.person, own, UNREAD_PAUSE)
                    .await?;
            } else if let Some(claim) = claimed.remove(&person.person) {
                let clients = Arc::clone(clients);
                let own = own.unwrap_or_default();
                works.push(async move { self.run_one(job, &clients, person, own, claim).await });
            }
        }
        let mut done = stream::iter(works)
            .buffer_unordered(AT_ONCE)
            .ready_chunks(SETTLED_TOGETHER);
        while let Some(works) = done.next().await {
            self.settle(job, works, &mut counts).await?;
        }
        Ok(counts)
    }

    async fn run_one(
        &self,
        job: &Job,
        clients: &Clients,
        rows: PersonRows,
        tickets: Vec<Ticket>,
        claim: Claimed,
    ) -> Worked {
        let plan = planner::plan(&facts(&rows, &job.terms, self.now()));
        let verdict = plan.verdict;
        let crowd_note = (verdict == Verdict::Crowded)
            .then(|| plan.notes.first().map(|note| note.text.clone()))
            .flatten();
        let held_back = plan.notes.iter().any(|note| note.rule == Rule::E2);
        let mut executed = self.execute(job, clients, &rows, plan).await;
        let settlement = &mut executed.settlement;
        match executed.again {
            None => settlement.done = tickets,
            Some(again) => {
                let until = match again {
                    Again::Now => self.now(),
                    Again::At(until) => until,
                };
                if tickets.is_empty() {
                    settlement
                        .due
                        .push(due_person(&rows.person, job.lane, until));
                } else {
                    settlement.deferred = tickets.into_iter().map(|it| (it, until)).collect();
                }
            }
        }
        settlement
            .failures
            .extend(crowd_note.map(|text| crowded(&rows.person, text)));
        // Whatever failed before went through now, or is not wanted any more.
        let clean = settlement.failures.is_empty() && executed.again.is_none() && !held_back;
        settlement.clear_failures = clean && !rows.failures.is_empty();
        Worked {
            verdict,
            contacts: rows.contacts.len() as u64,
            executed,
            _claimed: claim,
        }
    }

    async fn settle(
        &self,
        job: &Job,
        works: Vec<Worked>,
        counts: &mut RunCounts,
    ) -> Result<(), EngineError> {
        let id = job.connection;
        let now = self.now();
        let settlements: Vec<Settlement> = works
            .iter()
            .map(|work| &work.executed.settlement)
            .filter(|settlement| !is_empty(settlement))
            .cloned()
            .collect();
        let outcome = match settlements.as_slice() {
            [] => Ok(()),
            settlements => self.inner.store.settle(id, settlements, now).await,
        };
        // Also after a failed settlement: the rows may then be behind, and the doubt covers that.
        for work in &works {
            for contact in work.executed.written.iter().chain(&work.executed.gone) {
                self.inner.writes.settled(id, contact, now);
            }
        }
        outcome?;
        for work in works {
            let Executed {
                settlement,
                gone,
                refused,
                ..
            } = work.executed;
            if !gone.is_empty() {
                let mut absorption = Absorption::new(Lane::Live, Reason::FollowUp, now);
                absorption.contacts_gone = gone;
                self.inner.store.absorb(id, &absorption).await?;
            }
            if let Some(why) = refused {
                self.needs_reconnect(id, Side::Intercom, &why).await;
            }
            counts.persons += 1;
            counts.contacts += work.contacts;
            match work.verdict {
                Verdict::None => counts.unmatched += work.contacts,
                Verdict::Lead | Verdict::Contact => counts.linked += work.contacts,
                Verdict::ManyLeads | Verdict::ManyContacts | Verdict::Crowded => {
                    counts.ambiguous += work.contacts;
                }
            }
            counts.intercom_writes += settlement.contacts.len() as u64;
            counts.failed += u64::from(!settlement.failures.is_empty());
        }
        Ok(())
    }

    /// A person that cannot be worked on now is looked at again after `pause`.
    async fn come_back(
        &self,
        job: &Job,
        person: &PersonKey,
        tickets: Option<Vec<Ticket>>,
        pause: Duration,
    ) -> Result<(), EngineError> {
        let until = self.now().plus(pause);
        let store = &self.inner.store;
        match tickets {
            Some(tickets) => {
                for ticket in tickets {
                    store.defer(job.connection, &ticket, until).await?;
                }
            }
            None => {
                store
                    .mark(job.connection, &[due_person(person, Lane::Live, until)])
                    .await?;
            }
        }
        Ok(())
    }

    /// A vendor could not be read for a whole batch: everybody in it waits; the sweep that sent
    /// them gets the error.
    async fn put_off_batch(
        &self,
        job: &Job,
        tickets: BTreeMap<PersonKey, Vec<Ticket>>,
        error: EngineError,
    ) -> Result<(), EngineError> {
        if tickets.is_empty() {
            return Err(error);
        }
        let message = error.to_string();
        tracing::warn!(connection.id = %job.connection, error = %message, "a batch waits");
        self.pulse(job.connection, |pulse| {
            pulse.last_poll_problem = Some(message);
        });
        let mut tickets = tickets.into_values().flatten();
        let Some(first) = tickets.next() else {
            return Ok(());
        };
        let until = self.now().plus(Duration::from_secs(5));
        for ticket in tickets {
            self.inner
                .store
                .defer(job.connection, &ticket, until)
                .await?;
        }
        self.put_off(job.connection, &first, error).await
    }
}

pub(crate) fn due_person(person: &PersonKey, lane: Lane, at: model::Timestamp) -> Due {
    let signal = Signal {
        subject: Subject::Person(person.clone()),
        reason: Reason::FollowUp,
    };
    Due { signal, lane, at }
}

/// M0: a key that too many share is listed until an admin allows it.
fn crowded(person: &PersonKey, text: String) -> FailureReport {
    FailureReport {
        subject: Subject::Person(person.clone()),
        digest: person.hash().0,
        cause: "m0.crowded".to_owned(),
        waits_for: WaitsFor::Change,
        retry_at: None,
        summary: text,
        vendor_words: None,
    }
}

/// Whether settling would change nothing.
fn is_empty(settlement: &Settlement) -> bool {
    let Settlement {
        person: _,
        contacts,
        records,
        stale_contacts,
        links,
        unlinks,
        timeline,
        failures,
        clear_failures,
        done,
        deferred,
        due,
    } = settlement;
    contacts.is_empty()
        && records.is_empty()
        && stale_contacts.is_empty()
        && links.is_empty()
        && unlinks.is_empty()
        && timeline.is_empty()
        && failures.is_empty()
        && !clear_failures
        && done.is_empty()
        && deferred.is_empty()
        && due.is_empty()
}
