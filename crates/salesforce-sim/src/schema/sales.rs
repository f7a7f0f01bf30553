//! Opportunity and the roles of contacts in it.

use super::lead::LEAD_SOURCES;
use super::{Field, Kind, Object, Source};

const STAGES: &[&str] = &[
    "Prospecting",
    "Qualification",
    "Needs Analysis",
    "Value Proposition",
    "Id. Decision Makers",
    "Perception Analysis",
    "Proposal/Price Quote",
    "Negotiation/Review",
    "Closed Won",
    "Closed Lost",
];
const TYPES: &[&str] = &[
    "Existing Customer - Upgrade",
    "Existing Customer - Replacement",
    "Existing Customer - Downgrade",
    "New Customer",
];
const FORECAST_CATEGORIES: &[&str] = &["Omitted", "Pipeline", "Best Case", "Commit", "Closed"];
const ROLES: &[&str] = &[
    "Business User",
    "Decision Maker",
    "Economic Buyer",
    "Economic Decision Maker",
    "Evaluator",
    "Executive Sponsor",
    "Influencer",
    "Technical Buyer",
    "Other",
];

/// What a stage says about the deal: probability in percent and forecast category.
pub(crate) fn stage_facts(stage: &str) -> (f64, &'static str) {
    match stage {
        "Closed Won" => (100.0, "Closed"),
        "Closed Lost" => (0.0, "Omitted"),
        "Negotiation/Review" => (90.0, "Commit"),
        "Proposal/Price Quote" => (75.0, "Best Case"),
        "Perception Analysis" => (70.0, "Best Case"),
        "Id. Decision Makers" => (60.0, "Best Case"),
        "Value Proposition" => (50.0, "Pipeline"),
        "Needs Analysis" => (20.0, "Pipeline"),
        _ => (10.0, "Pipeline"),
    }
}

pub(super) fn opportunity_fields() -> Vec<Field> {
    vec![
        Field::reference("AccountId", &[Object::Account]),
        Field::flag("IsPrivate").labelled("Private"),
        Field::text("Name", 120).required().naming(),
        Field::long_text_area("Description", 32_000),
        Field::picklist("StageName", STAGES)
            .required()
            .labelled("Stage"),
        Field::number("Amount", Kind::Currency, 18, 2),
        Field::number("Probability", Kind::Percent, 3, 0),
        Field::date("CloseDate").required(),
        Field::picklist("Type", TYPES).labelled("Opportunity Type"),
        Field::text("NextStep", 255),
        Field::picklist("LeadSource", LEAD_SOURCES),
        Field::derived(Field::flag("IsClosed").labelled("Closed"), Source::IsClosed),
        Field::derived(Field::flag("IsWon").labelled("Won"), Source::IsWon),
        Field::picklist("ForecastCategoryName", FORECAST_CATEGORIES).restricted(),
        Field::reference("OwnerId", &[Object::User]).always_filled(),
        Field::reference("ContactId", &[Object::Contact]).create_only(),
    ]
}

pub(super) fn contact_role_fields() -> Vec<Field> {
    vec![
        Field::reference("OpportunityId", &[Object::Opportunity])
            .required()
            .create_only(),
        Field::reference("ContactId", &[Object::Contact]).required(),
        Field::picklist("Role", ROLES).length(40),
        Field::flag("IsPrimary").labelled("Primary"),
    ]
}
