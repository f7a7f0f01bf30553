//! Writing custom attributes that may not exist yet.

use std::collections::BTreeSet;

use model::ic::ContactId;

use super::{AttributeModel, DataAttribute, NewAttribute};
use crate::client::Client;
use crate::contact::{Contact, ContactPatch};
use crate::error::IntercomError;

impl Client {
    /// As [`Client::update_contact`], for a patch whose attributes may have gone since the caller
    /// looked. If Intercom refuses it, the attributes are listed; those of `may_make` that are
    /// missing or archived are made or brought back, and the patch is sent once more.
    ///
    /// [`IntercomError::UnknownAttributes`] names those that are missing and not in `may_make`; then
    /// nothing is made. A refusal that has another cause is returned as it came.
    pub async fn update_contact_with(
        &self,
        id: &ContactId,
        patch: &ContactPatch,
        may_make: &[NewAttribute],
    ) -> Result<Contact, IntercomError> {
        let refusal = match self.update_contact(id, patch).await {
            Err(refusal @ IntercomError::Invalid { .. }) => refusal,
            settled => return settled,
        };
        let all = self.contact_attributes().await?;
        // The refusal's own words are not documented, so what is missing is looked up.
        let missing: Vec<_> = patch
            .custom_attributes
            .keys()
            .filter(|name| !is_writable(&all, name))
            .collect();
        if missing.is_empty() {
            return Err(refusal);
        }
        let makeable: BTreeSet<_> = may_make.iter().map(|new| &new.name).collect();
        let names: Vec<_> = missing
            .iter()
            .filter(|name| !makeable.contains(*name))
            .map(|name| (*name).clone())
            .collect();
        if !names.is_empty() {
            return Err(IntercomError::UnknownAttributes { names });
        }
        for new in may_make.iter().filter(|new| missing.contains(&&new.name)) {
            match archived(&all, &new.name) {
                Some(archived) => self.unarchive_attribute(archived).await?,
                None => self.create_attribute(new).await?,
            };
        }
        self.update_contact(id, patch).await
    }
}

fn of_contacts<'a>(all: &'a [DataAttribute], name: &str) -> Option<&'a DataAttribute> {
    all.iter()
        .find(|it| it.custom && it.model == AttributeModel::Contact && it.name == name)
}

fn is_writable(all: &[DataAttribute], name: &str) -> bool {
    of_contacts(all, name).is_some_and(|it| !it.archived)
}

fn archived(all: &[DataAttribute], name: &str) -> Option<i64> {
    of_contacts(all, name).filter(|it| it.archived)?.id
}
