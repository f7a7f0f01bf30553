use super::*;

#[test]
fn every_kind_of_subject_is_read_back_from_its_text() {
    for (text, subject) in [
        ("contact:5ba6", Subject::Contact("5ba6".parse().unwrap())),
        (
            "record:00QD000000QYVhdMAH",
            Subject::Record("00QD000000QYVhd".parse().unwrap()),
        ),
        (
            "account:001D000000QYVhdIAH",
            Subject::Account("001D000000QYVhd".parse().unwrap()),
        ),
        (
            "owner:00GD000000QYVhdMAH",
            Subject::Owner("00GD000000QYVhd".parse().unwrap()),
        ),
        (
            "conversation:147",
            Subject::Conversation("147".parse().unwrap()),
        ),
        (
            "person:a:b@acme.io",
            Subject::Person(PersonKey::Matched(
                MatchKey::from_email("a:b@acme.io").unwrap(),
            )),
        ),
        (
            "alone:5ba6",
            Subject::Person(PersonKey::Alone("5ba6".parse().unwrap())),
        ),
    ] {
        assert_eq!(subject_text(&subject), text);
        assert_eq!(subject_of(text), Ok(subject));
    }
}

#[test]
fn a_text_that_is_no_subject_is_explained_without_its_email() {
    assert_eq!(
        subject_of("person:Ada@acme.io"),
        Err("its key is not folded".to_owned())
    );
    assert_eq!(subject_of("ada@acme.io"), Err("it has no kind".to_owned()));
    assert_eq!(
        subject_of("people:ada@acme.io"),
        Err("its kind is unknown".to_owned())
    );
}
