//! Fields that an administrator adds: what a fixture or a control says of one, and the field that
//! comes of it. What is impossible in Setup is refused here, by the field's name.

use serde::{Deserialize, Serialize};

use crate::value::Value;

use super::choice::{Choice, Meaning, Stage};
use super::field::Field;
use super::kind::{Kind, Presence};
use super::{Object, Schema};

/// A custom field as a fixture or a control describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "the file is a list of flags")]
pub struct CustomField {
    /// Whose field it is.
    pub object: Object,
    /// The API name, with its `__c`.
    pub name: String,
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: CustomKind,
    /// What people read; by default the name without `__c`.
    #[serde(default)]
    pub label: Option<String>,
    /// Of a text, in characters.
    #[serde(default)]
    pub length: Option<usize>,
    /// Of a number: how many digits there are.
    #[serde(default)]
    pub precision: Option<u8>,
    /// Of a number: how many of the digits are behind the point.
    #[serde(default)]
    pub scale: Option<u8>,
    /// Of a picklist.
    #[serde(default)]
    pub values: Vec<CustomChoice>,
    /// Whether a picklist refuses other values; by default it does.
    #[serde(default)]
    pub restricted: Option<bool>,
    /// The picklist or checkbox of the same object whose value says what can be chosen.
    #[serde(default)]
    pub controller: Option<String>,
    /// What a lookup leads to.
    #[serde(default)]
    pub refers_to: Option<Object>,
    /// The name, without `__r`, under which the other side lists these records.
    #[serde(default)]
    pub child_relationship: Option<String>,
    /// Whether no record may be without it.
    #[serde(default)]
    pub required: bool,
    /// Whether no two records may hold the same.
    #[serde(default)]
    pub unique: bool,
    /// Whether records can be addressed by it.
    #[serde(default)]
    pub external_id: bool,
    /// Whether a unique text tells `a` from `A`.
    #[serde(default)]
    pub case_sensitive: bool,
    /// What a new record gets: of a checkbox a flag, of a picklist a value, of a text a text.
    #[serde(default)]
    pub default: Option<CustomDefault>,
    /// What people are told about it.
    #[serde(default)]
    pub help: Option<String>,
}

/// What a custom field holds, by its name in Setup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "each is the type of that name in Setup")]
pub enum CustomKind {
    Checkbox,
    Currency,
    Date,
    DateTime,
    Email,
    LongTextArea,
    Lookup,
    MultiPicklist,
    Number,
    Percent,
    Phone,
    Picklist,
    Text,
    TextArea,
    Url,
}

/// What a new record gets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum CustomDefault {
    /// Of a checkbox.
    Flag(bool),
    /// Of a picklist or a text.
    Text(String),
}

/// A value of a picklist: its name alone, or more about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum CustomChoice {
    /// An active value whose label is the same.
    Name(String),
    /// More about it.
    Detailed(ChoiceDetails),
}

/// A value of a picklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "the file is a list of flags")]
pub struct ChoiceDetails {
    /// What a record holds.
    pub value: String,
    /// What people see; by default the value.
    #[serde(default)]
    pub label: Option<String>,
    /// Whether it is no longer offered.
    #[serde(default)]
    pub inactive: bool,
    /// Whether a new record gets it.
    #[serde(default)]
    pub default: bool,
    /// Of a status or stage: whether a Case, a Task or a deal with it is closed.
    #[serde(default)]
    pub closed: bool,
    /// Of a stage: whether the deal is won.
    #[serde(default)]
    pub won: bool,
    /// Of a stage: how likely the deal is, in percent.
    #[serde(default)]
    pub probability: Option<u8>,
    /// Of a Lead's status: whether a Lead with it was converted.
    #[serde(default)]
    pub converted: bool,
    /// Of a Task's priority: whether it is high.
    #[serde(default)]
    pub high: bool,
    /// The controlling values under which it can be chosen.
    #[serde(default)]
    pub valid_for: Vec<String>,
}

/// Custom fields that one object can have.
const FIELDS_MAX: usize = 500;
/// Values that one picklist can have.
const CHOICES_MAX: usize = 1_000;
/// Characters of a name before its `__c`.
const NAME_CHARS_MAX: usize = 40;
/// Characters of a value of a picklist.
const CHOICE_CHARS_MAX: usize = 255;
/// Characters of all values that one multi-select field can hold.
const MULTI_CHARS: usize = 4_099;
const TEXT_CHARS_MAX: usize = 255;
const LONG_TEXT_CHARS_MAX: usize = 131_072;
const LONG_TEXT_CHARS: usize = 32_768;
const DIGITS_MAX: u8 = 18;

impl CustomField {
    /// `Lead.Tier__c`, as errors name it.
    pub(crate) fn path(&self) -> String {
        format!("{}.{}", self.object, self.name)
    }

    /// The field, or why there can be none such in an org with that schema.
    pub(crate) fn build(&self, schema: &Schema) -> Result<Field, String> {
        self.check_name(schema)?;
        self.check_fit()?;
        let mut field = self.blank()?;
        field.custom = true;
        field.label = match &self.label {
            Some(label) => label.clone(),
            None => self.stem().replace('_', " "),
        };
        field.help.clone_from(&self.help);
        field.unique = self.unique;
        field.external_id = self.external_id;
        field.id_lookup = self.external_id;
        field.case_sensitive = self.case_sensitive;
        // Equality of numbers is not answered from the index.
        field.indexed |= (self.unique || self.external_id) && field.precision == 0;
        if self.required {
            field.presence = Presence::Required;
        }
        self.choose_default(&mut field)?;
        if let Some(controller) = &self.controller {
            self.depend(&mut field, controller, schema)?;
        }
        Ok(field)
    }

    fn stem(&self) -> &str {
        self.name.strip_suffix("__c").unwrap_or(&self.name)
    }

    fn check_name(&self, schema: &Schema) -> Result<(), String> {
        let stem = self.stem();
        let is_letter_first = stem.starts_with(|first: char| first.is_ascii_alphabetic());
        let is_plain = stem
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || character == '_');
        if !self.name.ends_with("__c")
            || !is_letter_first
            || !is_plain
            || stem.ends_with('_')
            || stem.contains("__")
            || stem.len() > NAME_CHARS_MAX
        {
            return Err(format!(
                "the name must be a letter, then letters, digits and single underscores, at most \
                 {NAME_CHARS_MAX} in all, then __c"
            ));
        }
        if !self.object.is_writable() {
            return Err(format!("{} takes no custom fields here", self.object));
        }
        let known = schema.of(self.object);
        if known.position(&self.name).is_some() {
            return Err("there is such a field already".to_owned());
        }
        if known.fields.iter().filter(|field| field.custom).count() >= FIELDS_MAX {
            return Err(format!("an object has {FIELDS_MAX} custom fields at most"));
        }
        Ok(())
    }

    /// Refuses what does not belong to a field of that type.
    fn check_fit(&self) -> Result<(), String> {
        use CustomKind as K;
        let kind = self.kind;
        let is_number = matches!(kind, K::Number | K::Currency | K::Percent);
        let is_picklist = matches!(kind, K::Picklist | K::MultiPicklist);
        let is_text = matches!(kind, K::Text | K::LongTextArea);
        let can_be_key = matches!(kind, K::Text | K::Number | K::Email);
        let wrong = [
            (self.length.is_some() && !is_text, "length"),
            (self.precision.is_some() && !is_number, "precision"),
            (self.scale.is_some() && !is_number, "scale"),
            (!self.values.is_empty() && !is_picklist, "values"),
            (self.restricted.is_some() && !is_picklist, "restricted"),
            (self.controller.is_some() && !is_picklist, "controller"),
            (self.refers_to.is_some() != (kind == K::Lookup), "refersTo"),
            (
                self.child_relationship.is_some() && kind != K::Lookup,
                "childRelationship",
            ),
            (self.unique && !can_be_key, "unique"),
            (self.external_id && !can_be_key, "externalId"),
            (
                self.case_sensitive && !(self.unique && kind == K::Text),
                "caseSensitive",
            ),
            (self.required && kind == K::Checkbox, "required"),
        ];
        match wrong.into_iter().find(|(is_wrong, _)| *is_wrong) {
            Some((_, "refersTo")) if kind == K::Lookup => {
                Err("a lookup says with refersTo what it leads to".to_owned())
            }
            Some((_, key)) => Err(format!("{key} does not go with this type")),
            None => Ok(()),
        }
    }

    /// The field as its type alone makes it.
    fn blank(&self) -> Result<Field, String> {
        let name = self.name.as_str();
        Ok(match self.kind {
            CustomKind::Checkbox => Field::flag(name),
            CustomKind::Currency => self.number(Kind::Currency, 2)?,
            CustomKind::Number => self.number(Kind::Double, 0)?,
            CustomKind::Percent => self.number(Kind::Percent, 0)?,
            CustomKind::Date => Field::date(name),
            CustomKind::DateTime => Field::instant(name),
            CustomKind::Email => Field::new(name, Kind::Email, 80),
            CustomKind::Phone => Field::phone(name),
            CustomKind::Url => Field::url(name, 255),
            CustomKind::Text => Field::text(name, self.chars(TEXT_CHARS_MAX, TEXT_CHARS_MAX)?),
            CustomKind::TextArea => Field::text_area(name, TEXT_CHARS_MAX),
            CustomKind::LongTextArea => {
                Field::long_text_area(name, self.chars(LONG_TEXT_CHARS, LONG_TEXT_CHARS_MAX)?)
            }
            CustomKind::Picklist => self.picklist(Field::picklist(name, &[]))?,
            CustomKind::MultiPicklist => {
                self.picklist(Field::new(name, Kind::MultiPicklist, MULTI_CHARS))?
            }
            CustomKind::Lookup => self.lookup(),
        })
    }

    fn chars(&self, usual: usize, max: usize) -> Result<usize, String> {
        match self.length {
            None => Ok(usual),
            Some(length) if (1..=max).contains(&length) => Ok(length),
            Some(_) => Err(format!("the length must be from 1 to {max}")),
        }
    }

    fn number(&self, kind: Kind, usual_scale: u8) -> Result<Field, String> {
        let precision = self.precision.unwrap_or(DIGITS_MAX);
        let scale = self.scale.unwrap_or(usual_scale.min(precision));
        if !(1..=DIGITS_MAX).contains(&precision) || scale > precision {
            return Err(format!(
                "the precision must be from 1 to {DIGITS_MAX}, and the scale no more than that"
            ));
        }
        Ok(Field::number(self.name.as_str(), kind, precision, scale))
    }

    fn lookup(&self) -> Field {
        let targets = self.refers_to.map_or(&[][..], Object::alone);
        let mut field = Field::reference(&self.name, targets);
        field.relationship_name = Some(format!("{}__r", self.stem()));
        field.children_name = self
            .child_relationship
            .as_ref()
            .map(|name| format!("{name}__r"));
        field
    }

    fn picklist(&self, field: Field) -> Result<Field, String> {
        let picklist = choices(&self.values)?;
        Ok(Field {
            picklist,
            restricted: self.restricted.unwrap_or(true),
            ..field
        })
    }

    fn choose_default(&self, field: &mut Field) -> Result<(), String> {
        let marked = default_of(&self.values)?;
        let default = match (&self.default, marked) {
            (None, None) => return Ok(()),
            (Some(_), Some(_)) => return Err("it has two defaults".to_owned()),
            (Some(CustomDefault::Flag(flag)), None) if self.kind == CustomKind::Checkbox => {
                field.default = Value::Bool(*flag);
                return Ok(());
            }
            (Some(CustomDefault::Flag(_)), None) => {
                return Err("only a checkbox has true or false as its default".to_owned());
            }
            (Some(CustomDefault::Text(text)), None) => text.as_str(),
            (None, Some(text)) => text,
        };
        let is_possible = match self.kind {
            CustomKind::Picklist | CustomKind::MultiPicklist => field.offers(default),
            CustomKind::Text => default.encode_utf16().count() <= field.length,
            CustomKind::Checkbox
            | CustomKind::Currency
            | CustomKind::Date
            | CustomKind::DateTime
            | CustomKind::Email
            | CustomKind::LongTextArea
            | CustomKind::Lookup
            | CustomKind::Number
            | CustomKind::Percent
            | CustomKind::Phone
            | CustomKind::TextArea
            | CustomKind::Url => false,
        };
        if !is_possible {
            return Err(format!("{default:?} cannot be its default"));
        }
        field.default = Value::text(default);
        field.presence = match field.presence {
            Presence::Required | Presence::Defaulted => Presence::Defaulted,
            Presence::Nillable | Presence::DefaultedNillable => Presence::DefaultedNillable,
        };
        Ok(())
    }

    /// Makes the picklist depend on another field of the object.
    fn depend(&self, field: &mut Field, controller: &str, schema: &Schema) -> Result<(), String> {
        let controlling = schema
            .of(self.object)
            .field(controller)
            .filter(|field| matches!(field.kind, Kind::Picklist | Kind::Bool))
            .ok_or_else(|| format!("{controller} is no picklist or checkbox of {}", self.object))?;
        let place_of = |value: &str| {
            if controlling.kind == Kind::Bool {
                return ["false", "true"].iter().position(|known| *known == value);
            }
            let mut choices = controlling.picklist.iter();
            choices.position(|choice| choice.value == value)
        };
        for (choice, said) in field.picklist.iter_mut().zip(&self.values) {
            let CustomChoice::Detailed(said) = said else {
                continue;
            };
            for value in &said.valid_for {
                let place = place_of(value)
                    .ok_or_else(|| format!("{controller} has no value {value:?}"))?;
                choice.valid_for.push(place);
            }
        }
        field.controller = Some(controlling.name.clone());
        Ok(())
    }
}

impl CustomChoice {
    fn value(&self) -> &str {
        match self {
            Self::Name(value) => value,
            Self::Detailed(details) => &details.value,
        }
    }

    /// What it says of a deal as a stage.
    pub(super) fn stage(&self) -> Option<Stage> {
        let Self::Detailed(details) = self else {
            return None;
        };
        let closed = details.closed || details.won;
        let (usual, forecast) = match (closed, details.won) {
            (_, true) => (100, "Closed"),
            (true, false) => (0, "Omitted"),
            (false, false) => (10, "Pipeline"),
        };
        let says_nothing = !closed && details.probability.is_none();
        (!says_nothing).then(|| Stage {
            closed,
            won: details.won,
            probability: f64::from(details.probability.unwrap_or(usual).min(100)),
            forecast,
        })
    }

    fn build(&self) -> Choice {
        let mut choice = Choice::new(self.value().to_owned());
        if let Self::Detailed(details) = self {
            if let Some(label) = &details.label {
                choice.label = label.clone().into();
            }
            choice.active = !details.inactive;
            choice.meaning = details.meaning();
        }
        choice
    }
}

impl ChoiceDetails {
    fn meaning(&self) -> Meaning {
        if self.converted {
            Meaning::Converted
        } else if self.closed {
            Meaning::Closed
        } else if self.high {
            Meaning::High
        } else {
            Meaning::Plain
        }
    }
}

/// The values of a picklist, each once.
pub(super) fn choices(said: &[CustomChoice]) -> Result<Vec<Choice>, String> {
    if said.is_empty() || said.len() > CHOICES_MAX {
        return Err(format!("a picklist has from 1 to {CHOICES_MAX} values"));
    }
    for (place, choice) in said.iter().enumerate() {
        let value = choice.value();
        let chars = value.encode_utf16().count();
        if value.trim() != value || !(1..=CHOICE_CHARS_MAX).contains(&chars) || value.contains(';')
        {
            return Err(format!(
                "{value:?} is no value: it must have from 1 to {CHOICE_CHARS_MAX} characters, no \
                 semicolon, and no blank at its ends"
            ));
        }
        if said[..place].iter().any(|earlier| earlier.value() == value) {
            return Err(format!("the value {value:?} is there twice"));
        }
    }
    Ok(said.iter().map(CustomChoice::build).collect())
}

/// The value that is marked as the default.
pub(super) fn default_of(said: &[CustomChoice]) -> Result<Option<&str>, String> {
    let mut marked = said.iter().filter_map(|choice| match choice {
        CustomChoice::Detailed(details) if details.default => Some(details),
        CustomChoice::Detailed(_) | CustomChoice::Name(_) => None,
    });
    let first = marked.next();
    if marked.next().is_some() {
        return Err("two values are the default".to_owned());
    }
    match first {
        Some(details) if details.inactive => Err("the default is inactive".to_owned()),
        Some(details) => Ok(Some(&details.value)),
        None => Ok(None),
    }
}
