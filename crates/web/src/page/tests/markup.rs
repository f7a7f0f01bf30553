//! A reader of our own HTML, strict where browsers forgive: tags are closed in order, ids are
//! unique and what refers to one finds it, each control has a label, nothing is inline.

use std::collections::BTreeMap;

const VOID: [&str; 7] = ["br", "hr", "img", "input", "link", "meta", "path"];

/// Elements that must have a name for people who cannot see them.
const NAMED: [&str; 7] = [
    "nav", "section", "progress", "meter", "input", "select", "textarea",
];

struct Tag {
    name: String,
    attributes: BTreeMap<String, String>,
}

/// What is wrong with a page, if anything.
pub(super) fn check(html: &str) -> Result<(), String> {
    if html.contains("<script>") || html.contains("alert(1)</") {
        return Err("hostile text is not escaped".to_owned());
    }
    let tags = nested(html)?;
    let count = |name: &str| tags.iter().filter(|tag| tag.name == name).count();
    for (name, wanted) in [("h1", 1), ("main", 1), ("title", 1), ("script", 1)] {
        if count(name) != wanted {
            return Err(format!("{} times <{name}>", count(name)));
        }
    }
    let html_tag = tags
        .iter()
        .find(|tag| tag.name == "html")
        .ok_or("no <html>")?;
    if html_tag.attributes.get("lang").map(String::as_str) != Some("en") {
        return Err("no language".to_owned());
    }
    if !html.contains("<a class=\"skip\" href=\"#content\">") {
        return Err("no way to skip the navigation".to_owned());
    }
    let ids: Vec<&String> = tags
        .iter()
        .filter_map(|tag| tag.attributes.get("id"))
        .collect();
    for tag in &tags {
        one(tag, &tags, &ids)?;
    }
    Ok(())
}

fn one(tag: &Tag, tags: &[Tag], ids: &[&String]) -> Result<(), String> {
    let name = &tag.name;
    let has = |attribute: &str| tag.attributes.contains_key(attribute);
    if let Some(inline) = tag
        .attributes
        .keys()
        .find(|key| *key == "style" || key.starts_with("on"))
    {
        return Err(format!("<{name}> has an inline {inline}"));
    }
    if name == "script" && !has("src") {
        return Err("an inline script".to_owned());
    }
    if name == "img" && !has("alt") {
        return Err("an image without a text".to_owned());
    }
    if let Some(id) = tag.attributes.get("id")
        && ids.iter().filter(|other| **other == id).count() != 1
    {
        return Err(format!("the id {id} is there twice"));
    }
    for reference in ["for", "aria-labelledby", "aria-describedby"] {
        let wanted = tag
            .attributes
            .get(reference)
            .into_iter()
            .flat_map(|it| it.split(' '));
        for id in wanted {
            if !ids.iter().any(|there| *there == id) {
                return Err(format!("{reference} names {id}, which is not there"));
            }
        }
    }
    let labelled = tags.iter().any(|label| {
        label
            .attributes
            .get("for")
            .is_some_and(|it| tag.attributes.get("id") == Some(it))
    });
    let hidden = tag
        .attributes
        .get("type")
        .is_some_and(|kind| kind == "hidden");
    let named = has("aria-label") || has("aria-labelledby") || labelled || hidden;
    if NAMED.contains(&name.as_str()) && !named {
        return Err(format!("<{name}> has no name"));
    }
    Ok(())
}

/// All tags, if each is closed where it was opened.
fn nested(html: &str) -> Result<Vec<Tag>, String> {
    let mut tags = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let mut rest = html.strip_prefix("<!doctype html>").ok_or("no doctype")?;
    while let Some((_, after)) = rest.split_once('<') {
        let (inside, after) = after.split_once('>').ok_or("a tag is not closed")?;
        rest = after;
        if let Some(closed) = inside.strip_prefix('/') {
            let last = open.pop().ok_or(format!("</{closed}> closes nothing"))?;
            if last != closed {
                return Err(format!("</{closed}> closes <{last}>"));
            }
            continue;
        }
        let tag = parse(inside.trim_end_matches('/'))?;
        if !VOID.contains(&tag.name.as_str()) {
            open.push(tag.name.clone());
        }
        tags.push(tag);
    }
    if open.is_empty() {
        Ok(tags)
    } else {
        Err(format!("{open:?} stay open"))
    }
}

/// Attributes are in double quotes or without a value: our templates write no other.
fn parse(inside: &str) -> Result<Tag, String> {
    let (name, mut rest) = inside
        .split_once(char::is_whitespace)
        .unwrap_or((inside, ""));
    let mut attributes = BTreeMap::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return Ok(Tag {
                name: name.to_owned(),
                attributes,
            });
        }
        let end = rest.find(['=', ' ', '\n']).unwrap_or(rest.len());
        let (key, after) = rest.split_at(end);
        let value = if let Some(quoted) = after.strip_prefix("=\"") {
            let (value, after) = quoted.split_once('"').ok_or("a value is not closed")?;
            rest = after;
            value
        } else {
            rest = after;
            ""
        };
        let fresh = attributes
            .insert(key.to_owned(), value.to_owned())
            .is_none();
        if !fresh || key.contains(['"', '\'', '=']) {
            return Err(format!(
                "the attribute {key:?} of <{name}> is twice there or odd"
            ));
        }
    }
}

#[test]
fn the_reader_finds_each_fault() {
    let page = |body: &str| {
        format!(
            "<!doctype html><html lang=\"en\"><head><title>t</title><script src=\"/a\"></script>\
             </head><body><a class=\"skip\" href=\"#content\">s</a><main id=\"content\">\
             <h1>h</h1>{body}</main></body></html>"
        )
    };
    assert_eq!(check(&page("<p>fine</p>")), Ok(()));
    for (body, fault) in [
        ("<p>open", "</main> closes <p>"),
        ("<h1>again</h1>", "2 times <h1>"),
        ("<p style=\"x\">p</p>", "<p> has an inline style"),
        ("<p onclick=\"x\">p</p>", "<p> has an inline onclick"),
        ("<p id=\"content\">p</p>", "the id content is there twice"),
        (
            "<label for=\"name\">n</label>",
            "for names name, which is not there",
        ),
        ("<input id=\"name\">", "<input> has no name"),
        ("<img src=\"/a\">", "an image without a text"),
        ("<script>alert(1)</script>", "hostile text is not escaped"),
    ] {
        assert_eq!(check(&page(body)), Err(fault.to_owned()));
    }
}
