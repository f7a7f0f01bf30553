//! Account.

use super::lead::{CLEAN_STATUSES, INDUSTRIES, LEAD_SOURCES, RATINGS};
use super::{Field, Kind, Object};

const TYPES: &[&str] = &[
    "Prospect",
    "Customer - Direct",
    "Customer - Channel",
    "Channel Partner / Reseller",
    "Installation Partner",
    "Technology Partner",
    "Other",
];
const OWNERSHIPS: &[&str] = &["Public", "Private", "Subsidiary", "Other"];

pub(super) fn fields() -> Vec<Field> {
    let mut fields = vec![
        Field {
            // Duplicate rules look for it.
            indexed: true,
            ..Field::text("Name", 255)
                .required()
                .naming()
                .labelled("Account Name")
        },
        Field::picklist("Type", TYPES)
            .length(40)
            .labelled("Account Type"),
        Field::reference("ParentId", &[Object::Account]).children("ChildAccounts"),
    ];
    fields.extend(Field::address("Billing"));
    fields.extend(Field::address("Shipping"));
    fields.extend([
        Field::phone("Phone"),
        Field::phone("Fax"),
        Field::text("AccountNumber", 40),
        Field::url("Website", 255),
        Field::url("PhotoUrl", 255).read_only(),
        Field::text("Sic", 20).labelled("SIC Code"),
        Field::picklist("Industry", INDUSTRIES).length(40),
        Field::number("AnnualRevenue", Kind::Currency, 18, 0),
        Field::int("NumberOfEmployees").labelled("Employees"),
        Field::picklist("Ownership", OWNERSHIPS).length(40),
        Field::text("TickerSymbol", 20),
        Field::long_text_area("Description", 32_000),
        Field::picklist("Rating", RATINGS).length(40),
        Field::text("Site", 80),
        Field::reference("OwnerId", &[Object::User]).always_filled(),
        Field::flag("IsPartner")
            .update_only()
            .labelled("Partner Account"),
        Field::flag("IsCustomerPortal")
            .update_only()
            .labelled("Customer Portal Account"),
        Field::text("Jigsaw", 20),
        Field::text("JigsawCompanyId", 20).read_only(),
        Field::picklist("CleanStatus", CLEAN_STATUSES)
            .length(40)
            .restricted(),
        Field::picklist("AccountSource", LEAD_SOURCES).length(40),
        Field::text("DunsNumber", 9),
        Field::text("Tradestyle", 255),
        Field::text("NaicsCode", 8),
        Field::text("NaicsDesc", 120),
        Field::text("YearStarted", 4),
        Field::text("SicDesc", 80),
        Field::reference_beyond("DandbCompanyId", "DandBCompany"),
        Field::reference_beyond("OperatingHoursId", "OperatingHours"),
        Field::date("LastActivityDate").read_only(),
    ]);
    fields.extend(Field::system_viewed());
    fields
}
