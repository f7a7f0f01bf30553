//! Account.

use model::Timestamp;
use model::sf::{AccountId, OwnerId};

use crate::row::{Cells, Row};

/// An Account. `None` where the field is empty; texts are never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// Website, as written.
    pub website: Option<String>,
    /// Always a User.
    pub owner_id: OwnerId,
    /// Country of the billing address, as text.
    pub billing_country: Option<String>,
    /// Country of the shipping address, as text.
    pub shipping_country: Option<String>,
    /// Phone, as written.
    pub phone: Option<String>,
    /// In the recycle bin.
    pub is_deleted: bool,
    /// The Account it was merged into.
    pub master_record_id: Option<AccountId>,
    /// `SystemModstamp`: bumped by every change, in whole seconds.
    pub modified_at: Timestamp,
}

impl Row for Account {
    const OBJECT: &'static str = "Account";
    const COLUMNS: &'static [&'static str] = &[
        "Id",
        "Name",
        "Website",
        "OwnerId",
        "BillingCountry",
        "ShippingCountry",
        "Phone",
        "IsDeleted",
        "MasterRecordId",
        "SystemModstamp",
    ];

    fn read(cells: &mut Cells<'_>) -> Result<Self, String> {
        Ok(Self {
            id: cells.some_value("Id")?,
            name: cells.some_text("Name")?,
            website: cells.text("Website")?,
            owner_id: cells.some_value("OwnerId")?,
            billing_country: cells.text("BillingCountry")?,
            shipping_country: cells.text("ShippingCountry")?,
            phone: cells.text("Phone")?,
            is_deleted: cells.flag("IsDeleted")?,
            master_record_id: cells.value("MasterRecordId")?,
            modified_at: cells.instant("SystemModstamp")?,
        })
    }
}
