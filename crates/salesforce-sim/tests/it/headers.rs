//! What requests may be made of, and what headers do: sizes, formats, encodings, conditions.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use salesforce_sim::Response;
use serde_json::{Value as Json, json};

use crate::world::{Org, ada, refusal};

/// Sends bytes with headers, and returns the whole answer.
fn raw(org: &mut Org, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
    let mut request = http::Request::builder()
        .method(method)
        .uri(format!("/services/data/v67.0/{path}"))
        .header("authorization", "Bearer token");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    org.send_bytes(&request.body(body.to_vec().into()).unwrap())
}

fn answer(response: Response) -> (u16, Json) {
    let status = response.status().as_u16();
    let body = response.into_body().into_bytes();
    (status, serde_json::from_slice(&body).unwrap_or(Json::Null))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn versions_are_listed_without_a_session_and_retired_ones_are_gone() {
    let mut org = Org::empty();
    let request = http::Request::get("/services/data/")
        .body(String::new())
        .unwrap();
    let (status, listed) = answer(org.send(request));
    assert_eq!(status, 200);
    let listed = listed.as_array().unwrap();
    assert_eq!(
        listed[0],
        json!({"label": "Summer '14", "url": "/services/data/v31.0", "version": "31.0"})
    );
    assert_eq!(
        listed[36],
        json!({"label": "Summer '26", "url": "/services/data/v67.0", "version": "67.0"})
    );
    assert_eq!(listed.len(), 37);
    assert_eq!(
        refusal(org.get("/services/data/v30.0/limits")),
        "410 UNSUPPORTED_API_VERSION: API version 30.0 is no longer supported"
    );
    for unknown in ["v68.0", "v67", "v67.1", "v+67.0", "latest"] {
        assert_eq!(
            refusal(org.get(&format!("/services/data/{unknown}/limits"))),
            "404 NOT_FOUND: The requested resource does not exist",
            "{unknown}"
        );
    }
    assert_eq!(org.get("/services/data/v31.0/limits/").0, 200);
}

#[test]
fn every_listed_resource_is_served() {
    let mut org = Org::empty();
    let (status, listed) = org.get("");
    assert_eq!(status, 200);
    for (name, url) in listed.as_object().unwrap() {
        let url = url.as_str().unwrap();
        let url = match name.as_str() {
            "identity" => continue,
            "jobs" => format!("{url}/query"),
            _ => url.to_owned(),
        };
        let status = org.get(&url).0;
        assert!([200, 400, 405].contains(&status), "{name}: {status}");
    }
}

#[test]
fn too_much_is_refused_by_its_kind() {
    let mut org = Org::empty();
    let long = format!("query?q={}", "x".repeat(16_384));
    assert_eq!(refusal(org.get(&long)), "414 URI_TOO_LONG: URI Too Long");
    let wide = "x".repeat(16_384);
    let headers = [("x-padding", wide.as_str())];
    assert_eq!(
        refusal(answer(raw(&mut org, "GET", "limits", &headers, b""))),
        "431 REQUEST_HEADER_FIELDS_TOO_LARGE: Request Header Fields Too Large"
    );
}

#[test]
fn bodies_are_json_and_named_so() {
    let mut org = Org::empty();
    let lead = ada().to_string();
    let mut post = |media: &str, body: &str| {
        let headers = [("content-type", media)];
        let response = raw(&mut org, "POST", "sobjects/Lead", &headers, body.as_bytes());
        answer(response)
    };
    assert_eq!(post("application/json", &lead).0, 201);
    assert_eq!(post("Application/JSON; charset=UTF-8", &lead).0, 201);
    assert_eq!(
        refusal(post("text/plain", &lead)),
        "415 UNSUPPORTED_MEDIA_TYPE: Content type 'text/plain' is not supported; use \
         'application/json'"
    );
    assert_eq!(
        refusal(post("application/json", "{\"LastName\": x}")),
        "400 JSON_PARSER_ERROR: Unexpected character ('x' (code 120)): expected a valid value \
         (number, String, array, object, 'true', 'false' or 'null') at [line:1, column:14]"
    );
    assert_eq!(
        refusal(post("application/json", "")),
        "400 JSON_PARSER_ERROR: The HTTP entity body is required, but this request has no entity \
         body."
    );
    assert_eq!(
        refusal(post("application/json", "[]")),
        "400 JSON_PARSER_ERROR: Cannot deserialize instance of Lead from START_ARRAY value [ or \
         request may be missing a required field at [line:1, column:1]"
    );
}

#[test]
fn packed_bodies_are_unpacked_up_to_a_bound() {
    let mut org = Org::empty();
    let packed = gzip(ada().to_string().as_bytes());
    let headers = [("content-encoding", "gzip")];
    assert_eq!(
        raw(&mut org, "POST", "sobjects/Lead", &headers, &packed).status(),
        201
    );
    assert_eq!(
        refusal(answer(raw(
            &mut org,
            "POST",
            "sobjects/Lead",
            &headers,
            b"{}"
        ))),
        "400 JSON_PARSER_ERROR: Not in GZIP format"
    );
    let bomb = gzip(&vec![b' '; 50 * 1024 * 1024 + 1]);
    assert!(bomb.len() < 100_000);
    assert_eq!(
        refusal(answer(raw(
            &mut org,
            "POST",
            "sobjects/Lead",
            &headers,
            &bomb
        ))),
        "413 EXCEEDED_MAX_SIZE_REQUEST: The request is larger than 52428800 bytes after \
         decompression"
    );
    let headers = [("content-encoding", "br")];
    assert_eq!(
        refusal(answer(raw(
            &mut org,
            "POST",
            "sobjects/Lead",
            &headers,
            b"{}"
        ))),
        "415 UNSUPPORTED_MEDIA_TYPE: Content-Encoding 'br' is not supported; use 'gzip'"
    );
}

#[test]
fn answers_are_packed_and_printed_as_asked() {
    let mut org = Org::empty();
    let headers = [("accept-encoding", "gzip, deflate"), ("x-prettyprint", "1")];
    let response = raw(
        &mut org,
        "GET",
        "limits/recordCount?sObjects=User",
        &headers,
        b"",
    );
    assert_eq!(response.headers()["content-encoding"], "gzip");
    assert_eq!(
        response.headers()["content-type"],
        "application/json;charset=UTF-8"
    );
    let packed = response.into_body().into_bytes();
    let mut text = String::new();
    GzDecoder::new(packed.as_ref())
        .read_to_string(&mut text)
        .unwrap();
    let users = org.query("SELECT COUNT() FROM User").1["totalSize"].to_string();
    assert_eq!(
        text,
        format!(
            "{{\n  \"sObjects\" : [ {{\n    \"count\" : {users},\n    \"name\" : \"User\"\n  }} ]\n}}"
        )
    );
    let plain = raw(&mut org, "GET", "limits", &[], b"");
    assert!(!plain.headers().contains_key("content-encoding"));
}

#[test]
fn nothing_but_json_is_spoken() {
    let mut org = Org::empty();
    let mut status = |accept: &str| {
        raw(&mut org, "GET", "limits", &[("accept", accept)], b"")
            .status()
            .as_u16()
    };
    assert_eq!(status("application/json"), 200);
    assert_eq!(status("text/html, application/xml;q=0.9, */*;q=0.8"), 200);
    assert_eq!(status("application/xml"), 406);
}

#[test]
fn a_head_has_the_head_of_a_get() {
    let mut org = Org::empty();
    let id = org.create("Lead", &ada());
    let response = raw(&mut org, "HEAD", &format!("sobjects/Lead/{id}"), &[], b"");
    assert_eq!(response.status(), 200);
    assert!(response.headers().contains_key("last-modified"));
    assert!(response.into_body().into_bytes().is_empty());
}

#[test]
fn a_post_can_stand_for_another_method() {
    let mut org = Org::empty();
    let id = org.create("Lead", &ada());
    let path = format!("sobjects/Lead/{id}?_HttpMethod=PATCH");
    assert_eq!(
        org.call("POST", &path, &json!({"Title": "Countess"})).0,
        204
    );
    assert_eq!(org.field(id, "Title"), "Countess");
    let path = format!("sobjects/Lead/{id}?_HttpMethod=FETCH");
    assert_eq!(
        refusal(org.call("POST", &path, &json!({}))),
        "405 METHOD_NOT_ALLOWED: HTTP Method 'FETCH' not allowed. Allowed are \
         HEAD,GET,POST,PUT,PATCH,DELETE"
    );
}

#[test]
fn methods_that_a_resource_lacks_are_named() {
    let mut org = Org::empty();
    let id = org.create("Lead", &ada());
    for (method, path, allowed) in [
        ("PUT", "limits".to_owned(), "GET,HEAD"),
        ("POST", "query".to_owned(), "GET,HEAD"),
        ("DELETE", "sobjects/Lead".to_owned(), "HEAD,GET,POST"),
        (
            "PUT",
            format!("sobjects/Lead/{id}"),
            "HEAD,GET,PATCH,DELETE",
        ),
        ("GET", "composite".to_owned(), "POST"),
        ("GET", "composite/batch".to_owned(), "POST"),
        ("GET", "composite/graph".to_owned(), "POST"),
        ("GET", "composite/tree/Lead".to_owned(), "POST"),
        ("PUT", "composite/sobjects".to_owned(), "POST,PATCH,DELETE"),
    ] {
        assert_eq!(
            refusal(org.call(method, &path, &json!({}))),
            format!(
                "405 METHOD_NOT_ALLOWED: HTTP Method '{method}' not allowed. Allowed are {allowed}"
            )
        );
    }
}

#[test]
fn usage_is_told_with_every_answer_and_rolls_over() {
    let mut org = Org::empty();
    let usage = |org: &mut Org, path: &str| {
        let response = raw(org, "GET", path, &[], b"");
        response.headers()["sforce-limit-info"]
            .to_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(usage(&mut org, "limits"), "api-usage=1/100000");
    org.wait(Duration::from_hours(1));
    assert_eq!(usage(&mut org, "nothing"), "api-usage=2/100000");
    org.world.expire_access_tokens();
    assert_eq!(usage(&mut org, "limits"), "api-usage=2/100000");

    // The session is used every hour, or it would end.
    let mut org = Org::empty();
    for _ in 0..24 {
        org.get("limits");
        org.wait(Duration::from_hours(1));
    }
    let (_, limits) = org.get("limits");
    assert_eq!(
        limits["DailyApiRequests"],
        json!({"Max": 100_000, "Remaining": 99_976}),
        "the first of 25 requests is a day old"
    );
}

#[test]
fn a_date_decides_for_records_of_every_object() {
    let mut org = Org::empty();
    let id = org.create("Contact", &json!({"LastName": "Lee"}));
    let path = format!("sobjects/Contact/{id}");
    let noon = "Wed, 10 Jun 2026 12:00:00 GMT";
    let earlier = "Wed, 10 Jun 2026 11:59:59 GMT";
    let title = json!({"Title": "T"});
    let mut status = |method: &str, header: &str, value: &str| {
        let body = if method == "PATCH" {
            &title
        } else {
            &Json::Null
        };
        org.call_with(method, &path, &[(header, value)], body).0
    };
    assert_eq!(status("GET", "if-modified-since", noon), 304);
    assert_eq!(status("GET", "if-modified-since", earlier), 200);
    assert_eq!(status("GET", "if-modified-since", "yesterday"), 200);
    assert_eq!(status("GET", "if-unmodified-since", earlier), 412);
    assert_eq!(status("PATCH", "if-unmodified-since", noon), 204);
    assert_eq!(status("PATCH", "if-unmodified-since", earlier), 412);
    assert_eq!(status("PATCH", "if-modified-since", noon), 412);
    assert_eq!(status("PATCH", "if-unmodified-since", "yesterday"), 400);
    assert_eq!(status("DELETE", "if-unmodified-since", earlier), 204);
    let created = org.call_with(
        "POST",
        "sobjects/Contact",
        &[("if-modified-since", "yesterday")],
        &json!({"LastName": "Lee"}),
    );
    assert_eq!(
        refusal(created),
        "400 INVALID_HEADER: Invalid value for header If-Modified-Since"
    );
}

#[test]
fn accounts_alone_have_entity_tags() {
    let mut org = Org::empty();
    let id = org.create("Account", &json!({"Name": "Acme"}));
    let path = format!("sobjects/Account/{id}");
    let tag = |org: &mut Org, path: &str| {
        let response = raw(org, "GET", path, &[], b"");
        let tag = response.headers().get("etag");
        tag.map(|tag| tag.to_str().unwrap().to_owned())
    };
    let first = tag(&mut org, &path).unwrap();
    assert_eq!(tag(&mut org, &format!("{path}?fields=Id")).unwrap(), first);
    let mut patch = |header: &str, value: &str, name: &str| {
        org.call_with("PATCH", &path, &[(header, value)], &json!({"Name": name}))
            .0
    };
    assert_eq!(patch("if-match", &first, "Beta"), 204);
    assert_eq!(patch("if-match", &first, "Gamma"), 412);
    assert_eq!(patch("if-none-match", "*", "Gamma"), 412);
    assert_eq!(patch("if-match", "*", "Gamma"), 204);
    let second = tag(&mut org, &path).unwrap();
    assert_ne!(second, first);
    let get = |org: &mut Org, listed: &str| {
        org.call_with("GET", &path, &[("if-none-match", listed)], &Json::Null)
            .0
    };
    assert_eq!(get(&mut org, &format!("{first}, W/{second}")), 304);
    assert_eq!(get(&mut org, &first), 200);
    let lead = org.create("Lead", &ada());
    assert_eq!(tag(&mut org, &format!("sobjects/Lead/{lead}")), None);
}

#[test]
fn an_invalid_rule_to_assign_by_is_refused() {
    let mut org = Org::empty();
    let refused = org.call_with(
        "POST",
        "sobjects/Lead",
        &[("sforce-auto-assign", "maybe")],
        &ada(),
    );
    assert_eq!(refusal(refused), "400 MALFORMED_ID: malformed id maybe");
}

#[test]
fn what_was_viewed_last_is_kept_if_asked() {
    let mut org = Org::empty();
    let mru = [("sforce-mru", "updateMru=true")];
    let first = org.create("Lead", &ada());
    let (_, second) = org.call_with("POST", "sobjects/Lead", &mru, &ada());
    let items = |org: &mut Org| {
        let (_, body) = org.get("sobjects/Lead");
        body["recentItems"].clone()
    };
    let item = |id: &str| {
        json!({
            "attributes": {
                "type": "Lead",
                "url": format!("/services/data/v67.0/sobjects/Lead/{id}"),
            },
            "Id": id,
            "Name": "Ada Lovelace",
        })
    };
    let second = item(second["id"].as_str().unwrap());
    assert_eq!(items(&mut org), json!([second]));
    let path = format!("sobjects/Lead/{first}");
    org.call_with("GET", &path, &mru, &Json::Null);
    org.get(&path);
    assert_eq!(items(&mut org), json!([item(&first.to_string()), second]));
    org.call("DELETE", &path, &Json::Null);
    assert_eq!(items(&mut org), json!([second]));
}

#[test]
fn services_that_are_not_there_say_so_in_json() {
    let mut org = Org::empty();
    for path in [
        "/services",
        "/services/apexrest/gizmo",
        "/services/data/v67.0/tooling/query",
    ] {
        assert_eq!(
            refusal(org.get(path)),
            "404 NOT_FOUND: The requested resource does not exist"
        );
    }
}
