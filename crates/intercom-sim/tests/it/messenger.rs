//! The messenger: what a visitor sees and writes.

use serde_json::{Value, json};

use crate::town::Town;

/// The form's answer: where it leads, or the page that it is.
async fn write(town: &Town, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
    let (status, to, page) = town.form(path, fields).await;
    (status, if to.is_empty() { page } else { to })
}

/// Starts as somebody new; gives the address of the conversation.
async fn arrive(town: &Town, text: &str, email: &str) -> String {
    let fields = [
        ("body", text),
        ("email", email),
        ("page", "https://shop.example/cart"),
    ];
    let (status, address) = write(town, "/messenger", &fields).await;
    assert_eq!(status, 303);
    address
}

async fn conversation(town: &Town, address: &str) -> Value {
    let (_, id) = address.rsplit_once('/').unwrap();
    town.get(&format!("/conversations/{id}")).await.body
}

fn contact_of(address: &str) -> &str {
    address.split('/').nth(2).unwrap()
}

#[tokio::test]
async fn somebody_new_becomes_a_lead_with_the_first_message() {
    let town = Town::new();
    let address = arrive(&town, "Do you ship to Ireland?", "").await;
    let lead = town
        .get(&format!("/contacts/{}", contact_of(&address)))
        .await
        .body;
    assert_eq!(
        (&lead["role"], &lead["email"]),
        (&json!("lead"), &Value::Null)
    );
    let begun = conversation(&town, &address).await;
    assert_eq!(begun["source"]["body"], "<p>Do you ship to Ireland?</p>");
    assert_eq!(begun["source"]["url"], "https://shop.example/cart");
    assert_eq!(begun["source"]["author"]["id"], lead["id"]);
    assert_eq!(
        town.topics().await,
        ["contact.lead.created", "conversation.user.created"]
    );
    let (status, page) = town.page(&address, "").await;
    assert_eq!(status, 200);
    assert!(page.contains("<p>Do you ship to Ireland?</p>"));
    assert!(page.contains("Where can the team reach you?"));
}

#[tokio::test]
async fn an_address_can_be_left_later_and_a_bad_one_is_refused() {
    let town = Town::new();
    let address = arrive(&town, "Hello", "").await;
    let contact = contact_of(&address).to_owned();
    let path = format!("/messenger/{contact}/email");
    town.topics().await;
    let (status, page) = write(&town, &path, &[("email", "no address"), ("back", &address)]).await;
    assert_eq!(status, 400);
    assert!(page.contains("The address was not taken"), "{page}");
    let fields = [("email", "Vera@Shop.example"), ("back", address.as_str())];
    assert_eq!(write(&town, &path, &fields).await, (303, address.clone()));
    let lead = town.get(&format!("/contacts/{contact}")).await.body;
    assert_eq!(lead["email"], "vera@shop.example");
    let topics = town.topics().await;
    assert!(
        topics
            .iter()
            .any(|topic| topic == "contact.lead.added_email"),
        "{topics:?}"
    );
    let (_, page) = town.page(&address, "").await;
    assert!(!page.contains("Where can the team reach you?"));
}

#[tokio::test]
async fn an_address_that_is_none_starts_nothing() {
    let town = Town::new();
    let fields = [("body", "Hello"), ("email", "no address")];
    let (status, page) = write(&town, "/messenger", &fields).await;
    assert_eq!(status, 400);
    assert!(page.contains(">Hello</textarea>"), "what was typed is kept");
    assert_eq!(town.topics().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_visitor_sees_answers_and_never_notes() {
    let town = Town::new();
    let address = arrive(&town, "Hello", "v@shop.example").await;
    let (_, id) = address.rsplit_once('/').unwrap();
    let parts = format!("/inbox/conversations/{id}/parts");
    for (deed, body) in [("reply", "One moment"), ("note", "He is difficult")] {
        town.form(&parts, &[("deed", deed), ("body", body)]).await;
    }
    let (_, page) = town.page(&address, "").await;
    assert!(page.contains("<p>One moment</p>"));
    assert!(!page.contains("difficult"));
    let (_, home) = town
        .page(&format!("/messenger/{}", contact_of(&address)), "")
        .await;
    assert!(home.contains("One moment"));
    assert!(!home.contains("difficult"));
}

#[tokio::test]
async fn writing_opens_a_closed_conversation_again() {
    let town = Town::new();
    let address = arrive(&town, "Hello", "").await;
    let (_, id) = address.rsplit_once('/').unwrap();
    let parts = format!("/inbox/conversations/{id}/parts");
    town.form(&parts, &[("deed", "close")]).await;
    let (_, page) = town.page(&address, "").await;
    assert!(page.contains("Writing opens it again"));
    town.topics().await;
    let answer = write(&town, &address, &[("body", "One more thing")]).await;
    assert_eq!(answer, (303, address.clone()));
    assert_eq!(conversation(&town, &address).await["state"], "open");
    assert_eq!(town.topics().await, ["conversation.user.replied"]);
}

#[tokio::test]
async fn a_known_user_is_found_and_begins_several_conversations() {
    let town = Town::new();
    let user = town
        .get(&format!("/contacts/{}", town.sim.user_id(3)))
        .await
        .body;
    let email = user["email"].as_str().unwrap();
    let id = user["id"].as_str().unwrap();
    let (_, page) = town.page(&format!("/messenger?q={email}"), "").await;
    assert!(
        page.contains(&format!("href=\"/messenger/{id}\"")),
        "{page}"
    );
    let home = format!("/messenger/{id}");
    let mut addresses = Vec::new();
    for text in ["First thing", "Second thing"] {
        let (status, address) = write(&town, &home, &[("body", text)]).await;
        assert_eq!(status, 303);
        assert_eq!(
            conversation(&town, &address).await["source"]["author"]["type"],
            "user"
        );
        addresses.push(address);
    }
    let (_, page) = town.page(&home, "").await;
    for address in &addresses {
        assert!(page.contains(&format!("href=\"{address}\"")));
    }
    let (_, page) = town.page("/messenger?q=nobody-has-this-name", "").await;
    assert!(page.contains("Nobody was found."));
}

#[tokio::test]
async fn nobody_reads_what_is_not_theirs() {
    let town = Town::new();
    let address = arrive(&town, "Hello", "").await;
    let (_, id) = address.rsplit_once('/').unwrap();
    let other = format!("/messenger/{}/conversations/{id}", town.sim.user_id(0));
    assert_eq!(town.page(&other, "").await.0, 404);
    assert_eq!(write(&town, &other, &[("body", "x")]).await.0, 404);
    for nowhere in ["/messenger/5ba682d23d7cf92bef87bfd4", "/messenger/x"] {
        assert_eq!(town.page(nowhere, "").await.0, 404, "{nowhere}");
        assert_eq!(write(&town, nowhere, &[("body", "x")]).await.0, 404);
    }
}

#[tokio::test]
async fn nothing_is_sent_without_words_and_words_are_never_markup() {
    let town = Town::new();
    let address = arrive(&town, "<script>alert(1)</script>", "").await;
    let home = format!("/messenger/{}", contact_of(&address));
    for path in ["/messenger", home.as_str(), address.as_str()] {
        let (status, page) = write(&town, path, &[("body", "  ")]).await;
        assert_eq!(status, 400, "{path}");
        assert!(page.contains("Write something first, or choose a file."));
    }
    for path in [home.as_str(), address.as_str()] {
        let (_, page) = town.page(path, "").await;
        assert!(!page.contains("<script>alert"), "{page}");
    }
    let parts = &conversation(&town, &address).await["conversation_parts"];
    assert_eq!(parts["total_count"], 0);
}

#[tokio::test]
async fn what_a_blocked_person_writes_does_not_arrive() {
    let town = Town::new();
    let address = arrive(&town, "Hello", "").await;
    let contact = contact_of(&address).to_owned();
    town.post(&format!("/contacts/{contact}/block"), json!({}))
        .await;
    town.topics().await;
    for path in [address.clone(), format!("/messenger/{contact}")] {
        let (status, page) = write(&town, &path, &[("body", "Let me in")]).await;
        assert_eq!(status, 400);
        assert!(page.contains("was blocked"), "{page}");
    }
    assert_eq!(town.topics().await, Vec::<String>::new());
}

/// What a teammate does by the API in the conversation of this address.
async fn does(town: &Town, address: &str, end: &str, mut body: Value) -> Value {
    let (_, id) = address.rsplit_once('/').unwrap();
    body["type"] = json!("admin");
    body["admin_id"] = town.get("/me").await.body["id"].clone();
    let answer = town.post(&format!("/conversations/{id}/{end}"), body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body
}

#[tokio::test]
async fn an_offered_answer_is_given_with_a_click_and_only_once() {
    let town = Town::new();
    let address = arrive(&town, "Which plan?", "").await;
    let [yes, no] = ["Yes", "No"].map(|text| {
        let uuid = format!("d4a5b2f0-0000-4000-8000-00000000000{}", text.len());
        json!({"text": text, "uuid": uuid})
    });
    let offer = json!({"message_type": "quick_reply", "reply_options": [yes, no]});
    does(&town, &address, "reply", offer).await;
    let (_, page) = town.page(&address, "").await;
    assert_eq!(page.matches("data-testid=\"pick\"").count(), 2);
    let (_, inbox) = town.page(&address_in_inbox(&address), "").await;
    assert!(inbox.contains("offered to answer: Yes, No"));

    let unknown = [("pick", "d4a5b2f0-0000-4000-8000-000000000009")];
    let (status, page) = write(&town, &address, &unknown).await;
    assert_eq!(status, 400);
    assert!(page.contains("Nobody offered that."));
    let picked = [("pick", yes["uuid"].as_str().unwrap())];
    assert_eq!(
        write(&town, &address, &picked).await,
        (303, address.clone())
    );
    let parts = conversation(&town, &address).await["conversation_parts"].clone();
    let last = parts["conversation_parts"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone();
    assert_eq!(last["body"], "<p>Yes</p>");
    assert_eq!(last["author"]["type"], "lead");
    let (_, page) = town.page(&address, "").await;
    assert_eq!(page.matches("data-testid=\"pick\"").count(), 0);
}

#[tokio::test]
async fn a_closed_conversation_is_rated() {
    let town = Town::new();
    let address = arrive(&town, "Thanks", "").await;
    let (_, page) = town.page(&address, "").await;
    assert!(!page.contains("How did it go?"));
    does(&town, &address, "parts", json!({"message_type": "close"})).await;
    let (_, page) = town.page(&address, "").await;
    assert!(page.contains("How did it go?"));
    for stars in ["0", "6", "many"] {
        assert_eq!(
            write(&town, &address, &[("stars", stars)]).await.0,
            400,
            "{stars}"
        );
    }
    let rated = [("stars", "4"), ("body", "Quick & kind")];
    assert_eq!(write(&town, &address, &rated).await.0, 303);
    let rating = conversation(&town, &address).await["conversation_rating"].clone();
    assert_eq!(
        (&rating["rating"], &rating["remark"]),
        (&json!(4), &json!("Quick & kind"))
    );
    let (_, page) = town.page(&address, "").await;
    assert!(page.contains("aria-label=\"Great\" aria-pressed=\"true\""));
    let (_, inbox) = town.page(&address_in_inbox(&address), "").await;
    assert!(inbox.contains("4 of 5: Quick &#38; kind"));
    // Rating is no answer: it stays closed.
    assert_eq!(conversation(&town, &address).await["state"], "closed");
}

fn address_in_inbox(address: &str) -> String {
    let (_, id) = address.rsplit_once('/').unwrap();
    format!("/inbox/conversations/{id}")
}

#[tokio::test]
async fn a_message_of_the_team_becomes_a_conversation_when_it_is_answered() {
    let town = Town::new();
    let user = json!({"role": "user", "email": "reader@x.example"});
    let user = town.post("/contacts", user).await.body["id"].clone();
    let me = town.get("/me").await.body;
    let id: u64 = me["id"].as_str().unwrap().parse().unwrap();
    let sent = json!({
        "message_type": "in_app", "body": "We open in <b>Ghent</b>",
        "from": {"type": "admin", "id": id}, "to": {"type": "user", "id": user},
    });
    let sent = town.post("/messages", sent).await;
    assert_eq!(sent.status, 200, "{sent:?}");
    let home = format!("/messenger/{}", user.as_str().unwrap());
    let (_, page) = town.page(&home, "").await;
    assert!(page.contains("We open in <b>Ghent</b>"), "{page}");
    let path = format!("{home}/messages/{}", sent.body["id"].as_str().unwrap());
    assert_eq!(write(&town, &path, &[("body", " ")]).await.0, 400);
    let (status, address) = write(&town, &path, &[("body", "Where?")]).await;
    assert_eq!(status, 303);
    let begun = conversation(&town, &address).await;
    assert_eq!(begun["source"]["author"]["id"], me["id"]);
    assert_eq!(
        begun["conversation_parts"]["conversation_parts"][0]["body"],
        "<p>Where?</p>"
    );
    let (_, page) = town.page(&home, "").await;
    assert!(!page.contains("data-testid=\"letter\""));
    assert_eq!(write(&town, &path, &[("body", "Twice")]).await.0, 400);
}

#[tokio::test]
async fn nobody_who_is_blocked_or_gone_answers_a_message() {
    for end in ["block", "deletion"] {
        let town = Town::new();
        let user = json!({"role": "user", "email": "reader@x.example"});
        let user = town.post("/contacts", user).await.body["id"].clone();
        let me: u64 = town.get("/me").await.body["id"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        let sent = json!({
            "message_type": "in_app", "body": "News",
            "from": {"type": "admin", "id": me}, "to": {"type": "user", "id": user},
        });
        let sent = town.post("/messages", sent).await.body["id"].clone();
        let contact = format!("/contacts/{}", user.as_str().unwrap());
        if end == "block" {
            town.post(&format!("{contact}/block"), json!({})).await;
        } else {
            town.delete(&contact).await;
        }
        let user: intercom_sim::ObjectId = user.as_str().unwrap().parse().unwrap();
        let answered = town
            .sim
            .answer_message(sent.as_str().unwrap(), user, "Hello?");
        assert!(answered.is_err(), "{end}: {answered:?}");
    }
}
