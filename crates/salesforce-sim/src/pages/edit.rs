//! The form on which a rep creates or edits a record.

use std::collections::BTreeMap;

use askama::Template;
use http::{Method, StatusCode};
use serde_json::Value as Json;

use crate::answer::{self, Request, Response};
use crate::api::call::pairs;
use crate::control::Refused;
use crate::error::ApiError;
use crate::id::RecordId;
use crate::records::{Author, Fields};
use crate::row::Row;
use crate::schema::{Field, Kind, Object, Presence, Source};
use crate::world::World;

use super::{Frame, TABS, record_base, record_href, rendered};

/// Accounts that a form offers to choose from.
const CHOICES_MAX: usize = 200;

#[derive(Template)]
#[template(path = "edit.html")]
struct EditPage {
    frame: Frame,
    heading: String,
    action: String,
    cancel: String,
    /// Empty until a save is refused.
    error: String,
    fields: Vec<Input>,
}

struct Input {
    name: String,
    label: String,
    value: String,
    is_required: bool,
    is_wrong: bool,
    control: Control,
}

/// What an input looks like.
enum Control {
    Text(&'static str),
    Area,
    Choice(Vec<Choice>),
}

/// Something to choose.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
}

impl World {
    pub(super) fn edit_page(&mut self, row: &Row, request: &Request) -> Response {
        let object = row.object();
        if !object.is_writable() || row.is_deleted {
            return self.not_found_page();
        }
        let shown = self.shown_values(row);
        let mut sent = BTreeMap::new();
        let mut refused = None;
        if request.method() == Method::POST {
            sent = pairs(request.body()).into_iter().collect();
            let author = Author::at_screen(self.rep(), self.now);
            let changed = self.changed(object, &sent, &shown);
            match self.records.update(object, row.id, &changed, author) {
                Ok(()) => return answer::see_other(&record_href(row.id)),
                Err(error) => refused = Some(error),
            }
        }
        let mut values = shown;
        values.extend(sent);
        let page = EditPage {
            frame: self.frame(Some(object)),
            heading: format!("Edit {}", self.name_of(row)),
            action: format!("{}/edit", record_base(row.id)),
            cancel: record_href(row.id),
            error: words(refused.as_ref()),
            fields: self.inputs(object, &values, refused.as_ref(), Field::is_updateable),
        };
        rendered(status(refused.as_ref()), &page)
    }

    pub(super) fn new_page(&mut self, object: Option<Object>, request: &Request) -> Response {
        let Some(object) = object.filter(|object| TABS.contains(object)) else {
            return self.not_found_page();
        };
        let mut values = BTreeMap::from([("OwnerId".to_owned(), self.rep().to_string())]);
        // A link from another record brings what is known already.
        values.extend(pairs(request.uri().query().unwrap_or_default().as_bytes()));
        let mut refused = None;
        if request.method() == Method::POST {
            values = pairs(request.body()).into_iter().collect();
            let author = Author::at_screen(self.rep(), self.now);
            let fields = self.changed(object, &values, &BTreeMap::new());
            match self.records.create(object, &fields, author) {
                Ok(id) => return answer::see_other(&record_href(id)),
                Err(error) => refused = Some(error),
            }
        }
        let list = format!("/lightning/o/{}", object.name());
        let page = EditPage {
            frame: self.frame(Some(object)),
            heading: format!("New {}", object.label()),
            action: format!("{list}/new"),
            cancel: format!("{list}/list"),
            error: words(refused.as_ref()),
            fields: self.inputs(object, &values, refused.as_ref(), Field::is_createable),
        };
        rendered(status(refused.as_ref()), &page)
    }

    /// The values of a record as its form shows them.
    fn shown_values(&self, row: &Row) -> BTreeMap<String, String> {
        let schema = self.records.schema_of(row.object());
        let fields = schema.fields.iter().enumerate();
        fields
            .map(|(at, field)| (field.name.clone(), row.read(schema, at).to_plain()))
            .collect()
    }

    /// What was sent otherwise than it was shown: saving an untouched form changes nothing.
    fn changed(
        &self,
        object: Object,
        sent: &BTreeMap<String, String>,
        shown: &BTreeMap<String, String>,
    ) -> Fields {
        let schema = self.records.schema_of(object);
        let normal = |text: &str| text.replace("\r\n", "\n");
        sent.iter()
            .filter(|(name, _)| schema.field(name).is_some())
            .map(|(name, value)| (name, normal(value)))
            .filter(|(name, value)| {
                let before = shown.get(*name).map_or("", String::as_str);
                *value != normal(before)
            })
            .map(|(name, value)| (name.clone(), Json::from(value)))
            .collect()
    }

    fn inputs(
        &self,
        object: Object,
        values: &BTreeMap<String, String>,
        refused: Option<&ApiError>,
        is_open: fn(&Field) -> bool,
    ) -> Vec<Input> {
        let wrong = refused
            .and_then(|error| error.fields.clone())
            .unwrap_or_default();
        let schema = self.records.schema_of(object);
        let shown = schema.fields.iter().filter(|field| {
            field.source == Source::Stored && is_open(field) && field.name != "IsConverted"
        });
        shown
            .map(|field| Input {
                name: field.name.clone(),
                label: label(field),
                value: values.get(&field.name).cloned().unwrap_or_default(),
                is_required: field.presence == Presence::Required,
                is_wrong: wrong.contains(&field.name),
                control: self.input_control(field),
            })
            .collect()
    }

    fn input_control(&self, field: &Field) -> Control {
        match field.kind {
            Kind::TextArea => Control::Area,
            Kind::Picklist => {
                let offered = field.picklist.iter().filter(|choice| choice.active);
                let listed = offered.map(|choice| Choice {
                    value: choice.value.clone().into_owned(),
                    label: choice.label.clone().into_owned(),
                });
                Control::Choice(with_none(field, listed.collect()))
            }
            Kind::Bool => Control::Choice(
                [("false", "No"), ("true", "Yes")]
                    .map(|(value, label)| Choice {
                        value: value.to_owned(),
                        label: label.to_owned(),
                    })
                    .into(),
            ),
            Kind::Reference if field.name == "OwnerId" => Control::Choice(self.owners(field)),
            Kind::Email => Control::Text("email"),
            Kind::Phone => Control::Text("tel"),
            Kind::Date => Control::Text("date"),
            Kind::Id
            | Kind::Text
            | Kind::Url
            | Kind::MultiPicklist
            | Kind::Combobox
            | Kind::Reference
            | Kind::Int
            | Kind::Double
            | Kind::Currency
            | Kind::Percent
            | Kind::Instant
            | Kind::Address => Control::Text("text"),
        }
    }

    /// Active users and, where they can own it, queues.
    fn owners(&self, field: &Field) -> Vec<Choice> {
        let users = self.records.schema_of(Object::User);
        field
            .refers_to
            .iter()
            .rev()
            .flat_map(|object| self.records.tables.of(*object).rows())
            .filter(|row| row.object() != Object::User || row.flag(users, "IsActive"))
            .map(|row| Choice {
                value: row.id.to_string(),
                label: self.name_of(row),
            })
            .collect()
    }

    /// Living records of an object by name, for a form to choose from.
    pub(super) fn choices(&self, object: Object, is_offered: impl Fn(&Row) -> bool) -> Vec<Choice> {
        let rows = self.records.tables.of(object).rows();
        rows.filter(|row| !row.is_deleted && is_offered(row))
            .take(CHOICES_MAX)
            .map(|row| Choice {
                value: row.id.to_string(),
                label: self.name_of(row),
            })
            .collect()
    }
}

/// A form asks for who it is, not for the id; other references are typed as ids.
fn label(field: &Field) -> String {
    let owner = field
        .label
        .strip_suffix(" ID")
        .filter(|_| field.name == "OwnerId");
    owner.unwrap_or(&field.label).to_owned()
}

/// A picklist that may be empty begins with nothing.
fn with_none(field: &Field, mut choices: Vec<Choice>) -> Vec<Choice> {
    if field.is_nillable() {
        choices.insert(
            0,
            Choice {
                value: String::new(),
                label: "--None--".to_owned(),
            },
        );
    }
    choices
}

fn words(refused: Option<&ApiError>) -> String {
    refused
        .map(|error| error.message.clone())
        .unwrap_or_default()
}

fn status(refused: Option<&ApiError>) -> StatusCode {
    if refused.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    }
}

/// An id from a select, or nothing for its empty choice.
pub(super) fn chosen(
    sent: &BTreeMap<String, String>,
    name: &str,
) -> Result<Option<RecordId>, Refused> {
    match sent.get(name).map(String::as_str) {
        None | Some("") => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| Refused {
            code: "MALFORMED_ID".to_owned(),
            message: format!("{text} is not the id of a record"),
        }),
    }
}
