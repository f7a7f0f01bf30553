//! What a click on *Create lead* does (L1–L4, L6).

use std::collections::BTreeMap;

use model::{MatchKey, Settings};

use crate::{Facts, Match, Note, Rule, verdict};

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

/// A field of the Lead object, as described by the org.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// API name.
    pub name: String,
    /// Label.
    pub label: String,
    /// Its type.
    pub kind: FieldKind,
    /// Longest text, in UTF-16 units; `None` where it does not apply.
    pub length: Option<usize>,
    /// Whether the integration user may set it when creating.
    pub createable: bool,
    /// Whether creating fails without it.
    pub required: bool,
}

/// The types of fields that matter to a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldKind {
    /// One line.
    Text,
    /// Several lines.
    TextArea,
    /// An email address.
    Email,
    /// A phone number.
    Phone,
    /// A URL.
    Url,
    /// A number.
    Number,
    /// A date.
    Date,
    /// Yes or no.
    Boolean,
    /// One of these values.
    Picklist(Picklist),
    /// Several of these values.
    MultiPicklist(Picklist),
    /// A type that a form cannot ask for.
    Other,
}

/// The active values of a picklist.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Picklist {
    /// API values with their labels, in the org's order.
    pub values: Vec<(String, String)>,
    /// Whether the org refuses other values.
    pub restricted: bool,
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
    email: Option<String>,
    phone: Option<String>,
    company: Option<String>,
    others: BTreeMap<String, String>,
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
    let confirmed = ask.typed.is_some() || ask.settings.leads.one_click;
    match MatchKey::from_email(values.email.as_deref().unwrap_or_default()) {
        Some(key) if faults.is_empty() && confirmed => Decision::Create(order(ask, &values, key)),
        Some(_) | None => Decision::Form(form(ask, &values, faults)),
    }
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
            Some((field.name.clone(), text))
        })
        .collect();
    Values {
        name: either(NAME, &ask.known.name),
        email: email_of(&ask.known, typed),
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

/// What stands in the way, by input id, in words for the teammate.
fn faults(ask: &Ask<'_>, values: &Values) -> Vec<(String, String)> {
    let mut faults = Vec::new();
    match values.email.as_deref() {
        None => faults.push((
            EMAIL.to_owned(),
            "A lead needs an email address before it can be sent to Salesforce.".to_owned(),
        )),
        Some(email) if !looks_like_email(email) => {
            faults.push((
                EMAIL.to_owned(),
                format!("{email} is not an email address."),
            ));
        }
        Some(email) => too_long(ask, "Email", "Email", email)
            .into_iter()
            .for_each(|text| faults.push((EMAIL.to_owned(), text))),
    }
    if let Some(phone) = values.phone.as_deref() {
        faults.extend(too_long(ask, "Phone", "Phone", phone).map(|text| (PHONE.to_owned(), text)));
    }
    for field in asked(ask) {
        // On the first click nothing was typed yet: the form asks without complaining.
        let text = match values.others.get(&field.name) {
            None if ask.typed.is_some() => Some(format!("{} is required.", field.label)),
            None if ask.settings.leads.one_click => Some(format!("{} is required.", field.label)),
            None => None,
            Some(value) => unacceptable(field, value),
        };
        faults.extend(text.map(|text| (field.name.clone(), text)));
    }
    faults
}

/// One `@`, something before it, a dotted domain after it, no white space: what Salesforce would
/// refuse anyway is said before it is sent.
fn looks_like_email(email: &str) -> bool {
    let plain = !email.chars().any(|c| c.is_whitespace() || c.is_control());
    let parts = email.split_once('@').is_some_and(|(local, domain)| {
        let dotted = domain.split('.').count() >= 2 && domain.split('.').all(|it| !it.is_empty());
        !local.is_empty() && !domain.contains('@') && dotted
    });
    plain && parts
}

fn too_long(ask: &Ask<'_>, field: &str, label: &str, value: &str) -> Option<String> {
    let most = length_of(ask, field)?;
    (utf16_length(value) > most)
        .then(|| format!("{label} has more than {most} characters, which Salesforce cannot hold."))
}

fn length_of(ask: &Ask<'_>, field: &str) -> Option<usize> {
    ask.describe
        .iter()
        .find(|described| described.name == field)?
        .length
}

fn utf16_length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Why a typed value cannot be sent for a field.
fn unacceptable(field: &Field, value: &str) -> Option<String> {
    let label = &field.label;
    if let Some(most) = field.length
        && utf16_length(value) > most
    {
        return Some(format!("{label} has more than {most} characters."));
    }
    match &field.kind {
        FieldKind::Text | FieldKind::TextArea | FieldKind::Phone | FieldKind::Other => None,
        FieldKind::Email => {
            (!looks_like_email(value)).then(|| format!("{label} is not an email address."))
        }
        FieldKind::Url => {
            (value.contains(char::is_whitespace)).then(|| format!("{label} is not a link."))
        }
        FieldKind::Number => value
            .parse::<f64>()
            .is_err()
            .then(|| format!("{label} must be a number.")),
        FieldKind::Date => {
            (!is_date(value)).then(|| format!("{label} must be a date like 2026-01-31."))
        }
        FieldKind::Boolean => {
            (!matches!(value, "true" | "false")).then(|| format!("{label} must be yes or no."))
        }
        FieldKind::Picklist(list) => (!list.has(value)).then(|| list.advice(label, value)),
        FieldKind::MultiPicklist(list) => {
            let wrong = value.split(';').find(|part| !list.has(part.trim()));
            wrong.map(|part| list.advice(label, part.trim()))
        }
    }
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let numeric = |part: &str, length: usize, most: u32| {
        part.len() == length && part.parse::<u32>().is_ok_and(|it| (1..=most).contains(&it))
    };
    matches!(parts.as_slice(), [year, month, day]
        if numeric(year, 4, 9999) && numeric(month, 2, 12) && numeric(day, 2, 31))
}

impl Picklist {
    fn has(&self, value: &str) -> bool {
        self.values.iter().any(|(api, _)| api == value)
    }

    /// The values that come near what was typed, so that a long list can be searched by typing.
    fn advice(&self, label: &str, typed: &str) -> String {
        const SHOWN: usize = 9;
        let wanted = typed.to_lowercase();
        let mut near: Vec<&str> = self
            .values
            .iter()
            .filter(|(_, shown)| shown.to_lowercase().contains(&wanted))
            .map(|(api, _)| api.as_str())
            .take(SHOWN)
            .collect();
        if near.is_empty() {
            near = self
                .values
                .iter()
                .map(|(api, _)| api.as_str())
                .take(SHOWN)
                .collect();
        }
        format!(
            "{label} has no value {typed:?}. Choose for example: {}.",
            near.join(", ")
        )
    }
}

fn form(ask: &Ask<'_>, values: &Values, faults: Vec<(String, String)>) -> Form {
    let input = |id: &str, label: &str, value: &Option<String>, kind| Input {
        id: id.to_owned(),
        label: label.to_owned(),
        value: value.clone().unwrap_or_default(),
        kind,
        faulty: faults.iter().any(|(at, _)| at == id),
    };
    let company = if requires(ask, "Company") {
        "Company *"
    } else {
        "Company"
    };
    let mut inputs = vec![
        input(NAME, "Name", &values.name, FieldKind::Text),
        input(EMAIL, "Email *", &values.email, FieldKind::Email),
        input(PHONE, "Phone", &values.phone, FieldKind::Phone),
        input(COMPANY, company, &values.company, FieldKind::Text),
    ];
    for field in asked(ask) {
        let value = values.others.get(&field.name).cloned();
        inputs.push(input(
            &field.name,
            &format!("{} *", field.label),
            &value,
            field.kind.clone(),
        ));
    }
    Form {
        errors: faults.into_iter().map(|(_, text)| text).collect(),
        inputs,
    }
}

fn requires(ask: &Ask<'_>, field: &str) -> bool {
    ask.describe
        .iter()
        .any(|described| described.name == field && described.required)
}

fn order(ask: &Ask<'_>, values: &Values, key: MatchKey) -> Order {
    let placeholder = &ask.settings.leads.placeholder;
    let mut notes = Vec::new();
    let mut fields = BTreeMap::new();
    let mut set = |field: &str, value: &str, notes: &mut Vec<Note>| {
        let value = cut(ask, field, value, notes);
        fields.insert(field.to_owned(), value);
    };
    let (first, last) = split_name(values.name.as_deref());
    if let Some(first) = first {
        set("FirstName", &first, &mut notes);
    }
    if last.is_none() {
        let text = format!("no name is known; the last name is {placeholder}");
        notes.push(Note {
            rule: Rule::L5,
            text,
        });
    }
    set(
        "LastName",
        last.as_deref().unwrap_or(placeholder),
        &mut notes,
    );
    match &values.company {
        Some(company) => set("Company", company, &mut notes),
        None if requires(ask, "Company") => {
            let text = format!("no company is known; it is {placeholder}");
            notes.push(Note {
                rule: Rule::L5,
                text,
            });
            set("Company", placeholder, &mut notes);
        }
        None => {}
    }
    set(
        "Email",
        values.email.as_deref().unwrap_or(key.as_str()),
        &mut notes,
    );
    if let Some(phone) = &values.phone {
        set("Phone", phone, &mut notes);
    }
    if let Some(source) = lead_source(ask, &mut notes) {
        set("LeadSource", source, &mut notes);
    }
    for (field, value) in &values.others {
        set(field, value, &mut notes);
    }
    notes.push(owner_note(ask.assignment_rule));
    Order {
        key,
        fields,
        assign_by_rules: ask.assignment_rule,
        contact_edits: edits(ask, values),
        notes,
    }
}

/// One word is a last name; of several the last one is, the others are the first name (L3).
fn split_name(name: Option<&str>) -> (Option<String>, Option<String>) {
    let words: Vec<&str> = name.unwrap_or_default().split_whitespace().collect();
    match words.as_slice() {
        [] => (None, None),
        [last] => (None, Some((*last).to_owned())),
        [first @ .., last] => (Some(first.join(" ")), Some((*last).to_owned())),
    }
}

/// What Salesforce cannot hold is cut, with a note.
fn cut(ask: &Ask<'_>, field: &str, value: &str, notes: &mut Vec<Note>) -> String {
    let most = length_of(ask, field).unwrap_or(usize::MAX);
    if utf16_length(value) <= most {
        return value.to_owned();
    }
    let text = format!("{field} is cut to the {most} characters that Salesforce can hold");
    notes.push(Note {
        rule: Rule::L3,
        text,
    });
    let mut units = 0;
    value
        .chars()
        .take_while(|c| {
            units += c.len_utf16();
            units <= most
        })
        .collect()
}

/// The source of the settings, unless the org's picklist is restricted and lacks it (L4).
fn lead_source<'a>(ask: &Ask<'a>, notes: &mut Vec<Note>) -> Option<&'a str> {
    let source = ask.settings.leads.source.as_str();
    let field = ask
        .describe
        .iter()
        .find(|field| field.name == "LeadSource" && field.createable)?;
    let lacks = match &field.kind {
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
    if lacks {
        let text = format!("the org's lead sources do not include {source:?}; it is left out");
        notes.push(Note {
            rule: Rule::L4,
            text,
        });
        return None;
    }
    Some(source)
}

fn owner_note(assignment_rule: bool) -> Note {
    let text = if assignment_rule {
        "the org's lead assignment rule decides the owner"
    } else {
        "no lead assignment rule is active; the integration user owns it"
    };
    Note {
        rule: Rule::O6,
        text: text.to_owned(),
    }
}

/// Name, email and phone that the teammate changed go to the contact too (L1).
fn edits(ask: &Ask<'_>, values: &Values) -> Edits {
    if ask.typed.is_none() {
        return Edits::default();
    }
    let changed = |typed: &Option<String>, known: &Option<String>| {
        typed
            .clone()
            .filter(|typed| Some(typed) != filled(known.as_ref()).as_ref())
    };
    Edits {
        name: changed(&values.name, &ask.known.name),
        email: changed(&values.email, &ask.known.email),
        phone: changed(&values.phone, &ask.known.phone),
    }
}

#[cfg(test)]
mod tests;
