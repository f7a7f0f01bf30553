//! What all pages share: the shell around them, and turning one into an answer.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

use crate::assets;
use crate::look::Icon;
use crate::routes::Route;

/// The frame of a page.
pub(crate) struct Shell {
    /// Of the browser's tab, without the product's name.
    pub(crate) title: String,
    /// What the navigation stands for: a connection's name, or nothing.
    pub(crate) place: Option<String>,
    pub(crate) links: Vec<NavLink>,
    /// Without a script the page is loaded anew every few seconds: only while something moves.
    pub(crate) reload: Reload,
    pub(crate) frame: Frame,
}

/// What is the same around every page.
pub(crate) struct Frame {
    pub(crate) style: String,
    pub(crate) script: String,
    pub(crate) mark: String,
    pub(crate) home: String,
    pub(crate) version: &'static str,
}

/// Whether a page without a script loads itself anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reload {
    Never,
    WhileItMoves,
}

/// One line of the navigation.
pub(crate) struct NavLink {
    pub(crate) icon: Icon,
    pub(crate) label: &'static str,
    pub(crate) href: String,
    pub(crate) current: bool,
}

/// A page of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Overview,
    People,
    Ownership,
    Team,
    Settings,
}

impl Shell {
    /// Of a page that belongs to no connection.
    pub(crate) fn outside(title: &str, route: Option<Route<'_>>) -> Self {
        let index = NavLink {
            icon: Icon::List,
            label: "Connections",
            href: Route::Index.to_string(),
            current: route == Some(Route::Index),
        };
        Self {
            title: title.to_owned(),
            place: None,
            links: vec![index],
            reload: Reload::Never,
            frame: frame(),
        }
    }

    /// Of a page for visitors who may see no other.
    pub(crate) fn bare(title: &str) -> Self {
        Self {
            links: Vec::new(),
            ..Self::outside(title, None)
        }
    }

    /// Of a connection's page.
    pub(crate) fn of_connection(name: &str, section: Section) -> Self {
        let of = |there: Section| {
            let (icon, label, route) = there.place(name);
            link(icon, label, route, there == section)
        };
        let title = match section {
            Section::Overview => name.to_owned(),
            Section::People | Section::Ownership | Section::Team | Section::Settings => {
                let (_, label, _) = section.place(name);
                format!("{label} of {name}")
            }
        };
        Self {
            title,
            place: Some(name.to_owned()),
            links: vec![
                link(Icon::List, "All connections", Route::Index, false),
                of(Section::Overview),
                of(Section::People),
                of(Section::Ownership),
                of(Section::Team),
                of(Section::Settings),
            ],
            reload: Reload::Never,
            frame: frame(),
        }
    }

    pub(crate) fn reloads(&self) -> bool {
        self.reload == Reload::WhileItMoves
    }
}

impl Section {
    /// How the navigation shows it, and where it is.
    fn place(self, name: &str) -> (Icon, &'static str, Route<'_>) {
        match self {
            Self::Overview => (Icon::Home, "Overview", Route::Connection(name)),
            Self::People => {
                let (show, after) = (None, None);
                (Icon::People, "People", Route::People { name, show, after })
            }
            Self::Ownership => (Icon::Key, "Ownership", Route::Ownership(name)),
            Self::Team => {
                let route = Route::Team {
                    name,
                    show: None,
                    text: "",
                    page: 1,
                };
                (Icon::Pair, "Team", route)
            }
            Self::Settings => (Icon::Sliders, "Settings", Route::Settings(name)),
        }
    }
}

fn link(icon: Icon, label: &'static str, route: Route<'_>, current: bool) -> NavLink {
    NavLink {
        icon,
        label,
        href: route.to_string(),
        current,
    }
}

fn frame() -> Frame {
    Frame {
        style: assets::STYLE.href(),
        script: assets::SCRIPT.href(),
        mark: assets::MARK.href(),
        home: Route::Index.to_string(),
        version: env!("CARGO_PKG_VERSION"),
    }
}

/// The page as an answer.
pub(crate) fn page(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            let sentence = "This page could not be rendered.";
            (StatusCode::INTERNAL_SERVER_ERROR, sentence).into_response()
        }
    }
}

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;
