//! What is kept from apps, kept in step with what the org says about it: describes and the rows of
//! permissions follow.

use serde_json::Value as Json;

use crate::fixture::Fixture;
use crate::id::RecordId;
use crate::record_json::write_record;
use crate::schema::{Field, Kind, Object, Setup, Source};
use crate::sharing::{Restriction, Sharing};
use crate::world::World;

use super::Refused;

/// The version whose paths stand in what a control shows.
const NEWEST: &str = "67.0";

impl World {
    /// Changes what is kept from apps, and all that tells of it.
    pub(crate) fn change_sharing(&mut self, change: impl FnOnce(&mut Sharing)) {
        let before = self.records.sharing.clone();
        self.records.change_sharing(change);
        if !before.permits_like(&self.records.sharing) {
            self.records.publish_permissions(self.now);
            self.metadata_changed();
        }
    }

    /// What is kept from apps when nobody changed it.
    pub(crate) fn founded_sharing(&self) -> Sharing {
        let username = self.user_text(self.integration_user(), "Username");
        Sharing::founded(Fixture::written(self.options.fixture.as_ref()), &username)
    }

    /// What a user may do with a record: a row of `UserRecordAccess`.
    pub fn record_access(&self, user: RecordId, record: RecordId) -> Json {
        let rows = self.records.access_rows(user, &[record]);
        let schema = self
            .records
            .schema_of(Object::Setup(Setup::UserRecordAccess));
        let mut text = String::new();
        for row in &rows {
            write_record(row, schema, &schema.shown_places(), NEWEST, &mut text);
        }
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Refuses a restriction that field-level security cannot make.
    pub(super) fn check_restriction(&self, restriction: &Restriction) -> Result<(), Refused> {
        let Restriction::Field { object, field, .. } = restriction else {
            return Ok(());
        };
        let known = self.records.schema_of(*object).field(field);
        if known.is_some_and(is_securable) {
            return Ok(());
        }
        Err(Refused {
            code: "INVALID_FIELD".to_owned(),
            message: format!("{object}.{field} is no field that permissions can hide"),
        })
    }
}

/// What the org itself fills in, and what no record can be without, is everybody's to see.
fn is_securable(field: &Field) -> bool {
    let is_own = match field.source {
        Source::Id
        | Source::IsDeleted
        | Source::CreatedDate
        | Source::CreatedById
        | Source::LastModifiedDate
        | Source::LastModifiedById
        | Source::SystemModstamp
        | Source::FullName => false,
        Source::Stored
        | Source::Address
        | Source::IsClosed
        | Source::IsWon
        | Source::IsHighPriority
        | Source::IsEmailBounced
        | Source::ExpectedRevenue
        | Source::ForecastCategory
        | Source::Fiscal
        | Source::FiscalQuarter
        | Source::FiscalYear => true,
    };
    is_own && !field.is_name && (field.is_nillable() || field.kind == Kind::Bool)
}
