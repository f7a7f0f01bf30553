//! The vectors of the vendor reference, section 11.

use super::{body, hub};

const SECRET: &str = "test_client_secret_0123456789abcdef";

#[test]
fn webhooks_are_signed_as_in_the_reference() {
    let ping = r#"{"type":"notification_event","app_id":"a1b2c3d4","topic":"ping","data":{"type":"notification_event_data","item":{"type":"ping","message":"hello"}}}"#;
    assert_eq!(
        hub(SECRET, ping.as_bytes()),
        "sha1=50d6c19d1a9653ce6e532bbe7d0eba31fd697895"
    );

    let beyond_ascii = r#"{"type":"notification_event","id":"notif_00000000-0000-4000-8000-000000000001","topic":"conversation.user.replied","app_id":"a1b2c3d4","data":{"type":"notification_event_data","item":{"type":"conversation","id":"42","title":"Zażółć 👋"}}}"#;
    assert_eq!(
        hub(SECRET, beyond_ascii.as_bytes()),
        "sha1=b0ebd573832b5b53cfa24987fbb48acce03484fc"
    );

    let pretty = "{\n  \"type\": \"notification_event\",\n  \"topic\": \"ping\"\n}\n";
    assert_eq!(
        hub(SECRET, pretty.as_bytes()),
        "sha1=8cc2d07130e8b65eff87fec1670e772adc81a277"
    );

    assert_eq!(
        hub(SECRET, b""),
        "sha1=19a7aab817c890529c2f88754be5ba555bfa8caa"
    );

    let third_party = r#"{"type":"notification_event","id":"notif_1","topic":"conversation.user.created","app_id":"abc","created_at":1700000000,"data":{"type":"notification_event_data","item":{"type":"conversation","id":"1"}}}"#;
    assert_eq!(
        hub("intercom_secret", third_party.as_bytes()),
        "sha1=e0d6deaa5785a871c44a56b6c3138ce190b6cc98"
    );
}

#[test]
fn canvas_and_uninstall_bodies_are_signed_as_in_the_reference() {
    let submit = r#"{"workspace_id":"a1b2c3d4","workspace_region":"US","admin":{"type":"admin","id":"1"},"component_id":"save","input_values":{"note":"hi"},"current_canvas":{"content":{"components":[]},"stored_data":{"k":"v"}}}"#;
    assert_eq!(
        body(SECRET, submit.as_bytes()),
        "58b321ebfe79fec3c3a5ed8678d393b80326ef6acef3f3aa04f67fa2b1b12953"
    );
    assert_eq!(
        body(SECRET, br#"{"app_id":"a1b2c3d4"}"#),
        "cf5b76e09a9f9c1301e3f3e6e12ac1707d01853e500d596cf8a3216107843968"
    );
    assert_eq!(
        body(SECRET, b""),
        "c93334d2fe2d92a66273e804d74ac31dea94219ad84e2bbbdbd9592dbfeafb35"
    );
}
