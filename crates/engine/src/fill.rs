//! Placeholders of ours in Salesforce give way to what is known now (L5).

use std::collections::BTreeMap;

use intercom::Company;
use model::Subject;
use planner::{Facts, Fill};
use salesforce::{Duplicates, FieldValue, Lead, Outcome, SalesforceError};
use store::{PersonRows, Side};
use transport::RetryWhen;

use crate::clients::Clients;
use crate::engine::Engine;
use crate::execute::{Again, Executed};
use crate::failure;
use crate::projection;
use crate::run::Job;

impl Engine {
    /// Adds the names of companies where a Lead waits for one. What cannot be read is not known
    /// yet; the next run asks again.
    pub(crate) async fn add_companies(&self, clients: &Clients, facts: &mut Facts) {
        let waiting: Vec<usize> = (0..facts.contacts.len())
            .filter(|place| planner::wants_company(facts, &facts.contacts[*place]))
            .collect();
        for place in waiting {
            let contact = &mut facts.contacts[place];
            match clients.intercom.contact_companies(&contact.id).await {
                Ok(companies) => contact.company = name_of_latest(companies),
                Err(error) => {
                    tracing::warn!(contact.id = %contact.id, %error, "companies were not read");
                }
            }
        }
    }

    /// Reads the Lead again, and writes only where the placeholder still stands.
    pub(crate) async fn fill(
        &self,
        job: &Job,
        clients: &Clients,
        rows: &PersonRows,
        fill: Fill,
        done: &mut Executed,
        lines: &mut Vec<String>,
    ) {
        if !job.may_send() {
            done.again = Some(Again::Reconnected);
            return;
        }
        match self.send_fill(clients, &fill).await {
            Ok(None) => {}
            Ok(Some((lead, fields))) => {
                let names: Vec<&str> = fields.keys().map(String::as_str).collect();
                lines.push(format!(
                    "L5 {}: replaced the placeholder in {}",
                    fill.lead,
                    names.join(", ")
                ));
                let row = projection::lead_row(&lead, self.now());
                done.settlement.records.push(row);
            }
            Err(error) => self.note_unfilled(job, rows, &fill, &error, done, lines),
        }
    }

    async fn send_fill(
        &self,
        clients: &Clients,
        fill: &Fill,
    ) -> Result<Option<(Lead, BTreeMap<String, FieldValue>)>, SalesforceError> {
        let read = clients.salesforce.leads_by_id(&[fill.lead]).await?;
        let Some((_, Ok(Some(lead)))) = read.into_iter().next() else {
            return Ok(None);
        };
        let fields = still_wanted(fill, &lead);
        if fields.is_empty() || lead.is_converted || lead.is_deleted {
            return Ok(None);
        }
        let shown = clients
            .salesforce
            .update_lead(fill.lead, &fields, Duplicates::AllowSave)
            .await?;
        // Not read back: the poll brings it.
        Ok(shown.map(|lead| (lead, fields)))
    }

    fn note_unfilled(
        &self,
        job: &Job,
        rows: &PersonRows,
        fill: &Fill,
        error: &SalesforceError,
        done: &mut Executed,
        lines: &mut Vec<String>,
    ) {
        let (now, when) = (self.now(), error.retry_when());
        let failures = rows.failures.iter();
        let before = failures
            .filter(|failure| failure.report.digest == fill.key)
            .map(|failure| failure.count)
            .next();
        let retry_at = failure::retry_at(now, when, before.unwrap_or_default());
        match when {
            RetryWhen::Later { .. } | RetryWhen::Replanned => {
                done.again = retry_at.map(Again::At);
            }
            RetryWhen::Reconnected => {
                job.refuse(Side::Salesforce, &error.to_string());
                done.again = Some(Again::Reconnected);
            }
            RetryWhen::Changed => {}
        }
        match error.outcome() {
            // Written or not: it is read before it is written again.
            Outcome::Unknown | Outcome::NotSent | Outcome::Refused => {}
        }
        let what = format!("the placeholder in {} could not be replaced", fill.lead);
        lines.push(format!("L5 {what}: {error}"));
        // Parked with the person, whose facts then know of it.
        let subject = Subject::Person(rows.person.clone());
        done.settlement.failures.push(failure::of_salesforce(
            error, subject, fill.key, &what, retry_at,
        ));
    }
}

/// What of the fields still shows the placeholder.
fn still_wanted(fill: &Fill, lead: &Lead) -> BTreeMap<String, FieldValue> {
    let shown = |field: &str| match field {
        "LastName" => Some(lead.last_name.as_str()),
        "Company" => lead.company.as_deref(),
        _ => None,
    };
    let text =
        |(field, value): (&&str, &String)| ((*field).to_owned(), FieldValue::Text(value.clone()));
    let mut fields: BTreeMap<String, FieldValue> = fill
        .fields
        .iter()
        .filter(|(field, _)| shown(field) == Some(fill.placeholder.as_str()))
        .map(text)
        .collect();
    // A first name belongs to the last name that is written with it.
    if fields.contains_key("LastName") && lead.first_name.is_none() {
        fields.extend(fill.unless_filled.iter().map(text));
    }
    fields
}

/// The company with the latest request, then the newest (Q1).
pub(crate) fn name_of_latest(companies: Vec<Company>) -> Option<String> {
    let latest = companies
        .into_iter()
        .max_by_key(|it| (it.last_request_at, it.created_at));
    latest.and_then(|company| company.name)
}
