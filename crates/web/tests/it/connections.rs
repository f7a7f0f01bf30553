use axum::http::StatusCode;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::world::World;

fn settings_form(rev: i64, text: &str) -> String {
    format!(
        "rev={rev}&text={}",
        utf8_percent_encode(text, NON_ALPHANUMERIC)
    )
}

#[tokio::test]
async fn i1_a_new_connection_leads_to_its_page() {
    let world = World::new();
    assert_eq!(world.get("/").await.headline(), "Nothing is connected yet.");
    let answer = world.post("/connections", "name=+acme-prod+").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header("location"), "/connections/acme-prod");
    let page = world.get("/connections/acme-prod").await;
    assert_eq!(page.headline(), "Connect Intercom and Salesforce to begin.");
    let index = world.get("/").await;
    assert!(index.text.contains("href=\"/connections/acme-prod\""));
}

#[tokio::test]
async fn a_name_that_does_not_fit_is_explained_beside_the_field() {
    let world = World::new();
    world.connection("acme").await;
    for (name, error) in [
        (
            "Acme+Ltd",
            "A connection&#39;s name has 1 to 64 characters of a-z, 0-9 and -.",
        ),
        (
            "",
            "A connection&#39;s name has 1 to 64 characters of a-z, 0-9 and -.",
        ),
        ("acme", "There is a connection of this name already."),
    ] {
        let answer = world.post("/connections", &format!("name={name}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(answer.text.contains(error), "{name}: {}", answer.text);
        assert!(answer.text.contains("aria-invalid=\"true\""), "{name}");
    }
    let answer = world.post("/connections", "other=field").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(world.engine.connections().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_page_of_no_connection_is_not_found() {
    let world = World::new();
    for path in [
        "/connections/none",
        "/connections/none/settings",
        "/connections/none/progress",
        "/connections/none/people",
        "/connections/none/ownership",
        "/connections/none/ownership/progress",
        "/connections/none/team",
        "/connections/none/team/005000000000001AAA",
    ] {
        let answer = world.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.headline(), "Not found");
    }
}

#[tokio::test]
async fn s4_settings_are_edited_as_the_text_that_is_exported() {
    let world = World::new();
    let connection = world.connection("acme").await;
    let page = world.get("/connections/acme/settings").await;
    assert!(page.text.contains("one_click = false"));
    let text = connection
        .settings
        .to_toml()
        .replace("one_click = false", "one_click = true");
    let form = settings_form(connection.settings_rev, &text.replace('\n', "\r\n"));
    let answer = world.post("/connections/acme/settings", &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(world.named("acme").await.settings.leads.one_click);
    let page = world.get(answer.header("location")).await;
    assert!(page.text.contains("Saved. It counts from now on."));
    let page = world.get("/connections/acme/settings").await;
    assert!(!page.text.contains("Saved."));
}

#[tokio::test]
async fn s4_what_is_wrong_with_the_text_is_said_and_the_text_is_kept() {
    let world = World::new();
    let connection = world.connection("acme").await;
    let form = settings_form(
        connection.settings_rev,
        "[leads]\nplaceholder = '<b>'\nnope = 1\n",
    );
    let answer = world.post("/connections/acme/settings", &form).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.text.contains(
            "<p class=\"error code\" id=\"text-error\" role=\"alert\">The settings cannot"
        )
    );
    assert!(
        answer.text.contains("placeholder = &#39;&#60;b&#62;&#39;"),
        "{}",
        answer.text
    );
    assert_eq!(world.named("acme").await, connection);
}

#[tokio::test]
async fn s4_settings_that_somebody_else_changed_are_not_overwritten() {
    let world = World::new();
    let connection = world.connection("acme").await;
    let rev = connection.settings_rev;
    let mine = connection
        .settings
        .to_toml()
        .replace("one_click = false", "one_click = true");
    world
        .engine
        .put_settings(connection.id, &connection.settings, rev)
        .await
        .unwrap();
    let answer = world
        .post("/connections/acme/settings", &settings_form(rev, &mine))
        .await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(
        answer
            .text
            .contains("Somebody else changed the settings meanwhile")
    );
    assert!(answer.text.contains("one_click = true"));
    assert!(!world.named("acme").await.settings.leads.one_click);
}

#[tokio::test]
async fn i3_a_sync_is_not_started_before_both_sides_are_connected() {
    let world = World::new();
    world.with_intercom("acme").await;
    let page = world.get("/connections/acme").await;
    assert_eq!(page.headline(), "Connect Salesforce to begin.");
    assert!(!page.text.contains("action=\"/connections/acme/sync\""));
    let answer = world.post("/connections/acme/sync", "").await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(
        answer.text.contains("Salesforce is not connected yet"),
        "{}",
        answer.text
    );
    let answer = world.post("/connections/acme/sync/stop", "").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn text_of_a_vendor_is_text_on_the_page() {
    let world = World::new();
    world.with_intercom("acme").await;
    let page = world.get("/connections/acme").await.text;
    assert!(page.contains("Example &#60;workspace&#62;"), "{page}");
    assert!(page.contains("Ada Admin"));
}

#[tokio::test]
async fn i3_a_message_that_was_not_mailed_waits_on_the_page_until_it_is_dismissed() {
    let world = World::new();
    let connection = world.with_intercom("acme").await;
    let news = r#"{"waiting":[{"at":1767322445000,"news":{"reconnect":{"side":"salesforce"}}}]}"#;
    let now = model::Timestamp::from_seconds(1_767_323_045);
    let store = world.engine.store();
    let put = store.put_cursor(connection.id, "mail", news, now);
    put.await.unwrap();
    let page = world.get("/connections/acme").await.text;
    assert!(
        page.contains("Salesforce has to be connected again"),
        "{page}"
    );
    assert!(page.contains("10 min ago"));
    assert!(page.contains("Not mailed: this installation has no [mail]"));
    assert!(page.contains("action=\"/connections/acme/notices/dismiss\""));
    let name = "reconnect-salesforce-1767322445000";
    assert!(page.contains(&format!("name=\"notice\" value=\"{name}\"")));
    for notice in ["sync-done-1", name, name] {
        let answer = world
            .post(
                "/connections/acme/notices/dismiss",
                &format!("notice={notice}"),
            )
            .await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert_eq!(answer.header("location"), "/connections/acme");
        let page = world.get("/connections/acme").await.text;
        assert_eq!(page.contains("notices/dismiss"), notice == "sync-done-1");
    }
    let answer = world.post("/connections/acme/notices/dismiss", "").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
}
