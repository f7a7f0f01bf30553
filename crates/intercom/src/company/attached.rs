//! Which companies a contact has, and which contacts a company.

use model::ic::{CompanyId, ContactId};
use serde::Deserialize;
use serde_json::{Value, json};
use transport::Reply;

use super::Company;
use crate::client::{Call, Client, json_body};
use crate::error::IntercomError;
use crate::page::Pages;
use crate::search::ContactPages;
use crate::wire;

const PER_PAGE: u32 = 50;

/// A contact has at most 1,000 companies, and the smallest documented page has 15.
const PAGES_MAX: u32 = 67;

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

    /// Attaches a contact to a company. Repeating it changes nothing. [`IntercomError::Full`] if
    /// the contact has 1,000 companies.
    pub async fn attach_company(
        &self,
        contact: &ContactId,
        company: &CompanyId,
    ) -> Result<Company, IntercomError> {
        let body = json!({ "id": company });
        let call = Call::post(format!("/contacts/{contact}/companies"), &body);
        self.write(&call, json_body).await
    }

    /// Detaches a contact from a company. A company without contacts is in no list any more.
    pub async fn detach_company(
        &self,
        contact: &ContactId,
        company: &CompanyId,
    ) -> Result<Company, IntercomError> {
        let call = Call::delete(format!("/contacts/{contact}/companies/{company}"));
        self.write(&call, json_body).await
    }

    /// The contacts of a company. Who is attached or detached meanwhile may move others to another
    /// page, where they are met twice or missed.
    pub fn company_contacts(&self, company: &CompanyId) -> ContactPages {
        let path = format!("/companies/{company}/contacts");
        Pages::new(self, None, move |cursor| {
            Call::get(match cursor {
                Some(cursor) => format!("{path}?{}", cursor.query()),
                None => path.clone(),
            })
        })
    }
}

struct CompanyPage {
    companies: Vec<Company>,
    is_last: bool,
}

fn page_of_companies(reply: &Reply) -> Result<CompanyPage, IntercomError> {
    let wire: WireCompanies = json_body(reply)?;
    let Some(companies) = wire.companies.or(wire.data) else {
        return Err(IntercomError::unexpected(
            reply,
            "there is no list of companies",
        ));
    };
    Ok(CompanyPage {
        companies,
        is_last: wire.pages.next.is_none(),
    })
}

/// The schema calls the list `companies`, the examples `data`; there may be both.
#[derive(Deserialize)]
struct WireCompanies {
    companies: Option<Vec<Company>>,
    data: Option<Vec<Company>>,
    #[serde(default, deserialize_with = "wire::or_default")]
    pages: WirePages,
}

/// `next` is an address by the schema and an object elsewhere; it matters only whether it is there.
#[derive(Default, Deserialize)]
struct WirePages {
    next: Option<Value>,
}
