use bytes::Bytes;
use http::Request;
use model::{SeededEntropy, Timestamp};
use serde_json::Value;

use crate::conversation::{Author, Part, PartType, State};
use crate::ids::{AdminId, PartId};
use crate::options::Options;
use crate::world::World;

#[test]
fn at_most_500_parts_are_shown_the_newest() {
    let now = Timestamp::from_seconds(1_781_524_800);
    let options = Options {
        token: Some("t".to_owned()),
        ..Options::default()
    };
    let mut world = World::seeded(options, 7, now);
    let id = world.conversations.all().next().unwrap().id;
    let parts = (0..502)
        .map(|at| Part {
            id: PartId(at),
            kind: PartType::Note,
            body: Some(format!("<p>{at}</p>")),
            author: Author::Admin(AdminId(1)),
            created_at: 0,
            assigned_to: None,
            state: State::Open,
            app_package_code: None,
            is_redacted: false,
            attachments: Vec::new(),
            tags: Vec::new(),
            detail: None,
        })
        .collect();
    let set = world.conversations.edit(id, 0, |row| row.parts = parts);
    assert!(set.is_some());
    let request = Request::builder()
        .uri(format!("/conversations/{id}"))
        .header("authorization", "Bearer t")
        .body(Bytes::new())
        .unwrap();
    let response = world.handle(now, &mut SeededEntropy::new(7, "test"), &request);
    let shown: Value = serde_json::from_slice(response.body()).unwrap();
    let parts = &shown["conversation_parts"];
    assert_eq!(parts["total_count"], 502);
    let listed = parts["conversation_parts"].as_array().unwrap();
    assert_eq!(
        (listed.len(), &listed[0]["body"]),
        (500, &Value::from("<p>2</p>"))
    );
}
