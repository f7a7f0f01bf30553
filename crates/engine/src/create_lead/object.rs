//! What the org says of its Lead object, kept for a while.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use model::{ConnectionId, Timestamp};
use planner::lead::{Field, FieldKind, Picklist};

use crate::clients::Clients;
use crate::engine::Engine;
use crate::error::EngineError;

/// It is read again after this time, and after Salesforce refused values.
const KEPT: Duration = Duration::from_mins(10);

/// What the org says of its Lead object.
pub(crate) struct LeadObject {
    read_at: Timestamp,
    pub(crate) fields: Vec<Field>,
    pub(crate) assignment_rule: bool,
}

impl Engine {
    /// Fields and assignment rule of the org's Lead object.
    pub(crate) async fn lead_object(
        &self,
        id: ConnectionId,
        clients: &Clients,
    ) -> Result<Arc<LeadObject>, EngineError> {
        let now = self.now();
        let kept = || {
            self.inner
                .lead_objects
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        if let Some(object) = kept().get(&id)
            && now.since(object.read_at) < KEPT
        {
            return Ok(Arc::clone(object));
        }
        let describe = clients.salesforce.describe_lead().await?;
        let object = Arc::new(LeadObject {
            read_at: now,
            fields: describe.fields.iter().map(field).collect(),
            assignment_rule: clients.salesforce.active_lead_assignment_rule().await?,
        });
        kept().insert(id, Arc::clone(&object));
        Ok(object)
    }

    /// Salesforce refused values: what is known of the object may be out of date.
    pub(crate) fn forget_lead_object(&self, id: ConnectionId) {
        let mut kept = self
            .inner
            .lead_objects
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        kept.remove(&id);
    }
}

/// A described field as the planner sees it.
fn field(described: &salesforce::FieldDescribe) -> Field {
    use salesforce::FieldKind as Kind;
    let picklist = || Picklist {
        values: described
            .picklist
            .iter()
            .filter(|value| value.active)
            .map(|value| (value.value.clone(), value.label.clone()))
            .collect(),
        restricted: described.restricted_picklist,
        default: described
            .picklist
            .iter()
            .find(|value| value.active && value.default)
            .map(|value| value.value.clone()),
    };
    let kind = match &described.kind {
        Kind::Text | Kind::Combobox => FieldKind::Text,
        Kind::TextArea => FieldKind::TextArea,
        Kind::Phone => FieldKind::Phone,
        Kind::Email => FieldKind::Email,
        Kind::Url => FieldKind::Url,
        Kind::Picklist => FieldKind::Picklist(picklist()),
        Kind::MultiPicklist => FieldKind::MultiPicklist(picklist()),
        Kind::Boolean => FieldKind::Boolean,
        Kind::Integer | Kind::Double | Kind::Currency | Kind::Percent => FieldKind::Number,
        Kind::Date => FieldKind::Date,
        Kind::Id
        | Kind::Reference
        | Kind::DateTime
        | Kind::Time
        | Kind::Address
        | Kind::Other(_) => FieldKind::Other,
    };
    Field {
        name: described.name.clone(),
        label: described.label.clone(),
        kind,
        length: usize::try_from(described.length)
            .ok()
            .filter(|length| *length > 0),
        createable: described.createable,
        required: described.is_required_on_create(),
    }
}
