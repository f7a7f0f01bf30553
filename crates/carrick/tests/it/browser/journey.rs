//! What a newcomer does first.

use http::Method;
use serde_json::Value;

use super::chromium::visit;
use super::demo::Demo;
use super::eventually::eventually;
use super::window::Window;

const CARD: &str = r#"[data-testid="card"]"#;
const RECORD_TITLE: &str = r#"[data-testid="record-title"]"#;
const OPEN_IN_SALESFORCE: &str = r#"[data-component-id^="open."]"#;

/// Somebody writes whom Salesforce does not know; the teammate creates the lead on the card, opens
/// it, edits it there, and sees the edit arrive on the contact.
#[tokio::test]
async fn l1_an_unmatched_contact_becomes_a_lead_and_its_edits_come_back() {
    visit(async |window| {
        let demo = Demo::start();
        let (name, email) = create_lead(window, &demo).await;
        edit_in_salesforce(window, &name).await;
        arrives_on_the_contact(window, "SALESFORCE_TITLE", "Head of Lighthouses").await;
        arrives_on_the_contact(window, "SALESFORCE_STATUS", "Working - Contacted").await;
        arrives_on_the_contact(window, "SALESFORCE_OBJECT_TYPE", "Lead").await;

        assert_eq!(leads_found(window, &demo, &email).await, [name]);
        settings_say_up_to_date(window, &demo).await;
        assert_eq!(canvas_errors(&demo).await, Value::Array(vec![]));
        assert_eq!(window.console_errors().await, Vec::<String>::new());
        assert_eq!(demo.end(), Some(0));
    })
    .await;
}

/// Returns the contact's name and email.
async fn create_lead(window: &Window, demo: &Demo) -> (String, String) {
    window.go(&demo.inbox).await;
    window.click(r#"[data-testid="conversation"]"#).await;
    window.says(CARD, "Not in Salesforce").await;
    let name = window
        .text(r#"[data-testid="person"] [data-attribute="name"]"#)
        .await;
    let email = window
        .text(r#"[data-testid="person"] [data-attribute="email"]"#)
        .await;

    window.click(r#"[data-component-id="create_lead"]"#).await;
    assert_eq!(
        window.value(r#"[data-component-id="lead.name"]"#).await,
        name
    );
    assert_eq!(
        window.value(r#"[data-component-id="lead.email"]"#).await,
        email
    );
    window
        .fill(
            r#"[data-component-id="lead.company"]"#,
            "Lighthouse Keepers",
        )
        .await;
    window.click(r#"[data-component-id="submit_lead"]"#).await;
    window.says(CARD, "Lead created").await;
    window.says(CARD, &name).await;
    window.says(CARD, "Lighthouse Keepers").await;
    (name, email)
}

async fn edit_in_salesforce(window: &Window, name: &str) {
    window.follow_into_new_tab(OPEN_IN_SALESFORCE).await;
    assert_eq!(window.text(RECORD_TITLE).await, name);
    window.click(r#"[data-testid="edit"]"#).await;
    window
        .fill(r#"[name="Title"]"#, "Head of Lighthouses")
        .await;
    window
        .choose(r#"[name="Status"]"#, "Working - Contacted")
        .await;
    window.click(r#"[data-testid="save"]"#).await;
    window
        .says(r#"[data-field="Title"]"#, "Head of Lighthouses")
        .await;
    window.close_tab().await;
}

/// The inbox shows what the contact had when the page was loaded.
async fn arrives_on_the_contact(window: &Window, attribute: &str, value: &str) {
    let css = format!(r#"[data-attribute="{attribute}"]"#);
    eventually(&format!("{attribute} is {value}"), async || {
        window.reload().await;
        window.text_now(&css).await.filter(|text| text == value)
    })
    .await;
}

/// The names of the org's leads with this email.
async fn leads_found(window: &Window, demo: &Demo, email: &str) -> Vec<String> {
    let mut list = demo.org.join("/lightning/o/Lead/list").unwrap();
    list.query_pairs_mut().append_pair("q", email);
    window.go(&list).await;
    window.texts(r#"[data-testid="records"] tbody th"#).await
}

async fn settings_say_up_to_date(window: &Window, demo: &Demo) {
    window.go(&demo.settings).await;
    window.click(r#"a[href="/connections/demo"]"#).await;
    window.says("h1", "Up to date").await;
}

/// What the simulated Intercom would not show of the cards it was sent.
async fn canvas_errors(demo: &Demo) -> Value {
    let url = demo.inbox.join("/_sim/canvas-errors").unwrap();
    demo.asked(Method::GET, url, None).await
}
