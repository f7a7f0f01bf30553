//! Which values a field takes, and what is said of the others.

use super::*;

fn field(kind: FieldKind, length: Option<usize>) -> Field {
    Field {
        name: "It__c".to_owned(),
        label: "It".to_owned(),
        kind,
        length,
        createable: true,
        required: true,
    }
}

fn list(values: &[(&str, &str)]) -> Picklist {
    let owned = |(value, label): &(&str, &str)| ((*value).to_owned(), (*label).to_owned());
    Picklist {
        values: values.iter().map(owned).collect(),
        restricted: true,
        default: None,
    }
}

#[test]
fn l1_each_type_takes_its_values_and_names_the_others() {
    let colours = || list(&[("red", "Red"), ("blue", "Blue")]);
    let not_listed = |value| {
        Some(format!(
            "It has no value {value:?}. Choose for example: red, blue."
        ))
    };
    let must = |what: &str| Some(format!("It {what}"));
    #[rustfmt::skip]
    let table = [
        (FieldKind::Text, "anything", None),
        (FieldKind::TextArea, "any\nthing", None),
        (FieldKind::Phone, "ring me", None),
        (FieldKind::Other, "x", None),
        (FieldKind::Email, "ada@acme.io", None),
        (FieldKind::Email, "ada", must("is not an email address.")),
        (FieldKind::Url, "acme.io", None),
        (FieldKind::Url, "acme io", must("is not a link.")),
        (FieldKind::Number, "-1.5", None),
        (FieldKind::Number, "1e3", None),
        (FieldKind::Number, "1,5", must("must be a number.")),
        (FieldKind::Number, "inf", must("must be a number.")),
        (FieldKind::Number, "NaN", must("must be a number.")),
        (FieldKind::Date, "2026-01-31", None),
        (FieldKind::Date, "31.1.2026", must("must be a date like 2026-01-31.")),
        (FieldKind::Boolean, "true", None),
        (FieldKind::Boolean, "false", None),
        (FieldKind::Boolean, "yes", must("must be yes or no.")),
        (FieldKind::Picklist(colours()), "red", None),
        (FieldKind::Picklist(colours()), "Red", Some("It has no value \"Red\". Choose for example: red.".to_owned())),
        (FieldKind::Picklist(colours()), "green", not_listed("green")),
        (FieldKind::MultiPicklist(colours()), "red;blue", None),
        (FieldKind::MultiPicklist(colours()), "red;green", not_listed("green")),
    ];
    for (kind, value, expected) in table {
        let asked = field(kind, None);
        assert_eq!(asked.refusal(value), expected, "{:?} {value:?}", asked.kind);
    }
}

#[test]
fn l1_a_length_is_counted_in_utf16_units() {
    let text = |value: &str| field(FieldKind::Text, Some(4)).refusal(value);
    assert_eq!(text("abcd"), None);
    assert_eq!(text("𝒜𝒜"), None);
    assert_eq!(
        text("𝒜𝒜𝒜").as_deref(),
        Some("It has more than 4 characters.")
    );
    assert_eq!(
        text("abcde").as_deref(),
        Some("It has more than 4 characters.")
    );
}

#[test]
fn l1_only_the_parts_of_a_multi_select_are_trimmed() {
    let sent = |kind, text: &str| field(kind, None).normalised(text.to_owned());
    assert_eq!(sent(FieldKind::MultiPicklist(list(&[])), " a ; ;b;"), "a;b");
    assert_eq!(sent(FieldKind::Picklist(list(&[])), "a ; b"), "a ; b");
    assert_eq!(sent(FieldKind::Text, "a ; b"), "a ; b");
}

#[test]
fn l1_an_email_has_one_at_and_a_dotted_domain() {
    for email in ["ada@acme.io", "a.b+c@x.y.z", "å@ä.ö"] {
        assert!(looks_like_email(email), "{email}");
    }
    for text in [
        "",
        "ada",
        "@acme.io",
        "ada@",
        "ada@acme",
        "ada@acme.",
        "ada@.io",
        "ada@a..io",
        "ada@b@acme.io",
        "a da@acme.io",
        "ada@acme.io\u{7}",
    ] {
        assert!(!looks_like_email(text), "{text:?}");
    }
}

#[test]
fn l1_a_date_is_a_day_that_exists() {
    for date in ["2026-01-31", "2024-02-29", "2026-12-01"] {
        assert!(is_date(date), "{date}");
    }
    for text in [
        "",
        "2026-02-29",
        "2026-13-01",
        "2026-00-10",
        "2026-1-031",
        "20260131",
        "2026-01-3",
        "2026/01/31",
        "2026-01/31",
        "2026-+1-01",
        "2026-01-31T",
        "2026-01-311",
    ] {
        assert!(!is_date(text), "{text:?}");
    }
}

#[test]
fn l1_advice_names_the_nine_values_nearest_to_what_was_typed() {
    let many: Vec<(String, String)> = (1..=12)
        .map(|n| (format!("v{n}"), format!("Value {n}")))
        .collect();
    let list = Picklist {
        values: many,
        restricted: false,
        default: None,
    };
    let near = |typed: &str| {
        list.advice("It", typed)
            .split(": ")
            .nth(1)
            .unwrap()
            .to_owned()
    };
    assert_eq!(near("VALUE 1"), "v1, v10, v11, v12.");
    assert_eq!(near("value"), "v1, v2, v3, v4, v5, v6, v7, v8, v9.");
    assert_eq!(
        near("nothing like it"),
        "v1, v2, v3, v4, v5, v6, v7, v8, v9."
    );
}
