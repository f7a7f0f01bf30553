use super::*;

/// Body in, text out.
#[track_caller]
fn reads(html: &str, text: &str) {
    assert_eq!(plain_text(html), text, "{html}");
}

#[test]
fn paragraphs_and_breaks_become_lines() {
    reads("<p>Hi, I need help</p>", "Hi, I need help");
    reads("<p>One</p><p class=\"no-margin\">Two</p>", "One\nTwo");
    reads("One<br>Two<br/>Three", "One\nTwo\nThree");
    reads("<p>One</p><p></p><p></p><p>Two</p>", "One\n\nTwo");
    reads("<br><br><p>One</p><br><br>", "One");
    reads("<h2>Title</h2>body", "Title\nbody");
    reads("<div><div>a</div></div><div>b</div>", "a\nb");
    reads(
        "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>",
        "a b\nc",
    );
    reads("<blockquote>said</blockquote>then", "said\nthen");
    reads("one\n  two\t three", "one two three");
    reads("<pre>a\n  b</pre>c", "a\n  b\nc");
    reads("", "");
}

#[test]
fn lists_have_bullets() {
    reads(
        "<p>Either</p><ul><li>this</li><li>or <b>that</b></li></ul><p>please</p>",
        "Either\n• this\n• or that\nplease",
    );
    reads(
        "<ol><li><p>one</p></li><li><p>two</p></li></ol>",
        "• one\n• two",
    );
}

#[test]
fn links_and_images_keep_their_addresses() {
    reads(
        r#"see <a href="https://acme.io/a?x=1&amp;y=2">our page</a>."#,
        "see our page (https://acme.io/a?x=1&y=2).",
    );
    reads(
        r#"<a href="https://acme.io">https://acme.io</a>"#,
        "https://acme.io",
    );
    reads(
        r#"<a href="mailto:ada@acme.io">ada@acme.io</a>"#,
        "ada@acme.io",
    );
    reads(
        r#"<a href="https://acme.io"><b></b></a>"#,
        "https://acme.io",
    );
    reads("<a>no address</a>", "no address");
    reads(
        r#"<p>See this:<br></p><div class="intercom-container"><img src="https://x.test/i.png?expires=1&amp;signature=b8"></div>"#,
        "See this:\n\n[image: https://x.test/i.png?expires=1&signature=b8]",
    );
}

#[test]
fn entities_are_decoded_once_and_emojis_stay() {
    reads(
        "Tom &amp; Jerry&nbsp;&lt;3 &#39;ok&#39; &quot;",
        "Tom & Jerry <3 'ok' \"",
    );
    reads("&amp;lt;b&amp;gt;", "&lt;b&gt;");
    reads("<p>Zażółć 👋🏽 👩‍👩‍👧</p>", "Zażółć 👋🏽 👩‍👩‍👧");
    reads("a\u{a0}b", "a b");
    reads("&copy; 2026 & more", "&copy; 2026 & more");
}

#[test]
fn no_markup_survives_however_broken() {
    reads("<script>alert(1)</script>safe<style>p{}</style>", "safe");
    reads("<!-- hidden -->shown", "shown");
    reads("1 < 2 and 3 > 2", "1 < 2 and 3 > 2");
    reads("<p>open <b>bold", "open bold");
    reads("</p></div></a>text", "text");
    reads("<p title=\"a > b\">x</p>", "x");
    reads("<unknown-element>kept</unknown-element>", "kept");
}

fn conversation(json: &str) -> Conversation {
    crate::conversation::read(json)
}

const THREAD: &str = r#"{"type":"conversation","id":"2154","created_at":1734537500,"state":"closed",
  "source":{"type":"conversation","id":"4","delivered_as":"customer_initiated","subject":"",
    "body":"<p>Hi, I need help</p>","attachments":[],
    "author":{"type":"user","id":"5ba6","name":"Jane O&#39;Doe","email":"jane@example.com"}},
  "conversation_parts":{"total_count":7,"conversation_parts":[
    {"id":"1","part_type":"assignment","body":null,"created_at":1734537510,
     "author":{"type":"bot","id":"9","name":"Fin"},"assigned_to":{"type":"team","id":"814865"}},
    {"id":"2","part_type":"comment","body":"<p>Sure</p>","created_at":1734537546,
     "author":{"type":"admin","id":"1","name":"Ciara"},
     "attachments":[{"type":"upload","name":"invoice.pdf","url":"https://x.test/1",
       "content_type":"application/pdf","filesize":48213}]},
    {"id":"3","part_type":"note","body":"<p>VIP</p>","created_at":1734537547,
     "author":{"type":"admin","id":"1","name":"Ciara"}},
    {"id":"4","part_type":"comment","body":null,"created_at":1734537548,
     "author":{"type":"user","id":"5ba6","name":"Jane"},
     "attachments":[{"name":"a.png","filesize":12}]},
    {"id":"5","part_type":"brand_new_thing","body":null,"created_at":1734537549,
     "author":{"type":"robot","id":"7"}},
    {"id":"6","part_type":"assignment","created_at":1734537550,"author":null,
     "assigned_to":{"type":"nobody_admin","id":null}},
    {"id":"7","part_type":"close","body":"<p>Bye</p>","created_at":1734537551,
     "author":{"type":"admin","id":"1","name":null,"email":"ciara@example.com"}}]}}"#;

#[test]
fn t4_a_transcript_tells_who_said_what_and_what_happened() {
    let text = Transcript::of(&conversation(THREAD), Notes::Shown).text();
    let expected = "\
2024-12-18 15:58 UTC, Jane O'Doe (contact):
Hi, I need help

2024-12-18 15:58 UTC, Fin (bot) assigned the conversation to team 814865

2024-12-18 15:59 UTC, Ciara (teammate):
Sure
[attachment: invoice.pdf, 47 KB, https://x.test/1]

2024-12-18 15:59 UTC, Ciara (teammate) [internal note]:
VIP

2024-12-18 15:59 UTC, Jane (contact):
[attachment: a.png, 12 bytes]

2024-12-18 15:59 UTC, robot brand new thing

2024-12-18 15:59 UTC, somebody assigned the conversation to nobody

2024-12-18 15:59 UTC, ciara@example.com (teammate) closed the conversation:
Bye";
    assert_eq!(text, expected);
}

#[test]
fn t4_notes_are_left_out_where_the_settings_say_so() {
    let text = Transcript::of(&conversation(THREAD), Notes::LeftOut).text();
    assert!(
        !text.contains("VIP") && !text.contains("internal"),
        "{text}"
    );
    assert!(text.contains("Bye"), "{text}");
}

#[test]
fn t4_what_intercom_does_not_return_is_said_where_it_was() {
    let thread = THREAD.replace("\"total_count\":7", "\"total_count\":612");
    let text = Transcript::of(&conversation(&thread), Notes::Shown).text();
    let second = text.split("\n\n").nth(1);
    assert_eq!(second, Some("[605 older parts are not available any more]"));
}

#[test]
fn t4_the_oldest_middle_gives_way_to_the_limit() {
    let transcript = Transcript::of(&conversation(THREAD), Notes::Shown);
    let whole = transcript.text();
    let length = whole.encode_utf16().count();
    assert_eq!(transcript.within(length), whole);
    let cut = transcript.within(length - 1);
    let blocks: Vec<_> = cut.split("\n\n").collect();
    assert!(blocks[0].ends_with("Hi, I need help"), "{cut}");
    assert_eq!(blocks[1], "[1 parts are left out here]");
    assert!(blocks[2].contains("Sure"), "{cut}");
    let least = transcript.within(200);
    let blocks: Vec<_> = least.split("\n\n").collect();
    assert_eq!(blocks.len(), 3, "{least}");
    assert_eq!(blocks[1], "[6 parts are left out here]");
    assert!(blocks[2].ends_with("Bye"), "{least}");
    for limit in 0..length {
        assert!(
            transcript.within(limit).encode_utf16().count() <= limit,
            "{limit}"
        );
    }
}

#[test]
fn t4_no_character_is_cut_in_two() {
    let thread = r#"{"id":"1","source":{"body":"👋👋👋","author":{"type":"user","name":"J"}},
        "conversation_parts":{"conversation_parts":[]}}"#;
    let transcript = Transcript::of(&conversation(thread), Notes::Shown);
    assert_eq!(transcript.text(), "J (contact):\n👋👋👋");
    assert_eq!(transcript.within(16), "J (contact):\n👋");
    assert_eq!(transcript.within(17), "J (contact):\n👋👋");
}

#[test]
fn a_conversation_in_which_nobody_said_anything_is_empty() {
    let silent = r#"{"id":"1","source":{"body":null,"subject":null},
        "conversation_parts":{"conversation_parts":[]}}"#;
    assert_eq!(
        Transcript::of(&conversation(silent), Notes::Shown).text(),
        ""
    );
    let mailed = r#"{"id":"1","source":{"body":"<p>x</p>","subject":"Invoice &amp; more"},
        "conversation_parts":{"conversation_parts":[]}}"#;
    assert_eq!(
        Transcript::of(&conversation(mailed), Notes::Shown).text(),
        "somebody:\nSubject: Invoice & more\nx"
    );
}

#[test]
fn a_part_that_cannot_be_read_fails_alone_and_is_not_called_missing() {
    let odd = r#"{"id":"1","conversation_parts":{"total_count":2,"conversation_parts":[
        {"id":"8","body":"<p>no type</p>"},
        {"id":9,"part_type":"comment","body":"<p>x</p>","author":{"type":"lead","name":""}}]}}"#;
    let odd = conversation(odd);
    assert_eq!(odd.unreadable_parts[0].part.id, Some("8".parse().unwrap()));
    assert_eq!(odd.missing_parts(), 0);
    assert_eq!(
        Transcript::of(&odd, Notes::Shown).text(),
        "[part 8 could not be read]\n\ncontact:\nx"
    );
}

#[test]
fn parts_that_cannot_be_read_are_told_where_they_were() {
    let part = |body: &str| format!(r#"{{"id":1,"part_type":"comment","body":"{body}"}}"#);
    let note = r#"{"id":2,"part_type":"note","body":"secret"}"#;
    let listed = [&part("one"), "7", note, r#"{"id":8}"#, &part("two"), "[]"].join(",");
    let odd = format!(r#"{{"id":"1","conversation_parts":{{"conversation_parts":[{listed}]}}}}"#);
    assert_eq!(
        Transcript::of(&conversation(&odd), Notes::LeftOut).text(),
        "somebody:\none\n\n[a part could not be read]\n\n[part 8 could not be read]\n\n\
         somebody:\ntwo\n\n[a part could not be read]"
    );
}

#[test]
fn odd_attachments_are_told_and_take_nothing_with_them() {
    let not_a_list = r#"{"id":"1","source":{"body":"<p>x</p>","attachments":{"name":"a.pdf"}},
        "conversation_parts":{"conversation_parts":[]}}"#;
    assert_eq!(
        Transcript::of(&conversation(not_a_list), Notes::Shown).text(),
        "somebody:\nx\n[attachment: a.pdf]"
    );
    let odd = r#"{"id":"1","conversation_parts":{"conversation_parts":[
        {"id":9,"part_type":"comment","body":"<p>x</p>","attachments":[
            {"name":"a.pdf","url":5,"content_type":null,"filesize":"many"},
            "nothing", {"name":7,"url":"https://f.test/b"}]}]}}"#;
    assert_eq!(
        Transcript::of(&conversation(odd), Notes::Shown).text(),
        "somebody:\nx\n[attachment: a.pdf]\n[attachment: unnamed]\n\
         [attachment: unnamed, https://f.test/b]"
    );
}

#[test]
fn a_link_ends_where_the_next_begins() {
    reads(
        r#"<a href="https://a.test">one <a href="https://b.test">two</a> three</a>"#,
        "one (https://a.test)two (https://b.test) three",
    );
    // Each text is looked at once, however many links are open.
    let nested = format!("{}x", r#"<a href="https://a.test/">word "#.repeat(50_000));
    let text = plain_text(&nested);
    assert_eq!(text.matches(" (https://a.test/)").count(), 49_999);
}
