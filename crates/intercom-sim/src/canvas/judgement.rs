//! The rules that each component of a canvas keeps (Canvas Kit, component reference).
//!
//! The first rule that is broken refuses the whole canvas. `null` is the same as absent.

use std::collections::BTreeSet;

use serde_json::Value;

use super::component::{
    Action, Align, Button, ButtonStyle, CheckboxField, Choice, Component, Image, InputField,
    ListItem, SaveState, Select, SpacerSize, Text, TextStyle, TextareaField,
};
use super::controls::CanvasControls;
use super::fields::{Defect, Fields};
use super::markdown::spans;

/// Options of a single-select at least, and of a dropdown usually.
const OPTIONS_MIN: usize = 2;
/// Options of a dropdown or a single-select at most.
const OPTIONS_MAX: usize = 10;

/// Reads the components of a canvas; ids are unique across all of them and their list items.
pub(super) fn components(
    listed: &[Value],
    controls: CanvasControls,
) -> Result<Vec<Component>, Defect> {
    let mut ids = Ids::default();
    let read = listed.iter().enumerate().map(|(place, value)| {
        let fields = Fields::of(value, format!("components[{place}]"), controls)?;
        component(&fields, &mut ids)
    });
    read.collect()
}

#[derive(Default)]
struct Ids(BTreeSet<String>);

impl Ids {
    fn claim(&mut self, fields: &Fields<'_>, id: String) -> Result<String, Defect> {
        if self.0.insert(id.clone()) {
            return Ok(id);
        }
        let twice = format!("is {id:?}, an id that is there twice");
        Err(fields.defect_in("id", &twice))
    }

    fn required(&mut self, fields: &Fields<'_>) -> Result<String, Defect> {
        self.claim(fields, fields.required_text("id")?)
    }

    fn optional(&mut self, fields: &Fields<'_>) -> Result<Option<String>, Defect> {
        let id = fields.text("id")?;
        id.map(|id| self.claim(fields, id)).transpose()
    }
}

fn component(fields: &Fields<'_>, ids: &mut Ids) -> Result<Component, Defect> {
    match fields.required_text("type")?.as_str() {
        "text" => text(fields, ids).map(Component::Text),
        "data-table" => data_table(fields, ids).map(Component::DataTable),
        "divider" => {
            fields.knows(&["id", "bottom_margin"])?;
            ids.optional(fields)?;
            let is_tight = fields.is_tight()?;
            Ok(Component::Divider { is_tight })
        }
        "spacer" => spacer(fields, ids).map(Component::Spacer),
        "image" => image(fields, ids).map(Component::Image),
        "button" => button(fields, ids).map(Component::Button),
        "list" => list(fields, ids).map(Component::List),
        "input" => input(fields, ids).map(Component::Input),
        "textarea" => textarea(fields, ids).map(Component::Textarea),
        "dropdown" => {
            let single = fields.controls().single_option_dropdowns;
            let least = if single { 1 } else { OPTIONS_MIN };
            select(fields, ids, least).map(Component::Dropdown)
        }
        "single-select" => select(fields, ids, OPTIONS_MIN).map(Component::SingleSelect),
        "checkbox" => checkbox(fields, ids).map(Component::Checkbox),
        other => Err(fields.defect_in("type", &format!("is {other:?}, which is no component"))),
    }
}

fn text(fields: &Fields<'_>, ids: &mut Ids) -> Result<Text, Defect> {
    fields.knows(&["id", "text", "style", "align", "bottom_margin"])?;
    let styles = [
        ("paragraph", TextStyle::Paragraph),
        ("header", TextStyle::Header),
        ("muted", TextStyle::Muted),
        ("error", TextStyle::Error),
    ];
    let aligns = [
        ("left", Align::Left),
        ("center", Align::Center),
        ("right", Align::Right),
    ];
    Ok(Text {
        id: ids.optional(fields)?,
        spans: spans(&fields.required_text("text")?),
        style: fields.one_of("style", &styles)?,
        align: fields.one_of("align", &aligns)?,
        is_tight: fields.is_tight()?,
    })
}

fn data_table(fields: &Fields<'_>, ids: &mut Ids) -> Result<Vec<(String, String)>, Defect> {
    fields.knows(&["id", "items"])?;
    ids.optional(fields)?;
    let rows = fields.objects("items")?;
    let read = rows.iter().map(|row| {
        row.must_be("field-value")?;
        row.knows(&["field", "value"])?;
        Ok((row.required_text("field")?, row.required_text("value")?))
    });
    read.collect()
}

fn spacer(fields: &Fields<'_>, ids: &mut Ids) -> Result<SpacerSize, Defect> {
    fields.knows(&["id", "size"])?;
    ids.optional(fields)?;
    let sizes = [
        ("s", SpacerSize::Small),
        ("xs", SpacerSize::ExtraSmall),
        ("m", SpacerSize::Medium),
        ("l", SpacerSize::Large),
        ("xl", SpacerSize::ExtraLarge),
    ];
    fields.one_of("size", &sizes)
}

fn image(fields: &Fields<'_>, ids: &mut Ids) -> Result<Image, Defect> {
    fields.knows(&[
        "id",
        "url",
        "width",
        "height",
        "align",
        "rounded",
        "bottom_margin",
        "action",
    ])?;
    ids.optional(fields)?;
    let aligns = [
        ("left", Align::Left),
        ("center", Align::Center),
        ("right", Align::Right),
        ("full_width", Align::FullWidth),
    ];
    let link = match fields.action()? {
        None => None,
        Some(Action::Url(url)) => Some(url),
        Some(Action::Submit) => return Err(fields.defect_in("action", "is not a url action")),
    };
    Ok(Image {
        url: fields.image_url("url")?,
        width: fields.required_integer("width")?,
        height: fields.required_integer("height")?,
        is_rounded: fields.flag("rounded")?,
        align: fields.one_of("align", &aligns)?,
        is_tight: fields.is_tight()?,
        link,
    })
}

fn button(fields: &Fields<'_>, ids: &mut Ids) -> Result<Button, Defect> {
    fields.knows(&["id", "label", "action", "style", "disabled"])?;
    let styles = [
        ("primary", ButtonStyle::Primary),
        ("secondary", ButtonStyle::Secondary),
        ("link", ButtonStyle::Link),
    ];
    Ok(Button {
        id: ids.required(fields)?,
        label: fields.required_text("label")?,
        action: fields
            .action()?
            .ok_or_else(|| fields.defect("has no action"))?,
        style: fields.one_of("style", &styles)?,
        is_disabled: fields.flag("disabled")?,
    })
}

fn list(fields: &Fields<'_>, ids: &mut Ids) -> Result<Vec<ListItem>, Defect> {
    fields.knows(&["id", "items", "disabled"])?;
    ids.optional(fields)?;
    let is_disabled = fields.flag("disabled")?;
    let items = fields.objects("items")?;
    let read = items.iter().map(|item| {
        item.must_be("item")?;
        item.knows(&[
            "id",
            "title",
            "subtitle",
            "tertiary_text",
            "image",
            "image_width",
            "image_height",
            "rounded_image",
            "disabled",
            "action",
        ])?;
        Ok(ListItem {
            id: ids.required(item)?,
            title: item.required_text("title")?,
            subtitle: item.text("subtitle")?,
            tertiary_text: item.text("tertiary_text")?,
            image: item_image(item)?,
            action: item.action()?,
            is_disabled: is_disabled || item.flag("disabled")?,
        })
    });
    read.collect()
}

/// An item's image has an address, a width and a height, or none of them.
fn item_image(item: &Fields<'_>) -> Result<Option<Image>, Defect> {
    let is_rounded = item.flag("rounded_image")?;
    let parts = ["image", "image_width", "image_height"];
    match parts.iter().filter(|name| item.has(name)).count() {
        0 => Ok(None),
        3 => Ok(Some(Image {
            url: item.image_url("image")?,
            width: item.required_integer("image_width")?,
            height: item.required_integer("image_height")?,
            is_rounded,
            align: Align::Left,
            is_tight: true,
            link: None,
        })),
        _ => Err(item.defect("has some of image, image_width, image_height, not all")),
    }
}

fn save_state(fields: &Fields<'_>) -> Result<SaveState, Defect> {
    let states = [
        ("unsaved", SaveState::Unsaved),
        ("saved", SaveState::Saved),
        ("failed", SaveState::Failed),
    ];
    fields.one_of("save_state", &states)
}

fn input(fields: &Fields<'_>, ids: &mut Ids) -> Result<InputField, Defect> {
    fields.knows(&[
        "id",
        "label",
        "placeholder",
        "value",
        "action",
        "save_state",
        "disabled",
    ])?;
    let save_state = save_state(fields)?;
    Ok(InputField {
        id: ids.required(fields)?,
        label: fields.text("label")?.unwrap_or_default(),
        placeholder: fields.text("placeholder")?.unwrap_or_default(),
        value: fields.text("value")?.unwrap_or_default(),
        action: fields.action()?,
        save_state,
        is_locked: fields.flag("disabled")? || save_state == SaveState::Saved,
    })
}

fn textarea(fields: &Fields<'_>, ids: &mut Ids) -> Result<TextareaField, Defect> {
    for name in ["action", "save_state"] {
        if fields.has(name) {
            return Err(fields.defect(&format!("is a textarea, which has no {name}")));
        }
    }
    fields.knows(&["id", "label", "placeholder", "value", "error", "disabled"])?;
    Ok(TextareaField {
        id: ids.required(fields)?,
        label: fields.text("label")?.unwrap_or_default(),
        placeholder: fields.text("placeholder")?.unwrap_or_default(),
        value: fields.text("value")?.unwrap_or_default(),
        is_wrong: fields.flag("error")?,
        is_locked: fields.flag("disabled")?,
    })
}

/// The options of a control. Their ids are unique within it.
fn choices(fields: &Fields<'_>, name: &str, chosen: &[String]) -> Result<Vec<Choice>, Defect> {
    let mut ids = Ids::default();
    let options = fields.objects(name)?;
    let read = options.iter().map(|option| {
        option.must_be("option")?;
        option.knows(&["id", "text", "disabled"])?;
        let id = ids.required(option)?;
        Ok(Choice {
            is_chosen: chosen.contains(&id),
            id,
            text: option.required_text("text")?,
            is_disabled: option.flag("disabled")?,
        })
    });
    let choices: Vec<Choice> = read.collect::<Result<_, Defect>>()?;
    let is_there = |id: &&String| choices.iter().any(|choice| choice.id == **id);
    match chosen.iter().find(|id| !is_there(id)) {
        Some(id) => Err(fields.defect_in("value", &format!("is {id:?}, which is no option"))),
        None => Ok(choices),
    }
}

fn select(fields: &Fields<'_>, ids: &mut Ids, least: usize) -> Result<Select, Defect> {
    fields.knows(&[
        "id",
        "label",
        "options",
        "value",
        "action",
        "save_state",
        "disabled",
    ])?;
    let chosen: Vec<String> = fields.text("value")?.into_iter().collect();
    let choices = choices(fields, "options", &chosen)?;
    if !(least..=OPTIONS_MAX).contains(&choices.len()) {
        let words = format!(
            "has {} options, not {least} to {OPTIONS_MAX}",
            choices.len()
        );
        return Err(fields.defect(&words));
    }
    let save_state = save_state(fields)?;
    Ok(Select {
        id: ids.required(fields)?,
        label: fields.text("label")?.unwrap_or_default(),
        choices,
        action: fields.action()?,
        save_state,
        is_locked: fields.flag("disabled")? || save_state == SaveState::Saved,
    })
}

/// A checkbox has its options under `option`. Its label is required in one place of the
/// documentation and optional in another: here it may be absent.
fn checkbox(fields: &Fields<'_>, ids: &mut Ids) -> Result<CheckboxField, Defect> {
    fields.knows(&["id", "label", "option", "value", "save_state", "disabled"])?;
    let choices = choices(fields, "option", &fields.texts("value")?)?;
    if choices.is_empty() {
        return Err(fields.defect("has no option"));
    }
    let save_state = save_state(fields)?;
    Ok(CheckboxField {
        id: ids.required(fields)?,
        label: fields.text("label")?.unwrap_or_default(),
        choices,
        save_state,
        is_locked: fields.flag("disabled")? || save_state == SaveState::Saved,
    })
}
