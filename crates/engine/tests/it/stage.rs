//! What a story is told on: people who are made by hand on either side, and what can be read
//! afterwards of what became of them.

use axum::body::Body;
use engine::{CardAsk, Click, Shown, Step};
use http::{Method, StatusCode};
use http_body_util::BodyExt as _;
use intercom_sim::{ConversationId, ObjectId};
use model::{How, MatchKey, PersonKey, Settings};
use salesforce_sim::{Object, RecordId};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::world::{INTERCOM, World, fields};

/// What the world's own token is.
const TOKEN: &str = "Bearer intercom-token";

impl World {
    /// Connected and synced, and nobody lives there yet.
    pub(crate) async fn staged() -> Self {
        let world = Self::empty().await;
        world.connect().await;
        world.engine.sync_to_end(world.id).await.unwrap();
        world.settle().await;
        world.forget_calls();
        world
    }

    /// A call of another app to Intercom.
    pub(crate) async fn ask_intercom(
        &self,
        method: Method,
        path: &str,
        body: &Value,
    ) -> (StatusCode, Value) {
        let request = http::Request::builder()
            .method(method)
            .uri(format!("{INTERCOM}{path}"))
            .header("authorization", TOKEN)
            .header("content-type", "application/json")
            .header("intercom-version", "2.16")
            .body(Body::from(body.to_string()))
            .unwrap();
        let answer = self.intercom.service().oneshot(request).await.unwrap();
        let status = answer.status();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        (status, body)
    }

    async fn made_contact(&self, role: &str, email: &str, name: Option<&str>) -> ObjectId {
        let body = json!({ "role": role, "email": email, "name": name });
        let (status, made) = self.ask_intercom(Method::POST, "/contacts", &body).await;
        assert_eq!(status, StatusCode::OK, "{made}");
        made["id"].as_str().unwrap().parse().unwrap()
    }

    /// Intercom gets a lead with this email.
    pub(crate) async fn visitor(&self, email: &str) -> ObjectId {
        self.made_contact("lead", email, Some("Vera Visitor")).await
    }

    /// Intercom gets a lead with this email and no name.
    pub(crate) async fn nameless_visitor(&self, email: &str) -> ObjectId {
        self.made_contact("lead", email, None).await
    }

    /// Intercom gets a user with this email.
    pub(crate) async fn customer(&self, email: &str) -> ObjectId {
        self.made_contact("user", email, Some("Cora Customer"))
            .await
    }

    /// A rep makes a Lead with this email.
    pub(crate) fn lead(&self, email: &str) -> RecordId {
        let fields = json!({
            "FirstName": "Lena", "LastName": "Lead", "Company": "Acme", "Email": email,
            "Status": "Open - Not Contacted",
        });
        self.salesforce
            .create_as_rep(Object::Lead, &fields)
            .unwrap()
    }

    /// A rep makes a Contact with this email.
    pub(crate) fn sf_contact(&self, email: &str, title: &str) -> RecordId {
        let fields = json!({
            "FirstName": "Conny", "LastName": "Contact", "Email": email, "Title": title,
        });
        let made = self.salesforce.create_as_rep(Object::Contact, &fields);
        made.unwrap()
    }

    /// A rep gives a Lead another status.
    pub(crate) fn set_status(&self, lead: RecordId, status: &str) {
        let fields = json!({ "Status": status });
        self.salesforce.edit_as_rep(lead, &fields).unwrap();
    }

    /// A teammate gives a contact another email.
    pub(crate) fn set_email(&self, contact: ObjectId, email: Option<&str>) {
        let fields = fields(&[("email", json!(email))]);
        self.intercom.edit_contact(contact, &fields).unwrap();
    }

    /// The admin changes settings.
    pub(crate) async fn choose(&self, change: impl FnOnce(&mut Settings)) {
        let connections = self.engine.connections().await.unwrap();
        let mut settings = connections[0].settings.clone();
        change(&mut settings);
        let rev = connections[0].settings_rev;
        self.engine
            .put_settings(self.id, &settings, rev)
            .await
            .unwrap();
    }

    /// The record that a contact shows.
    pub(crate) fn shows_record(&self, contact: ObjectId) -> Option<String> {
        self.attribute(contact, "SALESFORCE_ID")
    }

    /// Asserts that a contact shows this record, and is linked to it and nothing else.
    pub(crate) async fn assert_shows(&self, contact: ObjectId, email: &str, record: RecordId) {
        assert_eq!(self.shows_record(contact), Some(record.to_string()));
        let links = self.links(email).await;
        let of_contact: Vec<&String> = links
            .iter()
            .filter(|(id, _, _)| *id == contact.to_string())
            .map(|(_, record, _)| record)
            .collect();
        assert_eq!(of_contact, [&record.to_string()], "one link");
    }

    /// Asserts that a contact shows nothing of Salesforce, and is linked to nothing.
    pub(crate) async fn assert_alone(&self, contact: ObjectId, email: &str) {
        assert_eq!(self.attributes(contact), [].into());
        let links = self.links(email).await;
        let mut of_contact = links.iter().filter(|(id, _, _)| *id == contact.to_string());
        assert_eq!(of_contact.next(), None);
    }

    /// The links of the person with this email: contact, record, and how.
    pub(crate) async fn links(&self, email: &str) -> Vec<(String, String, How)> {
        let (store, asked) = (self.engine.store(), [person(email)]);
        let rows = store.persons(self.id, &asked).await.unwrap();
        let links = rows[0].links.iter();
        let told = |link: &model::Link| {
            let (contact, record) = (link.contact_id.to_string(), link.record_id.to_string());
            (contact, record, link.how)
        };
        links.map(told).collect()
    }

    /// What the timeline says of the person with this email, oldest first.
    pub(crate) async fn timeline(&self, email: &str) -> Vec<String> {
        let store = self.engine.store();
        let latest = store
            .timeline_of(self.id, person(email).hash(), 1_000)
            .await;
        let entries = latest.unwrap().into_iter().rev();
        entries.flat_map(|stored| stored.entry.body).collect()
    }

    /// What is listed as failed: causes, in order, each as often as it is listed.
    pub(crate) async fn failed(&self) -> Vec<String> {
        let failures = self.engine.store().failures(self.id, 1_000).await.unwrap();
        let mut causes: Vec<String> = failures.into_iter().map(|it| it.report.cause).collect();
        causes.sort();
        causes
    }

    /// The events of a contact, oldest first, as Intercom lists them.
    pub(crate) async fn event_list(&self, contact: ObjectId) -> Vec<Value> {
        let path = format!("/events?type=user&intercom_user_id={contact}");
        let (status, list) = self.ask_intercom(Method::GET, &path, &Value::Null).await;
        assert_eq!(status, StatusCode::OK, "{list}");
        let mut events = list["events"].as_array().unwrap().clone();
        events.reverse();
        events
    }

    /// The events of a contact, oldest first, in short.
    pub(crate) async fn events(&self, contact: ObjectId) -> Vec<String> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let short = |event: &Value| {
            let metadata = &event["metadata"];
            let name = text(&event["event_name"]);
            format!(
                "{name}: {} > {}",
                text(&metadata["from"]),
                text(&metadata["to"])
            )
        };
        self.event_list(contact).await.iter().map(short).collect()
    }

    /// The notes in a conversation: author and body.
    pub(crate) async fn notes(&self, conversation: ConversationId) -> Vec<(String, String)> {
        let path = format!("/conversations/{conversation}");
        let (status, shown) = self.ask_intercom(Method::GET, &path, &Value::Null).await;
        assert_eq!(status, StatusCode::OK, "{shown}");
        let parts = shown["conversation_parts"]["conversation_parts"].as_array();
        let notes = parts.unwrap().iter().filter(|it| it["part_type"] == "note");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        notes
            .map(|note| (text(&note["author"]["id"]), text(&note["body"])))
            .collect()
    }

    /// A click of a teammate beside a conversation.
    pub(crate) async fn click_beside(
        &self,
        conversation: ConversationId,
        contact: ObjectId,
        teammate: &str,
        click: Click,
    ) -> Shown {
        let ask = CardAsk {
            app: "main".to_owned(),
            workspace: self.intercom.workspace_id().parse().unwrap(),
            teammate: teammate.parse().unwrap(),
            contact: Some(self.contact(contact)),
            conversation: Some(conversation.to_string().parse().unwrap()),
            click,
        };
        self.engine.card(ask).await.shown
    }

    /// Polls, works, and tells what is to be told, without time passing.
    pub(crate) async fn look(&self) {
        self.step(Step::Poll).await;
        self.step(Step::Queue).await;
        self.step(Step::Tell).await;
    }

    /// Webhooks that wait are lost on their way.
    pub(crate) fn lose_webhooks(&self) {
        for effect in self.intercom.take_effects() {
            let intercom_sim::Effect::Webhook(delivery) = effect else {
                continue;
            };
            let answered = intercom_sim::Outcome::Answered(StatusCode::OK);
            self.intercom.delivered(delivery.sequence, answered);
        }
    }
}

/// The person of an email.
pub(crate) fn person(email: &str) -> PersonKey {
    PersonKey::Matched(MatchKey::from_email(email).unwrap())
}
