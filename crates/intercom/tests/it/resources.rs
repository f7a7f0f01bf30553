//! Contacts, companies, tags, notes, attributes: what is sent, and what the twin makes of it.

use std::collections::BTreeMap;

use intercom::{
    AttributeModel, AttributeOptions, AttributeQuota, AttributeType, AttributeValue, Change,
    CompanyUpsert, ContactPatch, Created, CurrentContact, Cursor, IntercomError, MergeCheck,
    MonthlySpend, NewAttribute, NewContact, NewIdentity, QuotaStanding,
};
use intercom_sim::Options;
use model::Timestamp;
use model::ic::{ContactId, Role, TeammateId};
use serde_json::json;

use crate::script::{Script, ok, refused, reply};
use crate::twin::Twin;

const JANE: &str = r#"{"type":"contact","id":"5ba6","role":"user","external_id":"42",
    "email":"jane@example.com","created_at":1691436649,"updated_at":1691436650}"#;

fn town() -> Twin {
    Twin::new(Options {
        leads: 4,
        users: 4,
        companies: 2,
        conversations: 0,
        ..Options::default()
    })
}

fn new_user(email: &str) -> NewContact {
    NewContact {
        identity: NewIdentity::User {
            external_id: Some("42".to_owned()),
        },
        name: Some("Jane".to_owned()),
        email: Some(email.to_owned()),
        phone: None,
        owner: None,
        custom_attributes: BTreeMap::new(),
    }
}

fn new_lead(email: &str) -> NewContact {
    NewContact {
        identity: NewIdentity::Lead,
        ..new_user(email)
    }
}

#[tokio::test]
async fn a_contact_in_the_way_is_looked_at_and_then_updated() {
    let message = "A contact matching those details already exists with id=5ba6";
    let script = Script::of([refused(409, "conflict", message), ok(JANE), ok(JANE)]);
    let created = script
        .client()
        .create_or_find_contact(&new_user("Jane@Example.com"))
        .await
        .unwrap();
    assert!(matches!(created, Created::Found(_)), "{created:?}");
    assert_eq!(
        script.asked(),
        ["POST /contacts", "GET /contacts/5ba6", "PUT /contacts/5ba6"]
    );
    let values = json!({ "name": "Jane", "email": "Jane@Example.com" });
    let mut new = values.clone();
    new["role"] = json!("user");
    new["external_id"] = json!("42");
    let bodies = script.bodies();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&bodies[0]).unwrap(),
        new
    );
    assert_eq!(bodies[1], "");
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&bodies[2]).unwrap(),
        values
    );
}

#[tokio::test]
async fn whoever_shares_nothing_is_not_touched() {
    let message = "A contact matching those details already exists with id=5ba6";
    let stranger = JANE
        .replace("jane@", "mallory@")
        .replace("\"42\"", "\"43\"");
    let script = Script::of([refused(409, "conflict", message), ok(&stranger)]);
    let error = script
        .client()
        .create_or_find_contact(&new_user("jane@example.com"))
        .await
        .unwrap_err();
    assert!(matches!(error, IntercomError::Conflict { .. }), "{error:?}");
    assert_eq!(script.asked(), ["POST /contacts", "GET /contacts/5ba6"]);
}

#[tokio::test(start_paused = true)]
async fn the_twin_creates_finds_and_unarchives() {
    let twin = town();
    let client = twin.client();
    let new = new_user("jane@example.com");
    let first = client.create_or_find_contact(&new).await.unwrap();
    assert!(matches!(first, Created::New(_)), "{first:?}");
    let jane = first.contact().id.clone();
    assert_eq!(first.contact().role, Role::User);

    let again = NewContact {
        name: Some("Jane Doe".to_owned()),
        ..new
    };
    let found = client.create_or_find_contact(&again).await.unwrap();
    assert!(matches!(found, Created::Found(_)), "{found:?}");
    assert_eq!(found.contact().id, jane);
    assert_eq!(found.contact().name.as_deref(), Some("Jane Doe"));

    client.archive_contact(&jane).await.unwrap();
    let back = client.create_or_find_contact(&again).await.unwrap();
    assert!(matches!(back, Created::Unarchived(_)), "{back:?}");
    assert_eq!(back.contact().id, jane);
    assert!(!client.contact(&jane).await.unwrap().archived);

    assert_eq!(client.contact_by_external_id("42").await.unwrap().id, jane);
    let nobody = client.contact_by_external_id("no/such one?").await;
    assert!(matches!(nobody, Err(IntercomError::NotFound)), "{nobody:?}");
}

#[tokio::test(start_paused = true)]
async fn leads_never_conflict_and_a_merged_one_is_followed() {
    let twin = town();
    let client = twin.client();
    let user = client.create_contact(&new_user("jane@example.com")).await;
    let user = user.unwrap().id;
    let mut leads = Vec::new();
    for _ in 0..2 {
        let new = new_lead("jane@example.com");
        let lead = client.create_or_find_contact(&new).await.unwrap();
        assert!(matches!(lead, Created::New(_)), "{lead:?}");
        leads.push(lead.contact().id.clone());
    }
    let merged = client.merge_contacts(&leads[0], &user, MergeCheck::Alike);
    assert_eq!(merged.await.unwrap().id, user);
    let now = client.current_contact(&leads[0]).await.unwrap();
    assert!(
        matches!(&now, CurrentContact::MergedInto(contact) if contact.id == user),
        "{now:?}"
    );
    client.delete_contact(&leads[1]).await.unwrap();
    let gone = client.current_contact(&leads[1]).await;
    assert!(matches!(gone, Err(IntercomError::NotFound)), "{gone:?}");
    client.block_contact(&user).await.unwrap();
}

#[tokio::test]
async fn merges_that_lead_in_a_circle_are_given_up() {
    let merged = |into: &str| {
        let link = format!("</contacts/{into}>; rel=\"canonical\"");
        let body = r#"{"errors":[{"code":"contact_merged"}]}"#;
        reply(410, &[("link", &link)], body)
    };
    let script = Script::of(["b", "a", "b", "a", "b", "a"].map(merged));
    let id: ContactId = "a".parse().unwrap();
    let error = script.client().current_contact(&id).await.unwrap_err();
    assert!(matches!(error, IntercomError::Merged { .. }), "{error:?}");
    assert_eq!(script.asked().len(), 6);
}

#[tokio::test(start_paused = true)]
async fn companies_are_upserted_attached_and_scrolled() {
    let twin = town();
    let client = twin.client();
    let acme = CompanyUpsert {
        company_id: "acme/1".to_owned(),
        name: Some("Acme".to_owned()),
        plan: Some("Gold".to_owned()),
        size: Some(12),
        website: Some("https://acme.io".to_owned()),
        monthly_spend: Some(MonthlySpend::new(4_000_000_000)),
        ..CompanyUpsert::default()
    };
    let made = client.upsert_company(&acme).await.unwrap();
    let again = client.upsert_company(&acme).await.unwrap();
    assert_eq!(made.id, again.id);
    assert_eq!(made.plan.as_deref(), Some("Gold"));
    assert_eq!(made.size, Some(12));
    assert_eq!(made.monthly_spend, Some(2_147_483_647));
    assert_eq!(client.company(&made.id).await.unwrap().id, made.id);
    let found = client.company_by_company_id("acme/1").await.unwrap();
    assert_eq!(found.id, made.id);

    let user: ContactId = twin.sim.user_id(0).to_string().parse().unwrap();
    client.attach_company(&user, &made.id).await.unwrap();
    client.attach_company(&user, &made.id).await.unwrap();
    let attached = client.contact_companies(&user).await.unwrap();
    assert!(attached.iter().any(|company| company.id == made.id));
    let mut contacts = client.company_contacts(&made.id);
    let page = contacts.next_page().await.unwrap().expect("a page");
    let ids: Vec<_> = page.rows.iter().flatten().map(|it| &it.id).collect();
    assert_eq!(ids, [&user]);
    assert!(contacts.next_page().await.unwrap().is_none());

    let mut scroll = client.scroll_companies();
    let mut scrolled = Vec::new();
    while let Some(page) = scroll.next_page().await.unwrap() {
        assert!(!page.restarted);
        scrolled.extend(page.rows.into_iter().flatten().map(|it| it.id));
    }
    assert!(scrolled.contains(&made.id), "{scrolled:?}");
    client.detach_company(&user, &made.id).await.unwrap();
    let attached = client.contact_companies(&user).await.unwrap();
    assert!(attached.iter().all(|company| company.id != made.id));
}

#[tokio::test]
async fn a_scroll_that_died_begins_anew_and_says_so() {
    let page = |place: &str| {
        ok(&format!(
            r#"{{"type":"list","data":[{{"id":"531e"}}],"scroll_param":"{place}"}}"#
        ))
    };
    let script = Script::of([
        page("one+1"),
        refused(404, "not_found", "scroll parameter not found"),
        page("two"),
        ok(r#"{"type":"list","data":[],"scroll_param":"two"}"#),
    ]);
    let mut scroll = script.client().scroll_companies();
    assert!(!scroll.next_page().await.unwrap().unwrap().restarted);
    assert!(scroll.next_page().await.unwrap().unwrap().restarted);
    assert!(scroll.next_page().await.unwrap().is_none());
    assert!(scroll.next_page().await.unwrap().is_none());
    let asked = [
        "GET /companies/scroll",
        "GET /companies/scroll?scroll_param=one%2B1",
        "GET /companies/scroll",
        "GET /companies/scroll?scroll_param=two",
    ];
    assert_eq!(script.asked(), asked);
}

#[tokio::test]
async fn an_open_scroll_is_in_the_way_of_another() {
    let message = "scroll already exists for this workspace";
    let script = Script::of([refused(400, "scroll_exists", message)]);
    let error = script.client().scroll_companies().next_page().await;
    assert!(
        matches!(&error, Err(IntercomError::Busy { over_in: Some(wait), .. }) if wait.as_secs() == 60),
        "{error:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn tags_and_notes_go_on_and_are_found_again() {
    let twin = town();
    let client = twin.client();
    let user: ContactId = twin.sim.user_id(1).to_string().parse().unwrap();
    let me = client.me().await.unwrap().teammate.id;
    let vip = client.create_tag("vip").await.unwrap();
    assert_eq!(client.create_tag("VIP").await.unwrap().id, vip.id);
    assert!(
        client
            .tags()
            .await
            .unwrap()
            .iter()
            .any(|tag| tag.id == vip.id)
    );
    client.tag_contact(&user, &vip.id).await.unwrap();
    let on = client.contact_tags(&user).await.unwrap();
    assert!(on.iter().any(|tag| tag.id == vip.id), "{on:?}");
    client.untag_contact(&user, &vip.id).await.unwrap();
    let on = client.contact_tags(&user).await.unwrap();
    assert!(on.iter().all(|tag| tag.id != vip.id), "{on:?}");

    let html = r#"<p><a href="https://crm.example/1">Lead</a></p>"#;
    let note = client.add_contact_note(&user, &me, html).await.unwrap();
    assert!(note.links_to("https://crm.example/1"), "{note:?}");
    let mut notes = client.contact_notes(&user);
    let page = notes.next_page().await.unwrap().expect("a page");
    assert!(page.rows.iter().flatten().any(|it| it.id == note.id));

    let started = twin.sim.contact_writes(twin.sim.user_id(1), "Hi");
    let id = started.to_string().parse().unwrap();
    client.tag_conversation(&id, &vip.id, &me).await.unwrap();
    let tagged = client.conversation(&id).await.unwrap();
    assert_eq!(tagged.head.tag_ids, std::slice::from_ref(&vip.id));
    client.untag_conversation(&id, &vip.id, &me).await.unwrap();
    let bare = client.conversation(&id).await.unwrap();
    assert_eq!(bare.head.tag_ids, []);
    client.teams().await.unwrap();
}

#[tokio::test]
async fn teams_name_their_members_by_number() {
    let body = r#"{"type":"team.list","teams":[
        {"type":"team","id":"814865","name":"Sales","admin_ids":[493881,"7"]},{"id":9}]}"#;
    let script = Script::of([ok(body)]);
    let teams = script.client().teams().await.unwrap();
    let [sales, bare] = teams.as_slice() else {
        panic!("two teams: {teams:?}")
    };
    assert_eq!(
        (sales.id.as_str(), sales.name.as_str()),
        ("814865", "Sales")
    );
    let members: Vec<_> = sales.members.iter().map(TeammateId::as_str).collect();
    assert_eq!(members, ["493881", "7"]);
    assert_eq!((bare.id.as_str(), bare.members.len()), ("9", 0));
}

#[tokio::test]
async fn an_attribute_of_options_is_made_with_each_of_them() {
    let made = r#"{"id":41,"model":"company","name":"size","data_type":"string","custom":true,
        "options":["S",{"value":"L"}]}"#;
    let script = Script::of([ok(made)]);
    let options = AttributeOptions::new(vec!["S".to_owned(), "L".to_owned()]).unwrap();
    let new = NewAttribute {
        name: "size".to_owned(),
        model: AttributeModel::Company,
        data_type: AttributeType::OneOf(options),
        description: "How large".to_owned(),
    };
    let made = script.client().create_attribute(&new).await.unwrap();
    assert_eq!(made.model, AttributeModel::Company);
    assert_eq!(made.options, ["S", "L"]);
    let sent = json!({
        "name": "size", "model": "company", "data_type": "options", "description": "How large",
        "options": [{ "value": "S" }, { "value": "L" }],
    });
    assert_eq!(script.json_bodies(), [sent]);
    for too_few in [
        vec![],
        vec!["S".to_owned()],
        vec!["S".to_owned(), "S".to_owned()],
    ] {
        assert_eq!(AttributeOptions::new(too_few), None);
    }
}

#[tokio::test]
async fn the_quota_warns_from_230_on_and_counts_both_models() {
    let list = |model: &str, count: usize, more: &str| {
        let rows: Vec<_> = (0..count)
            .map(|n| format!(r#"{{"id":{n},"name":"{model}{n}","custom":true,"archived":false}}"#))
            .collect();
        ok(&format!(
            r#"{{"type":"list","data":[{}{more}]}}"#,
            rows.join(",")
        ))
    };
    let uncounted =
        r#",{"name":"email","custom":false},{"id":9,"name":"old","custom":true,"archived":true}"#;
    for (people, companies, standing) in [
        (200, 29, QuotaStanding::Roomy),
        (200, 30, QuotaStanding::Near { left: 20 }),
        (200, 49, QuotaStanding::Near { left: 1 }),
        (200, 50, QuotaStanding::Full),
        (250, 20, QuotaStanding::Full),
    ] {
        let script = Script::of([
            list("contact", people, uncounted),
            list("company", companies, ""),
        ]);
        let all = script.client().contact_attributes().await.unwrap();
        let quota = AttributeQuota::of(&all);
        assert_eq!(quota.used(), people + companies);
        assert_eq!(quota.standing(), standing, "{people} and {companies}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_attribute_that_is_missing_is_made_and_the_write_sent_once_more() {
    let twin = town();
    let client = twin.client();
    let user: ContactId = twin.sim.user_id(2).to_string().parse().unwrap();
    let patch = ContactPatch {
        custom_attributes: BTreeMap::from([("BRAND_NEW".to_owned(), Some("x".to_owned()))]),
        ..ContactPatch::default()
    };
    let unknown = client.update_contact_with(&user, &patch, &[]).await;
    assert!(
        matches!(&unknown, Err(IntercomError::UnknownAttributes { names }) if *names == ["BRAND_NEW"]),
        "{unknown:?}"
    );
    let new = [
        NewAttribute::text("BRAND_NEW", "New"),
        NewAttribute::text("NOT_ASKED_FOR", "Not"),
    ];
    let written = client.update_contact_with(&user, &patch, &new).await;
    let shown = &written.unwrap().custom_attributes["BRAND_NEW"];
    assert_eq!(*shown, AttributeValue::Text("x".to_owned()));
    let all = client.contact_attributes().await.unwrap();
    assert!(all.iter().all(|it| it.name != "NOT_ASKED_FOR"));
    let made = all.iter().find(|it| it.name == "BRAND_NEW").unwrap();
    client.archive_attribute(made.id.unwrap()).await.unwrap();
    client
        .update_contact_with(&user, &patch, &new)
        .await
        .unwrap();
    let all = client.contact_attributes().await.unwrap();
    assert!(all.iter().any(|it| it.name == "BRAND_NEW" && !it.archived));
}

#[tokio::test]
async fn a_refusal_for_another_reason_makes_nothing() {
    let attributes = r#"{"data":[{"id":1,"name":"TIER","custom":true,"archived":false}]}"#;
    let script = Script::of([
        refused(400, "parameter_invalid", "too long"),
        ok(attributes),
        ok(r#"{"data":[]}"#),
    ]);
    let patch = ContactPatch {
        name: Change::Set("x".to_owned()),
        custom_attributes: BTreeMap::from([("TIER".to_owned(), Some("x".to_owned()))]),
        ..ContactPatch::default()
    };
    let id: ContactId = "5ba6".parse().unwrap();
    let error = script
        .client()
        .update_contact_with(&id, &patch, &[NewAttribute::text("TIER", "")])
        .await
        .unwrap_err();
    assert!(
        matches!(&error, IntercomError::Invalid { message, .. } if message == "too long"),
        "{error:?}"
    );
    assert_eq!(script.asked().len(), 3);
}

#[tokio::test]
async fn pages_come_as_they_are_asked_for_and_go_on_where_they_were() {
    let page = |id: &str, next: &str| {
        ok(&format!(
            r#"{{"data":[{{"id":"{id}","role":"lead","created_at":1,"updated_at":1}}],
                "pages":{{"next":{next}}}}}"#
        ))
    };
    let script = Script::of([
        page("a", r#"{"starting_after":"X"}"#),
        refused(400, "client_error", "Invalid starting_after param"),
        ok(" "),
        page("b", "null"),
    ]);
    let mut pages = script.client().all_contacts(None);
    assert_eq!(pages.cursor(), None);
    assert_eq!(pages.next_page().await.unwrap().unwrap().rows.len(), 1);
    assert_eq!(pages.cursor().map(Cursor::as_str), Some("X"));
    // A refusal leaves the place; an empty answer is asked for again.
    assert!(pages.next_page().await.is_err());
    assert_eq!(pages.next_page().await.unwrap().unwrap().rows.len(), 1);
    assert!(pages.next_page().await.unwrap().is_none());
    assert!(pages.next_page().await.unwrap().is_none());
    assert_eq!(script.asked().len(), 4);
}

#[tokio::test]
async fn a_list_that_leads_back_to_itself_is_no_endless_one() {
    let same = || ok(r#"{"data":[],"pages":{"next":{"starting_after":"X"}}}"#);
    let script = Script::of([same()]);
    let mut pages = script
        .client()
        .all_contacts(Some(Cursor::from("X".to_owned())));
    let error = pages.next_page().await.unwrap_err();
    assert!(
        matches!(error, IntercomError::UnexpectedAnswer { .. }),
        "{error:?}"
    );
    script.asked();
}

#[tokio::test]
async fn a_catch_up_ends_with_the_first_that_is_older() {
    let row = |id: &str, at: i64| {
        format!(r#"{{"id":"{id}","role":"lead","created_at":1,"updated_at":{at}}}"#)
    };
    let rows = [
        row("a", 300),
        row("b", 200),
        r#"{"id":"odd"}"#.to_owned(),
        row("c", 199),
    ];
    let body = format!(
        r#"{{"data":[{}],"pages":{{"next":{{"starting_after":"X"}}}}}}"#,
        rows.join(",")
    );
    let script = Script::of([ok(&body)]);
    let since = Timestamp::from_seconds(200);
    let mut pages = script.client().contacts_changed_since(since);
    let page = pages.next_page().await.unwrap().unwrap();
    assert_eq!(page.rows.len(), 3, "two, and one that cannot be read");
    assert!(page.rows[2].is_err());
    assert!(pages.next_page().await.unwrap().is_none());
}
