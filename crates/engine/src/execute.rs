//! Carrying one person's plan out: each operation is sent once, and what the vendor shows back is
//! what is booked.

use std::collections::BTreeMap;

use intercom::{ContactPatch, IntercomError, Outcome};
use model::{How, Link, PersonKey, PutBacks, Subject, ic};
use planner::{Attribute, ContactWrite, LinkChange, Operation, Plan, attribute};
use store::{ContactRow, Entry, PersonRows, Settlement};
use transport::RetryWhen;

use crate::clients::Clients;
use crate::engine::Engine;
use crate::failure;
use crate::projection;
use crate::run::Job;

/// What came of a person's plan.
pub(crate) struct Executed {
    pub(crate) settlement: Settlement,
    /// Contacts that were written.
    pub(crate) written: Vec<ic::ContactId>,
    /// Contacts that Intercom has no more.
    pub(crate) gone: Vec<ic::ContactId>,
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
    Gone,
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
        let mut lines = Vec::new();
        let mut rule = None;
        for operation in plan.operations {
            rule.get_or_insert(match &operation {
                Operation::Write(write) => write.rule,
                Operation::Book { rule, .. } => *rule,
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
                    let shown = rows.contacts.iter().find(|row| row.id == contact);
                    let shown = shown.map(|row| job.terms.shown(row)).unwrap_or_default();
                    if let Some(line) =
                        book(&mut done.settlement, rows, &contact, &link, &shown, self)
                    {
                        lines.push(format!("{rule} {line}"));
                    }
                }
            }
        }
        if lines.is_empty() {
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

    fn run_entry(
        &self,
        person: &PersonKey,
        rule: Option<planner::Rule>,
        body: Vec<String>,
    ) -> Entry {
        Entry {
            key_hash: Some(person.hash()),
            subject: format!("person:{}", person.hash().0),
            at: self.now(),
            kind: "run".to_owned(),
            rule: rule.map_or("", planner::Rule::id).to_owned(),
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
                let before = before.map(|row| job.terms.shown(row)).unwrap_or_default();
                let answer = job.terms.shown(&row);
                let shown = attribute::shown_after(&write.changes, &before, &answer);
                let name = called(rows, &write.contact);
                lines.push(format!(
                    "{} {name}: {}",
                    write.rule,
                    described(&write.changes)
                ));
                let booked = book(
                    &mut done.settlement,
                    rows,
                    &write.contact,
                    &write.link,
                    &shown,
                    self,
                );
                lines.extend(booked.map(|line| format!("{} {line}", write.rule)));
                done.settlement.contacts.push(*row);
                done.written.push(write.contact);
            }
            Written::Gone => done.gone.push(write.contact),
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
        if standing.stale || !holds {
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
            ..ContactPatch::default()
        };
        self.inner.writes.begin(job.connection, &write.contact);
        let intercom = clients.intercom.in_lane(job.lane);
        match intercom.update_contact(&write.contact, &patch).await {
            Ok(contact) => Written::Shown(Box::new(projection::contact_row(&contact, self.now()))),
            Err(IntercomError::NotFound | IntercomError::Merged { .. }) => Written::Gone,
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
                job.refuse(&error.to_string());
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

/// Books a link change; returns a line for people if the link itself changed.
fn book(
    settlement: &mut Settlement,
    rows: &PersonRows,
    contact: &ic::ContactId,
    change: &LinkChange,
    shown: &BTreeMap<Attribute, String>,
    engine: &Engine,
) -> Option<String> {
    let standing = rows.links.iter().find(|link| link.contact_id == *contact);
    match change {
        LinkChange::Set {
            record,
            how,
            desired,
        } => {
            let same = standing.filter(|link| link.record_id == *record);
            let new = same.is_none();
            settlement.links.push(Link {
                contact_id: contact.clone(),
                record_id: *record,
                since: same.map_or_else(|| engine.now(), |link| link.since),
                how: *how,
                base: attribute::base(desired, shown),
                announced: None,
                put_backs: PutBacks::default(),
            });
            let how = match how {
                How::Key => "by email",
                How::Pin => "by a pin",
                How::Created => "because it was created from it",
            };
            new.then(|| format!("{} is linked to {record} {how}", called(rows, contact)))
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

/// A contact as people call it: by name, else by email, else by id.
fn called(rows: &PersonRows, contact: &ic::ContactId) -> String {
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
