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
            Self::Sliders => "M4 7h10M18 7h2M16 5v4M4 17h2M10 17h10M8 15v4",
        }
    }
}
