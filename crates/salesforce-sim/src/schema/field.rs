//! One field: what it is called, what it holds, who may write it, where its value comes from.

use crate::value::Value;

use super::{Access, Choice, Kind, Meaning, Object, Presence, Source};

/// One field of an object.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "describe is a list of flags")]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) kind: Kind,
    /// In UTF-16 units; 0 where the kind has no length.
    pub(crate) length: usize,
    pub(crate) precision: u8,
    pub(crate) scale: u8,
    pub(crate) access: Access,
    pub(crate) presence: Presence,
    pub(crate) source: Source,
    pub(crate) picklist: Vec<Choice>,
    /// What a create that leaves it out gets; `Null` for nothing.
    pub(crate) default: Value,
    pub(crate) refers_to: &'static [Object],
    /// What it refers to where this org holds no records of that object.
    pub(crate) refers_beyond: Option<&'static str>,
    pub(crate) restricted: bool,
    pub(crate) id_lookup: bool,
    pub(crate) is_name: bool,
    /// Equality on it is answered from an index.
    pub(crate) indexed: bool,
    /// Cannot be filtered or sorted by.
    pub(crate) long: bool,
    /// Kept from apps: none of them can name it.
    pub(crate) hidden: bool,
    /// An administrator added it.
    pub(crate) custom: bool,
    pub(crate) external_id: bool,
    pub(crate) unique: bool,
    pub(crate) case_sensitive: bool,
    /// The field whose value says which of the picklist's values can be chosen.
    pub(crate) controller: Option<String>,
    /// What an administrator tells people about it.
    pub(crate) help: Option<String>,
    /// The relationship, where it does not follow from the name.
    pub(crate) relationship_name: Option<String>,
    /// The name under which the parent lists what refers to it here.
    pub(crate) children_name: Option<String>,
}

impl Field {
    pub(super) fn new(name: impl Into<String>, kind: Kind, length: usize) -> Self {
        let name = name.into();
        Self {
            label: label_of(&name),
            name,
            kind,
            length,
            precision: 0,
            scale: 0,
            access: Access::Full,
            presence: Presence::Nillable,
            source: Source::Stored,
            picklist: Vec::new(),
            default: Value::Null,
            refers_to: &[],
            refers_beyond: None,
            restricted: false,
            id_lookup: false,
            is_name: false,
            indexed: false,
            long: false,
            hidden: false,
            custom: false,
            external_id: false,
            unique: false,
            case_sensitive: false,
            controller: None,
            help: None,
            relationship_name: None,
            children_name: None,
        }
    }

    pub(crate) fn text(name: impl Into<String>, length: usize) -> Self {
        Self::new(name, Kind::Text, length)
    }

    pub(crate) fn text_area(name: impl Into<String>, length: usize) -> Self {
        Self::new(name, Kind::TextArea, length)
    }

    /// A text area too long to be filtered or sorted by.
    pub(crate) fn long_text_area(name: &str, length: usize) -> Self {
        Self {
            long: true,
            ..Self::new(name, Kind::TextArea, length)
        }
    }

    pub(crate) fn phone(name: &str) -> Self {
        Self::new(name, Kind::Phone, 40)
    }

    pub(crate) fn email(name: &str, length: usize) -> Self {
        Self {
            id_lookup: true,
            indexed: true,
            ..Self::new(name, Kind::Email, length)
        }
    }

    pub(crate) fn url(name: &str, length: usize) -> Self {
        Self::new(name, Kind::Url, length)
    }

    pub(crate) fn picklist(name: impl Into<String>, values: &'static [&'static str]) -> Self {
        Self {
            picklist: values.iter().copied().map(Choice::new).collect(),
            ..Self::new(name, Kind::Picklist, 255)
        }
    }

    pub(crate) fn combobox(name: &str, values: &'static [&'static str]) -> Self {
        Self {
            picklist: values.iter().copied().map(Choice::new).collect(),
            ..Self::new(name, Kind::Combobox, 255)
        }
    }

    pub(crate) fn reference(name: &str, refers_to: &'static [Object]) -> Self {
        Self {
            refers_to,
            indexed: true,
            ..Self::new(name, Kind::Reference, 18)
        }
    }

    /// A reference to records that this org has none of.
    pub(crate) fn reference_beyond(name: &str, object: &'static str) -> Self {
        Self {
            refers_beyond: Some(object),
            ..Self::new(name, Kind::Reference, 18)
        }
    }

    pub(crate) fn flag(name: &str) -> Self {
        Self {
            presence: Presence::Defaulted,
            ..Self::new(name, Kind::Bool, 0)
        }
    }

    pub(crate) fn int(name: &str) -> Self {
        Self {
            precision: 8,
            ..Self::new(name, Kind::Int, 0)
        }
    }

    pub(crate) fn number(name: impl Into<String>, kind: Kind, precision: u8, scale: u8) -> Self {
        Self {
            precision,
            scale,
            ..Self::new(name, kind, 0)
        }
    }

    pub(crate) fn date(name: &str) -> Self {
        Self::new(name, Kind::Date, 0)
    }

    pub(crate) fn instant(name: &str) -> Self {
        Self::new(name, Kind::Instant, 0)
    }

    pub(crate) fn full_name() -> Self {
        Self {
            source: Source::FullName,
            is_name: true,
            ..Self::text("Name", 121).read_only().labelled("Full Name")
        }
    }

    pub(crate) fn derived(field: Self, source: Source) -> Self {
        Self {
            source,
            access: Access::Read,
            ..field
        }
    }

    /// The eight parts of an address and their compound.
    pub(crate) fn address(prefix: &str) -> Vec<Self> {
        let named = |part: &str| format!("{prefix}{part}");
        vec![
            Self::text_area(named("Street"), 255),
            Self::text(named("City"), 40),
            Self::text(named("State"), 80),
            Self::text(named("PostalCode"), 20),
            Self::text(named("Country"), 80),
            Self::number(named("Latitude"), Kind::Double, 18, 15),
            Self::number(named("Longitude"), Kind::Double, 18, 15),
            Self::picklist(named("GeocodeAccuracy"), GEOCODE_ACCURACY)
                .length(40)
                .restricted(),
            Self {
                source: Source::Address,
                long: true,
                ..Self::new(named("Address"), Kind::Address, 0).read_only()
            },
        ]
    }

    pub(crate) fn system_id() -> Self {
        Self {
            source: Source::Id,
            presence: Presence::Defaulted,
            id_lookup: true,
            ..Self::new("Id", Kind::Id, 18).read_only()
        }
    }

    pub(crate) fn system_is_deleted() -> Self {
        Self::derived(
            Self::flag("IsDeleted").labelled("Deleted"),
            Source::IsDeleted,
        )
    }

    pub(crate) fn system_audit() -> Vec<Self> {
        let user: &'static [Object] = &[Object::User];
        let unindexed = |name| Self {
            indexed: false,
            ..Self::reference(name, user)
        };
        let audit = [
            (Self::instant("CreatedDate"), Source::CreatedDate),
            (unindexed("CreatedById"), Source::CreatedById),
            (Self::instant("LastModifiedDate"), Source::LastModifiedDate),
            (unindexed("LastModifiedById"), Source::LastModifiedById),
            (Self::instant("SystemModstamp"), Source::SystemModstamp),
        ];
        audit
            .into_iter()
            .map(|(field, source)| Self {
                presence: Presence::Defaulted,
                ..Self::derived(field, source)
            })
            .collect()
    }

    /// When a person last looked at the record; the integration user never did.
    pub(crate) fn system_viewed() -> Vec<Self> {
        vec![
            Self::instant("LastViewedDate").read_only(),
            Self::instant("LastReferencedDate").read_only(),
        ]
    }

    pub(crate) fn required(self) -> Self {
        Self {
            presence: Presence::Required,
            ..self
        }
    }

    /// Never empty: filled with `value` on create.
    pub(crate) fn defaulted(self, value: &'static str) -> Self {
        Self {
            presence: Presence::Defaulted,
            default: Value::Static(value),
            ..self
        }
    }

    /// Filled with `value` on create, but may be emptied.
    pub(crate) fn preset(self, value: &'static str) -> Self {
        Self {
            presence: Presence::DefaultedNillable,
            default: Value::Static(value),
            ..self
        }
    }

    /// Never empty: the org computes what a create leaves out.
    pub(crate) fn always_filled(self) -> Self {
        Self {
            presence: Presence::Defaulted,
            ..self
        }
    }

    pub(crate) fn read_only(self) -> Self {
        Self {
            access: Access::Read,
            ..self
        }
    }

    pub(crate) fn create_only(self) -> Self {
        Self {
            access: Access::CreateOnly,
            ..self
        }
    }

    pub(crate) fn update_only(self) -> Self {
        Self {
            access: Access::UpdateOnly,
            ..self
        }
    }

    pub(crate) fn restricted(self) -> Self {
        Self {
            restricted: true,
            ..self
        }
    }

    pub(crate) fn length(self, length: usize) -> Self {
        Self { length, ..self }
    }

    pub(crate) fn labelled(self, label: &str) -> Self {
        Self {
            label: label.to_owned(),
            ..self
        }
    }

    /// Names the list of such records that the parent has.
    pub(crate) fn children(self, name: &str) -> Self {
        Self {
            children_name: Some(name.to_owned()),
            ..self
        }
    }

    pub(crate) fn naming(self) -> Self {
        Self {
            is_name: true,
            ..self
        }
    }

    pub(crate) fn looked_up(self) -> Self {
        Self {
            id_lookup: true,
            indexed: true,
            ..self
        }
    }

    /// `Owner` for `OwnerId`.
    pub(crate) fn relationship(&self) -> Option<String> {
        if self.kind != Kind::Reference {
            return None;
        }
        let follows = || {
            self.name
                .strip_suffix("Id")
                .unwrap_or(&self.name)
                .to_owned()
        };
        Some(self.relationship_name.clone().unwrap_or_else(follows))
    }

    /// Whether it can hold ids of several objects.
    pub(crate) fn is_polymorphic(&self) -> bool {
        self.refers_to.len() > 1
    }

    pub(crate) fn is_createable(&self) -> bool {
        matches!(self.access, Access::Full | Access::CreateOnly)
    }

    pub(crate) fn is_updateable(&self) -> bool {
        matches!(self.access, Access::Full | Access::UpdateOnly)
    }

    pub(crate) fn is_nillable(&self) -> bool {
        matches!(
            self.presence,
            Presence::Nillable | Presence::DefaultedNillable
        )
    }

    pub(crate) fn is_defaulted(&self) -> bool {
        matches!(
            self.presence,
            Presence::Defaulted | Presence::DefaultedNillable
        )
    }

    /// Whether permissions of fields can speak of it.
    pub(crate) fn is_permissionable(&self) -> bool {
        self.is_nillable() && self.is_updateable()
    }

    /// The `type` of describe.
    pub(crate) fn type_name(&self) -> &'static str {
        self.kind.type_name()
    }

    /// The picklist's value of that name.
    pub(crate) fn choice(&self, value: &str) -> Option<&Choice> {
        self.picklist.iter().find(|choice| choice.value == value)
    }

    /// Whether the picklist has that value, and it is still in use.
    pub(crate) fn offers(&self, value: &str) -> bool {
        self.choice(value).is_some_and(|choice| choice.active)
    }

    /// Gives the picklist's values their meanings.
    pub(crate) fn meaning(mut self, meant: impl Fn(&str) -> Meaning) -> Self {
        for choice in &mut self.picklist {
            choice.meaning = meant(&choice.value);
        }
        self
    }
}

const GEOCODE_ACCURACY: &[&str] = &[
    "Address",
    "NearAddress",
    "Block",
    "Street",
    "ExtendedZip",
    "Zip",
    "Neighborhood",
    "City",
    "County",
    "State",
    "Unknown",
];

/// `LastModifiedById` → `Last Modified By ID`.
pub(crate) fn label_of(name: &str) -> String {
    let mut label = String::with_capacity(name.len() + 4);
    let mut before_was_lower = false;
    for character in name.chars() {
        if character.is_ascii_uppercase() && before_was_lower {
            label.push(' ');
        }
        before_was_lower = character.is_ascii_lowercase() || character.is_ascii_digit();
        label.push(character);
    }
    if let Some(stem) = label.strip_suffix(" Id") {
        return format!("{stem} ID");
    }
    if label == "Id" {
        "Record ID".to_owned()
    } else {
        label
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_follow_from_names() {
        assert_eq!(label_of("LastName"), "Last Name");
        assert_eq!(label_of("OwnerId"), "Owner ID");
        assert_eq!(
            label_of("OpportunityContactRole"),
            "Opportunity Contact Role"
        );
        assert_eq!(label_of("Id"), "Record ID");
    }
}
