//! Output that nobody reads, or that has no room.

use std::io::{PipeWriter, pipe};
use std::process::Command;

use tempfile::tempdir;

use crate::process::{Ended, carrick};
use crate::sync::Clouds;

/// A pipe whose reader has gone away.
fn closed() -> PipeWriter {
    let (_, writer) = pipe().unwrap();
    writer
}

fn ended(command: &mut Command) -> Ended {
    let output = command.output().unwrap();
    Ended {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn a_reader_who_has_seen_enough_is_no_failure() {
    let folder = tempdir().unwrap();
    let mut sample = carrick(folder.path(), &["serve", "--print-sample-config"]);
    let ended = ended(sample.stdout(closed()));
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_without_room_is_a_failure() {
    let folder = tempdir().unwrap();
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let mut sample = carrick(folder.path(), &["serve", "--print-sample-config"]);
    let ended = ended(sample.stdout(full));
    assert_eq!(ended.code, Some(1));
    let words = "error: standard output cannot be written\n  because: ";
    assert!(ended.stderr.starts_with(words), "{}", ended.stderr);
}

#[test]
fn a_sync_goes_on_when_nobody_watches_it_any_more() {
    let folder = tempdir().unwrap();
    let clouds = Clouds::connected(folder.path(), "12");
    for arguments in [&["sync", "acme", "--json"][..], &["sync", "acme"]] {
        let mut sync = carrick(folder.path(), arguments);
        let ended = ended(sync.stdout(closed()).stderr(closed()));
        assert_eq!(ended.code, Some(0), "{arguments:?}");
    }
    clouds.end();
}
