//! What is printed. A terminal that was closed or a disk that is full never ends the process in
//! the middle of something: printing returns what went wrong, or passes over it.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

use crate::failure::{Failure, OrFail};

/// Prints a line that was asked for. A reader who has seen enough is no failure; one who loses
/// something is.
pub(crate) fn line(text: impl Display) -> Result<(), Failure> {
    lines(&format!("{text}\n"))
}

/// Prints a text that ends its lines itself, under the same rule.
pub(crate) fn lines(text: &str) -> Result<(), Failure> {
    match write(io::stdout().lock(), text) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        outcome => outcome.or_fail(|| "standard output cannot be written".to_owned()),
    }
}

/// Prints how far something is. Whether anybody reads it does not matter to what is being done.
pub(crate) fn progress(text: impl Display) {
    let _unread = write(io::stdout().lock(), &format!("{text}\n"));
}

/// Prints a line beside the output. There is no other place to tell that this is impossible.
pub(crate) fn aside(text: impl Display) {
    let _unread = write(io::stderr().lock(), &format!("{text}\n"));
}

fn write(mut to: impl Write, text: &str) -> io::Result<()> {
    to.write_all(text.as_bytes())?;
    to.flush()
}
