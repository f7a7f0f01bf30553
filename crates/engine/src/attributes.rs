//! The attributes of A1 in the workspace: created when missing, before anything is written.

use std::collections::BTreeSet;

use intercom::{AttributeModel, IntercomError, NewAttribute};
use model::{ConnectionId, Subject};
use planner::Attribute;
use store::{FailureReport, WaitsFor};

use crate::clients::Clients;
use crate::engine::Engine;
use crate::error::EngineError;

/// Where the names of unusable attributes are kept.
const UNUSABLE: &str = "a1.unusable";

/// What the workspace has under the name of one of our attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Standing {
    Right,
    Missing,
    Archived(i64),
    OtherType(String),
    CompanyData,
}

impl Engine {
    /// Makes sure that every attribute of A1 can be written. A name that is taken by another type
    /// or by company data is listed; the others work.
    pub(crate) async fn ensure_attributes(
        &self,
        id: ConnectionId,
        clients: &Clients,
    ) -> Result<(), EngineError> {
        let all = clients.intercom.contact_attributes().await?;
        let store = &self.inner.store;
        let mut unusable = Vec::new();
        for attribute in Attribute::ALL {
            let trouble = match standing(&all, attribute.name()) {
                Standing::Right => None,
                Standing::Missing => {
                    let new = NewAttribute::text(attribute.name(), attribute.description());
                    refused(clients.intercom.create_attribute(&new).await)?
                }
                Standing::Archived(number) => {
                    refused(clients.intercom.unarchive_attribute(number).await)?
                }
                Standing::OtherType(kind) => Some(format!("it exists with the type {kind}")),
                Standing::CompanyData => Some("company data has the same name".to_owned()),
            };
            // Only this one: other troubles of the connection stay listed.
            let listed = digest(attribute);
            store
                .clear_failure(id, &Subject::Connection, listed)
                .await?;
            if let Some(trouble) = trouble {
                unusable.push(attribute.name());
                self.list_unusable(id, attribute, trouble).await?;
            }
        }
        store
            .put_cursor(id, UNUSABLE, &unusable.join(" "), self.now())
            .await?;
        Ok(())
    }

    /// The attributes that the last look found unusable.
    pub(crate) async fn unusable_attributes(
        &self,
        id: ConnectionId,
    ) -> Result<BTreeSet<Attribute>, EngineError> {
        let names = self
            .inner
            .store
            .cursor(id, UNUSABLE)
            .await?
            .unwrap_or_default();
        Ok(names
            .split_whitespace()
            .filter_map(Attribute::named)
            .collect())
    }

    async fn list_unusable(
        &self,
        id: ConnectionId,
        attribute: Attribute,
        trouble: String,
    ) -> Result<(), EngineError> {
        let report = FailureReport {
            subject: Subject::Connection,
            digest: digest(attribute),
            cause: "a1.attribute".to_owned(),
            waits_for: WaitsFor::Change,
            retry_at: None,
            summary: format!("the attribute {} cannot be used", attribute.name()),
            vendor_words: Some(trouble),
        };
        Ok(self
            .inner
            .store
            .report_failure(id, &report, self.now())
            .await?)
    }
}

fn digest(attribute: Attribute) -> i64 {
    let hash = xxhash_rust::xxh3::xxh3_64(attribute.name().as_bytes());
    i64::from_ne_bytes(hash.to_ne_bytes())
}

/// What the workspace refuses is listed; what time can cure stops the caller.
fn refused<T>(outcome: Result<T, IntercomError>) -> Result<Option<String>, EngineError> {
    match outcome {
        Ok(_) => Ok(None),
        Err(error) => match error.retry_when() {
            transport::RetryWhen::Changed => Ok(Some(error.to_string())),
            transport::RetryWhen::Later { .. }
            | transport::RetryWhen::Replanned
            | transport::RetryWhen::Reconnected => Err(error.into()),
        },
    }
}

fn standing(all: &[intercom::DataAttribute], name: &str) -> Standing {
    let mut same_name = all.iter().filter(|it| it.name.eq_ignore_ascii_case(name));
    match same_name.next() {
        None => Standing::Missing,
        Some(found) => match (found.model, found.archived, found.id) {
            (AttributeModel::Company, _, _) => Standing::CompanyData,
            (AttributeModel::Contact, _, _) if found.data_type != "string" => {
                Standing::OtherType(found.data_type.clone())
            }
            (AttributeModel::Contact, true, Some(id)) => Standing::Archived(id),
            (AttributeModel::Contact, true, None) => Standing::Missing,
            (AttributeModel::Contact, false, _) => Standing::Right,
        },
    }
}
