//! Lists go on to their end, in whatever way their answers name the next page.

use intercom::IntercomError;
use intercom_sim::Options;

use crate::script::{Script, ok, refused};
use crate::twin::Twin;

#[tokio::test(start_paused = true)]
async fn notes_are_read_beyond_the_first_page() {
    let twin = Twin::new(Options {
        leads: 0,
        users: 4,
        companies: 0,
        conversations: 0,
        ..Options::default()
    });
    let client = twin.client();
    let user = twin.sim.user_id(2).to_string().parse().unwrap();
    let me = client.me().await.unwrap().teammate.id;
    for number in 0..51 {
        let html = format!("<p>{number}</p>");
        client.add_contact_note(&user, &me, &html).await.unwrap();
    }
    let mut notes = client.contact_notes(&user);
    let mut read = std::collections::BTreeSet::new();
    while let Some(page) = notes.next_page().await.unwrap() {
        read.extend(page.rows.into_iter().map(|row| row.unwrap().id));
    }
    assert_eq!(read.len(), 51);
}

#[tokio::test]
async fn a_list_that_goes_on_in_an_unknown_way_does_not_end_quietly() {
    let page = |next: &str| {
        let pages = format!(r#"{{"type":"pages","next":{next}}}"#);
        ok(&format!(r#"{{"type":"list","data":[],"pages":{pages}}}"#))
    };
    let address = r#""https://api.intercom.io/contacts/5ba6/notes?page=2&per_page=50""#;
    let script = Script::of([page(address), page(r#"{"page":3}"#), page("7")]);
    let id = "5ba6".parse().unwrap();
    let mut notes = script.client().contact_notes(&id);
    assert!(notes.next_page().await.unwrap().is_some());
    assert!(notes.next_page().await.unwrap().is_some());
    let error = notes.next_page().await.unwrap_err();
    assert!(
        matches!(error, IntercomError::UnexpectedAnswer { .. }),
        "{error}"
    );
    assert_eq!(
        script.asked(),
        [
            "GET /contacts/5ba6/notes",
            "GET /contacts/5ba6/notes?page=2",
            "GET /contacts/5ba6/notes?page=3",
        ]
    );
}

#[tokio::test]
async fn a_scroll_that_began_anew_says_so_after_an_error_too() {
    let page = r#"{"type":"list","data":[{"type":"company","id":"6762"}],"scroll_param":"a"}"#;
    let odd = r#"{"type":"list"}"#;
    let script = Script::of([
        ok(page),
        refused(404, "not_found", "gone"),
        ok(odd),
        ok(page),
    ]);
    let mut scroll = script.client().scroll_companies();
    assert!(!scroll.next_page().await.unwrap().unwrap().restarted);
    assert!(scroll.next_page().await.is_err());
    assert!(scroll.next_page().await.unwrap().unwrap().restarted);
}
