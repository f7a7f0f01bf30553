//! One batch of persons through all steps: claim, observe, plan, execute, settle.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::{StreamExt, stream};
use model::{ConnectionId, Lane, PersonKey, Reason, Signal, Subject};
use planner::{Rule, Verdict};
use store::{
    Absorption, Due, FailureReport, PersonRows, Settlement, Side, SweepCounts, Ticket, WaitsFor,
};
use tokio::sync::mpsc;

use crate::claims::Claimed;
use crate::clients::Clients;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::events::REFUSED_EVENT;
use crate::execute::{Again, Executed};
use crate::observe::{UNREAD_PAUSE, facts, is_fresh, note_merged};
use crate::team::Terms;

/// Tickets taken from the queue at once.
const TICKETS_PER_TURN: u32 = 200;

/// Persons executed at the same time: enough to fill a rate limit of 10,000 calls a minute at
/// 150 ms a call.
const AT_ONCE: usize = 32;

/// Persons settled in one transaction at most.
const SETTLED_TOGETHER: usize = 200;

/// A credential was refused; if it turns out to work, this much later is soon enough.
const REFUSED_PAUSE: Duration = Duration::from_secs(5);

/// Somebody else works on the person: look again after this.
pub(crate) const CLAIMED_PAUSE: Duration = Duration::from_millis(200);

/// For whom a batch works.
pub(crate) struct Job {
    pub(crate) connection: ConnectionId,
    pub(crate) lane: Lane,
    pub(crate) terms: Terms,
    /// Why nothing more is sent: a credential was refused, and whose.
    refused: Arc<OnceLock<(Side, String)>>,
    /// Nothing more is sent: the store failed.
    halted: Arc<AtomicBool>,
}

impl Job {
    pub(crate) fn under(connection: ConnectionId, lane: Lane, terms: Terms) -> Self {
        Self {
            connection,
            lane,
            terms,
            refused: Arc::default(),
            halted: Arc::default(),
        }
    }

    /// The same job under other terms.
    fn under_new(&self, terms: Terms) -> Self {
        Self {
            connection: self.connection,
            lane: self.lane,
            terms,
            refused: Arc::clone(&self.refused),
            halted: Arc::clone(&self.halted),
        }
    }

    /// A credential was refused: nothing more is sent for this job.
    pub(crate) fn refuse(&self, side: Side, why: &str) {
        // Only the first refusal matters.
        _ = self.refused.set((side, why.to_owned()));
    }

    /// The refusal, if there was one.
    pub(crate) fn refusal(&self) -> Option<(Side, String)> {
        self.refused.get().cloned()
    }

    fn halt(&self) {
        self.halted.store(true, Ordering::Relaxed);
    }

    /// Whether something may still be sent.
    pub(crate) fn may_send(&self) -> bool {
        self.refused.get().is_none() && !self.halted.load(Ordering::Relaxed)
    }
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
    pub(crate) salesforce_writes: u64,
    pub(crate) failed: u64,
}

impl RunCounts {
    /// Adds what this batch did to what a walk counted.
    pub(crate) fn add_to(self, counts: &mut SweepCounts) {
        let Self {
            persons,
            contacts,
            linked,
            ambiguous,
            unmatched,
            intercom_writes,
            salesforce_writes,
            failed,
        } = self;
        counts.persons += persons;
        counts.contacts_walked += contacts;
        counts.linked += linked;
        counts.ambiguous += ambiguous;
        counts.unmatched += unmatched;
        counts.intercom_writes += intercom_writes;
        counts.salesforce_writes += salesforce_writes;
        counts.failed += failed;
    }
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
        let mut others = Vec::new();
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
                | Subject::Connection => others.push(ticket),
            }
        }
        let keys: Vec<PersonKey> = persons.keys().cloned().collect();
        let rows = self.inner.store.persons(id, &keys).await?;
        let job = self.job(id, lane).await?;
        self.run_rows(&job, &clients, rows, persons).await?;
        self.resolve(id, &clients, others).await?;
        Ok(taken)
    }

    pub(crate) async fn job(&self, id: ConnectionId, lane: Lane) -> Result<Job, EngineError> {
        Ok(Job::under(id, lane, self.terms(id).await?))
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
                counts.contacts += walked(&person);
                let own = tickets.remove(&person.person);
                self.come_back(job, &person.person, own, CLAIMED_PAUSE)
                    .await?;
            }
        }
        let known = self.directory_rev(id);
        let mine = match self.observe(id, clients, &mine).await {
            Ok(None) => mine,
            Ok(Some(rows)) => rows,
            // A sweep brings no tickets and gets the error.
            Err(error) if tickets.is_empty() => return Err(error),
            Err(error) => {
                self.without_reading(job, mine, &mut tickets, error, &mut counts)
                    .await?
            }
        };
        // Whoever was met just now may be somebody's teammate.
        let met = if self.directory_rev(id) == known {
            None
        } else {
            Some(job.under_new(self.terms(id).await?))
        };
        let job = met.as_ref().unwrap_or(job);
        let mut works = Vec::new();
        for person in mine {
            let own = tickets.remove(&person.person);
            if !is_fresh(&person) {
                counts.failed += 1;
                counts.contacts += walked(&person);
                self.come_back(job, &person.person, own, UNREAD_PAUSE)
                    .await?;
            } else if let Some(claim) = claimed.remove(&person.person) {
                let clients = Arc::clone(clients);
                let own = own.unwrap_or_default();
                works.push(async move { self.run_one(job, &clients, person, own, claim).await });
            }
        }
        self.work_off(job, works, &mut counts).await?;
        if let Some((side, why)) = job.refusal() {
            self.needs_reconnect(id, side, &why).await;
        }
        match job.refusal() {
            // The tickets stayed; the sweep must not pass these persons by.
            Some((side, why)) if job.lane == Lane::Bulk => {
                Err(EngineError::Reconnect { side, why })
            }
            Some(_) | None => Ok(counts),
        }
    }

    /// Works these persons off, some at the same time, and settles together who is ready while the
    /// next ones are worked on. What was sent is settled even after a settlement failed; nothing
    /// more is sent then.
    async fn work_off(
        &self,
        job: &Job,
        works: Vec<impl Future<Output = Worked>>,
        counts: &mut RunCounts,
    ) -> Result<(), EngineError> {
        let (ready, mut settling) = mpsc::channel(SETTLED_TOGETHER);
        let work = async {
            let mut done = stream::iter(works).buffer_unordered(AT_ONCE);
            while let Some(worked) = done.next().await {
                // Whoever settles waits until this ends.
                _ = ready.send(worked).await;
            }
            drop(ready);
        };
        let settle = async {
            let mut outcome = Ok(());
            let mut works = Vec::new();
            while settling.recv_many(&mut works, SETTLED_TOGETHER).await > 0 {
                let settled = self.settle(job, std::mem::take(&mut works), counts).await;
                if settled.is_err() {
                    job.halt();
                }
                outcome = outcome.and(settled);
            }
            outcome
        };
        let ((), outcome) = futures_util::future::join(work, settle).await;
        outcome
    }

    /// A vendor could not be read: whoever had to be read waits, the others go on.
    async fn without_reading(
        &self,
        job: &Job,
        mine: Vec<PersonRows>,
        tickets: &mut BTreeMap<PersonKey, Vec<Ticket>>,
        error: EngineError,
        counts: &mut RunCounts,
    ) -> Result<Vec<PersonRows>, EngineError> {
        let mut ready = Vec::new();
        let mut waiting = Vec::new();
        for person in mine {
            if self.needs_nothing(job.connection, &person).await? {
                ready.push(person);
            } else {
                counts.failed += 1;
                waiting.extend(tickets.remove(&person.person).unwrap_or_default());
            }
        }
        self.put_off(job.connection, &waiting, error).await?;
        Ok(ready)
    }

    async fn run_one(
        &self,
        job: &Job,
        clients: &Clients,
        rows: PersonRows,
        tickets: Vec<Ticket>,
        claim: Claimed,
    ) -> Worked {
        let mut facts = facts(&rows, &job.terms, self.now());
        self.add_companies(clients, &mut facts).await;
        let plan = planner::plan(&facts);
        let verdict = plan.verdict;
        let held_back = |note: &planner::Note| note.rule == Rule::E2 || note.rule == Rule::S2;
        let held_back = plan.notes.iter().any(held_back);
        let mut executed = self.execute(job, clients, &rows, plan).await;
        let settlement = &mut executed.settlement;
        match executed.again {
            None => settlement.done = tickets,
            Some(again) => {
                let until = match again {
                    // The queue rests until then; if the credential works after all, soon.
                    Again::Reconnected => self.now().plus(REFUSED_PAUSE),
                    Again::Soon => self.now().plus(CLAIMED_PAUSE),
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
        if executed.again.is_none() && !held_back {
            settlement.cleared = over(&rows, &settlement.failures);
        }
        // What goes on for long is listed once, and not counted up by each look.
        settlement.failures.retain(|report| {
            let mut listed = rows.failures.iter().map(|failure| &failure.report);
            report.waits_for != WaitsFor::Change || !listed.any(|it| it == report)
        });
        Worked {
            verdict,
            contacts: walked(&rows),
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
        let now = self.now();
        for work in &works {
            let gone = work.executed.gone.iter().map(|(contact, _)| contact);
            for contact in work.executed.written.iter().chain(gone) {
                self.inner.writes.settled(id, contact, now);
            }
        }
        outcome?;
        for work in works {
            let Executed {
                settlement, gone, ..
            } = work.executed;
            if !gone.is_empty() {
                let mut absorption = Absorption::new(Lane::Live, Reason::FollowUp, now);
                for (contact, into) in gone {
                    note_merged(contact, into, &mut absorption);
                }
                self.inner.store.absorb(id, &absorption).await?;
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
            counts.salesforce_writes += settlement.records.len() as u64;
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
}

pub(crate) fn due_person(person: &PersonKey, lane: Lane, at: model::Timestamp) -> Due {
    let signal = Signal {
        subject: Subject::Person(person.clone()),
        reason: Reason::FollowUp,
    };
    Due { signal, lane, at }
}

/// Listed failures that are over: a run went through and did not meet them again, so the write went
/// through or is not wanted any more. What no run can put right stays.
fn over(rows: &PersonRows, met: &[FailureReport]) -> Vec<(Subject, i64)> {
    let listed = rows.failures.iter().map(|failure| &failure.report);
    listed
        .filter(|report| report.cause != REFUSED_EVENT)
        .map(|report| (report.subject.clone(), report.digest))
        .filter(|(subject, digest)| {
            let again = |it: &FailureReport| it.subject == *subject && it.digest == *digest;
            !met.iter().any(again)
        })
        .collect()
}

/// How many contacts a person has, also where not all of them were read.
fn walked(rows: &PersonRows) -> u64 {
    let read = rows.contacts.len() as u64;
    rows.crowd.map_or(read, |crowd| crowd.contacts.max(read))
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
        cleared,
        done,
        deferred,
        due,
        intents,
        listing,
    } = settlement;
    contacts.is_empty()
        && records.is_empty()
        && stale_contacts.is_empty()
        && links.is_empty()
        && unlinks.is_empty()
        && timeline.is_empty()
        && failures.is_empty()
        && cleared.is_empty()
        && done.is_empty()
        && deferred.is_empty()
        && due.is_empty()
        && intents.is_empty()
        && *listing == store::Listing::Keep
}
