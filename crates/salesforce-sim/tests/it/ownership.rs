//! Who owns: assignment rules of Cases, queues, users who left, users who are none.

use serde_json::{Value as Json, json};

use crate::world::{Org, refusal};

/// Who owns a Case that was created under the header: the queue, the default owner, the caller.
fn owner(active: bool, header: Option<&str>, given: bool) -> &'static str {
    let mut org = Org::empty();
    let (rep, app) = (org.world.rep(), org.world.integration_user());
    let second = org.rows("SELECT Id FROM User WHERE IsActive = true ORDER BY Id LIMIT 3");
    let third: Json = json!(second.split("; ").nth(2).unwrap());
    let rules = json!({"caseAssignment": active, "defaultCaseOwner": third});
    assert_eq!(org.call("PUT", "/_sim/rules", &rules).0, 200);
    let headers: Vec<_> = header
        .map(|value| ("sforce-auto-assign", value))
        .into_iter()
        .collect();
    let mut case = json!({"Subject": "Help"});
    if given {
        case["OwnerId"] = json!(rep);
    }
    let (status, body) = org.call_with("POST", "sobjects/Case", &headers, &case);
    assert_eq!(status, 201, "{body}");
    let owner = org.field(body["id"].as_str().unwrap().parse().unwrap(), "OwnerId");
    [
        (json!(rep), "given"),
        (json!(app), "caller"),
        (json!(org.world.queue()), "queue"),
        (third, "default"),
    ]
    .into_iter()
    .find(|(id, _)| *id == owner)
    .unwrap()
    .1
}

#[test]
fn a_case_goes_to_the_rule_then_to_the_default_owner() {
    for (active, header, given, expected) in [
        (true, None, false, "queue"),
        (true, Some("TRUE"), true, "queue"),
        (true, Some("FALSE"), false, "caller"),
        (true, Some("FALSE"), true, "given"),
        (false, None, false, "default"),
        (false, Some("TRUE"), false, "default"),
        (false, Some("TRUE"), true, "given"),
        (false, Some("FALSE"), false, "caller"),
        (false, Some("01Q5e0000000002"), true, "queue"),
        (true, Some("01Q5e0000000001"), false, "caller"),
    ] {
        let owner = owner(active, header, given);
        assert_eq!(owner, expected, "{active} {header:?} {given}");
    }
}

#[test]
fn an_update_asks_the_active_rule_alone() {
    let mut org = Org::empty();
    let case = org.create("Case", &json!({"Subject": "Help"}));
    let path = format!("sobjects/Case/{case}");
    org.call_with("PATCH", &path, &[], &json!({"Subject": "Help!"}));
    assert_eq!(
        org.field(case, "OwnerId"),
        json!(org.world.integration_user())
    );
    org.call("PUT", "/_sim/rules", &json!({"caseAssignment": true}));
    org.call("PATCH", &path, &json!({"Subject": "Help!!"}));
    assert_eq!(
        org.field(case, "OwnerId"),
        json!(org.world.integration_user())
    );
    org.call_with("PATCH", &path, &[], &json!({"Subject": "Help!!!"}));
    assert_eq!(org.field(case, "OwnerId"), json!(org.world.queue()));
}

#[test]
fn records_of_somebody_who_left_can_be_edited() {
    let mut org = Org::empty();
    let rep = org.world.rep();
    let account = org.create("Account", &json!({"Name": "Engines", "OwnerId": rep}));
    org.world
        .edit_as_rep(rep, &json!({"IsActive": false}))
        .unwrap();
    let path = format!("sobjects/Account/{account}");
    let kept = json!({"Site": "Cork", "OwnerId": rep});
    assert_eq!(org.call("PATCH", &path, &kept).0, 204);
    let other = org.create("Account", &json!({"Name": "Looms"}));
    let path = format!("sobjects/Account/{other}");
    assert_eq!(
        refusal(org.call("PATCH", &path, &json!({"OwnerId": rep}))),
        format!(
            "400 INACTIVE_OWNER_OR_USER: operation performed with inactive user [{}] as owner of \
             account",
            rep.short()
        )
    );
}

#[test]
fn queues_own_what_they_serve_and_nothing_else() {
    let mut org = Org::empty();
    let queue = org.world.queue();
    for object in ["Case", "Task"] {
        let id = org.create(object, &json!({"Subject": "Help", "OwnerId": queue}));
        assert_eq!(org.field(id, "OwnerId"), json!(queue));
    }
    for (object, fields) in [
        ("Account", json!({"Name": "N", "OwnerId": queue})),
        ("Contact", json!({"LastName": "L", "OwnerId": queue})),
        (
            "Opportunity",
            json!({"Name": "N", "StageName": "Prospecting", "CloseDate": "2026-07-01",
                   "OwnerId": queue}),
        ),
    ] {
        let (status, body) = org.call("POST", &format!("sobjects/{object}"), &fields);
        assert_eq!(
            (status, body),
            (
                400,
                json!([{
                    "errorCode": "MALFORMED_ID",
                    "message": format!("Owner ID: id value of incorrect type: {queue}"),
                    "fields": ["OwnerId"],
                }])
            )
        );
    }
}

#[test]
fn an_accounts_new_owner_touches_no_contact() {
    let mut org = Org::empty();
    let account = org.create("Account", &json!({"Name": "Engines"}));
    let contact = org.create("Contact", &json!({"LastName": "L", "AccountId": account}));
    let stamp = org.field(contact, "SystemModstamp");
    org.wait(std::time::Duration::from_mins(5));
    let rep = org.world.rep();
    let path = format!("sobjects/Account/{account}");
    assert_eq!(org.call("PATCH", &path, &json!({"OwnerId": rep})).0, 204);
    assert_eq!(org.field(contact, "SystemModstamp"), stamp);
    assert_ne!(org.field(account, "SystemModstamp"), stamp);
}
