//! The inbox, for people.

use serde_json::json;

use crate::town::{Town, options};

async fn conversation_of(town: &Town, text: &str) -> String {
    let hostile =
        json!({"role": "lead", "name": "<script>alert(1)</script>", "email": "h@x.example"});
    let lead = town.post("/contacts", hostile).await.body;
    let start = json!({"from": {"type": "lead", "id": lead["id"]}, "body": text});
    let message = town.post("/conversations", start).await.body;
    format!(
        "/inbox/conversations/{}",
        message["conversation_id"].as_str().unwrap()
    )
}

#[tokio::test]
async fn the_list_shows_conversations_of_a_state() {
    let town = Town::new();
    let (status, page) = town.page("/inbox", "").await;
    assert_eq!(status, 200);
    let listed = page.matches("data-testid=\"conversation\"").count();
    let (_, closed) = town.page("/inbox?show=closed", "").await;
    let closed = closed.matches("data-testid=\"conversation\"").count();
    let (_, all) = town.page("/inbox?show=all", "").await;
    assert_eq!(all.matches("data-testid=\"conversation\"").count(), 14);
    assert_eq!(listed + closed, 14);
    assert!(closed > 0);
    let (status, _) = town.page("/inbox/conversations/1", "").await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn what_people_type_is_text_and_never_markup() {
    let town = Town::new();
    let page = conversation_of(&town, "<img src=x onerror=alert(1)>").await;
    town.form(
        &format!("{page}/parts"),
        &[("deed", "note"), ("body", "<script>x()</script>")],
    )
    .await;
    let (_, shown) = town.page(&page, "").await;
    assert!(
        !shown.contains("<script>alert") && !shown.contains("<script>x"),
        "{shown}"
    );
    assert!(!shown.contains("<img src=x"));
    assert!(shown.contains("&lt;img src=x onerror=alert(1)&gt;"));
    let (_, list) = town.page("/inbox", "").await;
    assert!(list.contains("&#60;script&#62;alert(1)&#60;/script&#62;"));
    assert!(!list.contains("<script>alert"));
}

#[tokio::test]
async fn a_teammate_replies_notes_assigns_closes_and_reopens() {
    let town = Town::new();
    let page = conversation_of(&town, "Hello").await;
    let parts = format!("{page}/parts");
    let me = town.get("/me").await.body["id"]
        .as_str()
        .unwrap()
        .to_owned();
    town.topics().await;
    for (fields, topic, words) in [
        (
            vec![("deed", "reply"), ("body", "We are on it")],
            "conversation.admin.replied",
            "We are on it",
        ),
        (
            vec![("deed", "note"), ("body", "Big fish")],
            "conversation.admin.noted",
            "Internal note",
        ),
        (
            vec![("deed", "assign"), ("assignee", &me)],
            "conversation.admin.assigned",
            "took the conversation",
        ),
        (
            vec![("deed", "close")],
            "conversation.admin.closed",
            "data-testid=\"reopen\"",
        ),
        (
            vec![("deed", "open")],
            "conversation.admin.opened",
            "data-testid=\"close\"",
        ),
        (
            vec![("deed", "assign"), ("assignee", "0")],
            "conversation.admin.assigned",
            "unassigned the conversation",
        ),
    ] {
        let (status, to, _) = town.form(&parts, &fields).await;
        assert_eq!((status, to.as_str()), (303, page.as_str()), "{topic}");
        assert_eq!(town.topics().await, [topic]);
        let (_, shown) = town.page(&page, "").await;
        town.app.take();
        assert!(shown.contains(words), "{words}");
    }
    let (status, _, refused) = town
        .form(&parts, &[("deed", "reply"), ("body", "  ")])
        .await;
    assert_eq!(status, 400);
    assert!(refused.contains("Write something first, or choose a file."));
}

#[tokio::test]
async fn attributes_are_shown_and_edited() {
    let town = Town::new();
    let status = json!({"name": "SALESFORCE_STATUS", "model": "contact", "data_type": "string"});
    town.post("/data_attributes", status).await;
    let seats = json!({"name": "Seats", "model": "contact", "data_type": "integer"});
    town.post("/data_attributes", seats).await;
    let id = town.lead("p@x.example").await;
    let page = format!("/inbox/contacts/{id}");
    town.topics().await;
    let fields = [
        ("name", "Pia"),
        ("email", "pia@x.example"),
        ("phone", ""),
        ("custom:SALESFORCE_STATUS", "Open"),
        ("custom:Seats", "12"),
        ("back", "https://evil.example/"),
    ];
    let (status, to, _) = town.form(&page, &fields).await;
    assert_eq!((status, to.as_str()), (303, "/inbox"));
    assert_eq!(
        town.topics().await,
        ["contact.lead.updated", "contact.email.updated"]
    );
    let (_, shown) = town.page(&page, "").await;
    assert!(
        shown.contains("data-attribute=\"SALESFORCE_STATUS\">Open</dd>"),
        "{shown}"
    );
    assert!(shown.contains("data-attribute=\"email\">pia@x.example</dd>"));
    let stored = town.get(&format!("/contacts/{id}")).await.body;
    assert_eq!(
        stored["custom_attributes"],
        json!({"SALESFORCE_STATUS": "Open", "Seats": 12})
    );

    let (_, _, _) = town.form(&page, &[("custom:SALESFORCE_STATUS", "")]).await;
    let stored = town.get(&format!("/contacts/{id}")).await.body;
    assert_eq!(stored["custom_attributes"], json!({"Seats": 12}));
    let (status, _, refused) = town.form(&page, &[("custom:Seats", "many")]).await;
    assert_eq!(status, 400);
    assert!(refused.contains("must be of type integer"), "{refused}");
}

#[tokio::test]
async fn a_browser_that_asks_for_a_contact_gets_the_profile() {
    let town = Town::new();
    let id = town.sim.user_id(0);
    let request = http::Request::builder()
        .uri(format!("/contacts/{id}"))
        .header("accept", "text/html,*/*")
        .body(axum::body::Body::empty())
        .unwrap();
    let response = town.send(request).await;
    assert_eq!(response.status(), 303);
    assert_eq!(
        response.headers()["location"],
        format!("/inbox/contacts/{id}").as_str()
    );
}

#[tokio::test]
async fn one_can_be_another_teammate() {
    let town = Town::new();
    let admins = town.get("/admins").await.body;
    let other = admins["admins"][1].clone();
    let id = other["id"].as_str().unwrap();
    let (status, to, _) = town
        .form(
            "/inbox/teammate",
            &[("admin", id), ("back", "/inbox?show=all")],
        )
        .await;
    assert_eq!((status, to.as_str()), (303, "/inbox?show=all"));
    let (status, ..) = town.form("/inbox/teammate", &[("admin", "1")]).await;
    assert_eq!(status, 404);

    let page = conversation_of(&town, "Hello").await;
    town.app.take();
    town.page(&page, &format!("a=b; teammate={id}")).await;
    assert_eq!(town.app.take()[0].json()["admin"]["email"], other["email"]);
}

#[tokio::test]
async fn pages_run_nothing_that_is_not_theirs() {
    let town = Town::new();
    let request = http::Request::builder()
        .uri("/inbox")
        .body(axum::body::Body::empty())
        .unwrap();
    let response = town.send(request).await;
    let policy = response.headers()["content-security-policy"]
        .to_str()
        .unwrap();
    assert!(policy.starts_with("default-src 'none'") && policy.contains("script-src 'self'"));
    let (_, page) = town.page("/inbox", "").await;
    assert_eq!(
        page.matches("<script").count(),
        page.matches("<script src=").count()
    );
    assert!(!page.contains(" style=") && !page.contains(" onclick="));
    for asset in ["style.css", "inbox.js"] {
        assert_eq!(
            town.page(&format!("/inbox/assets/{asset}"), "").await.0,
            200
        );
    }
}

#[tokio::test]
async fn a_conversation_is_put_off_and_woken_by_hand() {
    let town = Town::new();
    let page = conversation_of(&town, "Later, please").await;
    let parts = format!("{page}/parts");
    let (status, ..) = town
        .form(&parts, &[("deed", "snooze"), ("until", "tomorrow")])
        .await;
    assert_eq!(status, 303);
    let (_, shown) = town.page(&page, "").await;
    assert!(shown.contains("until Jun 16, 2026 at 9:00 AM"), "{shown}");
    let (_, list) = town.page("/inbox?show=snoozed", "").await;
    assert!(list.contains("Later, please"));
    let (_, list) = town.page("/inbox?show=open", "").await;
    assert!(!list.contains("Later, please"));
    let (status, _, refused) = town
        .form(&parts, &[("deed", "snooze"), ("until", "never")])
        .await;
    assert_eq!(status, 400);
    assert!(refused.contains("Choose how long"));
    town.form(&parts, &[("deed", "open")]).await;
    let (_, list) = town.page("/inbox?show=open", "").await;
    assert!(list.contains("Later, please"));
}

#[tokio::test]
async fn a_team_takes_a_conversation_and_the_list_is_narrowed_to_it() {
    let town = Town::new();
    let page = conversation_of(&town, "For somebody who sells").await;
    let team = town.get("/teams").await.body["teams"][0].clone();
    let (id, name) = (team["id"].as_str().unwrap(), team["name"].as_str().unwrap());
    let chosen = format!("team-{id}");
    let fields = [("deed", "assign"), ("assignee", chosen.as_str())];
    town.form(&format!("{page}/parts"), &fields).await;
    let (_, shown) = town.page(&page, "").await;
    assert!(shown.contains(&format!("assigned the conversation to {name}")));
    let (_, of_team) = town.page(&format!("/inbox?whose={id}"), "").await;
    assert!(of_team.contains("For somebody who sells"));
    let (_, of_nobody) = town.page("/inbox?whose=nobody", "").await;
    assert!(!of_nobody.contains("For somebody who sells"));
    let whole = town.get(&page.replace("/inbox", "")).await.body;
    assert_eq!(whole["team_assignee_id"].to_string(), id);
}

#[tokio::test]
async fn words_are_found_in_names_addresses_and_messages() {
    let town = Town::new();
    conversation_of(&town, "The blue lighthouse is dark").await;
    for (sought, found) in [
        ("LIGHTHOUSE", true),
        ("h%40x.example", true),
        ("no+such+words", false),
    ] {
        let (_, list) = town.page(&format!("/inbox?show=all&q={sought}"), "").await;
        let entries = list.matches("data-testid=\"conversation\"").count();
        assert_eq!(entries, usize::from(found), "{sought}");
        assert_eq!(list.contains("Nothing was found."), !found, "{sought}");
    }
}

#[tokio::test]
async fn an_answer_can_close_the_conversation() {
    let town = Town::new();
    let page = conversation_of(&town, "Thanks!").await;
    let fields = [("deed", "close"), ("body", "You are welcome")];
    town.form(&format!("{page}/parts"), &fields).await;
    let whole = town.get(&page.replace("/inbox", "")).await.body;
    assert_eq!(whole["state"], "closed");
    let part = &whole["conversation_parts"]["conversation_parts"][0];
    assert_eq!(
        (&part["part_type"], &part["body"]),
        (&json!("close"), &json!("<p>You are welcome</p>"))
    );
}

/// The addresses in the answer's links with this test id.
fn link(page: &str, test_id: &str) -> Option<String> {
    let (before, _) = page.split_once(&format!("\" data-testid=\"{test_id}\""))?;
    let (_, href) = before.rsplit_once('"')?;
    Some(href.replace("&#38;", "&"))
}

#[tokio::test]
async fn a_long_list_is_read_to_its_end() {
    let town = Town::with(intercom_sim::Options {
        conversations: 405,
        ..options()
    });
    let mut seen = std::collections::BTreeSet::new();
    let mut address = Some("/inbox?show=all".to_owned());
    let mut lengths = Vec::new();
    while let Some(here) = address {
        let (_, page) = town.page(&here, "").await;
        let ids = page.split("data-conversation-id=\"").skip(1);
        let ids: Vec<_> = ids
            .map(|rest| rest.split('"').next().unwrap().to_owned())
            .collect();
        lengths.push(ids.len());
        seen.extend(ids);
        address = link(&page, "older");
    }
    assert_eq!(lengths, [200, 200, 5]);
    assert_eq!(seen.len(), 405);
    let (_, page) = town.page("/inbox?show=all&after=nonsense", "").await;
    assert!(!page.contains(">Newest<"));
}

#[tokio::test]
async fn a_conversation_is_made_urgent_and_tagged_beside_the_thread() {
    let town = Town::new();
    let page = conversation_of(&town, "The shop is down").await;
    let parts = format!("{page}/parts");
    let api = page.replace("/inbox", "");
    town.topics().await;
    let urgent = [("deed", "prioritize"), ("priority", "urgent")];
    assert_eq!(town.form(&parts, &urgent).await.0, 303);
    assert_eq!(town.get(&api).await.body["priority"], "urgent");
    assert_eq!(town.topics().await, ["conversation.priority.updated"]);
    town.form(&parts, &urgent).await;
    assert!(town.topics().await.is_empty(), "it is urgent already");
    let (_, list) = town.page("/inbox", "").await;
    assert!(list.contains("<span class=\"chip warn\">Urgent</span>"));
    let (status, _, shown) = town
        .form(&parts, &[("deed", "prioritize"), ("priority", "very")])
        .await;
    assert_eq!(status, 400);
    assert!(shown.contains("Choose how urgent it is."));

    assert_eq!(
        town.form(&parts, &[("deed", "tag"), ("tag", "Outage <1>")])
            .await
            .0,
        303
    );
    let tag = town.get(&api).await.body["tags"]["tags"][0].clone();
    assert_eq!(tag["name"], "Outage <1>");
    let (_, shown) = town.page(&page, "").await;
    assert!(shown.contains("Remove the tag Outage &#60;1&#62;"));
    let off = [("deed", "untag"), ("tag", tag["id"].as_str().unwrap())];
    assert_eq!(town.form(&parts, &off).await.0, 303);
    assert_eq!(town.get(&api).await.body["tags"]["tags"], json!([]));
    let (status, _, _) = town.form(&parts, &[("deed", "tag"), ("tag", " ")]).await;
    assert_eq!(status, 400);
}
