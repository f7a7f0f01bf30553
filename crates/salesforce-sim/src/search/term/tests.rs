use super::*;

fn fits(term: &str, text: &str) -> bool {
    match Expression::parse(term).unwrap() {
        Expression::Phrase(patterns) => has_phrase(text, &patterns),
        Expression::And { .. } | Expression::Or(..) => {
            panic!("{term} is one phrase")
        }
    }
}

fn refused(term: &str) -> String {
    Expression::parse(term).unwrap_err().message
}

#[test]
fn words_are_whole_and_case_does_not_matter() {
    assert!(fits("lee", "Ann Lee"));
    assert!(!fits("le", "Ann Lee"));
    assert!(fits("LEE", "ann-lee"));
    assert!(fits("müller", "MÜLLER GmbH"));
}

#[test]
fn wildcards_stand_inside_words() {
    assert!(fits("le*", "Ann Lee"));
    assert!(fits("l?e", "Ann Lee"));
    assert!(fits("l*n*e", "Ann Lannoe"));
    assert!(!fits("l?", "Ann Lee"));
    assert!(
        !fits("n*e", "Ann Lee"),
        "a wildcard does not reach into the next word"
    );
}

#[test]
fn an_address_is_a_phrase_of_its_parts() {
    assert!(fits("ann@x.io", "ann@x.io"));
    assert!(fits("ann\\@x\\.io", "Ann@X.io"));
    assert!(!fits("ann@x.io", "x.io ann"));
    assert!(fits("\"ann lee\"", "Dr. Ann Lee"));
    assert!(!fits("\"ann lee\"", "Ann B. Lee"));
}

#[test]
fn operators_bind_and_before_or() {
    let phrase = |word: &str| {
        let Ok(Expression::Phrase(patterns)) = Expression::parse(word) else {
            panic!("{word} is one phrase");
        };
        Expression::Phrase(patterns)
    };
    assert_eq!(
        Expression::parse("aa OR bb cc AND NOT (dd or ee)").unwrap(),
        Expression::Or(vec![
            phrase("aa"),
            Expression::And {
                with: vec![phrase("bb"), phrase("cc")],
                without: vec![Expression::Or(vec![phrase("dd"), phrase("ee")])],
            },
        ])
    );
}

#[test]
fn what_is_no_term_is_refused() {
    assert_eq!(
        refused(" "),
        "No search term found. The search term must be enclosed in braces."
    );
    assert_eq!(
        refused("a"),
        "search term must be longer than one character: a"
    );
    assert_eq!(refused("\"ann"), "unexpected token: '<EOF>'");
    assert_eq!(refused("(ann"), "unexpected token: '<EOF>'");
    assert_eq!(refused("ann)"), "unexpected token: ')'");
    assert_eq!(refused("OR ann"), "unexpected token: 'OR'");
    assert_eq!(refused("ann\\"), "unexpected token: '<EOF>'");
    assert_eq!(refused("an\\n"), "Invalid escape sequence: '\\n'");
    assert_eq!(refused("--"), "unexpected token: '<EOF>'");
    assert_eq!(
        refused(&"(".repeat(100)),
        "The search has too many parentheses"
    );
}
