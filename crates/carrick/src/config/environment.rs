//! `CARRICK_…` variables, laid over the file.
//!
//! `CARRICK_SERVER_LISTEN` is `listen` in `[server]`; `CARRICK_INTERCOM_MAIN_CLIENT_ID` is
//! `client_id` of the app `main`.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::{Table, Value};

use super::intercom::{APP_FIELDS, is_app_name};
use super::{Config, Field, IntercomApp, Kind, SECTIONS};
use crate::failure::Failure;

const PREFIX: &str = "CARRICK_";
const APP_PREFIX: &str = "CARRICK_INTERCOM_";

/// Variables that stand for arguments of `carrick connect`.
const OF_CONNECT: [&str; 2] = ["CARRICK_INTERCOM_TOKEN", "CARRICK_SALESFORCE_REFRESH_TOKEN"];

/// The variables of the process that begin with `CARRICK_`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Environment(BTreeMap<String, String>);

/// How the variable of a section's field is called.
pub(super) fn variable(section: &str, field: &str) -> String {
    format!("{PREFIX}{section}_{field}").to_uppercase()
}

/// How the variable of an Intercom app's field is called.
pub(super) fn app_variable(app: &str, field: &str) -> String {
    format!("{APP_PREFIX}{app}_{field}")
        .to_uppercase()
        .replace('-', "_")
}

impl Environment {
    /// Of this process. A variable that is not Unicode cannot be one of ours.
    pub(crate) fn of_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| name.starts_with(PREFIX))
            .collect()
    }

    /// Lays the variables over `file`. Each is checked alone, so that the error can name it.
    pub(super) fn lay_over(&self, file: &mut Table) -> Result<(), Failure> {
        for (section, fields) in SECTIONS {
            for field in fields {
                let variable = variable(section, field.name);
                let Some(text) = self.0.get(&variable) else {
                    continue;
                };
                let value = value_of(*field, text).ok_or_else(|| not_a_switch(&variable, text))?;
                let alone = Table::from_iter([(field.name.to_owned(), value.clone())]);
                let alone = Table::from_iter([(section.to_owned(), Value::Table(alone))]);
                Config::deserialize(alone).map_err(|error| unreadable(&variable, &error))?;
                let table = file
                    .entry(section)
                    .or_insert_with(|| Value::Table(Table::new()))
                    .as_table_mut()
                    .expect("the file was read as a configuration before");
                table.insert(field.name.to_owned(), value);
            }
        }
        self.lay_over_apps(file)
    }

    /// Variables that look like a setting and are none: most likely misspelt.
    pub(crate) fn misspelt(&self) -> Vec<&str> {
        let is_setting = |name: &str| {
            let of_section = SECTIONS.iter().any(|(section, fields)| {
                fields
                    .iter()
                    .any(|field| variable(section, field.name) == name)
            });
            of_section || app_and_field(name).is_some() || OF_CONNECT.contains(&name)
        };
        let looks_like_one = |name: &str| {
            let sections = SECTIONS
                .iter()
                .map(|(section, _)| *section)
                .chain(["intercom"]);
            sections
                .into_iter()
                .any(|section| name.starts_with(&variable(section, "")))
        };
        let names = self.0.keys().map(String::as_str);
        names
            .filter(|name| looks_like_one(name) && !is_setting(name))
            .collect()
    }

    fn lay_over_apps(&self, file: &mut Table) -> Result<(), Failure> {
        for (variable, text) in &self.0 {
            let Some((app, field)) = app_and_field(variable) else {
                continue;
            };
            let value = Value::String(text.clone());
            let alone = Table::from_iter([(field.name.to_owned(), value.clone())]);
            IntercomApp::deserialize(alone).map_err(|error| unreadable(variable, &error))?;
            app_table(file, &app).insert(field.name.to_owned(), value);
        }
        Ok(())
    }
}

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        Self(variables.into_iter().collect())
    }
}

fn value_of(field: Field, text: &str) -> Option<Value> {
    match field.kind {
        Kind::Text => Some(Value::String(text.to_owned())),
        Kind::Switch => text.parse().ok().map(Value::Boolean),
    }
}

/// `CARRICK_INTERCOM_MAIN_API_URL` is `api_url` of `main`. The name is what is left when a field's
/// name is taken from the end.
fn app_and_field(variable: &str) -> Option<(String, Field)> {
    let rest = variable.strip_prefix(APP_PREFIX)?;
    APP_FIELDS
        .iter()
        .filter(|field| field.name != "name")
        .find_map(|field| {
            let app = rest
                .strip_suffix(&field.name.to_uppercase())?
                .strip_suffix('_')?;
            let app = app.to_lowercase().replace('_', "-");
            is_app_name(&app).then_some((app, *field))
        })
}

/// The app's table in the file, which is added if there is none.
fn app_table<'a>(file: &'a mut Table, app: &str) -> &'a mut Table {
    const READ_BEFORE: &str = "the file was read as a configuration before";
    let intercom = file
        .entry("intercom")
        .or_insert_with(|| Value::Table(Table::new()));
    let apps = intercom
        .as_table_mut()
        .expect(READ_BEFORE)
        .entry("apps")
        .or_insert_with(|| Value::Array(Vec::new()))
        .as_array_mut()
        .expect(READ_BEFORE);
    let is_it = |known: &Value| known.get("name").and_then(Value::as_str) == Some(app);
    let place = apps.iter().position(is_it).unwrap_or_else(|| {
        let named = Table::from_iter([("name".to_owned(), Value::String(app.to_owned()))]);
        apps.push(Value::Table(named));
        apps.len() - 1
    });
    apps[place].as_table_mut().expect(READ_BEFORE)
}

fn not_a_switch(variable: &str, text: &str) -> Failure {
    Failure::usage(format!("{variable} must be true or false, but is {text:?}"))
}

fn unreadable(variable: &str, error: &toml::de::Error) -> Failure {
    Failure::usage(format!("{variable} cannot be used: {}", error.message()))
}
