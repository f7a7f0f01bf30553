//! What teammates do to contacts and to their team, without a browser.

use bytes::Bytes;
use serde_json::json;

use super::Sim;
use crate::api;
use crate::ids::{ObjectId, derived_uuid};
use crate::member::Admin;
use crate::visitor::Visitor;

impl Sim {
    /// Archives a contact, with its webhook. `Err` holds the vendor's words.
    pub fn archive_contact(&self, id: ObjectId) -> Result<(), String> {
        self.change(|world, now, _| api::set_archived(world, now, id, true))
            .map(|_| ())
            .map_err(|refusal| refusal.message)
    }

    /// Takes a contact out of the archive, with its webhook.
    pub fn unarchive_contact(&self, id: ObjectId) -> Result<(), String> {
        self.change(|world, now, _| api::set_archived(world, now, id, false))
            .map(|_| ())
            .map_err(|refusal| refusal.message)
    }

    /// Deletes a contact for good, with its webhook.
    pub fn delete_contact(&self, id: ObjectId) -> Result<(), String> {
        self.change(|world, now, _| api::delete_contact(world, now, id))
            .map(|_| ())
            .map_err(|refusal| refusal.message)
    }

    /// Merges a lead or a user into a user, whether or not they have anything in common, with its
    /// webhook.
    pub fn merge_contacts(&self, from: ObjectId, into: ObjectId) -> Result<(), String> {
        self.change(|world, now, _| {
            api::merge_contacts(world, now, from, into, api::MergeRule::AnybodyIntoUser)
        })
        .map(|_| ())
        .map_err(|refusal| refusal.message)
    }

    /// Somebody looks at the site and says nothing. Gives the `user_id` of the new visitor.
    pub fn visit(&self, name: Option<&str>) -> String {
        self.change(|world, now, _| {
            let number = world.next_number();
            let user_id = derived_uuid(world.seed, "visitor", number);
            world.visitors.put(Visitor {
                id: ObjectId::derived(world.seed, "visitor", number),
                user_id: user_id.clone(),
                name: name.map(str::to_owned),
                created_at: now.as_seconds(),
                updated_at: now.as_seconds(),
            });
            user_id
        })
    }

    /// Adds a teammate and gives the id.
    pub fn add_teammate(&self, name: &str, email: &str) -> String {
        self.change(|world, now, _| {
            let id = world.add_admin(name, email);
            if let Some(admin) = world.admin(id) {
                let item = admin.render();
                world.announce("admin.added_to_workspace", item, now);
            }
            id.to_string()
        })
    }

    /// Removes a teammate. Contacts keep the former teammate's id as their owner: what Intercom
    /// does with it is not documented, and this is the harder case for an app. False if there is no
    /// such teammate.
    pub fn remove_teammate(&self, id: &str) -> bool {
        self.change(|world, now, _| {
            let place = world.admins.iter().position(|it| it.id.to_string() == id);
            let Some(place) = place else { return false };
            let former: Admin = world.admins.remove(place);
            let item = json!({
                "type": "admin", "id": former.id.to_string(), "name": former.name,
                "email": former.email,
            });
            world.announce("admin.removed_from_workspace", item, now);
            true
        })
    }

    /// What the workspace holds, as lines that two worlds can be compared by. Contacts are read a
    /// few at a time, so whatever changes meanwhile may or may not be in it.
    pub fn dump_lines(&self) -> impl Iterator<Item = Bytes> + Send + use<> {
        let sim = self.clone();
        let mut after = None;
        let contacts = std::iter::from_fn(move || {
            let (lines, last) = sim.look(|world| world.dump_contacts(after))?;
            after = Some(last);
            Some(lines)
        });
        let sim = self.clone();
        contacts.chain(std::iter::once_with(move || {
            sim.look(crate::world::World::dump_rest)
        }))
    }
}
