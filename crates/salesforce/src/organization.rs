//! The org itself, and which switches of it matter.

use model::sf::OrgId;

use crate::error::refusal::unexpected;
use crate::row::{Cells, Row};
use crate::soql::{Condition, Select, equal};
use crate::{Client, Operation, SalesforceError};

/// The org.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Its id.
    pub id: OrgId,
    /// Its name.
    pub name: String,
    /// A sandbox, whose Users' emails end in `.invalid`.
    pub is_sandbox: bool,
    /// `Enterprise Edition`, `Developer Edition` and so on.
    pub edition: Option<String>,
}

impl Row for Organization {
    const OBJECT: &'static str = "Organization";
    const COLUMNS: &'static [&'static str] = &["Id", "Name", "IsSandbox", "OrganizationType"];

    fn read(cells: &mut Cells<'_>) -> Result<Self, String> {
        Ok(Self {
            id: cells.some_value("Id")?,
            name: cells.some_text("Name")?,
            is_sandbox: cells.flag("IsSandbox")?,
            edition: cells.text("OrganizationType")?,
        })
    }
}

/// An assignment rule; that it is there is all that matters.
struct AssignmentRule;

impl Row for AssignmentRule {
    const OBJECT: &'static str = "AssignmentRule";
    const COLUMNS: &'static [&'static str] = &["Id"];

    fn read(cells: &mut Cells<'_>) -> Result<Self, String> {
        cells.some_text("Id")?;
        Ok(Self)
    }
}

impl Client {
    /// The org that this client is connected to.
    pub async fn organization(&self) -> Result<Organization, SalesforceError> {
        let soql = Select::new(Organization::COLUMNS, Organization::OBJECT).limited(1);
        match self.rows(Operation::Query, &soql).await?.pop() {
            Some(organization) => Ok(organization?),
            None => Err(unexpected(
                "the row of the org",
                http::StatusCode::OK,
                b"no row",
            )),
        }
    }

    /// Whether an active assignment rule chooses the owners of new Leads.
    pub async fn active_lead_assignment_rule(&self) -> Result<bool, SalesforceError> {
        let active = vec![equal("SobjectType", "Lead"), equal("Active", true)];
        let soql = Select::new(AssignmentRule::COLUMNS, AssignmentRule::OBJECT)
            .filtered(Condition::All(active))
            .limited(1);
        let rules = self.rows::<AssignmentRule>(Operation::Query, &soql).await?;
        Ok(!rules.is_empty())
    }
}
