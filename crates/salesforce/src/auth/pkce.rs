//! Proof Key for Code Exchange: who redeems a code must have asked for it.

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::Entropy;
use transport::Secret;

/// A verifier of one authorization, kept with the state of the browser's session.
#[derive(Debug, Clone)]
pub struct Pkce {
    verifier: Secret,
}

/// 86 characters in base64, of the 43 to 128 allowed.
const VERIFIER_BYTES: usize = 64;

impl Pkce {
    /// A new verifier.
    pub fn new(entropy: &mut dyn Entropy) -> Self {
        let mut bytes = [0; VERIFIER_BYTES];
        entropy.fill(&mut bytes);
        Self::from_verifier(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The verifier that was kept.
    pub fn from_verifier(verifier: String) -> Self {
        Self {
            verifier: verifier.into(),
        }
    }

    /// What is kept, and sent with the code.
    pub fn verifier(&self) -> &str {
        self.verifier.expose()
    }

    /// What is sent with the browser: a hash that shows nothing of the verifier.
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, self.verifier().as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use model::SeededEntropy;

    use super::*;

    #[test]
    fn the_challenge_of_the_published_example_is_reproduced() {
        // RFC 7636, appendix B.
        let pkce = Pkce::from_verifier("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned());
        assert_eq!(
            pkce.challenge(),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn a_verifier_has_an_allowed_length_and_is_not_printed() {
        let pkce = Pkce::new(&mut SeededEntropy::new(1, "pkce"));
        assert_eq!(pkce.verifier().len(), 86);
        assert!(!format!("{pkce:?}").contains(pkce.verifier()));
        assert_ne!(
            pkce.verifier(),
            Pkce::new(&mut SeededEntropy::new(2, "pkce")).verifier()
        );
    }
}
