//! The subscription as its owner sees it in the Developer Hub, and what no owner can do: webhooks
//! without a change, trouble on their way, the log of deliveries.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};
use serde_json::{Value, json};

use super::Sim;
use crate::webhook::{self, DeliveryFilter, DeliveryRecord, Subscription, WebhookControls};
use crate::world::World;

impl Sim {
    /// Sends a webhook about `item`, whatever happened and whatever is subscribed.
    pub fn send_webhook(&self, topic: &str, item: Value) {
        self.change(|world, now, _| world.send_webhook(topic, item, now));
    }

    /// Sends the notification with which Intercom tests a subscription.
    pub fn ping(&self) {
        self.send_webhook("ping", json!({ "type": "ping", "message": "hello" }));
    }

    /// How deliveries are disturbed at present.
    pub fn webhook_controls(&self) -> WebhookControls {
        self.look(World::webhook_controls)
    }

    /// Disturbs deliveries from now on. Also sets the subscription live, as
    /// [`Sim::set_webhooks_live`] does.
    pub fn set_webhook_controls(&self, controls: WebhookControls) {
        self.change(|world, _, _| world.set_webhook_controls(controls));
    }

    /// How the subscription stands.
    pub fn subscription(&self) -> Subscription {
        self.look(|world| {
            let options = &world.options;
            let url = options.webhook_url.as_deref();
            world.webhooks.subscription(url, &options.webhook_topics)
        })
    }

    /// Saves where webhooks go. The receiver is asked with `HEAD` first and has to answer with
    /// success; `Err` says what it did instead, and then nothing is saved. What waits goes to the
    /// new address.
    pub async fn set_webhook_url(&self, url: &str) -> Result<(), String> {
        let mut headers = HeaderMap::new();
        let agent = HeaderValue::from_static(webhook::USER_AGENT);
        headers.insert(header::USER_AGENT, agent);
        let asked = self.send(Method::HEAD, url, &headers, Bytes::new());
        let answer = tokio::time::timeout(webhook::ANSWER_WITHIN, asked).await;
        let (status, _) = answer
            .map_err(|_| "the address did not answer HEAD within 5 s".to_owned())?
            .map_err(|reason| format!("the address did not answer HEAD: {reason}"))?;
        if !status.is_success() {
            return Err(format!(
                "the address answered HEAD with {}",
                status.as_u16()
            ));
        }
        let url = url.to_owned();
        self.change(|world, _, _| world.options.webhook_url = Some(url));
        Ok(())
    }

    /// Subscribes to these topics and no others; none is all. `ping` is always subscribed. `Err`
    /// names a topic that does not exist.
    pub fn set_webhook_topics(&self, topics: &[String]) -> Result<(), String> {
        if let Some(unknown) = topics.iter().find(|it| !webhook::is_webhook_topic(it)) {
            return Err(format!("there is no topic {unknown}"));
        }
        self.change(|world, _, _| world.options.webhook_topics = topics.to_vec());
        Ok(())
    }

    /// Sets a disabled, suspended or paused subscription live. How the receiver has done is
    /// forgotten.
    pub fn set_webhooks_live(&self) {
        self.change(|world, _, _| world.webhooks.set_live());
    }

    /// The deliveries of late that fit, oldest first. At most 10,000 are remembered.
    pub fn deliveries(&self, filter: &DeliveryFilter) -> Vec<DeliveryRecord> {
        self.look(|world| world.webhooks.records(filter))
    }

    /// Forgets the deliveries so far, and their counts.
    pub fn forget_deliveries(&self) {
        self.change(|world, _, _| world.webhooks.forget_records());
    }

    /// Sends a notification once more that was delivered or dropped, named by its id or its number.
    /// False if it is not among the last 1,000.
    pub fn resend_webhook(&self, name: &str) -> bool {
        self.change(|world, now, _| world.webhooks.resend(name, now))
    }
}
