//! What objects exist, which fields they have, and what each field allows.
//!
//! One description serves describe, validation, SOQL, Bulk and the pages, so that they cannot
//! disagree. Names are those of the vendor's object reference; labels follow from them.

mod account;
mod activity;
mod choice;
mod contact;
mod field;
mod kind;
mod lead;
mod object;
mod people;
mod queried;
mod sales;
mod service;
mod setup;

use std::collections::BTreeMap;

pub(crate) use choice::{Choice, Meaning, Stage};
pub(crate) use field::Field;
pub(crate) use kind::{Access, Kind, Presence, Source};
pub use object::{Object, Setup};
pub(crate) use sales::forecast_key;

/// One object with its fields, in the order in which describe lists them.
#[derive(Debug)]
pub(crate) struct ObjectSchema {
    pub(crate) object: Object,
    pub(crate) fields: Vec<Field>,
    by_name: BTreeMap<String, usize>,
    by_relationship: BTreeMap<String, usize>,
}

impl ObjectSchema {
    fn new(object: Object, mut own: Vec<Field>) -> Self {
        let mut fields = vec![Field::system_id(), Field::system_is_deleted()];
        if object.is_mergeable() {
            fields.push(Field::reference("MasterRecordId", object.alone()).read_only());
        }
        fields.append(&mut own);
        fields.extend(Field::system_audit());
        let lower = |text: &str| text.to_ascii_lowercase();
        let by_name = fields
            .iter()
            .enumerate()
            .map(|(at, f)| (lower(&f.name), at))
            .collect();
        let by_relationship = fields
            .iter()
            .enumerate()
            .filter_map(|(at, f)| f.relationship().map(|name| (lower(&name), at)))
            .collect();
        Self {
            object,
            fields,
            by_name,
            by_relationship,
        }
    }

    /// The place of the field of that name; case does not matter.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.by_name.get(&name.to_ascii_lowercase()).copied()
    }

    /// The field of that name; case does not matter.
    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.position(name).map(|at| &self.fields[at])
    }

    /// The reference field behind a relationship name such as `Owner`.
    pub(crate) fn relationship(&self, name: &str) -> Option<usize> {
        self.by_relationship
            .get(&name.to_ascii_lowercase())
            .copied()
    }

    /// What a value of a picklist means; one that the org does not know means nothing.
    pub(crate) fn meaning(&self, field: &str, value: &str) -> Meaning {
        let choice = self.fields[self.known(field)].choice(value);
        choice.map_or(Meaning::Plain, |choice| choice.meaning)
    }

    /// What a stage says about an opportunity.
    pub(crate) fn stage(&self, name: &str) -> Stage {
        match self.meaning("StageName", name) {
            Meaning::Stage(stage) => stage,
            Meaning::Plain | Meaning::Closed | Meaning::Converted | Meaning::High => {
                sales::UNKNOWN_STAGE
            }
        }
    }

    /// The place of a field that the program itself names.
    pub(crate) fn known(&self, name: &str) -> usize {
        self.position(name)
            .unwrap_or_else(|| panic!("{} has {name}", self.object.name()))
    }
}

/// All objects.
#[derive(Debug)]
pub(crate) struct Schema {
    objects: Vec<ObjectSchema>,
}

impl Schema {
    pub(crate) fn new() -> Self {
        let objects = Object::ALL
            .into_iter()
            .map(|object| {
                let own = match object {
                    Object::Account => account::fields(),
                    Object::AssignmentRule => people::assignment_rule_fields(),
                    Object::Case => service::case_fields(),
                    Object::CaseComment => service::case_comment_fields(),
                    Object::Contact => contact::fields(),
                    Object::Group => people::group_fields(),
                    Object::Lead => lead::fields(),
                    Object::Opportunity => sales::opportunity_fields(),
                    Object::OpportunityContactRole => sales::contact_role_fields(),
                    Object::Organization => people::organization_fields(),
                    Object::Setup(setup) => setup::fields(setup),
                    Object::Task => activity::task_fields(),
                    Object::User => people::user_fields(),
                    Object::UserRole => people::user_role_fields(),
                };
                ObjectSchema::new(object, own)
            })
            .collect();
        Self { objects }
    }

    /// What refers to records of `parent`: the object and the place of its field.
    pub(crate) fn children(&self, parent: Object) -> impl Iterator<Item = (Object, usize)> {
        self.objects.iter().flat_map(move |child| {
            let fields = child.fields.iter().enumerate();
            let referring = fields.filter(move |(_, field)| field.refers_to.contains(&parent));
            referring.map(|(place, _)| (child.object, place))
        })
    }

    pub(crate) fn of(&self, object: Object) -> &ObjectSchema {
        &self.objects[object.index()]
    }
}
