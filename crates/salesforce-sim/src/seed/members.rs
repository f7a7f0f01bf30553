//! Users, and the queues that they are members of: the teammates, and whom the fixture adds.

use crate::fixture::{self, Queue};
use crate::id::RecordId;
use crate::row::Row;
use crate::schema::{Object, Setup};
use crate::table::seeded_id;
use crate::value::Value;

use super::{Draft, Seeder, integration_user, queue};

/// How long ago, in days, users and groups were made.
const JOINED_DAYS_AGO: u16 = 670;

/// The most characters that an alias has.
const ALIAS_CHARS_MAX: usize = 8;

/// What a sandbox puts behind its users' emails, so that nobody gets mail from it.
const SANDBOX_SUFFIX: &str = ".invalid";

impl Seeder<'_> {
    /// What a user is called by, and what every user has. `family` ends the alias.
    pub(super) fn named(&self, draft: &mut Draft<'_>, username: String, email: &str, family: &str) {
        let first_letter = email.chars().take(1);
        let alias: String = first_letter
            .chain(family.chars())
            .take(ALIAS_CHARS_MAX)
            .collect();
        let suffix = if self.written.switches.sandbox {
            SANDBOX_SUFFIX
        } else {
            ""
        };
        draft.set(
            "ProfileId",
            Value::Id(self.profile_of(&username, draft.row.id)),
        );
        draft.set("Username", Value::text(username));
        draft.set("Email", Value::text(format!("{email}{suffix}")));
        draft.set("CommunityNickname", Value::text(&*alias));
        draft.set("Alias", Value::text(alias));
        for (field, text) in [
            ("TimeZoneSidKey", "GMT"),
            ("LocaleSidKey", "en_IE"),
            ("LanguageLocaleKey", "en_US"),
            ("EmailEncodingKey", "UTF-8"),
            ("UserType", "Standard"),
        ] {
            draft.fixed(field, text);
        }
    }

    /// The place of a user's profile among all of them.
    pub(super) fn profile_index(&self, username: &str, user: RecordId) -> u32 {
        let has = |profile: &fixture::Profile| profile.users.iter().any(|name| name == username);
        let added = self.written.profiles.iter().position(has);
        match added {
            Some(place) => super::setup::added_profile(place),
            None => u32::from(user != integration_user()),
        }
    }

    fn profile_of(&self, username: &str, user: RecordId) -> RecordId {
        let index = self.profile_index(username, user);
        seeded_id(Object::Setup(Setup::Profile), index)
    }

    pub(super) fn added_user(&self, index: u32, user: &fixture::User) -> Row {
        let mut draft = self.draft(Object::User, index, JOINED_DAYS_AGO);
        let email = user.email.as_ref().unwrap_or(&user.username);
        self.named(&mut draft, user.username.clone(), email, &user.last_name);
        draft.set("LastName", Value::text(user.last_name.as_str()));
        if let Some(first) = &user.first_name {
            draft.set("FirstName", Value::text(first.as_str()));
        }
        if let Some(title) = &user.title {
            draft.set("Title", Value::text(title.as_str()));
        }
        draft.set("IsActive", Value::Bool(!user.inactive));
        draft.done()
    }

    /// The first queue is that of every org, the others are of the fixture.
    pub(super) fn group(&self, index: u32) -> Row {
        let mut draft = self.draft(Object::Group, index, JOINED_DAYS_AGO);
        draft.fixed("Type", "Queue");
        draft.set("OwnerId", Value::Id(integration_user()));
        match index.checked_sub(1) {
            None => {
                draft.fixed("Name", "Inbound Leads");
                draft.fixed("DeveloperName", "Inbound_Leads");
            }
            Some(added) => {
                let added = &self.written.queues[added as usize];
                draft.set("Name", Value::text(added.name.as_str()));
                let name = Value::text(added.developer_name.as_str());
                draft.set("DeveloperName", name);
                if let Some(email) = &added.email {
                    draft.set("Email", Value::text(email.as_str()));
                }
            }
        }
        draft.done()
    }

    pub(super) fn group_members(&self) -> Vec<Option<Row>> {
        let teammates = (0..self.options.teammates).filter(|index| {
            let teammate = self.population.teammate(*index);
            teammate.in_salesforce && teammate.active && *index > 0
        });
        let everyday = teammates.map(|index| (queue(), seeded_id(Object::User, index)));
        let added = self.added_queues().flat_map(|(id, queue)| {
            let members = queue.members.iter();
            members.filter_map(move |name| Some((id, self.added_user_named(name)?)))
        });
        let members = everyday.chain(added);
        self.numbered(Setup::GroupMember, members, |draft, (group, user)| {
            draft.set("GroupId", Value::Id(group));
            draft.set("UserOrGroupId", Value::Id(user));
        })
    }

    pub(super) fn queue_objects(&self) -> Vec<Option<Row>> {
        let everyday = [Object::Lead, Object::Case, Object::Task].map(|object| (queue(), object));
        let added = self
            .added_queues()
            .flat_map(|(id, queue)| queue.objects.iter().map(move |object| (id, *object)));
        let taken = everyday.into_iter().chain(added);
        self.numbered(Setup::QueueSobject, taken, |draft, (queue, object)| {
            draft.set("QueueId", Value::Id(queue));
            draft.fixed("SobjectType", object.name());
        })
    }

    fn added_queues(&self) -> impl Iterator<Item = (RecordId, &Queue)> {
        (1_u32..)
            .zip(&self.written.queues)
            .map(|(index, queue)| (seeded_id(Object::Group, index), queue))
    }

    fn added_user_named(&self, username: &str) -> Option<RecordId> {
        let users = (self.options.teammates..).zip(&self.written.users);
        let mut named = users.filter(|(_, user)| user.username == username);
        let (index, _) = named.next()?;
        Some(seeded_id(Object::User, index))
    }
}
