//! Users, roles, groups, assignment rules and the org itself: read-only through this API.

use super::{Field, Kind, Object, Setup};

const USER_TYPES: &[&str] = &[
    "Standard",
    "PowerPartner",
    "CspLitePortal",
    "CustomerSuccess",
    "Guest",
    "CloudIntegrationUser",
    "AutomatedProcess",
];
const GROUP_TYPES: &[&str] = &[
    "Regular",
    "Role",
    "RoleAndSubordinates",
    "Organization",
    "Queue",
];
const RULE_OBJECTS: &[&str] = &["Lead", "Case"];

pub(super) fn user_fields() -> Vec<Field> {
    let fields = vec![
        Field::text("Username", 80).required().looked_up(),
        Field::text("LastName", 80).required(),
        Field::text("FirstName", 40),
        Field::full_name(),
        Field::text("CompanyName", 80),
        Field::text("Division", 80),
        Field::text("Department", 80),
        Field::text("Title", 80),
        Field::email("Email", 128).required(),
        Field::phone("Phone"),
        Field::phone("MobilePhone"),
        Field::text("Alias", 8).required(),
        Field::text("CommunityNickname", 40)
            .required()
            .labelled("Nickname"),
        Field::flag("IsActive").labelled("Active"),
        Field::text("TimeZoneSidKey", 40)
            .required()
            .labelled("Time Zone"),
        Field::reference("UserRoleId", &[Object::UserRole]).children("Users"),
        Field::reference("ProfileId", &[Object::Setup(Setup::Profile)])
            .children("Users")
            .required(),
        Field::text("LocaleSidKey", 40)
            .required()
            .labelled("Locale"),
        Field::text("EmailEncodingKey", 40)
            .required()
            .labelled("Email Encoding"),
        Field::text("LanguageLocaleKey", 40)
            .required()
            .labelled("Language"),
        Field::picklist("UserType", USER_TYPES)
            .length(40)
            .restricted(),
        Field::reference("ManagerId", &[Object::User]).children("ManagedUsers"),
        Field::instant("LastLoginDate").labelled("Last Login"),
        Field::reference("ContactId", &[Object::Contact]),
        Field::reference("AccountId", &[Object::Account]),
        Field::text("FederationIdentifier", 512).labelled("SAML Federation ID"),
        Field::new("SenderEmail", Kind::Email, 80).labelled("Email Sender Address"),
    ];
    fields.into_iter().map(Field::read_only).collect()
}

pub(super) fn user_role_fields() -> Vec<Field> {
    vec![
        Field::text("Name", 80).required().naming().read_only(),
        Field::text("DeveloperName", 80).read_only(),
    ]
}

pub(super) fn group_fields() -> Vec<Field> {
    let fields = vec![
        Field::text("Name", 40).required().naming(),
        Field::text("DeveloperName", 80),
        Field::picklist("Type", GROUP_TYPES).length(40).restricted(),
        Field::email("Email", 255),
        Field::reference("RelatedId", &[Object::User, Object::UserRole]),
        Field::reference("OwnerId", &[Object::Organization, Object::User]),
        Field::flag("DoesSendEmailToMembers").labelled("Send Email to Members"),
    ];
    fields.into_iter().map(Field::read_only).collect()
}

pub(super) fn assignment_rule_fields() -> Vec<Field> {
    let fields = vec![
        Field::text("Name", 120).naming(),
        Field::picklist("SobjectType", RULE_OBJECTS)
            .length(40)
            .restricted(),
        Field::flag("Active"),
    ];
    fields.into_iter().map(Field::read_only).collect()
}

pub(super) fn organization_fields() -> Vec<Field> {
    let fields = vec![
        Field::text("Name", 80).required().naming(),
        Field::text("OrganizationType", 40).labelled("Edition"),
        Field::text("InstanceName", 5).labelled("Instance Name"),
        Field::flag("IsSandbox"),
        Field::text("NamespacePrefix", 15),
        Field::instant("TrialExpirationDate"),
        Field::text("LanguageLocaleKey", 40).labelled("Language"),
        Field::text("TimeZoneSidKey", 40).labelled("Time Zone"),
        Field::text("DefaultLocaleSidKey", 40).labelled("Locale"),
        Field::int("FiscalYearStartMonth").labelled("Fiscal Year Starts In"),
    ];
    fields.into_iter().map(Field::read_only).collect()
}
