//! The components of a card (Canvas Kit, component reference). A value of these types satisfied
//! every rule of [`super::judgement`].

use super::markdown::Span;

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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Center,
    Right,
    /// Of images alone.
    FullWidth,
}

impl Align {
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Center => "center",
            Self::Right => "right",
            Self::FullWidth => "full-width",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SpacerSize {
    ExtraSmall,
    Small,
    Medium,
    Large,
    ExtraLarge,
}

impl SpacerSize {
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::ExtraSmall => "xs",
            Self::Small => "s",
            Self::Medium => "m",
            Self::Large => "l",
            Self::ExtraLarge => "xl",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) id: Option<String>,
    pub(crate) spans: Vec<Span>,
    pub(crate) style: TextStyle,
    pub(crate) align: Align,
    pub(crate) is_tight: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Image {
    pub(crate) url: String,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) is_rounded: bool,
    pub(crate) align: Align,
    pub(crate) is_tight: bool,
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
    Divider { is_tight: bool },
    Spacer(SpacerSize),
    Image(Image),
    Button(Button),
    List(Vec<ListItem>),
    Input(InputField),
    Textarea(TextareaField),
    Dropdown(Select),
    SingleSelect(Select),
    Checkbox(CheckboxField),
}
