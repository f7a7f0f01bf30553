//! The setup of a new org: its vocabularies as rows, the members of its queue, and who may do what.
//!
//! Profiles carry all permissions. The first belongs to the user who connects apps, so that what is
//! taken from apps is taken from nobody else.

use crate::fixture::{Permission, STANDARD_PROFILES};
use crate::id::RecordId;
use crate::row::Row;
use crate::schema::{Choice, Meaning, Object, Setup};
use crate::table::seeded_id;
use crate::value::Value;

use super::{Draft, Seeder};

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

/// The profiles of every org: their names, and whether their users see and change what others own,
/// and write at all.
const PROFILES: [(&str, bool, bool); 3] = [
    (STANDARD_PROFILES[0], true, true),
    (STANDARD_PROFILES[1], false, true),
    (STANDARD_PROFILES[2], false, false),
];

/// A profile, with what it may do.
struct Profile<'fixture> {
    name: &'fixture str,
    is_admin: bool,
    permissions: Vec<Permission>,
}

/// The place, among all profiles, of the fixture's profile at `place`.
pub(super) fn added_profile(place: usize) -> u32 {
    u32::try_from(PROFILES.len() + place).expect("a fixture is a file of a person")
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
            Setup::QueueSobject => self.queue_objects(),
            Setup::Profile => self.numbered(setup, self.profiles(), |draft, profile| {
                draft.set("Name", Value::text(profile.name));
                draft.fixed("UserType", "Standard");
            }),
            Setup::PermissionSet => self.permission_sets(),
            Setup::PermissionSetAssignment => self.assignments(),
            Setup::ObjectPermissions => self.object_permissions(),
            Setup::FieldPermissions => self.field_permissions(),
            Setup::RecordType => self.record_types(),
            // Computed rows are never kept.
            Setup::UserRecordAccess => Vec::new(),
        }
    }

    /// One row for each of `items`.
    pub(super) fn numbered<T>(
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

    fn profiles(&self) -> Vec<Profile<'_>> {
        let standard = PROFILES.map(|(name, is_admin, writes)| Profile {
            name,
            is_admin,
            permissions: PERMITTED.map(|object| permission(object, writes)).into(),
        });
        let added = self.written.profiles.iter().map(|profile| Profile {
            name: &profile.name,
            is_admin: false,
            permissions: profile.permissions.clone(),
        });
        standard.into_iter().chain(added).collect()
    }

    fn record_types(&self) -> Vec<Option<Row>> {
        let types = &self.written.record_types;
        self.numbered(Setup::RecordType, types, |draft, kind| {
            draft.set("Name", Value::text(kind.name.as_str()));
            let name = Value::text(kind.developer_name.as_str());
            draft.set("DeveloperName", name);
            draft.fixed("SobjectType", kind.object.name());
            draft.set("IsActive", Value::Bool(!kind.inactive));
            if let Some(text) = &kind.description {
                draft.set("Description", Value::text(text.as_str()));
            }
        })
    }

    fn permission_sets(&self) -> Vec<Option<Row>> {
        let profiles = (0_u32..).zip(self.profiles());
        self.numbered(Setup::PermissionSet, profiles, |draft, (index, profile)| {
            let id = seeded_id(Object::Setup(Setup::Profile), index);
            draft.set("Name", Value::text(format!("X{}", id.short())));
            draft.set("Label", Value::text(profile.name));
            draft.set("ProfileId", Value::Id(id));
            draft.set("IsOwnedByProfile", Value::Bool(true));
        })
    }

    fn assignments(&self) -> Vec<Option<Row>> {
        let users = self.options.teammates + super::count_of(&self.written.users);
        let users = (0..users).filter_map(|index| self.user(index));
        let schema = self.schema.of(Object::User);
        self.numbered(Setup::PermissionSetAssignment, users, |draft, user| {
            let username = user.text(schema, "Username").unwrap_or_default();
            let set = permission_set(self.profile_index(username, user.id));
            draft.set("PermissionSetId", Value::Id(set));
            draft.set("AssigneeId", Value::Id(user.id));
        })
    }

    fn object_permissions(&self) -> Vec<Option<Row>> {
        let profiles = (0_u32..).zip(self.profiles());
        let rows = profiles.flat_map(|(index, profile)| {
            let readable = profile.permissions.into_iter().filter(|of| of.read);
            readable.map(move |permission| (index, profile.is_admin, permission))
        });
        self.numbered(Setup::ObjectPermissions, rows, |draft, row| {
            let (index, is_admin, permission) = row;
            draft.set("ParentId", Value::Id(permission_set(index)));
            draft.fixed("SobjectType", permission.object.name());
            for (field, holds) in [
                ("PermissionsRead", permission.read),
                ("PermissionsCreate", permission.create),
                ("PermissionsEdit", permission.edit),
                ("PermissionsDelete", permission.delete),
                ("PermissionsViewAllRecords", is_admin),
                ("PermissionsModifyAllRecords", is_admin),
            ] {
                draft.set(field, Value::Bool(holds));
            }
        })
    }

    fn field_permissions(&self) -> Vec<Option<Row>> {
        let profiles = (0_u32..).zip(self.profiles());
        let granted = profiles.flat_map(|(index, profile)| {
            let readable = profile.permissions.into_iter().filter(|of| of.read);
            readable.map(move |permission| (index, permission))
        });
        let rows = granted.flat_map(|(index, permission)| {
            let fields = self.schema.of(permission.object).fields.iter();
            let spoken_of = fields.filter(|field| field.is_permissionable());
            spoken_of.map(move |field| (index, permission, field))
        });
        self.numbered(Setup::FieldPermissions, rows, |draft, row| {
            let (index, permission, field) = row;
            let object = permission.object.name();
            draft.set("ParentId", Value::Id(permission_set(index)));
            draft.fixed("SobjectType", object);
            draft.set("Field", Value::text(format!("{object}.{}", field.name)));
            draft.set("PermissionsRead", Value::Bool(true));
            draft.set("PermissionsEdit", Value::Bool(permission.edit));
        })
    }
}

/// All or reading alone.
fn permission(object: Object, writes: bool) -> Permission {
    Permission {
        object,
        create: writes,
        read: true,
        edit: writes,
        delete: writes,
    }
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
