//! The list of known deviations.

use intercom_openapi::{Deviation, Ledger, Party, Place};

const LIST: &str = r#"
[[deviation]]
operations = ["GET /tags"]
place = "answer 200"
pointer = "/body/data/*/url"
party = "twin"
reason = "relative, though declared as a URI"

[[deviation]]
operations = ["*"]
place = "answer 429"
pointer = "/status"
party = "client"
reason = "every operation can be refused so"
"#;

fn deviation(operation: &str, place: Place, pointer: &str) -> Deviation {
    Deviation {
        operation: operation.to_owned(),
        place,
        pointer: pointer.to_owned(),
        what: "is odd".to_owned(),
    }
}

fn is_known(ledger: &Ledger, deviation: Deviation) -> bool {
    ledger.unknown(vec![deviation]).is_empty()
}

#[test]
fn an_entry_excuses_its_operation_side_and_place_alone() {
    let ledger = Ledger::read(LIST).unwrap();
    let ok = Place::Answer(200);
    let url = "/body/data/3/url";
    assert!(is_known(&ledger, deviation("GET /tags", ok, url)));
    for other in [
        deviation("POST /tags", ok, url),
        deviation("GET /tags", Place::Request, url),
        deviation("GET /tags", Place::Answer(201), url),
        deviation("GET /tags", ok, "/body/data/3/name"),
        deviation("GET /tags", ok, "/body/data/3/url/4"),
    ] {
        assert_eq!(ledger.unknown(vec![other.clone()]), [other]);
    }
    assert!(is_known(
        &ledger,
        deviation("GET /me", Place::Answer(429), "/status")
    ));
    assert!(!is_known(
        &ledger,
        deviation("GET /me", Place::Answer(500), "/status")
    ));
}

#[test]
fn an_entry_that_excused_nothing_is_void() {
    let ledger = Ledger::read(LIST).unwrap();
    assert_eq!(ledger.void_for(Party::Twin).len(), 1);
    assert!(is_known(
        &ledger,
        deviation("GET /tags", Place::Answer(200), "/body/data/0/url")
    ));
    assert!(ledger.void_for(Party::Twin).is_empty());
    let void = ledger.void_for(Party::Client);
    assert_eq!(void[0].place, "answer 429");
}

#[test]
fn an_entry_that_would_excuse_too_much_is_refused() {
    for (narrow, wide) in [
        ("\"GET /tags\"", "\"*\""),
        ("/body/data/*/url", ""),
        ("/body/data/*/url", "/*/*"),
        ("relative, though declared as a URI", " "),
        ("answer 429", "answer"),
        ("answer 429", "somewhere"),
    ] {
        let text = LIST.replacen(narrow, wide, 1);
        assert!(Ledger::read(&text).is_err(), "{narrow} as {wide}");
    }
}

#[test]
fn the_list_of_the_project_can_be_read() {
    assert!(Ledger::known().unknown(Vec::new()).is_empty());
}
