//! Components that break a rule, one each.

/// Components of which each breaks one rule: where, and in which words. The place is below
/// `/canvas/content/components/0`, the words follow `components[0]`.
pub(super) const BROKEN: &[[&str; 3]] = &[
    [
        r#"{"type":"carousel"}"#,
        "/type",
        r#".type is "carousel", which is no component"#,
    ],
    [r#"{"text":"x"}"#, "", " has no type"],
    [r#"{"type":7}"#, "/type", ".type is not a string"],
    [r#"{"type":"text"}"#, "", " has no text"],
    [r#"{"type":"text","text":null}"#, "", " has no text"],
    [
        r#"{"type":"text","text":3}"#,
        "/text",
        ".text is not a string",
    ],
    [
        r#"{"type":"text","text":"x","id":4}"#,
        "/id",
        ".id is not a string",
    ],
    [
        r#"{"type":"text","text":"x","style":"loud"}"#,
        "/style",
        r#".style is "loud", not one of paragraph, header, muted, error"#,
    ],
    [
        r#"{"type":"text","text":"x","align":"full_width"}"#,
        "/align",
        r#".align is "full_width", not one of left, center, right"#,
    ],
    [
        r#"{"type":"text","text":"x","bottom_margin":"big"}"#,
        "/bottom_margin",
        r#".bottom_margin is "big", not one of none"#,
    ],
    [
        r#"{"type":"divider","bottom_margin":true}"#,
        "/bottom_margin",
        ".bottom_margin is not a string",
    ],
    [
        r#"{"type":"spacer","size":"xxl"}"#,
        "/size",
        r#".size is "xxl", not one of s, xs, m, l, xl"#,
    ],
    [r#"{"type":"data-table"}"#, "", " has no items"],
    [
        r#"{"type":"data-table","items":{}}"#,
        "/items",
        ".items is not an array",
    ],
    [
        r#"{"type":"data-table","items":["A"]}"#,
        "/items/0",
        ".items[0] is not an object",
    ],
    [
        r#"{"type":"data-table","items":[{"field":"A","value":"1"}]}"#,
        "/items/0",
        ".items[0] has no type",
    ],
    [
        r#"{"type":"data-table","items":[{"type":"row","field":"A","value":"1"}]}"#,
        "/items/0/type",
        ".items[0].type is not field-value",
    ],
    [
        r#"{"type":"data-table","items":[{"type":"field-value","value":"1"}]}"#,
        "/items/0",
        ".items[0] has no field",
    ],
    [
        r#"{"type":"data-table","items":[{"type":"field-value","field":"A"}]}"#,
        "/items/0",
        ".items[0] has no value",
    ],
    [
        r#"{"type":"data-table","items":[{"type":"field-value","field":"A","value":1}]}"#,
        "/items/0/value",
        ".items[0].value is not a string",
    ],
    [
        r#"{"type":"image","width":1,"height":1}"#,
        "",
        " has no url",
    ],
    [
        r#"{"type":"image","url":"https://x.example/a","height":1}"#,
        "",
        " has no width",
    ],
    [
        r#"{"type":"image","url":"https://x.example/a","width":1}"#,
        "",
        " has no height",
    ],
    [
        r#"{"type":"image","url":"https://x.example/a","width":"1","height":1}"#,
        "/width",
        ".width is not a whole number",
    ],
    [
        r#"{"type":"image","url":"https://x.example/a","width":1,"height":1.5}"#,
        "/height",
        ".height is not a whole number",
    ],
    [
        r#"{"type":"image","url":"http://x.example/a","width":1,"height":1}"#,
        "/url",
        ".url is not an https URL",
    ],
    [
        r#"{"type":"image","url":"a.png","width":1,"height":1}"#,
        "/url",
        ".url is not an https URL",
    ],
    [
        r#"{"type":"image","url":"https://x.example/a","width":1,"height":1,"align":"top"}"#,
        "/align",
        r#".align is "top", not one of left, center, right, full_width"#,
    ],
    [
        r#"{"type":"image","url":"https://x.example/a","width":1,"height":1,"rounded":"yes"}"#,
        "/rounded",
        ".rounded is not a boolean",
    ],
    [
        r#"{"type":"image","url":"https://x.example/a","width":1,"height":1,
"action":{"type":"submit"}}"#,
        "/action",
        ".action is not a url action",
    ],
    [
        r#"{"type":"button","label":"L","action":{"type":"submit"}}"#,
        "",
        " has no id",
    ],
    [
        r#"{"type":"button","id":"b","action":{"type":"submit"}}"#,
        "",
        " has no label",
    ],
    [
        r#"{"type":"button","id":"b","label":"L"}"#,
        "",
        " has no action",
    ],
    [
        r#"{"type":"button","id":"b","label":"L","action":"submit"}"#,
        "/action",
        ".action is not an object",
    ],
    [
        r#"{"type":"button","id":"b","label":"L","action":{}}"#,
        "/action",
        ".action has no type",
    ],
    [
        r#"{"type":"button","id":"b","label":"L","action":{"type":"mail"}}"#,
        "/action/type",
        r#".action.type is "mail", not submit or url"#,
    ],
    [
        r#"{"type":"button","id":"b","label":"L","action":{"type":"sheet",
"url":"https://x.example"}}"#,
        "/action",
        ".action is a sheet, which the Inbox cannot open",
    ],
    [
        r#"{"type":"button","id":"b","label":"L","action":{"type":"url"}}"#,
        "/action",
        ".action has no url",
    ],
    [
        r#"{"type":"button","id":"b","label":"L","action":{"type":"url",
"url":"javascript:x()"}}"#,
        "/action/url",
        ".action.url is not an http or https URL",
    ],
    [
        r#"{"type":"button","id":"b","label":"L","action":{"type":"url","url":"/lead"}}"#,
        "/action/url",
        ".action.url is not an http or https URL",
    ],
    [
        r#"{"type":"button","id":"b","label":"L","action":{"type":"submit"},"style":"big"}"#,
        "/style",
        r#".style is "big", not one of primary, secondary, link"#,
    ],
    [
        r#"{"type":"button","id":"b","label":"L","action":{"type":"submit"},"disabled":0}"#,
        "/disabled",
        ".disabled is not a boolean",
    ],
    [r#"{"type":"list"}"#, "", " has no items"],
    [
        r#"{"type":"list","items":[{"id":"i","title":"T"}]}"#,
        "/items/0",
        ".items[0] has no type",
    ],
    [
        r#"{"type":"list","items":[{"type":"row","id":"i","title":"T"}]}"#,
        "/items/0/type",
        ".items[0].type is not item",
    ],
    [
        r#"{"type":"list","items":[{"type":"item","title":"T"}]}"#,
        "/items/0",
        ".items[0] has no id",
    ],
    [
        r#"{"type":"list","items":[{"type":"item","id":"i"}]}"#,
        "/items/0",
        ".items[0] has no title",
    ],
    [
        r#"{"type":"list","items":[{"type":"item","id":"i","title":"T",
"image":"https://x.example/a"}]}"#,
        "/items/0",
        ".items[0] has some of image, image_width, image_height, not all",
    ],
    [
        r#"{"type":"list","items":[{"type":"item","id":"i","title":"T","image_width":4,
"image_height":4}]}"#,
        "/items/0",
        ".items[0] has some of image, image_width, image_height, not all",
    ],
    [
        r#"{"type":"list","items":[{"type":"item","id":"i","title":"T",
"image":"http://x.example/a","image_width":4,"image_height":4}]}"#,
        "/items/0/image",
        ".items[0].image is not an https URL",
    ],
    [r#"{"type":"input"}"#, "", " has no id"],
    [
        r#"{"type":"input","id":"i","value":5}"#,
        "/value",
        ".value is not a string",
    ],
    [
        r#"{"type":"input","id":"i","save_state":"gone"}"#,
        "/save_state",
        r#".save_state is "gone", not one of unsaved, saved, failed"#,
    ],
    [r#"{"type":"textarea"}"#, "", " has no id"],
    [
        r#"{"type":"textarea","id":"t","error":"yes"}"#,
        "/error",
        ".error is not a boolean",
    ],
    [
        r#"{"type":"textarea","id":"t","action":{"type":"submit"}}"#,
        "",
        " is a textarea, which has no action",
    ],
    [
        r#"{"type":"textarea","id":"t","save_state":"saved"}"#,
        "",
        " is a textarea, which has no save_state",
    ],
    [r#"{"type":"dropdown","id":"d"}"#, "", " has no options"],
    [
        r#"{"type":"dropdown","options":[{"type":"option","id":"a","text":"A"},
{"type":"option","id":"b","text":"B"}]}"#,
        "",
        " has no id",
    ],
    [
        r#"{"type":"dropdown","id":"d","options":[{"type":"option","id":"a","text":"A"}]}"#,
        "",
        " has 1 options, not 2 to 10",
    ],
    [
        r#"{"type":"single-select","id":"d","options":[{"type":"option","id":"a",
"text":"A"}]}"#,
        "",
        " has 1 options, not 2 to 10",
    ],
    [
        r#"{"type":"dropdown","id":"d","options":[{"id":"a","text":"A"}]}"#,
        "/options/0",
        ".options[0] has no type",
    ],
    [
        r#"{"type":"dropdown","id":"d","options":[{"type":"choice","id":"a","text":"A"}]}"#,
        "/options/0/type",
        ".options[0].type is not option",
    ],
    [
        r#"{"type":"dropdown","id":"d","options":[{"type":"option","id":"a"}]}"#,
        "/options/0",
        ".options[0] has no text",
    ],
    [
        r#"{"type":"dropdown","id":"d","options":[{"type":"option","id":"a","text":"A"},
{"type":"option","id":"a","text":"B"}]}"#,
        "/options/1/id",
        r#".options[1].id is "a", an id that is there twice"#,
    ],
    [
        r#"{"type":"dropdown","id":"d","value":"z","options":[{"type":"option","id":"a",
"text":"A"},{"type":"option","id":"b","text":"B"}]}"#,
        "/value",
        r#".value is "z", which is no option"#,
    ],
    [
        r#"{"type":"checkbox","id":"c","options":[{"type":"option","id":"a","text":"A"}]}"#,
        "",
        " has no option",
    ],
    [
        r#"{"type":"checkbox","id":"c","option":[]}"#,
        "",
        " has no option",
    ],
    [
        r#"{"type":"checkbox","option":[{"type":"option","id":"a","text":"A"}]}"#,
        "",
        " has no id",
    ],
    [
        r#"{"type":"checkbox","id":"c","value":"a","option":[{"type":"option","id":"a",
"text":"A"}]}"#,
        "/value",
        ".value is not an array",
    ],
    [
        r#"{"type":"checkbox","id":"c","value":[1],"option":[{"type":"option","id":"a",
"text":"A"}]}"#,
        "/value",
        ".value is not a list of strings",
    ],
    [
        r#"{"type":"checkbox","id":"c","value":["z"],"option":[{"type":"option","id":"a",
"text":"A"}]}"#,
        "/value",
        r#".value is "z", which is no option"#,
    ],
];
