//! Switches for what the vendor does now and then, or does as seen but not as documented: each is
//! off until somebody turns it on, so that an app can be tried with both answers.
//!
//! They belong to a start, like the options, and are not saved with the world.

use serde::{Deserialize, Serialize};

use crate::permission::Permission;

/// The switches of a workspace.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// The workspace is closed: each token answers `token_suspended` (observed).
    pub suspended: bool,
    /// A token answers 401 on the host of another region (observed). `api.intercom.io` finds its
    /// way to every region, and a host that is not the vendor's has no region.
    pub region_bound: bool,
    /// Names of people and companies are read with `&`, `<`, `>` and quotes as entities (observed).
    pub entity_encoded_names: bool,
    /// What the app was not allowed when it was registered.
    pub missing_permissions: Vec<Permission>,
    /// How a call is refused that needs one of these.
    pub permission_refusal: PermissionRefusal,
    /// Custom attributes that something in the workspace depends on: they cannot be archived.
    pub attributes_in_use: Vec<String>,
}

/// The two ways in which a missing permission is told; which applies when is not documented.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PermissionRefusal {
    /// The code `forbidden`, with the permission in the message.
    #[default]
    Forbidden,
    /// The code `action_forbidden`, with the permission under `data.required_permissions`.
    ActionForbidden,
}
