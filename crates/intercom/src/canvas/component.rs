//! The components of the inbox card. Messenger sheets and live content do not exist there and are
//! left out.

use serde::Serialize;

use super::{CanvasError, Checkbox, Dropdown, Image, ImageUrl, LinkUrl, Margin, SingleSelect};

/// Anything that stands in a canvas, top to bottom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Component {
    /// Words.
    Text(Text),
    /// Names and values.
    DataTable(DataTable),
    /// A line.
    Divider(Divider),
    /// Room.
    Spacer(Spacer),
    /// An image.
    Image(Image),
    /// A button.
    Button(Button),
    /// A list of things to open.
    List(List),
    /// One line to type.
    Input(Input),
    /// Several lines to type.
    Textarea(Textarea),
    /// One of several, behind a click.
    Dropdown(Dropdown),
    /// One of several, side by side.
    SingleSelect(SingleSelect),
    /// Any of several.
    Checkbox(Checkbox),
}

/// Words. Markdown links in them become links.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Text {
    /// The words.
    pub text: String,
    /// How they look.
    pub style: TextStyle,
    /// Where they stand.
    pub align: Align,
    /// The room below them.
    #[serde(rename = "bottom_margin", skip_serializing_if = "Margin::is_usual")]
    pub margin: Margin,
}

/// A line across the card.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Divider {
    /// The room below it.
    #[serde(rename = "bottom_margin", skip_serializing_if = "Margin::is_usual")]
    pub margin: Margin,
}

/// How a text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TextStyle {
    /// Large.
    Header,
    /// Usual.
    Paragraph,
    /// Grey: ages, empty states.
    Muted,
    /// Red.
    Error,
}

/// Where a text stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Align {
    /// At the left.
    #[default]
    Left,
    /// In the middle.
    Center,
    /// At the right.
    Right,
}

/// Names and values; at least one row. The inbox cuts long ones and shows them whole on hover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DataTable {
    items: Vec<Row>,
}

/// A name and its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "field-value")]
pub struct Row {
    /// The name.
    pub field: String,
    /// The value.
    pub value: String,
}

/// Room between components.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Spacer {
    /// How much.
    pub size: SpacerSize,
}

/// How much room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SpacerSize {
    /// Very little.
    Xs,
    /// Little.
    S,
    /// Some.
    M,
    /// Much.
    L,
    /// Very much.
    Xl,
}

/// A button. Its id comes back as the request's `component_id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Button {
    /// Unique in the canvas.
    pub id: String,
    /// What it says.
    pub label: String,
    /// What a click does.
    pub action: Action,
    /// How it looks.
    pub style: ButtonStyle,
    /// Shown, not clickable.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
}

/// How a button looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ButtonStyle {
    /// Not on a first canvas, by the rules of the app review.
    Primary,
    /// Usual.
    Secondary,
    /// For moving about.
    Link,
}

/// What a click does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Action {
    /// Sends the canvas with all its inputs; the answer replaces it.
    Submit,
    /// Opens an address in a new tab.
    Url {
        /// The address.
        url: LinkUrl,
    },
}

/// A list of things to open; at least one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct List {
    items: Vec<Item>,
    /// Shown, not clickable.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
}

/// A thing of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename = "item")]
pub struct Item {
    /// Unique in the canvas. Comes back as the request's `component_id`.
    pub id: String,
    /// First line.
    pub title: String,
    /// Second line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subtitle: Option<String>,
    /// After the subtitle and a bullet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tertiary_text: Option<String>,
    /// Beside the lines.
    #[serde(flatten)]
    pub image: Option<ItemImage>,
    /// Shown, not clickable.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
    /// What a click does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
}

/// An image of a list's item, with its size: one without the other is rejected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ItemImage {
    /// Where it is.
    #[serde(rename = "image")]
    pub url: ImageUrl,
    /// In pixels.
    #[serde(rename = "image_width")]
    pub width: u16,
    /// In pixels.
    #[serde(rename = "image_height")]
    pub height: u16,
    /// Whether it is shown as a circle.
    #[serde(rename = "rounded_image")]
    pub rounded: bool,
}

/// One line to type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Input {
    /// Unique in the canvas; the key of the input value.
    pub id: String,
    /// Above it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// In it while it is empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<String>,
    /// In it at first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Puts a button into it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// How far saving got.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub save_state: Option<SaveState>,
    /// Shown, not editable.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
}

/// How far saving got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SaveState {
    /// Not saved.
    Unsaved,
    /// Saved; locks the control, whatever `disabled` says.
    Saved,
    /// Not saved, in red.
    Failed,
}

/// Several lines to type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Textarea {
    /// Unique in the canvas; the key of the input value.
    pub id: String,
    /// Above it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// In it while it is empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<String>,
    /// In it at first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Red.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub error: bool,
    /// Shown, not editable.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
}

impl Component {
    /// The ids that must be unique in the canvas. Those of options are unique in their control.
    pub(super) fn ids(&self) -> Vec<&str> {
        match self {
            Self::Text(_)
            | Self::DataTable(_)
            | Self::Divider(_)
            | Self::Spacer(_)
            | Self::Image(_) => Vec::new(),
            Self::Button(button) => vec![&button.id],
            Self::List(list) => list.items.iter().map(|item| item.id.as_str()).collect(),
            Self::Input(input) => vec![&input.id],
            Self::Textarea(textarea) => vec![&textarea.id],
            Self::Dropdown(dropdown) => vec![&dropdown.id],
            Self::SingleSelect(select) => vec![&select.id],
            Self::Checkbox(checkbox) => vec![&checkbox.id],
        }
    }
}

impl Text {
    /// A text of this style, at the left.
    pub fn new(style: TextStyle, text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            style,
            align: Align::default(),
            margin: Margin::default(),
        }
    }
}

impl DataTable {
    /// Checks that there is a row.
    pub fn new(rows: Vec<Row>) -> Result<Self, CanvasError> {
        if rows.is_empty() {
            Err(CanvasError::NoItems)
        } else {
            Ok(Self { items: rows })
        }
    }
}

impl Row {
    /// A name and its value.
    pub fn new(field: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            value: value.into(),
        }
    }
}

impl Button {
    /// A secondary button.
    pub fn new(id: impl Into<String>, label: impl Into<String>, action: Action) -> Self {
        let style = ButtonStyle::Secondary;
        Self {
            id: id.into(),
            label: label.into(),
            action,
            style,
            disabled: false,
        }
    }

    /// The same button in another style.
    #[must_use]
    pub fn styled(self, style: ButtonStyle) -> Self {
        Self { style, ..self }
    }
}

impl List {
    /// Checks that there is an item.
    pub fn new(items: Vec<Item>) -> Result<Self, CanvasError> {
        if items.is_empty() {
            Err(CanvasError::NoItems)
        } else {
            Ok(Self {
                items,
                disabled: false,
            })
        }
    }
}

impl Item {
    /// An item of one line that does nothing.
    pub fn new(id: impl Into<String>, title: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            title: title.into(),
            subtitle: None,
            tertiary_text: None,
            image: None,
            disabled: false,
            action: None,
        }
    }
}

impl Input {
    /// An empty input.
    pub fn new(id: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            label: Some(label.into()),
            placeholder: None,
            value: None,
            action: None,
            save_state: None,
            disabled: false,
        }
    }
}

impl Textarea {
    /// An empty textarea.
    pub fn new(id: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            label: Some(label.into()),
            placeholder: None,
            value: None,
            error: false,
            disabled: false,
        }
    }
}

macro_rules! components {
    ($($name:ident),+) => {$(
        impl From<$name> for Component {
            fn from(component: $name) -> Self {
                Self::$name(component)
            }
        }
    )+};
}

components!(
    Text,
    DataTable,
    Divider,
    Spacer,
    Image,
    Button,
    List,
    Input,
    Textarea,
    Dropdown,
    SingleSelect,
    Checkbox
);
