//! LIKE: `%` for any text, `_` for one character, letters without regard to case.

/// A pattern, read once.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pattern(Vec<Part>);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Part {
    /// A folded character.
    Exactly(char),
    One,
    Any,
}

impl Pattern {
    /// Reads a pattern in which an escaped `%`, `_` or backslash is marked by a backslash.
    pub(super) fn read(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            match character {
                '%' => {
                    if parts.last() != Some(&Part::Any) {
                        parts.push(Part::Any);
                    }
                }
                '_' => parts.push(Part::One),
                '\\' => parts.extend(characters.next().map(Part::Exactly)),
                other => parts.push(Part::Exactly(folded(other))),
            }
        }
        Self(parts)
    }

    /// Whether the whole of `text` is matched.
    ///
    /// Greedy with one point to return to: at worst the product of both lengths, never exponential.
    pub(super) fn matches(&self, text: &str) -> bool {
        let (mut rest, mut part) = (text, 0);
        let mut retry: Option<(usize, &str)> = None;
        loop {
            let mut after = rest.chars();
            match (self.0.get(part), after.next()) {
                (Some(Part::Any), _) => {
                    part += 1;
                    retry = Some((part, rest));
                }
                (None, None) => return true,
                (Some(Part::One), Some(_)) => {
                    rest = after.as_str();
                    part += 1;
                }
                (Some(Part::Exactly(wanted)), Some(character)) if folded(character) == *wanted => {
                    rest = after.as_str();
                    part += 1;
                }
                (Some(Part::One | Part::Exactly(_)), None) => return false,
                (Some(Part::Exactly(_)) | None, Some(_)) => {
                    let Some((from, skipped)) = retry else {
                        return false;
                    };
                    let mut skipped = skipped.chars();
                    skipped.next();
                    rest = skipped.as_str();
                    part = from;
                    retry = Some((from, rest));
                }
            }
        }
    }
}

/// The small letter, where there is exactly one.
fn folded(character: char) -> char {
    if character.is_ascii() {
        return character.to_ascii_lowercase();
    }
    let mut small = character.to_lowercase();
    match (small.next(), small.next()) {
        (Some(letter), None) => letter,
        (_, _) => character,
    }
}
