//! The targets of the links in a fragment of HTML, as a browser would read them.
//!
//! Fragments come back written anew: attributes in another order, other quotes, entities in their
//! values. Only start tags of `a` are looked at; nothing is rendered, and broken markup is read as
//! far as it goes.

/// Where the links of `html` lead, in order.
pub(super) fn targets(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        rest = after;
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let end = rest
            .find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>'))
            .unwrap_or(rest.len());
        let (name, after_name) = rest.split_at(end);
        let (attributes, after) = attributes(after_name);
        rest = after;
        if name.eq_ignore_ascii_case("a")
            && let Some((_, value)) = attributes
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case("href"))
        {
            found.push(decoded(value).trim().to_owned());
        }
    }
    found
}

/// The attributes of a tag, up to its `>`, and what follows the tag.
fn attributes(mut rest: &str) -> (Vec<(&str, &str)>, &str) {
    let mut found = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if rest.is_empty() {
            return (found, rest);
        }
        if let Some(after) = rest.strip_prefix('>') {
            return (found, after);
        }
        // An equals sign in the place of a name is a part of the name.
        let end = rest
            .char_indices()
            .find(|(at, c)| c.is_ascii_whitespace() || ends_name(*c) && *at > 0)
            .map_or(rest.len(), |(at, _)| at);
        let (name, after_name) = rest.split_at(end);
        rest = after_name.trim_ascii_start();
        let Some(assigned) = rest.strip_prefix('=') else {
            found.push((name, ""));
            continue;
        };
        let (value, after_value) = value(assigned.trim_ascii_start());
        found.push((name, value));
        rest = after_value;
    }
}

fn ends_name(c: char) -> bool {
    matches!(c, '=' | '/' | '>')
}

/// A value in either quotes or none, and what follows it.
fn value(rest: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(quoted) = rest.strip_prefix(quote) {
            return quoted.split_once(quote).unwrap_or((quoted, ""));
        }
    }
    let end = rest
        .find(|c: char| c.is_ascii_whitespace() || c == '>')
        .unwrap_or(rest.len());
    rest.split_at(end)
}

/// The text without entities. Numeric ones and those of markup are known; whatever else begins
/// with an ampersand, such as the second parameter of an address, stays as it is.
fn decoded(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('&') {
        text.push_str(before);
        let entity = after
            .split_once(';')
            .and_then(|(name, after)| Some((character(name)?, after)));
        if let Some((character, after)) = entity {
            text.push(character);
            rest = after;
        } else {
            text.push('&');
            rest = after;
        }
    }
    text.push_str(rest);
    text
}

fn character(entity: &str) -> Option<char> {
    let Some(number) = entity.strip_prefix('#') else {
        return match entity {
            "amp" | "AMP" => Some('&'),
            "lt" | "LT" => Some('<'),
            "gt" | "GT" => Some('>'),
            "quot" | "QUOT" => Some('"'),
            "apos" => Some('\''),
            "nbsp" => Some('\u{a0}'),
            _ => None,
        };
    };
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => number.parse(),
    };
    char::from_u32(code.ok()?)
}

#[cfg(test)]
mod tests {
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
}
