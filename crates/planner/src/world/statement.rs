//! How a text is cut into statements, and a statement into words.

/// The words of one statement; each has to be taken.
pub(crate) struct Statement {
    words: Vec<String>,
    text: String,
}

impl Statement {
    /// The next word that names no value.
    pub(crate) fn word(&mut self) -> Option<String> {
        let at = self.words.iter().position(|word| !word.contains('='))?;
        Some(self.words.remove(at))
    }

    /// The next word, which must be there.
    pub(crate) fn must(&mut self) -> String {
        self.word()
            .unwrap_or_else(|| panic!("a word is missing in {:?}", self.text))
    }

    /// The value of `name=value`; an empty one is absent.
    pub(crate) fn value(&mut self, name: &str) -> Option<String> {
        let prefix = format!("{name}=");
        let at = self.words.iter().position(|it| it.starts_with(&prefix))?;
        Some(self.words.remove(at)[prefix.len()..].to_owned())
    }

    /// Whether the word stands there.
    pub(crate) fn flag(&mut self, flag: &str) -> bool {
        let at = self.words.iter().position(|word| word == flag);
        at.map(|at| self.words.remove(at)).is_some()
    }

    /// All remaining `name=value`.
    pub(crate) fn values(&mut self) -> Vec<(String, String)> {
        let words = std::mem::take(&mut self.words).into_iter();
        words
            .map(|word| match word.split_once('=') {
                Some((name, value)) => (name.to_owned(), value.to_owned()),
                None => panic!("{word:?} is not understood in {:?}", self.text),
            })
            .collect()
    }

    pub(crate) fn end(self) {
        assert!(
            self.words.is_empty(),
            "{:?} is not understood in {:?}",
            self.words,
            self.text
        );
    }
}

/// Cuts a text into statements.
pub(crate) fn statements(text: &str) -> Vec<Statement> {
    let mut statements = Vec::new();
    let (mut words, mut word, mut quoted) = (Vec::new(), None::<String>, false);
    for c in text.chars().chain([';']) {
        match c {
            '\'' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ';' | '\n' if !quoted => {
                words.extend(word.take());
                let words: Vec<String> = std::mem::take(&mut words);
                let text = words.join(" ");
                if !words.is_empty() {
                    statements.push(Statement { words, text });
                }
            }
            ' ' if !quoted => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    assert!(!quoted, "a quote is not closed in {text:?}");
    statements
}
