//! The pages about people and companies: found, made, read and changed as the API does it.

use http::StatusCode;
use serde_json::{Value, json};

use crate::town::Town;

/// A town where cards are of no interest.
fn town() -> Town {
    Town::with(intercom_sim::Options {
        canvas_initialize_url: None,
        ..crate::town::options()
    })
}

async fn attribute(town: &Town, name: &str, data_type: &str) {
    let mut made = json!({"name": name, "model": "contact", "data_type": data_type});
    if data_type == "options" {
        made["options"] = json!([{"value": "Hot"}, {"value": "Cold"}]);
    }
    let answer = town.post("/data_attributes", made).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

async fn custom(town: &Town, id: &str) -> Value {
    let contact = town.get(&format!("/contacts/{id}")).await.body;
    contact["custom_attributes"].clone()
}

#[tokio::test]
async fn each_type_of_attribute_has_its_input_and_is_written_as_its_type() {
    let town = Town::with(intercom_sim::Options {
        timezone: "Europe/Warsaw".to_owned(),
        canvas_initialize_url: None,
        ..crate::town::options()
    });
    for data_type in ["string", "integer", "float", "boolean", "date", "options"] {
        attribute(&town, &format!("Of {data_type}"), data_type).await;
    }
    let id = town.lead("a@x.example").await;
    let page = format!("/inbox/contacts/{id}");
    let (_, form) = town.page(&format!("{page}?edit"), "").await;
    assert!(
        form.contains("<input type=\"datetime-local\" name=\"custom:Of date\""),
        "{form}"
    );
    assert!(form.contains("<select name=\"custom:Of options\""));
    assert!(form.contains("<select name=\"custom:Of boolean\""));
    assert!(form.contains("In the time zone Europe/Warsaw"));
    let typed = [
        ("custom:Of string", "Words"),
        ("custom:Of integer", "12"),
        ("custom:Of float", "1.5"),
        ("custom:Of boolean", "true"),
        ("custom:Of date", "2026-06-15T14:00"),
        ("custom:Of options", "Hot"),
        ("back", &page),
    ];
    let (status, to, _) = town.form(&page, &typed).await;
    assert_eq!((status, to.as_str()), (303, page.as_str()));
    let written = json!({"Of string": "Words", "Of integer": 12, "Of float": 1.5,
        "Of boolean": true, "Of date": 1_781_524_800, "Of options": "Hot"});
    assert_eq!(custom(&town, &id).await, written);
    let (_, shown) = town.page(&page, "").await;
    for line in [
        "data-attribute=\"Of boolean\">Yes</dd>",
        "data-attribute=\"Of date\">Jun 15, 2026 at 2:00 PM</dd>",
    ] {
        assert!(shown.contains(line), "{line} is not in {shown}");
    }
    let (_, form) = town.page(&format!("{page}?edit"), "").await;
    assert!(form.contains("value=\"2026-06-15T14:00:00\""));
    let emptied = [
        ("custom:Of date", ""),
        ("custom:Of options", ""),
        ("custom:Of boolean", ""),
    ];
    town.form(&page, &emptied).await;
    let left = json!({"Of string": "Words", "Of integer": 12, "Of float": 1.5});
    assert_eq!(custom(&town, &id).await, left);
}

#[tokio::test]
async fn a_refusal_stands_beside_its_input_with_what_was_typed() {
    let town = town();
    attribute(&town, "Seats", "integer").await;
    let id = town.lead("a@x.example").await;
    let page = format!("/inbox/contacts/{id}");
    for (input, typed, words) in [
        ("custom:Seats", "many", "must be of type integer"),
        ("email", "nonsense", "Email is invalid"),
    ] {
        let (status, _, shown) = town
            .form(&page, &[(input, typed), ("name", "New name")])
            .await;
        assert_eq!(status, 400);
        let at = shown
            .find(&format!("name=\"{input}\" value=\"{typed}\""))
            .unwrap();
        let label = &shown[at..at + shown[at..].find("</label>").unwrap()];
        assert!(label.contains("aria-invalid=\"true\""), "{label}");
        assert!(label.contains(words), "{label}");
        assert!(
            shown.contains("name=\"name\" value=\"New name\""),
            "what else was typed is kept"
        );
    }
    let unchanged = town.get(&format!("/contacts/{id}")).await.body;
    assert_eq!(
        (&unchanged["name"], &unchanged["email"]),
        (&Value::Null, &json!("a@x.example"))
    );
}

#[tokio::test]
async fn a_conflict_is_told_above_the_form() {
    let town = town();
    let taken = town
        .get(&format!("/contacts/{}", town.sim.user_id(0)))
        .await
        .body;
    let email = taken["email"].as_str().unwrap();
    let page = format!("/inbox/contacts/{}", town.sim.user_id(1));
    let (status, _, shown) = town.form(&page, &[("email", email)]).await;
    assert_eq!(status, 400);
    let words = format!("already exists with id={}", town.sim.user_id(0));
    assert!(
        shown.contains("class=\"alert\"") && shown.contains(&words),
        "{shown}"
    );
}

#[tokio::test]
async fn only_what_was_changed_is_written() {
    let town = town();
    let id = town.lead("a@x.example").await;
    town.topics().await;
    let page = format!("/inbox/contacts/{id}");
    let same = [
        ("name", ""),
        ("email", "a@x.example"),
        ("role", "lead"),
        ("owner_id", ""),
    ];
    town.form(&page, &same).await;
    assert!(town.topics().await.is_empty());
    town.form(
        &page,
        &[("role", "user"), ("unsubscribed_from_emails", "true")],
    )
    .await;
    let contact = town.get(&format!("/contacts/{id}")).await.body;
    assert_eq!(contact["role"], "user");
    assert_eq!(contact["unsubscribed_from_emails"], true);
    let (_, shown) = town.page(&page, "").await;
    assert!(shown.contains("<span class=\"chip warn\">Unsubscribed</span>"));
    assert!(
        shown.contains("data-attribute=\"external_id\""),
        "a user has one, a lead has none"
    );
}

#[tokio::test]
async fn tags_notes_and_companies_come_and_go_as_by_the_api() {
    let town = town();
    let id = town.lead("a@x.example").await;
    let page = format!("/inbox/contacts/{id}");
    town.topics().await;

    let (status, to, _) = town
        .form(&format!("{page}/tags"), &[("name", "Navy")])
        .await;
    assert_eq!((status, to.as_str()), (303, page.as_str()));
    assert_eq!(town.topics().await, ["contact.lead.tag.created"]);
    let tags = town.get(&format!("/contacts/{id}/tags")).await.body;
    assert_eq!(tags["data"][0]["name"], "Navy");
    let tag = tags["data"][0]["id"].as_str().unwrap().to_owned();
    let (_, shown) = town.page(&page, "").await;
    assert!(shown.contains("aria-label=\"Remove the tag Navy\""));
    town.form(&format!("{page}/tags/{tag}/removal"), &[]).await;
    assert_eq!(town.topics().await, ["contact.lead.tag.deleted"]);

    town.form(&format!("{page}/notes"), &[("body", "<b>Called</b>")])
        .await;
    let notes = town.get(&format!("/contacts/{id}/notes")).await.body;
    assert_eq!(notes["data"][0]["body"], "<p>&lt;b&gt;Called&lt;/b&gt;</p>");
    let me = town.get("/me").await.body;
    assert_eq!(notes["data"][0]["author"]["id"], me["id"]);
    let (status, _, refused) = town.form(&format!("{page}/notes"), &[("body", " ")]).await;
    assert_eq!(status, 400);
    assert!(refused.contains("body must be given"), "{refused}");

    town.form(
        &format!("{page}/companies"),
        &[("name", "Lighthouse Keepers")],
    )
    .await;
    town.form(
        &format!("{page}/companies"),
        &[("name", "Lighthouse Keepers")],
    )
    .await;
    let companies = town.get(&format!("/contacts/{id}/companies")).await.body;
    assert_eq!(companies["data"].as_array().unwrap().len(), 1);
    assert_eq!(companies["data"][0]["company_id"], "Lighthouse Keepers");
    let company = companies["data"][0]["id"].as_str().unwrap().to_owned();
    town.form(&format!("{page}/companies/{company}/removal"), &[])
        .await;
    let companies = town.get(&format!("/contacts/{id}/companies")).await.body;
    assert_eq!(companies["data"], json!([]));
}

#[tokio::test]
async fn a_blocked_contact_says_so() {
    let town = town();
    let id = town.lead("a@x.example").await;
    let page = format!("/inbox/contacts/{id}");
    let (status, ..) = town.form(&format!("{page}/block"), &[]).await;
    assert_eq!(status, 303);
    let (_, shown) = town.page(&page, "").await;
    assert!(
        shown.contains("<span class=\"chip bad\">Blocked</span>"),
        "{shown}"
    );
    assert!(shown.contains("<span class=\"chip plain\">Archived</span>"));
    assert!(!shown.contains("block-contact"));
}

#[tokio::test]
async fn people_are_found_by_name_email_and_id_and_filtered() {
    let town = town();
    let id = town.lead("grace@navy.example").await;
    town.put(&format!("/contacts/{id}"), json!({"name": "Grace Hopper"}))
        .await;
    for sought in ["hopper", "GRACE@NAVY.example", "navy", &id] {
        let (status, page) = town.page(&format!("/inbox/contacts?q={sought}"), "").await;
        assert_eq!(status, 200);
        assert_eq!(
            page.matches("data-testid=\"person-link\"").count(),
            1,
            "{sought}"
        );
        assert!(
            page.contains(&format!("/inbox/contacts/{id}\"")),
            "{sought}"
        );
    }
    for (show, count) in [("all", 25), ("users", 12), ("leads", 13), ("archived", 0)] {
        let (_, page) = town.page(&format!("/inbox/contacts?show={show}"), "").await;
        assert_eq!(
            page.matches("data-testid=\"person-link\"").count(),
            count,
            "{show}"
        );
    }
    let (_, none) = town.page("/inbox/contacts?q=nobodyatall", "").await;
    assert!(none.contains("Nobody is here"));
}

#[tokio::test]
async fn pages_of_people_go_on_where_the_last_ended() {
    let town = Town::with(intercom_sim::Options {
        leads: 70,
        users: 50,
        ..crate::town::options()
    });
    let mut seen = std::collections::BTreeSet::new();
    let mut path = "/inbox/contacts".to_owned();
    let mut sizes = Vec::new();
    loop {
        let (_, page) = town.page(&path, "").await;
        let links: Vec<&str> = page
            .split("class=\"who-is\" href=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
            .collect();
        sizes.push(links.len());
        seen.extend(links.into_iter().map(str::to_owned));
        let Some(more) = page
            .split("href=\"/inbox/contacts?show=all&#38;before=")
            .nth(1)
        else {
            break;
        };
        let cursor = more.split('"').next().unwrap();
        path = format!("/inbox/contacts?show=all&before={cursor}");
    }
    assert_eq!(sizes, [50, 50, 20]);
    assert_eq!(seen.len(), 120);
}

#[tokio::test]
async fn a_lead_or_a_user_is_made_or_refused_with_what_was_typed() {
    let town = town();
    let typed = [
        ("role", "lead"),
        ("name", "Ada"),
        ("email", "Ada@X.example"),
    ];
    let (status, to, _) = town.form("/inbox/contacts", &typed).await;
    assert_eq!(status, 303);
    let id = to.strip_prefix("/inbox/contacts/").unwrap();
    let made = town.get(&format!("/contacts/{id}")).await.body;
    assert_eq!(
        (&made["role"], &made["email"]),
        (&json!("lead"), &json!("ada@x.example"))
    );
    let typed = [("role", "user"), ("email", "nonsense"), ("name", "Bea")];
    let (status, _, shown) = town.form("/inbox/contacts", &typed).await;
    assert_eq!(
        StatusCode::from_u16(status).unwrap(),
        StatusCode::BAD_REQUEST
    );
    assert!(shown.contains("Email is invalid"), "{shown}");
    assert!(shown.contains("name=\"name\" value=\"Bea\""));
}

#[tokio::test]
async fn a_company_shows_its_people_and_is_changed() {
    let town = town();
    let id = town.lead("a@x.example").await;
    let made = json!({"company_id": "c1", "name": "Acme", "size": 3});
    let company = town.post("/companies", made).await.body;
    let company = company["id"].as_str().unwrap();
    let attach = json!({ "id": company });
    town.post(&format!("/contacts/{id}/companies"), attach)
        .await;
    let page = format!("/inbox/companies/{company}");
    let (status, shown) = town.page(&page, "").await;
    assert_eq!(status, 200);
    assert!(shown.contains(&format!("/inbox/contacts/{id}")), "{shown}");
    assert!(shown.contains("data-attribute=\"size\">3</dd>"));
    let typed = [("name", "Acme Ltd"), ("size", "40"), ("industry", "Anvils")];
    let (status, to, _) = town.form(&page, &typed).await;
    assert_eq!((status, to.as_str()), (303, page.as_str()));
    let changed = town.get(&format!("/companies/{company}")).await.body;
    assert_eq!(changed["name"], "Acme Ltd");
    assert_eq!(changed["size"], 40);
    assert_eq!(changed["industry"], "Anvils");
    assert_eq!(changed["company_id"], "c1");
    let (status, _) = town
        .page("/inbox/companies/000000000000000000000000", "")
        .await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn what_is_not_offered_any_more_stays_until_somebody_changes_it() {
    let town = town();
    attribute(&town, "Mood", "options").await;
    let id = town.lead("a@x.example").await;
    let page = format!("/inbox/contacts/{id}");
    let hot = json!({"custom_attributes": {"Mood": "Hot"}});
    town.put(&format!("/contacts/{id}"), hot).await;
    let attributes = town.get("/data_attributes?model=contact").await.body;
    let mood = attributes["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["name"] == "Mood")
        .unwrap();
    let options = json!({"options": [{"value": "Cold"}, {"value": "Warm"}]});
    let changed = town
        .put(&format!("/data_attributes/{}", mood["id"]), options)
        .await;
    assert_eq!(changed.status, 200, "{changed:?}");
    let (_, form) = town.page(&format!("{page}?edit"), "").await;
    assert!(
        form.contains("<option value=\"Hot\" selected>Hot (not there any more)</option>"),
        "{form}"
    );
    let saved = [
        ("name", "Ada"),
        ("custom:Mood", "Hot"),
        ("back", page.as_str()),
    ];
    assert_eq!(town.form(&page, &saved).await.0, 303);
    assert_eq!(custom(&town, &id).await["Mood"], "Hot");
    let saved = [("custom:Mood", "Warm"), ("back", page.as_str())];
    assert_eq!(town.form(&page, &saved).await.0, 303);
    assert_eq!(custom(&town, &id).await["Mood"], "Warm");
}
