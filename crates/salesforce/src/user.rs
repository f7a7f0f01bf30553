//! Users and queues: who can own records.

use model::Timestamp;
use model::sf::{GroupId, UserId};

use crate::row::{Cells, Parsed, Row};
use crate::soql::{Select, equal};
use crate::{Client, Operation, SalesforceError};

/// A Salesforce User, active or not; Users are never deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// Their email; not unique.
    pub email: Option<String>,
    /// Job title.
    pub title: Option<String>,
    /// Name of their role.
    pub role: Option<String>,
    /// May log in.
    pub is_active: bool,
    /// `Standard`, `AutomatedProcess`, `Guest` and so on.
    pub user_type: Option<String>,
    /// When they last logged in.
    pub last_login: Option<Timestamp>,
}

/// A queue, which can own Leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// Its id.
    pub id: GroupId,
    /// Its name.
    pub name: String,
}

impl Row for User {
    const OBJECT: &'static str = "User";
    const COLUMNS: &'static [&'static str] = &[
        "Id",
        "Name",
        "Email",
        "Title",
        "UserRole.Name",
        "IsActive",
        "UserType",
        "LastLoginDate",
    ];

    fn read(cells: &mut Cells<'_>) -> Result<Self, String> {
        Ok(Self {
            id: cells.some_value("Id")?,
            name: cells.some_text("Name")?,
            email: cells.text("Email")?,
            title: cells.text("Title")?,
            role: cells.text("UserRole.Name")?,
            is_active: cells.flag("IsActive")?,
            user_type: cells.text("UserType")?,
            last_login: cells.value("LastLoginDate")?,
        })
    }
}

impl Row for Queue {
    const OBJECT: &'static str = "Group";
    const COLUMNS: &'static [&'static str] = &["Id", "Name"];

    fn read(cells: &mut Cells<'_>) -> Result<Self, String> {
        Ok(Self {
            id: cells.some_value("Id")?,
            name: cells.some_text("Name")?,
        })
    }
}

/// The rows that can be read. One that cannot is left out and said in the log; its records show
/// an owner that is not known.
fn readable<T>(rows: Vec<Parsed<T>>) -> Vec<T> {
    rows.into_iter()
        .filter_map(|row| {
            row.inspect_err(|error| {
                tracing::warn!(object = error.object, id = error.id, "{error}");
            })
            .ok()
        })
        .collect()
}

impl Client {
    /// All Users, in order of id.
    pub async fn users(&self) -> Result<Vec<User>, SalesforceError> {
        let soql = Select::new(User::COLUMNS, User::OBJECT).ordered(&["Id"]);
        Ok(readable(self.rows(Operation::Query, &soql).await?))
    }

    /// All queues, in order of id.
    pub async fn queues(&self) -> Result<Vec<Queue>, SalesforceError> {
        let soql = Select::new(Queue::COLUMNS, Queue::OBJECT)
            .filtered(equal("Type", "Queue"))
            .ordered(&["Id"]);
        Ok(readable(self.rows(Operation::Query, &soql).await?))
    }
}
