//! The form on which a rep converts a lead.

use std::collections::BTreeMap;

use askama::Template;
use http::{Method, StatusCode};

use crate::answer::{self, Request, Response};
use crate::api::call::pairs;
use crate::control::Refused;
use crate::records::{Conversion, Converted};
use crate::row::Row;
use crate::schema::Object;
use crate::value::equal_folded;
use crate::world::World;

use super::edit::{Choice, chosen};
use super::{Frame, record_base, record_href, rendered};

#[derive(Template)]
#[template(path = "convert.html")]
struct ConvertPage {
    frame: Frame,
    title: String,
    company: String,
    href: String,
    accounts: Vec<Choice>,
    contacts: Vec<Choice>,
    /// Empty until a conversion is refused.
    error: String,
}

impl World {
    pub(super) fn convert_page(&mut self, lead: &Row, request: &Request) -> Response {
        let mut refused = None;
        if request.method() == Method::POST {
            let sent = pairs(request.body()).into_iter().collect();
            match self.convert_as_sent(lead, &sent) {
                Ok(converted) => return answer::see_other(&record_href(converted.contact_id)),
                Err(error) => refused = Some(error.message),
            }
        }
        let schema = self.records.schema_of(Object::Lead);
        let company = lead.text(schema, "Company").unwrap_or_default().to_owned();
        let email = lead.text(schema, "Email").unwrap_or_default();
        let accounts = self.records.schema_of(Object::Account);
        let contacts = self.records.schema_of(Object::Contact);
        let is_same = |known: Option<&str>, wanted: &str| {
            !wanted.is_empty() && known.is_some_and(|known| equal_folded(known, wanted))
        };
        let page = ConvertPage {
            frame: self.frame(Some(Object::Lead)),
            title: self.name_of(lead),
            href: record_base(lead.id),
            accounts: self.choices(Object::Account, |row| {
                is_same(row.text(accounts, "Name"), &company)
            }),
            contacts: self.choices(Object::Contact, |row| {
                is_same(row.text(contacts, "Email"), email)
            }),
            company: company.clone(),
            error: refused.clone().unwrap_or_default(),
        };
        let status = if refused.is_some() {
            StatusCode::CONFLICT
        } else {
            StatusCode::OK
        };
        rendered(status, &page)
    }

    fn convert_as_sent(
        &mut self,
        lead: &Row,
        sent: &BTreeMap<String, String>,
    ) -> Result<Converted, Refused> {
        let opportunity = sent.get("opportunity").map(|name| name.trim().to_owned());
        let how = Conversion {
            account_id: chosen(sent, "account")?,
            contact_id: chosen(sent, "contact")?,
            opportunity_name: opportunity.filter(|name| !name.is_empty()),
            ..Conversion::default()
        };
        self.convert_as_rep(lead.id, &how)
    }
}
