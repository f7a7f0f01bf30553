mod payloads;

use super::*;

const SECRET: &str = "test_client_secret_0123456789abcdef";

const PING: &str = concat!(
    r#"{"type":"notification_event","app_id":"a1b2c3d4","topic":"ping","#,
    r#""data":{"type":"notification_event_data","item":{"type":"ping","message":"hello"}}}"#,
);
const PING_SIGNATURE: &str = "sha1=50d6c19d1a9653ce6e532bbe7d0eba31fd697895";

fn verified(header: &str, body: &str) -> Result<(), SignatureError> {
    verify(&SECRET.into(), Some(header), body.as_bytes())
}

#[test]
fn a_webhook_signed_with_the_client_secret_is_believed() {
    assert_eq!(verified(PING_SIGNATURE, PING), Ok(()));
    let not_ascii = concat!(
        r#"{"type":"notification_event","id":"notif_00000000-0000-4000-8000-000000000001","#,
        r#""topic":"conversation.user.replied","app_id":"a1b2c3d4","#,
        r#""data":{"type":"notification_event_data","item":{"type":"conversation","#,
        r#""id":"42","title":"Zażółć 👋"}}}"#,
    );
    assert_eq!(
        verified("sha1=b0ebd573832b5b53cfa24987fbb48acce03484fc", not_ascii),
        Ok(())
    );
    let pretty = "{\n  \"type\": \"notification_event\",\n  \"topic\": \"ping\"\n}\n";
    assert_eq!(
        verified("sha1=8cc2d07130e8b65eff87fec1670e772adc81a277", pretty),
        Ok(())
    );
    assert_eq!(
        verified("sha1=19a7aab817c890529c2f88754be5ba555bfa8caa", ""),
        Ok(())
    );
    let published = concat!(
        r#"{"type":"notification_event","id":"notif_1","topic":"conversation.user.created","#,
        r#""app_id":"abc","created_at":1700000000,"data":{"type":"notification_event_data","#,
        r#""item":{"type":"conversation","id":"1"}}}"#,
    );
    let header = Some("sha1=e0d6deaa5785a871c44a56b6c3138ce190b6cc98");
    assert_eq!(
        verify(&"intercom_secret".into(), header, published.as_bytes()),
        Ok(())
    );
}

#[test]
fn every_changed_byte_is_noticed() {
    for at in 0..PING.len() {
        let mut body = PING.as_bytes().to_vec();
        body[at] ^= 1;
        let result = verify(&SECRET.into(), Some(PING_SIGNATURE), &body);
        assert_eq!(result, Err(SignatureError::Mismatch), "byte {at}");
    }
}

#[test]
fn a_signature_of_another_form_is_malformed() {
    let sha1 = PING_SIGNATURE.strip_prefix("sha1=").unwrap();
    let sha256 = "d25cf8d6695b8042a71b38db592971e7e642844d7482edd380dad59f3c94c264";
    for header in [
        sha1.to_owned(),
        format!("sha256={sha256}"),
        format!("sha1={sha256}"),
        format!("sha1={}", sha1.to_uppercase()),
        format!("sha1={}", &sha1[1..]),
        format!("sha1={sha1} "),
        "sha1=".to_owned(),
        String::new(),
    ] {
        assert_eq!(
            verified(&header, PING),
            Err(SignatureError::Malformed),
            "{header}"
        );
    }
    assert_eq!(
        verify(&SECRET.into(), None, PING.as_bytes()),
        Err(SignatureError::Missing)
    );
    let other = "sha1=b0ebd573832b5b53cfa24987fbb48acce03484fc";
    assert_eq!(verified(other, PING), Err(SignatureError::Mismatch));
}

/// What a notification of `topic` with `item` is about.
fn about(topic: &str, item: &str) -> Result<About, String> {
    let body = format!(
        r#"{{"type":"notification_event","app_id":"a1b2c3d4","id":null,"topic":"{topic}",
            "data":{{"type":"notification_event_data","item":{item}}},
            "links":{{}},"delivery_attempts":1,"created_at":1692131388,"self":null}}"#
    );
    parse(body.as_bytes())
        .map(|n| n.about)
        .map_err(|e| e.to_string())
}

fn contact_hint(id: &str) -> About {
    About::Contact {
        id: id.parse().unwrap(),
        snapshot: None,
    }
}

fn conversation_hint(id: &str) -> About {
    About::Conversation {
        id: id.parse().unwrap(),
    }
}

#[test]
fn the_envelope_is_read() {
    let body = br#"{
      "type": "notification_event", "app_id": "a1b2c3d4",
      "id": "notif_9cc0ef6e-3dfd-47a9-a715-be6cf19a273a", "topic": "contact.user.updated",
      "data": { "type": "notification_event_data", "item": {
        "type": "contact", "id": "64dbc8be576618069c4e0560", "role": "user",
        "email": "jane@example.com",
        "created_at": "2023-08-15T18:49:34.000+00:00",
        "updated_at": "2023-08-15T18:49:35.016+00:00" } },
      "links": {}, "delivery_status": "pending", "delivered_at": 0, "created_at": 1692131388
    }"#;
    let notification = parse(body).unwrap();
    assert_eq!(
        notification.id.as_deref(),
        Some("notif_9cc0ef6e-3dfd-47a9-a715-be6cf19a273a")
    );
    assert_eq!(notification.workspace_id.as_str(), "a1b2c3d4");
    assert_eq!(notification.topic, Topic::ContactUserUpdated);
    assert_eq!(
        notification.created_at,
        Some(Timestamp::from_seconds(1_692_131_388))
    );
    let About::Contact {
        id,
        snapshot: Some(contact),
    } = notification.about
    else {
        panic!("a whole contact came: {:?}", notification.about);
    };
    assert_eq!(id, contact.id);
    assert_eq!(contact.email.as_deref(), Some("jane@example.com"));
    assert_eq!(
        contact.updated_at,
        Timestamp::from_millis(1_692_125_375_016)
    );
}

#[test]
fn a_contact_that_cannot_be_a_snapshot_is_a_hint() {
    assert_eq!(
        about("contact.user.created", r#"{"type":"contact","id":"64db"}"#),
        Ok(contact_hint("64db"))
    );
    let tag = r#"{"type":"contact_tag","created_at":1392731331,
        "tag":{"type":"tag","id":"1287","name":"vip"},"contact":{"type":"contact","id":"64db"}}"#;
    assert_eq!(
        about("contact.user.tag.created", tag),
        Ok(contact_hint("64db"))
    );
    let attached = concat!(
        r#"{"type":"company.contact","company":{"id":"531e"},"contact":{"type":"contact","#,
        r#""id":"64db"}}"#,
    );
    assert_eq!(
        about("company.contact.attached", attached),
        Ok(contact_hint("64db"))
    );
}

#[test]
fn deleted_and_archived_contacts_are_minimal() {
    let gone = |id: &str, how| {
        Ok(About::ContactGone {
            id: id.parse().unwrap(),
            how,
        })
    };
    let deleted = r#"{"type":"contact","id":"65f642bf674b9af4e9e46dd1","deleted":true}"#;
    assert_eq!(
        about("contact.deleted", deleted),
        gone("65f642bf674b9af4e9e46dd1", Gone::Deleted)
    );
    let archived =
        r#"{"type":"contact","id":"65f72703f2f977e25ba4330d","external_id":null,"archived":true}"#;
    assert_eq!(
        about("contact.archived", archived),
        gone("65f72703f2f977e25ba4330d", Gone::Archived)
    );
    // An update that was overtaken by the deletion it describes.
    assert_eq!(
        about("contact.user.updated", deleted),
        gone("65f642bf674b9af4e9e46dd1", Gone::Deleted)
    );
    assert_eq!(
        about("contact.unarchive", r#"{"type":"contact","id":"65f7"}"#),
        Ok(contact_hint("65f7"))
    );
}

#[test]
fn a_merge_names_both_contacts_where_it_can() {
    let merged = |from: Option<&str>| {
        Ok(About::ContactMerged {
            from: from.map(|id| id.parse().unwrap()),
            into: "64db".parse().unwrap(),
            snapshot: None,
        })
    };
    let named = r#"{"type":"contact","id":"64db","merged_from":{"type":"contact","id":"65e7"}}"#;
    assert_eq!(about("contact.merged", named), merged(Some("65e7")));
    assert_eq!(
        about("contact.merged", r#"{"type":"contact","id":"64db"}"#),
        merged(None)
    );
}

#[test]
fn a_conversation_is_found_in_all_its_wrappings() {
    let whole = r#"{"type":"conversation","id":"215473853299345","title":null}"#;
    assert_eq!(
        about("conversation.user.created", whole),
        Ok(conversation_hint("215473853299345"))
    );
    let deleted = r#"{"type":"conversation","conversation_id":"456"}"#;
    assert_eq!(
        about("conversation.deleted", deleted),
        Ok(conversation_hint("456"))
    );
    let attached = r#"{"conversation":{"parts":[],"options":{},
        "model":{"id":1886,"created_at":"2024-03-23T14:41:07.000Z"}},
        "contact":{"type":"contact","id":"64db"}}"#;
    assert_eq!(
        about("conversation.contact.attached", attached),
        Ok(conversation_hint("1886"))
    );
    let beside = r#"{"id":"1","conversation":{"type":"conversation","id":"77"}}"#;
    assert_eq!(
        about("conversation.admin.noted", beside),
        Ok(conversation_hint("77"))
    );
}

#[test]
fn what_is_of_no_concern_is_read_without_error() {
    assert_eq!(parse(PING.as_bytes()).unwrap().about, About::Ping);
    assert_eq!(parse(PING.as_bytes()).unwrap().created_at, None);
    assert_eq!(
        about("admin.away_mode_updated", r#"{"type":"admin","id":"1"}"#),
        Ok(About::Teammate)
    );
    assert_eq!(
        about("company.updated", r#"{"type":"company","id":"531e"}"#),
        Ok(About::Company {
            id: "531e".parse().unwrap()
        })
    );
    assert_eq!(
        about("ticket.created", r#"{"type":"ticket","id":"9"}"#),
        Ok(About::Other)
    );
    assert_eq!(about("conversation.read", "null"), Ok(About::Other));
}

#[test]
fn what_names_nobody_is_an_error_that_names_the_topic() {
    for item in ["{}", "null", "[]", r#"{"id":null}"#, r#"{"id":"a/../b"}"#] {
        assert_eq!(
            about("contact.user.updated", item),
            Err("the notification contact.user.updated names nobody".to_owned()),
            "{item}"
        );
    }
    for body in [
        "",
        "[]",
        "{\"topic\":\"ping\"}",
        "{\"app_id\":\"a1b2c3d4\"}",
        "{\"app_id\"",
    ] {
        let refused = parse(body.as_bytes());
        assert!(
            matches!(refused, Err(WebhookError::NotANotification(_))),
            "{body}"
        );
    }
}

#[test]
fn a_topic_goes_both_ways() {
    for topic in Topic::KNOWN {
        assert_eq!(&Topic::from(topic.as_str().to_owned()), topic);
    }
    let later = Topic::from("contact.attribute_value_updated".to_owned());
    assert_eq!(
        later,
        Topic::Other("contact.attribute_value_updated".to_owned())
    );
}

#[test]
fn an_odd_id_or_time_costs_nobody_the_hint() {
    for (id, at) in [
        (r#""notif_1""#, "1692131388"),
        ("null", "null"),
        ("7", r#""soon""#),
        ("[]", "{}"),
        (r#"{"id":"notif_1"}"#, "[1692131388]"),
        ("true", "1e400"),
    ] {
        let body = format!(
            r#"{{"app_id":"a1b2c3d4","topic":"ping","id":{id},"created_at":{at},"data":null}}"#
        );
        let told = parse(body.as_bytes()).unwrap();
        assert_eq!(told.about, About::Ping, "{body}");
        let usual = id.starts_with('"');
        assert_eq!(told.id.is_some(), usual, "{body}");
        assert_eq!(told.created_at.is_some(), usual, "{body}");
    }
}

#[test]
fn an_uninstall_notice_names_its_workspace() {
    let read = |body: &str| uninstalled_workspace(body.as_bytes()).map_err(|it| it.to_string());
    assert_eq!(
        read(r#"{"app_id":"a1b2c3d4"}"#).unwrap().as_str(),
        "a1b2c3d4"
    );
    for body in ["", "{}", "[]", r#"{"app_id":null}"#, r#"{"app_id":"a/b"}"#] {
        let refused = read(body).unwrap_err();
        assert_eq!(refused, "the body is not an uninstall notice", "{body}");
    }
}
