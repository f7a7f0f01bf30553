// long because: one test for each case of a rule, with the whole outcome beside it.
//! What a click on *Create lead* does, from what is known, typed and described.

use insta::assert_snapshot;
use model::PersonKey;

use super::*;
use crate::world::{Statement, World, statements};

/// What a text asks, beside what the world's language says.
struct Question {
    known: Known,
    typed: Option<BTreeMap<String, String>>,
    describe: Vec<Field>,
    assignment_rule: bool,
    standing: bool,
    world: World,
}

/// The decision on a click. The text says `known name=… email=…`, `typed name=…` (the form came
/// back), `field API_NAME LABEL KIND …` (instead of or beside the usual ones), `rule` (an active
/// assignment rule), `standing`, `one-click`, `source TEXT`, and whatever the world understands.
fn clicked(text: &str) -> String {
    let mut question = Question {
        known: Known::default(),
        typed: None,
        describe: usual_fields(),
        assignment_rule: false,
        standing: false,
        world: World::default(),
    };
    for mut statement in statements(text) {
        question.tell(&mut statement);
        statement.end();
    }
    let Question {
        known,
        typed,
        describe,
        assignment_rule,
        standing,
        world,
    } = question;
    let settings = world.settings.clone();
    let key = email_of(&known, typed.as_ref()).and_then(|email| MatchKey::from_email(&email));
    let person = key.map(|key| world.facts_of(PersonKey::Matched(key)));
    print(&decide(&Ask {
        person: person.as_ref(),
        known,
        typed,
        describe: &describe,
        assignment_rule,
        standing,
        settings: &settings,
    }))
}

fn usual_fields() -> Vec<Field> {
    let told = "field FirstName 'First Name' text length=40
        field LastName 'Last Name' text length=80 required
        field Email Email email length=80
        field Phone Phone phone length=40
        field Company Company text length=255 required
        field OwnerId Owner other required
        field LeadSource 'Lead Source' picklist values=Web,Intercom";
    let field = |mut statement: Statement| {
        assert_eq!(statement.must(), "field");
        field(&mut statement)
    };
    statements(told).into_iter().map(field).collect()
}

fn field(statement: &mut Statement) -> Field {
    let (name, label, kind) = (statement.must(), statement.must(), statement.must());
    let values = statement.value("values").unwrap_or_default();
    let values = values.split(',').filter(|value| !value.is_empty());
    let list = Picklist {
        values: values
            .map(|value| (value.to_owned(), format!("the {value}")))
            .collect(),
        restricted: statement.flag("restricted"),
        default: statement.value("default"),
    };
    Field {
        name,
        label,
        kind: match kind.as_str() {
            "text" => FieldKind::Text,
            "textarea" => FieldKind::TextArea,
            "email" => FieldKind::Email,
            "phone" => FieldKind::Phone,
            "url" => FieldKind::Url,
            "number" => FieldKind::Number,
            "date" => FieldKind::Date,
            "boolean" => FieldKind::Boolean,
            "picklist" => FieldKind::Picklist(list),
            "multipicklist" => FieldKind::MultiPicklist(list),
            "other" => FieldKind::Other,
            kind => panic!("what type is {kind:?}?"),
        },
        length: statement
            .value("length")
            .map(|length| length.parse().unwrap()),
        createable: !statement.flag("hidden"),
        required: statement.flag("required"),
    }
}

impl Question {
    fn tell(&mut self, statement: &mut Statement) {
        match statement.must().as_str() {
            "known" => {
                self.known = Known {
                    name: statement.value("name"),
                    email: statement.value("email"),
                    phone: statement.value("phone"),
                    company: statement.value("company"),
                };
            }
            "typed" => self.typed = Some(statement.values().into_iter().collect()),
            "field" => {
                let field = field(statement);
                self.describe.retain(|it| it.name != field.name);
                self.describe.push(field);
            }
            "rule" => self.assignment_rule = true,
            "standing" => self.standing = true,
            "one-click" => self.world.settings.leads.one_click = true,
            "source" => self.world.settings.leads.source = statement.must(),
            verb => assert!(self.world.tell(verb, statement), "what is {verb:?}?"),
        }
    }
}

fn print(decision: &Decision) -> String {
    let mut out = Vec::new();
    match decision {
        Decision::ShowMatch => out.push("show the match".to_owned()),
        Decision::Join => out.push("join".to_owned()),
        Decision::Form(Form { errors, inputs }) => {
            out.push("form".to_owned());
            out.extend(errors.iter().map(|error| format!("! {error}")));
            for Input {
                id,
                label,
                value,
                kind,
                faulty,
            } in inputs
            {
                let kind = match kind {
                    FieldKind::Picklist(_) => "Picklist".to_owned(),
                    FieldKind::MultiPicklist(_) => "MultiPicklist".to_owned(),
                    kind => format!("{kind:?}"),
                };
                let fault = if *faulty { " !" } else { "" };
                out.push(format!("{id} ({label}, {kind}): {value:?}{fault}"));
            }
        }
        Decision::Create(Order {
            key,
            fields,
            assign_by_rules,
            contact_edits,
            notes,
        }) => {
            out.push(format!(
                "create for {key}{}",
                if *assign_by_rules { ", by rules" } else { "" }
            ));
            out.extend(
                fields
                    .iter()
                    .map(|(field, value)| format!("{field} = {value}")),
            );
            let Edits { name, email, phone } = contact_edits;
            for (label, edit) in [("name", name), ("email", email), ("phone", phone)] {
                out.extend(
                    edit.iter()
                        .map(|edit| format!("contact's {label} = {edit}")),
                );
            }
            out.extend(
                notes
                    .iter()
                    .map(|Note { rule, text }| format!("note {rule}: {text}")),
            );
        }
    }
    out.join("\n")
}

const ADA: &str = "known name='Ada King Byron' email=Ada@acme.io phone=+4412345 company=Acme";

#[test]
fn l1_the_first_click_opens_a_form_with_what_is_known() {
    assert_snapshot!(clicked(ADA), @r#"
    form
    name (Name, Text): "Ada King Byron"
    email (Email *, Email): "Ada@acme.io"
    phone (Phone, Phone): "+4412345"
    company (Company *, Text): "Acme"
    "#);
}

#[test]
fn l1_the_form_asks_for_each_required_field_that_nothing_supplies() {
    assert_snapshot!(
        clicked(&format!(
            "{ADA}; field Company Company text
             field Region__c Region picklist values=North,South required
             field Seats__c Seats number required
             field Note__c Note text
             field Secret__c Secret text required hidden
             field Parent__c Parent other required"
        )),
        @r#"
    form
    name (Name, Text): "Ada King Byron"
    email (Email *, Email): "Ada@acme.io"
    phone (Phone, Phone): "+4412345"
    company (Company, Text): "Acme"
    Region__c (Region *, Picklist): ""
    Seats__c (Seats *, Number): ""
    "#
    );
}

#[test]
fn l1_the_standard_fields_are_not_asked_for_twice() {
    let world = "field LastName L text required; field FirstName F text required
        field Email E email required; field Phone P phone required; field Company C text required
        field LeadSource S text required; field OwnerId O text required";
    assert_eq!(clicked(&format!("{ADA}; {world}")), clicked(ADA));
}

#[test]
fn l1_what_was_typed_is_created_and_edits_go_to_the_contact_except_the_company() {
    assert_snapshot!(
        clicked(&format!(
            "{ADA}; typed name=' Ada  Lovelace ' email=ada@acme.io phone=+4499 company='Acme Ltd'"
        )),
        @r"
    create for ada@acme.io
    Company = Acme Ltd
    Email = ada@acme.io
    FirstName = Ada
    LastName = Lovelace
    LeadSource = Intercom
    Phone = +4499
    contact's name = Ada  Lovelace
    contact's email = ada@acme.io
    contact's phone = +4499
    note O6: no lead assignment rule is active; the integration user owns it
    "
    );
}

#[test]
fn l1_what_was_confirmed_unchanged_edits_nothing_and_what_was_emptied_is_not_sent() {
    assert_snapshot!(
        clicked(&format!("{ADA}; typed name='Ada King Byron' email=' Ada@acme.io ' phone=")),
        @r"
    create for ada@acme.io
    Company = Acme
    Email = Ada@acme.io
    FirstName = Ada King
    LastName = Byron
    LeadSource = Intercom
    note O6: no lead assignment rule is active; the integration user owns it
    "
    );
}

#[test]
fn l1_with_one_click_and_nothing_missing_there_is_no_form() {
    assert_snapshot!(clicked(&format!("{ADA}; one-click; rule")), @r"
    create for ada@acme.io, by rules
    Company = Acme
    Email = Ada@acme.io
    FirstName = Ada King
    LastName = Byron
    LeadSource = Intercom
    Phone = +4412345
    note O6: the org's lead assignment rule decides the owner
    ");
}

#[test]
fn l1_with_one_click_and_something_missing_the_form_asks_without_complaint() {
    let asks = "field Seats__c Seats number required";
    assert_eq!(
        clicked(&format!("{ADA}; {asks}; one-click")),
        clicked(&format!("{ADA}; {asks}"))
    );
}

#[test]
fn l5_a_required_text_that_nobody_fills_gets_the_placeholder() {
    let fields = "field Region__c Region text required; field Story__c Story textarea required";
    // Whether there was a form or not.
    assert_snapshot!(clicked(&format!("{ADA}; {fields}; one-click")), @"
    create for ada@acme.io
    Company = Acme
    Email = Ada@acme.io
    FirstName = Ada King
    LastName = Byron
    LeadSource = Intercom
    Phone = +4412345
    Region__c = [not provided]
    Story__c = [not provided]
    note L5: nothing is known for Region; it is [not provided]
    note L5: nothing is known for Story; it is [not provided]
    note O6: no lead assignment rule is active; the integration user owns it
    ");
    assert_snapshot!(clicked(&format!("{ADA}; {fields}; typed Region__c=North Story__c=")), @"
    create for ada@acme.io
    Company = Acme
    Email = Ada@acme.io
    FirstName = Ada King
    LastName = Byron
    LeadSource = Intercom
    Phone = +4412345
    Region__c = North
    Story__c = [not provided]
    note L5: nothing is known for Story; it is [not provided]
    note O6: no lead assignment rule is active; the integration user owns it
    ");
    // A shorter field gets what fits.
    assert_snapshot!(
        clicked(&format!("{ADA}; field Region__c Region text length=4 required; one-click")),
        @"
    create for ada@acme.io
    Company = Acme
    Email = Ada@acme.io
    FirstName = Ada King
    LastName = Byron
    LeadSource = Intercom
    Phone = +4412345
    Region__c = [not
    note L5: nothing is known for Region; it is [not provided]
    note L3: Region__c is cut to the 4 characters that Salesforce can hold
    note O6: no lead assignment rule is active; the integration user owns it
    "
    );
}

#[test]
fn l5_a_required_picklist_that_nobody_fills_takes_the_orgs_default() {
    let field = "field Region__c Region picklist values=North,South default=South required";
    assert_snapshot!(clicked(&format!("{ADA}; {field}")), @r#"
    form
    name (Name, Text): "Ada King Byron"
    email (Email *, Email): "Ada@acme.io"
    phone (Phone, Phone): "+4412345"
    company (Company *, Text): "Acme"
    Region__c (Region *, Picklist): "South"
    "#);
    assert_snapshot!(clicked(&format!("{ADA}; {field}; one-click")), @"
    create for ada@acme.io
    Company = Acme
    Email = Ada@acme.io
    FirstName = Ada King
    LastName = Byron
    LeadSource = Intercom
    Phone = +4412345
    Region__c = South
    note L5: nothing is known for Region; it is South
    note O6: no lead assignment rule is active; the integration user owns it
    ");
    assert_snapshot!(clicked(&format!("{ADA}; {field}; typed Region__c=North")), @"
    create for ada@acme.io
    Company = Acme
    Email = Ada@acme.io
    FirstName = Ada King
    LastName = Byron
    LeadSource = Intercom
    Phone = +4412345
    Region__c = North
    note O6: no lead assignment rule is active; the integration user owns it
    ");
    let several = "field Tags__c Tags multipicklist values=a,b default=b required";
    assert_snapshot!(clicked(&format!("{ADA}; {several}; one-click")), @"
    create for ada@acme.io
    Company = Acme
    Email = Ada@acme.io
    FirstName = Ada King
    LastName = Byron
    LeadSource = Intercom
    Phone = +4412345
    Tags__c = b
    note L5: nothing is known for Tags; it is b
    note O6: no lead assignment rule is active; the integration user owns it
    ");
}

#[test]
fn l1_what_has_no_stand_in_is_required() {
    let fields = "field Seats__c Seats number required; field Region__c Region text required";
    let asked = clicked(&format!("{ADA}; {fields}; typed Seats__c= Region__c="));
    assert!(asked.contains("! Seats is required."), "{asked}");
    assert!(!asked.contains("Region is required."), "{asked}");
}

#[test]
fn l5_without_a_default_the_form_asks() {
    for kind in [
        "email",
        "phone",
        "url",
        "number",
        "date",
        "boolean",
        "picklist",
        "multipicklist",
    ] {
        let asked = clicked(&format!("{ADA}; field F__c F {kind} required; one-click"));
        assert!(asked.starts_with("form"), "{kind}: {asked}");
    }
}

#[test]
fn l1_errors_stand_above_and_values_are_kept() {
    assert_snapshot!(
        clicked(&format!(
            "{ADA}; typed email=ada@acme Seats__c=many
             field Seats__c Seats number required; field Region__c Region text required"
        )),
        @r#"
    form
    ! ada@acme is not an email address.
    ! Seats must be a number.
    name (Name, Text): "Ada King Byron"
    email (Email *, Email): "ada@acme" !
    phone (Phone, Phone): "+4412345"
    company (Company *, Text): "Acme"
    Seats__c (Seats *, Number): "many" !
    Region__c (Region *, Text): ""
    "#
    );
}

#[test]
fn l1_an_email_or_phone_that_salesforce_cannot_hold_is_an_error() {
    let fields = "field Email Email email length=11; field Phone Phone phone length=8";
    let sent = clicked(&format!("{ADA}; typed; {fields}"));
    assert!(sent.starts_with("create for ada@acme.io"), "{sent}");
    assert_snapshot!(clicked(&format!("{ADA}; typed email=aida@acme.io phone=+44123456; {fields}")), @r#"
    form
    ! Email has more than 11 characters, which Salesforce cannot hold.
    ! Phone has more than 8 characters, which Salesforce cannot hold.
    name (Name, Text): "Ada King Byron"
    email (Email *, Email): "aida@acme.io" !
    phone (Phone, Phone): "+44123456" !
    company (Company *, Text): "Acme"
    "#);
}

#[test]
fn l2_without_an_email_there_is_a_form_that_says_so() {
    let expected = r#"form
! A lead needs an email address before it can be sent to Salesforce.
name (Name, Text): "Ada"
email (Email *, Email): "" !
phone (Phone, Phone): ""
company (Company *, Text): """#;
    assert_eq!(clicked("known name=Ada"), expected);
    assert_eq!(clicked("known name=Ada; one-click"), expected);
    assert_eq!(
        clicked("known name=Ada email=ada@acme.io; typed email=' '"),
        expected
    );
}

#[test]
fn l3_one_word_is_a_last_name() {
    let names = |name: &str| split_name(Some(name));
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(names("Ada"), (None, some("Ada")));
    assert_eq!(
        names(" Ada  King Byron "),
        (some("Ada King"), some("Byron"))
    );
    assert_eq!(names("  "), (None, None));
    assert_eq!(split_name(None), (None, None));
}

#[test]
fn l3_what_is_too_long_is_cut_in_whole_characters_and_said() {
    assert_snapshot!(
        clicked(&format!(
            "{ADA}; typed name='Ada 𝒜𝒜b' company=Acme
             field LastName L text length=4; field Company C text length=4"
        )),
        @r"
    create for ada@acme.io
    Company = Acme
    Email = Ada@acme.io
    FirstName = Ada
    LastName = 𝒜𝒜
    LeadSource = Intercom
    Phone = +4412345
    contact's name = Ada 𝒜𝒜b
    note L3: LastName is cut to the 4 characters that Salesforce can hold
    note O6: no lead assignment rule is active; the integration user owns it
    "
    );
    // Half a character is none: a pair of units is not torn apart.
    assert_eq!(cut("𝒜𝒜b", 3), "𝒜");
}

#[test]
fn l3_a_field_that_the_integration_user_may_not_set_is_left_out_and_said() {
    assert_snapshot!(
        clicked(&format!(
            "{ADA}; one-click; field Phone P phone hidden; field FirstName F text hidden
             field Company C text hidden; field LeadSource S picklist values=Intercom hidden"
        )),
        @r"
    create for ada@acme.io
    Email = Ada@acme.io
    LastName = Byron
    note L3: the integration user may not set FirstName; it is left out
    note L3: the integration user may not set Company; it is left out
    note L3: the integration user may not set Phone; it is left out
    note L3: the integration user may not set LeadSource; it is left out
    note O6: no lead assignment rule is active; the integration user owns it
    "
    );
}

#[test]
fn l4_a_restricted_picklist_without_the_source_leaves_it_out_and_says_so() {
    let source = |field: &str, source: &str| {
        let world = format!("known name=Byron email=ada@acme.io company=Acme; one-click; {field}");
        let text = clicked(&format!("{world}; source {source}"));
        let line = |line: &&str| line.contains("LeadSource") || line.starts_with("note L4");
        text.lines().filter(line).collect::<Vec<_>>().join("\n")
    };
    let restricted = "field LeadSource S picklist values=Web,Intercom restricted";
    assert_eq!(source(restricted, "Web"), "LeadSource = Web");
    let open = "field LeadSource S picklist values=Web";
    assert_eq!(source(open, "Inbox"), "LeadSource = Inbox");
    assert_eq!(
        source("field LeadSource S text", "Inbox"),
        "LeadSource = Inbox"
    );
    // Another field's values do not matter.
    let other = "field Region__c S picklist values=North restricted";
    assert_eq!(source(other, "Intercom"), "LeadSource = Intercom");
    assert_snapshot!(
        source(restricted, "Inbox"),
        @r#"note L4: the org's lead sources do not include "Inbox"; it is left out"#
    );
}

#[test]
fn l5_placeholders_stand_for_a_required_name_and_company_only() {
    assert_snapshot!(clicked("known email=ada@acme.io; one-click"), @r"
    create for ada@acme.io
    Company = [not provided]
    Email = ada@acme.io
    LastName = [not provided]
    LeadSource = Intercom
    note L5: no name is known; the last name is [not provided]
    note L5: no company is known; it is [not provided]
    note O6: no lead assignment rule is active; the integration user owns it
    ");
    assert_snapshot!(clicked("known email=ada@acme.io; one-click; field Company C text"), @r"
    create for ada@acme.io
    Email = ada@acme.io
    LastName = [not provided]
    LeadSource = Intercom
    note L5: no name is known; the last name is [not provided]
    note O6: no lead assignment rule is active; the integration user owns it
    ");
}

#[test]
fn l5_required_fields_are_sent_as_typed() {
    assert_snapshot!(
        clicked(
            "known name=Byron email=ada@acme.io company=Acme
             typed Region__c=North Colours__c=' red ;; blue; ' Unasked__c=x
             field Region__c Region picklist values=North required
             field Colours__c Colours multipicklist values=red,blue required
             field Unasked__c Unasked text"
        ),
        @r"
    create for ada@acme.io
    Colours__c = red;blue
    Company = Acme
    Email = ada@acme.io
    LastName = Byron
    LeadSource = Intercom
    Region__c = North
    note O6: no lead assignment rule is active; the integration user owns it
    "
    );
}

#[test]
fn o6_an_active_assignment_rule_decides_the_owner_else_the_integration_user_has_it() {
    let owner = |world: &str| {
        let text = clicked(&format!("{ADA}; typed; {world}"));
        let line = |line: &&str| {
            line.starts_with("create") || line.contains("O6") || line.contains("Owner")
        };
        text.lines().filter(line).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(owner("rule"), @r"
    create for ada@acme.io, by rules
    note O6: the org's lead assignment rule decides the owner
    ");
    assert_snapshot!(owner(""), @r"
    create for ada@acme.io
    note O6: no lead assignment rule is active; the integration user owns it
    ");
}

#[test]
fn l6_an_existing_match_is_shown_whatever_was_typed() {
    for (world, expected) in [
        ("lead 00Q1 ada@acme.io", "show the match"),
        ("contact 0031 ada@acme.io", "show the match"),
        (
            "lead 00Q1 ada@acme.io; lead 00Q2 ada@acme.io",
            "show the match",
        ),
        (
            "contact 0031 ada@acme.io; contact 0032 ada@acme.io",
            "show the match",
        ),
        (
            "contact 0031 countess@acme.io; pinned 0031",
            "show the match",
        ),
        (
            "lead 00Q1 ada@acme.io; standing; pause salesforce",
            "show the match",
        ),
        ("standing", "join"),
        ("standing; pause salesforce", "join"),
    ] {
        for typed in ["", "typed", "one-click", "typed email=ADA@acme.io"] {
            assert_eq!(
                clicked(&format!("{ADA}; {world}; {typed}")),
                expected,
                "{world}; {typed}"
            );
        }
    }
}

#[test]
fn l6_an_edited_email_is_matched_first() {
    let world = "lead 00Q1 countess@acme.io";
    let edited = clicked(&format!("{ADA}; typed email=countess@acme.io; {world}"));
    assert_eq!(edited, "show the match");
    let kept = clicked(&format!("{ADA}; typed email=ada@acme.io; {world}"));
    assert!(kept.starts_with("create for ada@acme.io"), "{kept}");
}

#[test]
fn l6_without_a_fresh_match_nothing_is_ordered() {
    let settings = Settings::default();
    let email = BTreeMap::from([(EMAIL.to_owned(), "ada@acme.io".to_owned())]);
    let other = crate::world::facts("intercom user countess@acme.io");
    for person in [None, Some(&other)] {
        let decided = std::panic::catch_unwind(|| {
            decide(&Ask {
                person,
                known: Known::default(),
                typed: Some(email.clone()),
                describe: &usual_fields(),
                assignment_rule: false,
                standing: false,
                settings: &settings,
            })
        });
        assert!(decided.is_err(), "{decided:?}");
    }
}

#[test]
fn s2_while_writing_to_salesforce_is_paused_the_form_says_so() {
    assert_snapshot!(clicked(&format!("{ADA}; typed; pause salesforce")), @r#"
    form
    ! Writing to Salesforce is paused in the settings.
    name (Name, Text): "Ada King Byron"
    email (Email *, Email): "Ada@acme.io"
    phone (Phone, Phone): "+4412345"
    company (Company *, Text): "Acme"
    "#);
    let other = clicked(&format!("{ADA}; typed; pause intercom"));
    assert!(other.starts_with("create for ada@acme.io"), "{other}");
}

#[test]
fn m0_for_a_crowded_key_nothing_is_created() {
    let crowd =
        "crowded contacts=1 records=1; intercom user ada@acme.io; intercom user ada@acme.io";
    assert_snapshot!(clicked(&format!("{ADA}; one-click; {crowd}")), @r#"
    form
    ! So many contacts share this email address that an admin has to allow it first.
    name (Name, Text): "Ada King Byron"
    email (Email *, Email): "Ada@acme.io"
    phone (Phone, Phone): "+4412345"
    company (Company *, Text): "Acme"
    "#);
}

#[test]
fn l1_the_email_is_the_typed_one_else_the_known_one() {
    let known = Known {
        email: Some(" ada@acme.io ".to_owned()),
        ..Known::default()
    };
    let typed = |email: &str| BTreeMap::from([(EMAIL.to_owned(), email.to_owned())]);
    let email = |typed: Option<&BTreeMap<String, String>>| email_of(&known, typed);
    assert_eq!(email(None).as_deref(), Some("ada@acme.io"));
    assert_eq!(
        email(Some(&BTreeMap::new())).as_deref(),
        Some("ada@acme.io")
    );
    assert_eq!(
        email(Some(&typed(" b@acme.io "))).as_deref(),
        Some("b@acme.io")
    );
    assert_eq!(email(Some(&typed(" "))), None);
}
