use super::*;

const LINK: &str = "https://acme.lightning.force.com/lightning/r/Lead/00Q1/view?a=1&b=2";

fn with_parts(parts: &[(&str, Option<&str>)]) -> Conversation {
    let part = |(kind, body): &(&str, Option<&str>)| Part {
        id: "134".to_owned(),
        kind: (*kind).to_owned(),
        body: body.map(str::to_owned),
        created_at: None,
        author: None,
        app_package_code: None,
    };
    Conversation {
        id: "2154".parse().unwrap(),
        contact_ids: Vec::new(),
        assignee_id: None,
        parts: parts.iter().map(part).collect(),
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
