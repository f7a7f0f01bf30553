//! Lead.

use model::Timestamp;
use model::sf::{AccountId, ContactId, LeadId, OwnerId, UserId};

use crate::row::{Cells, Row};

/// A Lead as Salesforce shows it. `None` where the field is empty; texts are never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lead {
    /// Its id.
    pub id: LeadId,
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
    /// Company; empty where an org with person accounts allows it.
    pub company: Option<String>,
    /// The API value of the status.
    pub status: String,
    /// Phone, as written.
    pub phone: Option<String>,
    /// Where it came from.
    pub lead_source: Option<String>,
    /// User or queue.
    pub owner_id: OwnerId,
    /// Converted: read-only from then on.
    pub is_converted: bool,
    /// What it was converted to.
    pub converted_contact_id: Option<ContactId>,
    /// The Account of the conversion.
    pub converted_account_id: Option<AccountId>,
    /// In the recycle bin.
    pub is_deleted: bool,
    /// The Lead it was merged into.
    pub master_record_id: Option<LeadId>,
    /// Who created it.
    pub created_by: UserId,
    /// When it was created.
    pub created_at: Timestamp,
    /// `SystemModstamp`: bumped by every change, in whole seconds.
    pub modified_at: Timestamp,
}

impl Row for Lead {
    const OBJECT: &'static str = "Lead";
    const COLUMNS: &'static [&'static str] = &[
        "Id",
        "Name",
        "FirstName",
        "LastName",
        "Email",
        "Title",
        "Company",
        "Status",
        "Phone",
        "LeadSource",
        "OwnerId",
        "IsConverted",
        "ConvertedContactId",
        "ConvertedAccountId",
        "IsDeleted",
        "MasterRecordId",
        "CreatedById",
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
            company: cells.text("Company")?,
            status: cells.some_text("Status")?,
            phone: cells.text("Phone")?,
            lead_source: cells.text("LeadSource")?,
            owner_id: cells.some_value("OwnerId")?,
            is_converted: cells.flag("IsConverted")?,
            converted_contact_id: cells.value("ConvertedContactId")?,
            converted_account_id: cells.value("ConvertedAccountId")?,
            is_deleted: cells.flag("IsDeleted")?,
            master_record_id: cells.value("MasterRecordId")?,
            created_by: cells.some_value("CreatedById")?,
            created_at: cells.instant("CreatedDate")?,
            modified_at: cells.instant("SystemModstamp")?,
        })
    }
}
