//! Conversations: what is sent to change one, and what the twin then shows.

use intercom::transcript::{Notes, Transcript};
use intercom::{Assignee, AttachmentUrls, ConversationState, Nature, PartKind};
use intercom_sim::Options;
use model::Timestamp;
use model::ic::{ConversationId, TeammateId};
use serde_json::json;

use crate::script::{Script, ok};
use crate::twin::Twin;

const BARE: &str = r#"{"id":"2154","conversation_parts":{"conversation_parts":[]}}"#;

fn teammate() -> TeammateId {
    "9912".parse().expect("an id")
}

fn id() -> ConversationId {
    "2154".parse().expect("an id")
}

#[tokio::test]
async fn each_action_is_sent_in_its_own_form() {
    let script = Script::of((0..8).map(|_| ok(BARE)));
    let client = script.client();
    let (id, ciara) = (id(), teammate());
    let file = "https://files.test/a.png".parse().unwrap();
    let files = AttachmentUrls::new(vec![file]).unwrap();
    client.reply(&id, &ciara, "Hello", &files).await.unwrap();
    let none = AttachmentUrls::default();
    client.reply(&id, &ciara, "Hello", &none).await.unwrap();
    let closed = client.close_conversation(&id, &ciara, Some("Bye"));
    closed.await.unwrap();
    client.open_conversation(&id, &ciara).await.unwrap();
    let until = Timestamp::from_seconds(1_734_541_187);
    let snoozed = client.snooze_conversation(&id, &ciara, until);
    snoozed.await.unwrap();
    for assignee in [
        Assignee::Teammate("2".parse().unwrap()),
        Assignee::Team("814865".parse().unwrap()),
        Assignee::Nobody,
    ] {
        let assigned = client.assign_conversation(&id, &ciara, &assignee);
        assigned.await.unwrap();
    }
    let sent = [
        json!({ "message_type": "comment", "type": "admin", "admin_id": "9912", "body": "Hello",
                "attachment_urls": ["https://files.test/a.png"] }),
        json!({ "message_type": "comment", "type": "admin", "admin_id": "9912", "body": "Hello" }),
        json!({ "message_type": "close", "type": "admin", "admin_id": "9912", "body": "Bye" }),
        json!({ "message_type": "open", "admin_id": "9912" }),
        json!({ "message_type": "snoozed", "admin_id": "9912", "snoozed_until": 1_734_541_187 }),
        json!({ "message_type": "assignment", "type": "admin", "admin_id": "9912",
                "assignee_id": "2" }),
        json!({ "message_type": "assignment", "type": "team", "admin_id": "9912",
                "assignee_id": "814865" }),
        json!({ "message_type": "assignment", "type": "admin", "admin_id": "9912",
                "assignee_id": "0" }),
    ];
    assert_eq!(script.json_bodies(), sent);
    let (reply, parts) = (
        "POST /conversations/2154/reply",
        "POST /conversations/2154/parts",
    );
    let asked = [reply, reply, parts, parts, parts, parts, parts, parts];
    assert_eq!(script.asked(), asked);
}

#[test]
fn more_files_than_a_message_takes_are_refused_before_they_are_sent() {
    let file: url::Url = "https://files.test/a.png".parse().unwrap();
    assert!(AttachmentUrls::new(vec![file.clone(); 10]).is_ok());
    assert_eq!(AttachmentUrls::new(vec![file; 11]).unwrap_err().count, 11);
}

#[tokio::test(start_paused = true)]
async fn a_day_in_a_conversation_is_read_back_from_the_twin() {
    let twin = Twin::new(Options {
        leads: 2,
        users: 2,
        companies: 1,
        conversations: 0,
        ..Options::default()
    });
    let client = twin.client();
    let started = twin.sim.contact_writes(twin.sim.user_id(0), "Hi & hello");
    let id: ConversationId = started.to_string().parse().unwrap();
    let me = client.me().await.unwrap().teammate.id;
    let files = AttachmentUrls::default();
    client.reply(&id, &me, "One moment", &files).await.unwrap();
    client.add_note(&id, &me, "<p>VIP</p>").await.unwrap();
    let assigned = client
        .assign_conversation(&id, &me, &Assignee::Teammate(me.clone()))
        .await
        .unwrap();
    assert_eq!(assigned.head.assignee_id, Some(me.clone()));
    let closed = client.close_conversation(&id, &me, None).await.unwrap();
    assert_eq!(closed.head.state, ConversationState::Closed);
    let opened = client.open_conversation(&id, &me).await.unwrap();
    assert_eq!(opened.head.state, ConversationState::Open);
    let later = Timestamp::from_seconds(1_767_400_000);
    let snoozed = client.snooze_conversation(&id, &me, later).await.unwrap();
    assert_eq!(snoozed.head.state, ConversationState::Snoozed);
    assert_eq!(snoozed.head.snoozed_until, Some(later));

    let read = client.conversation(&id).await.unwrap();
    assert_eq!(read.unreadable_parts, []);
    assert_eq!(read.missing_parts(), 0);
    let kinds: Vec<_> = read.parts.iter().map(|part| part.kind.clone()).collect();
    let expected = [
        PartKind::Comment,
        PartKind::Note,
        PartKind::Assignment,
        PartKind::Close,
        PartKind::Open,
        PartKind::Snoozed,
    ];
    assert_eq!(kinds, expected);
    assert_eq!(read.parts[1].kind.nature(), Nature::Note);
    let text = Transcript::of(&read, Notes::LeftOut).text();
    let said: Vec<_> = text
        .lines()
        .filter(|line| !line.is_empty() && !line.contains("UTC"))
        .collect();
    assert_eq!(said, ["Hi & hello", "One moment"]);

    let mut changed = client.conversations_changed_since(Timestamp::from_seconds(1_767_000_000));
    let page = changed.next_page().await.unwrap().expect("a page");
    let ids: Vec<_> = page.rows.iter().flatten().map(|head| &head.id).collect();
    assert_eq!(ids, [&id]);
    assert!(changed.next_page().await.unwrap().is_none());
}
