//! The demo's folder: both worlds, Carrick's store, and which demo it is.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use transport::Secret;
use url::Url;

use super::clouds;
use super::places::Places;
use crate::cli::DemoArguments;
use crate::config::{Config, IntercomApp, MAIN_APP, Salesforce};
use crate::failure::{Failure, OrFail};
use crate::{files, installation};

/// Says which demo the folder holds; written first, so a folder with it is a demo's.
const MARK: &str = "demo.toml";
/// Where the three servers were when both clouds were connected.
const CONNECTED_AT: &str = "connected-at.txt";

/// Who lives in the two clouds. The seed and these numbers decide everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct People {
    pub(super) seed: u64,
    pub(super) leads: u32,
    pub(super) contacts: u32,
    pub(super) conversations: u32,
}

/// See the module's documentation.
pub(super) struct Folder {
    root: PathBuf,
    /// Both worlds are those of an earlier run, so they know what was granted then.
    has_both_worlds: bool,
    pub(super) people: People,
}

impl Folder {
    /// Opens the folder of an earlier run if it holds the same people, or makes a new one.
    pub(super) fn open(arguments: &DemoArguments) -> Result<Self, Failure> {
        let root = arguments.directory.clone();
        let mark = root.join(MARK);
        let people = match std::fs::read_to_string(&mark) {
            Ok(text) => {
                let people = toml::from_str(&text).map_err(|error: toml::de::Error| {
                    start_over(&root, format!("{} is not right", mark.display())).because(&error)
                })?;
                require_same(&root, arguments, people)?;
                people
            }
            Err(error) if error.kind() == ErrorKind::NotFound => new(&root, &mark, arguments)?,
            Err(error) => {
                return Err(Failure::new(format!("{} cannot be read", mark.display()))
                    .because(&error)
                    .try_this("choose another folder with --directory"));
            }
        };
        let mut folder = Self {
            root,
            has_both_worlds: false,
            people,
        };
        folder.has_both_worlds = folder.salesforce().exists() && folder.intercom().exists();
        installation::make_directory(&folder.store())?;
        Ok(folder)
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn store(&self) -> PathBuf {
        self.root.join("store")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.root.join("carrick.log")
    }

    pub(super) fn salesforce(&self) -> PathBuf {
        self.root.join("salesforce.json")
    }

    pub(super) fn intercom(&self) -> PathBuf {
        self.root.join("intercom.json")
    }

    /// The configuration that an operator would write for these places.
    pub(super) fn config(&self, places: &Places) -> Config {
        let mut config = Config::default();
        config.store.directory = self.store();
        config.security.allow_loopback_salesforce = true;
        config.salesforce = Salesforce {
            client_id: clouds::SALESFORCE_APP.client_id.to_owned(),
            client_secret: Secret::from(clouds::SALESFORCE_APP.client_secret),
            login_url: places.salesforce.clone(),
        };
        config.intercom.apps.push(IntercomApp {
            name: MAIN_APP.to_owned(),
            client_id: clouds::INTERCOM_APP.client_id.to_owned(),
            client_secret: Secret::from(clouds::INTERCOM_APP.client_secret),
            authorize_url: places.intercom_authorize(),
            api_url: places.intercom.clone(),
        });
        config
    }

    /// Whether both clouds were connected at these places, and are still the same.
    pub(super) fn was_connected_at(&self, places: &Places) -> Result<bool, Failure> {
        if !self.has_both_worlds {
            return Ok(false);
        }
        let path = self.root.join(CONNECTED_AT);
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(text
                .trim()
                .parse::<Url>()
                .is_ok_and(|url| url == places.carrick)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => {
                Err(Failure::new(format!("{} cannot be read", path.display())).because(&error))
            }
        }
    }

    /// Notes that both clouds are connected at these places.
    pub(super) fn remember(&self, places: &Places) -> Result<(), Failure> {
        let path = self.root.join(CONNECTED_AT);
        let text = format!("{}\n", places.carrick);
        files::replace(&path, text.as_bytes(), files::Readers::Everybody)
            .or_fail(|| format!("{} cannot be written", path.display()))
    }
}

fn new(root: &Path, mark: &Path, arguments: &DemoArguments) -> Result<People, Failure> {
    let is_used = std::fs::read_dir(root).is_ok_and(|mut entries| entries.next().is_some());
    if is_used {
        return Err(
            Failure::new(format!("{} is not the folder of a demo", root.display()))
                .try_this("choose a new folder with --directory"),
        );
    }
    let people = People {
        seed: arguments.seed.unwrap_or(1),
        leads: arguments.leads.unwrap_or(240),
        contacts: arguments.contacts.unwrap_or(160),
        conversations: arguments.conversations.unwrap_or(40),
    };
    std::fs::create_dir_all(root)
        .or_fail(|| format!("the folder {} cannot be made", root.display()))?;
    let text = toml::to_string(&people).expect("four numbers");
    files::replace(mark, text.as_bytes(), files::Readers::Everybody)
        .or_fail(|| format!("{} cannot be written", mark.display()))?;
    Ok(people)
}

/// A folder cannot change its people: half of them would be in one cloud only.
fn require_same(root: &Path, asked: &DemoArguments, are: People) -> Result<(), Failure> {
    let differs = [
        ("--seed", asked.seed, are.seed),
        ("--leads", asked.leads.map(u64::from), u64::from(are.leads)),
        (
            "--contacts",
            asked.contacts.map(u64::from),
            u64::from(are.contacts),
        ),
        (
            "--conversations",
            asked.conversations.map(u64::from),
            u64::from(are.conversations),
        ),
    ]
    .into_iter()
    .find(|(_, asked, is)| asked.is_some_and(|asked| asked != *is));
    match differs {
        None => Ok(()),
        Some((flag, _, is)) => {
            let what = format!(
                "the folder {} holds a demo that was begun with {flag} {is}",
                root.display()
            );
            Err(start_over(root, what))
        }
    }
}

fn start_over(root: &Path, what: String) -> Failure {
    Failure::new(what).try_this(format!(
        "leave the argument out to go on with it, remove {} to start over, or choose another \
         folder with --directory",
        root.display()
    ))
}
