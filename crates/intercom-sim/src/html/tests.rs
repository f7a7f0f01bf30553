use super::{from_app, from_text, to_text};

#[test]
fn text_becomes_paragraphs_and_comes_back() {
    let fragment = from_text("Hi <script>alert(1)</script> & co\nsecond line\n\nnew paragraph");
    assert!(!fragment.contains("<script"), "{fragment}");
    assert_eq!(
        to_text(&fragment),
        "Hi <script>alert(1)</script> & co\nsecond line\nnew paragraph"
    );
}

#[test]
fn markup_of_an_app_is_kept_and_what_could_run_is_not() {
    let note = from_app(
        r#"<html><body><p onclick="x()">See <a href="https://crm.example/1">Lead</a></p><script>x()</script></body></html>"#,
    );
    assert_eq!(
        note,
        r#"<p>See <a href="https://crm.example/1" rel="noopener noreferrer">Lead</a></p>"#
    );
    assert_eq!(to_text(&note), "See Lead (https://crm.example/1)");
}

#[test]
fn a_list_and_an_image_read_as_lines() {
    assert_eq!(
        to_text(
            r#"<ul><li>one</li><li>two &lt;3</li></ul><img src="https://x.example/a?b=1&amp;c=2">"#
        ),
        "• one\n• two <3\n[image: https://x.example/a?b=1&c=2]"
    );
}
