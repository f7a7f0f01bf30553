//! Queries that are refused, in the vendor's words and layout.

use std::fmt::Write as _;

use crate::world::{Org, refusal};

/// Runs each query and compares what is said to it.
fn check(table: &[(&str, String)]) {
    let mut org = Org::empty();
    let mut wrong = String::new();
    for (soql, expected) in table {
        let found = refusal(org.query(soql));
        if found != format!("400 {expected}") {
            writeln!(
                wrong,
                "{soql}\n  expected 400 {expected}\n  found    {found}"
            )
            .unwrap();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// A refusal that shows a one-line query with a caret below a column.
fn pointing(code: &str, soql: &str, column: usize, message: &str) -> String {
    let caret = format!("{:>column$}", '^');
    format!("{code}: \n{soql}\n{caret}\nERROR at Row:1:Column:{column}\n{message}")
}

#[test]
fn what_cannot_be_parsed_names_the_token() {
    let token = |token: &str| format!("MALFORMED_QUERY: unexpected token: '{token}'");
    check(&[
        ("SELECT Id FORM Lead", token("FORM")),
        ("SELECT FROM Lead", token("FROM")),
        ("SELECT Id, FROM Lead", token("FROM")),
        ("SELECT Id FROM Lead WHERE", token("<EOF>")),
        ("SELECT * FROM Lead", token("*")),
        (
            "SELECT Id FROM Lead WHERE Phone = 'b' AND Fax = 'c' OR Title = 'd'",
            token("OR"),
        ),
        (
            "SELECT Id FROM Lead WHERE Phone = 'b' OR Fax = 'c' AND Title = 'd'",
            token("AND"),
        ),
        ("SELECT Id FROM Lead WHERE Email = \"a\"", token("\"")),
        ("SELECT Id FROM Lead WHERE Email IN ()", token(")")),
        ("SELECT Id FROM Lead WHERE Email IN 'a'", token("a")),
        ("SELECT Id FROM Lead WHERE Email 'a'", token("a")),
        ("SELECT Id FROM Lead WHERE (Email = 'a'", token("<EOF>")),
        ("SELECT Id FROM Lead LIMIT many", token("many")),
        ("SELECT Id FROM Lead LIMIT 1 LIMIT 2", token("LIMIT")),
        ("SELECT Id FROM Lead ORDER BY", token("<EOF>")),
        ("SELECT COUNT(), Id FROM Lead", token(",")),
        ("", token("<EOF>")),
    ]);
}

#[test]
fn what_is_not_known_is_never_answered_with_other_rows() {
    let token = |token: &str| format!("MALFORMED_QUERY: unexpected token: '{token}'");
    check(&[
        (
            "SELECT Id FROM Lead WHERE DISTANCE(Address, GEOLOCATION(1,2), 'mi') < 5",
            token("("),
        ),
        (
            "SELECT convertCurrency(AnnualRevenue) FROM Lead",
            token("("),
        ),
        (
            "SELECT Id FROM Lead WHERE AnnualRevenue > USD5000",
            token("USD5000"),
        ),
        (
            "SELECT Id FROM Lead WITH DATA CATEGORY Geography__c AT usa__c",
            token("DATA"),
        ),
        ("SELECT Id FROM Lead UPDATE VIEWSTAT", token("UPDATE")),
        ("SELECT Id FROM Contact c, c.Account a", token(",")),
        ("SELECT Id FROM Lead FOR SHARE", token("SHARE")),
        ("SELECT Id FROM Lead USING SCOPE nearby", token("nearby")),
        (
            "SELECT Id FROM Lead WHERE CreatedDate = LAST_DECADE",
            token("LAST_DECADE"),
        ),
    ]);
}

#[test]
fn literals_must_be_whole() {
    let malformed = |words: &str| format!("MALFORMED_QUERY: {words}");
    check(&[
        (
            "SELECT Id FROM Lead WHERE Email = 'a",
            malformed("Unterminated string literal"),
        ),
        (
            "SELECT Id FROM Lead WHERE Email = 'a\\x'",
            malformed("invalid escape sequence '\\x' in string literal"),
        ),
        (
            "SELECT Id FROM Lead WHERE Email = '\\u12'",
            malformed("invalid unicode escape in string literal"),
        ),
        (
            "SELECT Id FROM Task WHERE ActivityDate = LAST_N_DAYS",
            malformed("invalid date literal: LAST_N_DAYS"),
        ),
        (
            "SELECT Id FROM Lead OFFSET 2001",
            "NUMBER_OUTSIDE_VALID_RANGE: Maximum SOQL offset allowed is 2000".to_owned(),
        ),
    ]);
    let deep = format!("SELECT Id FROM Lead WHERE {}Id = null", "(".repeat(1_000));
    check(&[(&deep, malformed("the query is nested too deeply"))]);
    let deep = format!(
        "SELECT Id FROM Lead WHERE {}Id = null",
        "NOT ".repeat(1_000)
    );
    check(&[(&deep, malformed("the query is nested too deeply"))]);
}

#[test]
fn the_recorded_layout_of_an_unknown_object() {
    let expected = "INVALID_TYPE: \nselect count() from XYZZY\n                    ^\n\
        ERROR at Row:1:Column:21\nsObject type 'XYZZY' is not supported. If you are attempting to \
        use a custom object, be sure to append the '__c' after the entity name. Please reference \
        your WSDL or the describe call for the appropriate names.";
    check(&[("select count() from XYZZY", expected.to_owned())]);
}

#[test]
fn an_unknown_column_is_pointed_at() {
    let words = |name: &str, entity: &str| {
        format!(
            "No such column '{name}' on entity '{entity}'. If you are attempting to use a custom \
             field, be sure to append the '__c' after the custom field name. Please reference \
             your WSDL or the describe call for the appropriate names."
        )
    };
    let relationship = "Didn't understand relationship 'Boss' in field path. If you are \
        attempting to use a custom relationship, be sure to append the '__r' after the custom \
        relationship name. Please reference your WSDL or the describe call for the appropriate \
        names.";
    let no_field = |soql: &'static str, column, words: &str| {
        (soql, pointing("INVALID_FIELD", soql, column, words))
    };
    check(&[
        no_field("SELECT Foo FROM Lead", 8, &words("Foo", "Lead")),
        no_field(
            "SELECT Id, Account.Foo FROM Contact",
            12,
            &words("Foo", "Account"),
        ),
        no_field(
            "SELECT Owner.Company FROM Lead",
            8,
            &words("Company", "Name"),
        ),
        no_field(
            "SELECT Id FROM Lead WHERE Foo = 1",
            27,
            &words("Foo", "Lead"),
        ),
        no_field(
            "SELECT Id FROM Lead ORDER BY Nope",
            30,
            &words("Nope", "Lead"),
        ),
        no_field("SELECT Boss.Name FROM Lead", 8, relationship),
        (
            "SELECT Id\nFROM Lead\nWHERE Bar = 1",
            format!(
                "INVALID_FIELD: \nWHERE Bar = 1\n      ^\nERROR at Row:3:Column:7\n{}",
                words("Bar", "Lead")
            ),
        ),
        (
            "SELECT Id, id FROM Lead",
            "INVALID_FIELD: duplicate field selected: id".to_owned(),
        ),
    ]);
}

#[test]
fn values_must_be_of_the_fields_type() {
    let kind = |soql: &'static str, field: &str, words: &str| {
        let words =
            format!("value of filter criterion for field '{field}' must be of type {words}");
        (soql, pointing("INVALID_FIELD", soql, 27, &words))
    };
    let bare = |kind: &str| format!("{kind} and should not be enclosed in quotes");
    let quoted = "string and should be enclosed in quotes";
    check(&[
        kind(
            "SELECT Id FROM Lead WHERE CreatedDate = '2026'",
            "CreatedDate",
            &bare("dateTime"),
        ),
        kind(
            "SELECT Id FROM Lead WHERE CreatedDate = 2026-01-01",
            "CreatedDate",
            &bare("dateTime"),
        ),
        kind(
            "SELECT Id FROM Lead WHERE CreatedDate > 2026-13-01T00:00:00Z",
            "CreatedDate",
            &bare("dateTime"),
        ),
        kind(
            "SELECT Id FROM Task WHERE ActivityDate = 2026-01-01T00:00:00Z",
            "ActivityDate",
            &bare("date"),
        ),
        kind(
            "SELECT Id FROM Lead WHERE IsConverted = 'true'",
            "IsConverted",
            &bare("boolean"),
        ),
        kind(
            "SELECT Id FROM Lead WHERE AnnualRevenue > '5'",
            "AnnualRevenue",
            &bare("double"),
        ),
        kind("SELECT Id FROM Lead WHERE Email = 5", "Email", quoted),
        kind(
            "SELECT Id FROM Lead WHERE Email IN ('a', true)",
            "Email",
            quoted,
        ),
        kind("SELECT Id FROM Lead WHERE OwnerId = 5", "OwnerId", quoted),
        kind("SELECT Id FROM Lead WHERE Email = TODAY", "Email", quoted),
    ]);
}

#[test]
fn operators_must_fit_the_field() {
    let at = |code: &str, soql: &'static str, column, words: &str| {
        (soql, pointing(code, soql, column, words))
    };
    let operator = "INVALID_QUERY_FILTER_OPERATOR";
    check(&[
        at(
            operator,
            "SELECT Id FROM Lead WHERE Id = 'abc'",
            27,
            "invalid ID field: abc",
        ),
        at(
            operator,
            "SELECT Id FROM Lead WHERE OwnerId LIKE '005%'",
            27,
            "invalid operator on id field",
        ),
        at(
            operator,
            "SELECT Id FROM Lead WHERE IsConverted > false",
            27,
            "invalid operator on boolean field",
        ),
        at(
            "INVALID_FIELD",
            "SELECT Id FROM Lead WHERE Description LIKE 'x'",
            27,
            "field 'Description' can not be filtered in a query call",
        ),
        at(
            "INVALID_FIELD",
            "SELECT Id FROM Lead ORDER BY Description",
            30,
            "field 'Description' can not be sorted in a query call",
        ),
    ]);
}
