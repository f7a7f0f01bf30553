//! A choice among however many there are: a control of options holds two to ten, so more than that
//! are searched.

use super::{Action, CanvasError, Choice, Component, Dropdown, Input, Item, List, Options};
use super::{Text, TextStyle};

/// Results of a search that are shown at once.
const RESULTS_MAX: usize = 10;

/// What a person can choose from, in the form that its number allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Offer {
    /// Two to ten: a dropdown.
    Few(Dropdown),
    /// One, or more than ten: an input, and what fits the words in it.
    Many(Search),
}

/// An input, and a list of what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    input: Input,
    results: Vec<Item>,
    /// Found, but not shown.
    hidden: usize,
}

impl Offer {
    /// A choice of one among `choices` under the id `id`. `chosen` is the id of the one that is
    /// chosen already; `words` were typed to find one.
    pub fn new(
        id: &str,
        label: &str,
        choices: Vec<Choice>,
        chosen: Option<&str>,
        words: &str,
    ) -> Result<Self, CanvasError> {
        if (Options::COUNT_MIN..=Options::COUNT_MAX).contains(&choices.len()) {
            let offered = Options::new(choices)?;
            // What was chosen before may not be offered any more: then nothing is chosen.
            let options = chosen.and_then(|chosen| offered.clone().choosing(chosen).ok());
            return Ok(Self::Few(Dropdown {
                id: id.to_owned(),
                label: Some(label.to_owned()),
                options: options.unwrap_or(offered),
                save_state: None,
                disabled: false,
            }));
        }
        if choices.is_empty() {
            return Err(CanvasError::OptionCount { count: 0 });
        }
        let is_chosen = |choice: &&Choice| chosen == Some(choice.id.as_str());
        let shown = match choices.iter().find(is_chosen) {
            Some(choice) if words.trim().is_empty() => choice.text.clone(),
            Some(_) | None => words.trim().to_owned(),
        };
        let found = found(&choices, words);
        let results = found.iter().take(RESULTS_MAX).map(|choice| Item {
            action: Some(Action::Submit),
            ..Item::new(result_id(id, &choice.id), &choice.text)
        });
        Ok(Self::Many(Search {
            results: results.collect(),
            hidden: found.len().saturating_sub(RESULTS_MAX),
            input: Input {
                value: Some(shown).filter(|shown| !shown.is_empty()),
                action: Some(Action::Submit),
                ..Input::new(id, label)
            },
        }))
    }

    /// The id of the result of the search `id` that was clicked, if the component that a request
    /// names is one.
    pub fn clicked<'a>(id: &str, component_id: &'a str) -> Option<&'a str> {
        component_id.strip_prefix(id)?.strip_prefix(RESULT)
    }

    /// What stands in the canvas for it.
    pub fn components(self) -> Vec<Component> {
        let Search {
            input,
            results,
            hidden,
        } = match self {
            Self::Few(dropdown) => return vec![dropdown.into()],
            Self::Many(search) => search,
        };
        let mut components = vec![input.into()];
        match List::new(results) {
            Ok(list) => components.push(list.into()),
            // A list of nothing is no list.
            Err(_) => components.push(muted("Nothing fits these words.".to_owned())),
        }
        if hidden > 0 {
            components.push(muted(format!("{hidden} more fit. Type more to find them.")));
        }
        components
    }
}

/// Between the id of a search and that of a result.
const RESULT: &str = ":result:";

fn result_id(id: &str, choice: &str) -> String {
    format!("{id}{RESULT}{choice}")
}

/// Those whose text has the words in it; first those that begin with them.
fn found<'a>(choices: &'a [Choice], words: &str) -> Vec<&'a Choice> {
    let words = words.trim().to_lowercase();
    let at = |choice: &Choice| choice.text.to_lowercase().find(&words);
    let (begins, holds): (Vec<_>, Vec<_>) = choices
        .iter()
        .filter_map(|choice| Some((at(choice)?, choice)))
        .partition(|(at, _)| *at == 0);
    let all = begins.into_iter().chain(holds);
    all.map(|(_, choice)| choice).collect()
}

fn muted(words: String) -> Component {
    Text::new(TextStyle::Muted, words).into()
}
