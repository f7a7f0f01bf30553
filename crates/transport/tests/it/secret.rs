//! What is printed of things that must not be printed.

use transport::{Secret, excerpt};

#[test]
fn a_secret_shows_itself_only_when_it_is_exposed() {
    let secret = Secret::from("5Aep861z".to_owned());
    assert_eq!(format!("{secret:?}"), "Secret");
    assert_eq!(secret.expose(), "5Aep861z");
}

#[test]
fn an_excerpt_is_short_one_line_and_without_credentials_or_addresses() {
    assert_eq!(
        excerpt(b"<html>\r\n  <title>Down for maintenance</title>\n"),
        "<html> <title>Down for maintenance</title>"
    );
    assert_eq!(
        excerpt(b"id 00Q5e00000AAAAAEA4 kept"),
        "id 00Q5e00000AAAAAEA4 kept"
    );
    assert_eq!(
        excerpt(br#"{"access_token":"00D5e000000AbCd!AQEAQ9.x_y-z0123456789","to":"ada@acme.io"}"#),
        r#"{"access_token":"[hidden]","to":"[hidden]"}"#
    );
    assert_eq!(excerpt(&[0xff, b'a']), "\u{fffd}a");

    let long = excerpt("ä ".repeat(5000).as_bytes());
    assert_eq!(long.chars().count(), 201);
    assert!(long.ends_with('…'));
}
