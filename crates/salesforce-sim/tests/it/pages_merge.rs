//! The pages on which a rep merges records, and takes them out of the Recycle Bin again.

use salesforce_sim::{Object, RecordId};
use serde_json::json;

use crate::pages::{page, submit};
use crate::world::Org;

fn lead(org: &mut Org, name: &str, email: &str) -> RecordId {
    let lead = json!({"LastName": name, "Company": "Acme", "Email": email});
    org.world.create_as_rep(Object::Lead, &lead).unwrap()
}

fn merge_path(id: RecordId) -> String {
    format!("/lightning/r/Lead/{id}/merge")
}

#[test]
fn the_form_offers_who_shares_the_email_or_the_name() {
    let mut org = Org::empty();
    let master = lead(&mut org, "Lee", "ada@engines.example");
    let same_email = lead(&mut org, "Other", "ADA@engines.example");
    let same_name = lead(&mut org, "lee", "else@engines.example");
    let stranger = lead(&mut org, "Stranger", "stranger@engines.example");
    let (status, form) = page(&mut org, &merge_path(master));
    assert_eq!(status, 200);
    let is_offered = |id: RecordId| form.contains(&format!("name=\"loser\" value=\"{id}\""));
    assert!(is_offered(same_email) && is_offered(same_name));
    assert!(!is_offered(stranger) && !is_offered(master));
    let (_, found) = page(&mut org, &format!("{}?q=stranger", merge_path(master)));
    assert!(found.contains(&format!("value=\"{stranger}\"")));
}

#[test]
fn a_rep_merges_two_leads_and_the_loser_says_where_it_went() {
    let mut org = Org::empty();
    let master = lead(&mut org, "Lee", "ada@engines.example");
    let loser = lead(&mut org, "Lee", "ada@engines.example");
    let (status, location, _) = submit(
        &mut org,
        &merge_path(master),
        &[("loser", loser.to_string().as_str())],
    );
    assert_eq!(
        (status, location),
        (303, format!("/lightning/r/Lead/{master}/view"))
    );
    let gone = org.world.record(loser).unwrap();
    assert_eq!(gone["IsDeleted"], true);
    assert_eq!(gone["MasterRecordId"], master.to_string());
    let (_, bin) = page(&mut org, "/lightning/bin");
    assert!(bin.contains(&format!("/lightning/r/Lead/{loser}/restore")));
}

#[test]
fn a_merge_of_none_of_three_or_of_nonsense_is_refused_on_the_form() {
    let mut org = Org::empty();
    let master = lead(&mut org, "Lee", "ada@engines.example");
    let others: Vec<String> = (0..3)
        .map(|_| lead(&mut org, "Lee", "ada@engines.example").to_string())
        .collect();
    let all: Vec<(&str, &str)> = others.iter().map(|id| ("loser", id.as_str())).collect();
    for (sent, words) in [
        (&[][..], "Choose one or two records to merge."),
        (&all[..], "Choose one or two records to merge."),
        (
            &[("loser", "nonsense")][..],
            "nonsense is not the id of a record",
        ),
    ] {
        let (status, _, form) = submit(&mut org, &merge_path(master), sent);
        assert_eq!(status, 422);
        assert!(form.contains(words), "{words}");
    }
    assert_eq!(org.world.record(master).unwrap()["IsDeleted"], false);
}

#[test]
fn objects_that_cannot_be_merged_have_no_such_form() {
    let mut org = Org::empty();
    let task = org
        .world
        .create_as_rep(Object::Task, &json!({"Subject": "Call"}));
    let (status, _) = page(
        &mut org,
        &format!("/lightning/r/Task/{}/merge", task.unwrap()),
    );
    assert_eq!(status, 404);
}

#[test]
fn a_rep_takes_a_record_out_of_the_recycle_bin() {
    let mut org = Org::empty();
    let id = lead(&mut org, "Lee", "ada@engines.example");
    let (_, empty) = page(&mut org, "/lightning/bin");
    assert!(empty.contains("Nothing was deleted."));
    submit(&mut org, &format!("/lightning/r/Lead/{id}/delete"), &[]);
    let (_, bin) = page(&mut org, "/lightning/bin");
    assert!(bin.contains(&format!("/lightning/r/Lead/{id}/restore")));
    let (status, location, _) = submit(&mut org, &format!("/lightning/r/Lead/{id}/restore"), &[]);
    assert_eq!(
        (status, location),
        (303, format!("/lightning/r/Lead/{id}/view"))
    );
    assert_eq!(org.world.record(id).unwrap()["IsDeleted"], false);
}

#[test]
fn a_list_on_a_record_leads_to_a_form_that_knows_the_record() {
    let mut org = Org::empty();
    let fields = json!({"LastName": "Lee"});
    let contact = org.world.create_as_rep(Object::Contact, &fields).unwrap();
    let (_, view) = page(&mut org, &format!("/lightning/r/Contact/{contact}/view"));
    let new_case = format!("/lightning/o/Case/new?ContactId={contact}");
    assert!(view.contains(&format!("href=\"{new_case}\"")));
    let (_, form) = page(&mut org, &new_case);
    assert!(form.contains(&format!(
        "name=\"ContactId\" type=\"text\" value=\"{contact}\""
    )));
    let id = contact.to_string();
    let (status, location, _) = submit(
        &mut org,
        "/lightning/o/Case/new",
        &[("ContactId", id.as_str()), ("Subject", "It broke")],
    );
    assert_eq!(status, 303);
    let (_, case) = page(&mut org, &location);
    assert!(case.contains("It broke"));
    let (_, view) = page(&mut org, &format!("/lightning/r/Contact/{contact}/view"));
    assert!(view.contains("It broke"));
}
