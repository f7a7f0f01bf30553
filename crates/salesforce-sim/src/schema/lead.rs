//! Lead.

use super::{Field, Kind, Meaning, Object};

const STATUSES: &[&str] = &[
    "Open - Not Contacted",
    "Working - Contacted",
    "Closed - Converted",
    "Closed - Not Converted",
];

pub(super) const SALUTATIONS: &[&str] = &["Mr.", "Ms.", "Mrs.", "Dr.", "Prof.", "Mx."];
pub(super) const RATINGS: &[&str] = &["Hot", "Warm", "Cold"];
pub(super) const LEAD_SOURCES: &[&str] = &[
    "Web",
    "Phone Inquiry",
    "Partner Referral",
    "Purchased List",
    "Other",
];
pub(super) const CLEAN_STATUSES: &[&str] = &[
    "Matched",
    "Different",
    "Acknowledged",
    "NotFound",
    "Inactive",
    "Pending",
    "SelectMatch",
    "Skipped",
];
pub(super) const INDUSTRIES: &[&str] = &[
    "Agriculture",
    "Apparel",
    "Banking",
    "Biotechnology",
    "Chemicals",
    "Communications",
    "Construction",
    "Consulting",
    "Education",
    "Electronics",
    "Energy",
    "Engineering",
    "Entertainment",
    "Environmental",
    "Finance",
    "Food & Beverage",
    "Government",
    "Healthcare",
    "Hospitality",
    "Insurance",
    "Machinery",
    "Manufacturing",
    "Media",
    "Not For Profit",
    "Recreation",
    "Retail",
    "Shipping",
    "Technology",
    "Telecommunications",
    "Transportation",
    "Utilities",
    "Other",
];

pub(super) fn fields() -> Vec<Field> {
    let mut fields = vec![
        Field::text("LastName", 80).required(),
        Field::text("FirstName", 40),
        Field::picklist("Salutation", SALUTATIONS).length(40),
        Field::full_name(),
        Field::text("Title", 128),
        Field::text("Company", 255).required(),
    ];
    fields.extend(Field::address(""));
    fields.extend([
        Field::phone("Phone"),
        Field::phone("MobilePhone"),
        Field::phone("Fax"),
        Field::email("Email", 80),
        Field::url("Website", 255),
        Field::url("PhotoUrl", 255).read_only(),
        Field::long_text_area("Description", 32_000),
        Field::picklist("LeadSource", LEAD_SOURCES),
        Field::picklist("Status", STATUSES)
            .defaulted("Open - Not Contacted")
            .meaning(|status| match status {
                "Closed - Converted" => Meaning::Converted,
                _ => Meaning::Plain,
            }),
        Field::picklist("Industry", INDUSTRIES),
        Field::picklist("Rating", RATINGS),
        Field::number("AnnualRevenue", Kind::Currency, 18, 0),
        Field::int("NumberOfEmployees"),
        Field::reference("OwnerId", &[Object::Group, Object::User]).always_filled(),
        Field::flag("IsConverted")
            .labelled("Converted")
            .create_only(),
        Field::date("ConvertedDate").read_only(),
        Field::reference("ConvertedAccountId", &[Object::Account]).read_only(),
        Field::reference("ConvertedContactId", &[Object::Contact]).read_only(),
        Field::reference("ConvertedOpportunityId", &[Object::Opportunity]).read_only(),
        Field::flag("IsUnreadByOwner").labelled("Unread By Owner"),
        Field::text("EmailBouncedReason", 255).update_only(),
        Field::instant("EmailBouncedDate").update_only(),
        Field::text("Jigsaw", 20),
        Field::text("JigsawContactId", 20).read_only(),
        Field::picklist("CleanStatus", CLEAN_STATUSES)
            .length(40)
            .restricted(),
        Field::text("CompanyDunsNumber", 9),
        Field::reference_beyond("DandbCompanyId", "DandBCompany"),
        Field::reference_beyond("IndividualId", "Individual"),
        Field::date("LastActivityDate").read_only(),
        Field::flag("HasOptedOutOfEmail").labelled("Email Opt Out"),
        Field::flag("DoNotCall"),
    ]);
    fields.extend(Field::system_viewed());
    fields
}
