//! What a page shows of the two clouds: connected to what, as whom, and how to connect again.

use store::{Connection, ConnectionState, IntercomProfile, SalesforceProfile, Side};

use crate::look::{State, Tone};
use crate::oauth::DEFAULT_APP;
use crate::routes::Route;

/// One cloud.
pub(crate) struct SideView {
    pub(crate) vendor: &'static str,
    /// Class of its mark in the stylesheet.
    pub(crate) class: &'static str,
    pub(crate) state: State,
    /// The workspace's or org's name.
    pub(crate) place: Option<String>,
    pub(crate) is_sandbox: bool,
    pub(crate) details: Vec<(&'static str, String)>,
    /// Why it has to be connected again, in the vendor's words.
    pub(crate) refused: Option<String>,
    pub(crate) connect: String,
    pub(crate) connect_label: String,
    /// Whether connecting is what the visitor should do next.
    pub(crate) is_next: bool,
}

/// Both clouds of a connection.
pub(crate) fn sides(connection: &Connection) -> [SideView; 2] {
    [intercom(connection), salesforce(connection)]
}

fn intercom(connection: &Connection) -> SideView {
    let profile = connection.profile.intercom.as_ref();
    let app = profile.map_or(DEFAULT_APP, |profile| profile.app.as_str());
    let route = Route::ConnectIntercom {
        name: &connection.name,
        app,
    };
    let mut view = side(connection, Side::Intercom, profile.is_some(), route);
    if let Some(profile) = profile {
        view.place = Some(profile.workspace_name.clone());
        view.details = intercom_details(connection, profile);
    }
    view
}

fn intercom_details(
    connection: &Connection,
    profile: &IntercomProfile,
) -> Vec<(&'static str, String)> {
    let workspace = connection.workspace_id.as_ref().map(ToString::to_string);
    [
        ("Workspace", workspace),
        ("Connected by", Some(profile.installer_name.clone())),
        ("Through the app", Some(profile.app.clone())),
        ("Time zone", profile.timezone.clone()),
    ]
    .into_iter()
    .filter_map(|(label, value)| Some((label, value?)))
    .collect()
}

fn salesforce(connection: &Connection) -> SideView {
    let profile = connection.profile.salesforce.as_ref();
    let route = Route::ConnectSalesforce(&connection.name);
    let mut view = side(connection, Side::Salesforce, profile.is_some(), route);
    if let Some(profile) = profile {
        view.place = Some(profile.org_name.clone());
        view.is_sandbox = profile.is_sandbox;
        view.details = salesforce_details(connection, profile);
    }
    view
}

fn salesforce_details(
    connection: &Connection,
    profile: &SalesforceProfile,
) -> Vec<(&'static str, String)> {
    let org = connection.org_id.map(|org| org.to_string());
    [
        ("Org", org),
        (
            "Integration user",
            Some(profile.integration_user.to_string()),
        ),
        ("Address", Some(profile.instance_url.clone())),
    ]
    .into_iter()
    .filter_map(|(label, value)| Some((label, value?)))
    .collect()
}

fn side(connection: &Connection, side: Side, connected: bool, route: Route<'_>) -> SideView {
    let (vendor, class) = vendor(side);
    let refused = match &connection.state {
        ConnectionState::Reconnect { side: whose, why } if *whose == side => Some(why.clone()),
        ConnectionState::Uninstalled if side == Side::Intercom => {
            Some("The app was removed from the workspace.".to_owned())
        }
        ConnectionState::Uninstalled
        | ConnectionState::Reconnect { .. }
        | ConnectionState::Incomplete
        | ConnectionState::Ready
        | ConnectionState::Paused => None,
    };
    let state = match (&refused, connected) {
        (Some(_), _) => State::new(Tone::Bad, "Connect again"),
        (None, true) => State::new(Tone::Good, "Connected"),
        (None, false) => State::new(Tone::Quiet, "Not connected"),
    };
    let verb = if connected { "Reconnect" } else { "Connect" };
    SideView {
        vendor,
        class,
        state,
        place: None,
        is_sandbox: false,
        details: Vec::new(),
        is_next: refused.is_some() || !connected,
        refused,
        connect: route.to_string(),
        connect_label: format!("{verb} {vendor}"),
    }
}

/// Name and class of a cloud.
pub(crate) fn vendor(side: Side) -> (&'static str, &'static str) {
    match side {
        Side::Intercom => ("Intercom", "intercom"),
        Side::Salesforce => ("Salesforce", "salesforce"),
    }
}

impl SideView {
    /// The letter of its mark.
    pub(crate) fn letter(&self) -> char {
        letter(self.vendor)
    }
}

/// The letter of a cloud's mark.
pub(crate) fn letter(vendor: &str) -> char {
    vendor.chars().next().unwrap_or('?')
}
