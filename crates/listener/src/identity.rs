//! A twin's certificate: for the hosts that clients have built in as well as for this machine.
//!
//! Some clients accept no other scheme than `https`, or call the vendor's own hosts whatever they
//! are told. An authority is made anew with each [`Identity`]; whoever trusts its certificate
//! can be pointed here by DNS or through a proxy's tunnel. Its key is thrown away at once, so that
//! nothing else can ever be signed by it. Keys come from the operating system: no test depends on
//! them, and a key that follows from a seed would be none.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// This machine.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// What ALPN offers.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// A certificate with its key, and the authority that vouches for it.
#[derive(Clone)]
pub struct Identity {
    config: Arc<ServerConfig>,
    authority: Arc<str>,
    names: Arc<[String]>,
}

/// No certificate could be made.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// A name cannot stand in a certificate, or no key could be made.
    #[error("no certificate could be made")]
    Certificate(#[from] rcgen::Error),
    /// TLS refuses the certificate.
    #[error("TLS refuses the certificate")]
    Tls(#[from] rustls::Error),
}

impl Identity {
    /// A new certificate of `subject` from a new authority, for this machine and for `hosts`. A `*`
    /// stands for one label.
    pub fn new(
        subject: &str,
        hosts: impl IntoIterator<Item = String>,
    ) -> Result<Self, IdentityError> {
        let mut names: Vec<String> = NAMES.map(str::to_owned).to_vec();
        for host in hosts {
            if !names.contains(&host) {
                names.push(host);
            }
        }
        let authority =
            CertifiedIssuer::self_signed(authority_params(subject), KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let certificate = params(subject, names.clone())?.signed_by(&key, &authority)?;
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        // Named, since a program must not depend on which provider was installed for everybody.
        let mut config = ServerConfig::builder_with_provider(aws_lc_rs::default_provider().into())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)?;
        config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
        Ok(Self {
            config: Arc::new(config),
            authority: authority.pem().into(),
            names: names.into(),
        })
    }

    /// The authority's certificate, which clients have to trust, as PEM.
    pub fn authority_pem(&self) -> &str {
        &self.authority
    }

    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config)
    }

    /// Whether the certificate is for `host`.
    pub(crate) fn names(&self, host: &str) -> bool {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        self.names.iter().any(|name| match name.strip_prefix("*.") {
            Some(parent) => host.split_once('.').is_some_and(|(label, rest)| {
                !label.is_empty() && rest.eq_ignore_ascii_case(parent)
            }),
            None => host.eq_ignore_ascii_case(name),
        })
    }
}

fn authority_params(subject: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    valid(&mut params, &format!("{subject}, for this run only"));
    params
}

fn params(subject: &str, names: Vec<String>) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(names)?;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    // Without it, clients that check as strictly as Python 3.13 refuse the certificate.
    params.use_authority_key_identifier_extension = true;
    valid(&mut params, subject);
    Ok(params)
}

/// Valid in any year in which a test may play.
fn valid(params: &mut CertificateParams, name: &str) {
    params.not_before = date_time_ymd(2000, 1, 1);
    params.not_after = date_time_ymd(2099, 12, 31);
    params.distinguished_name.push(DnType::CommonName, name);
}
