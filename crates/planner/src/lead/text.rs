//! Texts as Salesforce holds them: names in two halves, values as long as a field.

/// One word is a last name; of several the last one is, the others are the first name (L3).
pub(crate) fn split_name(name: Option<&str>) -> (Option<String>, Option<String>) {
    let words: Vec<&str> = name.unwrap_or_default().split_whitespace().collect();
    match words.as_slice() {
        [] => (None, None),
        [last] => (None, Some((*last).to_owned())),
        [first @ .., last] => (Some(first.join(" ")), Some((*last).to_owned())),
    }
}

/// The longest beginning of `value` that has at most `most` UTF-16 units.
pub(crate) fn cut(value: &str, most: usize) -> String {
    let mut units = 0;
    value
        .chars()
        .take_while(|c| {
            units += c.len_utf16();
            units <= most
        })
        .collect()
}
