use super::*;

const LINK: &str = "https://acme.lightning.force.com/lightning/r/Lead/00Q1/view?a=1&b=2";

fn with_parts(parts: &[(&str, Option<&str>)]) -> Conversation {
    let part = |(kind, body): &(&str, Option<&str>)| Part {
        id: "134".parse().unwrap(),
        kind: PartKind::named(kind),
        body: body.map(str::to_owned),
        created_at: None,
        author: None,
        assigned_to: None,
        attachments: Vec::new(),
        redacted: false,
        app_package_code: None,
    };
    Conversation {
        head: serde_json::from_str(r#"{"id":"2154"}"#).unwrap(),
        parts: parts.iter().map(part).collect(),
        unreadable_parts: Vec::new(),
        parts_total: parts.len() as u64,
    }
}

const NOTE: &str = r#"<p class="no-margin">Created in Salesforce: <a target="_blank"
    href="https://acme.lightning.force.com/lightning/r/Lead/00Q1/view?a=1&amp;b=2">Ada</a></p>"#;

#[test]
fn l8_a_note_is_found_again_by_the_link_in_it() {
    for kind in ["note", "note_and_reopen"] {
        let parts = [
            ("open", None),
            ("comment", Some("<p>Hi</p>")),
            (kind, Some(NOTE)),
        ];
        assert!(with_parts(&parts).has_note_with(LINK), "{kind}");
    }
}

#[test]
fn l8_what_customers_wrote_and_notes_about_other_records_are_not_ours() {
    let other = NOTE.replace("00Q1", "00Q2");
    let longer = NOTE.replace("b=2", "b=21");
    let parts = [
        ("comment", Some(NOTE)),
        ("assignment", Some(NOTE)),
        ("note", Some(other.as_str())),
        ("note", Some(longer.as_str())),
        ("note", Some(LINK)),
        ("note", None),
    ];
    assert!(!with_parts(&parts).has_note_with(LINK));
    assert!(!with_parts(&[]).has_note_with(LINK));
}

#[test]
fn t4_parts_that_intercom_does_not_return_are_counted() {
    let mut long = with_parts(&[("comment", Some("<p>Hi</p>")), ("close", None)]);
    assert_eq!(long.missing_parts(), 0);
    long.parts_total = 612;
    assert_eq!(long.missing_parts(), 610);
    long.unreadable_parts.push(Gap {
        behind: 0,
        part: Unreadable {
            id: None,
            why: "odd".to_owned(),
        },
    });
    assert_eq!(long.missing_parts(), 609);
    long.parts_total = 1;
    assert_eq!(long.missing_parts(), 0, "a total that is too low");
}
