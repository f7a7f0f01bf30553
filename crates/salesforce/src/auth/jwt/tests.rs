use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

use super::*;

/// What stands before the PKCS #1 form in the PKCS #8 form of a key of 2048 bits.
const PKCS8_PREFIX_BYTES: usize = 26;

fn pem(label: &str, der: &[u8]) -> Secret {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
    .into()
}

fn pair() -> (KeyPair, Vec<u8>) {
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    let der = der.as_ref().to_vec();
    (pair, der)
}

fn app(key: SigningKey, login_url: &str) -> SigningApp {
    SigningApp {
        client_id: "consumer-key".to_owned(),
        username: "ada@acme.io".to_owned(),
        key,
        login_url: login_url.parse().unwrap(),
    }
}

#[test]
fn the_assertion_says_who_asks_for_whom_and_until_when_and_is_signed() {
    let (pair, der) = pair();
    let key = SigningKey::from_pem(&pem("PRIVATE KEY", &der)).unwrap();
    let app = app(key, "https://acme--dev.sandbox.my.salesforce.com");
    let assertion = assertion(&app, Timestamp::from_seconds(1_767_323_045));
    let parts: Vec<&str> = assertion.expose().split('.').collect();
    let [header, claims, signature] = parts.as_slice() else {
        panic!("{} parts", parts.len());
    };
    let text = |part: &str| String::from_utf8(URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    assert_eq!(text(header), r#"{"alg":"RS256"}"#);
    assert_eq!(
        text(claims),
        r#"{"iss":"consumer-key","sub":"ada@acme.io","aud":"https://acme--dev.sandbox.my.salesforce.com","exp":1767323225}"#
    );
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key());
    let signed = format!("{header}.{claims}");
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    public.verify(signed.as_bytes(), &signature).unwrap();
}

#[test]
fn the_audience_follows_from_the_login_host() {
    for (login_url, expected) in [
        (
            "https://login.salesforce.com",
            "https://login.salesforce.com",
        ),
        (
            "https://test.salesforce.com/",
            "https://test.salesforce.com",
        ),
        (
            "https://acme.my.salesforce.com/",
            "https://acme.my.salesforce.com",
        ),
        (
            "https://acme--dev.sandbox.my.salesforce.com",
            "https://acme--dev.sandbox.my.salesforce.com",
        ),
        (
            "https://acme.my.salesforce.mil",
            "https://acme.my.salesforce.mil",
        ),
        ("https://na1.salesforce.com", "https://login.salesforce.com"),
        ("http://127.0.0.1:4010", "http://127.0.0.1:4010"),
    ] {
        assert_eq!(audience(&login_url.parse().unwrap()), expected);
    }
}

#[test]
fn keys_are_read_in_both_forms_and_nothing_else_is() {
    let (_, der) = pair();
    assert!(SigningKey::from_pem(&pem("PRIVATE KEY", &der)).is_ok());
    let pkcs1 = &der[PKCS8_PREFIX_BYTES..];
    assert!(SigningKey::from_pem(&pem("RSA PRIVATE KEY", pkcs1)).is_ok());
    for text in [
        pem("PRIVATE KEY", pkcs1),
        pem("CERTIFICATE", &der),
        pem("PRIVATE KEY", &der[..der.len() / 2]),
        "-----BEGIN PRIVATE KEY-----\n*\n-----END PRIVATE KEY-----".into(),
        "-----BEGIN PRIVATE KEY-----".into(),
        "".into(),
    ] {
        assert_eq!(
            SigningKey::from_pem(&text).map(|_| ()),
            Err(InvalidSigningKey)
        );
    }
}

#[test]
fn a_key_is_not_printed() {
    let (_, der) = pair();
    let key = SigningKey::from_pem(&pem("PRIVATE KEY", &der)).unwrap();
    assert_eq!(format!("{key:?}"), "SigningKey");
}
