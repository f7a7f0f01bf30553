//! One process per store. The operating system gives the lock back when its holder ends, however it
//! ends, so a file left behind means nothing.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::Path;

use crate::failure::{Failure, OrFail};

const FILE: &str = "carrick.lock";

/// Held as long as this value lives.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// Who holds the lock, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holder {
    /// For people: the command and the number of its process.
    pub(crate) description: String,
}

/// Takes the lock of the store in `directory` for `command`, or tells who has it.
pub(crate) fn take(directory: &Path, command: &str) -> Result<Result<Lock, Holder>, Failure> {
    let path = directory.join(FILE);
    let cannot = || format!("the lock {} cannot be taken", path.display());
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .or_fail(cannot)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(Err(holder(&path))),
        Err(TryLockError::Error(error)) => return Err(Failure::new(cannot()).because(&error)),
    }
    file.set_len(0).or_fail(cannot)?;
    write!(file, "carrick {command}, process {}", std::process::id()).or_fail(cannot)?;
    Ok(Ok(Lock { _file: file }))
}

/// The same, where a busy store is the end of the command.
pub(crate) fn require(directory: &Path, command: &str) -> Result<Lock, Failure> {
    take(directory, command)?.map_err(|holder| {
        Failure::new(format!(
            "the store in {} is in use by {}",
            directory.display(),
            holder.description
        ))
        .try_this("end that process first: only one may work on a store")
    })
}

fn holder(path: &Path) -> Holder {
    let written = std::fs::read_to_string(path).unwrap_or_default();
    let description = match written.trim() {
        "" => "another process".to_owned(),
        written => written.to_owned(),
    };
    Holder { description }
}
