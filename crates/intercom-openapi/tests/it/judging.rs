//! Requests and answers, good and bad, by a description of a few lines.

use http::Method;
use intercom_openapi::{Description, Exchange};
use serde_json::{Value, json};

const SHOP: &str = r##"
openapi: 3.0.1
paths:
  "/things/{thing_id}":
    get:
      parameters:
      - {name: Intercom-Version, in: header, schema: {"$ref": "#/components/schemas/version"}}
      - {name: thing_id, in: path, required: true, schema: {type: integer}}
      - {name: full, in: query, required: true, schema: {type: boolean}}
      responses:
        '200':
          content: {application/json: {schema: {"$ref": "#/components/schemas/thing"}}}
        '404':
          "$ref": "#/components/responses/Lost"
  "/things/search":
    get:
      responses:
        '204': {description: nothing}
    post:
      requestBody:
        required: true
        content: {application/json: {schema: {"$ref": "#/components/schemas/thing"}}}
      responses:
        '200': {content: {application/json: {schema: {type: object}}}}
components:
  responses:
    Lost: {content: {application/json: {schema: {"$ref": "#/components/schemas/error"}}}}
  schemas:
    version: {type: string, enum: ['1', '2']}
    error: {type: object, required: [code], properties: {code: {type: string}}}
    thing:
      type: object
      required: [id]
      properties:
        id: {type: string}
        name: {type: string, nullable: true}
        colour: {type: string, enum: [red, blue]}
        url: {type: string, format: uri}
        parts: {type: array, items: {"$ref": "#/components/schemas/thing"}}
        size:
          oneOf: [{type: integer}, {type: string, maxLength: 2}]
"##;

fn shop() -> Description {
    Description::read(SHOP).expect("the lines above are a description")
}

fn get(target: &str) -> Exchange<'_> {
    Exchange {
        method: &Method::GET,
        target,
        version: None,
        body: None,
    }
}

fn post(body: Option<&Value>) -> Exchange<'_> {
    Exchange {
        method: &Method::POST,
        target: "/things/search",
        version: None,
        body,
    }
}

/// Where the request of a thing deviates.
fn of_body(body: &Value) -> Vec<String> {
    let found = shop().check_request(&post(Some(body)));
    found.into_iter().map(|it| it.pointer).collect()
}

fn of_request(exchange: &Exchange<'_>) -> Vec<String> {
    let found = shop().check_request(exchange);
    found.into_iter().map(|it| it.pointer).collect()
}

#[test]
fn a_fixed_path_goes_before_one_with_a_name() {
    let shop = shop();
    let name = |method, path| shop.operation_of(&method, path).map(str::to_owned);
    assert_eq!(
        name(Method::GET, "/things/search").as_deref(),
        Some("GET /things/search")
    );
    assert_eq!(
        name(Method::GET, "/things/12").as_deref(),
        Some("GET /things/{thing_id}")
    );
    assert_eq!(name(Method::PUT, "/things/12"), None);
    assert_eq!(name(Method::GET, "/things/12/parts"), None);
}

#[test]
fn parameters_have_their_types_and_must_be_there_if_required() {
    assert!(of_request(&get("/things/12?full=true")).is_empty());
    assert_eq!(of_request(&get("/things/12")), ["/query/full"]);
    assert_eq!(of_request(&get("/things/12?full=yes")), ["/query/full"]);
    let both = ["/path/thing_id", "/query/shape"];
    assert_eq!(of_request(&get("/things/ab?full=false&shape=x")), both);
}

#[test]
fn a_version_is_one_of_the_listed() {
    let of = |version| {
        of_request(&Exchange {
            version: Some(version),
            ..get("/things/1?full=true")
        })
    };
    assert!(of("2").is_empty());
    assert_eq!(of("3"), ["/header/Intercom-Version"]);
}

#[test]
fn a_body_stands_where_one_is_described_and_nowhere_else() {
    assert_eq!(of_request(&post(None)), ["/body"]);
    let body = json!({});
    let unasked = Exchange {
        body: Some(&body),
        ..get("/things/search")
    };
    assert_eq!(of_request(&unasked), ["/body"]);
}

#[test]
fn a_value_is_judged_by_the_schema_of_its_member() {
    assert!(of_body(&json!({"id": "1", "unheard_of": 5})).is_empty());
    assert!(of_body(&json!({"id": "1", "name": null})).is_empty());
    assert_eq!(
        of_body(&json!({"name": "x"})),
        ["/body"],
        "the id is missing"
    );
    assert_eq!(of_body(&json!({"id": null})), ["/body/id"]);
    assert_eq!(
        of_body(&json!({"id": "1", "colour": "green"})),
        ["/body/colour"]
    );
    assert_eq!(
        of_body(&json!({"id": "1", "url": "/things/1"})),
        ["/body/url"]
    );
    assert!(of_body(&json!({"id": "1", "url": "https://things.example/1"})).is_empty());
}

#[test]
fn a_choice_takes_one_of_its_branches() {
    assert!(of_body(&json!({"id": "1", "size": 5})).is_empty());
    assert!(of_body(&json!({"id": "1", "size": "XL"})).is_empty());
    assert_eq!(of_body(&json!({"id": "1", "size": "XXXL"})), ["/body/size"]);
    assert_eq!(of_body(&json!({"id": "1", "size": true})), ["/body/size"]);
}

#[test]
fn things_within_things_are_judged_too() {
    let nested = json!({"id": "1", "parts": [{"id": "2"}, {"id": "3", "parts": [{"id": 4}]}]});
    assert_eq!(of_body(&nested), ["/body/parts/1/parts/0/id"]);
}

#[test]
fn an_answer_has_a_described_status_and_the_body_that_belongs_to_it() {
    let shop = shop();
    let of = |target, status, body: Option<Value>| -> Vec<String> {
        let found = shop.check_answer(&get(target), status, body.as_ref());
        found.into_iter().map(|it| it.pointer).collect()
    };
    let (thing, search) = ("/things/1", "/things/search");
    assert!(of(thing, 200, Some(json!({"id": "1"}))).is_empty());
    assert!(of(thing, 404, Some(json!({"code": "lost"}))).is_empty());
    assert_eq!(of(thing, 404, Some(json!({}))), ["/body"]);
    assert_eq!(of(thing, 200, None), ["/body"]);
    assert!(of(search, 204, None).is_empty());
    assert_eq!(of(search, 204, Some(json!({}))), ["/body"]);
    assert_eq!(of(thing, 418, Some(json!({"code": "tea"}))), ["/status"]);
    let both = ["/status", "/body/code"];
    assert_eq!(of(thing, 418, Some(json!({"code": 1}))), both);
    assert_eq!(of("/nothing", 200, None), [""]);
}

#[test]
fn a_deviation_can_be_read() {
    let found = shop().check_request(&get("/things/ab?full=true"));
    let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(lines.len(), 1);
    let place = "GET /things/{thing_id}, request, at `/path/thing_id`: ";
    assert!(lines[0].starts_with(place), "{lines:?}");
    assert!(lines[0].contains("integer"), "{lines:?}");
}

#[test]
fn a_keyword_that_nobody_translates_makes_no_description() {
    let odd = SHOP.replace("maxLength: 2", "contentEncoding: base64");
    let problem = Description::read(&odd).unwrap().compile_all().unwrap_err();
    assert!(problem.to_string().contains("contentEncoding"), "{problem}");
}

#[test]
fn the_vendors_file_can_be_judged_by_from_end_to_end() {
    let vendor = Description::of_intercom();
    vendor.compile_all().unwrap();
    let unarchive = vendor.operation_of(&Method::POST, "/contacts/5ba6/unarchive");
    assert_eq!(unarchive, Some("POST /contacts/{contact_id}/unarchive"));
}
