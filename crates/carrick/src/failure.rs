//! How a command ends when it cannot do what was asked: what, why, what to do next, in that order.

use std::error::Error;
use std::fmt;
use std::process::ExitCode;

use engine::EngineError;

/// Why a command ends early, in words for the person at the terminal.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    what: String,
    causes: Vec<String>,
    next: Option<String>,
}

/// Which of the two exit codes for failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    /// It was tried and failed: 1.
    Failed,
    /// It was asked for wrongly, by arguments or configuration: 2.
    Usage,
}

impl Failure {
    /// It was tried and failed.
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self {
            exit: Exit::Failed,
            what: what.into(),
            causes: Vec::new(),
            next: None,
        }
    }

    /// It was asked for wrongly, by arguments or configuration.
    pub(crate) fn usage(what: impl Into<String>) -> Self {
        Self {
            exit: Exit::Usage,
            ..Self::new(what)
        }
    }

    /// Adds an error and everything behind it.
    #[must_use]
    pub(crate) fn because(mut self, error: &dyn Error) -> Self {
        let mut next = Some(error);
        while let Some(cause) = next {
            self.causes.push(cause.to_string().trim_end().to_owned());
            next = cause.source();
        }
        self
    }

    /// Adds an error of the engine, with what the vendor said about it.
    #[must_use]
    pub(crate) fn because_engine(self, error: &EngineError) -> Self {
        let failure = self.because(error);
        if let EngineError::Salesforce(refused) = error
            && let Some(words) = refused.vendor_words()
        {
            return failure.cause(format!("Salesforce says: {words}"));
        }
        failure
    }

    /// Adds a cause that is known in words only.
    #[must_use]
    pub(crate) fn cause(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub(crate) fn try_this(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }

    /// What the process answers to its caller.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self.exit {
            Exit::Failed => ExitCode::from(1),
            Exit::Usage => ExitCode::from(2),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.what)?;
        for cause in &self.causes {
            write!(f, "\n  because: {}", cause.replace('\n', "\n    "))?;
        }
        if let Some(next) = &self.next {
            write!(f, "\n  what to do: {}", next.replace('\n', "\n    "))?;
        }
        Ok(())
    }
}

/// Says what was being done when a call failed.
pub(crate) trait OrFail<T> {
    /// Turns the error into the cause of a failure with these words.
    fn or_fail(self, what: impl FnOnce() -> String) -> Result<T, Failure>;
}

impl<T, E: Error> OrFail<T> for Result<T, E> {
    fn or_fail(self, what: impl FnOnce() -> String) -> Result<T, Failure> {
        self.map_err(|error| Failure::new(what()).because(&error))
    }
}
