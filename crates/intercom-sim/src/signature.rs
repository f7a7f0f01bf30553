//! The two signatures with which Intercom proves that a request is its own. Both are over the exact
//! bytes of the body.

use aws_lc_rs::hmac;

/// `X-Hub-Signature` of a webhook: HMAC-SHA1, with its prefix.
pub(crate) fn hub(secret: &str, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.as_bytes());
    format!("sha1={}", hex::encode(hmac::sign(&key, body)))
}

/// `X-Body-Signature` of a canvas request or an uninstall notice: HMAC-SHA256, without a prefix.
pub(crate) fn body(secret: &str, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hex::encode(hmac::sign(&key, body))
}

#[cfg(test)]
mod tests;
