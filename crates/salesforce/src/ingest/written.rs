//! Rows as CSV: every cell in quotes, `#N/A` for one that is cleared, nothing for one that is kept.

use bytes::Bytes;
use model::Change;

use super::{IngestRow, UPLOAD_BYTES_MAX};
use crate::api_name::ApiName;

/// What Salesforce takes for *clear this*. As a text it cannot be written.
const CLEARED: &str = "#N/A";

/// The CSV of one job while it is written.
pub(super) struct Upload {
    columns: usize,
    waiting: Vec<u8>,
    written_before: u64,
}

impl Upload {
    /// Begins with the header.
    pub(super) fn of(columns: &[ApiName]) -> Self {
        let names: Vec<&str> = columns.iter().map(ApiName::as_str).collect();
        Self {
            columns: columns.len(),
            waiting: format!("{}\n", names.join(",")).into_bytes(),
            written_before: 0,
        }
    }

    /// Bytes that were not taken yet.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Takes what was written.
    pub(super) fn take(&mut self) -> Bytes {
        self.written_before += self.waiting.len() as u64;
        std::mem::take(&mut self.waiting).into()
    }

    /// Writes a row, or says why it cannot be written.
    pub(super) fn write(&mut self, row: &IngestRow) -> Result<(), String> {
        if row.len() != self.columns {
            return Err(format!(
                "a row of {} cells for {} columns",
                row.len(),
                self.columns
            ));
        }
        for (at, cell) in row.iter().enumerate() {
            if at > 0 {
                self.waiting.push(b',');
            }
            match cell {
                Change::Keep => {}
                Change::Clear => self.waiting.extend_from_slice(CLEARED.as_bytes()),
                Change::Set(text) if text.is_empty() => {
                    self.waiting.extend_from_slice(CLEARED.as_bytes());
                }
                Change::Set(text) if text == CLEARED => {
                    return Err(format!("the text {CLEARED} would clear the field"));
                }
                Change::Set(text) => self.quoted(text),
            }
        }
        self.waiting.push(b'\n');
        if self.written_before + self.waiting.len() as u64 > UPLOAD_BYTES_MAX {
            return Err(format!("more than {UPLOAD_BYTES_MAX} bytes of rows"));
        }
        Ok(())
    }

    fn quoted(&mut self, text: &str) {
        self.waiting.push(b'"');
        for (at, part) in text.split('"').enumerate() {
            if at > 0 {
                self.waiting.extend_from_slice(b"\"\"");
            }
            self.waiting.extend_from_slice(part.as_bytes());
        }
        self.waiting.push(b'"');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upload() -> Upload {
        Upload::of(&["Id".parse().unwrap(), "Name".parse().unwrap()])
    }

    fn set(text: &str) -> Change<String> {
        Change::Set(text.to_owned())
    }

    #[test]
    fn cells_are_quoted_cleared_and_kept() {
        let mut upload = upload();
        upload
            .write(&vec![set("a, \"b\"\nc"), Change::Keep])
            .unwrap();
        upload.write(&vec![Change::Clear, set("")]).unwrap();
        upload.write(&vec![set("ä"), set(" #N/A")]).unwrap();
        assert_eq!(
            upload.take(),
            "Id,Name\n\"a, \"\"b\"\"\nc\",\n#N/A,#N/A\n\"ä\",\" #N/A\"\n".as_bytes()
        );
    }

    #[test]
    fn what_cannot_be_said_in_csv_is_refused() {
        for (row, why) in [
            (vec![set("a")], "a row of 1 cells for 2 columns"),
            (
                vec![set("a"), set("#N/A")],
                "the text #N/A would clear the field",
            ),
        ] {
            assert_eq!(upload().write(&row).unwrap_err(), why);
        }
        let mut full = upload();
        full.written_before = UPLOAD_BYTES_MAX - 20;
        assert_eq!(full.write(&vec![set("a"), set("b")]), Ok(()));
        assert_eq!(
            full.write(&vec![set("a"), set("b")]).unwrap_err(),
            "more than 104857600 bytes of rows"
        );
    }
}
