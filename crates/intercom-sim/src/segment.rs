//! Segments: the two that every workspace has, everybody of one role. A person is in one at each
//! moment, so that who is in which follows from the role.

use serde_json::{Value, json};

use crate::contact::Role;
use crate::ids::ObjectId;
use crate::world::World;

/// A segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) id: ObjectId,
    pub(crate) role: Role,
}

impl Segment {
    /// All segments of the workspace with this seed.
    pub(crate) fn all(seed: u64) -> [Self; 2] {
        [Role::User, Role::Lead].map(|role| Self::of(seed, role))
    }

    /// The segment in which everybody with this role is.
    pub(crate) fn of(seed: u64, role: Role) -> Self {
        Self {
            id: ObjectId::derived(seed, "segment", u64::from(role == Role::Lead)),
            role,
        }
    }

    pub(crate) fn render(self, world: &World) -> Value {
        let (name, person_type) = match self.role {
            Role::User => ("All users", "user"),
            Role::Lead => ("All leads", "contact"),
        };
        json!({
            "type": "segment", "id": self.id.to_string(), "name": name,
            "created_at": world.created_at, "updated_at": world.created_at,
            "person_type": person_type,
        })
    }
}
