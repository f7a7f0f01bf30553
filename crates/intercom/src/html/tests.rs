use super::*;

#[test]
fn a_target_is_found_however_its_tag_is_written() {
    for html in [
        r#"<p>Created: <a href="https://crm.example/1">Lead</a></p>"#,
        r#"<a rel="nofollow noopener" target=_blank href="https://crm.example/1">Lead</a>"#,
        "<A\n  TARGET='_blank'\tHREF = 'https://crm.example/1' >Lead</A>",
        "<a href=https://crm.example/1>Lead</a>",
        r#"<a download href="https://crm.example/1"/>"#,
        r#"<a title="a > b" href=" https://crm.example/1 ">Lead</a>"#,
        r#"<a href="https:&#x2F;&#x2f;crm.example&#47;1">Lead</a>"#,
        r#"1 < 2 <br><a href="https://crm.example/1"#,
    ] {
        assert_eq!(targets(html), ["https://crm.example/1"], "{html}");
    }
}

#[test]
fn what_is_no_target_of_a_link_is_not_found() {
    for html in [
        "",
        "https://crm.example/1",
        r#"<img src="https://crm.example/1">"#,
        r#"<abbr href="https://crm.example/1">"#,
        r#"<a-card href="https://crm.example/1">"#,
        r#"<a data-href="https://crm.example/1">"#,
        r#"<a title='href="https://crm.example/1"'>"#,
        r#"<!-- <a href="https://crm.example/1"> -->"#,
        r#"</a href="https://crm.example/1">"#,
        r#"&lt;a href="https://crm.example/1"&gt;"#,
    ] {
        assert_eq!(targets(html), [""; 0], "{html}");
    }
}

#[test]
fn entities_are_read_once_and_a_bare_ampersand_is_one() {
    for (written, read) in [
        ("/?a=1&amp;b=2", "/?a=1&b=2"),
        ("/?a=1&b=2", "/?a=1&b=2"),
        ("/?a=1&b=2;c", "/?a=1&b=2;c"),
        ("/?a=&amp;amp;", "/?a=&amp;"),
        ("/?a=&#38;&#x26;&#X26;&quot;&apos;", "/?a=&&&\"'"),
        ("/&#xD800;&#;&nbsp", "/&#xD800;&#;&nbsp"),
        ("/ü&amp;é", "/ü&é"),
    ] {
        let html = format!(r#"<a href="{written}">"#);
        assert_eq!(targets(&html), [read], "{written}");
    }
}

#[test]
fn scripts_styles_and_comments_are_no_text() {
    let html =
        "a<style>p { x: '<b>' }</style>b<SCRIPT>if (1 </2) {}</SCRIPT >c<!-- d -->e<!doctype x>f";
    let texts = tokens(html).map(|token| match token {
        Token::Text(text) => text,
        Token::Open(_) | Token::Close(_) => "?",
    });
    assert_eq!(texts.collect::<String>(), "abcef");
    assert_eq!(tokens("<script>never closed").next(), None);
}

#[test]
fn a_bracket_that_begins_nothing_is_text() {
    assert_eq!(
        tokens("1 < 2<3</ 4<").collect::<Vec<_>>(),
        [
            Token::Text("1 "),
            Token::Text("< 2"),
            Token::Text("<3"),
            Token::Text("</ 4"),
            Token::Text("<"),
        ]
    );
}
