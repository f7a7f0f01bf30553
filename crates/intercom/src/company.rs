//! Companies: what one looks like, how one is written, and whom it has.

use std::collections::BTreeMap;

use model::Timestamp;
use model::ic::CompanyId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::client::{Call, Client, json_body, segment};
use crate::contact::AttributeValue;
use crate::error::IntercomError;
use crate::wire;

pub use scroll::{CompanyScroll, ScrolledCompanies};

mod attached;
mod scroll;

/// Intercom keeps a spend in 32 bits.
const SPEND_MAX: u32 = 2_147_483_647;

/// A company.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(from = "WireCompany")]
pub struct Company {
    /// Intercom's id.
    pub id: CompanyId,
    /// The customer's own id.
    pub company_id: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// As it was written; not always an address.
    pub website: Option<String>,
    /// As it was written.
    pub industry: Option<String>,
    /// The name of its plan.
    pub plan: Option<String>,
    /// How many people work there, as it was written.
    pub size: Option<i64>,
    /// As it was written, without what was behind the point.
    pub monthly_spend: Option<i64>,
    /// How many users are attached. Without any it is in no list.
    pub user_count: Option<u64>,
    /// When somebody of the company was last seen.
    pub last_request_at: Option<Timestamp>,
    /// When Intercom first heard of it.
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Option<Timestamp>,
    /// By name, without those that have no value.
    pub custom_attributes: BTreeMap<String, AttributeValue>,
}

/// What a company is to be, under the customer's own id. What is not set stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CompanyUpsert {
    /// Decides which company it is, and never changes.
    pub company_id: String,
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The name of its plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// How many people work there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u32>,
    /// An address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// In words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub industry: Option<String>,
    /// In whatever currency the workspace means.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monthly_spend: Option<MonthlySpend>,
    /// By name. Attributes are to be made before they are written.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub custom_attributes: BTreeMap<String, AttributeValue>,
}

/// A spend that fits Intercom's field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct MonthlySpend(u32);

impl MonthlySpend {
    /// What is more than Intercom can keep becomes the most that it can.
    pub fn new(spend: u32) -> Self {
        Self(spend.min(SPEND_MAX))
    }
}

impl Client {
    /// Creates the company of this `company_id`, or updates it. Repeating it changes nothing.
    pub async fn upsert_company(&self, company: &CompanyUpsert) -> Result<Company, IntercomError> {
        self.write(&Call::post("/companies", company), json_body)
            .await
    }

    /// One company by Intercom's id.
    pub async fn company(&self, id: &CompanyId) -> Result<Company, IntercomError> {
        self.read(&Call::get(format!("/companies/{id}")), json_body)
            .await
    }

    /// One company by the customer's own id.
    pub async fn company_by_company_id(&self, own: &str) -> Result<Company, IntercomError> {
        let path = format!("/companies?company_id={}", segment(own));
        self.read(&Call::get(path), json_body).await
    }
}

#[derive(Deserialize)]
struct WireCompany {
    #[serde(deserialize_with = "wire::id")]
    id: CompanyId,
    #[serde(default, deserialize_with = "wire::optional_text")]
    company_id: Option<String>,
    name: Option<String>,
    website: Option<String>,
    industry: Option<String>,
    #[serde(default, deserialize_with = "wire::or_default")]
    plan: WirePlan,
    size: Option<i64>,
    monthly_spend: Option<i64>,
    user_count: Option<u64>,
    #[serde(default, deserialize_with = "wire::instant")]
    last_request_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "wire::instant")]
    created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "wire::instant")]
    updated_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "wire::or_default")]
    custom_attributes: BTreeMap<String, Value>,
}

/// Without a plan it is an empty object.
#[derive(Default, Deserialize)]
struct WirePlan {
    name: Option<String>,
}

impl From<WireCompany> for Company {
    fn from(wire: WireCompany) -> Self {
        Self {
            id: wire.id,
            company_id: wire.company_id,
            name: wire.name,
            website: wire.website,
            industry: wire.industry,
            plan: wire.plan.name,
            size: wire.size,
            monthly_spend: wire.monthly_spend,
            user_count: wire.user_count,
            last_request_at: wire.last_request_at,
            created_at: wire.created_at,
            updated_at: wire.updated_at,
            custom_attributes: AttributeValue::present(wire.custom_attributes),
        }
    }
}
