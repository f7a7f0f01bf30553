//! What administrators set up: vocabularies, record types, members of queues, permissions. All of it
//! is read-only through this API.

use super::{Field, Kind, Object, Setup};

pub(super) fn fields(setup: Setup) -> Vec<Field> {
    let fields = match setup {
        Setup::CaseStatus | Setup::TaskStatus => vocabulary(vec![Field::flag("IsClosed")]),
        Setup::LeadStatus => vocabulary(vec![Field::flag("IsConverted")]),
        Setup::TaskPriority => vocabulary(vec![Field::flag("IsHighPriority")]),
        Setup::OpportunityStage => opportunity_stage(),
        Setup::GroupMember => vec![
            Field::reference("GroupId", &[Object::Group])
                .children("GroupMembers")
                .always_filled(),
            Field::reference("UserOrGroupId", &[Object::Group, Object::User]).always_filled(),
        ],
        Setup::QueueSobject => vec![
            Field::reference("QueueId", &[Object::Group])
                .children("QueueSobjects")
                .always_filled(),
            sobject_type().always_filled(),
        ],
        Setup::RecordType => record_type(),
        Setup::Profile => vec![
            Field::text("Name", 255).always_filled().naming(),
            Field::picklist("UserType", &["Standard", "Guest", "CloudIntegrationUser"])
                .length(40)
                .restricted(),
            Field::text("Description", 255),
        ],
        Setup::PermissionSet => permission_set(),
        Setup::PermissionSetAssignment => vec![
            permission_set_reference("PermissionSetId")
                .children("Assignments")
                .always_filled(),
            Field::reference("AssigneeId", &[Object::User])
                .children("PermissionSetAssignments")
                .always_filled(),
        ],
        Setup::ObjectPermissions => object_permissions(),
        Setup::FieldPermissions => vec![
            permission_set_reference("ParentId")
                .children("FieldPerms")
                .always_filled(),
            sobject_type().always_filled(),
            Field::text("Field", 255).always_filled().looked_up(),
            Field::flag("PermissionsEdit").labelled("Edit Field"),
            Field::flag("PermissionsRead").labelled("Read Field"),
        ],
        Setup::UserRecordAccess => user_record_access(),
    };
    fields.into_iter().map(Field::read_only).collect()
}

/// The values of a picklist as rows; `own` is what each value says.
fn vocabulary(own: Vec<Field>) -> Vec<Field> {
    let mut fields = vec![
        Field::text("MasterLabel", 255).always_filled().naming(),
        Field::text("ApiName", 255).always_filled(),
        Field::int("SortOrder"),
        Field::flag("IsDefault"),
    ];
    fields.extend(own);
    fields
}

fn opportunity_stage() -> Vec<Field> {
    vec![
        Field::text("MasterLabel", 255).always_filled().naming(),
        Field::text("ApiName", 255).always_filled(),
        Field::flag("IsActive").labelled("Active"),
        Field::int("SortOrder"),
        Field::flag("IsClosed").labelled("Closed"),
        Field::flag("IsWon").labelled("Won"),
        Field::text("ForecastCategory", 40),
        Field::text("ForecastCategoryName", 255),
        Field::number("DefaultProbability", Kind::Percent, 3, 0).labelled("Probability (%)"),
        Field::text("Description", 255),
    ]
}

fn record_type() -> Vec<Field> {
    vec![
        Field::text("Name", 80).always_filled().naming(),
        Field::text("DeveloperName", 80).always_filled(),
        Field::text("NamespacePrefix", 15),
        Field::text("Description", 255),
        Field::reference_beyond("BusinessProcessId", "BusinessProcess"),
        sobject_type().always_filled(),
        Field::flag("IsActive").labelled("Active"),
        Field::flag("IsPersonType"),
    ]
}

fn permission_set() -> Vec<Field> {
    vec![
        Field::text("Name", 80).always_filled().naming(),
        Field::text("Label", 80).always_filled(),
        Field::text("Description", 255),
        Field::reference("ProfileId", &[Object::Setup(Setup::Profile)]),
        Field::flag("IsOwnedByProfile"),
        Field::flag("IsCustom"),
    ]
}

fn object_permissions() -> Vec<Field> {
    vec![
        permission_set_reference("ParentId")
            .children("ObjectPerms")
            .always_filled(),
        sobject_type().always_filled(),
        Field::flag("PermissionsCreate").labelled("Create Records"),
        Field::flag("PermissionsRead").labelled("Read Records"),
        Field::flag("PermissionsEdit").labelled("Edit Records"),
        Field::flag("PermissionsDelete").labelled("Delete Records"),
        Field::flag("PermissionsViewAllRecords").labelled("Read All Records"),
        Field::flag("PermissionsModifyAllRecords").labelled("Edit All Records"),
    ]
}

fn user_record_access() -> Vec<Field> {
    vec![
        Field::reference("UserId", &[Object::User]).always_filled(),
        // It holds the id of any record, so it leads to none by name.
        Field::reference_beyond("RecordId", "Name").always_filled(),
        Field::flag("HasReadAccess"),
        Field::flag("HasEditAccess"),
        Field::flag("HasDeleteAccess"),
        Field::flag("HasTransferAccess"),
        Field::flag("HasAllAccess"),
        Field::picklist(
            "MaxAccessLevel",
            &["None", "Read", "Edit", "Delete", "Transfer", "All"],
        )
        .length(40)
        .restricted(),
    ]
}

fn permission_set_reference(name: &str) -> Field {
    Field::reference(name, &[Object::Setup(Setup::PermissionSet)])
}

/// The name of an object.
fn sobject_type() -> Field {
    Field {
        indexed: true,
        ..Field::picklist("SobjectType", &[]).length(40)
    }
    .labelled("Sobject Type Name")
}
