use serde_json::json;

use crate::fixture::Fixture;
use crate::id::RecordId;
use crate::row::Row;
use crate::schema::{Object, Schema};

use super::*;

/// The schema of an org without a fixture.
fn schema() -> Schema {
    Schema::with(Fixture::written(None)).unwrap()
}

fn refusal(text: &str) -> String {
    let schema = schema();
    let checked = Formula::parse(text).and_then(|formula| formula.check(schema.of(Object::Lead)));
    checked.unwrap_err().to_string()
}

/// A Lead with a name, a status, a rating and 25 employees, of a company without a website.
fn lead(schema: &Schema) -> Row {
    let at = "2026-06-10T12:00:00Z".parse().unwrap();
    let user = RecordId::new("005", 1);
    let mut row = Row::new(RecordId::new("00Q", 1), user, at);
    let schema = schema.of(Object::Lead);
    for (field, value) in [
        ("LastName", Value::text("Lovelace")),
        ("Status", Value::text("Open - Not Contacted")),
        ("Rating", Value::text("Hot")),
        ("NumberOfEmployees", Value::Int(25)),
        ("OwnerId", Value::Id(user)),
    ] {
        row.store(schema.known(field), value);
    }
    row
}

fn holds(text: &str, before: Option<&Row>) -> bool {
    let schema = schema();
    let lead = lead(&schema);
    let schema = schema.of(Object::Lead);
    let formula = Formula::parse(text).unwrap();
    formula.check(schema).unwrap();
    formula.holds(Saved {
        schema,
        row: &lead,
        before,
        now: "2026-06-10T12:00:00Z".parse().unwrap(),
    })
}

#[test]
fn a_formula_says_what_holds_of_a_record() {
    for (text, expected) in [
        ("ISBLANK(Website)", true),
        ("ISBLANK(LastName)", false),
        ("Website = ''", true),
        ("LastName = 'lovelace'", false),
        ("LastName == \"Lovelace\"", true),
        ("LOWER(LastName) = 'lovelace'", true),
        ("ISPICKVAL(Rating, 'Hot')", true),
        ("ISPICKVAL(Rating, 'Cold')", false),
        ("TEXT(Rating) & '!' = 'Hot!'", true),
        ("LEN(LastName) = 8", true),
        ("LEN(Website) = 0", true),
        ("NumberOfEmployees > 20 && NumberOfEmployees <= 25", true),
        ("NumberOfEmployees < 20 || ISNEW()", true),
        ("AnnualRevenue > 0", false),
        ("AnnualRevenue <= 0", false),
        ("NumberOfEmployees * 2 - 10 / 2 = 45", true),
        ("NumberOfEmployees / 0 > 0", false),
        ("-NumberOfEmployees < 0", true),
        ("NOT(ISBLANK(LastName)) && !DoNotCall", true),
        ("AND(ISNEW(), OR(FALSE, BEGINS(LastName, 'Love')))", true),
        ("CONTAINS(LastName, 'lace')", true),
        ("IF(DoNotCall, 'a', 'b') <> 'b'", false),
        ("OwnerId = '0055e0000000001'", true),
        ("TODAY() > ConvertedDate", false),
        ("ISCHANGED(LastName)", false),
        ("PRIORVALUE(LastName) = 'Lovelace'", true),
    ] {
        assert_eq!(holds(text, None), expected, "{text}");
    }
}

#[test]
fn a_change_is_one_against_the_former_version() {
    let schema = schema();
    let mut before = lead(&schema);
    let place = schema.of(Object::Lead).known("NumberOfEmployees");
    before.store(place, Value::Int(20));
    for (text, expected) in [
        ("ISNEW()", false),
        ("ISCHANGED(NumberOfEmployees)", true),
        ("ISCHANGED(LastName)", false),
        ("PRIORVALUE(NumberOfEmployees) < NumberOfEmployees", true),
    ] {
        assert_eq!(holds(text, Some(&before)), expected, "{text}");
    }
}

#[test]
fn what_is_no_formula_is_refused_in_words() {
    for (text, told) in [
        ("", "Syntax error. Unexpected end of formula"),
        ("LastName =", "Syntax error. Unexpected end of formula"),
        ("(ISNEW()", "Syntax error. Missing ')'"),
        ("ISNEW() ISNEW()", "Syntax error. Extra ISNEW"),
        ("'abc", "Syntax error. Missing closing quotation mark"),
        ("LastName = #", "Syntax error. Found '#'"),
        ("FOO(1)", "Unknown function FOO. Check spelling."),
        (
            "ISBLANK()",
            "Incorrect number of parameters for function 'ISBLANK()'. Expected 1, received 0",
        ),
        ("Foo__c = 1", "Field Foo__c does not exist. Check spelling."),
        (
            "Rating = 'Hot'",
            "'=' was given a picklist field. Picklist fields are only supported in certain \
             functions.",
        ),
        (
            "LastName = 5",
            "Incorrect parameter type for '='. Expected Text, received Number",
        ),
        (
            "LEN(NumberOfEmployees) = 1",
            "Incorrect parameter type for 'LEN'. Expected Text, received Number",
        ),
        (
            "ISCHANGED(UPPER(LastName))",
            "Incorrect argument type for function 'ISCHANGED()'.",
        ),
        (
            "LastName",
            "Formula result is data type (Text), incompatible with expected data type (true or \
             false).",
        ),
    ] {
        assert_eq!(refusal(text), told, "{text}");
    }
    let deep = format!("{}ISNEW(){}", "(".repeat(100), ")".repeat(100));
    assert_eq!(refusal(&deep), "Syntax error. Formula is too deeply nested");
}

#[test]
fn a_formula_is_kept_as_its_text() {
    let formula: Formula = serde_json::from_value(json!("ISNEW( )")).unwrap();
    assert_eq!(serde_json::to_value(&formula).unwrap(), json!("ISNEW( )"));
    assert!(serde_json::from_value::<Formula>(json!("ISNEW(")).is_err());
}
