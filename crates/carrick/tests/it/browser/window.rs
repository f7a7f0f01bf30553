//! A browser window as these tests use it: by what is on the page.

use std::path::Path;

use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, Locator};
use http::Method;
use serde_json::{Value, json};
use url::{ParseError, Url};

use super::eventually::eventually;

/// Light or dark, as the visitor's system says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    Light,
    Dark,
}

/// See the module's documentation. Elements are named by CSS selectors.
pub(super) struct Window {
    client: Client,
}

impl Window {
    pub(super) fn new(client: Client) -> Self {
        Self { client }
    }

    pub(super) async fn go(&self, url: &Url) {
        self.client.goto(url.as_str()).await.unwrap();
    }

    pub(super) async fn reload(&self) {
        self.client.refresh().await.unwrap();
    }

    /// The element, if it is on the page now.
    async fn find(&self, css: &str) -> Option<Element> {
        self.client.find(Locator::Css(css)).await.ok()
    }

    /// What is visible of the element now; `None` if there is no such element.
    pub(super) async fn text_now(&self, css: &str) -> Option<String> {
        self.find(css).await?.text().await.ok()
    }

    /// What is visible of the element, as soon as it is there.
    pub(super) async fn text(&self, css: &str) -> String {
        eventually(css, async || self.text_now(css).await).await
    }

    /// The texts of all such elements now.
    pub(super) async fn texts(&self, css: &str) -> Vec<String> {
        let mut texts = Vec::new();
        for element in self.client.find_all(Locator::Css(css)).await.unwrap() {
            texts.push(element.text().await.unwrap());
        }
        texts
    }

    /// Waits until the element says `words` somewhere.
    pub(super) async fn says(&self, css: &str, words: &str) {
        let what = format!("{css} says {words:?}");
        let said = async || self.text_now(css).await.filter(|text| text.contains(words));
        eventually(&what, said).await;
    }

    /// What a field holds, as soon as it is there.
    pub(super) async fn value(&self, css: &str) -> String {
        let what = format!("{css} has a value");
        eventually(&what, async || {
            self.find(css).await?.prop("value").await.ok().flatten()
        })
        .await
    }

    /// Clicks the element as soon as it is there. The page may replace it at any moment.
    pub(super) async fn click(&self, css: &str) {
        let what = format!("{css} can be clicked");
        eventually(&what, async || self.find(css).await?.click().await.ok()).await;
    }

    /// Replaces what a text field holds.
    pub(super) async fn fill(&self, css: &str, text: &str) {
        let what = format!("{css} can be filled");
        let filled = async || {
            let field = self.find(css).await?;
            field.clear().await.ok()?;
            field.send_keys(text).await.ok()
        };
        eventually(&what, filled).await;
    }

    /// Chooses a file to be sent.
    pub(super) async fn attach(&self, css: &str, file: &Path) {
        let what = format!("{css} takes a file");
        let path = file.to_str().unwrap();
        let chosen = async || self.find(css).await?.send_keys(path).await.ok();
        eventually(&what, chosen).await;
    }

    /// Chooses an option of a select by its value.
    pub(super) async fn choose(&self, css: &str, value: &str) {
        let what = format!("{css} offers {value}");
        let chosen = async || self.find(css).await?.select_by_value(value).await.ok();
        eventually(&what, chosen).await;
    }

    /// Clicks a link that opens a tab, and goes there.
    pub(super) async fn follow_into_new_tab(&self, css: &str) {
        let before = self.client.windows().await.unwrap();
        self.click(css).await;
        let opened = eventually("a new tab", async || {
            let now = self.client.windows().await.unwrap();
            now.into_iter().find(|tab| !before.contains(tab))
        });
        self.client.switch_to_window(opened.await).await.unwrap();
    }

    /// Closes the tab and returns to the first one.
    pub(super) async fn close_tab(&self) {
        self.client.close_window().await.unwrap();
        let first = self.client.windows().await.unwrap().swap_remove(0);
        self.client.switch_to_window(first).await.unwrap();
    }

    /// The errors that pages wrote to the console since this was asked last.
    pub(super) async fn console_errors(&self) -> Vec<String> {
        let log = self.client.issue_cmd(Command::Log).await.unwrap();
        let entries = log.as_array().expect("a log is a list").iter();
        let errors = entries.filter(|entry| entry["level"] == "SEVERE");
        errors.map(|entry| entry["message"].to_string()).collect()
    }

    /// Gives the page this much room, and the visitor this taste.
    pub(super) async fn look(&self, scheme: Scheme, width: u32, height: u32) {
        let scheme = match scheme {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        };
        let feature = json!({ "name": "prefers-color-scheme", "value": scheme });
        self.devtools(
            "Emulation.setEmulatedMedia",
            json!({ "features": [feature] }),
        )
        .await;
        let room = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", room)
            .await;
    }

    async fn devtools(&self, name: &'static str, parameters: Value) {
        self.client
            .issue_cmd(Command::DevTools { name, parameters })
            .await
            .unwrap();
    }

    /// What the body of a function returns on the page.
    pub(super) async fn execute(&self, body: &str) -> Value {
        self.client.execute(body, vec![]).await.unwrap()
    }

    /// What the body of a function gives to the last of its arguments, which is added to these.
    pub(super) async fn execute_async(&self, body: &str, arguments: Vec<Value>) -> Value {
        self.client.execute_async(body, arguments).await.unwrap()
    }

    /// A number that a script finds out about the page.
    pub(super) async fn measure(&self, expression: &str) -> u32 {
        let found = self.execute(&format!("return {expression};")).await;
        let number = found.as_f64().expect("the expression is a number").ceil();
        number
            .to_string()
            .parse()
            .expect("sizes are small and not negative")
    }

    /// Writes what is visible as a PNG.
    pub(super) async fn photograph(&self, file: &Path) {
        let png = self.client.screenshot().await.unwrap();
        std::fs::write(file, png).unwrap();
    }

    /// Prints where the browser is, for somebody who looks for the cause of a failure.
    pub(super) async fn tell(&self) {
        if let Ok(url) = self.client.current_url().await {
            println!("the browser was at {url}");
        }
        if let Some(text) = self.text_now("body").await {
            println!("and showed:\n{text}");
        }
    }

    pub(super) async fn close(self) {
        self.client.close().await.unwrap();
    }
}

/// What ChromeDriver can do beyond the standard.
#[derive(Debug)]
enum Command {
    /// Take what pages wrote to the console.
    Log,
    /// Send a command of the DevTools protocol.
    DevTools {
        name: &'static str,
        parameters: Value,
    },
}

impl WebDriverCompatibleCommand for Command {
    fn endpoint(&self, base_url: &Url, session_id: Option<&str>) -> Result<Url, ParseError> {
        let session = session_id.unwrap_or_default();
        let path = match self {
            Self::Log => "se/log",
            Self::DevTools { .. } => "goog/cdp/execute",
        };
        base_url.join(&format!("session/{session}/{path}"))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        let body = match self {
            Self::Log => json!({ "type": "browser" }),
            Self::DevTools { name, parameters } => json!({ "cmd": name, "params": parameters }),
        };
        (Method::POST, Some(body.to_string()))
    }
}
