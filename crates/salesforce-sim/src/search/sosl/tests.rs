use super::*;

fn returning(text: &str) -> Vec<Returning> {
    let text = format!("FIND {{ann}} RETURNING {text}");
    Statement::parse(&text).unwrap().returning.unwrap()
}

fn refused(text: &str) -> String {
    Statement::parse(text).unwrap_err().message
}

#[test]
fn a_statement_is_taken_apart() {
    assert_eq!(
        Statement::parse(
            "find {ann \\} \\\\} in email fields returning Contact(Id, Name where (Title = 'a)' \
             or Title = 'LIMIT') order by Name limit 3), Lead limit 20"
        )
        .unwrap(),
        Statement {
            term: "ann \\} \\\\".to_owned(),
            scope: Scope::Email,
            returning: Some(vec![
                Returning {
                    object: "Contact".to_owned(),
                    fields: "Id, Name".to_owned(),
                    filter: Some("(Title = 'a)' or Title = 'LIMIT')".to_owned()),
                    rest: "order by Name limit 3".to_owned(),
                    limit: Some(3),
                },
                Returning {
                    object: "Lead".to_owned(),
                    fields: String::new(),
                    filter: None,
                    rest: String::new(),
                    limit: None,
                },
            ]),
            limit: Some(20),
        }
    );
}

#[test]
fn keywords_are_whole_words_outside_of_quotes() {
    let [one] = returning("Lead(Id, LimitX__c, Order__c WHERE Title = 'it\\'s ORDER BY')")
        .try_into()
        .unwrap();
    assert_eq!(one.fields, "Id, LimitX__c, Order__c");
    assert_eq!(one.filter.as_deref(), Some("Title = 'it\\'s ORDER BY'"));
    assert_eq!((one.rest.as_str(), one.limit), ("", None));
}

#[test]
fn what_is_no_statement_is_refused() {
    let no_term = "No search term found. The search term must be enclosed in braces.";
    assert_eq!(refused("FIND ann"), no_term);
    assert_eq!(refused("FIND {ann"), no_term);
    assert_eq!(refused("FIND 'ann' IN ALL FIELDS"), no_term);
    assert_eq!(refused("SELECT Id FROM Lead"), "unexpected token: 'SELECT'");
    assert_eq!(
        refused("FIND {ann} IN SOME FIELDS"),
        "unexpected token: 'SOME'"
    );
    assert_eq!(refused("FIND {ann} IN ALL"), "unexpected token: '<EOF>'");
    assert_eq!(refused("FIND {ann} RETURNING"), "unexpected token: '<EOF>'");
    assert_eq!(
        refused("FIND {ann} RETURNING Lead(Id"),
        "unexpected token: '<EOF>'"
    );
    assert_eq!(
        refused("FIND {ann} RETURNING Lead(WHERE Id = null)"),
        "unexpected token: 'WHERE'"
    );
    assert_eq!(
        refused("FIND {ann} RETURNING Lead(Id LIMIT 1 WHERE Id = null)"),
        "unexpected token: 'WHERE'"
    );
    assert_eq!(
        refused("FIND {ann} WITH NETWORK = 'x'"),
        "unexpected token: 'WITH'"
    );
    assert_eq!(
        refused("FIND {ann} LIMIT 2001"),
        "SOSL LIMIT cannot be more than 2000: 2001"
    );
    assert_eq!(refused("FIND {ann} LIMIT few"), "unexpected token: 'few'");
    let long = format!("FIND {{{}}}", "x".repeat(10_000));
    assert_eq!(
        refused(&long),
        "SOSL statements cannot be longer than 10000 characters."
    );
}

#[test]
fn a_damaged_statement_is_read_or_refused() {
    let text = "FIND {\"é\" \\} x*} IN NAME FIELDS RETURNING Lead(Id, Name WHERE (Name = 'a\\'') \
                ORDER BY Name LIMIT 3 OFFSET 1), Contact LIMIT 9";
    for (at, character) in text.char_indices() {
        let after = at + character.len_utf8();
        for damaged in [
            text[..at].to_owned(),
            text[at..].to_owned(),
            format!("{}{}", &text[..at], &text[after..]),
            format!("{}ß{}", &text[..at], &text[at..]),
            format!("{}({}", &text[..at], &text[at..]),
        ] {
            if let Ok(statement) = Statement::parse(&damaged) {
                drop(crate::search::Search::new(&statement.term, statement.scope));
            }
        }
    }
    assert!(Statement::parse(text).is_ok());
}
