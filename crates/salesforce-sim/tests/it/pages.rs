//! The pages for people: what they show, what their forms do, and that nothing breaks out of them.

use salesforce_sim::{Conversion, Object, RecordId};
use serde_json::json;

use crate::world::Org;

const HOSTILE: &str = "<script>alert(\"x\")</script>&'";
const ESCAPED: &str = "&#60;script&#62;alert(&#34;x&#34;)&#60;/script&#62;&#38;&#39;";

pub(crate) fn page(org: &mut Org, path: &str) -> (u16, String) {
    let response = org.send(http::Request::get(path).body(String::new()).unwrap());
    let status = response.status().as_u16();
    (
        status,
        String::from_utf8(response.into_body().into_bytes().to_vec()).unwrap(),
    )
}

/// Status, location and body of a form that was sent.
pub(crate) fn submit(org: &mut Org, path: &str, fields: &[(&str, &str)]) -> (u16, String, String) {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    let request = http::Request::post(path)
        .header("sec-fetch-site", "same-origin")
        .body(body)
        .unwrap();
    let response = org.send(request);
    let status = response.status().as_u16();
    let location = response
        .headers()
        .get("location")
        .map(|to| to.to_str().unwrap().to_owned());
    let text = String::from_utf8(response.into_body().into_bytes().to_vec()).unwrap();
    (status, location.unwrap_or_default(), text)
}

fn lead(org: &mut Org) -> RecordId {
    let lead = json!({
        "LastName": HOSTILE, "FirstName": "Ada", "Company": HOSTILE, "Title": HOSTILE,
        "Website": "javascript:alert(1)", "Description": "</textarea><b>",
        "Email": "ada@engines.example",
    });
    org.world.create_as_rep(Object::Lead, &lead).unwrap()
}

#[test]
fn every_page_shows_hostile_text_as_text() {
    let mut org = Org::empty();
    let id = lead(&mut org);
    let account = org
        .world
        .create_as_rep(Object::Account, &json!({"Name": HOSTILE}))
        .unwrap();
    let mut paths = vec![
        "/".to_owned(),
        "/lightning/o/Lead/list".to_owned(),
        "/lightning/o/Account/list".to_owned(),
        "/lightning/o/Lead/list?q=%3Cscript%3E".to_owned(),
        format!("/lightning/r/Account/{account}/view"),
    ];
    for action in ["view", "edit", "convert"] {
        paths.push(format!("/lightning/r/Lead/{id}/{action}"));
    }
    for path in paths {
        let (status, html) = page(&mut org, &path);
        assert_eq!(status, 200, "{path}");
        assert!(
            !html.contains("<script") && !html.contains("</textarea><b>"),
            "{path}: {html}"
        );
        assert!(!html.contains("href=\"javascript:"), "{path}");
        assert!(html.contains("&#60;script&#62;"), "{path}");
    }
}

#[test]
fn a_record_page_shows_its_fields() {
    let mut org = Org::empty();
    let id = lead(&mut org);
    let (_, html) = page(&mut org, &format!("/lightning/r/Lead/{id}/view"));
    assert!(
        html.contains(&format!(
            "<h1 data-testid=\"record-title\">Ada {ESCAPED}</h1>"
        )),
        "{html}"
    );
    assert!(
        html.contains(&format!("<dd data-field=\"Title\">{ESCAPED}</dd>")),
        "{html}"
    );
    assert!(
        html.contains("<li class=\"now\" aria-current=\"step\">Open - Not Contacted</li>"),
        "{html}"
    );
    assert!(
        html.contains("href=\"mailto:ada@engines.example\""),
        "{html}"
    );
    let (status, _) = page(&mut org, &format!("/lightning/r/Lead/{}/view", id.short()));
    assert_eq!(status, 200);
    let response = org.send(
        http::Request::get(format!("/{id}"))
            .body(String::new())
            .unwrap(),
    );
    assert_eq!(
        response.headers()["location"],
        format!("/lightning/r/Lead/{id}/view").as_str()
    );
}

#[test]
fn a_rep_edits_a_record() {
    let mut org = Org::empty();
    let id = lead(&mut org);
    let path = format!("/lightning/r/Lead/{id}/edit");
    let (status, location, _) = submit(
        &mut org,
        &path,
        &[("Title", "Countess"), ("Status", "Working - Contacted")],
    );
    assert_eq!(
        (status, location),
        (303, format!("/lightning/r/Lead/{id}/view"))
    );
    assert_eq!(org.field(id, "Title"), "Countess");
    assert_eq!(org.field(id, "Status"), "Working - Contacted");
    assert_eq!(org.field(id, "LastModifiedById"), json!(org.world.rep()));
    let (status, _, html) = submit(
        &mut org,
        &path,
        &[("Email", "nonsense"), ("Title", "Lost?")],
    );
    assert_eq!(status, 422);
    assert!(
        html.contains("Email: invalid email address: nonsense"),
        "{html}"
    );
    assert!(
        html.contains("value=\"Lost?\""),
        "what was typed is kept: {html}"
    );
    assert!(html.contains("aria-invalid=\"true\""), "{html}");
    assert_eq!(org.field(id, "Title"), "Countess");
}

#[test]
fn a_rep_creates_and_deletes_a_record() {
    let mut org = Org::empty();
    let (status, _, html) = submit(&mut org, "/lightning/o/Lead/new", &[("LastName", "L")]);
    assert_eq!(status, 422);
    assert!(
        html.contains("Required fields are missing: [Company]"),
        "{html}"
    );
    let fields = [("LastName", "L"), ("Company", "C"), ("Rating", "")];
    let (status, location, _) = submit(&mut org, "/lightning/o/Lead/new", &fields);
    assert_eq!(
        (status, location.as_str()),
        (
            303,
            &*format!("/lightning/r/Lead/{}/view", org.rows("SELECT Id FROM Lead"))
        )
    );
    let base = location.trim_end_matches("view").to_owned();
    assert_eq!(submit(&mut org, &format!("{base}delete"), &[]).0, 303);
    assert_eq!(org.rows("SELECT Id FROM Lead"), "");
    let (_, html) = page(&mut org, &location);
    assert!(
        html.contains("In the Recycle Bin") && !html.contains("data-testid=\"edit\""),
        "{html}"
    );
}

#[test]
fn a_rep_converts_a_lead() {
    let mut org = Org::empty();
    let id = org
        .world
        .create_as_rep(
            Object::Lead,
            &json!({"LastName": "L", "Company": "Acme", "Email": "l@acme.example"}),
        )
        .unwrap();
    let account = org
        .world
        .create_as_rep(Object::Account, &json!({"Name": "ACME"}))
        .unwrap();
    let path = format!("/lightning/r/Lead/{id}/convert");
    let (_, html) = page(&mut org, &path);
    assert!(
        html.contains(&format!("<option value=\"{account}\">Use ACME</option>")),
        "{html}"
    );
    let (status, location, _) = submit(
        &mut org,
        &path,
        &[("account", &account.to_string()), ("opportunity", " ")],
    );
    let contact = org.field(id, "ConvertedContactId");
    assert_eq!(
        (status, location),
        (
            303,
            format!("/lightning/r/Contact/{}/view", contact.as_str().unwrap())
        )
    );
    assert_eq!(org.field(id, "ConvertedAccountId"), json!(account));
    let (status, _, html) = submit(&mut org, &path, &[]);
    assert_eq!(status, 409);
    assert!(html.contains("cannot reference converted lead"), "{html}");
}

#[test]
fn another_sites_form_changes_nothing() {
    let mut org = Org::empty();
    let id = lead(&mut org);
    let request = http::Request::post(format!("/lightning/r/Lead/{id}/delete"))
        .header("sec-fetch-site", "cross-site")
        .body(String::new())
        .unwrap();
    assert_eq!(org.send(request).status(), 403);
    assert_eq!(org.field(id, "IsDeleted"), false);
}

#[test]
fn lists_are_searched_and_paged() {
    let mut org = Org::empty();
    for n in 0..60 {
        let contact =
            json!({"LastName": format!("Lee{n:02}"), "Email": format!("p{n}@acme.example")});
        org.world.create_as_rep(Object::Contact, &contact).unwrap();
    }
    let (_, first) = page(&mut org, "/lightning/o/Contact/list");
    assert!(first.contains("Lee49") && !first.contains("Lee50"));
    let next = first
        .split("href=\"")
        .find(|part| part.contains("after="))
        .unwrap();
    let next = next.split('"').next().unwrap().replace("&#38;", "&");
    let (_, second) = page(&mut org, &next);
    assert!(
        second.contains("Lee50") && second.contains("Lee59") && !second.contains("rel=\"next\"")
    );
    let (_, by_email) = page(&mut org, "/lightning/o/contact/home?q=P59%40ACME");
    assert!(by_email.contains("Lee59") && !by_email.contains("Lee50"));
    let (_, nothing) = page(&mut org, "/lightning/o/Contact/list?q=nobody");
    assert!(nothing.contains("Nothing found."));
}

#[test]
fn unknown_pages_say_so_and_scripts_are_forbidden() {
    let mut org = Org::empty();
    for path in [
        "/lightning/r/Lead/00Q5e0000000009/view",
        "/lightning/o/Gizmo/list",
        "/nowhere",
        "/lightning/r/Group/00G5e0000000001/view",
    ] {
        assert_eq!(page(&mut org, path).0, 404, "{path}");
    }
    let response = org.send(http::Request::get("/").body(String::new()).unwrap());
    let policy = response.headers()["content-security-policy"]
        .to_str()
        .unwrap();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'self'"),
        "{policy}"
    );
    assert_eq!(page(&mut org, "/assets/sim.css").0, 200);
}

#[test]
fn what_hangs_on_a_record_is_listed() {
    let mut org = Org::empty();
    let id = org
        .world
        .create_as_rep(Object::Lead, &json!({"LastName": "L", "Company": "C"}))
        .unwrap();
    org.world
        .create_as_rep(Object::Task, &json!({"Subject": "Call back", "WhoId": id}))
        .unwrap();
    let (_, html) = page(&mut org, &format!("/lightning/r/Lead/{id}/view"));
    assert!(
        html.contains("Activities (1)") && html.contains(">Call back</a>"),
        "{html}"
    );
    let converted = org
        .world
        .convert_as_rep(id, &Conversion::default())
        .unwrap();
    let (_, html) = page(
        &mut org,
        &format!("/lightning/r/Account/{}/view", converted.account_id),
    );
    assert!(html.contains("Contacts (1)"), "{html}");
}
