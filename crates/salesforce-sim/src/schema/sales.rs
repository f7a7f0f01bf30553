//! Opportunity and the roles of contacts in it.

use super::lead::LEAD_SOURCES;
use super::{Field, Kind, Meaning, Object, Presence, Source, Stage};

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

const FORECAST_KEYS: &[&str] = &["Omitted", "Pipeline", "BestCase", "Forecast", "Closed"];

/// What each stage says about the deal.
fn stage(name: &str) -> Stage {
    let open = |probability, forecast| Stage {
        closed: false,
        won: false,
        probability,
        forecast,
    };
    match name {
        "Closed Won" => Stage {
            closed: true,
            won: true,
            probability: 100.0,
            forecast: "Closed",
        },
        "Closed Lost" => Stage {
            closed: true,
            ..open(0.0, "Omitted")
        },
        "Negotiation/Review" => open(90.0, "Commit"),
        "Proposal/Price Quote" => open(75.0, "Best Case"),
        "Perception Analysis" => open(70.0, "Best Case"),
        "Id. Decision Makers" => open(60.0, "Best Case"),
        "Value Proposition" => open(50.0, "Pipeline"),
        "Needs Analysis" => open(20.0, "Pipeline"),
        _ => UNKNOWN_STAGE,
    }
}

/// What a stage says that the org does not know: unknown names are accepted, as of any picklist
/// that is not restricted.
pub(super) const UNKNOWN_STAGE: Stage = Stage {
    closed: false,
    won: false,
    probability: 10.0,
    forecast: "Pipeline",
};

/// The key of a forecast category, by its name.
pub(crate) fn forecast_key(name: &str) -> Option<&'static str> {
    let place = FORECAST_CATEGORIES.iter().position(|known| *known == name);
    place.map(|place| FORECAST_KEYS[place])
}

pub(super) fn opportunity_fields() -> Vec<Field> {
    let derived = Field::derived;
    let mut fields = vec![
        Field::reference("AccountId", &[Object::Account]).children("Opportunities"),
        Field::flag("IsPrivate").labelled("Private"),
        Field::text("Name", 120).required().naming(),
        Field::long_text_area("Description", 32_000),
        Field::picklist("StageName", STAGES)
            .required()
            .labelled("Stage")
            .meaning(|name| Meaning::Stage(stage(name))),
        Field::number("Amount", Kind::Currency, 18, 2),
        Field {
            presence: Presence::DefaultedNillable,
            ..Field::number("Probability", Kind::Percent, 3, 0).labelled("Probability (%)")
        },
        derived(
            Field::number("ExpectedRevenue", Kind::Currency, 18, 2).labelled("Expected Amount"),
            Source::ExpectedRevenue,
        ),
        Field::number("TotalOpportunityQuantity", Kind::Double, 18, 2).labelled("Quantity"),
        Field::date("CloseDate").required(),
        Field::picklist("Type", TYPES).labelled("Opportunity Type"),
        Field::text("NextStep", 255),
        Field::picklist("LeadSource", LEAD_SOURCES),
        derived(Field::flag("IsClosed").labelled("Closed"), Source::IsClosed),
        derived(Field::flag("IsWon").labelled("Won"), Source::IsWon),
        derived(
            Field::picklist("ForecastCategory", FORECAST_KEYS)
                .length(40)
                .restricted()
                .always_filled(),
            Source::ForecastCategory,
        ),
        Field {
            presence: Presence::DefaultedNillable,
            ..Field::picklist("ForecastCategoryName", FORECAST_CATEGORIES)
                .restricted()
                .labelled("Forecast Category")
        },
        Field::reference_beyond("CampaignId", "Campaign"),
        Field::flag("HasOpportunityLineItem")
            .read_only()
            .labelled("Has Line Item"),
        Field::reference_beyond("Pricebook2Id", "Pricebook2"),
        Field::reference("OwnerId", &[Object::User]).always_filled(),
        derived(Field::int("FiscalQuarter"), Source::FiscalQuarter),
        derived(Field::int("FiscalYear"), Source::FiscalYear),
        derived(
            Field::text("Fiscal", 6).labelled("Fiscal Period"),
            Source::Fiscal,
        ),
        Field::reference("ContactId", &[Object::Contact])
            .children("Opportunities")
            .create_only(),
        Field::date("LastActivityDate").read_only(),
        Field::instant("LastStageChangeDate").read_only(),
        Field::reference_beyond("LastAmountChangedHistoryId", "OpportunityHistory").read_only(),
        Field::reference_beyond("LastCloseDateChangedHistoryId", "OpportunityHistory").read_only(),
    ];
    fields.extend(Field::system_viewed());
    fields
}

pub(super) fn contact_role_fields() -> Vec<Field> {
    vec![
        Field::reference("OpportunityId", &[Object::Opportunity])
            .children("OpportunityContactRoles")
            .required()
            .create_only(),
        Field::reference("ContactId", &[Object::Contact])
            .children("OpportunityContactRoles")
            .required(),
        Field::picklist("Role", ROLES).length(40),
        Field::flag("IsPrimary").labelled("Primary"),
    ]
}
