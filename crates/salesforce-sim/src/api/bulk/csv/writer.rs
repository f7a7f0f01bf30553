//! Fields → lines of bytes. Every value is quoted, as the vendor does.

use memchr::memchr_iter;

use super::super::dialect::Dialect;

/// Writes a value in quotes.
pub(crate) fn write_quoted(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    out.push(b'"');
    let mut copied = 0;
    for quote in memchr_iter(b'"', bytes) {
        out.extend_from_slice(&bytes[copied..=quote]);
        out.push(b'"');
        copied = quote + 1;
    }
    out.extend_from_slice(&bytes[copied..]);
    out.push(b'"');
}

/// Writes a line of quoted values, with its ending.
pub(crate) fn write_line<'value>(
    values: impl IntoIterator<Item = &'value str>,
    dialect: Dialect,
    out: &mut Vec<u8>,
) {
    for (at, value) in values.into_iter().enumerate() {
        if at > 0 {
            out.push(dialect.delimiter.byte());
        }
        write_quoted(value, out);
    }
    out.extend_from_slice(dialect.ending.text().as_bytes());
}
