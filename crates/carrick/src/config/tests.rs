use std::path::Path;

use super::*;
use crate::failure::Failure;

fn environment(variables: &[(&str, &str)]) -> Environment {
    variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// Loads `text` as a file in a folder that holds nothing else.
fn loaded(text: &str, variables: &[(&str, &str)]) -> Result<Config, Failure> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("carrick.toml");
    std::fs::write(&file, text).unwrap();
    let mut variables = variables.to_vec();
    let directory = folder.path().join("store");
    let directory = directory.to_str().unwrap();
    if !variables
        .iter()
        .any(|(name, _)| *name == "CARRICK_STORE_DIRECTORY")
    {
        variables.push(("CARRICK_STORE_DIRECTORY", directory));
    }
    load(Some(&file), &environment(&variables)).map(|configured| configured.config)
}

fn app<'a>(config: &'a Config, name: &str) -> &'a IntercomApp {
    config
        .intercom
        .apps
        .iter()
        .find(|app| app.name == name)
        .unwrap()
}

/// What the operator reads, without the name of the temporary folder.
fn refusal(text: &str, variables: &[(&str, &str)]) -> String {
    let words = loaded(text, variables).unwrap_err().to_string();
    let mut lines = Vec::new();
    for line in words.lines() {
        match (line.find('/'), line.find("carrick.toml")) {
            (Some(from), Some(to)) if from < to => {
                lines.push(format!("{}{}", &line[..from], &line[to..]));
            }
            _ => lines.push(line.trim_end().to_owned()),
        }
    }
    lines.join("\n")
}

#[test]
fn the_sample_is_complete_and_can_be_used() {
    insta::assert_snapshot!(sample(), @r#"
    [server]
    # Address and port to listen on.
    # CARRICK_SERVER_LISTEN
    listen = "127.0.0.1:4000"
    # How browsers and Intercom reach this server. Default: http:// and the address above.
    # CARRICK_SERVER_PUBLIC_URL
    public_url = "https://carrick.example.com/"

    [store]
    # Folder of the database. Made if missing; one running Carrick per folder.
    # CARRICK_STORE_DIRECTORY
    directory = "carrick-store"

    [security]
    # Key that seals the vendors' tokens in the store. Made on the first start, readable by its owner
    # only. Default: carrick.key in the store's folder. Back it up apart from the store.
    # CARRICK_SECURITY_KEY_FILE
    key_file = "carrick-store/carrick.key"
    # Lets Salesforce be a simulator on this machine, over plain http. Never in production.
    # CARRICK_SECURITY_ALLOW_LOOPBACK_SALESFORCE
    allow_loopback_salesforce = false
    # Who may open the settings pages: "loopback" (browsers on this machine) or "anyone".
    # CARRICK_SECURITY_SETTINGS_ACCESS
    settings_access = "loopback"

    [salesforce]
    # Consumer key of the connected app.
    # CARRICK_SALESFORCE_CLIENT_ID
    client_id = "consumer-key"
    # Consumer secret of the connected app.
    # CARRICK_SALESFORCE_CLIENT_SECRET
    client_secret = "keep-this-secret"
    # Where admins allow it: login, test (sandboxes) or My Domain.
    # CARRICK_SALESFORCE_LOGIN_URL
    login_url = "https://login.salesforce.com/"

    [mail]
    # smtp://user:password@host (STARTTLS, port 587) or smtps://… (TLS, port 465). Without it no mail
    # is sent. Reserved characters of user and password are written as %40.
    # CARRICK_MAIL_SMTP_URL
    smtp_url = ""
    # Sender of the mails: an address, or Name <address>.
    # CARRICK_MAIL_FROM
    from = "Carrick <carrick@example.com>"

    [log]
    # "text" for people, "json" for a log collector.
    # CARRICK_LOG_FORMAT
    format = "text"
    # error, warn, info, debug or trace; or per area, as "info,engine=debug".
    # CARRICK_LOG_LEVEL
    level = "info"

    [[intercom.apps]]
    # Part of the app's webhook and card addresses: a-z, 0-9 and dashes.
    name = "main"
    # From the app's page in the Developer Hub.
    # CARRICK_INTERCOM_MAIN_CLIENT_ID
    client_id = "client-id"
    # From the same page. Signs webhooks and card requests.
    # CARRICK_INTERCOM_MAIN_CLIENT_SECRET
    client_secret = "keep-this-secret"
    # Where teammates allow the app.
    # CARRICK_INTERCOM_MAIN_AUTHORIZE_URL
    authorize_url = "https://app.intercom.com/oauth"
    # Intercom's API: api.intercom.io, api.eu.intercom.io, api.au.intercom.io.
    # CARRICK_INTERCOM_MAIN_API_URL
    api_url = "https://api.intercom.io/"
    "#);
    let config = loaded(&sample(), &[]).unwrap();
    let app = app(&config, "main");
    assert_eq!(app.client_id, "client-id");
    assert_eq!(app.api_url.as_str(), "https://api.intercom.io/");
    assert_eq!(config.log.level, "info");
}

#[test]
fn every_field_of_every_section_says_what_it_is_for() {
    let sample: toml::Table = sample().parse().unwrap();
    for (section, fields) in SECTIONS {
        let mut written: Vec<_> = sample[section].as_table().unwrap().keys().collect();
        let mut explained: Vec<_> = fields.iter().map(|field| field.name).collect();
        written.sort();
        explained.sort_unstable();
        assert_eq!(written, explained, "{section}");
    }
    let sections: Vec<_> = sample.keys().map(String::as_str).collect();
    assert_eq!(
        sections,
        [
            "intercom",
            "log",
            "mail",
            "salesforce",
            "security",
            "server",
            "store"
        ]
    );
}

#[test]
fn variables_win_over_the_file() {
    let file = "
        [server]
        listen = '127.0.0.1:1'
        [[intercom.apps]]
        name = 'eu'
        client_id = 'from file'
        client_secret = 'secret of the file'
    ";
    let config = loaded(
        file,
        &[
            ("CARRICK_SERVER_LISTEN", "0.0.0.0:2"),
            ("CARRICK_SECURITY_ALLOW_LOOPBACK_SALESFORCE", "true"),
            ("CARRICK_SECURITY_SETTINGS_ACCESS", "anyone"),
            ("CARRICK_INTERCOM_EU_API_URL", "https://api.eu.intercom.io"),
            ("CARRICK_INTERCOM_MY_SECOND_CLIENT_ID", "second"),
            ("CARRICK_INTERCOM_MY_SECOND_CLIENT_SECRET", "secret"),
            ("CARRICK_LOG_FORMAT", "json"),
        ],
    )
    .unwrap();
    assert_eq!(config.server.listen, "0.0.0.0:2".parse().unwrap());
    assert!(config.security.allow_loopback_salesforce);
    assert_eq!(config.security.settings_access, SettingsAccess::Anyone);
    assert_eq!(config.log.format, LogFormat::Json);
    let eu = app(&config, "eu");
    assert_eq!(eu.client_id, "from file");
    assert_eq!(eu.client_secret.expose(), "secret of the file");
    assert_eq!(eu.api_url.as_str(), "https://api.eu.intercom.io/");
    assert_eq!(app(&config, "my-second").client_id, "second");
}

#[test]
fn what_is_wrong_in_the_file_is_named_with_its_line() {
    insta::assert_snapshot!(refusal("[server]\nlisten = 4000", &[]), @"
    error: the configuration file carrick.toml is not right
      because: line 2: invalid type: integer `4000`, expected socket address
      what to do: correct that line; `carrick serve --print-sample-config` shows every field
    ");
    insta::assert_snapshot!(refusal("[server]\nlisten = 'port 4000'", &[]), @"
    error: the configuration file carrick.toml is not right
      because: line 2: invalid socket address syntax
      what to do: correct that line; `carrick serve --print-sample-config` shows every field
    ");
    insta::assert_snapshot!(refusal("[store]\nfolder = 'x'", &[]), @"
    error: the configuration file carrick.toml is not right
      because: line 2: unknown field `folder`, expected `directory`
      what to do: correct that line; `carrick serve --print-sample-config` shows every field
    ");
    insta::assert_snapshot!(refusal("[server\n", &[]), @"
    error: the configuration file carrick.toml is not right
      because: line 1: unclosed table, expected `]`
      what to do: correct that line; `carrick serve --print-sample-config` shows every field
    ");
    insta::assert_snapshot!(refusal("\n[salesforce]\nclient_secret = hush", &[]), @"
    error: the configuration file carrick.toml is not right
      because: line 3: string values must be quoted, expected literal string
      what to do: correct that line; `carrick serve --print-sample-config` shows every field
    ");
}

#[test]
fn a_mistake_beside_a_secret_does_not_print_it() {
    for (line, words) in [
        (
            "client_secrt = 'hush-4711'",
            "unknown field `client_secrt`, expected one of \
             `client_id`, `client_secret`, `login_url`",
        ),
        (
            "client_secret = 4711",
            "a secret must be text in quotation marks",
        ),
    ] {
        let refusal = refusal(&format!("[salesforce]\n{line}"), &[]);
        assert!(refusal.contains(&format!("line 2: {words}")), "{refusal}");
        assert!(!refusal.contains("4711"), "{refusal}");
    }
}

#[test]
fn what_is_wrong_in_a_variable_is_named() {
    for (name, value, words) in [
        (
            "CARRICK_SERVER_LISTEN",
            "port 4000",
            "CARRICK_SERVER_LISTEN cannot be used: invalid socket address syntax",
        ),
        (
            "CARRICK_SECURITY_ALLOW_LOOPBACK_SALESFORCE",
            "yes",
            "CARRICK_SECURITY_ALLOW_LOOPBACK_SALESFORCE must be true or false, but is \"yes\"",
        ),
        (
            "CARRICK_LOG_FORMAT",
            "xml",
            "CARRICK_LOG_FORMAT cannot be used: unknown variant `xml`, expected `text` or `json`",
        ),
        (
            "CARRICK_INTERCOM_MAIN_API_URL",
            "intercom",
            "CARRICK_INTERCOM_MAIN_API_URL cannot be used: \
             relative URL without a base: \"intercom\"",
        ),
    ] {
        assert_eq!(refusal("", &[(name, value)]), format!("error: {words}"));
    }
}

#[test]
fn what_is_wrong_in_the_end_is_named_with_the_places_to_correct() {
    for (name, value, words) in [
        (
            "CARRICK_INTERCOM_MAIN_CLIENT_ID",
            "x",
            "the Intercom app \"main\" has no client_secret",
        ),
        (
            "CARRICK_SALESFORCE_LOGIN_URL",
            "http://login.salesforce.com",
            "salesforce.login_url must begin with https://, but is http://login.salesforce.com/",
        ),
        (
            "CARRICK_SERVER_PUBLIC_URL",
            "ftp://x",
            "server.public_url must begin with https:// or http://, but is ftp://x/",
        ),
        (
            "CARRICK_MAIL_SMTP_URL",
            "smtp://u:hush@mail.example.com",
            "mail.smtp_url needs a sender: mail.from is empty",
        ),
        (
            "CARRICK_MAIL_SMTP_URL",
            "https://u:hush@mail.example.com",
            "mail.smtp_url must begin with smtp:// or smtps://",
        ),
        (
            "CARRICK_MAIL_SMTP_URL",
            "smtps://u@mail.example.com",
            "mail.smtp_url must name both user and password, or neither",
        ),
        (
            "CARRICK_MAIL_SMTP_URL",
            "hush@mail",
            "mail.smtp_url is no address: relative URL without a base",
        ),
        (
            "CARRICK_MAIL_SMTP_URL",
            "smtp://mail.example.com/?tls=none",
            "mail.smtp_url must end with the host or the port",
        ),
    ] {
        let next = "what to do: correct carrick.toml or the CARRICK_… variable";
        assert_eq!(
            refusal("", &[(name, value)]),
            format!("error: {words}\n  {next}")
        );
    }
}

#[test]
fn mail_is_handed_in_over_a_private_line_or_on_this_machine() {
    let server = |url: &str| {
        let from = ("CARRICK_MAIL_FROM", "carrick@example.com");
        let config = loaded("", &[from, ("CARRICK_MAIL_SMTP_URL", url)]).unwrap();
        let (server, from) = config.mail.server().unwrap().unwrap();
        assert_eq!(from.to_string(), "carrick@example.com");
        (server.host, server.port, server.tls)
    };
    let host = || "mail.example.com".to_owned();
    assert_eq!(
        server("smtp://u:p@mail.example.com"),
        (host(), 587, SmtpTls::StartTls)
    );
    assert_eq!(
        server("smtps://u:p@mail.example.com"),
        (host(), 465, SmtpTls::Wrapped)
    );
    assert_eq!(
        server("smtp://mail.example.com:2525/"),
        (host(), 2525, SmtpTls::StartTls)
    );
    for (url, host) in [
        ("smtp://127.0.0.1:1025", "127.0.0.1"),
        ("smtp://[::1]:1025", "::1"),
        ("smtp://localhost:1025", "localhost"),
    ] {
        assert_eq!(server(url), (host.to_owned(), 1025, SmtpTls::None));
    }
    assert!(loaded("", &[]).unwrap().mail.server().unwrap().is_none());
}

#[test]
fn a_mail_password_may_hold_any_character_and_is_never_printed() {
    let file = "[mail]\nfrom = 'Carrick <c@example.com>'\n\
                smtp_url = 'smtp://ada%40acme.io:hush%2Fhush@mail.example.com'";
    let config = loaded(file, &[]).unwrap();
    let (server, _) = config.mail.server().unwrap().unwrap();
    let (user, password) = server.credentials.clone().unwrap();
    assert_eq!(
        (user.as_str(), password.expose()),
        ("ada@acme.io", "hush/hush")
    );
    let written = toml::to_string(&config).unwrap();
    for text in [format!("{config:?}"), format!("{server:?}"), written] {
        assert!(!text.contains("hush"), "{text}");
    }
}

#[test]
fn a_misspelt_variable_is_noticed() {
    let environment = environment(&[
        ("CARRICK_SERVER_LISTN", "127.0.0.1:1"),
        ("CARRICK_SERVER_LISTEN", "127.0.0.1:1"),
        ("CARRICK_INTERCOM_MAIN_SECRET", "x"),
        ("CARRICK_INTERCOM_MAIN_CLIENT_SECRET", "x"),
        ("CARRICK_INTERCOM_TOKEN", "x"),
        (
            "CARRICK_PORT_4000_TCP",
            "set by an orchestrator for a service called carrick",
        ),
        ("CARRICK_CONFIG", "carrick.toml"),
    ]);
    assert_eq!(
        environment.misspelt(),
        ["CARRICK_INTERCOM_MAIN_SECRET", "CARRICK_SERVER_LISTN"]
    );
}

#[test]
fn no_file_is_fine_unless_one_was_named() {
    let folder = tempfile::tempdir().unwrap();
    let named = |path: &Path| {
        load(Some(path), &Environment::default())
            .unwrap_err()
            .to_string()
    };
    let missing = named(&folder.path().join("none.toml"));
    assert!(missing.contains("none.toml cannot be read"), "{missing}");
    let not_a_file = named(folder.path());
    assert!(not_a_file.contains("cannot be read"), "{not_a_file}");
}

#[test]
fn a_secret_is_never_printed() {
    let file = "[salesforce]\nclient_id = 'a'\nclient_secret = 'hush-hush'";
    let config = loaded(file, &[]).unwrap();
    assert_eq!(config.salesforce.client_secret.expose(), "hush-hush");
    assert!(!format!("{config:?}").contains("hush-hush"));
    assert!(!toml::to_string(&config).unwrap().contains("hush-hush"));
}

#[test]
fn the_app_given_to_connect_stands_in_for_a_missing_section() {
    let folder = tempfile::tempdir().unwrap();
    let app = RememberedApp {
        client_id: "remembered".to_owned(),
        client_secret: "secret".to_owned(),
        login_url: "http://127.0.0.1:4010".parse().unwrap(),
        allow_loopback: true,
    };
    app.write(folder.path()).unwrap();
    let directory = folder.path().to_str().unwrap();
    let store = [("CARRICK_STORE_DIRECTORY", directory)];
    let without = loaded("", &store).unwrap();
    assert_eq!(without.salesforce.client_id, "remembered");
    assert!(without.security.allow_loopback_salesforce);
    let with = loaded("[salesforce]\nclient_id = 'configured'", &store).unwrap();
    assert_eq!(with.salesforce.client_id, "configured");
    assert!(!with.security.allow_loopback_salesforce);
}
