//! Changes that are seen later than they were made.

use std::collections::BTreeSet;
use std::time::Duration;

use salesforce_sim::RecordId;
use serde_json::json;

use super::{forget, log, told, with_ada};
use crate::world::{Org, ada};

#[test]
fn a_late_commit_is_told_when_it_is_seen() {
    let (mut org, id) = with_ada();
    org.world.delay_commits(Some(Duration::from_mins(1)));
    org.call_with(
        "PATCH",
        &format!("sobjects/Lead/{id}"),
        &[("Sforce-Call-Options", "client=Slow")],
        &json!({"Title": "Countess"}),
    );
    org.world.delay_commits(None);
    org.wait(Duration::from_secs(59));
    assert_eq!(told(&mut org), Vec::<String>::new());
    org.wait(Duration::from_secs(6));
    let events = log(&mut org);
    assert_eq!(events.len(), 1);
    assert_eq!(
        events[0]["changeOrigin"],
        "com/salesforce/api/rest/67.0;client=Slow"
    );
    // Seen at a minute past noon, though nobody looked before.
    assert_eq!(events[0]["commitTimestamp"], 1_781_092_860_000_i64);
}

#[test]
fn a_late_commit_and_the_writes_behind_it_are_transactions_of_their_own() {
    let (mut org, id) = with_ada();
    let others: Vec<RecordId> = (0..2).map(|_| org.create("Lead", &ada())).collect();
    forget(&mut org);
    let patch_as = |org: &mut Org, client: &str, id: RecordId| {
        let (status, body) = org.call_with(
            "PATCH",
            &format!("sobjects/Lead/{id}"),
            &[("Sforce-Call-Options", &format!("client={client}"))],
            &json!({"Title": client}),
        );
        assert_eq!(status, 204, "{body}");
    };
    org.world.delay_commits(Some(Duration::from_mins(1)));
    patch_as(&mut org, "X", id);
    patch_as(&mut org, "Z", others[0]);
    org.world.delay_commits(None);
    patch_as(&mut org, "Y", others[1]);
    org.wait(Duration::from_mins(2));
    let events = log(&mut org);
    let origins: Vec<&str> = events
        .iter()
        .map(|event| event["changeOrigin"].as_str().unwrap())
        .map(|origin| origin.split_once("client=").unwrap().1)
        .collect();
    // The newest comes first.
    assert_eq!(origins, ["Z", "X", "Y"]);
    let keys: BTreeSet<&str> = events
        .iter()
        .map(|event| event["transactionKey"].as_str().unwrap())
        .collect();
    assert_eq!(keys.len(), 3);
}
