//! How an international phone number is shown: the calling code, and the digits in groups.
//!
//! Each country groups in its own way; here the last group has four digits, the one before it three
//! and the first one the rest, as in `+353 87 123 4567` and `+1 415 555 0100`.

/// Calling codes of one digit, and of two; all others have three (ITU-T E.164).
const ONE_DIGIT: [&str; 2] = ["1", "7"];
const TWO_DIGITS: [&str; 44] = [
    "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47",
    "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65",
    "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
];

/// The number in groups; what is no international number stays as it is.
pub(crate) fn formatted(phone: &str) -> String {
    let digits = phone.strip_prefix('+').unwrap_or_default();
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number {
        return phone.to_owned();
    }
    let length = if ONE_DIGIT.contains(&&digits[..1]) {
        1
    } else if digits
        .get(..2)
        .is_some_and(|code| TWO_DIGITS.contains(&code))
    {
        2
    } else {
        3
    };
    let (code, mut rest) = digits.split_at(length.min(digits.len()));
    let mut groups = Vec::new();
    for size in [4, 3] {
        if rest.len() > size {
            let (before, group) = rest.split_at(rest.len() - size);
            groups.push(group);
            rest = before;
        }
    }
    groups.push(rest);
    groups.push(code);
    groups.retain(|group| !group.is_empty());
    groups.reverse();
    format!("+{}", groups.join(" "))
}
