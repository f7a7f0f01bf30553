//! What an administrator set up, as rows: vocabularies, members of the queue, permissions.

use salesforce_sim::{Object, RecordId};
use serde_json::json;

use crate::world::{Org, empty, refusal};

#[test]
fn each_vocabulary_has_a_row_for_each_value() {
    let mut org = Org::empty();
    assert_eq!(
        org.rows("SELECT ApiName, IsConverted, IsDefault, SortOrder FROM LeadStatus"),
        "Open - Not Contacted|false|true|1; Working - Contacted|false|false|2; \
         Closed - Converted|true|false|3; Closed - Not Converted|false|false|4"
    );
    assert_eq!(
        org.rows("SELECT IsClosed, IsDefault, MasterLabel FROM CaseStatus"),
        "false|true|New; false|false|Working; false|false|Escalated; true|false|Closed"
    );
    assert_eq!(
        org.rows("SELECT IsClosed, MasterLabel FROM TaskStatus"),
        "false|Not Started; false|In Progress; true|Completed; \
         false|Waiting on someone else; false|Deferred"
    );
    assert_eq!(
        org.rows("SELECT IsDefault, IsHighPriority, MasterLabel FROM TaskPriority"),
        "false|true|High; true|false|Normal; false|false|Low"
    );
    assert_eq!(
        org.rows(
            "SELECT DefaultProbability, ForecastCategory, ForecastCategoryName, IsClosed, IsWon, \
             MasterLabel FROM OpportunityStage WHERE SortOrder > 6"
        ),
        "75.0|BestCase|Best Case|false|false|Proposal/Price Quote; \
         90.0|Forecast|Commit|false|false|Negotiation/Review; \
         100.0|Closed|Closed|true|true|Closed Won; \
         0.0|Omitted|Omitted|true|false|Closed Lost"
    );
}

#[test]
fn the_queue_takes_leads_cases_and_tasks_of_its_members() {
    let mut org = Org::empty();
    assert_eq!(
        org.rows("SELECT Queue.Name, SobjectType FROM QueueSobject"),
        "Inbound Leads|Lead; Inbound Leads|Case; Inbound Leads|Task"
    );
    let members = org.query("SELECT UserOrGroupId FROM GroupMember").1;
    assert_eq!(
        members["totalSize"], 5,
        "the active users but the one of the apps"
    );
}

#[test]
fn permissions_hang_on_the_profiles_sets() {
    let mut org = Org::empty();
    assert_eq!(
        org.rows("SELECT IsOwnedByProfile, Profile.Name FROM PermissionSet"),
        "true|System Administrator; true|Standard User; true|Read Only"
    );
    let me = org.world.integration_user();
    assert_eq!(
        org.rows(&format!(
            "SELECT Assignee.Profile.Name, PermissionSet.Label FROM PermissionSetAssignment \
             WHERE AssigneeId = '{me}'"
        )),
        "System Administrator|System Administrator"
    );
    assert_eq!(
        org.rows(
            "SELECT PermissionsCreate, PermissionsDelete, PermissionsEdit, PermissionsRead \
             FROM ObjectPermissions WHERE SobjectType = 'Case'"
        ),
        "true|true|true|true; true|true|true|true; false|false|false|true"
    );
    assert_eq!(
        org.rows(
            "SELECT PermissionsEdit, PermissionsRead FROM FieldPermissions \
             WHERE Field = 'Lead.Email' AND SobjectType = 'Lead'"
        ),
        "true|true; true|true; false|true"
    );
    let required = "SELECT COUNT() FROM FieldPermissions WHERE Field = 'Lead.LastName'";
    assert_eq!(org.query(required).1["totalSize"], 0);
}

#[test]
fn lead_and_case_have_an_assignment_rule_each() {
    let mut org = Org::empty();
    assert_eq!(
        org.rows("SELECT Active, Name, SobjectType FROM AssignmentRule"),
        "false|Standard|Lead; false|Standard|Case"
    );
}

#[test]
fn an_app_cannot_write_the_setup() {
    let mut org = Org::empty();
    let fields = json!({"MasterLabel": "Open"});
    assert_eq!(
        refusal(org.call("POST", "sobjects/LeadStatus", &fields)),
        "400 CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: entity type LeadStatus does not support this \
         operation"
    );
}

#[test]
fn a_case_has_comments_that_go_with_it() {
    let mut org = Org::empty();
    let case = org.create("Case", &json!({"Subject": "Invoice"}));
    let comment = json!({"ParentId": case, "CommentBody": "Called back"});
    let comment = org.create("CaseComment", &comment);
    assert_eq!(comment.prefix(), "00a");
    assert_eq!(
        org.rows("SELECT IsPublished, Parent.Subject FROM CaseComment"),
        "false|Invoice"
    );
    let orphan = org.call("POST", "sobjects/CaseComment", &json!({"CommentBody": "?"}));
    assert_eq!(
        refusal(orphan),
        "400 REQUIRED_FIELD_MISSING: Required fields are missing: [ParentId]"
    );
    org.world.delete_as_rep(case).unwrap();
    assert_eq!(org.rows("SELECT Id FROM CaseComment"), "");
}

#[test]
fn a_deals_derived_fields_follow_from_amount_stage_and_close_date() {
    let mut org = Org::empty();
    let deal = json!({
        "Name": "Deal", "StageName": "Negotiation/Review", "CloseDate": "2026-08-31",
        "Amount": 1_000.5,
    });
    let id: RecordId = org.create("Opportunity", &deal);
    assert_eq!(id.prefix(), Object::Opportunity.prefix());
    let expected = json!({
        "Probability": 90.0, "ExpectedRevenue": 900.45, "ForecastCategory": "Forecast",
        "ForecastCategoryName": "Commit", "Fiscal": "2026 3", "FiscalQuarter": 3,
        "FiscalYear": 2026, "IsClosed": false, "IsWon": false,
    });
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&org.field(id, field), value, "{field}");
    }
    let won = json!({"StageName": "Closed Won"});
    org.world.edit_as_rep(id, &won).unwrap();
    assert_eq!(org.field(id, "IsWon"), json!(true));
    assert_eq!(org.field(id, "ExpectedRevenue"), json!(1_000.5));
}

#[test]
fn the_same_options_found_the_same_setup() {
    let dump = || Org::new(empty()).world.dump();
    let (first, second) = (dump(), dump());
    assert_eq!(first["FieldPermissions"], second["FieldPermissions"]);
    assert!(first["FieldPermissions"].as_array().unwrap().len() > 300);
}
