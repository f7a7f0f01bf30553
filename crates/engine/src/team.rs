//! Who is who (O1), as the planner sees it, and the terms under which persons are planned. When
//! the terms change, everybody is walked again (see `rewalk`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};

use model::{ConnectionId, Settings, Subject, ic, sf};
use planner::{Attribute, Team};
use store::{Connection, ContactRow, DirectoryKind, DirectoryRow, FailureReport, WaitsFor};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::projection;

/// Where it is kept that the fallback teammate is not there any more, so that it is listed once.
const FALLBACK_GONE: &str = "o4.fallback-gone";

/// Under which a person is planned: what the admin chose, who is who, and what the workspace allows.
#[derive(Debug, Clone)]
pub(crate) struct Terms {
    pub(crate) settings: Arc<Settings>,
    /// Which settings these are: they may go back to what they were.
    pub(crate) settings_rev: i64,
    pub(crate) team: Arc<Team>,
    /// Attributes whose name is taken by something else.
    pub(crate) unusable: Arc<BTreeSet<Attribute>>,
}

/// What a connection's team was made from: as long as it is the same, so is the team.
#[derive(Debug, Clone)]
pub(crate) struct KnownTeam {
    settings_rev: i64,
    directory_rev: u64,
    team: Arc<Team>,
}

/// A Salesforce User and the teammate whom they are (O1), for the settings page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pairing {
    /// The User.
    pub user: sf::UserId,
    /// Full name.
    pub name: String,
    /// Email as Salesforce shows it.
    pub email: Option<String>,
    /// May sign in; nobody else has a pair.
    pub active: bool,
    /// May sign in, and is a colleague; only then an email can make a pair.
    pub counts: bool,
    /// The teammate, and who says so.
    pub pair: Option<planner::Pair>,
    /// Whether it is this User whom the teammate stands for in Salesforce.
    pub is_the_teammates: bool,
}

/// Users and teammates of a connection, for the settings page.
#[derive(Debug, Clone)]
pub struct TeamTable {
    /// The connection with its settings.
    pub connection: Connection,
    /// Salesforce Users: those that count first, each group by name.
    pub users: Vec<Pairing>,
    /// Teammates by name.
    pub teammates: Vec<(ic::TeammateId, String, Option<String>)>,
}

impl Terms {
    /// What a contact's usable attributes show.
    pub(crate) fn shown(&self, row: &ContactRow) -> BTreeMap<Attribute, String> {
        let mut shown = projection::shown_attributes(row);
        shown.retain(|attribute, _| !self.unusable.contains(attribute));
        shown
    }

    pub(crate) fn contact_fact(&self, row: &ContactRow) -> planner::Contact {
        planner::Contact {
            attributes: self.shown(row),
            ..projection::contact_fact(row)
        }
    }
}

impl Engine {
    /// The terms of a connection as they are now.
    pub(crate) async fn terms(&self, id: ConnectionId) -> Result<Terms, EngineError> {
        let connection = self.connection(id).await?;
        Ok(Terms {
            team: self.team(&connection).await?,
            settings_rev: connection.settings_rev,
            settings: Arc::new(connection.settings),
            unusable: Arc::new(self.unusable_attributes(id).await?),
        })
    }

    /// Who is who in a connection.
    pub(crate) async fn team(&self, connection: &Connection) -> Result<Arc<Team>, EngineError> {
        let id = connection.id;
        let kept = || {
            self.inner
                .teams
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        let directory_rev = self.directory_rev(id);
        if let Some(known) = kept().get(&id)
            && known.settings_rev == connection.settings_rev
            && known.directory_rev == directory_rev
        {
            return Ok(Arc::clone(&known.team));
        }
        let (users, teammates) = self.directory(id).await?;
        let team = Arc::new(team_of(
            connection,
            &connection.settings,
            &users,
            &teammates,
        ));
        let known = KnownTeam {
            settings_rev: connection.settings_rev,
            directory_rev,
            team: Arc::clone(&team),
        };
        kept().insert(id, known);
        Ok(team)
    }

    /// The team as it would be under other settings.
    pub(crate) async fn team_under(
        &self,
        connection: &Connection,
        settings: &Settings,
    ) -> Result<Team, EngineError> {
        let (users, teammates) = self.directory(connection.id).await?;
        Ok(team_of(connection, settings, &users, &teammates))
    }

    async fn directory(
        &self,
        id: ConnectionId,
    ) -> Result<(Vec<DirectoryRow>, Vec<DirectoryRow>), EngineError> {
        let store = &self.inner.store;
        Ok((
            store.directory(id, DirectoryKind::User).await?,
            store.directory(id, DirectoryKind::Teammate).await?,
        ))
    }

    /// Rises when the directory was read anew.
    pub(crate) fn directory_rev(&self, id: ConnectionId) -> u64 {
        let mut rev = 0;
        self.pulse(id, |pulse| rev = pulse.directory_rev);
        rev
    }

    /// Lists, once, that the teammate who stands in for owners without one has left (O4).
    pub(crate) async fn look_for_fallback(&self, id: ConnectionId) -> Result<(), EngineError> {
        let connection = self.connection(id).await?;
        let team = self.team(&connection).await?;
        let ownership = &connection.settings.ownership;
        let lacking = ownership.maintain && team.lacks(&ownership.fallback);
        let store = &self.inner.store;
        let listed = store.cursor(id, FALLBACK_GONE).await?.as_deref() == Some("yes");
        if lacking == listed {
            return Ok(());
        }
        let now = self.now();
        if lacking {
            let report = FailureReport {
                subject: Subject::Connection,
                digest: FALLBACK_DIGEST,
                cause: "o4.fallback".to_owned(),
                waits_for: WaitsFor::Change,
                retry_at: None,
                summary: "the teammate who gets contacts whose Salesforce owner is no teammate \
                          has left; these contacts get no owner"
                    .to_owned(),
                vendor_words: None,
            };
            store.report_failure(id, &report, now).await?;
        } else {
            store
                .clear_failure(id, &Subject::Connection, FALLBACK_DIGEST)
                .await?;
        }
        let word = if lacking { "yes" } else { "no" };
        Ok(store.put_cursor(id, FALLBACK_GONE, word, now).await?)
    }

    /// Users, teammates and their pairs, as the settings page shows them.
    pub async fn team_table(&self, id: ConnectionId) -> Result<TeamTable, EngineError> {
        let connection = self.connection(id).await?;
        let (users, teammates) = self.directory(id).await?;
        let team = self.team(&connection).await?;
        let mut users: Vec<Pairing> = users
            .iter()
            .filter_map(|row| {
                let user = projection::user_fact(row)?;
                let pair = team.pair_of(user.id).cloned();
                Some(Pairing {
                    user: user.id,
                    name: row.name.clone(),
                    email: user.email,
                    active: user.active,
                    counts: user.active && user.standard,
                    is_the_teammates: pair
                        .as_ref()
                        .is_some_and(|pair| team.user_of(&pair.teammate) == Some(user.id)),
                    pair,
                })
            })
            .collect();
        users.sort_by_key(|it| (!it.counts, it.name.to_lowercase(), it.user));
        let teammates = teammates.iter().filter_map(projection::teammate_fact);
        Ok(TeamTable {
            connection,
            users,
            teammates: teammates.map(|it| (it.id, it.name, it.email)).collect(),
        })
    }
}

/// The failure about the fallback; there is one of a connection.
const FALLBACK_DIGEST: i64 = 4;

fn team_of(
    connection: &Connection,
    settings: &Settings,
    users: &[DirectoryRow],
    teammates: &[DirectoryRow],
) -> Team {
    let users: Vec<_> = users.iter().filter_map(projection::user_fact).collect();
    let teammates: Vec<_> = teammates
        .iter()
        .filter_map(projection::teammate_fact)
        .collect();
    let profile = &connection.profile;
    let installer = profile.intercom.as_ref().map(|it| it.installer.clone());
    let sandbox = profile.salesforce.as_ref().is_some_and(|it| it.is_sandbox);
    Team::new(&users, &teammates, installer, &settings.team, sandbox)
}
