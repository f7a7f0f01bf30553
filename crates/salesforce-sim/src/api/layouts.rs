//! `/sobjects/{Object}/describe/layouts`: one layout per object, of all fields that people fill in.

use http::StatusCode;
use serde_json::{Value as Json, json};

use crate::answer::{self, Response};
use crate::error::ApiError;
use crate::id::RecordId;
use crate::schema::{Field, KnownType, Object, ObjectSchema, Source};
use crate::world::World;

use super::call::Call;

/// The id of the only layout that an object has.
const LAYOUT: &str = "00h5e0000000001";

impl World {
    /// All layouts of an object, and which record type has which.
    pub(super) fn layouts(&self, object: Object, call: &Call) -> Response {
        let schema = self.records.seen_of(object);
        let body = json!({
            "layouts": [layout(schema)],
            "recordTypeMappings": types(schema)
                .iter()
                .map(|kind| mapping(kind, schema, call))
                .collect::<Json>(),
            "recordTypeSelectorRequired": [schema.record_types.iter().any(|kind| kind.available)],
        });
        answer::json_value(StatusCode::OK, &body)
    }

    /// The layout of one record type.
    pub(super) fn layout_of(&self, object: Object, kind: &str) -> Result<Response, ApiError> {
        let schema = self.records.seen_of(object);
        let id: RecordId = super::parse_id(kind)?;
        if !types(schema).iter().any(|kind| kind.id == id) {
            return Err(ApiError::not_found());
        }
        Ok(answer::json_value(StatusCode::OK, &layout(schema)))
    }
}

/// The record types of an object, the master last.
fn types(schema: &ObjectSchema) -> Vec<KnownType> {
    let own = schema.record_types.iter().cloned();
    own.chain([schema.master_type()]).collect()
}

fn mapping(kind: &KnownType, schema: &ObjectSchema, call: &Call) -> Json {
    let (version, object) = (&call.version, schema.object);
    let base = format!("/services/data/v{version}/sobjects/{object}/describe/layouts");
    json!({
        "active": kind.active,
        "available": kind.available,
        "defaultRecordTypeMapping": kind.default,
        "developerName": kind.developer_name,
        "layoutId": layout_id(),
        "master": kind.id == schema.master_type().id,
        "name": kind.name,
        "picklistsForRecordType": null,
        "recordTypeId": kind.id,
        "urls": {"layout": format!("{base}/{}", kind.id)},
    })
}

fn layout(schema: &ObjectSchema) -> Json {
    let places = schema.shown_places().into_iter();
    let fields = places.map(|place| &schema.fields[place]);
    let rows: Vec<Json> = fields.filter(|field| is_laid_out(field)).map(row).collect();
    let section = json!([{
        "collapsed": false,
        "columns": 1,
        "heading": format!("{} Information", schema.object.label()),
        "layoutRows": rows,
        "parentLayoutId": layout_id(),
        "rows": rows.len(),
        "tabOrder": "LeftToRight",
        "useCollapsibleSection": false,
        "useHeading": true,
    }]);
    json!({
        "buttonLayoutSection": null,
        "detailLayoutSections": section,
        "editLayoutSections": section,
        "feedView": null,
        "highlightsPanelLayoutSection": null,
        "id": layout_id(),
        "multirowEditLayoutSections": [],
        "offlineLinks": [],
        "quickActionList": null,
        "relatedContent": null,
        "relatedLists": [],
        "saveOptions": [],
    })
}

fn row(field: &Field) -> Json {
    let is_required = !field.is_nillable() && !field.is_defaulted();
    json!({
        "layoutItems": [{
            "editableForNew": field.is_createable(),
            "editableForUpdate": field.is_updateable(),
            "label": field.label,
            "layoutComponents": [{
                "displayLines": 1,
                "tabOrder": 1,
                "type": "Field",
                "value": field.name,
            }],
            "placeholder": false,
            "required": is_required,
        }],
        "numItems": 1,
    })
}

/// Whether people fill the field in.
fn is_laid_out(field: &Field) -> bool {
    field.source == Source::Stored && (field.is_createable() || field.is_updateable())
}

fn layout_id() -> RecordId {
    LAYOUT.parse().expect("it has the form of an id")
}
