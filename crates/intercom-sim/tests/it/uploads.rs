//! Files and pictures that people send from the inbox and the messenger.

use axum::body::Body;
use http::{Method, Request};
use serde_json::{Value, json};

use crate::town::{TOKEN, Town};

const PICTURE: (&str, &str, &[u8]) = ("screen.png", "image/png", b"\x89PNG of a screen");
const PLAN: (&str, &str, &[u8]) = ("plan.pdf", "application/pdf", b"%PDF of a plan");

type Upload<'a> = (&'a str, &'a str, &'a [u8]);

fn multipart(fields: &[(&str, &str)], files: &[Upload<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let head = format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend([head.as_bytes(), value.as_bytes(), b"\r\n"].concat());
    }
    for (name, kind, bytes) in files {
        let head = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"files\"; filename=\"{name}\"\r\n\
             Content-Type: {kind}\r\n\r\n"
        );
        body.extend([head.as_bytes(), bytes, b"\r\n"].concat());
    }
    body.extend(b"--edge--\r\n");
    body
}

/// A form with files: status, where it leads, and the page.
async fn upload(
    town: &Town,
    path: &str,
    fields: &[(&str, &str)],
    files: &[Upload<'_>],
) -> (u16, String, String) {
    let body = Body::from(multipart(fields, files));
    town.posted(path, "multipart/form-data; boundary=edge", body)
        .await
}

/// A visitor's first message; gives its address in the messenger and the conversation's id.
async fn first(town: &Town, text: &str, files: &[Upload<'_>]) -> (String, String) {
    let (status, address, page) = upload(town, "/messenger", &[("body", text)], files).await;
    assert_eq!(status, 303, "{page}");
    let id = address.rsplit_once('/').unwrap().1.to_owned();
    (address, id)
}

async fn conversation(town: &Town, id: &str) -> Value {
    town.get(&format!("/conversations/{id}")).await.body
}

/// The part of an address that a server sees.
fn path_of(url: &str) -> &str {
    url.strip_prefix("http://127.0.0.1:4020").unwrap()
}

async fn fetch(town: &Town, path: &str) -> (u16, Option<String>, Vec<u8>) {
    let request = Request::builder()
        .method(Method::GET)
        .uri(path)
        .body(Body::empty())
        .unwrap();
    let response = town.send(request).await;
    let to = response.headers().get("location");
    let to = to.map(|to| to.to_str().unwrap().to_owned());
    let status = response.status().as_u16();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 24)
        .await
        .unwrap();
    (status, to, bytes.to_vec())
}

/// The address of the only picture of a body.
fn source_of(body: &str) -> String {
    let (_, rest) = body.split_once("<img src=\"").unwrap();
    rest.split_once('"').unwrap().0.replace("&amp;", "&")
}

#[tokio::test]
async fn a_visitor_sends_a_file_and_the_team_sees_it() {
    let town = Town::new();
    let (address, id) = first(&town, "Our plan", &[PLAN]).await;
    let source = conversation(&town, &id).await["source"].clone();
    assert_eq!(source["body"], "<p>Our plan</p>");
    let file = &source["attachments"][0];
    assert_eq!(
        (&file["name"], &file["content_type"], &file["filesize"]),
        (&json!("plan.pdf"), &json!("application/pdf"), &json!(14))
    );
    let (status, _, bytes) = fetch(&town, path_of(file["url"].as_str().unwrap())).await;
    assert_eq!((status, bytes.as_slice()), (200, PLAN.2));
    for page in [address, format!("/inbox/conversations/{id}")] {
        let (_, shown) = town.page(&page, "").await;
        assert!(shown.contains("<span>plan.pdf</span>"), "{page}");
        assert!(shown.contains("14 B"), "{page}");
        assert!(shown.contains("href=\"/inbox/files/1\""), "{page}");
    }
    let (status, to, _) = fetch(&town, "/inbox/files/1").await;
    assert_eq!(status, 303);
    let (status, _, bytes) = fetch(&town, &to.unwrap()).await;
    assert_eq!((status, bytes.as_slice()), (200, PLAN.2));
    assert_eq!(fetch(&town, "/inbox/files/2").await.0, 404);
}

#[tokio::test]
async fn pictures_stand_in_the_words_at_addresses_that_differ_and_end() {
    let town = Town::new();
    let (address, id) = first(&town, "Look", &[PICTURE]).await;
    let bodies = [
        conversation(&town, &id).await["source"]["body"].clone(),
        conversation(&town, &id).await["source"]["body"].clone(),
    ];
    let [one, other] = bodies.map(|body| source_of(body.as_str().unwrap()));
    assert_ne!(one, other);
    for url in [&one, &other] {
        let (status, _, bytes) = fetch(&town, path_of(url)).await;
        assert_eq!((status, bytes.as_slice()), (200, PICTURE.2));
    }
    town.wait(30 * 60);
    assert_eq!(fetch(&town, path_of(&one)).await.0, 403);
    let now = conversation(&town, &id).await["source"].clone();
    assert_eq!(now["attachments"], json!([]));
    let again = source_of(now["body"].as_str().unwrap());
    assert_eq!(fetch(&town, path_of(&again)).await.0, 200);
    let plain = town
        .get(&format!("/conversations/{id}?display_as=plaintext"))
        .await
        .body;
    let plain = plain["source"]["body"].as_str().unwrap();
    assert!(
        plain.starts_with("Look\n[image: http://127.0.0.1:4020/i/o/"),
        "{plain}"
    );
    for page in [address, format!("/inbox/conversations/{id}")] {
        let (_, shown) = town.page(&page, "").await;
        assert!(
            shown.contains("<img alt=\"Picture\" src=\"/inbox/files/1\">"),
            "{page}"
        );
    }
    let (_, list) = town.page("/inbox", "").await;
    assert!(list.contains("Look [image: screen.png]"));
}

#[tokio::test]
async fn a_page_with_files_is_the_same_until_something_happens() {
    let town = Town::new();
    let (address, id) = first(&town, "Look", &[PICTURE, PLAN]).await;
    for page in [address, format!("/inbox/conversations/{id}?show=open")] {
        let (_, once) = town.page(&page, "").await;
        assert_eq!(town.page(&page, "").await.1, once);
    }
}

#[tokio::test]
async fn a_teammate_answers_with_a_file_alone_and_notes_one() {
    let town = Town::new();
    let (address, id) = first(&town, "The plan, please", &[]).await;
    let parts = format!("/inbox/conversations/{id}/parts");
    let reply = [("deed", "reply"), ("body", " ")];
    assert_eq!(upload(&town, &parts, &reply, &[PLAN]).await.0, 303);
    let note = [("deed", "note"), ("body", "From the archive")];
    let secret = ("secret.txt", "text/plain", b"only for us".as_slice());
    assert_eq!(upload(&town, &parts, &note, &[secret]).await.0, 303);
    let whole = conversation(&town, &id).await;
    let parts = &whole["conversation_parts"]["conversation_parts"];
    assert_eq!(
        (&parts[0]["part_type"], &parts[0]["body"]),
        (&json!("comment"), &Value::Null)
    );
    assert_eq!(parts[0]["attachments"][0]["name"], "plan.pdf");
    assert_eq!(
        (&parts[1]["part_type"], &parts[1]["attachments"][0]["name"]),
        (&json!("note"), &json!("secret.txt"))
    );
    let (_, theirs) = town.page(&address, "").await;
    assert!(theirs.contains("plan.pdf"));
    assert!(!theirs.contains("secret.txt") && !theirs.contains("From the archive"));
    let (_, list) = town.page("/inbox", "").await;
    assert!(list.contains("plan.pdf"));
}

#[tokio::test]
async fn what_cannot_be_sent_stays_in_the_composer_with_the_reason() {
    let town = Town::new();
    let (_, id) = first(&town, "Hello", &[]).await;
    let parts = format!("/inbox/conversations/{id}/parts?show=open");
    let eleven = [PLAN; 11];
    let reply = [("deed", "reply"), ("body", "Eleven \"plans\"")];
    let (status, _, page) = upload(&town, &parts, &reply, &eleven).await;
    assert_eq!(status, 400);
    assert!(
        page.contains("A message can have ten files at most."),
        "{page}"
    );
    assert!(page.contains("Eleven &#34;plans&#34;</textarea>"), "{page}");
    let (status, _, page) = upload(&town, &parts, &[("deed", "reply")], &[]).await;
    assert_eq!(status, 400);
    assert!(page.contains("Write something first, or choose a file."));
    let (status, _, page) = upload(&town, &parts, &[("deed", "dance")], &[]).await;
    assert_eq!(status, 400);
    assert!(page.contains("Nobody knows what was to be done."));
    let whole = conversation(&town, &id).await;
    assert_eq!(whole["conversation_parts"]["total_count"], 0);
}

#[tokio::test]
async fn a_form_that_is_too_large_or_broken_is_refused_whole() {
    let town = Town::new();
    let (_, id) = first(&town, "Hello", &[]).await;
    let parts = format!("/inbox/conversations/{id}/parts");
    let large = vec![b'x'; 26 * 1024 * 1024];
    let file = ("large.bin", "application/octet-stream", large.as_slice());
    let (status, _, page) = upload(&town, &parts, &[("deed", "reply")], &[file]).await;
    assert_eq!(status, 400);
    assert!(page.contains("The form could not be read"), "{page}");
    assert!(page.contains(&format!("href=\"/inbox/conversations/{id}\"")));
    let cut = Body::from("--edge\r\nContent-Disposition: form-data; name=\"deed\"\r\n\r\nrep");
    let (status, _, page) = town
        .posted(&parts, "multipart/form-data; boundary=edge", cut)
        .await;
    assert_eq!(status, 400);
    assert!(page.contains("The form could not be read"), "{page}");
    let whole = conversation(&town, &id).await;
    assert_eq!(whole["conversation_parts"]["total_count"], 0);
}

#[tokio::test]
async fn files_are_there_after_a_load() {
    let town = Town::new();
    let (_, id) = first(&town, "Look", &[PICTURE]).await;
    let loaded = town.saved_and_loaded();
    let source = conversation(&loaded, &id).await["source"].clone();
    let url = source_of(source["body"].as_str().unwrap());
    assert_eq!(fetch(&loaded, path_of(&url)).await.2, PICTURE.2);
}

#[tokio::test]
async fn an_open_conversation_keeps_the_list_that_it_was_chosen_from() {
    let town = Town::new();
    let (_, id) = first(&town, "The blue lighthouse", &[]).await;
    let (_, list) = town.page("/inbox?show=all&q=lighthouse", "").await;
    let href = format!("/inbox/conversations/{id}?show=all&#38;q=lighthouse");
    assert!(list.contains(&href), "{list}");
    let open = format!("/inbox/conversations/{id}?show=open&q=lighthouse");
    let fields = [("deed", "close")];
    let parts = open.replace('?', "/parts?");
    let (status, to, _) = town.form(&parts, &fields).await;
    assert_eq!((status, to.as_str()), (303, open.as_str()));
    // It is closed now: the thread shows it, the list of open ones does not.
    let (_, page) = town.page(&open, "").await;
    assert!(page.contains("The blue lighthouse") && page.contains("Reopen"));
    assert_eq!(page.matches("data-testid=\"conversation\"").count(), 0);
}

#[tokio::test]
async fn a_file_without_a_name_has_an_address_all_the_same() {
    let town = Town::new();
    let (_, id) = first(&town, "Look", &[]).await;
    let me = town.get("/me").await.body["id"].clone();
    for name in ["", ".", ".."] {
        let file = json!({"name": name, "content_type": "text/plain", "data": "aGVsbG8="});
        let reply = json!({
            "message_type": "comment", "type": "admin", "admin_id": me,
            "attachment_files": [file],
        });
        let whole = town
            .post(&format!("/conversations/{id}/reply"), reply)
            .await
            .body;
        let parts = whole["conversation_parts"]["conversation_parts"]
            .as_array()
            .unwrap();
        let url = parts.last().unwrap()["attachments"][0]["url"].clone();
        let (status, _, bytes) = fetch(&town, path_of(url.as_str().unwrap())).await;
        assert_eq!(
            (status, bytes.as_slice()),
            (200, b"hello".as_slice()),
            "{name:?}"
        );
    }
}

#[tokio::test]
async fn words_of_an_app_cannot_reach_the_picture_of_another_conversation() {
    let town = Town::new();
    let (_, theirs) = first(&town, "Look", &[PICTURE]).await;
    let (_, ours) = first(&town, "Hello", &[]).await;
    let me = town.get("/me").await.body["id"].clone();
    let reply = json!({
        "message_type": "comment", "type": "admin", "admin_id": me,
        "body": "<b>x</b> src=\"kept-file:1\"",
    });
    let whole = town
        .post(&format!("/conversations/{ours}/reply"), reply)
        .await
        .body;
    let part = &whole["conversation_parts"]["conversation_parts"][0];
    assert_eq!(part["body"], "<b>x</b> src=\"kept-file:1\"");
    // The vendor's own example has numbers for ids.
    let number = |id: &str| id.parse::<u64>().unwrap();
    let redact = json!({
        "type": "conversation_part", "conversation_id": number(&ours),
        "conversation_part_id": number(part["id"].as_str().unwrap()),
    });
    // Its schema has texts, so that another version is named here.
    let authorization = format!("Bearer {TOKEN}");
    let headers = [
        ("authorization", authorization.as_str()),
        ("intercom-version", "2.15"),
    ];
    let path = "/conversations/redact";
    let redacted = town
        .call_as(&headers, Method::POST, path, Some(&redact))
        .await;
    assert_eq!(redacted.status, 200, "{redacted:?}");
    let source = conversation(&town, &theirs).await["source"].clone();
    let url = source_of(source["body"].as_str().unwrap());
    assert_eq!(fetch(&town, path_of(&url)).await.2, PICTURE.2);
}

#[tokio::test]
async fn a_search_in_the_inbox_stays_among_whose_conversations_are_shown() {
    let town = Town::new();
    let (_, page) = town.page("/inbox?show=all&whose=mine", "").await;
    assert!(page.contains("<input type=\"hidden\" name=\"whose\" value=\"mine\">"));
    let (_, page) = town.page("/inbox?show=all", "").await;
    assert!(!page.contains("name=\"whose\""));
}
