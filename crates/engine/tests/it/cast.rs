//! Who is who in the pretend world, and what the stories about owners and attributes ask of it.

use std::time::Duration;

use engine::Step;
use http::{Method, StatusCode};
use intercom_sim::ObjectId;
use salesforce_sim::{Object, RecordId, Restriction};
use serde_json::{Value, json};

use crate::world::{World, people};

impl World {
    /// The teammate in Intercom of the person at this place of the roster.
    pub(crate) fn teammate_at(&self, index: u32) -> String {
        let email = people().teammate(index).email;
        let lines = self.intercom.dump_lines().flat_map(|lines| {
            let lines: Vec<Value> = serde_json::Deserializer::from_slice(&lines)
                .into_iter()
                .map(Result::unwrap)
                .collect();
            lines
        });
        let mut admins = lines.filter(|line| line["type"] == "admin");
        let admin = admins.find(|line| line["email"] == email.as_str()).unwrap();
        admin["id"].as_str().unwrap().to_owned()
    }

    /// The Salesforce User of the person at this place of the roster.
    pub(crate) fn user_at(&self, index: u32) -> String {
        let email = people().teammate(index).email;
        let users = self.records("User");
        let user = users.iter().find(|user| user["Email"] == email.as_str());
        user.unwrap()["Id"].as_str().unwrap().to_owned()
    }

    /// The org's only queue.
    pub(crate) fn queue(&self) -> String {
        let queues = self.records("Group");
        queues[0]["Id"].as_str().unwrap().to_owned()
    }

    /// The id of the Salesforce contact at this place of the population.
    pub(crate) fn sf_contact_at(&self, index: u32) -> String {
        let email = people().contact(index).salesforce_email.unwrap();
        let all = self.records("Contact");
        let same = |it: &&Value| it["Email"] == email.as_str();
        all.iter().find(same).unwrap()["Id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// The id of the Lead at this place of the population.
    pub(crate) fn lead_at(&self, index: u32) -> String {
        let email = people().lead(index).salesforce_email.unwrap();
        let lead = self.lead_with_email(&email).remove(0);
        lead["Id"].as_str().unwrap().to_owned()
    }

    /// Creates a record as a rep does.
    pub(crate) fn create_record(&self, object: Object, fields: &Value) -> String {
        self.salesforce
            .create_as_rep(object, fields)
            .unwrap()
            .to_string()
    }

    /// A new Account of this User.
    pub(crate) fn account_of(&self, name: &str, user: &str) -> String {
        self.create_record(Object::Account, &json!({ "Name": name, "OwnerId": user }))
    }

    /// Who owns a contact in Intercom.
    pub(crate) fn owner(&self, contact: ObjectId) -> Option<String> {
        let all = self.intercom.contacts();
        let shown = all
            .iter()
            .find(|it| it["id"] == contact.to_string().as_str());
        shown.unwrap()["owner_id"].as_str().map(str::to_owned)
    }

    /// A teammate gives a contact to somebody, and Intercom tells of it.
    pub(crate) fn give(&self, contact: ObjectId, owner: &str) {
        let fields = crate::world::fields(&[("owner_id", json!(owner))]);
        self.intercom.edit_contact(contact, &fields).unwrap();
    }

    /// Owners are maintained from now on, and everybody was walked.
    pub(crate) async fn maintain(&self) {
        self.choose(|settings| settings.ownership.maintain = true)
            .await;
        self.step(Step::Rewalk).await;
        self.settle().await;
    }

    /// Reads Users, queues and teammates, and works on whom it concerns.
    pub(crate) async fn read_directory(&self) {
        self.step(Step::Directory).await;
        self.step(Step::Queue).await;
    }

    /// Keeps something from the integration user after so many more calls.
    pub(crate) fn restrict(&self, restriction: Restriction, after_calls: u32) {
        self.salesforce
            .with_world(|org| org.restrict(restriction, after_calls));
    }

    /// Everything can be seen again.
    pub(crate) fn lift_restrictions(&self) {
        self.salesforce
            .with_world(salesforce_sim::World::lift_restrictions);
    }

    /// Adds so many leads to Intercom, without telling anybody. `email` gives each its own.
    pub(crate) async fn add_contacts(
        &self,
        count: u32,
        email: impl Fn(u32) -> Option<String>,
    ) -> Vec<ObjectId> {
        let quiet = intercom_sim::WebhookControls {
            off: true,
            ..intercom_sim::WebhookControls::default()
        };
        self.intercom.set_webhook_controls(quiet);
        let mut ids = Vec::new();
        for index in 0..count {
            let body =
                json!({ "role": "lead", "email": email(index), "name": format!("No {index}") });
            let (status, made) = self.ask_intercom(Method::POST, "/contacts", &body).await;
            assert_eq!(status, StatusCode::OK, "{made}");
            ids.push(made["id"].as_str().unwrap().parse().unwrap());
        }
        let usual = intercom_sim::WebhookControls::default();
        self.intercom.set_webhook_controls(usual);
        ids
    }

    /// So many leads in Intercom, and a record in Salesforce for each of them, with these fields
    /// besides name and email.
    pub(crate) async fn add_pairs(
        &self,
        count: u32,
        object: Object,
        fields: &Value,
    ) -> Vec<ObjectId> {
        let contacts = self
            .add_contacts(count, |index| Some(pair_email(index)))
            .await;
        for index in 0..count {
            let mut record = fields.clone();
            record["LastName"] = json!(format!("No {index}"));
            record["Email"] = json!(pair_email(index));
            self.create_record(object, &record);
        }
        // A sync lets the polls begin two minutes earlier; these are older.
        self.pass(Duration::from_mins(5)).await;
        contacts
    }

    /// So many leads in Intercom, each with a Lead of teammate 1 in Salesforce; connected.
    pub(crate) async fn of_pairs(count: u32) -> (Self, Vec<ObjectId>) {
        let world = Self::empty().await;
        let fields = json!({ "Company": "Pairs", "OwnerId": world.user_at(1) });
        let contacts = world.add_pairs(count, Object::Lead, &fields).await;
        world.connect().await;
        (world, contacts)
    }

    /// When the org last touched a record.
    pub(crate) fn stamp(&self, id: &str) -> Value {
        let id: RecordId = id.parse().unwrap();
        self.salesforce.record(id).unwrap()["SystemModstamp"].clone()
    }
}

/// The email of both sides of a pair.
pub(crate) fn pair_email(index: u32) -> String {
    format!("no{index}@pairs.example")
}
