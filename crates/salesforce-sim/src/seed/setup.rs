//! The setup of a new org: its vocabularies as rows, the members of its queue, and who may do what.
//!
//! Profiles carry all permissions. The first belongs to the user who connects apps, so that what is
//! taken from apps is taken from nobody else.

use crate::id::RecordId;
use crate::row::Row;
use crate::schema::{Choice, Field, Meaning, Object, Setup};
use crate::table::seeded_id;
use crate::value::Value;

use super::{Draft, Seeder, queue};

/// How long ago, in days, the setup was made.
const SET_UP_DAYS_AGO: u16 = 695;

/// The objects that permissions are given for. What hangs on them follows them.
pub(crate) const PERMITTED: [Object; 5] = [
    Object::Account,
    Object::Case,
    Object::Contact,
    Object::Lead,
    Object::Opportunity,
];

/// The objects that the queue takes.
const QUEUED: [Object; 3] = [Object::Lead, Object::Case, Object::Task];

struct Profile {
    name: &'static str,
    /// Whether its users see and change what others own.
    is_admin: bool,
    writes: bool,
}

const PROFILES: [Profile; 3] = [
    Profile {
        name: "System Administrator",
        is_admin: true,
        writes: true,
    },
    Profile {
        name: "Standard User",
        is_admin: false,
        writes: true,
    },
    Profile {
        name: "Read Only",
        is_admin: false,
        writes: false,
    },
];

/// The profile of the `index`-th user, as its place.
pub(super) fn profile_of(index: u32) -> u32 {
    u32::from(index > 0)
}

/// The permissions of the `index`-th profile.
pub(crate) fn permission_set(index: u32) -> RecordId {
    seeded_id(Object::Setup(Setup::PermissionSet), index)
}

impl Seeder<'_> {
    pub(super) fn setup(&self, setup: Setup) -> Vec<Option<Row>> {
        match setup {
            Setup::CaseStatus => self.vocabulary(setup, Object::Case, "Status"),
            Setup::LeadStatus => self.vocabulary(setup, Object::Lead, "Status"),
            Setup::TaskStatus => self.vocabulary(setup, Object::Task, "Status"),
            Setup::TaskPriority => self.vocabulary(setup, Object::Task, "Priority"),
            Setup::OpportunityStage => self.vocabulary(setup, Object::Opportunity, "StageName"),
            Setup::GroupMember => self.group_members(),
            Setup::QueueSobject => self.numbered(setup, QUEUED, |draft, object| {
                draft.set("QueueId", Value::Id(queue()));
                draft.fixed("SobjectType", object.name());
            }),
            Setup::Profile => self.numbered(setup, PROFILES, |draft, profile| {
                draft.fixed("Name", profile.name);
                draft.fixed("UserType", "Standard");
            }),
            Setup::PermissionSet => self.permission_sets(),
            Setup::PermissionSetAssignment => self.assignments(),
            Setup::ObjectPermissions => self.object_permissions(),
            Setup::FieldPermissions => self.field_permissions(),
            // A new org has no record types, and computed rows are never kept.
            Setup::RecordType | Setup::UserRecordAccess => Vec::new(),
        }
    }

    /// One row for each of `items`.
    fn numbered<T>(
        &self,
        setup: Setup,
        items: impl IntoIterator<Item = T>,
        fill: impl Fn(&mut Draft<'_>, T),
    ) -> Vec<Option<Row>> {
        (0_u32..)
            .zip(items)
            .map(|(index, item)| {
                let mut draft = self.draft(Object::Setup(setup), index, SET_UP_DAYS_AGO);
                fill(&mut draft, item);
                Some(draft.done())
            })
            .collect()
    }

    fn vocabulary(&self, setup: Setup, object: Object, field: &str) -> Vec<Option<Row>> {
        let schema = self.schema.of(object);
        let field = &schema.fields[schema.known(field)];
        let choices = (1_i64..).zip(&field.picklist);
        self.numbered(setup, choices, |draft, (order, choice)| {
            draft.set("MasterLabel", Value::text(&*choice.label));
            draft.set("ApiName", Value::text(&*choice.value));
            draft.set("SortOrder", Value::Int(order));
            if setup == Setup::OpportunityStage {
                draft.set("IsActive", Value::Bool(choice.active));
            } else {
                let is_default = field.default.as_text() == Some(&*choice.value);
                draft.set("IsDefault", Value::Bool(is_default));
            }
            describe_meaning(draft, choice);
        })
    }

    fn group_members(&self) -> Vec<Option<Row>> {
        let members = (0..self.options.teammates).filter(|index| {
            let teammate = self.population.teammate(*index);
            teammate.in_salesforce && teammate.active && *index > 0
        });
        self.numbered(Setup::GroupMember, members, |draft, index| {
            draft.set("GroupId", Value::Id(queue()));
            let user = seeded_id(Object::User, index);
            draft.set("UserOrGroupId", Value::Id(user));
        })
    }

    fn permission_sets(&self) -> Vec<Option<Row>> {
        let profiles = (0_u32..).zip(PROFILES);
        self.numbered(Setup::PermissionSet, profiles, |draft, (index, profile)| {
            let id = seeded_id(Object::Setup(Setup::Profile), index);
            draft.set("Name", Value::text(format!("X{}", id.short())));
            draft.fixed("Label", profile.name);
            draft.set("ProfileId", Value::Id(id));
            draft.set("IsOwnedByProfile", Value::Bool(true));
        })
    }

    fn assignments(&self) -> Vec<Option<Row>> {
        let users = (0..self.options.teammates)
            .filter(|index| self.population.teammate(*index).in_salesforce);
        self.numbered(Setup::PermissionSetAssignment, users, |draft, index| {
            let set = permission_set(profile_of(index));
            draft.set("PermissionSetId", Value::Id(set));
            draft.set("AssigneeId", Value::Id(seeded_id(Object::User, index)));
        })
    }

    fn object_permissions(&self) -> Vec<Option<Row>> {
        let rows = by_profile(PERMITTED.to_vec());
        self.numbered(Setup::ObjectPermissions, rows, |draft, (index, object)| {
            let profile = &PROFILES[index as usize];
            draft.set("ParentId", Value::Id(permission_set(index)));
            draft.fixed("SobjectType", object.name());
            draft.set("PermissionsRead", Value::Bool(true));
            for field in ["PermissionsCreate", "PermissionsEdit", "PermissionsDelete"] {
                draft.set(field, Value::Bool(profile.writes));
            }
            for field in ["PermissionsViewAllRecords", "PermissionsModifyAllRecords"] {
                draft.set(field, Value::Bool(profile.is_admin));
            }
        })
    }

    fn field_permissions(&self) -> Vec<Option<Row>> {
        let fields = PERMITTED.into_iter().flat_map(|object| {
            let fields = self.schema.of(object).fields.iter();
            fields
                .filter(|field| field.is_permissionable())
                .map(move |field| (object, field))
        });
        let rows = by_profile(fields.collect());
        self.numbered(
            Setup::FieldPermissions,
            rows,
            |draft, (index, (object, field)): (u32, (Object, &Field))| {
                draft.set("ParentId", Value::Id(permission_set(index)));
                draft.fixed("SobjectType", object.name());
                let name = format!("{}.{}", object.name(), field.name);
                draft.set("Field", Value::text(name));
                draft.set("PermissionsRead", Value::Bool(true));
                let writes = PROFILES[index as usize].writes;
                draft.set("PermissionsEdit", Value::Bool(writes));
            },
        )
    }
}

/// Every item under every profile.
fn by_profile<T: Clone>(items: Vec<T>) -> impl Iterator<Item = (u32, T)> {
    (0_u32..)
        .zip(PROFILES)
        .flat_map(move |(index, _)| items.clone().into_iter().map(move |item| (index, item)))
}

fn describe_meaning(draft: &mut Draft<'_>, choice: &Choice) {
    match choice.meaning {
        Meaning::Plain => {}
        Meaning::Closed => draft.set("IsClosed", Value::Bool(true)),
        Meaning::Converted => draft.set("IsConverted", Value::Bool(true)),
        Meaning::High => draft.set("IsHighPriority", Value::Bool(true)),
        Meaning::Stage(stage) => {
            draft.set("IsClosed", Value::Bool(stage.closed));
            draft.set("IsWon", Value::Bool(stage.won));
            draft.set("DefaultProbability", Value::Double(stage.probability));
            draft.fixed("ForecastCategoryName", stage.forecast);
            if let Some(key) = crate::schema::forecast_key(stage.forecast) {
                draft.fixed("ForecastCategory", key);
            }
        }
    }
}
