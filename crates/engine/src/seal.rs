//! Credentials at rest: AES-256-GCM with a random nonce, bound to the row that they belong to.

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{ConnectionId, Entropy};
use store::Side;

/// First byte of everything sealed: the format.
const FORMAT: u8 = 1;

const NONCE_LENGTH: usize = 12;

/// Why a secret cannot be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The key is not 32 bytes in base64.
    #[error("the key must be 32 bytes in base64")]
    Key,
    /// Written with another key, for another row, or damaged.
    #[error(
        "a stored credential cannot be opened with this key; put the right key file back, or \
         reconnect both sides"
    )]
    Unreadable,
}

/// The key under which credentials are sealed. Has neither `Debug` nor `Display`.
pub struct SealKey([u8; 32]);

impl SealKey {
    /// Reads the form of the key file.
    pub fn from_base64(text: &str) -> Result<Self, SealError> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| SealError::Key)?;
        Ok(Self(bytes.try_into().map_err(|_| SealError::Key)?))
    }

    /// A new key.
    pub fn generate(entropy: &mut dyn Entropy) -> Self {
        let mut key = [0; 32];
        entropy.fill(&mut key);
        Self(key)
    }

    /// The form of the key file.
    pub fn to_base64(&self) -> String {
        STANDARD.encode(self.0)
    }

    fn aead(&self) -> RandomizedNonceKey {
        RandomizedNonceKey::new(&AES_256_GCM, &self.0).expect("32 bytes are a key of AES-256")
    }

    /// Seals a text for one side of one connection.
    pub(crate) fn seal(&self, connection: ConnectionId, side: Side, text: &str) -> Vec<u8> {
        let mut sealed = text.as_bytes().to_vec();
        let nonce = self
            .aead()
            .seal_in_place_append_tag(Aad::from(bound_to(connection, side)), &mut sealed)
            .expect("a credential is far shorter than GCM's limit");
        let mut row = vec![FORMAT];
        row.extend_from_slice(nonce.as_ref());
        row.append(&mut sealed);
        row
    }

    /// Opens what was sealed for the same row.
    pub(crate) fn open(
        &self,
        connection: ConnectionId,
        side: Side,
        row: &[u8],
    ) -> Result<String, SealError> {
        let (format, rest) = row.split_first().ok_or(SealError::Unreadable)?;
        if *format != FORMAT || rest.len() < NONCE_LENGTH {
            return Err(SealError::Unreadable);
        }
        let (nonce, sealed) = rest.split_at(NONCE_LENGTH);
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError::Unreadable)?;
        let mut sealed = sealed.to_vec();
        let opened = self
            .aead()
            .open_in_place(nonce, Aad::from(bound_to(connection, side)), &mut sealed)
            .map_err(|_| SealError::Unreadable)?;
        String::from_utf8(opened.to_vec()).map_err(|_| SealError::Unreadable)
    }
}

fn bound_to(connection: ConnectionId, side: Side) -> Vec<u8> {
    let side = match side {
        Side::Intercom => "intercom",
        Side::Salesforce => "salesforce",
    };
    format!("carrick/credential/{connection}/{side}").into_bytes()
}

#[cfg(test)]
mod tests {
    use model::SeededEntropy;

    use super::*;

    #[test]
    fn what_is_sealed_opens_only_for_its_row_and_key() {
        let key = SealKey::generate(&mut SeededEntropy::new(1, "key"));
        let other = SealKey::generate(&mut SeededEntropy::new(2, "key"));
        let (one, two) = (ConnectionId(1), ConnectionId(2));
        let sealed = key.seal(one, Side::Intercom, "tok_secret");
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
        assert_eq!(
            key.open(one, Side::Intercom, &sealed).as_deref(),
            Ok("tok_secret")
        );
        assert_eq!(
            key.open(two, Side::Intercom, &sealed),
            Err(SealError::Unreadable)
        );
        assert_eq!(
            key.open(one, Side::Salesforce, &sealed),
            Err(SealError::Unreadable)
        );
        assert_eq!(
            other.open(one, Side::Intercom, &sealed),
            Err(SealError::Unreadable)
        );
        let mut damaged = sealed.clone();
        *damaged.last_mut().unwrap() ^= 1;
        assert_eq!(
            key.open(one, Side::Intercom, &damaged),
            Err(SealError::Unreadable)
        );
        assert_eq!(
            key.open(one, Side::Intercom, &[]),
            Err(SealError::Unreadable)
        );
    }

    #[test]
    fn a_key_survives_its_file() {
        let key = SealKey::generate(&mut SeededEntropy::new(1, "key"));
        let again = SealKey::from_base64(&format!("{}\n", key.to_base64()));
        assert!(again.is_ok_and(|again| again.0 == key.0));
        assert!(matches!(
            SealKey::from_base64("c2hvcnQ="),
            Err(SealError::Key)
        ));
    }
}
