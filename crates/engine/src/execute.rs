//! Carrying one person's plan out: each operation is sent once, and what the vendor shows back is
//! what is booked.

use std::collections::BTreeMap;

use intercom::{ContactPatch, IntercomError, Outcome};
use model::{Change, How, Link, PersonKey, Subject, ic};
use planner::{
    Attribute, ContactWrite, Counts, GivenUp, LinkChange, Operation, Plan, Rule, Team, Verdict,
    attribute,
};
use store::{
    ContactRow, Entry, FailureReport, Listing, PersonRows, Settlement, Side, Unclear, Verdicted,
    WaitsFor,
};
use transport::RetryWhen;

use crate::clients::Clients;
use crate::engine::Engine;
use crate::events::event_intent;
use crate::failure;
use crate::projection;
use crate::run::Job;

/// What came of a person's plan.
pub(crate) struct Executed {
    pub(crate) settlement: Settlement,
    /// Contacts that were written.
    pub(crate) written: Vec<ic::ContactId>,
    /// Contacts that Intercom has no more, and into which they were merged.
    pub(crate) gone: Vec<(ic::ContactId, Option<ic::ContactId>)>,
    /// When to come back, if something has to be tried again.
    pub(crate) again: Option<Again>,
}

/// Why and when a person has to be run again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Again {
    /// The facts moved under the plan, or the store did not answer.
    Soon,
    /// A credential was refused: when somebody reconnected.
    Reconnected,
    /// A call failed in a way that time can cure.
    At(model::Timestamp),
}

/// What came of one write.
enum Written {
    Shown(Box<ContactRow>),
    Gone(Option<ic::ContactId>),
    Moved,
    /// Not sent: the credential was refused before.
    Held,
    Failed(Box<IntercomError>),
}

impl Engine {
    /// Sends what the plan says and gathers what has to be settled. Never fails as a whole: what
    /// goes wrong is in the settlement.
    pub(crate) async fn execute(
        &self,
        job: &Job,
        clients: &Clients,
        rows: &PersonRows,
        plan: Plan,
    ) -> Executed {
        let mut done = Executed {
            settlement: Settlement::of(rows.person.clone()),
            written: Vec::new(),
            gone: Vec::new(),
            again: None,
        };
        done.settlement.listing = self.listing(rows, &plan);
        let listed = plan.given_up.iter().map(given_up);
        let listed = listed.chain(crowded(&rows.person, &plan));
        done.settlement.failures.extend(listed);
        let mut lines = Vec::new();
        let mut rule = plan
            .notes
            .first()
            .map(|note| note.rule)
            .filter(|_| plan.news);
        for operation in plan.operations {
            rule.get_or_insert(match &operation {
                Operation::Write(write) => write.rule,
                Operation::Book { rule, .. } => *rule,
                Operation::Fill(_) => Rule::L5,
            });
            match operation {
                Operation::Write(write) => {
                    self.carry_out(job, clients, rows, write, &mut done, &mut lines)
                        .await;
                }
                Operation::Book {
                    contact,
                    link,
                    rule,
                } => {
                    let row = rows.contacts.iter().find(|row| row.id == contact);
                    let shown = row.map(|row| job.terms.shown(row)).unwrap_or_default();
                    let owner = row.and_then(|row| row.owner_id.as_ref());
                    let to = Books {
                        engine: self,
                        job,
                        clients,
                        rows,
                    };
                    if let Some(line) =
                        to.book(&mut done.settlement, &contact, &link, &shown, owner)
                    {
                        lines.push(format!("{rule} {line}"));
                    }
                }
                Operation::Fill(fill) => {
                    self.fill(job, clients, rows, fill, &mut done, &mut lines)
                        .await;
                }
            }
        }
        if lines.is_empty() && !plan.news {
            return done;
        }
        lines.extend(
            plan.notes
                .iter()
                .map(|note| format!("{} {}", note.rule, note.text)),
        );
        done.settlement
            .timeline
            .push(self.run_entry(&rows.person, rule, lines));
        done
    }

    /// Whether the person is one without a clear match from now on.
    fn listing(&self, rows: &PersonRows, plan: &Plan) -> Listing {
        let verdict = match plan.verdict {
            Verdict::None | Verdict::Lead | Verdict::Contact => {
                return match rows.listed {
                    Some(_) => Listing::Remove,
                    None => Listing::Keep,
                };
            }
            Verdict::ManyLeads => Unclear::ManyLeads,
            Verdict::ManyContacts => Unclear::ManyContacts,
            Verdict::Crowded => Unclear::Crowded,
        };
        let Counts {
            contacts,
            leads,
            sf_contacts,
        } = plan.counts;
        let now = Verdicted {
            verdict,
            contacts,
            leads,
            sf_contacts,
            since: self.now(),
        };
        match rows.listed {
            Some(listed)
                if Verdicted {
                    since: listed.since,
                    ..now
                } == listed =>
            {
                Listing::Keep
            }
            Some(_) | None => Listing::Put(now),
        }
    }

    fn run_entry(&self, person: &PersonKey, rule: Option<Rule>, body: Vec<String>) -> Entry {
        Entry {
            key_hash: Some(person.hash()),
            subject: format!("person:{}", person.hash().0),
            at: self.now(),
            kind: "run".to_owned(),
            rule: rule.map_or("", Rule::id).to_owned(),
            body,
        }
    }

    async fn carry_out(
        &self,
        job: &Job,
        clients: &Clients,
        rows: &PersonRows,
        write: ContactWrite,
        done: &mut Executed,
        lines: &mut Vec<String>,
    ) {
        match self.send_write(job, clients, &write).await {
            Written::Shown(row) => {
                let before = rows.contacts.iter().find(|row| row.id == write.contact);
                let owner = match &write.owner {
                    Change::Keep => before.and_then(|row| row.owner_id.as_ref()),
                    Change::Clear | Change::Set(_) => row.owner_id.as_ref(),
                };
                let before = before.map(|row| job.terms.shown(row)).unwrap_or_default();
                let answer = job.terms.shown(&row);
                let shown = attribute::shown_after(&write.changes, &before, &answer);
                lines.extend(told(&write, &called(rows, &write.contact), &job.terms.team));
                let to = Books {
                    engine: self,
                    job,
                    clients,
                    rows,
                };
                let booked = to.book(
                    &mut done.settlement,
                    &write.contact,
                    &write.link,
                    &shown,
                    owner,
                );
                lines.extend(booked.map(|line| format!("{} {line}", write.rule)));
                done.settlement.contacts.push(*row);
                done.written.push(write.contact);
            }
            Written::Gone(into) => done.gone.push((write.contact, into)),
            Written::Moved => done.again = Some(Again::Soon),
            Written::Held => done.again = Some(Again::Reconnected),
            Written::Failed(error) => self.note_failure(job, rows, write, &error, done, lines),
        }
    }

    /// Checks the precondition against the mirror, sends, and reads the answer.
    async fn send_write(&self, job: &Job, clients: &Clients, write: &ContactWrite) -> Written {
        let Ok(Some(standing)) = self
            .inner
            .store
            .contact(job.connection, &write.contact)
            .await
        else {
            return Written::Moved;
        };
        let shown = projection::shown_attributes(&standing);
        let holds = write
            .expected
            .iter()
            .all(|(it, expected)| shown.get(it) == expected.as_ref());
        let owner_holds = match &write.owner {
            Change::Keep => true,
            Change::Clear | Change::Set(_) => standing.owner_id == write.expected_owner,
        };
        if standing.stale || !holds || !owner_holds {
            return Written::Moved;
        }
        if !job.may_send() {
            return Written::Held;
        }
        let custom_attributes = write
            .changes
            .iter()
            .map(|(attribute, value)| (attribute.name().to_owned(), value.clone()))
            .collect();
        let patch = ContactPatch {
            custom_attributes,
            owner: write.owner.clone(),
            ..ContactPatch::default()
        };
        self.inner.writes.begin(job.connection, &write.contact);
        let intercom = clients.intercom.in_lane(job.lane);
        match intercom.update_contact(&write.contact, &patch).await {
            Ok(contact) => Written::Shown(Box::new(projection::contact_row(&contact, self.now()))),
            Err(IntercomError::NotFound) => Written::Gone(None),
            Err(IntercomError::Merged { into }) => Written::Gone(into),
            Err(error) => Written::Failed(Box::new(error)),
        }
    }

    fn note_failure(
        &self,
        job: &Job,
        rows: &PersonRows,
        write: ContactWrite,
        error: &IntercomError,
        done: &mut Executed,
        lines: &mut Vec<String>,
    ) {
        let now = self.now();
        let when = error.retry_when();
        let subject = Subject::Contact(write.contact.clone());
        let before = rows
            .failures
            .iter()
            .find(|failure| failure.report.digest == write.key);
        let retry_at = failure::retry_at(now, when, before.map_or(0, |failure| failure.count));
        match when {
            RetryWhen::Later { .. } | RetryWhen::Replanned => {
                done.again = retry_at.map(Again::At);
            }
            RetryWhen::Reconnected => {
                job.refuse(Side::Intercom, &error.to_string());
                done.again = Some(Again::Reconnected);
            }
            RetryWhen::Changed => {}
        }
        match error.outcome() {
            Outcome::Unknown => done.settlement.stale_contacts.push(write.contact.clone()),
            Outcome::NotSent | Outcome::Refused => {}
        }
        let what = format!(
            "Salesforce data could not be written to {}",
            called(rows, &write.contact)
        );
        lines.push(format!("{} {what}: {error}", write.rule));
        done.settlement.failures.push(failure::of_intercom(
            error, subject, write.key, &what, retry_at,
        ));
        done.written.push(write.contact);
    }
}

/// What booking a link change needs to know.
struct Books<'a> {
    engine: &'a Engine,
    job: &'a Job,
    clients: &'a Clients,
    rows: &'a PersonRows,
}

impl Books<'_> {
    /// Books a link change, and what is to be told with it; returns a line for people if the link
    /// itself changed.
    fn book(
        &self,
        settlement: &mut Settlement,
        contact: &ic::ContactId,
        change: &LinkChange,
        shown: &BTreeMap<Attribute, String>,
        owner: Option<&ic::TeammateId>,
    ) -> Option<String> {
        let rows = self.rows;
        let standing = rows.links.iter().find(|link| link.contact_id == *contact);
        match change {
            LinkChange::Set(booking) => {
                let same = standing.filter(|link| link.record_id == booking.record);
                let new = same.is_none();
                let announcements = booking.announce.iter();
                settlement.intents.extend(announcements.map(|announcement| {
                    event_intent(self.clients, self.job.connection, announcement)
                }));
                settlement.links.push(Link {
                    contact_id: contact.clone(),
                    record_id: booking.record,
                    since: same.map_or_else(|| self.engine.now(), |link| link.since),
                    how: booking.how,
                    base: booking.base(shown, owner),
                    announced: booking.announced,
                    put_backs: booking.put_backs.clone(),
                });
                let how = match booking.how {
                    How::Key => "by email",
                    How::Pin => "by a pin",
                    How::Created => "because it was created from it",
                };
                new.then(|| {
                    format!(
                        "{} is linked to {} {how}",
                        called(rows, contact),
                        booking.record
                    )
                })
            }
            LinkChange::Remove { record } => {
                settlement.unlinks.push((contact.clone(), *record));
                Some(format!(
                    "{} is no longer linked to {record}",
                    called(rows, contact)
                ))
            }
        }
    }
}

/// M0: a key that too many share is listed until an admin allows it.
fn crowded(person: &PersonKey, plan: &Plan) -> Option<FailureReport> {
    match plan.verdict {
        Verdict::Crowded => Some(FailureReport {
            subject: Subject::Person(person.clone()),
            digest: person.hash().0,
            cause: "m0.crowded".to_owned(),
            waits_for: WaitsFor::Change,
            retry_at: None,
            summary: plan.notes.first()?.text.clone(),
            vendor_words: None,
        }),
        Verdict::None
        | Verdict::Lead
        | Verdict::Contact
        | Verdict::ManyLeads
        | Verdict::ManyContacts => None,
    }
}

/// A field that somebody else keeps changing, on the list until Salesforce changes it (O5).
fn given_up(it: &GivenUp) -> FailureReport {
    FailureReport {
        subject: Subject::Contact(it.contact.clone()),
        digest: i64::from_ne_bytes(xxhash_rust::xxh3::xxh3_64(it.field.as_bytes()).to_ne_bytes()),
        cause: "o5.put-back".to_owned(),
        waits_for: WaitsFor::Change,
        retry_at: None,
        summary: format!(
            "{} is changed in Intercom again and again, so it is not put back any more until it \
             changes in Salesforce",
            it.field
        ),
        vendor_words: None,
    }
}

/// What a write did, in lines for people.
fn told(write: &ContactWrite, name: &str, team: &Team) -> Vec<String> {
    let mut lines = Vec::new();
    if !write.changes.is_empty() {
        lines.push(format!(
            "{} {name}: {}",
            write.rule,
            described(&write.changes)
        ));
    }
    let owner = match &write.owner {
        Change::Keep => None,
        Change::Clear => Some("cleared the owner".to_owned()),
        Change::Set(id) => Some(match team.name(id) {
            Some(owner) => format!("set the owner to {owner}"),
            None => format!("set the owner to teammate {id}"),
        }),
    };
    if let (Some(owner), Some(rule)) = (owner, write.owner_rule) {
        lines.push(format!("{rule} {name}: {owner}"));
    }
    if !write.put_back.is_empty() {
        lines.push(format!(
            "O5 {name}: put back, since it was changed in Intercom: {}",
            write.put_back.join(", ")
        ));
    }
    lines
}

/// A contact as people call it: by name, else by email, else by id.
pub(crate) fn called(rows: &PersonRows, contact: &ic::ContactId) -> String {
    let row = rows.contacts.iter().find(|row| row.id == *contact);
    let fact = row.map(projection::contact_fact);
    fact.and_then(|fact| fact.name.or(fact.email))
        .unwrap_or_else(|| format!("contact {contact}"))
}

fn described(changes: &BTreeMap<Attribute, Option<String>>) -> String {
    let one = |(attribute, value): (&Attribute, &Option<String>)| match value {
        Some(value) => format!("set {} to {value:?}", attribute.name()),
        None => format!("cleared {}", attribute.name()),
    };
    changes.iter().map(one).collect::<Vec<_>>().join(", ")
}
