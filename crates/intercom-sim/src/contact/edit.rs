//! The writable fields of a contact, read from a request and put onto a row.

use serde_json::{Map, Value};

use super::{Contact, Role};
use crate::answer::Refusal;
use crate::attribute::{AttributeValue, Attributes, Model};
use crate::ids::{AdminId, AttributeId};

/// A field of a write: not mentioned, `null`, or a value.
#[derive(Debug, Clone, PartialEq)]
enum Written<T> {
    Untouched,
    Cleared,
    Set(T),
}

impl<T> Written<T> {
    fn onto(self, place: &mut Option<T>) {
        match self {
            Self::Untouched => {}
            Self::Cleared => *place = None,
            Self::Set(value) => *place = Some(value),
        }
    }
}

/// A checked write to a contact. It knows the form of each field, not whether another contact
/// stands in its way.
#[derive(Debug)]
pub(crate) struct ContactEdit {
    pub(crate) role: Option<Role>,
    external_id: Written<Box<str>>,
    email: Written<Box<str>>,
    phone: Written<Box<str>>,
    name: Written<Box<str>>,
    avatar: Written<Box<str>>,
    language: Written<Box<str>>,
    owner: Written<AdminId>,
    signed_up_at: Written<i64>,
    last_seen_at: Written<i64>,
    unsubscribed_from_emails: Option<bool>,
    custom: Vec<(AttributeId, Option<AttributeValue>)>,
}

impl ContactEdit {
    /// Reads the writable fields; all others are passed over, as Intercom does.
    pub(crate) fn parse(
        body: &Map<String, Value>,
        attributes: &Attributes,
        is_member: impl Fn(AdminId) -> bool,
    ) -> Result<Self, Refusal> {
        let custom = match body.get("custom_attributes") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Object(written)) => attributes.values(Model::Contact, written)?,
            Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_)) => {
                return Err(Refusal::invalid("custom_attributes must be an object"));
            }
        };
        Ok(Self {
            role: role(body)?,
            external_id: text(body, "external_id")?,
            email: email(body)?,
            phone: phone(body)?,
            name: text(body, "name")?,
            avatar: text(body, "avatar")?,
            language: language(body)?,
            owner: owner(body, is_member)?,
            signed_up_at: instant(body, "signed_up_at")?,
            last_seen_at: instant(body, "last_seen_at")?,
            unsubscribed_from_emails: flag(body, "unsubscribed_from_emails")?,
            custom,
        })
    }

    /// Puts the write onto a row. A lead has no external id, and a user never becomes a lead again.
    pub(crate) fn apply(self, row: &mut Contact) {
        if self.role == Some(Role::User) {
            row.role = Role::User;
        }
        match row.role {
            Role::User => self.external_id.onto(&mut row.external_id),
            Role::Lead => {}
        }
        self.email.onto(&mut row.email);
        self.phone.onto(&mut row.phone);
        self.name.onto(&mut row.name);
        self.avatar.onto(&mut row.avatar);
        self.language.onto(&mut row.language);
        self.owner.onto(&mut row.owner);
        self.signed_up_at.onto(&mut row.signed_up_at);
        self.last_seen_at.onto(&mut row.last_seen_at);
        row.unsubscribed_from_emails = self
            .unsubscribed_from_emails
            .unwrap_or(row.unsubscribed_from_emails);
        row.custom.apply(&self.custom);
    }
}

fn role(body: &Map<String, Value>) -> Result<Option<Role>, Refusal> {
    match body.get("role").map(Value::as_str) {
        None => Ok(None),
        Some(Some("user")) => Ok(Some(Role::User)),
        Some(Some("lead")) => Ok(Some(Role::Lead)),
        Some(_) => Err(Refusal::invalid("Role must be either user or lead").at_field("role")),
    }
}

/// A text field. Numbers are taken as their digits; an empty text clears.
fn text(body: &Map<String, Value>, name: &str) -> Result<Written<Box<str>>, Refusal> {
    match body.get(name) {
        None => Ok(Written::Untouched),
        Some(Value::Null) => Ok(Written::Cleared),
        Some(Value::String(text)) if text.trim().is_empty() => Ok(Written::Cleared),
        Some(Value::String(text)) => Ok(Written::Set(text.trim().into())),
        Some(Value::Number(number)) => Ok(Written::Set(number.to_string().into())),
        Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) => {
            Err(Refusal::invalid(format!("{name} must be a string")).at_field(name))
        }
    }
}

/// Intercom keeps emails in lower case, whatever was sent.
fn email(body: &Map<String, Value>) -> Result<Written<Box<str>>, Refusal> {
    let Written::Set(email) = text(body, "email")? else {
        return text(body, "email");
    };
    let (mailbox, domain) = email.rsplit_once('@').unwrap_or_default();
    if mailbox.is_empty() || domain.is_empty() || email.contains(char::is_whitespace) {
        return Err(Refusal::invalid("Email is invalid").at_field("email"));
    }
    Ok(Written::Set(email.to_lowercase().into()))
}

/// Intercom keeps international phone numbers without spaces and punctuation.
fn phone(body: &Map<String, Value>) -> Result<Written<Box<str>>, Refusal> {
    let Written::Set(phone) = text(body, "phone")? else {
        return text(body, "phone");
    };
    if !phone.starts_with('+') {
        return Ok(Written::Set(phone));
    }
    let kept = |letter: &char| !letter.is_whitespace() && !"()-.".contains(*letter);
    Ok(Written::Set(
        phone.chars().filter(kept).collect::<String>().into(),
    ))
}

/// A language that is not two letters becomes null.
fn language(body: &Map<String, Value>) -> Result<Written<Box<str>>, Refusal> {
    let written = text(body, "language_override")?;
    let Written::Set(code) = &written else {
        return Ok(written);
    };
    let known = code.len() == 2 && code.chars().all(|letter| letter.is_ascii_lowercase());
    Ok(if known { written } else { Written::Cleared })
}

fn owner(
    body: &Map<String, Value>,
    is_member: impl Fn(AdminId) -> bool,
) -> Result<Written<AdminId>, Refusal> {
    let id = match text(body, "owner_id")? {
        Written::Untouched => return Ok(Written::Untouched),
        Written::Cleared => return Ok(Written::Cleared),
        Written::Set(id) => id,
    };
    id.parse()
        .ok()
        .filter(|id| is_member(*id))
        .map(Written::Set)
        .ok_or_else(|| {
            Refusal::invalid("The owner specified is not a member of the workspace")
                .at_field("owner_id")
        })
}

fn instant(body: &Map<String, Value>, name: &str) -> Result<Written<i64>, Refusal> {
    match body.get(name) {
        None => Ok(Written::Untouched),
        Some(Value::Null) => Ok(Written::Cleared),
        Some(value) => value
            .as_i64()
            .map(Written::Set)
            .ok_or_else(|| Refusal::invalid(format!("{name} must be a Unix timestamp"))),
    }
}

fn flag(body: &Map<String, Value>, name: &str) -> Result<Option<bool>, Refusal> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_)) => {
            Err(Refusal::invalid(format!("{name} must be a boolean")).at_field(name))
        }
    }
}
