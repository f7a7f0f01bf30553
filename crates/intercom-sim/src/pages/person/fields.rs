//! What of a contact or a company can be changed on a page, as inputs, and the posted form as the
//! body of a write. A value that was not changed is not written.

use jiff::civil::DateTime;
use serde_json::{Map, Value, json};

use crate::answer::Refusal;
use crate::attribute::{Attribute, DataType, Model, ValueRef, Values};
use crate::company::Company;
use crate::contact::{Contact, Role};
use crate::pages::{Form, moments};
use crate::world::World;

/// The name of a custom attribute's input begins so: it may be called as a standard one is.
const CUSTOM: &str = "custom:";
/// How a date is typed and posted by browsers.
const DATE_FORMAT: &str = "%Y-%m-%dT%H:%M:%S";

/// One attribute.
pub(in crate::pages) struct Field {
    /// The name of its input.
    pub(in crate::pages) name: String,
    pub(in crate::pages) label: String,
    /// As it is read; empty if it is not set.
    pub(in crate::pages) shown: String,
    /// As it is typed.
    pub(in crate::pages) value: String,
    pub(in crate::pages) control: Control,
    pub(in crate::pages) hint: String,
    /// The vendor's words about what was typed.
    pub(in crate::pages) refusal: Option<String>,
    kind: Kind,
}

/// What it is changed with.
pub(in crate::pages) enum Control {
    /// An `input` of this type.
    Input(&'static str),
    Choice(Vec<Offer>),
}

/// One of several values.
pub(in crate::pages) struct Offer {
    pub(in crate::pages) value: String,
    pub(in crate::pages) label: String,
}

/// What typed text becomes in a write.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    /// A number or a flag: what it is in JSON, if it is.
    Json,
    Instant,
}

impl Field {
    fn text(name: &str, label: &str, value: Option<&str>, input: &'static str) -> Self {
        let value = value.unwrap_or_default();
        Self {
            name: name.to_owned(),
            label: label.to_owned(),
            shown: value.to_owned(),
            value: value.to_owned(),
            control: Control::Input(input),
            hint: String::new(),
            refusal: None,
            kind: Kind::Text,
        }
    }

    fn number(name: &str, label: &str, value: Option<i64>) -> Self {
        let value = value.map(|number| number.to_string());
        Self {
            kind: Kind::Json,
            hint: "A whole number".to_owned(),
            ..Self::text(name, label, value.as_deref(), "text")
        }
    }

    /// A choice. What is held stays, also if it is not offered any more.
    fn choice(name: &str, label: &str, value: &str, mut offers: Vec<Offer>) -> Self {
        if !value.is_empty() && offers.iter().all(|offer| offer.value != value) {
            offers.push(Offer::of(value, &format!("{value} (not there any more)")));
        }
        let shown = offers.iter().find(|offer| offer.value == value);
        Self {
            shown: shown.map(|it| it.label.clone()).unwrap_or_default(),
            control: Control::Choice(offers),
            ..Self::text(name, label, Some(value), "text")
        }
    }

    fn hinted(self, hint: &str) -> Self {
        Self {
            hint: hint.to_owned(),
            ..self
        }
    }

    /// A custom attribute, with what is held of it.
    fn custom(world: &World, attribute: &Attribute, held: Option<ValueRef<'_>>) -> Self {
        let name = format!("{CUSTOM}{}", attribute.name);
        let label = &attribute.name;
        let written = held.map(written);
        let text = Self::text(&name, label, written.as_deref(), "text");
        match attribute.data_type {
            DataType::String if attribute.options.is_empty() => text,
            DataType::String => {
                let named = |option: &String| Offer::of(option, option);
                let offers = attribute.options.iter().map(named);
                let offers = std::iter::once(Offer::of("", "—")).chain(offers);
                Self::choice(&name, label, &text.value, offers.collect())
            }
            DataType::Integer => Self {
                kind: Kind::Json,
                ..text.hinted("A whole number")
            },
            DataType::Float => Self {
                kind: Kind::Json,
                ..text.hinted("A number")
            },
            DataType::Boolean => Self {
                kind: Kind::Json,
                ..Self::choice(&name, label, &text.value, flag_offers(Some("—")))
            },
            DataType::Date => Self::date(world, text, held),
        }
    }

    fn date(world: &World, text: Self, held: Option<ValueRef<'_>>) -> Self {
        let seconds = match held {
            Some(ValueRef::Integer(seconds)) => Some(seconds),
            Some(ValueRef::Flag(_) | ValueRef::Float(_) | ValueRef::Text(_)) | None => None,
        };
        let typed = seconds.and_then(|seconds| {
            let instant = jiff::Timestamp::from_second(seconds).ok()?;
            let zoned = instant.to_zoned(world.zone.clone());
            Some(zoned.strftime(DATE_FORMAT).to_string())
        });
        let shown = seconds.map(|seconds| moments::exact(seconds, &world.zone));
        let zone = world.zone.iana_name().unwrap_or("UTC");
        Self {
            shown: shown.unwrap_or_default(),
            value: typed.unwrap_or_default(),
            control: Control::Input("datetime-local"),
            hint: format!("In the time zone {zone}"),
            kind: Kind::Instant,
            ..text
        }
    }

    /// The name without what tells custom attributes apart, as the API has it.
    pub(in crate::pages) fn attribute(&self) -> &str {
        self.name.strip_prefix(CUSTOM).unwrap_or(&self.name)
    }

    /// What was typed as a value. What is no number stays a text, and is refused as one.
    fn meant(&self, world: &World, typed: &str) -> Value {
        if typed.is_empty() {
            return Value::Null;
        }
        match self.kind {
            Kind::Text => json!(typed),
            Kind::Json => serde_json::from_str(typed).unwrap_or_else(|_| json!(typed)),
            Kind::Instant => seconds(world, typed).map_or_else(|| json!(typed), |it| json!(it)),
        }
    }
}

impl Offer {
    fn of(value: &str, label: &str) -> Self {
        Self {
            value: value.to_owned(),
            label: label.to_owned(),
        }
    }
}

fn flag_offers(unset: Option<&str>) -> Vec<Offer> {
    let unset = unset.map(|label| Offer::of("", label));
    let set = [Offer::of("true", "Yes"), Offer::of("false", "No")];
    unset.into_iter().chain(set).collect()
}

/// A value as it is typed.
fn written(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Flag(flag) => flag.to_string(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Float(number) => number.to_string(),
        ValueRef::Text(text) => text.to_owned(),
    }
}

/// A date as browsers post it, with or without seconds, in the workspace's time zone.
fn seconds(world: &World, typed: &str) -> Option<i64> {
    let civil: DateTime = typed.parse().ok()?;
    let zoned = civil.to_zoned(world.zone.clone()).ok()?;
    Some(zoned.timestamp().as_second())
}

/// What of a contact can be changed.
pub(in crate::pages) fn of_contact(world: &World, row: &Contact) -> Vec<Field> {
    let mut fields = vec![
        Field::text("name", "Name", row.name.as_deref(), "text"),
        Field::text("email", "Email", row.email.as_deref(), "email"),
        Field::text("phone", "Phone", row.phone.as_deref(), "tel"),
    ];
    match row.role {
        Role::User => fields.push(Field::text(
            "external_id",
            "User ID",
            row.external_id.as_deref(),
            "text",
        )),
        Role::Lead => {
            let roles = vec![Offer::of("lead", "Lead"), Offer::of("user", "User")];
            let role = Field::choice("role", "Role", "lead", roles);
            fields.push(role.hinted("A user never becomes a lead again"));
        }
    }
    let nobody = std::iter::once(Offer::of("", "Nobody"));
    let admins = world.admins.iter();
    let admins = admins.map(|admin| Offer::of(&admin.id.to_string(), &admin.name));
    let owner = row.owner.map(|id| id.to_string()).unwrap_or_default();
    fields.extend([
        Field::choice("owner_id", "Owner", &owner, nobody.chain(admins).collect()),
        Field::text(
            "language_override",
            "Language",
            row.language.as_deref(),
            "text",
        )
        .hinted("Two letters, as in: en"),
        Field {
            kind: Kind::Json,
            ..Field::choice(
                "unsubscribed_from_emails",
                "Unsubscribed from emails",
                &row.unsubscribed_from_emails.to_string(),
                flag_offers(None),
            )
        },
    ]);
    fields.extend(custom(world, Model::Contact, &row.custom));
    fields
}

/// What of a company can be changed.
pub(in crate::pages) fn of_company(world: &World, row: &Company) -> Vec<Field> {
    let mut fields = vec![
        Field::text("name", "Name", row.name.as_deref(), "text"),
        Field::text("plan", "Plan", row.plan.as_deref(), "text"),
        Field::text("website", "Website", row.website.as_deref(), "text"),
        Field::text("industry", "Industry", row.industry.as_deref(), "text"),
        Field::number("size", "Size", row.size),
        Field::number("monthly_spend", "Monthly spend", Some(row.monthly_spend)),
    ];
    fields.extend(custom(world, Model::Company, &row.custom));
    fields
}

fn custom(world: &World, model: Model, held: &Values) -> Vec<Field> {
    let attributes = world.attributes.all();
    let attributes = attributes.filter(|it| it.model == model && !it.archived);
    let fields = attributes.map(|it| Field::custom(world, it, held.get(it.id)));
    fields.collect()
}

/// The body of the write that a form asks for: what was changed, and what was emptied as `null`.
pub(in crate::pages) fn write(world: &World, fields: &[Field], form: &Form) -> Map<String, Value> {
    let mut body = Map::new();
    let mut custom = Map::new();
    for field in fields {
        let typed = form.get(&field.name).map(str::trim);
        let Some(typed) = typed.filter(|typed| *typed != field.value) else {
            continue;
        };
        let value = field.meant(world, typed);
        if field.name.starts_with(CUSTOM) {
            custom.insert(field.attribute().to_owned(), value);
        } else {
            body.insert(field.name.clone(), value);
        }
    }
    if !custom.is_empty() {
        body.insert("custom_attributes".to_owned(), Value::Object(custom));
    }
    body
}

/// Puts what was typed back into the inputs, and a refusal beside the one that it is about. Gives
/// the refusal back if it is about none of them.
pub(in crate::pages) fn refuse(
    fields: &mut [Field],
    form: &Form,
    refusal: Refusal,
) -> Option<String> {
    for field in &mut *fields {
        if let Some(typed) = form.get(&field.name) {
            typed.clone_into(&mut field.value);
        }
    }
    let about = refusal.field.as_deref();
    let met = fields
        .iter_mut()
        .find(|field| Some(field.attribute()) == about);
    match met {
        Some(field) => {
            field.refusal = Some(refusal.message);
            None
        }
        None => Some(refusal.message),
    }
}
