//! The JWT bearer flow: assertions that an app signs.

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls::pki_types::PrivatePkcs8KeyDer;
use salesforce_sim::{Approval, LoginPolicy, Options};
use serde_json::{Value as Json, json};

use super::{NOON, ask, consent, error, token_at, username, with_login, worth};
use crate::world::{Org, empty};

/// An app's key with the certificate that an administrator registers.
struct Signer {
    key: RsaKeyPair,
    certificate: String,
    public_key: String,
}

impl Signer {
    fn new() -> Self {
        let key = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let der: Pkcs8V1Der<'static> = key.as_der().unwrap();
        let der = PrivatePkcs8KeyDer::from(der.as_ref());
        let pair = rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&der, &rcgen::PKCS_RSA_SHA256);
        let pair = pair.unwrap();
        let params = rcgen::CertificateParams::new(vec!["app.test".to_owned()]).unwrap();
        Self {
            certificate: params.self_signed(&pair).unwrap().pem(),
            public_key: pair.public_key_pem(),
            key,
        }
    }

    fn signed(&self, header: &Json, claims: &Json) -> String {
        let part = |json: &Json| URL_SAFE_NO_PAD.encode(json.to_string());
        let text = format!("{}.{}", part(header), part(claims));
        let mut signature = vec![0; self.key.public_modulus_len()];
        let random = SystemRandom::new();
        self.key
            .sign(&RSA_PKCS1_SHA256, &random, text.as_bytes(), &mut signature)
            .unwrap();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn assert_assertion(org: &mut Org, assertion: &str) -> (u16, Json) {
    let grant = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    let pairs = [("grant_type", grant), ("assertion", assertion)];
    token_at(org, "login.salesforce.com", &pairs)
}

/// An org with the app's certificate, and an assertion that it takes.
fn scene() -> (Org, Signer, Json) {
    let signer = Signer::new();
    let org = with_login(LoginPolicy {
        certificate: Some(signer.certificate.clone()),
        ..LoginPolicy::default()
    });
    let claims = json!({
        "iss": "carrick-consumer-key", "sub": username(&org),
        "aud": "https://login.salesforce.com", "exp": NOON + 180,
    });
    (org, signer, claims)
}

const INVALID: &str = "400 invalid_grant: invalid assertion";

fn header() -> Json {
    json!({"alg": "RS256"})
}

#[test]
fn an_assertion_may_say_the_same_in_several_ways() {
    let (mut org, signer, good) = scene();
    let with = |claim: &str, value: Json| {
        let mut claims = good.clone();
        claims[claim] = value;
        signer.signed(&header(), &claims)
    };
    for accepted in [
        signer.signed(&header(), &good),
        with("exp", json!((NOON + 180).to_string())),
        with("exp", json!(1_781_092_980.5)),
        with("aud", json!("https://login.salesforce.com/")),
        with(
            "aud",
            json!(["https://elsewhere.test", "https://login.salesforce.com"]),
        ),
        with("aud", json!("http://login.salesforce.com")),
    ] {
        let (status, body) = assert_assertion(&mut org, &accepted);
        assert_eq!(status, 200, "{body}");
        assert!(body.get("refresh_token").is_none());
        assert_eq!(
            worth(&mut org, body["access_token"].as_str().unwrap()),
            "200"
        );
    }
}

#[test]
fn an_assertion_is_refused_claim_by_claim() {
    let (mut org, signer, good) = scene();
    let with = |claim: &str, value: Json| {
        let mut claims = good.clone();
        claims[claim] = value;
        signer.signed(&header(), &claims)
    };
    let stranger = Signer::new().signed(&header(), &good);
    let mut tampered = signer.signed(&header(), &good);
    tampered.truncate(tampered.len() - 4);
    let unsigned = signer.signed(&json!({"alg": "none"}), &good);
    for (assertion, expected) in [
        (stranger.as_str(), INVALID),
        (tampered.as_str(), INVALID),
        (unsigned.as_str(), INVALID),
        ("", INVALID),
        ("a.b", INVALID),
        ("a.b.c", INVALID),
        (&with("exp", json!(NOON)), INVALID),
        (&with("exp", Json::Null), INVALID),
        (&with("exp", json!("soon")), INVALID),
        (
            &with("iss", json!("another-app")),
            "400 invalid_client_id: client identifier invalid",
        ),
        (
            &with("aud", json!("https://test.salesforce.com")),
            "400 invalid_grant: Audience validation failed",
        ),
        (
            &with("sub", json!("nobody@acme.test")),
            "400 invalid_grant: user hasn't approved this consumer",
        ),
    ] {
        assert_eq!(error(&assert_assertion(&mut org, assertion)), expected);
    }
}

#[test]
fn a_public_key_does_as_well_as_a_certificate_and_nothing_does_not() {
    let (mut org, signer, good) = scene();
    org.world.set_login_policy(LoginPolicy {
        certificate: Some(signer.public_key.clone()),
        ..LoginPolicy::default()
    });
    assert_eq!(
        assert_assertion(&mut org, &signer.signed(&header(), &good)).0,
        200
    );
    org.world.set_login_policy(LoginPolicy::default());
    let unknown = assert_assertion(&mut org, &signer.signed(&header(), &good));
    assert_eq!(error(&unknown), INVALID);
}

#[test]
fn an_assertion_may_need_the_users_own_approval_first() {
    let signer = Signer::new();
    let mut org = Org::new(Options {
        refresh_token: None,
        login: LoginPolicy {
            certificate: Some(signer.certificate.clone()),
            approval: Approval::OnConsent,
            ..LoginPolicy::default()
        },
        ..empty()
    });
    let claims = json!({
        "iss": "carrick-consumer-key", "sub": username(&org),
        "aud": "https://login.salesforce.com", "exp": NOON + 180,
    });
    let assertion = signer.signed(&json!({"alg": "RS256"}), &claims);
    let unapproved = "400 invalid_grant: user hasn't approved this consumer";
    assert_eq!(error(&assert_assertion(&mut org, &assertion)), unapproved);
    let (_, body) = consent(&mut org, &[("scope", "api refresh_token")], &[]);
    assert_eq!(assert_assertion(&mut org, &assertion).0, 200);
    let refresh_token = body["refresh_token"].as_str().unwrap();
    let revoke = http::Request::post("/services/oauth2/revoke");
    assert_eq!(ask(&mut org, revoke, &[("token", refresh_token)]).0, 200);
    assert_eq!(error(&assert_assertion(&mut org, &assertion)), unapproved);
}
