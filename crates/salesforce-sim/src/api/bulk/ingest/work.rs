//! Carrying a job out: its file is read through when it is closed, its rows are written chunk by
//! chunk when their time has come.

use std::borrow::Cow;
use std::time::Duration;

use model::Timestamp;
use serde_json::Value as Json;

use crate::error::ApiError;
use crate::id::RecordId;
use crate::records::{Author, AutoAssign, OnDuplicates, Records, Unmatched};
use crate::schema::Object;
use crate::world::World;

use super::super::csv::{Reader, Unreadable};
use super::super::dialect::Dialect;
use super::columns::{self, Asked};
use super::outcome::{Outcome, refusal};
use super::{CHUNK_ROWS, IngestJob, Operation, State, Work};

/// Steps of jobs that are done before somebody is answered; whoever comes next does more.
const STEPS_PER_TURN: usize = 50;

impl Work {
    /// What is to be done with `file`, from `now` on for as long as `lasts`.
    pub(super) fn planned(file: &[u8], dialect: Dialect, now: Timestamp, lasts: Duration) -> Self {
        let mut work = Self {
            begins_at: now.plus(lasts / 4),
            done_at: now.plus(lasts),
            ..Self::default()
        };
        if let Err(unreadable) = work.read_through(file, dialect) {
            work.failure = Some(unreadable.message());
        }
        work
    }

    fn read_through(&mut self, file: &[u8], dialect: Dialect) -> Result<(), Unreadable> {
        let mut reader = Reader::new(file, 0, dialect);
        let Some(head) = reader.line()? else {
            return Ok(());
        };
        self.head = String::from_utf8_lossy(&file[head.place.clone()]).into_owned();
        self.names = head.fields.into_iter().map(Cow::into_owned).collect();
        while let Some(line) = reader.line()? {
            let start = u32::try_from(line.place.start).expect("an upload is below 4 GB");
            self.rows.push(start);
            if line.fields.len() != self.names.len() {
                return Err(Unreadable::FieldCount {
                    expected: self.names.len(),
                    found: line.fields.len(),
                });
            }
        }
        Ok(())
    }

    /// When the next thing happens: the job begins, or a chunk is done.
    pub(super) fn next_at(&self, state: State) -> Option<Timestamp> {
        match state {
            State::UploadComplete => Some(self.begins_at),
            State::InProgress => {
                let span = self.done_at.since(self.begins_at);
                let chunks = self.rows.len().div_ceil(CHUNK_ROWS).max(1) as u128;
                let next = self.outcomes.len() as u128 / CHUNK_ROWS as u128 + 1;
                let share = span.as_millis() * next / chunks;
                let share = Duration::from_millis(u64::try_from(share).unwrap_or(u64::MAX));
                Some(self.begins_at.plus(share.min(span)))
            }
            State::Open | State::JobComplete | State::Failed | State::Aborted => None,
        }
    }
}

impl World {
    /// When a job has something to do next.
    pub(crate) fn next_job_step(&self) -> Option<Timestamp> {
        self.jobs.agenda.first().map(|(at, _)| *at)
    }

    /// Does what the jobs have to do up to `until`, each thing at its own instant, and says which
    /// records were written. If that is too much for one turn the rest stays due, and is done at an
    /// instant that nobody has read past yet.
    pub(crate) fn work_on_jobs(&mut self, until: Timestamp) -> Vec<RecordId> {
        let mut written = Vec::new();
        let seen_until = std::mem::replace(&mut self.jobs.worked_until, until);
        for _ in 0..STEPS_PER_TURN {
            let next = self.jobs.agenda.first().copied();
            let Some((due, id)) = next.filter(|(due, _)| *due <= until) else {
                break;
            };
            let at = due.max(seen_until);
            self.jobs.agenda.pop_first();
            // A job that was deleted or aborted has nothing to do any more.
            let Some(mut job) = self.jobs.ingests.remove(&id) else {
                continue;
            };
            written.extend(self.records.due(at));
            let delay = self.records.delay_commits(None);
            let origin = std::mem::replace(&mut self.records.origin, job.origin.clone());
            written.extend(job.step(&mut self.records, at));
            // A chunk is a transaction.
            self.records.seal(at);
            self.records.origin = origin;
            self.records.delay_commits(delay);
            if let Some(next) = job.work.next_at(job.state) {
                self.jobs.agenda.insert((next, id));
            }
            self.jobs.ingests.insert(id, job);
        }
        written
    }
}

impl IngestJob {
    /// Does the next thing, and says which records were written.
    fn step(&mut self, records: &mut Records, at: Timestamp) -> Vec<RecordId> {
        match self.state {
            State::UploadComplete => {
                self.begin(records, at);
                Vec::new()
            }
            State::InProgress => self.do_chunk(records, at),
            State::Open | State::JobComplete | State::Failed | State::Aborted => Vec::new(),
        }
    }

    fn begin(&mut self, records: &Records, at: Timestamp) {
        self.changed_at = at;
        let work = &mut self.work;
        if work.failure.is_none() && !work.names.is_empty() {
            let bound = columns::targets(&work.names, self.head.object, &self.operation, records);
            match bound {
                Ok(targets) => work.targets = targets,
                Err(failure) => work.failure = Some(failure),
            }
        }
        self.state = if work.failure.is_some() {
            State::Failed
        } else {
            State::InProgress
        };
    }

    fn do_chunk(&mut self, records: &mut Records, at: Timestamp) -> Vec<RecordId> {
        let from = self.work.outcomes.len();
        let to = self.work.rows.len().min(from + CHUNK_ROWS);
        let author = self.author(at);
        let mut written = Vec::new();
        records.begin();
        for row in from..to {
            let outcome = self.do_row(row, records, author);
            match &outcome {
                Outcome::Done { id, .. } => written.push(*id),
                Outcome::Refused { .. } => self.work.failed += 1,
            }
            self.work.outcomes.push(outcome);
        }
        records.keep();
        self.changed_at = at;
        if to == self.work.rows.len() {
            self.state = State::JobComplete;
        }
        written
    }

    /// Without an assignment rule of its own a job asks for none, unlike a call of REST.
    fn author(&self, now: Timestamp) -> Author {
        Author {
            user: self.head.by,
            now,
            auto_assign: self
                .assignment_rule
                .map_or(AutoAssign::Never, AutoAssign::Rule),
            on_duplicates: OnDuplicates::refused(&self.head.version),
            at_screen: false,
        }
    }

    fn do_row(&self, row: usize, records: &mut Records, author: Author) -> Outcome {
        let key = match &self.operation {
            Operation::Upsert(field) => Some(field.as_str()),
            Operation::Insert | Operation::Update | Operation::Delete | Operation::HardDelete => {
                None
            }
        };
        let cells = self.cells(row);
        let asked = columns::asked(&self.work.targets, &cells, key, records);
        let done = asked.and_then(|asked| self.carry_out(&asked, records, author));
        match done {
            Ok((id, created)) => Outcome::Done { id, created },
            Err(error) => Outcome::Refused {
                id: columns::id(&self.work.targets, &cells),
                error: refusal(&error),
            },
        }
    }

    fn carry_out(
        &self,
        asked: &Asked,
        records: &mut Records,
        author: Author,
    ) -> Result<(RecordId, bool), ApiError> {
        let object = self.head.object;
        match &self.operation {
            Operation::Insert if asked.id.is_some() => Err(ApiError::record(
                "INVALID_FIELD_FOR_INSERT_UPDATE",
                "cannot specify Id in an insert call",
                ["Id".to_owned()],
            )),
            Operation::Insert => {
                let id = records.create(object, &asked.fields, author)?;
                Ok((id, true))
            }
            Operation::Update => {
                let id = addressed(asked, "an update")?;
                records.update(object, id, &asked.fields, author)?;
                Ok((id, false))
            }
            Operation::Upsert(field) => upsert(self.head.object, field, asked, records, author),
            Operation::Delete => {
                let id = addressed(asked, "a delete")?;
                records.delete(object, id, author)?;
                Ok((id, false))
            }
            Operation::HardDelete => {
                let id = addressed(asked, "a delete")?;
                records.delete(object, id, author)?;
                records.purge(id)?;
                Ok((id, false))
            }
        }
    }
}

fn upsert(
    object: Object,
    field: &str,
    asked: &Asked,
    records: &mut Records,
    author: Author,
) -> Result<(RecordId, bool), ApiError> {
    let by_id = field == "Id";
    let key = if by_id { &asked.id } else { &asked.key };
    let key = match key {
        Some(key) => key.as_str().into(),
        // Without an id a record is created.
        None if by_id => Json::Null,
        None => {
            let message = format!("{field} not specified");
            return Err(ApiError::record("MISSING_ARGUMENT", message, []));
        }
    };
    let place = records
        .key_place(object, field)
        .ok_or_else(ApiError::not_found)?;
    let upserted = records
        .upsert(
            object,
            place,
            &key,
            &asked.fields,
            Unmatched::Create,
            author,
        )
        .map_err(|error| error.of_record(field))?;
    Ok((upserted.id, upserted.created))
}

/// The record that a row means.
fn addressed(asked: &Asked, call: &str) -> Result<RecordId, ApiError> {
    let Some(id) = asked.id.as_deref().filter(|id| *id != "#N/A") else {
        let message = format!("Id not specified in {call} call");
        return Err(ApiError::record("MISSING_ARGUMENT", message, []));
    };
    id.trim().parse().map_err(|_| {
        let fields = ["Id".to_owned()];
        ApiError::record("MALFORMED_ID", format!("bad id {id}"), fields)
    })
}
