//! Entry points for fuzzers: judges of what strangers write, without the requests around it. Each
//! takes anything and must return. Nothing else uses them.

/// Judges `body` as an app's answer to a card request.
pub fn canvas_answer(body: &[u8]) {
    crate::canvas::judges_any_bytes(body);
}
