//! The proof that a request comes from Intercom: an HMAC over the raw body, keyed with the app's
//! client secret. No time is signed, so a replay passes; whoever acts on a request must not mind
//! seeing it twice.

use aws_lc_rs::hmac;
use transport::Secret;

/// Why a request is not believed. The three are told apart for the people who set an app up: a
/// missing header is another sender, a mismatch mostly a wrong client secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The header is not there.
    #[error("the request carries no signature")]
    Missing,
    /// Not the form that this kind of request uses: another prefix, another length, upper case.
    #[error("the signature is not of the expected form")]
    Malformed,
    /// The right form, the wrong value.
    #[error("the signature does not fit the body")]
    Mismatch,
}

/// Checks `signature`, lower-case hex, against `body` in constant time.
pub(crate) fn verify(
    algorithm: hmac::Algorithm,
    secret: &Secret,
    signature: &str,
    body: &[u8],
) -> Result<(), SignatureError> {
    let lower_case = signature
        .bytes()
        .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let length = algorithm.digest_algorithm().output_len() * 2;
    if !lower_case || signature.len() != length {
        return Err(SignatureError::Malformed);
    }
    let tag = hex::decode(signature).map_err(|_| SignatureError::Malformed)?;
    let key = hmac::Key::new(algorithm, secret.expose().as_bytes());
    hmac::verify(&key, body, &tag).map_err(|_| SignatureError::Mismatch)
}
