//! Contact.

use super::lead::{CLEAN_STATUSES, LEAD_SOURCES, SALUTATIONS};
use super::{Field, Object, Source};

pub(super) fn fields() -> Vec<Field> {
    let mut fields = vec![
        Field::reference("AccountId", &[Object::Account]).children("Contacts"),
        Field::text("LastName", 80).required(),
        Field::text("FirstName", 40),
        Field::picklist("Salutation", SALUTATIONS).length(40),
        Field::full_name(),
    ];
    fields.extend(Field::address("Other"));
    fields.extend(Field::address("Mailing"));
    fields.extend([
        Field::phone("Phone"),
        Field::phone("Fax"),
        Field::phone("MobilePhone"),
        Field::phone("HomePhone"),
        Field::phone("OtherPhone"),
        Field::phone("AssistantPhone"),
        Field::reference("ReportsToId", &[Object::Contact]),
        Field::email("Email", 80),
        Field::text("Title", 128),
        Field::text("Department", 80),
        Field::text("AssistantName", 40),
        Field::picklist("LeadSource", LEAD_SOURCES),
        Field::date("Birthdate"),
        Field::long_text_area("Description", 32_000),
        Field::reference("OwnerId", &[Object::User]).always_filled(),
        Field::text("EmailBouncedReason", 255).update_only(),
        Field::instant("EmailBouncedDate").update_only(),
        Field::url("PhotoUrl", 255).read_only(),
        Field::derived(Field::flag("IsEmailBounced"), Source::IsEmailBounced),
        Field::text("Jigsaw", 20),
        Field::text("JigsawContactId", 20).read_only(),
        Field::picklist("CleanStatus", CLEAN_STATUSES)
            .length(40)
            .restricted(),
        Field::reference_beyond("IndividualId", "Individual"),
        Field::flag("HasOptedOutOfEmail").labelled("Email Opt Out"),
        Field::flag("DoNotCall"),
        Field::date("LastActivityDate").read_only(),
        Field::instant("LastCURequestDate")
            .read_only()
            .labelled("Last Stay-in-Touch Request Date"),
        Field::instant("LastCUUpdateDate")
            .read_only()
            .labelled("Last Stay-in-Touch Save Date"),
    ]);
    fields.extend(Field::system_viewed());
    fields
}
