//! Large texts of updated records, told as a unified diff instead of the value ("Change Data
//! Capture Developer Guide", "Sending Data Differences for Fields of Updated Records").
//!
//! Lines are compared whole, without lines of context around a change. The line behind `+++` is the
//! SHA-256 of the new value, by which a reader checks what it put together.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};

/// A text shorter than this is told whole.
const CHARACTERS_MIN: usize = 1_000;

/// Of all lines of both values, at most this share may differ.
const CHANGED_PERCENT_MAX: usize = 25;

/// The lengths may differ by at most this share of the longer one.
const LENGTH_PERCENT_MAX: usize = 50;

/// Texts with more lines than this are told whole: comparing them would take long.
const LINES_MAX: usize = 2_000;

/// The difference from `old` to `new`, where the vendor would send it rather than `new`.
pub(crate) fn diff(old: &str, new: &str) -> Option<String> {
    let (old_length, new_length) = (old.chars().count(), new.chars().count());
    if new_length < CHARACTERS_MIN {
        return None;
    }
    let longer = old_length.max(new_length);
    if old_length.abs_diff(new_length) * 100 > longer * LENGTH_PERCENT_MAX {
        return None;
    }
    let old_lines: Vec<&str> = old.split('\n').collect();
    let new_lines: Vec<&str> = new.split('\n').collect();
    if old_lines.len().max(new_lines.len()) > LINES_MAX {
        return None;
    }
    let hunks = hunks(&old_lines, &new_lines);
    let changed: usize = hunks
        .iter()
        .map(|hunk| hunk.old.len() + hunk.new.len())
        .sum();
    if changed * 100 > (old_lines.len() + new_lines.len()) * CHANGED_PERCENT_MAX {
        return None;
    }
    let written = written(&hunks, &old_lines, &new_lines, new);
    (written.chars().count() <= new_length).then_some(written)
}

/// Lines of the old text that lines of the new one replace.
struct Hunk {
    old: std::ops::Range<usize>,
    new: std::ops::Range<usize>,
}

/// What lies between the lines of a longest common subsequence.
fn hunks(old: &[&str], new: &[&str]) -> Vec<Hunk> {
    let lengths = shared_lengths(old, new);
    let (mut at_old, mut at_new) = (0, 0);
    let (mut from_old, mut from_new) = (0, 0);
    let mut hunks = Vec::new();
    loop {
        let is_shared = at_old < old.len() && at_new < new.len() && old[at_old] == new[at_new];
        let is_end = at_old == old.len() && at_new == new.len();
        if (is_shared || is_end) && (from_old < at_old || from_new < at_new) {
            hunks.push(Hunk {
                old: from_old..at_old,
                new: from_new..at_new,
            });
        }
        if is_end {
            return hunks;
        }
        if is_shared {
            (at_old, at_new) = (at_old + 1, at_new + 1);
            (from_old, from_new) = (at_old, at_new);
        } else if at_new == new.len()
            || (at_old < old.len() && lengths[at_old + 1][at_new] >= lengths[at_old][at_new + 1])
        {
            at_old += 1;
        } else {
            at_new += 1;
        }
    }
}

/// For each pair of suffixes the length of their longest common subsequence.
fn shared_lengths(old: &[&str], new: &[&str]) -> Vec<Vec<u16>> {
    let mut lengths = vec![vec![0_u16; new.len() + 1]; old.len() + 1];
    for at_old in (0..old.len()).rev() {
        for at_new in (0..new.len()).rev() {
            lengths[at_old][at_new] = if old[at_old] == new[at_new] {
                lengths[at_old + 1][at_new + 1] + 1
            } else {
                lengths[at_old + 1][at_new].max(lengths[at_old][at_new + 1])
            };
        }
    }
    lengths
}

fn written(hunks: &[Hunk], old: &[&str], new: &[&str], value: &str) -> String {
    let mut out = "--- \n+++ ".to_owned();
    for byte in digest(&SHA256, value.as_bytes()).as_ref() {
        write!(out, "{byte:02x}").expect("a string takes everything");
    }
    for hunk in hunks {
        write!(
            out,
            "\n@@ -{},{} +{},{} @@",
            first(&hunk.old),
            hunk.old.len(),
            first(&hunk.new),
            hunk.new.len()
        )
        .expect("a string takes everything");
        let removed = old[hunk.old.clone()].iter().map(|line| ('-', line));
        let added = new[hunk.new.clone()].iter().map(|line| ('+', line));
        for (sign, line) in removed.chain(added) {
            write!(out, "\n{sign}{line}").expect("a string takes everything");
        }
    }
    out
}

/// The number of the first line, from 1; of an empty range, that of the line before it.
fn first(range: &std::ops::Range<usize>) -> usize {
    if range.is_empty() {
        range.start
    } else {
        range.start + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten lines of 120 characters, so that one of them is less than a quarter.
    fn lines() -> Vec<String> {
        ('a'..='j')
            .map(|letter| letter.to_string().repeat(120))
            .collect()
    }

    #[test]
    fn a_changed_line_of_a_long_text_is_a_hunk() {
        let old = lines();
        let mut new = old.clone();
        new[1] = "other".to_owned();
        let (old, new) = (old.join("\n"), new.join("\n"));
        let told = diff(&old, &new).unwrap();
        let mut parts = told.split('\n');
        assert_eq!(parts.next(), Some("--- "));
        assert_eq!(parts.next().map(str::len), Some("+++ ".len() + 64));
        assert_eq!(
            parts.collect::<Vec<_>>(),
            [
                "@@ -2,1 +2,1 @@",
                &format!("-{}", "b".repeat(120)),
                "+other"
            ]
        );
    }

    #[test]
    fn lines_that_are_only_added_or_taken_name_the_line_before() {
        let old = lines();
        let mut new = old.clone();
        new.push("more".to_owned());
        new.remove(0);
        let told = diff(&old.join("\n"), &new.join("\n")).unwrap();
        let rest: Vec<&str> = told.split('\n').skip(2).collect();
        assert_eq!(
            rest,
            [
                "@@ -1,1 +0,0 @@",
                &format!("-{}", "a".repeat(120)),
                "@@ -10,0 +10,1 @@",
                "+more"
            ]
        );
    }

    #[test]
    fn short_texts_and_great_changes_are_told_whole() {
        let old = lines();
        assert_eq!(diff("short\ntext", "short\ntexts"), None);
        let mut third = old.clone();
        for line in &mut third[..3] {
            line.push('!');
        }
        assert_eq!(diff(&old.join("\n"), &third.join("\n")), None);
        assert_eq!(diff("x", &old.join("\n")), None);
        let one_line = "y".repeat(2_000);
        assert_eq!(diff(&one_line, &format!("{one_line}z")), None);
    }

    #[test]
    fn the_hash_is_that_of_the_new_value() {
        let mut old = lines();
        let new = old.join("\n");
        old[9] = "gone".to_owned();
        let told = diff(&old.join("\n"), &new).unwrap();
        // printf, ten letters 120 times each, joined by newlines: sha256sum.
        assert!(told.contains(SHA), "{told}");
    }

    const SHA: &str = "62d9b2f3b50bc0045be656b951e50baba98437f8b653fec09bcc6636b5f16854";
}
