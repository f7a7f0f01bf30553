//! Message bodies as plain text.

use std::fmt::Write as _;

use crate::html::{Tag, Token, decoded, tokens};

/// Elements behind which a new line begins.
const BLOCKS: [&str; 14] = [
    "p",
    "div",
    "li",
    "ul",
    "ol",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "tr",
    "blockquote",
    "pre",
];

const BULLET: &str = "• ";

/// The text of a fragment: `<br>` and the ends of blocks are new lines, items of lists begin with a
/// bullet, links show their address in brackets, images theirs. Blank lines are made one, and none
/// is left at either end.
pub fn plain_text(html: &str) -> String {
    let mut text = Text::default();
    for token in tokens(html) {
        match token {
            Token::Text(written) => text.say(written),
            Token::Open(tag) => text.open(&tag),
            Token::Close(name) => text.close(name),
        }
    }
    text.end()
}

#[derive(Default)]
struct Text {
    said: String,
    /// The link that is open: its address, and where its text begins.
    link: Option<(String, usize)>,
    /// In how many `pre` this is, where spaces count.
    preformatted: usize,
}

impl Text {
    fn say(&mut self, written: &str) {
        // A non-breaking space is one to people, and the only one that HTML would keep.
        let text = decoded(written).replace('\u{a0}', " ");
        if self.preformatted > 0 {
            self.said.push_str(&text);
            return;
        }
        for word in text.split_inclusive(char::is_whitespace) {
            let bare = word.trim_end();
            self.said.push_str(bare);
            if bare.len() < word.len() {
                self.space();
            }
        }
    }

    /// One space between words, and none at the beginning of a line.
    fn space(&mut self) {
        if !self.said.is_empty() && !self.said.ends_with([' ', '\n']) {
            self.said.push(' ');
        }
    }

    fn line(&mut self) {
        let kept = self.said.trim_end_matches(' ').len();
        self.said.truncate(kept);
        self.said.push('\n');
    }

    /// A new line, unless this is the beginning of one, which it is behind a bullet.
    fn block(&mut self) {
        let begins = self.said.is_empty() || self.said.ends_with('\n');
        if !begins && !self.said.ends_with(BULLET) {
            self.line();
        }
    }

    fn open(&mut self, tag: &Tag<'_>) {
        if tag.is("br") || tag.is("hr") {
            self.line();
        } else if tag.is("li") {
            self.block();
            self.said.push_str(BULLET);
        } else if tag.is("img") {
            if let Some(url) = tag.attribute("src") {
                _ = write!(self.said, "[image: {url}]");
            }
        } else if tag.is("a") {
            // HTML knows no link in a link: the next one ends it.
            self.close("a");
            let address = tag.attribute("href").unwrap_or_default();
            self.link = Some((address, self.said.len()));
        } else if tag.is("td") || tag.is("th") {
            self.space();
        } else if is_block(tag.name) {
            self.preformatted += usize::from(tag.is("pre"));
            self.block();
        }
    }

    fn close(&mut self, name: &str) {
        if name.eq_ignore_ascii_case("a") {
            if let Some((address, from)) = self.link.take() {
                self.end_link(&address, from);
            }
        } else if is_block(name) {
            if name.eq_ignore_ascii_case("pre") {
                self.preformatted = self.preformatted.saturating_sub(1);
            }
            self.block_end(name);
        }
    }

    /// Paragraphs end in a line of their own even if nothing is in them: people press Enter twice.
    fn block_end(&mut self, name: &str) {
        if name.eq_ignore_ascii_case("p") {
            self.line();
        } else {
            self.block();
        }
    }

    /// The address behind its text, unless the text is the address.
    fn end_link(&mut self, address: &str, from: usize) {
        let shown = self.said.get(from..).unwrap_or_default().trim().to_owned();
        let is_said = shown == address || address.strip_prefix("mailto:") == Some(&shown);
        if address.is_empty() || is_said {
            return;
        }
        if shown.is_empty() {
            self.said.push_str(address);
        } else {
            let kept = self.said.trim_end().len();
            self.said.truncate(kept);
            _ = write!(self.said, " ({address})");
        }
    }

    fn end(self) -> String {
        let mut lines: Vec<&str> = Vec::new();
        for line in self.said.lines().map(str::trim_end) {
            let is_second_blank = line.is_empty() && lines.last().is_none_or(|it| it.is_empty());
            if !is_second_blank {
                lines.push(line);
            }
        }
        while lines.last().is_some_and(|line| line.is_empty()) {
            lines.pop();
        }
        lines.join("\n")
    }
}

fn is_block(name: &str) -> bool {
    BLOCKS.iter().any(|block| name.eq_ignore_ascii_case(block))
}
