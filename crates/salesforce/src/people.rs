//! Everybody with an email, read fresh: what is asked before a create and for a card.

use model::Timestamp;

use crate::call::server_time;
use crate::composite::{self, Part};
use crate::row::Row;
use crate::soql::{Select, equal};
use crate::{Client, Contact, Lead, Operation, SalesforceError};

/// The Leads and contacts that have one email.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct People {
    /// Leads that are not deleted; converted ones are among them.
    pub leads: Vec<Lead>,
    /// Contacts that are not deleted.
    pub contacts: Vec<Contact>,
    /// The server's clock at the answer, if it told.
    pub server_time: Option<Timestamp>,
}

const LEADS: &str = "leads";
const CONTACTS: &str = "contacts";

fn queries(email: &str) -> [Part; 2] {
    let leads = Select::new(Lead::COLUMNS, Lead::OBJECT);
    let contacts = Select::new(Contact::COLUMNS, Contact::OBJECT);
    [(LEADS, leads), (CONTACTS, contacts)].map(|(reference, select)| {
        let select = select.filtered(equal("Email", email)).ordered(&["Id"]);
        Part::query(reference, Operation::Query, &select)
    })
}

impl Client {
    /// Who has `email`, compared without regard to case, in order of id. One call.
    ///
    /// A row that cannot be read fails the whole: a match with a hole in it would lead to a
    /// duplicate.
    pub async fn people_with_email(&self, email: &str) -> Result<People, SalesforceError> {
        let reply = self.composite_read(&queries(email)).await?;
        let [leads, contacts] = composite::answers(&reply, [LEADS, CONTACTS])?;
        let leads = self.rows_from(leads.page()?).await?;
        let contacts = self.rows_from(contacts.page()?).await?;
        Ok(People {
            leads: leads.into_iter().collect::<Result<_, _>>()?,
            contacts: contacts.into_iter().collect::<Result<_, _>>()?,
            server_time: server_time(&reply),
        })
    }
}
