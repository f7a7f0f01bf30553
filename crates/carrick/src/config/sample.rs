//! The sample: the types' defaults, with what each field is for and how its variable is called.

use super::{
    Config, Field, IntercomApp, SECTIONS, environment, intercom, mail, salesforce, security, server,
};

/// A complete `carrick.toml` with the defaults, and placeholders where there is none.
pub(crate) fn sample() -> String {
    let config = Config {
        server: server::Server::sample("https://carrick.example.com"),
        security: security::Security::sample("carrick-store/carrick.key"),
        salesforce: salesforce::Salesforce {
            client_id: "consumer-key".to_owned(),
            ..salesforce::Salesforce::default()
        },
        mail: mail::Mail::sample("Carrick <carrick@example.com>"),
        intercom: intercom::Intercom {
            apps: vec![IntercomApp {
                client_id: "client-id".to_owned(),
                ..IntercomApp::default()
            }],
        },
        ..Config::default()
    };
    let text = toml::to_string(&config).expect("a configuration is tables of plain values");
    let mut annotated = String::new();
    let mut section = "";
    for line in text.lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_matches(['[', ']']);
        } else if let Some((name, _)) = line.split_once(" = ") {
            annotated.push_str(&explained(section, name));
        }
        annotated.push_str(line);
        annotated.push('\n');
    }
    annotated
}

fn explained(section: &str, name: &str) -> String {
    let (fields, variable) = match SECTIONS.iter().find(|(known, _)| *known == section) {
        Some((_, fields)) => (*fields, environment::variable(section, name)),
        None => (
            intercom::APP_FIELDS,
            environment::app_variable(intercom::MAIN_APP, name),
        ),
    };
    let of_this_name = |field: &&Field| field.name == name;
    let field = fields
        .iter()
        .find(of_this_name)
        .expect("every field says what it is for");
    let by_variable = if name == "name" {
        String::new()
    } else {
        format!("# {variable}\n")
    };
    format!("{}{by_variable}", commented(field.purpose))
}

/// The text as comment lines of at most 100 columns.
fn commented(text: &str) -> String {
    let mut lines = vec!["#".to_owned()];
    for word in text.split(' ') {
        let is_full = lines
            .last()
            .is_some_and(|line| line.len() + 1 + word.len() > 100);
        if is_full {
            lines.push("#".to_owned());
        }
        if let Some(line) = lines.last_mut() {
            line.push(' ');
            line.push_str(word);
        }
    }
    lines.join("\n") + "\n"
}
