//! Contact.

use model::Timestamp;
use model::sf::{AccountId, ContactId, OwnerId};

use crate::row::{Cells, Row};

/// A Salesforce contact. `None` where the field is empty; texts are never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// First and last name as the org composes them.
    pub name: String,
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: String,
    /// Email, as written.
    pub email: Option<String>,
    /// Job title.
    pub title: Option<String>,
    /// Phone, as written.
    pub phone: Option<String>,
    /// Its Account; a private contact has none.
    pub account_id: Option<AccountId>,
    /// Always a User; queues cannot own contacts.
    pub owner_id: OwnerId,
    /// In the recycle bin.
    pub is_deleted: bool,
    /// The contact it was merged into.
    pub master_record_id: Option<ContactId>,
    /// When it was created.
    pub created_at: Timestamp,
    /// `SystemModstamp`: bumped by every change, in whole seconds.
    pub modified_at: Timestamp,
}

impl Row for Contact {
    const OBJECT: &'static str = "Contact";
    const COLUMNS: &'static [&'static str] = &[
        "Id",
        "Name",
        "FirstName",
        "LastName",
        "Email",
        "Title",
        "Phone",
        "AccountId",
        "OwnerId",
        "IsDeleted",
        "MasterRecordId",
        "CreatedDate",
        "SystemModstamp",
    ];

    fn read(cells: &mut Cells<'_>) -> Result<Self, String> {
        Ok(Self {
            id: cells.some_value("Id")?,
            name: cells.some_text("Name")?,
            first_name: cells.text("FirstName")?,
            last_name: cells.some_text("LastName")?,
            email: cells.text("Email")?,
            title: cells.text("Title")?,
            phone: cells.text("Phone")?,
            account_id: cells.value("AccountId")?,
            owner_id: cells.some_value("OwnerId")?,
            is_deleted: cells.flag("IsDeleted")?,
            master_record_id: cells.value("MasterRecordId")?,
            created_at: cells.instant("CreatedDate")?,
            modified_at: cells.instant("SystemModstamp")?,
        })
    }
}
