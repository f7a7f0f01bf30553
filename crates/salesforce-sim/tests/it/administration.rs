//! What an administrator does to users, queues and accounts, and what leaves an org for good.

use std::time::Duration;

use salesforce_sim::{Conversion, Object, Options, RecordId};
use serde_json::{Value as Json, json};

use crate::world::{Org, empty, printed, refusal};

/// The second user of the org, and every field whose change a poll could notice.
fn user(org: &mut Org) -> RecordId {
    let (_, found) = org.query("SELECT Id FROM User ORDER BY Id LIMIT 1 OFFSET 1");
    found["records"][0]["Id"].as_str().unwrap().parse().unwrap()
}

#[test]
fn a_user_is_deactivated_renamed_and_moved() {
    let mut org = Org::empty();
    let id = user(&mut org);
    org.wait(Duration::from_mins(1));
    org.world.due(org.now);
    let changes = json!({
        "IsActive": false, "FirstName": "Ada", "LastName": "King", "Title": "Countess",
        "Email": "ada@engines.example.invalid", "UserType": "Guest", "UserRoleId": null,
    });
    org.world.edit_as_rep(id, &changes).unwrap();
    let fields = "Email, IsActive, Name, Title, UserRoleId, UserType, SystemModstamp";
    assert_eq!(
        org.rows(&format!("SELECT {fields} FROM User WHERE Id = '{id}'")),
        "ada@engines.example.invalid|false|Ada King|2026-06-10T12:01:00.000+0000|Countess|null|\
         Guest"
    );
    let refused = org.world.edit_as_rep(id, &json!({"Name": "Ada"}));
    assert_eq!(refused.unwrap_err().code, "INVALID_FIELD_FOR_INSERT_UPDATE");
}

#[test]
fn a_login_moves_no_stamp() {
    let mut org = Org::empty();
    let id = user(&mut org);
    let before = org.field(id, "SystemModstamp");
    let login = json!({"LastLoginDate": "2026-06-10T11:59:00.000+0000"});
    org.world.edit_as_rep(id, &login).unwrap();
    assert_eq!(org.field(id, "LastLoginDate"), login["LastLoginDate"]);
    assert_eq!(org.field(id, "SystemModstamp"), before);
}

#[test]
fn a_queue_gets_another_name() {
    let mut org = Org::empty();
    let id = org.world.queue();
    org.world
        .edit_as_rep(id, &json!({"Name": "Outbound"}))
        .unwrap();
    assert_eq!(
        org.rows("SELECT Name FROM Group WHERE Type = 'Queue'"),
        "Outbound"
    );
}

#[test]
fn an_accounts_new_owner_moves_no_stamp_of_its_contacts() {
    let mut org = Org::empty();
    let account = org.create("Account", &json!({"Name": "Engines"}));
    let contact = org.create("Contact", &json!({"LastName": "L", "AccountId": account}));
    let (owner, before) = (user(&mut org), org.field(contact, "SystemModstamp"));
    org.wait(Duration::from_mins(1));
    org.world.due(org.now);
    org.world
        .edit_as_rep(account, &json!({"OwnerId": owner}))
        .unwrap();
    assert_eq!(
        org.rows("SELECT Account.OwnerId FROM Contact WHERE Name = 'L'"),
        owner.to_string()
    );
    assert_eq!(org.field(contact, "SystemModstamp"), before);
    let other = org.create("Account", &json!({"Name": "Looms"}));
    org.world
        .edit_as_rep(contact, &json!({"AccountId": other}))
        .unwrap();
    assert_eq!(org.rows("SELECT Account.Name FROM Contact"), "Looms");
    assert_ne!(org.field(contact, "SystemModstamp"), before);
}

#[test]
fn a_purged_record_is_nowhere_any_more() {
    let mut org = Org::new(Options {
        leads: 2,
        ..empty()
    });
    let (_, found) = org.query("SELECT Id FROM Lead");
    let id: RecordId = found["records"][0]["Id"].as_str().unwrap().parse().unwrap();
    let path = format!("/_sim/records/{id}/purge");
    assert_eq!(org.call("POST", &path, &Json::Null).0, 200);
    let (_, all) = org.query_by("queryAll", "SELECT COUNT() FROM Lead");
    assert_eq!(all["totalSize"], 1);
    assert_eq!(org.world.record(id), None);
    let by_id = org.call(
        "PATCH",
        &format!("sobjects/Lead/{id}"),
        &json!({"Title": "T"}),
    );
    assert_eq!(
        refusal(by_id),
        "404 INVALID_CROSS_REFERENCE_KEY: invalid cross reference id"
    );
    assert_eq!(org.call("POST", &path, &Json::Null).0, 400);
    assert!(org.world.undelete_as_rep(id).is_err());
}

/// What `queryAll` tells of the losers and winners of merges.
fn fates(org: &mut Org, object: &str) -> String {
    let soql = format!("SELECT LastName, IsDeleted, MasterRecordId FROM {object} ORDER BY Id");
    let (_, body) = org.query_by("queryAll", &soql);
    printed(&body["records"])
}

#[test]
fn a_chain_of_merges_shows_each_losers_own_winner() {
    for object in [Object::Lead, Object::Contact] {
        let mut org = Org::empty();
        let mut made = |name: &str| {
            let mut fields = json!({"LastName": name});
            if object == Object::Lead {
                fields["Company"] = json!("C");
            }
            org.create(object.name(), &fields)
        };
        let (a, b, c) = (made("A"), made("B"), made("C"));
        org.world.merge_as_rep(b, &[a]).unwrap();
        org.world.merge_as_rep(c, &[b]).unwrap();
        assert_eq!(
            fates(&mut org, object.name()),
            format!("true|A|{b}; true|B|{c}; false|C|null")
        );
        org.world.undelete_as_rep(a).unwrap();
        assert_eq!(
            fates(&mut org, object.name()),
            format!("false|A|null; true|B|{c}; false|C|null")
        );
    }
}

#[test]
fn the_winner_of_a_merge_can_be_converted() {
    let mut org = Org::empty();
    let mut lead = |name: &str| org.create("Lead", &json!({"LastName": name, "Company": "C"}));
    let (loser, winner) = (lead("A"), lead("B"));
    org.world.merge_as_rep(winner, &[loser]).unwrap();
    let into = org
        .world
        .convert_as_rep(winner, &Conversion::default())
        .unwrap();
    assert_eq!(
        fates(&mut org, "Lead"),
        format!("true|A|{winner}; false|B|null")
    );
    assert_eq!(
        org.field(winner, "ConvertedContactId"),
        into.contact_id.to_string()
    );
}
