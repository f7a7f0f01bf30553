//! What a click on *Create lead* does (L1–L6).
//!
//! An existing match is always shown instead, and a request that is not settled is joined: a Lead
//! is only ever ordered for a person whose match was read from Salesforce for this very click.

mod field;
mod text;

use std::collections::BTreeMap;

use model::{MatchKey, Settings};

use self::field::{looks_like_email, utf16_length};
pub(crate) use self::text::{cut, split_name};
use crate::matching::is_crowded;
use crate::{Facts, Match, Note, Rule, verdict};

pub use self::field::{Field, FieldKind, Picklist};

/// All that is known when a teammate asks for a Lead.
#[derive(Debug, Clone)]
pub struct Ask<'a> {
    /// The person of the email that will be sent, read fresh from Salesforce; `None` without one.
    pub person: Option<&'a Facts>,
    /// What Intercom knows of the contact.
    pub known: Known,
    /// What the teammate typed; `None` on the first click.
    pub typed: Option<BTreeMap<String, String>>,
    /// What Salesforce says of its Lead object.
    pub describe: &'a [Field],
    /// Whether an active Lead assignment rule exists.
    pub assignment_rule: bool,
    /// A request for the same person that is not settled yet.
    pub standing: bool,
    /// The admin's choices.
    pub settings: &'a Settings,
}

/// What Intercom knows of the contact that the Lead is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Name.
    pub name: Option<String>,
    /// Email.
    pub email: Option<String>,
    /// Phone.
    pub phone: Option<String>,
    /// Name of the contact's company.
    pub company: Option<String>,
}

/// What to do about the click.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The person has a match: show it instead (L6).
    ShowMatch,
    /// A request for this person is under way: join it (L6).
    Join,
    /// Ask for what is missing, or for a confirmation (L1, L2).
    Form(Form),
    /// Create it.
    Create(Order),
}

/// The form of L1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// What to say above: errors, or that an email is needed.
    pub errors: Vec<String>,
    /// Inputs in order.
    pub inputs: Vec<Input>,
}

/// One input of the form. Its id is `name`, `email`, `phone`, `company` or a field's API name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Id.
    pub id: String,
    /// Label; required ones end with an asterisk.
    pub label: String,
    /// What is in it.
    pub value: String,
    /// How it is asked for.
    pub kind: FieldKind,
    /// Whether its value is what an error is about.
    pub faulty: bool,
}

/// A Lead to create: exact values, and who decides about its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The person; the intent's target.
    pub key: MatchKey,
    /// API field names and values.
    pub fields: BTreeMap<String, String>,
    /// Whether assignment rules decide the owner (O6).
    pub assign_by_rules: bool,
    /// What the teammate changed and the contact should show too.
    pub contact_edits: Edits,
    /// What was left out or filled in, and why.
    pub notes: Vec<Note>,
}

/// Edits of the form that go to the contact too (L1). `None`: unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edits {
    /// New name.
    pub name: Option<String>,
    /// New email.
    pub email: Option<String>,
    /// New phone.
    pub phone: Option<String>,
}

const NAME: &str = "name";
const EMAIL: &str = "email";
const PHONE: &str = "phone";
const COMPANY: &str = "company";

/// Fields that the order fills by itself, or that only make sense to Salesforce.
const NOT_ASKED: [&str; 7] = [
    "LastName",
    "FirstName",
    "Email",
    "Phone",
    "Company",
    "LeadSource",
    "OwnerId",
];

/// The values that are to be sent, after what was typed replaced what was known.
#[derive(Debug, Clone)]
struct Values {
    name: Option<String>,
    email: Option<Email>,
    phone: Option<String>,
    company: Option<String>,
    others: BTreeMap<String, String>,
}

/// An email as it is sent, and the person that it makes.
#[derive(Debug, Clone)]
struct Email {
    text: String,
    key: MatchKey,
}

/// Something that stands in the way, in words for the teammate.
#[derive(Debug, Clone)]
struct Fault {
    /// The id of the input that it is about, if a single one is.
    input: Option<String>,
    text: String,
}

/// Decides what a click does. Whatever was typed, an existing match is shown instead of creating.
pub fn decide(ask: &Ask<'_>) -> Decision {
    let matched = ask.person.map(verdict);
    match matched {
        None | Some(Match::None) => {}
        Some(
            Match::Lead(_)
            | Match::Contact { .. }
            | Match::ManyLeads(_)
            | Match::ManyContacts { .. },
        ) => return Decision::ShowMatch,
    }
    if ask.standing {
        return Decision::Join;
    }
    let values = values(ask);
    let faults = faults(ask, &values);
    let complete = asked(ask)
        .all(|field| values.others.contains_key(&field.name) || stand_in(ask, field).is_some());
    let confirmed = ask.typed.is_some() || (ask.settings.leads.one_click && complete);
    match &values.email {
        Some(email) if faults.is_empty() && confirmed => {
            let person = ask.person.and_then(|facts| facts.person.key());
            assert_eq!(
                person,
                Some(&email.key),
                "a Lead is ordered only for the person whose match was read"
            );
            Decision::Create(order(ask, &values, email))
        }
        Some(_) | None => Decision::Form(form(ask, &values, faults)),
    }
}

/// The form again, saying above what stood in the way of carrying it out; the values are kept (L1).
pub fn form_again(ask: &Ask<'_>, trouble: String) -> Form {
    let trouble = Fault {
        input: None,
        text: trouble,
    };
    form(ask, &values(ask), vec![trouble])
}

/// The email of the person for whom the Lead would be: typed, else known.
pub fn email_of(known: &Known, typed: Option<&BTreeMap<String, String>>) -> Option<String> {
    let text = typed
        .and_then(|typed| typed.get(EMAIL))
        .or(known.email.as_ref());
    filled(text)
}

fn filled(text: Option<&String>) -> Option<String> {
    text.map(|text| text.trim())
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

fn values(ask: &Ask<'_>) -> Values {
    let typed = ask.typed.as_ref();
    let either = |id: &str, known: &Option<String>| match typed.and_then(|typed| typed.get(id)) {
        Some(text) => filled(Some(text)),
        None => filled(known.as_ref()),
    };
    let others = asked(ask)
        .filter_map(|field| {
            let text = filled(typed.and_then(|typed| typed.get(&field.name)))?;
            Some((field.name.clone(), field.normalised(text)))
        })
        .collect();
    let email = email_of(&ask.known, typed).and_then(|text| {
        let key = MatchKey::from_email(&text)?;
        Some(Email { text, key })
    });
    Values {
        name: either(NAME, &ask.known.name),
        email,
        phone: either(PHONE, &ask.known.phone),
        company: either(COMPANY, &ask.known.company),
        others,
    }
}

/// The required fields that nothing supplies: the form asks for them (L1).
fn asked<'a>(ask: &Ask<'a>) -> impl Iterator<Item = &'a Field> + use<'a> {
    ask.describe.iter().filter(|field| {
        field.createable
            && field.required
            && field.kind != FieldKind::Other
            && !NOT_ASKED.contains(&field.name.as_str())
    })
}

/// What is sent for a required field that nothing supplies (L5): the default of a picklist, the
/// placeholder for a text. `None`: somebody has to say.
fn stand_in<'a>(ask: &Ask<'a>, field: &'a Field) -> Option<&'a str> {
    let placeholder = field
        .is_text()
        .then_some(ask.settings.leads.placeholder.as_str());
    field.default().or(placeholder)
}

/// What stands in the way. On the first click nothing was typed yet: what is merely missing is
/// asked for without complaint, except an email (L2).
fn faults(ask: &Ask<'_>, values: &Values) -> Vec<Fault> {
    let about = |input: &str, text: String| Fault {
        input: Some(input.to_owned()),
        text,
    };
    let mut faults = held_back(ask);
    match values.email.as_ref().map(|email| email.text.as_str()) {
        None => faults.push(about(
            EMAIL,
            "A lead needs an email address before it can be sent to Salesforce.".to_owned(),
        )),
        Some(email) if !looks_like_email(email) => {
            faults.push(about(EMAIL, format!("{email} is not an email address.")));
        }
        Some(email) => {
            faults.extend(too_long(ask, "Email", email).map(|text| about(EMAIL, text)));
        }
    }
    if let Some(phone) = values.phone.as_deref() {
        faults.extend(too_long(ask, "Phone", phone).map(|text| about(PHONE, text)));
    }
    for field in asked(ask) {
        let text = match values.others.get(&field.name) {
            Some(value) => field.refusal(value),
            None if stand_in(ask, field).is_some() => None,
            None => (ask.typed.is_some()).then(|| format!("{} is required.", field.label)),
        };
        faults.extend(text.map(|text| about(&field.name, text)));
    }
    faults
}

/// Why nothing may be created now, whatever the form says (S2, M0).
fn held_back(ask: &Ask<'_>) -> Vec<Fault> {
    let mut texts = Vec::new();
    if ask.settings.safety.pause_salesforce_writes {
        texts.push("Writing to Salesforce is paused in the settings.");
    }
    if ask.person.is_some_and(is_crowded) {
        texts
            .push("So many contacts share this email address that an admin has to allow it first.");
    }
    let fault = |text: &str| Fault {
        input: None,
        text: text.to_owned(),
    };
    texts.into_iter().map(fault).collect()
}

fn too_long(ask: &Ask<'_>, field: &str, value: &str) -> Option<String> {
    let most = length_of(ask, field)?;
    (utf16_length(value) > most)
        .then(|| format!("{field} has more than {most} characters, which Salesforce cannot hold."))
}

fn length_of(ask: &Ask<'_>, field: &str) -> Option<usize> {
    ask.describe
        .iter()
        .find(|described| described.name == field)?
        .length
}

fn form(ask: &Ask<'_>, values: &Values, faults: Vec<Fault>) -> Form {
    let input = |id: &str, label: &str, value: Option<&String>, kind| Input {
        id: id.to_owned(),
        label: label.to_owned(),
        value: value.cloned().unwrap_or_default(),
        kind,
        faulty: faults
            .iter()
            .any(|fault| fault.input.as_deref() == Some(id)),
    };
    let email = values.email.as_ref().map(|email| &email.text);
    let company = if requires(ask, "Company") {
        "Company *"
    } else {
        "Company"
    };
    let mut inputs = vec![
        input(NAME, "Name", values.name.as_ref(), FieldKind::Text),
        input(EMAIL, "Email *", email, FieldKind::Email),
        input(PHONE, "Phone", values.phone.as_ref(), FieldKind::Phone),
        input(COMPANY, company, values.company.as_ref(), FieldKind::Text),
    ];
    for field in asked(ask) {
        inputs.push(input(
            &field.name,
            &format!("{} *", field.label),
            values
                .others
                .get(&field.name)
                .or(field.default().map(str::to_owned).as_ref()),
            field.kind.clone(),
        ));
    }
    Form {
        errors: faults.into_iter().map(|fault| fault.text).collect(),
        inputs,
    }
}

fn requires(ask: &Ask<'_>, field: &str) -> bool {
    ask.describe
        .iter()
        .any(|described| described.name == field && described.required)
}

/// The order while it is written.
struct Draft<'a> {
    ask: &'a Ask<'a>,
    fields: BTreeMap<String, String>,
    notes: Vec<Note>,
}

impl Draft<'_> {
    fn note(&mut self, rule: Rule, text: impl Into<String>) {
        let text = text.into();
        self.notes.push(Note { rule, text });
    }

    /// Sends the value; what Salesforce cannot hold is cut, with a note.
    fn set(&mut self, field: &str, value: &str) {
        let most = length_of(self.ask, field).unwrap_or(usize::MAX);
        if utf16_length(value) > most {
            let text = format!("{field} is cut to the {most} characters that Salesforce can hold");
            self.note(Rule::L3, text);
        }
        self.fields.insert(field.to_owned(), cut(value, most));
    }

    /// Sends the value if the integration user may set the field: one that is hidden from it would
    /// fail the whole Lead.
    fn offer(&mut self, field: &str, value: Option<&str>) {
        let Some(value) = value else { return };
        let described = self.ask.describe.iter().find(|it| it.name == field);
        if described.is_some_and(|it| it.createable) {
            self.set(field, value);
        } else {
            let text = format!("the integration user may not set {field}; it is left out");
            self.note(Rule::L3, text);
        }
    }
}

fn order(ask: &Ask<'_>, values: &Values, email: &Email) -> Order {
    let placeholder = &ask.settings.leads.placeholder;
    let mut draft = Draft {
        ask,
        fields: BTreeMap::new(),
        notes: Vec::new(),
    };
    let (first, last) = split_name(values.name.as_deref());
    draft.offer("FirstName", first.as_deref());
    if last.is_none() {
        let text = format!("no name is known; the last name is {placeholder}");
        draft.note(Rule::L5, text);
    }
    draft.set("LastName", last.as_deref().unwrap_or(placeholder));
    match &values.company {
        None if requires(ask, "Company") => {
            draft.note(
                Rule::L5,
                format!("no company is known; it is {placeholder}"),
            );
            draft.set("Company", placeholder);
        }
        Some(_) | None => draft.offer("Company", values.company.as_deref()),
    }
    draft.set("Email", &email.text);
    draft.offer("Phone", values.phone.as_deref());
    let source = ask.settings.leads.source.as_str();
    if lacks_source(ask, source) {
        let text = format!("the org's lead sources do not include {source:?}; it is left out");
        draft.note(Rule::L4, text);
    } else {
        draft.offer("LeadSource", Some(source));
    }
    for (field, value) in &values.others {
        draft.set(field, value);
    }
    for field in asked(ask).filter(|field| !values.others.contains_key(&field.name)) {
        let Some(value) = stand_in(ask, field) else {
            continue;
        };
        let text = format!("nothing is known for {}; it is {value}", field.label);
        draft.note(Rule::L5, text);
        draft.set(&field.name, value);
    }
    draft.note(
        Rule::O6,
        if ask.assignment_rule {
            "the org's lead assignment rule decides the owner"
        } else {
            "no lead assignment rule is active; the integration user owns it"
        },
    );
    Order {
        key: email.key.clone(),
        fields: draft.fields,
        assign_by_rules: ask.assignment_rule,
        contact_edits: edits(ask, values),
        notes: draft.notes,
    }
}

/// Whether the org's lead sources are a restricted picklist without this one (L4).
fn lacks_source(ask: &Ask<'_>, source: &str) -> bool {
    let lacks = |field: &Field| match &field.kind {
        FieldKind::Picklist(list) => list.restricted && !list.has(source),
        FieldKind::Text
        | FieldKind::TextArea
        | FieldKind::Email
        | FieldKind::Phone
        | FieldKind::Url
        | FieldKind::Number
        | FieldKind::Date
        | FieldKind::Boolean
        | FieldKind::MultiPicklist(_)
        | FieldKind::Other => false,
    };
    ask.describe
        .iter()
        .any(|field| field.name == "LeadSource" && lacks(field))
}

/// Name, email and phone that the teammate changed go to the contact too (L1).
fn edits(ask: &Ask<'_>, values: &Values) -> Edits {
    let changed = |sent: Option<&String>, known: &Option<String>| {
        sent.filter(|sent| Some(*sent) != filled(known.as_ref()).as_ref())
            .cloned()
    };
    let email = values.email.as_ref().map(|email| &email.text);
    Edits {
        name: changed(values.name.as_ref(), &ask.known.name),
        email: changed(email, &ask.known.email),
        phone: changed(values.phone.as_ref(), &ask.known.phone),
    }
}

#[cfg(test)]
mod tests;
