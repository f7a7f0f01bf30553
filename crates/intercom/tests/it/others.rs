//! Everything that is not a contact: sign-in, teammates, attributes, notes, leaving.

use intercom::{App, AttributeModel, Client, IntercomError, NewAttribute, PartKind, Region, auth};
use serde_json::{Value, json};
use url::Url;

use crate::script::{Script, ok, refused, reply};

fn address(text: &str) -> Url {
    text.parse().expect("the address is well-formed")
}

fn app() -> App {
    App {
        client_id: "client-1".to_owned(),
        client_secret: "secret&1".into(),
        authorize_url: address("https://app.intercom.test/oauth"),
        api_url: address("https://api.intercom.test"),
    }
}

#[test]
fn i1_a_teammate_is_asked_without_scope_or_response_type() {
    let back = address("https://carrick.example/intercom/callback?x=1");
    let url = auth::authorize_url(&app(), &back, "st=1");
    assert!(
        url.as_str().starts_with("https://app.intercom.test/oauth?"),
        "{url}"
    );
    let pairs: Vec<_> = url
        .query_pairs()
        .map(|(key, value)| format!("{key}: {value}"))
        .collect();
    let back = format!("redirect_uri: {back}");
    assert_eq!(pairs, ["client_id: client-1", "state: st=1", &back]);
}

#[tokio::test]
async fn i1_a_code_becomes_a_token() {
    let script = Script::of([ok(
        r#"{"token_type":"Bearer","token":"dG9r","access_token":"dG9r"}"#,
    )]);
    let token = auth::exchange_code(&script.service(), &app(), "c0de=")
        .await
        .unwrap();
    assert_eq!(token.expose(), "dG9r");
    assert_eq!(script.asked(), ["POST /auth/eagle/token"]);
    let form = "code=c0de%3D&client_id=client-1&client_secret=secret%261";
    assert_eq!(script.bodies(), [form]);
    let content_type = script.header("content-type");
    assert_eq!(
        content_type.as_deref(),
        Some("application/x-www-form-urlencoded")
    );
}

#[tokio::test]
async fn i1_a_wrong_code_and_an_empty_grant_are_errors() {
    let script = Script::of([
        refused(401, "unauthorized", "Unauthorized Code"),
        ok(r#"{"token":""}"#),
    ]);
    let exchange = || async { auth::exchange_code(&script.service(), &app(), "x").await };
    let wrong = exchange().await.unwrap_err();
    assert!(matches!(wrong, IntercomError::Unauthorized { code } if code == "unauthorized"));
    let empty = exchange().await.unwrap_err();
    assert!(matches!(
        empty,
        IntercomError::UnexpectedAnswer { status: 200, .. }
    ));
}

#[tokio::test]
async fn i6_a_token_is_revoked_by_itself() {
    let script = Script::of([reply(200, &[], ""), ok("{}")]);
    auth::revoke(&script.service(), &app(), &"t0k".into())
        .await
        .unwrap();
    script.client().uninstall().await.unwrap();
    assert_eq!(
        script.asked(),
        ["POST /auth/uninstall", "POST /auth/uninstall"]
    );
    assert_eq!(
        script.header("authorization").as_deref(),
        Some("Bearer t0k")
    );
}

#[tokio::test]
async fn a_token_that_cannot_stand_in_a_header_is_never_sent() {
    let script = Script::of([]);
    let error = auth::revoke(&script.service(), &app(), &"a\nb".into())
        .await
        .unwrap_err();
    assert!(matches!(error, IntercomError::Unauthorized { code } if code == "token_malformed"));
    assert!(script.asked().is_empty());
}

#[tokio::test]
async fn s5_me_tells_teammate_workspace_and_whether_the_email_is_proved() {
    let body = r#"{"type":"admin","id":"2633609","email":"ada@example.com","name":"Ada Admin",
        "email_verified":true,"has_inbox_seat":true,
        "app":{"type":"app","id_code":"a1b2c3d4","name":"Example workspace","region":"EU",
               "timezone":"Europe/Dublin"}}"#;
    let silent = r#"{"type":"admin","id":1,"app":{"id_code":"a1b2c3d4"}}"#;
    let script = Script::of([ok(body), ok(silent)]);
    let me = script.client().me().await.unwrap();
    assert_eq!(me.teammate.id.as_str(), "2633609");
    assert_eq!(me.teammate.email.as_deref(), Some("ada@example.com"));
    assert!(me.teammate.has_inbox_seat && me.email_verified);
    assert_eq!(me.workspace_id.as_str(), "a1b2c3d4");
    assert_eq!(me.workspace_name, "Example workspace");
    assert_eq!(me.region.as_deref(), Some("EU"));
    assert_eq!(me.timezone.as_deref(), Some("Europe/Dublin"));
    let unsaid = script.client().me().await.unwrap();
    assert!(!unsaid.email_verified, "unsaid is not verified");
    assert_eq!(script.asked(), ["GET /me", "GET /me"]);
}

#[tokio::test]
async fn i1_after_me_the_workspace_is_called_where_it_lives() {
    let none = r#"{"type":"admin.list","admins":[]}"#;
    let script = Script::of([ok(none), ok(none)]);
    let asked = address("https://api.intercom.io");
    let client = Client::new(script.service(), asked, "t0k".into());
    client.at_home(Region::Au).teammates().await.unwrap();
    assert_eq!(
        script.address().as_deref(),
        Some("https://api.au.intercom.io/admins")
    );
    client.teammates().await.unwrap();
    assert_eq!(client.calls(), 1, "it counts for itself");
}

#[tokio::test]
async fn teammates_are_listed_with_what_pairing_needs() {
    let body = r#"{"type":"admin.list","admins":[
        {"type":"admin","id":"991267466","name":"Ciara","email":"ciara@example.com",
         "job_title":"Support","away_mode_enabled":true,"has_inbox_seat":true,"team_ids":[814865]},
        {"type":"admin","id":7,"name":null,"email":null}]}"#;
    let script = Script::of([ok(body)]);
    let teammates = script.client().teammates().await.unwrap();
    let [ciara, bare] = teammates.as_slice() else {
        panic!("two teammates: {teammates:?}")
    };
    assert!(ciara.away && ciara.has_inbox_seat);
    assert_eq!(ciara.job_title.as_deref(), Some("Support"));
    assert_eq!(
        (bare.id.as_str(), bare.name.as_str(), bare.away),
        ("7", "", false)
    );
    assert_eq!(script.asked(), ["GET /admins"]);
}

#[tokio::test]
async fn a1_attributes_of_both_models_are_listed_because_names_are_shared() {
    let people = r#"{"type":"list","data":[
        {"type":"data_attribute","model":"contact","name":"email","data_type":"string",
         "custom":false},
        {"type":"data_attribute","id":37,"model":"contact","name":"SALESFORCE_ID",
         "data_type":"string","custom":true,"archived":true,"description":"The record"}]}"#;
    let companies = r#"{"type":"list","data":[
        {"type":"data_attribute","id":38,"model":"company","name":"tier","data_type":"integer",
         "custom":true,"archived":false}]}"#;
    let script = Script::of([ok(people), ok(companies)]);
    let attributes = script.client().contact_attributes().await.unwrap();
    let [email, salesforce_id, tier] = attributes.as_slice() else {
        panic!("three attributes: {attributes:?}");
    };
    assert_eq!(
        (email.id, email.custom, email.archived),
        (None, false, false)
    );
    assert_eq!((salesforce_id.id, salesforce_id.archived), (Some(37), true));
    assert_eq!(salesforce_id.model, AttributeModel::Contact);
    assert_eq!(
        (tier.model, tier.data_type.as_str()),
        (AttributeModel::Company, "integer")
    );
    let lists = [
        "GET /data_attributes?model=contact&include_archived=true",
        "GET /data_attributes?model=company&include_archived=true",
    ];
    assert_eq!(script.asked(), lists);
}

#[tokio::test]
async fn a1_an_attribute_is_made_as_a_string_and_brought_back_from_the_archive() {
    let made = r#"{"type":"data_attribute","id":40,"model":"contact","name":"SALESFORCE_ID",
        "data_type":"string","custom":true,"archived":false,"description":"The record"}"#;
    let script = Script::of([ok(made), ok(made)]);
    let client = script.client();
    let new = NewAttribute::text("SALESFORCE_ID", "The record");
    assert_eq!(client.create_attribute(&new).await.unwrap().id, Some(40));
    assert!(!client.unarchive_attribute(40).await.unwrap().archived);
    assert_eq!(
        script.asked(),
        ["POST /data_attributes", "PUT /data_attributes/40"]
    );
    let sent = json!({
        "name": "SALESFORCE_ID", "model": "contact", "data_type": "string",
        "description": "The record",
    });
    assert_eq!(script.json_bodies(), [sent, json!({ "archived": false })]);
}

#[tokio::test]
async fn l8_a_note_is_posted_and_found_among_the_parts() {
    let body = r#"{"type":"conversation","id":"2154","admin_assignee_id":0,
        "contacts":{"type":"contact.list","contacts":[{"type":"contact","id":"5ba6"}]},
        "conversation_parts":{"type":"conversation_part.list","total_count":2,"conversation_parts":[
          {"type":"conversation_part","id":133,"part_type":"assignment","body":null,"created_at":1,
           "author":{"type":"bot","id":"1"},"app_package_code":null},
          {"type":"conversation_part","id":"134","part_type":"note","body":"<p>Lead</p>",
           "created_at":1734537546,"author":{"type":"admin","id":"9912"},
           "app_package_code":"carrick-1"}]}}"#;
    let script = Script::of([ok(body), ok(body)]);
    let client = script.client();
    let id = "2154".parse().unwrap();
    let html = "<p><a href=\"https://crm.example/1\">Lead</a></p>";
    let noted = client
        .add_note(&id, &"9912".parse().unwrap(), html)
        .await
        .unwrap();
    assert_eq!(noted, client.conversation(&id).await.unwrap());
    assert_eq!(noted.head.assignee_id, None);
    assert_eq!(noted.head.contact_ids, ["5ba6".parse().unwrap()]);
    let [_, note] = noted.parts.as_slice() else {
        panic!("two parts: {:?}", noted.parts)
    };
    assert_eq!((note.id.as_str(), &note.kind), ("134", &PartKind::Note));
    assert_eq!(note.body.as_deref(), Some("<p>Lead</p>"));
    assert_eq!(note.app_package_code.as_deref(), Some("carrick-1"));
    assert_eq!(
        script.asked(),
        ["POST /conversations/2154/reply", "GET /conversations/2154"]
    );
    let sent: Value = serde_json::from_str(&script.bodies()[0]).unwrap();
    let expected = json!({
        "message_type": "note", "type": "admin", "admin_id": "9912", "body": html,
    });
    assert_eq!(sent, expected);
}
