//! A day: a visitor writes, the team answers, and the lead reaches Salesforce.

use http::Method;
use serde_json::Value;
use url::Url;

use super::album::Album;
use super::chromium::visit;
use super::demo::Demo;
use super::eventually::eventually;
use super::window::{Scheme, Window};

const CARD: &str = r#"[data-testid="card"]"#;
const STATE: &str = r#"[data-testid="state"]"#;
const TALK: &str = r#"[data-testid="talk"]"#;
const THREAD: &str = r#"[data-testid="thread"]"#;
const FILES: &str = r#"[data-testid="files"]"#;
const WORDS: &str = r#"textarea[name="body"]"#;

const NAME: &str = "Vera Lindqvist";
const EMAIL: &str = "vera.lindqvist@saltworks.example";

#[tokio::test]
async fn a_visitor_is_answered_becomes_a_lead_and_comes_back() {
    visit(async |window| {
        let demo = Demo::start();
        let album = Album::new(window);
        let conversation = arrive(&album, &demo).await;
        let inbox = demo.inbox.join(&inbox_of(&conversation)).unwrap();

        window.go(&inbox).await;
        window.says(THREAD, "Do you deliver to Gotland?").await;
        work(window).await;
        album.add("day-inbox").await;
        create_lead(&album).await;
        window.click(r#"[data-testid="close"]"#).await;
        window.says(STATE, "closed").await;

        come_back(&album, &conversation).await;
        window.go(&inbox).await;
        window.says(STATE, "open").await;
        window.says(THREAD, "And in winter?").await;
        window.says(THREAD, "prices.txt").await;
        album.add("day-files").await;
        follow(window, &conversation).await;
        keys(window).await;
        profile(&album).await;

        assert_eq!(leads_found(window, &demo).await, [NAME]);
        assert_eq!(canvas_errors(&demo).await, Value::Array(vec![]));
        assert_eq!(window.console_errors().await, Vec::<String>::new());
        album.assert_accessible();
        assert_eq!(demo.end(), Some(0));
    })
    .await;
}

/// Somebody new writes; returns the address of their conversation.
async fn arrive(album: &Album<'_>, demo: &Demo) -> Url {
    let window = album.window;
    window.go(&demo.inbox.join("/messenger").unwrap()).await;
    album.add("day-messenger-choice").await;
    window.fill(WORDS, "Do you deliver to Gotland?").await;
    window.fill(r#"[name="email"]"#, EMAIL).await;
    window.click(r#"[data-testid="send"]"#).await;
    window.says(TALK, "Do you deliver to Gotland?").await;
    let address = window.execute("return location.href;").await;
    address.as_str().unwrap().parse().unwrap()
}

/// Where the team has the conversation of a visitor.
fn inbox_of(conversation: &Url) -> String {
    let id = conversation.path_segments().unwrap().next_back().unwrap();
    format!("/inbox/conversations/{id}")
}

/// A teammate answers, leaves a note, and takes the conversation.
async fn work(window: &Window) {
    let folder = tempfile::tempdir().unwrap();
    let prices = folder.path().join("prices.txt");
    std::fs::write(&prices, "Up to 20 kg: 12 euros\n").unwrap();
    window.fill(WORDS, "We do, every Tuesday.").await;
    window.attach(FILES, &prices).await;
    window.click(r#"[data-testid="reply"]"#).await;
    window
        .says(
            r#"[data-testid="thread"] [data-side="us"]"#,
            "every Tuesday",
        )
        .await;
    window.fill(WORDS, "Ferry is cheaper before May.").await;
    window.click(r#"[data-testid="note"]"#).await;
    window
        .says(r#"[data-testid="thread"] [data-side="note"]"#, "before May")
        .await;
    let me = window.value(r#"[data-testid="teammate"]"#).await;
    let assignee = r#"[data-testid="assignee"]"#;
    window.choose(assignee, &me).await;
    window.says(THREAD, "took the conversation").await;
    assert_eq!(window.value(assignee).await, me);
}

async fn create_lead(album: &Album<'_>) {
    let window = album.window;
    window.says(CARD, "Not in Salesforce").await;
    window.click(r#"[data-component-id="create_lead"]"#).await;
    for (field, text) in [("lead.name", NAME), ("lead.company", "Saltworks")] {
        window
            .fill(&format!(r#"[data-component-id="{field}"]"#), text)
            .await;
    }
    window.click(r#"[data-component-id="submit_lead"]"#).await;
    window.says(CARD, "Lead created").await;
    window.says(CARD, NAME).await;
    album.add("day-card").await;
}

/// The visitor reads the answer, not the note, and writes again.
async fn come_back(album: &Album<'_>, conversation: &Url) {
    let window = album.window;
    window.go(conversation).await;
    window.says(TALK, "We do, every Tuesday.").await;
    window.says(TALK, "closed this conversation").await;
    window.click(r#"[data-testid="rate-5"]"#).await;
    window.says(r#"[aria-pressed="true"]"#, "😍").await;
    album.add("day-rating").await;
    assert!(!window.text(TALK).await.contains("before May"));
    window.says(TALK, "prices.txt").await;
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("screen.png");
    window.photograph(&picture).await;
    window.fill(WORDS, "And in winter?").await;
    window.attach(FILES, &picture).await;
    window.click(r#"[data-testid="send"]"#).await;
    window.says(TALK, "And in winter?").await;
    let is_there =
        "return [...document.querySelectorAll('.words img')].map(it => it.naturalWidth);";
    eventually("the picture is seen", async || {
        let widths = window.execute(is_there).await;
        (widths[0].as_u64()? > 0).then_some(())
    })
    .await;
    album.add("day-messenger").await;
}

/// What the visitor writes meanwhile appears in place: what was there stays the same element, and
/// what is being typed is not touched.
async fn follow(window: &Window, conversation: &Url) {
    window.look(Scheme::Light, 1280, 500).await;
    window.fill(WORDS, "Half a sen").await;
    window
        .execute("document.querySelector('.moments').scrollTop = 0;")
        .await;
    let script = "document.querySelector('.said img').mark = 'same';
        const [to] = arguments;
        const body = new URLSearchParams({ body: 'By boat?' });
        fetch(to, { method: 'POST', body }).then(() => arguments[arguments.length - 1](null));";
    let to = Value::from(conversation.path());
    window.execute_async(script, vec![to]).await;
    window.says(THREAD, "By boat?").await;
    let marked = "return document.querySelector('.said img').mark;";
    assert_eq!(window.execute(marked).await, "same");
    assert_eq!(window.value(WORDS).await, "Half a sen");
    let scrolled = "return document.querySelector('.moments').scrollTop;";
    assert_eq!(window.execute(scrolled).await, 0, "somebody reads there");
    send_held(window).await;
}

/// A key that is held sends what was typed once.
async fn send_held(window: &Window) {
    window.fill(WORDS, "By boat.").await;
    let held = "const words = document.querySelector('.composer textarea');
        for (const repeat of [false, true, true]) {
            words.dispatchEvent(new KeyboardEvent('keydown', {
                key: 'Enter', ctrlKey: true, repeat, bubbles: true, cancelable: true,
            }));
        }";
    window.execute(held).await;
    window.says(THREAD, "By boat.").await;
    window.reload().await;
    let said = window.text(THREAD).await;
    assert_eq!(said.matches("By boat.").count(), 1, "{said}");
}

/// Letters move between conversations and to the composer, and do nothing while somebody types.
async fn keys(window: &Window) {
    let press = async |css: &str, key: &str| {
        let script = format!(
            "document.querySelector('{css}').dispatchEvent(\
             new KeyboardEvent('keydown', {{ key: '{key}', bubbles: true, cancelable: true }}));"
        );
        window.execute(&script).await;
    };
    let focused = async || window.execute("return document.activeElement.id;").await;
    press("body", "r").await;
    assert_eq!(focused().await, "body");
    press("textarea", "/").await;
    assert_eq!(focused().await, "body");
    press("body", "/").await;
    assert_eq!(focused().await, "q");
    press("body", "?").await;
    window.says("#keys", "Next and previous conversation").await;
    window.click("#keys button").await;
    let before = window.execute("return location.pathname;").await;
    press("body", "j").await;
    eventually("the next conversation", async || {
        let now = window.execute("return location.pathname;").await;
        (now != before).then_some(())
    })
    .await;
    press("body", "k").await;
    eventually("the conversation before", async || {
        let now = window.execute("return location.pathname;").await;
        (now == before).then_some(())
    })
    .await;
}

/// The name that was given on the card is the contact's, and so are Carrick's attributes.
async fn profile(album: &Album<'_>) {
    let window = album.window;
    window
        .click(r#"[data-testid="person"] [data-attribute="name"] a"#)
        .await;
    eventually("the object type is on the profile", async || {
        window.reload().await;
        window
            .text_now(r#"[data-attribute="SALESFORCE_OBJECT_TYPE"]"#)
            .await
            .filter(|text| text.contains("Lead"))
    })
    .await;
    album.add("day-profile").await;
}

/// The names of the org's leads with this email.
async fn leads_found(window: &Window, demo: &Demo) -> Vec<String> {
    let mut list = demo.org.join("/lightning/o/Lead/list").unwrap();
    list.query_pairs_mut().append_pair("q", EMAIL);
    window.go(&list).await;
    window.texts(r#"[data-testid="records"] tbody th"#).await
}

/// What the simulated Intercom would not show of the cards it was sent.
async fn canvas_errors(demo: &Demo) -> Value {
    let url = demo.inbox.join("/_sim/canvas-errors").unwrap();
    demo.asked(Method::GET, url, None).await
}
