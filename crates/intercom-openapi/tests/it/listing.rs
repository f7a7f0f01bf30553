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

[[deviation]]
operations = ["POST /tags", "PUT /tags"]
place = "request"
pointer = "/body"
breach = "more than one"
party = "twin"
reason = "two of the shapes take the same body"
"#;

fn deviation(operation: &str, place: Place, pointer: &str) -> Deviation {
    Deviation {
        operation: operation.to_owned(),
        place,
        pointer: pointer.to_owned(),
        what: "is odd".to_owned(),
    }
}

fn is_known(ledger: &Ledger, party: Party, deviation: Deviation) -> bool {
    ledger.unknown(party, vec![deviation]).is_empty()
}

#[test]
fn an_entry_excuses_its_operation_side_and_place_alone() {
    let ledger = Ledger::read(LIST).unwrap();
    let ok = Place::Answer(200);
    let url = "/body/data/3/url";
    let relative = deviation("GET /tags", ok, url);
    assert!(is_known(&ledger, Party::Twin, relative));
    for other in [
        deviation("POST /tags", ok, url),
        deviation("GET /tags", Place::Request, url),
        deviation("GET /tags", Place::Answer(201), url),
        deviation("GET /tags", ok, "/body/data/3/name"),
        deviation("GET /tags", ok, "/body/data/3/url/4"),
    ] {
        assert_eq!(ledger.unknown(Party::Twin, vec![other.clone()]), [other]);
    }
    for (status, known) in [(429, true), (500, false)] {
        let refused = deviation("GET /me", Place::Answer(status), "/status");
        assert_eq!(is_known(&ledger, Party::Client, refused), known, "{status}");
    }
}

#[test]
fn what_excuses_one_party_does_not_excuse_the_other() {
    let ledger = Ledger::read(LIST).unwrap();
    let relative = deviation("GET /tags", Place::Answer(200), "/body/data/3/url");
    assert!(!is_known(&ledger, Party::Client, relative));
    let refused = deviation("GET /me", Place::Answer(429), "/status");
    assert!(!is_known(&ledger, Party::Twin, refused));
    assert_eq!(ledger.void_for(Party::Twin).len(), 2, "neither is met");
    assert_eq!(ledger.void_for(Party::Client).len(), 1);
}

#[test]
fn a_whole_body_is_excused_for_the_breach_that_is_named() {
    let ledger = Ledger::read(LIST).unwrap();
    for (what, known) in [
        ("valid under more than one of the shapes", true),
        ("\"name\" is a required property", false),
    ] {
        let breach = Deviation {
            what: what.to_owned(),
            ..deviation("POST /tags", Place::Request, "/body")
        };
        assert_eq!(is_known(&ledger, Party::Twin, breach), known, "{what}");
    }
}

#[test]
fn an_entry_that_excused_nothing_is_void() {
    let ledger = Ledger::read(LIST).unwrap();
    assert_eq!(ledger.void_for(Party::Twin).len(), 2);
    let relative = deviation("GET /tags", Place::Answer(200), "/body/data/0/url");
    assert!(is_known(&ledger, Party::Twin, relative));
    let void = ledger.void_for(Party::Twin);
    let void: Vec<&str> = void.iter().map(|entry| entry.pointer.as_str()).collect();
    assert_eq!(void, ["/body"]);
    let void = ledger.void_for(Party::Client);
    assert_eq!(void[0].place, "answer 429");
}

#[test]
fn an_entry_that_would_excuse_too_much_is_refused() {
    for (narrow, wide) in [
        ("\"GET /tags\"", "\"*\""),
        ("/body/data/*/url", ""),
        ("/body/data/*/url", "/*/*"),
        ("/body/data/*/url", "/body"),
        ("relative, though declared as a URI", " "),
        ("more than one", ""),
        ("answer 429", "answer"),
        ("answer 429", "somewhere"),
    ] {
        let text = LIST.replacen(narrow, wide, 1);
        assert!(Ledger::read(&text).is_err(), "{narrow} as {wide}");
    }
}

#[test]
fn what_is_excused_twice_is_refused() {
    let again = |operation: &str, breach: &str| {
        let entry = format!(
            "[[deviation]]\noperations = [\"{operation}\"]\nplace = \"request\"\n\
             pointer = \"/body\"\nbreach = \"{breach}\"\nparty = \"twin\"\nreason = \"again\"\n"
        );
        Ledger::read(&format!("{LIST}\n{entry}"))
    };
    let refused = again("PUT /tags", "more than one").unwrap_err().to_string();
    assert!(refused.contains("two of the shapes"), "{refused}");
    assert!(again("PUT /contacts", "more than one").is_ok());
    assert!(again("PUT /tags", "a name is missing").is_ok());
}

#[test]
fn the_list_of_the_project_can_be_read() {
    let nothing = Ledger::known().unknown(Party::Client, Vec::new());
    assert!(nothing.is_empty());
}
