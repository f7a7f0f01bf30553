//! What may be shown of an answer that nobody expected.

/// Enough to recognise a proxy's error page; short enough for one line of the failure list.
const EXCERPT_CHARS_MAX: usize = 200;

/// A run of token characters from this length on is taken for a credential. The vendors' record
/// ids have at most 24 characters, their tokens and codes many more.
const CREDENTIAL_CHARS_MIN: usize = 32;

/// How much of the body is looked at at all.
const BYTES_LOOKED_AT_MAX: usize = 4096;

/// The beginning of `body` in one line, without what looks like a credential or an email address.
/// Bytes that are not text are replaced, runs of white space become one space.
pub fn excerpt(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(&body[..body.len().min(BYTES_LOOKED_AT_MAX)]);
    let words: Vec<String> = text.split_whitespace().map(redacted).collect();
    let line = words.join(" ");
    match line.char_indices().nth(EXCERPT_CHARS_MAX) {
        None => line,
        Some((end, _)) => format!("{}…", &line[..end]),
    }
}

fn redacted(word: &str) -> String {
    let mut shown = String::with_capacity(word.len());
    for run in word.split_inclusive(|c: char| !is_token_char(c)) {
        let (token, separator) = match run.char_indices().next_back() {
            Some((at, last)) if !is_token_char(last) => run.split_at(at),
            _ => (run, ""),
        };
        if token.contains('@') || token.len() >= CREDENTIAL_CHARS_MIN {
            shown.push_str("[hidden]");
        } else {
            shown.push_str(token);
        }
        shown.push_str(separator);
    }
    shown
}

/// The characters of emails, base64 in both alphabets and the dotted or marked tokens built of it.
/// Slash and equals sign are left out: they would glue paths and `key=value` pairs together.
fn is_token_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '@' | '.' | '_' | '-' | '+' | '!')
}
