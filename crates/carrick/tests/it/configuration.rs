//! What is typed or configured wrongly ends with 2 and names it; what is in the way, with 1.

use std::net::TcpListener;

use tempfile::tempdir;

use crate::process::{Running, carrick, finished, run};

/// Enough of a configuration to serve, on a free port.
const MINIMAL: &str = "[server]\nlisten = '127.0.0.1:0'\n\
                       [salesforce]\nclient_id = 'key'\nclient_secret = 'secret'\n";

#[test]
fn what_cannot_be_understood_is_a_usage_error() {
    let folder = tempdir().unwrap();
    let typed: [&[&str]; 7] = [
        &[],
        &["dance"],
        &["serve", "--listen", "everywhere"],
        &["demo", "--port", "65535"],
        &["sim", "intercom", "--rate-limit", "0"],
        &["sim", "salesforce", "--load", "world.json", "--leads", "5"],
        &["connect", "--name", "acme"],
    ];
    for arguments in typed {
        let ended = run(folder.path(), arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?}: {}", ended.stderr);
        assert_eq!(ended.stdout, "", "{arguments:?}");
        assert!(
            ended.stderr.contains("--help"),
            "{arguments:?}: {}",
            ended.stderr
        );
    }
}

#[test]
fn a_configuration_that_is_not_there_is_named() {
    let folder = tempdir().unwrap();
    let missing = run(folder.path(), &["serve", "--config", "absent.toml"]);
    assert_eq!(missing.code, Some(2));
    assert!(
        missing.stderr.contains("absent.toml cannot be read"),
        "{}",
        missing.stderr
    );
    assert!(
        missing.stderr.contains("--print-sample-config"),
        "{}",
        missing.stderr
    );

    let none = run(folder.path(), &["serve"]);
    assert_eq!(none.code, Some(2));
    assert!(
        none.stderr.contains("carrick.toml is not in this folder"),
        "{}",
        none.stderr
    );
}

#[test]
fn a_configuration_that_cannot_be_read_is_named() {
    let folder = tempdir().unwrap();
    std::fs::create_dir(folder.path().join("carrick.toml")).unwrap();
    let unreadable = run(folder.path(), &["serve"]);
    assert_eq!(unreadable.code, Some(2));
    assert!(
        unreadable.stderr.contains("carrick.toml cannot be read"),
        "{}",
        unreadable.stderr
    );
}

#[test]
fn a_mistake_in_the_configuration_is_named_with_its_line_and_field() {
    let folder = tempdir().unwrap();
    let file = folder.path().join("carrick.toml");
    std::fs::write(&file, "[server]\nlisten = '127.0.0.1:0'\nspeed = 'high'\n").unwrap();
    let wrong = run(folder.path(), &["serve"]);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("line 3"), "{}", wrong.stderr);
    assert!(
        wrong.stderr.contains("unknown field `speed`"),
        "{}",
        wrong.stderr
    );
    assert!(
        !folder.path().join("carrick-store").exists(),
        "nothing is started"
    );
}

#[test]
fn the_printed_sample_can_be_served() {
    let folder = tempdir().unwrap();
    let sample = run(folder.path(), &["serve", "--print-sample-config"]);
    assert_eq!(sample.code, Some(0));
    std::fs::write(folder.path().join("carrick.toml"), sample.stdout).unwrap();
    let mut serving = Running::start(&mut carrick(
        folder.path(),
        &["serve", "--listen", "127.0.0.1:0"],
    ));
    let line = serving.line_with("listens");
    assert!(
        line.ends_with("known to others as https://carrick.example.com/"),
        "{line}"
    );
    serving.interrupt();
    assert_eq!(serving.ended().code(), Some(0));
}

#[test]
fn a_busy_port_is_named() {
    let folder = tempdir().unwrap();
    std::fs::write(folder.path().join("carrick.toml"), MINIMAL).unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let port = format!("port {} is in use", taken.local_addr().unwrap().port());
    for arguments in [
        ["serve", "--listen", &address].as_slice(),
        ["sim", "salesforce", "--listen", &address].as_slice(),
        ["sim", "intercom", "--listen", &address].as_slice(),
    ] {
        let busy = run(folder.path(), arguments);
        assert_eq!(busy.code, Some(1), "{arguments:?}: {}", busy.stderr);
        assert!(
            busy.stderr.contains(&port),
            "{arguments:?}: {}",
            busy.stderr
        );
        assert!(
            busy.stderr.contains("--listen"),
            "{arguments:?}: {}",
            busy.stderr
        );
    }
}

#[test]
fn a_store_belongs_to_one_process() {
    let folder = tempdir().unwrap();
    std::fs::write(folder.path().join("carrick.toml"), MINIMAL).unwrap();
    let mut first = Running::start(&mut carrick(folder.path(), &["serve"]));
    first.line_with("listens");

    let second = run(folder.path(), &["serve"]);
    assert_eq!(second.code, Some(1));
    assert!(
        second.stderr.contains("in use by carrick serve, process "),
        "{}",
        second.stderr
    );
    let sync = run(folder.path(), &["sync", "acme"]);
    assert_eq!(sync.code, Some(1));
    assert!(
        sync.stderr
            .contains("start the sync on the connection's page"),
        "{}",
        sync.stderr
    );

    first.interrupt();
    assert_eq!(first.ended().code(), Some(0));
    let mut third = Running::start(&mut carrick(folder.path(), &["serve"]));
    third.line_with("listens");
    third.interrupt();
    assert_eq!(third.ended().code(), Some(0));
}

#[test]
fn an_interrupted_server_has_closed_its_port() {
    let folder = tempdir().unwrap();
    let mut command = carrick(folder.path(), &["serve"]);
    command
        .env("CARRICK_SERVER_LISTEN", "127.0.0.1:0")
        .env("CARRICK_INTERCOM_MAIN_CLIENT_ID", "id")
        .env("CARRICK_INTERCOM_MAIN_CLIENT_SECRET", "secret");
    let mut serving = Running::start(&mut command);
    let line = serving.line_with("listens");
    let address = line.split(['/', ',']).nth(2).unwrap().to_owned();
    let health = crate::web_client::page(&format!("http://{address}/health"));
    assert!(health.contains(env!("CARGO_PKG_VERSION")), "{health}");
    serving.interrupt();
    assert_eq!(serving.ended().code(), Some(0));
    TcpListener::bind(address).expect("the port is free again");
}

#[test]
fn the_key_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempdir().unwrap();
    std::fs::write(folder.path().join("carrick.toml"), MINIMAL).unwrap();
    let mut serving = Running::start(&mut carrick(folder.path(), &["serve"]));
    serving.line_with("listens");
    let store = folder.path().join("carrick-store");
    let mode = |name: &str| {
        std::fs::metadata(store.join(name))
            .unwrap()
            .permissions()
            .mode()
    };
    assert_eq!(mode("carrick.key") & 0o777, 0o600);
    assert_eq!(
        std::fs::metadata(&store).unwrap().permissions().mode() & 0o777,
        0o700
    );
    serving.interrupt();
    assert_eq!(serving.ended().code(), Some(0));

    std::fs::write(store.join("carrick.key"), "not a key").unwrap();
    let refused = finished(&mut carrick(folder.path(), &["serve"]));
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.stderr.contains("carrick.key is not a key"),
        "{}",
        refused.stderr
    );
}
