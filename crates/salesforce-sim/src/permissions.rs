//! Who may do what, as rows: the permissions of the user behind every token follow what is kept from
//! apps, and the access that a user has to a record is computed.
//!
//! What apps meet is decided by `sharing`. Nothing here refuses anything.

use std::sync::Arc;

use model::Timestamp;

use crate::id::RecordId;
use crate::records::Records;
use crate::row::Row;
use crate::schema::{Field, Object, Setup};
use crate::seed::{PERMITTED, integration_user};
use crate::sharing::{FieldLevel, Right};
use crate::value::Value;

const SETS: Object = Object::Setup(Setup::PermissionSet);
const ASSIGNMENTS: Object = Object::Setup(Setup::PermissionSetAssignment);
const OBJECTS: Object = Object::Setup(Setup::ObjectPermissions);
const FIELDS: Object = Object::Setup(Setup::FieldPermissions);
const ACCESS: Object = Object::Setup(Setup::UserRecordAccess);

/// What a user may do with a record.
#[derive(Debug, Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the vendor's row is a list of flags"
)]
struct Access {
    read: bool,
    edit: bool,
    delete: bool,
    all: bool,
}

impl Records {
    /// Brings the rows of permissions of the user behind every token up to date with what is kept
    /// from apps.
    pub(crate) fn publish_permissions(&mut self, now: Timestamp) {
        for set in self.sets_of(integration_user()) {
            for row in self.children(OBJECTS, "ParentId", set) {
                self.publish_object(row, now);
            }
            for row in self.children(FIELDS, "ParentId", set) {
                self.publish_field(row, now);
            }
        }
    }

    fn publish_object(&mut self, row: Row, now: Timestamp) {
        let schema = self.schema_of(OBJECTS);
        let Some(object) = row.text(schema, "SobjectType").and_then(Object::named) else {
            return;
        };
        let sharing = &self.sharing;
        let flags = [
            ("PermissionsRead", !sharing.denies(object)),
            ("PermissionsCreate", sharing.permits(object, Right::Create)),
            ("PermissionsEdit", sharing.permits(object, Right::Edit)),
            ("PermissionsDelete", sharing.permits(object, Right::Delete)),
        ];
        self.publish(row, flags, now);
    }

    fn publish_field(&mut self, row: Row, now: Timestamp) {
        let schema = self.schema_of(FIELDS);
        let named = row
            .text(schema, "Field")
            .and_then(|path| path.split_once('.'));
        let Some((object, field)) =
            named.and_then(|(object, field)| Some((Object::named(object)?, field)))
        else {
            return;
        };
        let level = self.sharing.level(object, field);
        let flags = [
            ("PermissionsRead", level != Some(FieldLevel::Hidden)),
            (
                "PermissionsEdit",
                level.is_none() && self.sharing.permits(object, Right::Edit),
            ),
        ];
        self.publish(row, flags, now);
    }

    /// Stores the flags if one of them is not as it was.
    fn publish(
        &mut self,
        mut row: Row,
        flags: impl IntoIterator<Item = (&'static str, bool)>,
        now: Timestamp,
    ) {
        let object = row.object();
        let mut is_changed = false;
        for (name, holds) in flags {
            let schema = self.schema_of(object);
            if row.flag(schema, name) != holds {
                row.store(schema.known(name), Value::Bool(holds));
                is_changed = true;
            }
        }
        if is_changed {
            row.touch(integration_user(), now);
            self.commit(row, now);
        }
    }

    /// Gives everybody who may read an object's fields permission for a new one.
    pub(crate) fn permit_field(&mut self, object: Object, field: &Field, now: Timestamp) {
        if !PERMITTED.contains(&object) || !field.is_permissionable() {
            return;
        }
        let permissions: Vec<Row> = self
            .tables
            .of(OBJECTS)
            .rows()
            .map(|row| Row::clone(row))
            .collect();
        for of in permissions {
            let schema = self.schema_of(OBJECTS);
            if of.text(schema, "SobjectType") != Some(object.name()) {
                continue;
            }
            let set = of
                .reference(schema, "ParentId")
                .map_or(Value::Null, Value::Id);
            let edits = of.flag(schema, "PermissionsEdit");
            let id = self.tables.of_mut(FIELDS).reserve();
            let mut row = Row::new(id, integration_user(), now);
            let schema = self.schema_of(FIELDS);
            let path = format!("{}.{}", object.name(), field.name);
            for (name, value) in [
                ("ParentId", set),
                ("SobjectType", Value::Static(object.name())),
                ("Field", Value::text(path)),
                ("PermissionsRead", Value::Bool(true)),
                ("PermissionsEdit", Value::Bool(edits)),
            ] {
                row.store(schema.known(name), value);
            }
            self.commit(row, now);
        }
    }

    /// The rows of `UserRecordAccess` for a user and some records, in the order of the ids. They are
    /// computed and nowhere kept.
    ///
    /// UNVERIFIED: to a record that does not exist the user has no access, and a row says so.
    pub(crate) fn access_rows(&self, user: RecordId, ids: &[RecordId]) -> Vec<Arc<Row>> {
        let schema = self.schema_of(ACCESS);
        let rows = (1_u64..).zip(ids).map(|(number, id)| {
            let access = self.access(user, *id);
            let mut row = Row::new(
                RecordId::new(ACCESS.prefix(), number),
                integration_user(),
                Timestamp::from_seconds(0),
            );
            for (name, value) in [
                ("UserId", Value::Id(user)),
                ("RecordId", Value::Id(*id)),
                ("HasReadAccess", Value::Bool(access.read)),
                ("HasEditAccess", Value::Bool(access.edit)),
                ("HasDeleteAccess", Value::Bool(access.delete)),
                ("HasTransferAccess", Value::Bool(access.all)),
                ("HasAllAccess", Value::Bool(access.all)),
                ("MaxAccessLevel", Value::Static(access.level())),
            ] {
                row.store(schema.known(name), value);
            }
            Arc::new(row)
        });
        rows.collect()
    }

    /// Records are public, so permissions alone decide who reads and edits them; deleting and
    /// transferring is for owners and for who may change all records.
    fn access(&self, user: RecordId, id: RecordId) -> Access {
        let Some(row) = self.living(id) else {
            return Access::default();
        };
        if user == integration_user() && self.sharing.hides(id) {
            return Access::default();
        }
        let object = row.object();
        let permissions = self.permissions_of(user, object);
        let has = |name: &str| {
            let schema = self.schema_of(OBJECTS);
            // Activities and what hangs on a record have no permissions of their own.
            !PERMITTED.contains(&object) || permissions.iter().any(|row| row.flag(schema, name))
        };
        let changes = object.is_writable();
        let schema = self.schema_of(object);
        let owner = schema
            .position("OwnerId")
            .and_then(|place| row.stored(place).as_id());
        let rules = owner == Some(user)
            || self
                .permissions_of(user, Object::Account)
                .iter()
                .any(|row| row.flag(self.schema_of(OBJECTS), "PermissionsModifyAllRecords"));
        let (read, edit) = (has("PermissionsRead"), changes && has("PermissionsEdit"));
        let delete = rules && edit && has("PermissionsDelete");
        Access {
            read,
            edit: read && edit,
            delete,
            all: delete,
        }
    }

    fn permissions_of(&self, user: RecordId, object: Object) -> Vec<Row> {
        let schema = self.schema_of(OBJECTS);
        let sets = self.sets_of(user).into_iter();
        let rows = sets.flat_map(|set| self.children(OBJECTS, "ParentId", set));
        rows.filter(|row| row.text(schema, "SobjectType") == Some(object.name()))
            .collect()
    }

    /// The permission sets that a user has.
    fn sets_of(&self, user: RecordId) -> Vec<RecordId> {
        let schema = self.schema_of(ASSIGNMENTS);
        let assignments = self.children(ASSIGNMENTS, "AssigneeId", user);
        let sets = assignments
            .iter()
            .filter_map(|row| row.reference(schema, "PermissionSetId"));
        sets.filter(|set| set.prefix() == SETS.prefix()).collect()
    }
}

impl Access {
    /// The most that the user may do.
    fn level(self) -> &'static str {
        match self {
            Self { all: true, .. } => "All",
            Self { delete: true, .. } => "Delete",
            Self { edit: true, .. } => "Edit",
            Self { read: true, .. } => "Read",
            Self { .. } => "None",
        }
    }
}
