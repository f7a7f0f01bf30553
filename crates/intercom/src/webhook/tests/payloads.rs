//! Each topic with a full, a minimal and an odd payload.

use super::about;
use crate::webhook::{About, Gone, Topic};

const FULL: &str = r#"{"type":"contact","id":"64db","workspace_id":"a1b2c3d4","role":"lead",
    "email":"jane@example.com","name":"Jane","owner_id":991267715,"created_at":1571672154,
    "updated_at":1571672158.25,"custom_attributes":{"plan":"gold","seats":5,"vip":null},
    "unheard_of":{"a":[1]}}"#;
const STUB: &str = r#"{"type":"contact","id":"64db"}"#;
const NUMBER: &str = r#"{"id":1886}"#;

/// What a payload is read as, in a few words.
fn read(topic: &str, item: &str) -> String {
    match about(topic, item) {
        Err(refusal) => refusal,
        Ok(About::Contact { id, snapshot }) => {
            let held = snapshot.map_or("hint", |_| "snapshot");
            format!("{held} of {}", id.as_str())
        }
        Ok(About::ContactGone { id, how }) => match how {
            Gone::Deleted => format!("{} deleted", id.as_str()),
            Gone::Archived => format!("{} archived", id.as_str()),
        },
        Ok(About::ContactMerged {
            from,
            into,
            snapshot,
        }) => {
            let from = from.map_or("somebody".to_owned(), |id| id.as_str().to_owned());
            let held = snapshot.map_or("hint", |_| "snapshot");
            format!("{from} into {}, {held}", into.as_str())
        }
        Ok(About::Conversation { id }) => format!("conversation {}", id.as_str()),
        Ok(About::Company { id }) => format!("company {}", id.as_str()),
        Ok(About::Teammate) => "teammate".to_owned(),
        Ok(About::Ping) => "ping".to_owned(),
        Ok(About::Other) => "of no concern".to_owned(),
    }
}

fn nobody(topic: &str) -> String {
    format!("the notification {topic} names nobody")
}

#[test]
fn a_topic_about_a_contact_holds_it() {
    for topic in [
        "contact.user.created",
        "contact.lead.created",
        "contact.user.updated",
        "contact.lead.updated",
        "contact.lead.signed_up",
        "contact.lead.added_email",
        "contact.email.updated",
        "contact.unarchive",
    ] {
        assert_eq!(read(topic, FULL), "snapshot of 64db", "{topic}");
        assert_eq!(read(topic, STUB), "hint of 64db", "{topic}");
        assert_eq!(read(topic, NUMBER), "hint of 1886", "{topic}");
        let odd = r#"{"type":"contact","id":"64db","role":"robot","email":["x"],"archived":null}"#;
        assert_eq!(read(topic, odd), "hint of 64db", "{topic}");
        for item in [
            "{}",
            r#"{"contact":{"id":"64db"}}"#,
            "7",
            r#""64db""#,
            r#"["64db"]"#,
        ] {
            assert_eq!(read(topic, item), nobody(topic), "{item}");
        }
    }
}

#[test]
fn a_topic_with_a_contact_inside_is_about_the_contact() {
    for topic in [
        "contact.subscribed",
        "contact.unsubscribed",
        "contact.user.tag.created",
        "contact.user.tag.deleted",
        "contact.lead.tag.created",
        "contact.lead.tag.deleted",
        "company.contact.attached",
        "company.contact.detached",
    ] {
        let with = |contact: &str| format!(r#"{{"id":"1287","contact":{contact}}}"#);
        assert_eq!(read(topic, &with(FULL)), "snapshot of 64db", "{topic}");
        assert_eq!(read(topic, &with(STUB)), "hint of 64db", "{topic}");
        assert_eq!(read(topic, &with("null")), nobody(topic));
        assert_eq!(
            read(topic, FULL),
            nobody(topic),
            "the outer id is another's"
        );
    }
}

#[test]
fn a_contact_that_is_gone_needs_only_its_id() {
    for (topic, word) in [
        ("contact.archived", "archived"),
        ("contact.deleted", "deleted"),
    ] {
        assert_eq!(read(topic, FULL), format!("64db {word}"));
        assert_eq!(read(topic, STUB), format!("64db {word}"));
        assert_eq!(read(topic, "{}"), nobody(topic));
    }
    let merged = FULL.replacen('{', r#"{"merged_from":{"type":"contact","id":"65e7"},"#, 1);
    assert_eq!(read("contact.merged", &merged), "65e7 into 64db, snapshot");
    assert_eq!(read("contact.merged", STUB), "somebody into 64db, hint");
    let odd = r#"{"id":"64db","merged_from":"65e7"}"#;
    assert_eq!(read("contact.merged", odd), "somebody into 64db, hint");
}

#[test]
fn every_topic_of_a_conversation_leads_to_it() {
    let topics = Topic::KNOWN.iter().map(Topic::as_str);
    let topics: Vec<&str> = topics
        .filter(|it| it.starts_with("conversation."))
        .collect();
    assert_eq!(topics.len(), 18);
    let full = r#"{"type":"conversation","id":"215473853299345","created_at":1671028894,
        "source":{"type":"conversation","id":"1","body":"Hi"},"contacts":{"contacts":[]},
        "statistics":{"first_admin_reply_at":"2023-08-15T18:49:35.016+00:00"},
        "conversation_parts":{"conversation_parts":[{"id":3,"part_type":"unheard_of"}]}}"#;
    for topic in topics {
        assert_eq!(read(topic, full), "conversation 215473853299345", "{topic}");
        assert_eq!(read(topic, NUMBER), "conversation 1886", "{topic}");
        let minimal = r#"{"type":"conversation","conversation_id":"456"}"#;
        assert_eq!(read(topic, minimal), "conversation 456", "{topic}");
        let wrapped = r#"{"conversation":{"parts":[],"options":{},"model":{"id":1886}}}"#;
        assert_eq!(read(topic, wrapped), "conversation 1886", "{topic}");
        assert_eq!(read(topic, r#"{"conversation":null}"#), nobody(topic));
    }
}

#[test]
fn companies_and_teammates_need_little() {
    for topic in ["company.created", "company.updated", "company.deleted"] {
        let full = r#"{"type":"company","id":"531e","company_id":"acme","name":"Acme"}"#;
        assert_eq!(read(topic, full), "company 531e");
        let deleted = r#"{"type":"company","id":"531e","deleted":true}"#;
        assert_eq!(read(topic, deleted), "company 531e");
        assert_eq!(read(topic, r#"{"company_id":"acme"}"#), nobody(topic));
    }
    for topic in [
        "admin.added_to_workspace",
        "admin.removed_from_workspace",
        "admin.away_mode_updated",
    ] {
        for item in [r#"{"type":"admin","id":"991267715"}"#, "{}", "null", "[]"] {
            assert_eq!(read(topic, item), "teammate");
        }
    }
}

#[test]
fn whatever_else_there_is_or_will_be_is_of_no_concern() {
    for topic in [
        "conversation.read",
        "conversation_part.redacted",
        "conversation_part.tag.created",
        "ticket.created",
        "ticket.closed",
        "admin.logged_in",
        "event.created",
        "visitor.signed_up",
        "granular.unsubscribe",
        "job.completed",
        "call.started",
        "contact.created",
        "user.created",
        "contact.attribute_value_updated",
        "",
    ] {
        for item in [FULL, STUB, "{}", "null", "[]", "7"] {
            assert_eq!(read(topic, item), "of no concern", "{topic}");
        }
    }
}
