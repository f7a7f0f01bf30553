//! Every page of a quiet demo: nothing goes wrong in the console, and what [`Album`] checks holds.

use http::Method;
use serde_json::{Value, json};
use url::Url;

use super::album::Album;
use super::chromium::visit;
use super::demo::Demo;
use super::window::Window;

const OAUTH_WITHOUT_APP: &str = "/services/oauth2/authorize?client_id=nobody";

#[tokio::test]
async fn every_page_fits_and_is_accessible_in_light_and_dark_narrow_and_wide() {
    visit(async |window| {
        let demo = Demo::start();
        let album = Album::new(window);
        inbox(&album, &demo).await;
        let record = org(&album, &demo).await;
        settings(&album, &demo).await;
        people(&album, &demo).await;
        team(&album, &demo).await;
        ownership(&album, &demo).await;
        syncing(&album, &demo).await;
        failing(&album, &demo, &record).await;
        assert_eq!(window.console_errors().await, Vec::<String>::new());
        refused(&album, &demo).await;
        album.assert_accessible();
        assert_eq!(demo.end(), Some(0));
    })
    .await;
}

/// The list, and the cards of the seeded conversations: whom each is with is fixed for all seeds.
async fn inbox(album: &Album<'_>, demo: &Demo) {
    let window = album.window;
    let mut all = demo.inbox.clone();
    all.set_query(Some("show=all"));
    window.go(&all).await;
    album.add("inbox").await;
    for (place, name, words) in [
        (2, "card-lead", "Open in Salesforce"),
        (3, "card-contact", "Account"),
        (4, "card-many", "Multiple matches"),
        (1, "card-unmatched", "Not in Salesforce"),
    ] {
        window.go(&all).await;
        window
            .click(&format!(
                r#"li:nth-child({place}) > [data-testid="conversation"]"#
            ))
            .await;
        window.says(r#"[data-testid="card"]"#, words).await;
        album.add(name).await;
    }
    window.click(r#"[data-component-id="create_lead"]"#).await;
    window.text(r#"[data-component-id="submit_lead"]"#).await;
    album.add("card-form").await;
    window
        .click(r#"[data-testid="person"] [data-attribute="name"] a"#)
        .await;
    window.text(r#"[data-testid="profile"]"#).await;
    album.add("profile").await;
}

/// Returns the id of the lead that is looked at.
async fn org(album: &Album<'_>, demo: &Demo) -> String {
    let window = album.window;
    window.go(&demo.org).await;
    album.add("org-home").await;
    window.click(r#"a[href="/lightning/o/Lead/list"]"#).await;
    window.text(r#"[data-testid="records"]"#).await;
    album.add("org-list").await;

    let leads = demo
        .asked(Method::GET, demo.org.join("/_sim/records").unwrap(), None)
        .await;
    let leads = leads["Lead"].as_array().expect("the dump lists leads");
    let first = leads
        .iter()
        .find(|lead| lead["IsConverted"] == false)
        .expect("one is open");
    let id = first["Id"].as_str().expect("a record has an id").to_owned();
    window
        .go(&demo
            .org
            .join(&format!("/lightning/r/Lead/{id}/view"))
            .unwrap())
        .await;
    window.text(r#"[data-testid="record-title"]"#).await;
    album.add("org-record").await;
    window.click(r#"[data-testid="edit"]"#).await;
    window.text(r#"[data-testid="save"]"#).await;
    album.add("org-edit").await;
    let convert = format!("/lightning/r/Lead/{id}/convert");
    window.go(&demo.org.join(&convert).unwrap()).await;
    window.text(r#"[data-testid="convert-save"]"#).await;
    album.add("org-convert").await;
    let merge = format!("/lightning/r/Lead/{id}/merge?q=an");
    window.go(&demo.org.join(&merge).unwrap()).await;
    window.text(r#"[data-testid="merge-save"]"#).await;
    album.add("org-merge").await;
    window.go(&demo.org.join("/lightning/bin").unwrap()).await;
    window.says("h1", "Recycle Bin").await;
    album.add("org-bin").await;
    id
}

fn demo_connection(demo: &Demo) -> Url {
    demo.settings.join("/connections/demo").unwrap()
}

async fn settings(album: &Album<'_>, demo: &Demo) {
    let window = album.window;
    window.go(&demo_connection(demo)).await;
    window.says("h1", "Up to date").await;
    album.add("settings-done").await;
    window
        .go(&demo.settings.join("/connections/demo/settings").unwrap())
        .await;
    album.add("settings-text").await;
    window.go(&demo.settings).await;
    window.fill("#name", "acme").await;
    window.click(r#"form[action="/connections"] button"#).await;
    window.says("h1", "to begin").await;
    album.add("settings-empty").await;
    window.go(&demo.settings).await;
    album.add("settings-list").await;
    for (side, name) in [
        ("intercom", "inbox-consent"),
        ("salesforce", "org-authorize"),
    ] {
        window.go(&demo_connection(demo)).await;
        window
            .click(&format!(r#"a[href*="/connect/{side}"]"#))
            .await;
        window.text(r#"[data-testid="allow"]"#).await;
        album.add(name).await;
    }
}

/// A page of the connection between the simulated clouds, or of `acme`, which nobody connected.
async fn page_of(album: &Album<'_>, demo: &Demo, path: &str, name: &str) {
    let url = demo.settings.join(&format!("/connections/{path}")).unwrap();
    album.window.go(&url).await;
    album.window.text("main h1").await;
    album.add(name).await;
}

async fn people(album: &Album<'_>, demo: &Demo) {
    let window = album.window;
    page_of(album, demo, "demo/people", "people").await;
    album.narrow().await;
    window.click(".menu > summary").await;
    album.add("people-menu").await;
    page_of(album, demo, "demo/people?show=crowded", "people-none").await;
    page_of(album, demo, "acme/people", "people-empty").await;
    apply(window, demo, "[matching]\ncrowded_records = 1\n").await;
    window.says("main", "Crowded address").await;
    let crowded = demo_connection(demo).join("demo/people?show=crowded");
    window.go(&crowded.unwrap()).await;
    window.click("article details > summary").await;
    album.add("people-crowded").await;
    apply(window, demo, "").await;
    window.says("main", "Several Leads").await;
}

/// Applies these settings, and goes to the page of the connection.
async fn apply(window: &Window, demo: &Demo, text: &str) {
    window
        .go(&demo.settings.join("/connections/demo/settings").unwrap())
        .await;
    window.fill("#text", text).await;
    window.click("main form .primary").await;
    window.says("main", "Saved.").await;
    window.go(&demo_connection(demo)).await;
}

async fn team(album: &Album<'_>, demo: &Demo) {
    page_of(album, demo, "acme/team", "team-empty").await;
    page_of(album, demo, "demo/team?q=nobody", "team-none").await;
    page_of(album, demo, "demo/team", "team").await;
    let window = album.window;
    window.click("td a.button").await;
    window.choose("#to", "nobody").await;
    window.click(r#"form[method="get"] .button"#).await;
    window.says("main", "This would change").await;
    album.add("team-review").await;
}

/// Owners are counted, and then switched on.
async fn ownership(album: &Album<'_>, demo: &Demo) {
    page_of(album, demo, "acme/ownership", "ownership-empty").await;
    page_of(album, demo, "demo/ownership", "ownership").await;
    let window = album.window;
    window.click("#maintain").await;
    window.click(r#"form[action$="/preview"] .button"#).await;
    window.says("main", "would change.").await;
    album.add("ownership-counted").await;
    window.click(r#"form[action$="/ownership"] .button"#).await;
    window.says("h1", "Owners follow Salesforce").await;
    album.add("ownership-saved").await;
}

/// Intercom is slow, so that a sync can be watched.
async fn syncing(album: &Album<'_>, demo: &Demo) {
    let window = album.window;
    let slow = json!({ "path": "/contacts/search", "times": 100, "latency_ms": 4000 });
    intercom_has(demo, Method::POST, Some(slow)).await;
    window.go(&demo_connection(demo)).await;
    window.click(r#"form[action$="/sync"] button"#).await;
    window.text("progress").await;
    album.add("settings-running").await;
    intercom_has(demo, Method::DELETE, None).await;
    window.says("h1", "Up to date").await;
}

/// Intercom refuses to write, so that there is something to put right.
async fn failing(album: &Album<'_>, demo: &Demo, lead: &str) {
    let window = album.window;
    let refuses = json!({
        "method": "PUT", "path": "/contacts/", "times": 100, "status": 400,
        "body": { "type": "error.list", "request_id": null, "errors": [
            { "code": "parameter_invalid", "message": "Custom attribute 'SALESFORCE_TITLE' is archived" },
        ]},
    });
    intercom_has(demo, Method::POST, Some(refuses)).await;
    let record = demo.org.join(&format!("/_sim/records/{lead}")).unwrap();
    demo.asked(
        Method::PATCH,
        record,
        Some(json!({ "Title": "Keeper of the Bell" })),
    )
    .await;
    window.go(&demo_connection(demo)).await;
    window.text("article.failure").await;
    album.add("settings-failures").await;
}

/// What is not there or cannot be taken. The browser writes each of these answers to its console.
async fn refused(album: &Album<'_>, demo: &Demo) {
    let window = album.window;
    for (server, path, name) in [
        (&demo.inbox, "/inbox/contacts/nobody", "inbox-refused"),
        (&demo.org, "/lightning/r/Lead/nobody/view", "org-refused"),
        (&demo.org, OAUTH_WITHOUT_APP, "org-authorize-refused"),
        (&demo.settings, "/connections/nobody", "settings-refused"),
    ] {
        window.go(&server.join(path).unwrap()).await;
        window.text("main h1").await;
        album.add(name).await;
    }
    let text = demo.settings.join("/connections/demo/settings").unwrap();
    window.go(&text).await;
    window.fill("#text", "this is no TOML").await;
    window.click("main form .primary").await;
    window.text("#text-error").await;
    album.add("settings-text-refused").await;
}

async fn intercom_has(demo: &Demo, method: Method, fault: Option<Value>) {
    demo.asked(method, demo.inbox.join("/_sim/faults").unwrap(), fault)
        .await;
}
