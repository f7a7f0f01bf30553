//! The SOAP API as far as it is served: logging in as old clients do.

use std::collections::BTreeSet;

use http::Request;
use salesforce_sim::{Flow, LoginPolicy, Options, World};
use serde_json::json;

use crate::world::{Org, empty};

/// `login` as clients of the partner WSDL send it; namespaces and prefixes differ among them.
fn login(username: &str, password: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
         <env:Envelope xmlns:env=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:urn=\"urn:partner.soap.sforce.com\"><env:Header><urn:CallOptions>\
         <urn:client>old</urn:client></urn:CallOptions></env:Header><env:Body>\
         <n1:login xmlns:n1=\"urn:partner.soap.sforce.com\"><n1:username>{username}</n1:username>\
         <n1:password>{password}</n1:password></n1:login></env:Body></env:Envelope>"
    )
}

fn with_session(session: &str, operation: &str) -> String {
    format!(
        "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Header>\
         <SessionHeader xmlns=\"urn:partner.soap.sforce.com\"><sessionId>{session}</sessionId>\
         </SessionHeader></e:Header><e:Body><{operation} xmlns=\"urn:partner.soap.sforce.com\"/>\
         </e:Body></e:Envelope>"
    )
}

/// Status and body of a message to `path`.
fn send(org: &mut Org, path: &str, message: &str) -> (u16, String) {
    let request = Request::post(path)
        .header("host", "org.test")
        .header("content-type", "text/xml; charset=UTF-8")
        .header("soapaction", "login")
        .body(message.to_owned())
        .unwrap();
    let response = org.send(request);
    let media = response.headers()["content-type"].to_str().unwrap();
    assert_eq!(media, "text/xml; charset=utf-8");
    let status = response.status().as_u16();
    let bytes = response.into_body().into_bytes();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

/// The text between the first `<name>` and its end.
fn text<'xml>(xml: &'xml str, name: &str) -> &'xml str {
    let begin = format!("<{name}>");
    let from = xml
        .find(&begin)
        .unwrap_or_else(|| panic!("no {name} in {xml}"))
        + begin.len();
    let rest = &xml[from..];
    &rest[..rest.find(&format!("</{name}>")).unwrap()]
}

fn username(world: &World) -> String {
    let user = world.record(world.integration_user()).unwrap();
    user["Username"].as_str().unwrap().to_owned()
}

fn with_login(login: LoginPolicy) -> Org {
    let options = Options { login, ..empty() };
    Org::new(options)
}

const FAILED: &str =
    "INVALID_LOGIN: Invalid username, password, security token; or user locked out.";

#[test]
fn a_user_logs_in_and_the_session_works() {
    let mut org = Org::empty();
    let name = username(&org.world);
    let message = login(&name.to_uppercase(), "carrick-password");
    let (status, xml) = send(&mut org, "/services/Soap/u/59.0", &message);
    assert_eq!(status, 200, "{xml}");
    let (user, id) = (org.world.integration_user(), org.world.org());
    assert_eq!(text(&xml, "userId"), user.to_string());
    assert_eq!(text(&xml, "organizationId"), id.to_string());
    assert_eq!(text(&xml, "userName"), name);
    assert_eq!(text(&xml, "sessionSecondsValid"), "7200");
    assert_eq!(text(&xml, "passwordExpired"), "false");
    assert_eq!(text(&xml, "sandbox"), "false");
    assert_eq!(text(&xml, "organizationName"), "Harbourline");
    assert_eq!(text(&xml, "userTimeZone"), "GMT");
    let server = "http://org.test/services/Soap/u/59.0/00D5e0000000001";
    assert_eq!(text(&xml, "serverUrl"), server);
    let metadata = "http://org.test/services/Soap/m/59.0/00D5e0000000001";
    assert_eq!(text(&xml, "metadataServerUrl"), metadata);
    assert!(
        xml.contains("xmlns=\"urn:partner.soap.sforce.com\""),
        "{xml}"
    );

    let session = text(&xml, "sessionId").to_owned();
    let header = format!("Bearer {session}");
    let headers = [("authorization", header.as_str())];
    let path = "/services/data/v59.0/limits";
    let limits = Request::get(path)
        .header(headers[0].0, headers[0].1)
        .body(String::new())
        .unwrap();
    assert_eq!(org.send(limits).status(), 200);
    let (status, xml) = send(
        &mut org,
        server_path(),
        &with_session(&session, "getUserInfo"),
    );
    assert_eq!(
        (status, text(&xml, "userId")),
        (200, user.to_string().as_str())
    );
    let (status, xml) = send(
        &mut org,
        server_path(),
        &with_session(&session, "getServerTimestamp"),
    );
    assert_eq!(
        (status, text(&xml, "timestamp")),
        (200, "2026-06-10T12:00:00.000Z")
    );
    let (status, xml) = send(&mut org, server_path(), &with_session(&session, "logout"));
    assert_eq!(status, 200, "{xml}");
    let (status, xml) = send(
        &mut org,
        server_path(),
        &with_session(&session, "getUserInfo"),
    );
    assert_eq!(
        (status, text(&xml, "faultcode")),
        (500, "sf:INVALID_SESSION_ID")
    );
}

fn server_path() -> &'static str {
    "/services/Soap/u/59.0/00D5e0000000001"
}

#[test]
fn a_failed_login_is_a_fault_that_says_nothing_more() {
    let mut org = Org::empty();
    let name = username(&org.world);
    for message in [
        login(&name, "wrong"),
        login(&name, ""),
        login("nobody@harbourline.example", "carrick-password"),
    ] {
        let (status, xml) = send(&mut org, "/services/Soap/u/59.0/", &message);
        assert_eq!(status, 500);
        assert_eq!(text(&xml, "faultcode"), "sf:INVALID_LOGIN");
        assert_eq!(text(&xml, "faultstring"), FAILED);
        assert_eq!(text(&xml, "sf:exceptionCode"), "INVALID_LOGIN");
        let words = "Invalid username, password, security token; or user locked out.";
        assert_eq!(text(&xml, "sf:exceptionMessage"), words);
        let namespace = "xmlns:sf=\"urn:fault.partner.soap.sforce.com\"";
        assert!(xml.contains(namespace), "{xml}");
    }
}

#[test]
fn the_security_token_follows_the_password() {
    let mut org = with_login(LoginPolicy {
        security_token: Some("T0ken".to_owned()),
        ..LoginPolicy::default()
    });
    let name = username(&org.world);
    let short = login(&name, "carrick-password");
    assert_eq!(send(&mut org, "/services/Soap/u/59.0", &short).0, 500);
    let whole = login(&name, "carrick-passwordT0ken");
    assert_eq!(send(&mut org, "/services/Soap/u/59.0", &whole).0, 200);
}

#[test]
fn any_active_user_may_log_in_and_no_other() {
    let mut org = Org::empty();
    let rep = org.world.rep();
    let name = org.world.record(rep).unwrap()["Username"]
        .as_str()
        .unwrap()
        .to_owned();
    let message = login(&name, "carrick-password");
    let (_, xml) = send(&mut org, "/services/Soap/c/50.0", &message);
    assert_eq!(text(&xml, "userId"), rep.to_string());
    assert!(
        xml.contains("xmlns=\"urn:enterprise.soap.sforce.com\""),
        "{xml}"
    );
    let session = text(&xml, "sessionId").to_owned();
    org.world
        .edit_as_rep(rep, &json!({"IsActive": false}))
        .unwrap();
    let (_, xml) = send(&mut org, "/services/Soap/c/50.0", &message);
    assert_eq!(text(&xml, "faultstring"), FAILED);
    let (_, xml) = send(
        &mut org,
        server_path(),
        &with_session(&session, "getUserInfo"),
    );
    assert_eq!(text(&xml, "faultcode"), "sf:INVALID_SESSION_ID");
}

#[test]
fn login_can_be_closed_and_is_gone_from_version_65_on() {
    let mut org = with_login(LoginPolicy {
        closed: BTreeSet::from([Flow::Soap]),
        ..LoginPolicy::default()
    });
    let message = login(&username(&org.world), "carrick-password");
    let (_, xml) = send(&mut org, "/services/Soap/u/59.0", &message);
    assert_eq!(text(&xml, "faultstring"), FAILED);
    let mut org = Org::empty();
    assert_eq!(send(&mut org, "/services/Soap/u/64.0", &message).0, 200);
    let (status, xml) = send(&mut org, "/services/Soap/u/65.0", &message);
    assert_eq!((status, text(&xml, "faultcode")), (500, "soapenv:Client"));
    assert_eq!(
        text(&xml, "faultstring"),
        "No operation available for request {urn:partner.soap.sforce.com}login, please check the \
         WSDL for the service."
    );
    let (_, xml) = send(&mut org, "/services/Soap/u/30.0", &message);
    assert_eq!(text(&xml, "faultcode"), "sf:UNSUPPORTED_API_VERSION");
}

#[test]
fn another_org_cannot_be_logged_in_to_here() {
    let mut org = Org::empty();
    let name = username(&org.world);
    let scoped = |id: &str| {
        login(&name, "carrick-password").replace(
            "<urn:CallOptions>",
            &format!(
                "<urn:LoginScopeHeader><urn:organizationId>{id}</urn:organizationId>\
                 </urn:LoginScopeHeader><urn:CallOptions>"
            ),
        )
    };
    let own = scoped(&org.world.org().to_string());
    assert_eq!(send(&mut org, "/services/Soap/u/59.0", &own).0, 200);
    let other = scoped("00D000000000001EAA");
    assert_eq!(send(&mut org, "/services/Soap/u/59.0", &other).0, 500);
}

#[test]
fn what_is_no_message_is_a_fault_of_the_client() {
    let mut org = Org::empty();
    let deep = format!("{}{}", "<a>".repeat(40), "</a>".repeat(40));
    for (message, words) in [
        ("", "the message ends before its envelope"),
        ("<Envelope><Body/></Envelope>", "the SOAP body is empty"),
        ("<Envelope/>", "missing SOAP body"),
        ("<Body/>", "envelope expected, found Body"),
        (
            "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
            "DOCTYPE is not allowed",
        ),
        (
            "<Envelope><Body><login>&b;</login></Body></Envelope>",
            "The entity &quot;b&quot; was referenced, but not declared.",
        ),
        (deep.as_str(), "the message is nested too deeply"),
    ] {
        let (status, xml) = send(&mut org, "/services/Soap/u/59.0", message);
        assert_eq!((status, text(&xml, "faultcode")), (500, "soapenv:Client"));
        assert_eq!(text(&xml, "faultstring"), words);
    }
    let (_, xml) = send(&mut org, "/services/Soap/u/59.0", "<a><b></a>");
    assert_eq!(text(&xml, "faultcode"), "soapenv:Client");
}

#[test]
fn special_characters_survive_a_login() {
    let mut org = with_login(LoginPolicy {
        password: "a<b&c\"d é".to_owned(),
        ..LoginPolicy::default()
    });
    let name = username(&org.world);
    for password in ["a&lt;b&amp;c&quot;d &#233;", "<![CDATA[a<b&c\"d é]]>"] {
        let (status, xml) = send(&mut org, "/services/Soap/u/59.0", &login(&name, password));
        assert_eq!(status, 200, "{xml}");
    }
}
