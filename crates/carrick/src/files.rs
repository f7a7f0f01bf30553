//! Files that are replaced as a whole: a reader sees the old content or the new one, also after the
//! process was killed between two instructions.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Whoever the system lets by default.
    Everybody,
    /// Only the user who runs Carrick.
    Owner,
}

/// Puts `content` in place of what is at `path`, by writing a file beside it and renaming that.
pub(crate) fn replace(path: &Path, content: &[u8], readers: Readers) -> io::Result<()> {
    replace_by(path, readers, |file| file.write_all(content))
}

/// As [`replace`], with a content that is written bit by bit.
pub(crate) fn replace_by(
    path: &Path,
    readers: Readers,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    let beside = path.with_added_extension("new");
    // Left by a process that was killed; its permissions might be wider than asked for.
    match std::fs::remove_file(&beside) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    write_new_by(&beside, readers, write)?;
    std::fs::rename(&beside, path)
}

/// Writes a file that must not exist yet, to the disk.
pub(crate) fn write_new(path: &Path, content: &[u8], readers: Readers) -> io::Result<()> {
    write_new_by(path, readers, |file| file.write_all(content))
}

fn write_new_by(
    path: &Path,
    readers: Readers,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    let mut file = create_new(path, readers)?;
    write(&mut file)?;
    file.sync_all()
}

#[cfg(unix)]
fn create_new(path: &Path, readers: Readers) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let mode = match readers {
        Readers::Everybody => 0o666,
        Readers::Owner => 0o600,
    };
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
}

#[cfg(not(unix))]
fn create_new(path: &Path, _: Readers) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}
