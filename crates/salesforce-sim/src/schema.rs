//! What objects exist, which fields they have, and what each field allows.
//!
//! One description serves describe, validation, SOQL, Bulk and the pages, so that they cannot
//! disagree. Names are those of the vendor's object reference; labels follow from them.

mod account;
mod activity;
mod choice;
mod contact;
mod custom;
mod field;
mod founding;
mod kind;
mod lead;
mod object;
mod people;
pub(crate) mod places;
mod queried;
mod sales;
mod service;
mod setup;

use std::collections::BTreeMap;

pub(crate) use choice::{Choice, Meaning, Stage};
pub use custom::{ChoiceDetails, CustomChoice, CustomDefault, CustomField, CustomKind};
pub(crate) use field::Field;
pub(crate) use founding::KnownType;
pub(crate) use kind::{Access, Kind, Presence, Source};
pub use object::{Object, Setup};
pub(crate) use places::{Place, countries, states};
pub(crate) use sales::forecast_key;

/// One object with its fields, in the order in which describe lists them.
#[derive(Debug, Clone)]
pub(crate) struct ObjectSchema {
    pub(crate) object: Object,
    pub(crate) fields: Vec<Field>,
    /// The record types of the object beside the master.
    pub(crate) record_types: Vec<KnownType>,
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
        let mut schema = Self {
            object,
            fields,
            record_types: Vec::new(),
            by_name: BTreeMap::new(),
            by_relationship: BTreeMap::new(),
        };
        schema.index();
        schema
    }

    /// Learns the names of the fields anew.
    fn index(&mut self) {
        let lower = |text: &str| text.to_ascii_lowercase();
        let fields = || self.fields.iter().enumerate();
        let by_name = fields().map(|(at, field)| (lower(&field.name), at));
        let by_relationship =
            fields().filter_map(|(at, field)| field.relationship().map(|name| (lower(&name), at)));
        let (by_name, by_relationship) = (by_name.collect(), by_relationship.collect());
        self.by_name = by_name;
        self.by_relationship = by_relationship;
    }

    /// The places of the fields that are not hidden, in their order.
    pub(crate) fn shown_places(&self) -> Vec<usize> {
        let fields = self.fields.iter().enumerate();
        let shown = fields.filter(|(_, field)| !field.hidden);
        shown.map(|(place, _)| place).collect()
    }

    /// The place of the field of that name, unless it is hidden; case does not matter.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        let place = *self.by_name.get(&name.to_ascii_lowercase())?;
        (!self.fields[place].hidden).then_some(place)
    }

    /// The field of that name, unless it is hidden; case does not matter.
    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.position(name).map(|at| &self.fields[at])
    }

    /// The reference field behind a relationship name such as `Owner`, unless it is hidden.
    pub(crate) fn relationship(&self, name: &str) -> Option<usize> {
        let place = *self.by_relationship.get(&name.to_ascii_lowercase())?;
        (!self.fields[place].hidden).then_some(place)
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

    /// The place of a field that the program itself names, hidden from apps or not.
    pub(crate) fn known(&self, name: &str) -> usize {
        let place = self.by_name.get(&name.to_ascii_lowercase()).copied();
        place.unwrap_or_else(|| panic!("{} has {name}", self.object.name()))
    }
}

/// All objects.
#[derive(Debug, Clone)]
pub(crate) struct Schema {
    objects: Vec<ObjectSchema>,
}

impl Schema {
    /// The standard objects, as every org has them at first.
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

    /// Adds a field behind all others, so that no place moves, and returns its own.
    pub(crate) fn add(&mut self, custom: &CustomField) -> Result<usize, String> {
        let field = custom.build(self)?;
        let schema = &mut self.objects[custom.object.index()];
        schema.fields.push(field);
        schema.index();
        Ok(schema.fields.len() - 1)
    }

    /// Changes the fields of an object, but neither their names nor their places.
    pub(crate) fn change(&mut self, object: Object, change: impl FnMut(&mut Field)) {
        self.objects[object.index()]
            .fields
            .iter_mut()
            .for_each(change);
    }

    pub(crate) fn of(&self, object: Object) -> &ObjectSchema {
        &self.objects[object.index()]
    }
}
