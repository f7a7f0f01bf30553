//! States and icons: a colour never stands alone, so a tone brings its icon with it.

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Busy,
    Warn,
    Bad,
    Quiet,
}

/// A drawing on a 24 × 24 grid, in strokes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Icon {
    Check,
    Clock,
    Triangle,
    Cross,
    Dot,
    List,
    Home,
    Sliders,
    People,
    Key,
    Pair,
}

/// A state with its word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) tone: Tone,
    pub(crate) word: String,
}

impl State {
    pub(crate) fn new(tone: Tone, word: impl Into<String>) -> Self {
        Self {
            tone,
            word: word.into(),
        }
    }
}

impl Tone {
    /// The class in the stylesheet.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Busy => "busy",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Quiet => "quiet",
        }
    }

    pub(crate) fn icon(self) -> Icon {
        match self {
            Self::Good => Icon::Check,
            Self::Busy => Icon::Clock,
            Self::Warn => Icon::Triangle,
            Self::Bad => Icon::Cross,
            Self::Quiet => Icon::Dot,
        }
    }
}

impl Icon {
    /// The `d` of its path.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Check => "M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18M8 12.5l2.7 2.7L16 9.8",
            Self::Clock => "M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18M12 7.5V12l3 2",
            Self::Triangle => "M12 4L2.8 20h18.4zM12 10v4.5M12 17.2v.1",
            Self::Cross => "M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18M9 9l6 6M15 9l-6 6",
            Self::Dot => "M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18M9 12h6",
            Self::List => "M5 7h14M5 12h14M5 17h14",
            Self::Home => "M4 11l8-7 8 7M6 9.5V20h12V9.5",
            Self::People => {
                "M9 5a3.2 3.2 0 1 0 0 6.4a3.2 3.2 0 0 0 0-6.4M3 19.5c.4-3.3 2.7-5 6-5s5.6 1.7 6 5\
                 M15.5 5.4a3.2 3.2 0 0 1 0 5.8M17.5 14.8c2 .7 3.2 2.3 3.5 4.7"
            }
            Self::Key => "M8 11a4.5 4.5 0 1 0 0 9a4.5 4.5 0 0 0 0-9M11.2 12.3L20 3.5M16 7.5l3 3",
            Self::Pair => "M4 8h13M14 4.5L17.5 8L14 11.5M20 16H7M10 12.5L6.5 16L10 19.5",
            Self::Sliders => "M4 7h10M18 7h2M16 5v4M4 17h2M10 17h10M8 15v4",
        }
    }
}
