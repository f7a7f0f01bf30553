//! Companies, as far as they hang on a contact.

use std::collections::BTreeMap;

use model::Timestamp;
use model::ic::{CompanyId, ContactId};
use serde::Deserialize;
use serde_json::Value;
use transport::Reply;

use crate::client::{Call, Client, json_body};
use crate::contact::AttributeValue;
use crate::error::IntercomError;
use crate::wire;

const PER_PAGE: u32 = 50;

/// A contact has at most 1,000 companies, and the smallest documented page has 15.
const PAGES_MAX: u32 = 67;

/// A company.
#[derive(Debug, Clone, PartialEq)]
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
    /// When somebody of the company was last seen.
    pub last_request_at: Option<Timestamp>,
    /// When Intercom first heard of it.
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Option<Timestamp>,
    /// By name, without those that have no value.
    pub custom_attributes: BTreeMap<String, AttributeValue>,
}

impl Client {
    /// The companies that `contact` is attached to, in Intercom's order. One call a page.
    pub async fn contact_companies(
        &self,
        contact: &ContactId,
    ) -> Result<Vec<Company>, IntercomError> {
        let mut companies = Vec::new();
        for page in 1..=PAGES_MAX {
            let path = format!("/contacts/{contact}/companies?page={page}&per_page={PER_PAGE}");
            let list = self.read(&Call::get(path), page_of_companies).await?;
            let ended = list.is_last || list.companies.is_empty();
            companies.extend(list.companies);
            if ended {
                return Ok(companies);
            }
        }
        let why = format!("more than {PAGES_MAX} pages of companies of one contact");
        Err(IntercomError::UnexpectedAnswer { status: 200, why })
    }
}

struct CompanyPage {
    companies: Vec<Company>,
    is_last: bool,
}

fn page_of_companies(reply: &Reply) -> Result<CompanyPage, IntercomError> {
    let wire: WireCompanies = json_body(reply)?;
    let listed = wire.companies.or(wire.data).unwrap_or_default();
    Ok(CompanyPage {
        companies: listed.into_iter().map(Company::from).collect(),
        is_last: wire.pages.next.is_none(),
    })
}

/// The schema calls the list `companies`, the examples `data`; there may be both.
#[derive(Deserialize)]
struct WireCompanies {
    companies: Option<Vec<WireCompany>>,
    data: Option<Vec<WireCompany>>,
    #[serde(default, deserialize_with = "wire::or_default")]
    pages: Pages,
}

/// `next` is an address by the schema and an object elsewhere; it matters only whether it is there.
#[derive(Default, Deserialize)]
struct Pages {
    next: Option<Value>,
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
    #[serde(default, deserialize_with = "wire::instant")]
    last_request_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "wire::instant")]
    created_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "wire::instant")]
    updated_at: Option<Timestamp>,
    #[serde(default, deserialize_with = "wire::or_default")]
    custom_attributes: BTreeMap<String, Value>,
}

impl From<WireCompany> for Company {
    fn from(wire: WireCompany) -> Self {
        Self {
            id: wire.id,
            company_id: wire.company_id,
            name: wire.name,
            website: wire.website,
            industry: wire.industry,
            last_request_at: wire.last_request_at,
            created_at: wire.created_at,
            updated_at: wire.updated_at,
            custom_attributes: AttributeValue::present(wire.custom_attributes),
        }
    }
}
