//! `/sobjects/{Object}/{Id}/{Relationship}`: from a record to its parent, or to its children.
//! (Vendor: "REST API Developer Guide", sObject Relationships.)

use http::Method;

use crate::answer::{self, Response};
use crate::error::ApiError;
use crate::id::RecordId;
use crate::schema::Object;
use crate::soql::Deleted;
use crate::world::World;

use super::call::Call;

impl World {
    pub(super) fn follow_relationship(
        &mut self,
        object: Object,
        id: &str,
        relationship: &str,
        call: &Call,
    ) -> Result<Response, ApiError> {
        let id = super::rows::row_id(id)?;
        let row = self.visible_row(object, id)?;
        let schema = self.records.seen_of(object);
        if let Some(place) = schema.relationship(relationship) {
            let parent = row.stored(place).as_id();
            return self.parent(parent, call);
        }
        let Some((child, field)) = self.children_named(object, relationship) else {
            return Err(ApiError::not_found());
        };
        super::get_only(call)?;
        let fields = match call.parameter("fields") {
            Some(fields) => fields.to_owned(),
            None => self.all_fields(child),
        };
        let soql = format!(
            "SELECT {fields} FROM {} WHERE {field} = '{id}'",
            child.name()
        );
        self.first_page(&soql, Deleted::Hidden, call)
    }

    /// Whatever can be done to a record can be done to it through a child of it.
    fn parent(&mut self, parent: Option<RecordId>, call: &Call) -> Result<Response, ApiError> {
        let reads = call.method == Method::GET || call.method == Method::HEAD;
        let Some((id, object)) =
            parent.and_then(|id| Some((id, Object::with_prefix(id.prefix())?)))
        else {
            return if reads {
                Ok(answer::no_content())
            } else {
                Err(ApiError::not_found())
            };
        };
        self.known(object.name())?;
        self.row(object, &id.to_string(), call)
    }

    /// The object and the field behind the name of a child relationship.
    pub(super) fn children_named(
        &self,
        parent: Object,
        relationship: &str,
    ) -> Option<(Object, String)> {
        let schema = &self.records.seen;
        let mut children = schema.children(parent);
        children.find_map(|(child, place)| {
            let field = &schema.of(child).fields[place];
            let is_named = field
                .children_name
                .as_ref()
                .is_some_and(|name| name.eq_ignore_ascii_case(relationship));
            let is_meant = is_named && !self.records.sharing.denies(child);
            is_meant.then(|| (child, field.name.clone()))
        })
    }

    fn all_fields(&self, object: Object) -> String {
        let schema = self.records.seen_of(object);
        let places = schema.shown_places().into_iter();
        let names: Vec<&str> = places.map(|place| &*schema.fields[place].name).collect();
        names.join(", ")
    }
}
