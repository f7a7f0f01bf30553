//! What holds of the reader for any bytes at all, to be tried by a fuzzer.

use std::borrow::Cow;

use super::super::dialect::{Delimiter, Dialect, LineEnding};
use super::{Reader, write_line};

/// Reads `input` as a file; its first byte chooses the dialect. Every line lies behind the one
/// before, and what was read reads the same after it was written.
pub(crate) fn reads_any_bytes(input: &[u8]) {
    let Some((choice, file)) = input.split_first() else {
        return;
    };
    let choice = usize::from(*choice);
    let dialect = Dialect {
        delimiter: Delimiter::ALL[choice / 2 % Delimiter::ALL.len()],
        ending: [LineEnding::Lf, LineEnding::Crlf][choice % 2],
    };
    let mut reader = Reader::new(file, 0, dialect);
    let mut end = 0;
    loop {
        match reader.line() {
            Ok(Some(line)) => {
                assert!(end <= line.place.start && line.place.start < line.place.end);
                assert!(line.place.end <= file.len());
                end = line.place.end;
                let mut again = Vec::new();
                write_line(line.fields.iter().map(Cow::as_ref), dialect, &mut again);
                let read = Reader::new(&again, 0, dialect).line();
                assert_eq!(
                    read.map(|line| line.map(|line| line.fields)),
                    Ok(Some(line.fields))
                );
            }
            Ok(None) => return,
            Err(unreadable) => {
                assert!(unreadable.message().contains(" : "));
                return;
            }
        }
    }
}
