//! Conversion, merging and the Recycle Bin, with what hangs on the records.

use salesforce_sim::Conversion;
use serde_json::{Value as Json, json};

use crate::world::{Org, ada, refusal};

fn deal(account: &Json, stage: &str) -> Json {
    json!({"Name": "Deal", "StageName": stage, "CloseDate": "2026-07-01", "AccountId": account})
}

#[test]
fn a_conversion_joins_an_opportunity_and_names_its_owner() {
    let mut org = Org::empty();
    let account = org.create("Account", &json!({"Name": "Engines"}));
    let opportunity = org.create("Opportunity", &deal(&json!(account), "Prospecting"));
    let mut lead = ada();
    lead["OwnerId"] = json!(org.world.queue());
    lead["LeadSource"] = json!("Web");
    let lead = org.create("Lead", &lead);
    let rep = org.world.rep();
    let how = Conversion {
        account_id: Some(account),
        opportunity_id: Some(opportunity),
        owner_id: Some(rep),
        ..Conversion::default()
    };
    let converted = org.world.convert_as_rep(lead, &how).unwrap();
    assert_eq!(converted.opportunity_id, Some(opportunity));
    assert_eq!(org.field(converted.contact_id, "OwnerId"), json!(rep));
    assert_eq!(org.field(converted.contact_id, "LeadSource"), "Web");
    assert_eq!(
        org.rows("SELECT ContactId, IsPrimary FROM OpportunityContactRole"),
        format!("{}|true", converted.contact_id)
    );
}

#[test]
fn a_conversion_that_cannot_be_changes_nothing() {
    let mut org = Org::empty();
    let account = org.create("Account", &json!({"Name": "Engines"}));
    let other = org.create("Account", &json!({"Name": "Looms"}));
    let contact = org.create("Contact", &json!({"LastName": "L", "AccountId": other}));
    let lead = org.create("Lead", &ada());
    let rep = org.world.rep();
    let gone = Conversion {
        owner_id: Some(rep),
        ..Conversion::default()
    };
    org.world
        .edit_as_rep(rep, &json!({"IsActive": false}))
        .unwrap();
    for (how, code) in [
        (
            Conversion {
                converted_status: Some("Working - Contacted".to_owned()),
                ..Conversion::default()
            },
            "INVALID_STATUS",
        ),
        (
            Conversion {
                account_id: Some(account),
                contact_id: Some(contact),
                ..Conversion::default()
            },
            "INVALID_CROSS_REFERENCE_KEY",
        ),
        (gone, "INACTIVE_OWNER_OR_USER"),
    ] {
        assert_eq!(org.world.convert_as_rep(lead, &how).unwrap_err().code, code);
    }
    assert_eq!(org.rows("SELECT Id FROM Contact"), contact.to_string());
    assert_eq!(org.field(lead, "IsConverted"), false);
}

#[test]
fn the_contacts_source_stays_unless_it_is_to_be_overwritten() {
    for (overwrite, expected) in [(false, "Other"), (true, "Web")] {
        let mut org = Org::empty();
        let contact = org.create("Contact", &json!({"LastName": "L", "LeadSource": "Other"}));
        let mut lead = ada();
        lead["LeadSource"] = json!("Web");
        let lead = org.create("Lead", &lead);
        let how = Conversion {
            contact_id: Some(contact),
            overwrite_lead_source: overwrite,
            ..Conversion::default()
        };
        org.world.convert_as_rep(lead, &how).unwrap();
        assert_eq!(org.field(contact, "LeadSource"), expected);
    }
}

#[test]
fn whatever_hung_on_a_loser_hangs_on_the_winner() {
    let mut org = Org::empty();
    let [winner, loser, third] =
        ["W", "L", "T"].map(|name| org.create("Account", &json!({"Name": name})));
    let contact = org.create("Contact", &json!({"LastName": "L", "AccountId": loser}));
    let opportunity = org.create("Opportunity", &deal(&json!(loser), "Prospecting"));
    let child = org.create("Account", &json!({"Name": "C", "ParentId": third}));
    let task = org.create("Task", &json!({"Subject": "Call", "WhatId": loser}));
    let path = format!("sobjects/Account/{winner}");
    org.call("PATCH", &path, &json!({"ParentId": loser}));
    org.world.merge_as_rep(winner, &[loser, third]).unwrap();
    assert_eq!(org.field(contact, "AccountId"), json!(winner));
    assert_eq!(org.field(opportunity, "AccountId"), json!(winner));
    assert_eq!(org.field(child, "ParentId"), json!(winner));
    assert_eq!(org.field(task, "WhatId"), json!(winner));
    assert_eq!(org.field(task, "AccountId"), json!(winner));
    assert_eq!(org.field(winner, "ParentId"), Json::Null, "not its own");
    org.world.undelete_as_rep(loser).unwrap();
    assert_eq!(org.field(loser, "MasterRecordId"), Json::Null);
    assert_eq!(org.field(contact, "AccountId"), json!(winner));
}

#[test]
fn an_account_goes_and_comes_back_with_what_hangs_on_it() {
    let mut org = Org::empty();
    let account = org.create("Account", &json!({"Name": "Engines"}));
    let contact = org.create("Contact", &json!({"LastName": "L", "AccountId": account}));
    let early = org.create("Contact", &json!({"LastName": "E", "AccountId": account}));
    let mut fields = deal(&json!(account), "Prospecting");
    fields["ContactId"] = json!(contact);
    let opportunity = org.create("Opportunity", &fields);
    let task = org.create("Task", &json!({"Subject": "Call", "WhoId": contact}));
    org.call("DELETE", &format!("sobjects/Contact/{early}"), &Json::Null);
    assert_eq!(
        org.call(
            "DELETE",
            &format!("sobjects/Account/{account}"),
            &Json::Null
        )
        .0,
        204
    );
    for id in [account, contact, opportunity, task] {
        assert_eq!(org.field(id, "IsDeleted"), true);
    }
    assert_eq!(org.rows("SELECT Id FROM OpportunityContactRole"), "");
    org.world.undelete_as_rep(account).unwrap();
    for id in [account, contact, opportunity, task] {
        assert_eq!(org.field(id, "IsDeleted"), false);
    }
    assert_ne!(org.rows("SELECT Id FROM OpportunityContactRole"), "");
    assert_eq!(
        org.field(early, "IsDeleted"),
        true,
        "it went before, by itself"
    );
}

#[test]
fn what_was_won_holds_its_account() {
    let mut org = Org::empty();
    let account = org.create("Account", &json!({"Name": "Engines"}));
    org.create("Opportunity", &deal(&json!(account), "Closed Won"));
    assert_eq!(
        refusal(org.call(
            "DELETE",
            &format!("sobjects/Account/{account}"),
            &Json::Null
        )),
        "400 DELETE_FAILED: Your attempt to delete Engines could not be completed because some \
         opportunities in Engines were closed won. The opportunities that were closed won are \
         shown below.: Deal"
    );
}

#[test]
fn another_role_becomes_the_primary_one() {
    let mut org = Org::empty();
    let [first, second] = ["A", "B"].map(|name| org.create("Contact", &json!({"LastName": name})));
    let mut fields = deal(&Json::Null, "Prospecting");
    fields["ContactId"] = json!(first);
    let opportunity = org.create("Opportunity", &fields);
    let role = json!({"OpportunityId": opportunity, "ContactId": second});
    let role = org.create("OpportunityContactRole", &role);
    let path = format!("sobjects/OpportunityContactRole/{role}");
    assert_eq!(org.call("PATCH", &path, &json!({"IsPrimary": true})).0, 204);
    assert_eq!(
        org.rows("SELECT ContactId FROM OpportunityContactRole WHERE IsPrimary = true"),
        second.to_string()
    );
}

#[test]
fn a_case_shows_its_contact_and_keeps_comments_apart() {
    let mut org = Org::empty();
    let contact = org.create(
        "Contact",
        &json!({"LastName": "L", "Email": "l@engines.example"}),
    );
    let case = json!({"ContactId": contact, "Comments": "Called twice."});
    let case = org.create("Case", &case);
    assert_eq!(org.field(case, "ContactEmail"), "l@engines.example");
    assert_eq!(org.field(case, "Comments"), Json::Null);
    let comments = "SELECT CommentBody FROM CaseComment";
    let (_, found) = org.query(comments);
    assert_eq!(found["records"][0]["CommentBody"], "Called twice.");
    let stamp = org.field(case, "SystemModstamp");
    org.wait(std::time::Duration::from_mins(1));
    let path = format!("sobjects/Contact/{contact}");
    org.call(
        "PATCH",
        &path,
        &json!({"Email": "new@engines.example", "Phone": "1"}),
    );
    assert_eq!(org.field(case, "ContactEmail"), "new@engines.example");
    assert_eq!(org.field(case, "ContactPhone"), "1");
    assert_eq!(org.field(case, "SystemModstamp"), stamp);
}
