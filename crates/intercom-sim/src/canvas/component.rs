//! The components of a card (Canvas Kit, component reference). A value of these types satisfied
//! every rule.

use std::collections::BTreeSet;

use serde_json::Value;

use super::fields::Fields;
use super::markdown::{Span, spans};

/// Options of a dropdown or a single-select: at least, at most.
const OPTIONS: (usize, usize) = (2, 10);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    Submit,
    Url(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextStyle {
    Paragraph,
    Header,
    Muted,
    Error,
}

impl TextStyle {
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Paragraph => "paragraph",
            Self::Header => "header",
            Self::Muted => "muted",
            Self::Error => "error",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ButtonStyle {
    Primary,
    Secondary,
    Link,
}

impl ButtonStyle {
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::Link => "link",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SaveState {
    Unsaved,
    /// Locks the control, whatever `disabled` says.
    Saved,
    Failed,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) id: Option<String>,
    pub(crate) spans: Vec<Span>,
    pub(crate) style: TextStyle,
    pub(crate) align: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Image {
    pub(crate) url: String,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) is_rounded: bool,
    pub(crate) link: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Button {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) action: Action,
    pub(crate) style: ButtonStyle,
    pub(crate) is_disabled: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListItem {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) subtitle: Option<String>,
    pub(crate) tertiary_text: Option<String>,
    pub(crate) image: Option<Image>,
    pub(crate) action: Option<Action>,
    pub(crate) is_disabled: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InputField {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) placeholder: String,
    pub(crate) value: String,
    pub(crate) action: Option<Action>,
    pub(crate) save_state: SaveState,
    pub(crate) is_locked: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TextareaField {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) placeholder: String,
    pub(crate) value: String,
    pub(crate) is_wrong: bool,
    pub(crate) is_locked: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) is_disabled: bool,
    pub(crate) is_chosen: bool,
}

/// A dropdown or a single-select.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Select {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) choices: Vec<Choice>,
    pub(crate) action: Option<Action>,
    pub(crate) save_state: SaveState,
    pub(crate) is_locked: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CheckboxField {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) choices: Vec<Choice>,
    pub(crate) save_state: SaveState,
    pub(crate) is_locked: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Component {
    Text(Text),
    DataTable(Vec<(String, String)>),
    Divider,
    Spacer(&'static str),
    Image(Image),
    Button(Button),
    List(Vec<ListItem>),
    Input(InputField),
    Textarea(TextareaField),
    Dropdown(Select),
    SingleSelect(Select),
    Checkbox(CheckboxField),
}

/// Reads the components of a canvas; ids are unique across all of them and their list items.
pub(super) fn parse_all(listed: &[Value]) -> Result<Vec<Component>, String> {
    let mut ids = Ids::default();
    listed
        .iter()
        .enumerate()
        .map(|(at, value)| {
            let fields = Fields::of(value, format!("components[{at}]"))?;
            parse(&fields, &mut ids)
        })
        .collect()
}

#[derive(Default)]
struct Ids(BTreeSet<String>);

impl Ids {
    fn claim(&mut self, id: String) -> Result<String, String> {
        if self.0.insert(id.clone()) {
            Ok(id)
        } else {
            Err(format!("the id {id:?} is there twice"))
        }
    }

    fn required(&mut self, fields: &Fields<'_>) -> Result<String, String> {
        self.claim(fields.required_text("id")?)
    }

    fn optional(&mut self, fields: &Fields<'_>) -> Result<Option<String>, String> {
        fields.text("id")?.map(|id| self.claim(id)).transpose()
    }
}

fn parse(fields: &Fields<'_>, ids: &mut Ids) -> Result<Component, String> {
    if fields.has("bottom_margin") {
        fields.one_of("bottom_margin", &[("none", ())])?;
    }
    match fields.required_text("type")?.as_str() {
        "text" => text(fields, ids).map(Component::Text),
        "data-table" => {
            ids.optional(fields)?;
            data_table(fields).map(Component::DataTable)
        }
        "divider" => ids.optional(fields).map(|_| Component::Divider),
        "spacer" => {
            ids.optional(fields)?;
            let sizes = [
                ("s", "s"),
                ("xs", "xs"),
                ("m", "m"),
                ("l", "l"),
                ("xl", "xl"),
            ];
            fields.one_of("size", &sizes).map(Component::Spacer)
        }
        "image" => {
            ids.optional(fields)?;
            image(fields).map(Component::Image)
        }
        "button" => button(fields, ids).map(Component::Button),
        "list" => list(fields, ids).map(Component::List),
        "input" => input(fields, ids).map(Component::Input),
        "textarea" => textarea(fields, ids).map(Component::Textarea),
        "dropdown" => select(fields, ids).map(Component::Dropdown),
        "single-select" => select(fields, ids).map(Component::SingleSelect),
        "checkbox" => checkbox(fields, ids).map(Component::Checkbox),
        other => Err(format!(
            "{}.type is {other:?}, which is no component",
            fields.at
        )),
    }
}

fn text(fields: &Fields<'_>, ids: &mut Ids) -> Result<Text, String> {
    let styles = [
        ("paragraph", TextStyle::Paragraph),
        ("header", TextStyle::Header),
        ("muted", TextStyle::Muted),
        ("error", TextStyle::Error),
    ];
    let aligns = [("left", "left"), ("center", "center"), ("right", "right")];
    Ok(Text {
        id: ids.optional(fields)?,
        spans: spans(&fields.required_text("text")?),
        style: fields.one_of("style", &styles)?,
        align: fields.one_of("align", &aligns)?,
    })
}

fn data_table(fields: &Fields<'_>) -> Result<Vec<(String, String)>, String> {
    let rows = fields.required_list("items")?;
    rows.iter()
        .enumerate()
        .map(|(at, row)| {
            let row = Fields::of(row, format!("{}.items[{at}]", fields.at))?;
            if row.required_text("type")? != "field-value" {
                return Err(format!("{}.type is not field-value", row.at));
            }
            Ok((row.required_text("field")?, row.required_text("value")?))
        })
        .collect()
}

fn image(fields: &Fields<'_>) -> Result<Image, String> {
    fields.one_of(
        "align",
        &[
            ("left", ()),
            ("center", ()),
            ("right", ()),
            ("full_width", ()),
        ],
    )?;
    let link = match fields.action()? {
        None => None,
        Some(Action::Url(url)) => Some(url),
        Some(Action::Submit) => return Err(format!("{}.action is not a url action", fields.at)),
    };
    Ok(Image {
        url: fields.image_url("url")?,
        width: fields.required_integer("width")?,
        height: fields.required_integer("height")?,
        is_rounded: fields.flag("rounded")?,
        link,
    })
}

fn button(fields: &Fields<'_>, ids: &mut Ids) -> Result<Button, String> {
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
            .ok_or_else(|| format!("{} has no action", fields.at))?,
        style: fields.one_of("style", &styles)?,
        is_disabled: fields.flag("disabled")?,
    })
}

fn list(fields: &Fields<'_>, ids: &mut Ids) -> Result<Vec<ListItem>, String> {
    let is_disabled = fields.flag("disabled")?;
    let items = fields.required_list("items")?;
    items
        .iter()
        .enumerate()
        .map(|(at, item)| {
            let item = Fields::of(item, format!("{}.items[{at}]", fields.at))?;
            if item.required_text("type")? != "item" {
                return Err(format!("{}.type is not item", item.at));
            }
            Ok(ListItem {
                id: ids.required(&item)?,
                title: item.required_text("title")?,
                subtitle: item.text("subtitle")?,
                tertiary_text: item.text("tertiary_text")?,
                image: item_image(&item)?,
                action: item.action()?,
                is_disabled: is_disabled || item.flag("disabled")?,
            })
        })
        .collect()
}

/// An item's image has an address, a width and a height, or none of them.
fn item_image(item: &Fields<'_>) -> Result<Option<Image>, String> {
    let parts = ["image", "image_width", "image_height"];
    match parts.iter().filter(|name| item.has(name)).count() {
        0 => Ok(None),
        3 => Ok(Some(Image {
            url: item.image_url("image")?,
            width: item.required_integer("image_width")?,
            height: item.required_integer("image_height")?,
            is_rounded: item.flag("rounded_image")?,
            link: None,
        })),
        _ => Err(format!(
            "{} has some of image, image_width, image_height, not all",
            item.at
        )),
    }
}

fn save_state(fields: &Fields<'_>) -> Result<SaveState, String> {
    let states = [
        ("unsaved", SaveState::Unsaved),
        ("saved", SaveState::Saved),
        ("failed", SaveState::Failed),
    ];
    fields.one_of("save_state", &states)
}

fn input(fields: &Fields<'_>, ids: &mut Ids) -> Result<InputField, String> {
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

fn textarea(fields: &Fields<'_>, ids: &mut Ids) -> Result<TextareaField, String> {
    for name in ["action", "save_state"] {
        if fields.has(name) {
            return Err(format!("{} is a textarea, which has no {name}", fields.at));
        }
    }
    Ok(TextareaField {
        id: ids.required(fields)?,
        label: fields.text("label")?.unwrap_or_default(),
        placeholder: fields.text("placeholder")?.unwrap_or_default(),
        value: fields.text("value")?.unwrap_or_default(),
        is_wrong: fields.flag("error")?,
        is_locked: fields.flag("disabled")?,
    })
}

fn choices(fields: &Fields<'_>, name: &str, chosen: &[String]) -> Result<Vec<Choice>, String> {
    let mut ids = Ids::default();
    let options = fields.required_list(name)?;
    let choices: Vec<Choice> = options
        .iter()
        .enumerate()
        .map(|(at, option)| {
            let option = Fields::of(option, format!("{}.{name}[{at}]", fields.at))?;
            if option.required_text("type")? != "option" {
                return Err(format!("{}.type is not option", option.at));
            }
            let id = ids.required(&option)?;
            Ok(Choice {
                is_chosen: chosen.contains(&id),
                id,
                text: option.required_text("text")?,
                is_disabled: option.flag("disabled")?,
            })
        })
        .collect::<Result<_, String>>()?;
    match chosen
        .iter()
        .find(|id| !choices.iter().any(|choice| choice.id == **id))
    {
        Some(id) => Err(format!("{}.value is {id:?}, which is no option", fields.at)),
        None => Ok(choices),
    }
}

fn select(fields: &Fields<'_>, ids: &mut Ids) -> Result<Select, String> {
    let chosen: Vec<String> = fields.text("value")?.into_iter().collect();
    let choices = choices(fields, "options", &chosen)?;
    let (least, most) = OPTIONS;
    if !(least..=most).contains(&choices.len()) {
        let count = choices.len();
        return Err(format!(
            "{} has {count} options, not {least} to {most}",
            fields.at
        ));
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

fn checkbox(fields: &Fields<'_>, ids: &mut Ids) -> Result<CheckboxField, String> {
    let choices = choices(fields, "option", &fields.texts("value")?)?;
    if choices.is_empty() {
        return Err(format!("{} has no option", fields.at));
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
