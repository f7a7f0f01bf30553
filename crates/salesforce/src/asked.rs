//! A value that is asked for once, however many callers want it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use transport::RetryWhen;

use crate::SalesforceError;

/// Keeps a value and the asking for it. One caller asks at a time; those that waited meanwhile
/// take what came of it, be it a value or a failure, and do not ask again one after the other.
pub(crate) struct Asked<T> {
    state: Mutex<State<T>>,
    asking: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
struct State<T> {
    value: Option<T>,
    /// Moves with every answer and every failure, so that a caller can see that either came while
    /// it waited.
    answers: u64,
    /// Moves with every forgetting, so that an answer to what was asked before it is not kept.
    doubts: u64,
    failure: Option<(RetryWhen, String)>,
}

impl<T: Clone> Asked<T> {
    pub(crate) fn new() -> Self {
        let state = State {
            value: None,
            answers: 0,
            doubts: 0,
            failure: None,
        };
        Self {
            state: Mutex::new(state),
            asking: tokio::sync::Mutex::new(()),
        }
    }

    /// The value if it is `good`, else what `ask` makes of the one that is there.
    pub(crate) async fn get<Asking>(
        &self,
        good: impl Fn(&T) -> bool,
        ask: impl FnOnce(Option<T>) -> Asking,
    ) -> Result<T, SalesforceError>
    where
        Asking: Future<Output = Result<T, SalesforceError>>,
    {
        let before = self.held().clone();
        if let Some(value) = before.value.filter(&good) {
            return Ok(value);
        }
        let _turn = self.asking.lock().await;
        let now = self.held().clone();
        if now.answers != before.answers {
            match now.clone() {
                State {
                    failure: Some((retry, because)),
                    ..
                } => return Err(SalesforceError::NotBegun { retry, because }),
                State {
                    value: Some(value), ..
                } => return Ok(value),
                // It was forgotten while it was asked for, or after.
                State { value: None, .. } => {}
            }
        }
        let outcome = ask(now.value).await;
        let mut state = self.held();
        state.answers += 1;
        match outcome {
            Ok(value) => {
                if state.doubts == now.doubts {
                    state.value = Some(value.clone());
                }
                state.failure = None;
                Ok(value)
            }
            Err(error) => {
                state.failure = Some((error.retry_when(), error.to_string()));
                Err(error)
            }
        }
    }

    /// The next caller asks, whatever the value is. An answer that is on the way still goes to
    /// the caller who asked for it, and to nobody else.
    pub(crate) fn forget(&self) {
        let mut state = self.held();
        state.value = None;
        state.doubts += 1;
    }

    fn held(&self) -> MutexGuard<'_, State<T>> {
        // The state is whole at any moment, so a panic elsewhere spoils nothing.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
