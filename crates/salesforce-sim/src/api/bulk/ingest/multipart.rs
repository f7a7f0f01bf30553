//! A job and its file in one request, as `multipart/form-data` with the parts `job` and `content`.

use memchr::memmem;

use crate::error::ApiError;

/// Characters that such a file may have. UNVERIFIED: the number.
const CONTENT_CHARS_MAX: usize = 100_000;

/// The two parts of a request.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts<'body> {
    pub(super) job: &'body [u8],
    pub(super) content: &'body [u8],
}

/// The boundary that a content type names, if it is that of a form with parts.
pub(super) fn boundary(content_type: &str) -> Option<&str> {
    let mut pieces = content_type.split(';');
    let media = pieces.next()?.trim();
    if !media.eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let boundary = pieces
        .filter_map(|piece| piece.trim().split_once('='))
        .find(|(name, _)| name.eq_ignore_ascii_case("boundary"));
    boundary
        .map(|(_, value)| value.trim_matches('"'))
        .filter(|value| !value.is_empty())
}

/// Takes a body apart.
pub(super) fn parts<'body>(body: &'body [u8], boundary: &str) -> Result<Parts<'body>, ApiError> {
    let delimiter = format!("--{boundary}");
    let mut starts = memmem::find_iter(body, delimiter.as_bytes())
        .filter(|at| *at == 0 || body[..*at].ends_with(b"\n"))
        .filter(|at| {
            matches!(
                body.get(at + delimiter.len()),
                Some(b'\r' | b'\n' | b'-' | b' ')
            )
        })
        .peekable();
    let (mut job, mut content) = (None, None);
    while let Some(start) = starts.next() {
        let Some(end) = starts.peek() else { break };
        let part = &body[start + delimiter.len()..*end];
        let Some((head, value)) = split(part) else {
            continue;
        };
        match name(head) {
            Some("job") => job = Some(value),
            Some("content") => content = Some(value),
            Some(_) | None => {}
        }
    }
    let missing = |name: &str| {
        let message = format!("The multipart request has no part '{name}'");
        ApiError::bad_request("INVALID_MULTIPART_REQUEST", message)
    };
    let parts = Parts {
        job: job.ok_or_else(|| missing("job"))?,
        content: content.ok_or_else(|| missing("content"))?,
    };
    let chars = String::from_utf8_lossy(parts.content).chars().count();
    if chars > CONTENT_CHARS_MAX {
        let message =
            format!("A multipart request holds at most {CONTENT_CHARS_MAX} characters of CSV");
        return Err(ApiError::bad_request("INVALID_MULTIPART_REQUEST", message));
    }
    Ok(parts)
}

/// Head and value of a part, which ends with the line break in front of the next boundary.
fn split(part: &[u8]) -> Option<(&[u8], &[u8])> {
    let (at, blank) = match memmem::find(part, b"\r\n\r\n") {
        Some(at) => (at, 4),
        None => (memmem::find(part, b"\n\n")?, 2),
    };
    let value = &part[at + blank..];
    let value = value.strip_suffix(b"\n").unwrap_or(value);
    let value = value.strip_suffix(b"\r").unwrap_or(value);
    Some((&part[..at], value))
}

/// What `Content-Disposition` calls a part.
fn name(head: &[u8]) -> Option<&str> {
    let head = std::str::from_utf8(head).ok()?;
    let disposition = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("content-disposition"))?;
    let (_, name) = disposition
        .1
        .split(';')
        .filter_map(|piece| piece.trim().split_once('='))
        .find(|(key, _)| key.eq_ignore_ascii_case("name"))?;
    Some(name.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_found_in_any_order_and_with_any_line_break() {
        let body = "--B\r\nContent-Disposition: form-data; name=\"content\"; filename=\"c\"\r\n\
                    Content-Type: text/csv\r\n\r\nName\n--Bert\n\r\n--B\r\n\
                    content-disposition: form-data; name=job\r\n\r\n{}\r\n--B--\r\n";
        let expected = Parts {
            job: b"{}",
            content: b"Name\n--Bert\n",
        };
        assert_eq!(parts(body.as_bytes(), "B").unwrap(), expected);
        let body = body.replace("\r\n", "\n");
        assert_eq!(parts(body.as_bytes(), "B").unwrap(), expected);
    }

    #[test]
    fn a_missing_part_is_named() {
        let body = "--B\r\nContent-Disposition: form-data; name=\"job\"\r\n\r\n{}\r\n--B--";
        let message = parts(body.as_bytes(), "B").unwrap_err().message;
        assert_eq!(message, "The multipart request has no part 'content'");
        assert_eq!(
            parts(b"", "B").unwrap_err().message,
            "The multipart request has no part 'job'"
        );
    }

    #[test]
    fn only_forms_with_parts_have_a_boundary() {
        assert_eq!(boundary("multipart/form-data; boundary=B"), Some("B"));
        assert_eq!(
            boundary("Multipart/Form-Data; charset=utf-8; Boundary=\"a b\""),
            Some("a b")
        );
        assert_eq!(boundary("multipart/form-data"), None);
        assert_eq!(boundary("application/json; boundary=B"), None);
    }
}
