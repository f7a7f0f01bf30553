use super::*;

fn literal(text: &str) -> String {
    Literal::from(text).to_string()
}

#[test]
fn what_was_typed_stays_inside_its_quotes() {
    assert_eq!(literal("ada@acme.io"), "'ada@acme.io'");
    assert_eq!(literal("o'neil@acme.io"), r"'o\'neil@acme.io'");
    assert_eq!(literal(r"back\slash"), r"'back\\slash'");
    // A backslash before a quote must not take the quote's escape away.
    assert_eq!(literal(r"\' OR Name != '"), r"'\\\' OR Name != \''");
    assert_eq!(literal("a\nb\rc\td\u{8}e\u{c}f"), r"'a\nb\rc\td\be\ff'");
    assert_eq!(literal("zoë@münchen.de %_"), "'zoë@münchen.de %_'");
}

#[test]
fn values_are_written_in_their_own_form() {
    let instant: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
    assert_eq!(
        Literal::from(instant).to_string(),
        "2026-01-02T03:04:05.000Z"
    );
    assert_eq!(Literal::from(true).to_string(), "true");
}

#[test]
fn groups_have_parentheses_of_their_own() {
    let filter = Condition::Any(vec![
        Condition::All(vec![equal("A", true), above("B", "x")]),
        at_least("C", "y"),
        Condition::In("D", vec!["1".into(), "2".into()]),
    ]);
    let select = Select::new(&["Id", "Owner.Name"], "Lead")
        .filtered(filter)
        .ordered(&["A", "Id"])
        .limited(7);
    assert_eq!(
        select.to_string(),
        "SELECT Id, Owner.Name FROM Lead WHERE ((A = true AND B > 'x') OR C >= 'y' \
         OR D IN ('1', '2')) ORDER BY A, Id LIMIT 7"
    );
    assert_eq!(
        Select::new(&["Id"], "User").to_string(),
        "SELECT Id FROM User"
    );
}
