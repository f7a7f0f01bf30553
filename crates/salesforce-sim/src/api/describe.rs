//! Describe: what objects there are and what their fields allow, key by key as real orgs answer.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use http::StatusCode;
use http::header::{self, HeaderValue};
use model::Timestamp;
use serde_json::{Value as Json, json};

use crate::answer::{self, Response};
use crate::schema::{Choice, Field, Kind, KnownType, Object, ObjectSchema};
use crate::search::is_searchable;
use crate::sharing::Right;
use crate::value::Value;
use crate::world::World;

use super::call::Call;
use super::replication::is_replicateable;

impl World {
    pub(super) fn describe_global(&self, call: &Call) -> Response {
        if self.is_unmodified(call) {
            return answer::empty(StatusCode::NOT_MODIFIED);
        }
        let objects: Vec<Json> = Object::ALL
            .into_iter()
            .filter(|object| !self.records.sharing.denies(*object))
            .map(|object| self.global_item(object, call))
            .collect();
        let body = json!({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": objects});
        self.dated(answer::json_value(StatusCode::OK, &body))
    }

    pub(super) fn describe_object(&self, object: Object, call: &Call) -> Response {
        if self.is_unmodified(call) {
            return answer::empty(StatusCode::NOT_MODIFIED);
        }
        let schema = self.records.seen_of(object);
        let mut body = self.global_item(object, call);
        let shown = schema.shown_places().into_iter();
        let fields: Vec<Json> = shown
            .map(|place| describe_field(&schema.fields[place], schema))
            .collect();
        for (key, value) in [
            ("actionOverrides", json!([])),
            ("childRelationships", self.children_of(object)),
            ("compactLayoutable", true.into()),
            ("defaultImplementation", Json::Null),
            ("extendedBy", Json::Null),
            ("extendsInterfaces", Json::Null),
            ("fields", fields.into()),
            ("implementedBy", Json::Null),
            ("implementsInterfaces", Json::Null),
            ("listviewable", Json::Null),
            ("lookupLayoutable", Json::Null),
            ("namedLayoutInfos", json!([])),
            ("networkScopeFieldName", Json::Null),
            ("recordTypeInfos", record_types(schema, call)),
            ("searchLayoutable", true.into()),
            ("sobjectDescribeOption", "FULL".into()),
            (
                "supportedScopes",
                json!([{"label": "All records", "name": "everything"}]),
            ),
        ] {
            body[key] = value;
        }
        let page = |action: &str| format!("{}/{{ID}}{action}", self.origin);
        body["urls"]["uiDetailTemplate"] = page("").into();
        body["urls"]["uiEditTemplate"] = page("/e").into();
        body["urls"]["uiNewRecord"] = format!("{}/{}/e", self.origin, object.prefix()).into();
        self.dated(answer::json_value(StatusCode::OK, &body))
    }

    /// Whether the client has seen the metadata as it is.
    fn is_unmodified(&self, call: &Call) -> bool {
        let since = call
            .headers
            .get(header::IF_MODIFIED_SINCE)
            .map(HeaderValue::to_str);
        let since = since
            .and_then(Result::ok)
            .and_then(|text| Timestamp::from_http_date(text).ok());
        since.is_some_and(|since| since >= self.metadata_changed_at)
    }

    fn dated(&self, response: Response) -> Response {
        answer::with_header(
            response,
            header::LAST_MODIFIED,
            &self.metadata_changed_at.to_http_date(),
        )
    }

    fn children_of(&self, parent: Object) -> Json {
        let seen = &self.records.seen;
        let children = seen.children(parent).filter(|(child, place)| {
            !self.records.sharing.denies(*child) && !seen.of(*child).fields[*place].hidden
        });
        let described = children.map(|(child, place)| {
            let field = &seen.of(child).fields[place];
            let goes_along = child.goes_with(parent);
            json!({
                "cascadeDelete": goes_along,
                "childSObject": child.name(),
                "deprecatedAndHidden": false,
                "field": field.name,
                "junctionIdListNames": [],
                "junctionReferenceTo": [],
                "relationshipName": field.children_name,
                "restrictedDelete": false,
            })
        });
        described.collect()
    }

    /// What the global describe lists of an object, and its own describe begins with.
    pub(super) fn global_item(&self, object: Object, call: &Call) -> Json {
        let may = |right| object.is_writable() && self.records.sharing.permits(object, right);
        let rights = [Right::Create, Right::Edit, Right::Delete].map(may);
        global_item(object, rights, call)
    }
}

fn global_item(object: Object, [creates, edits, deletes]: [bool; 3], call: &Call) -> Json {
    let base = format!(
        "/services/data/v{}/sobjects/{}",
        call.version,
        object.name()
    );
    let is_writable = object.is_writable();
    let mut urls = json!({
        "sobject": base,
        "describe": format!("{base}/describe"),
        "rowTemplate": format!("{base}/{{ID}}"),
    });
    for part in [
        "layouts",
        "compactLayouts",
        "approvalLayouts",
        "listviews",
        "quickActions",
    ] {
        let name = if part == "listviews" || part == "quickActions" {
            format!("{base}/{part}")
        } else {
            format!("{base}/describe/{part}")
        };
        urls[part] = name.into();
    }
    let mut item = json!({
        "associateEntityType": null,
        "associateParentEntity": null,
        "keyPrefix": object.prefix(),
        "label": object.label(),
        "labelPlural": object.plural_label(),
        "name": object.name(),
        "urls": urls,
    });
    for (flag, holds) in [
        ("activateable", false),
        ("createable", creates),
        ("custom", false),
        ("customSetting", false),
        ("deepCloneable", false),
        ("deletable", deletes),
        ("deprecatedAndHidden", false),
        ("feedEnabled", is_writable),
        ("hasSubtypes", false),
        ("isInterface", false),
        ("isSubtype", false),
        ("layoutable", is_writable),
        ("mergeable", object.is_mergeable()),
        ("mruEnabled", is_writable),
        ("queryable", true),
        ("replicateable", is_replicateable(object)),
        ("retrieveable", true),
        ("searchable", is_searchable(object)),
        ("triggerable", is_writable),
        ("undeletable", deletes),
        ("updateable", edits),
    ] {
        item[flag] = holds.into();
    }
    item
}

/// The object's record types, then the master, which is the default where no other is.
fn record_types(schema: &ObjectSchema, call: &Call) -> Json {
    let layouts = format!(
        "/services/data/v{}/sobjects/{}/describe/layouts",
        call.version,
        schema.object.name()
    );
    let info = |kind: &KnownType, is_master: bool| {
        json!({
            "active": kind.active,
            "available": kind.available,
            "defaultRecordTypeMapping": kind.default,
            "developerName": kind.developer_name,
            "master": is_master,
            "name": kind.name,
            "recordTypeId": kind.id,
            "urls": {"layout": format!("{layouts}/{}", kind.id)},
        })
    };
    let own = schema.record_types.iter().map(|kind| info(kind, false));
    own.chain([info(&schema.master_type(), true)]).collect()
}

fn describe_field(field: &Field, schema: &ObjectSchema) -> Json {
    let picklist: Vec<Json> = field
        .picklist
        .iter()
        .map(|value| {
            json!({
                "active": value.active,
                "defaultValue": field.default.as_text() == Some(&*value.value),
                "label": value.label,
                "validFor": valid_for(value),
                "value": value.value,
            })
        })
        .collect();
    let refers_to: Vec<&str> = field
        .refers_to
        .iter()
        .map(|object| object.name())
        .chain(field.refers_beyond)
        .collect();
    let mut described = json!({
        "byteLength": field.length * 3,
        "calculatedFormula": null,
        "compoundFieldName": compound_of(field, schema),
        "controllerName": field.controller,
        "defaultValue": default_value(field),
        "defaultValueFormula": null,
        "digits": if field.kind == Kind::Int { field.precision } else { 0 },
        "extraTypeInfo": (field.kind == Kind::TextArea).then_some("plaintextarea"),
        "filteredLookupInfo": null,
        "inlineHelpText": field.help,
        "label": field.label,
        "length": field.length,
        "mask": null,
        "maskType": null,
        "name": field.name,
        "picklistValues": picklist,
        "precision": if field.kind == Kind::Int { 0 } else { field.precision },
        "referenceTargetField": null,
        "referenceTo": refers_to,
        "relationshipName": field.relationship(),
        "relationshipOrder": null,
        "scale": field.scale,
        "soapType": soap_type(field.kind),
        "type": field.type_name(),
    });
    for (flag, holds) in flags(field) {
        described[flag] = holds.into();
    }
    described
}

fn default_value(field: &Field) -> Json {
    match &field.default {
        Value::Bool(flag) => (*flag).into(),
        Value::Null if field.kind == Kind::Bool => false.into(),
        default => default.as_text().into(),
    }
}

/// The controlling values, as bits, under which a value can be chosen; nothing if nothing controls.
fn valid_for(choice: &Choice) -> Option<String> {
    let bits = choice.valid_for_bits();
    (!bits.is_empty()).then(|| BASE64.encode(bits))
}

/// The flags of a field, by name.
fn flags(field: &Field) -> [(&'static str, bool); 33] {
    let is_polymorphic = field.is_polymorphic();
    [
        ("aggregatable", field.is_aggregatable()),
        ("aiPredictionField", false),
        ("autoNumber", field.name == "CaseNumber"),
        ("calculated", false),
        ("cascadeDelete", false),
        ("caseSensitive", field.case_sensitive),
        ("createable", field.is_createable()),
        ("custom", field.custom),
        ("defaultedOnCreate", field.is_defaulted()),
        ("dependentPicklist", field.controller.is_some()),
        ("deprecatedAndHidden", false),
        ("displayLocationInDecimal", field.scale == 15),
        ("encrypted", false),
        ("externalId", field.external_id),
        ("filterable", field.is_filterable()),
        ("formulaTreatNullNumberAsZero", false),
        ("groupable", field.is_groupable()),
        ("highScaleNumber", false),
        ("htmlFormatted", false),
        ("idLookup", field.id_lookup),
        ("nameField", field.is_name),
        ("namePointing", is_polymorphic),
        ("nillable", field.is_nillable()),
        ("permissionable", field.is_permissionable()),
        ("polymorphicForeignKey", is_polymorphic),
        ("queryByDistance", field.kind == Kind::Address),
        ("restrictedDelete", false),
        ("restrictedPicklist", field.restricted),
        ("searchPrefilterable", field.kind == Kind::Reference),
        ("sortable", field.is_sortable()),
        ("unique", field.unique),
        ("updateable", field.is_updateable()),
        ("writeRequiresMasterRead", false),
    ]
}

/// The compound that a field is part of.
fn compound_of(field: &Field, schema: &ObjectSchema) -> Json {
    const NAME_PARTS: [&str; 3] = ["FirstName", "LastName", "Salutation"];
    const ADDRESS_PARTS: [&str; 8] = [
        "Street",
        "City",
        "State",
        "PostalCode",
        "Country",
        "Latitude",
        "Longitude",
        "GeocodeAccuracy",
    ];
    if NAME_PARTS.contains(&field.name.as_str()) {
        return "Name".into();
    }
    let compound = ADDRESS_PARTS
        .iter()
        .find_map(|part| field.name.strip_suffix(part))
        .map(|prefix| format!("{prefix}Address"))
        .filter(|compound| schema.position(compound).is_some());
    compound.into()
}

fn soap_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Id | Kind::Reference => "tns:ID",
        Kind::Bool => "xsd:boolean",
        Kind::Int => "xsd:int",
        Kind::Double | Kind::Currency | Kind::Percent => "xsd:double",
        Kind::Date => "xsd:date",
        Kind::Instant => "xsd:dateTime",
        Kind::Address => "urn:address",
        Kind::Text
        | Kind::TextArea
        | Kind::Phone
        | Kind::Email
        | Kind::Url
        | Kind::Picklist
        | Kind::MultiPicklist
        | Kind::Combobox => "xsd:string",
    }
}
