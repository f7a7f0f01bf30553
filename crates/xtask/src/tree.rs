//! The checkout as a value: paths, contents, and the packages that are really built. Checks read
//! this and never the disk, so that a test can write a tree down.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};

/// The files that git knows or would take in, by path from the root.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    files: BTreeMap<String, Vec<u8>>,
    packages: BTreeSet<String>,
}

/// Something to put right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what to do.
    pub text: String,
}

impl Problem {
    /// A problem in a line of a file.
    pub fn at(path: &str, line: usize, text: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            text: text.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.text)
    }
}

impl Tree {
    /// Reads a checkout: tracked files and new ones that are not ignored.
    pub fn read(root: &Path) -> anyhow::Result<Self> {
        let listed = "ls-files -z --cached --others --exclude-standard";
        let listed = output("git", listed, root)?;
        let mut files = BTreeMap::new();
        for path in listed.split('\0').filter(|path| !path.is_empty()) {
            match std::fs::read(root.join(path)) {
                Ok(bytes) => {
                    files.insert(path.to_owned(), bytes);
                }
                // Deleted here and not committed yet.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(error).with_context(|| format!("cannot read {path}")),
            }
        }
        // The lock file also names packages that no chosen feature turns on; this list does not.
        let built =
            "tree --workspace --target all --edges all --prefix none --format {p} --offline";
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let built = output(&cargo, built, root)?;
        let packages = built.lines().filter_map(|line| line.split(' ').next());
        let packages = packages.map(str::to_owned).collect();
        Ok(Self { files, packages })
    }

    /// A tree of these files.
    pub fn of<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let owned = |(path, text): (&str, &str)| (path.to_owned(), text.as_bytes().to_vec());
        Self {
            files: files.into_iter().map(owned).collect(),
            packages: BTreeSet::new(),
        }
    }

    /// The same tree, in which these packages are built.
    #[must_use]
    pub fn with_packages<'a>(self, packages: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            packages: packages.into_iter().map(str::to_owned).collect(),
            ..self
        }
    }

    /// Whether a package is built into anything of ours, tests included.
    pub fn builds(&self, package: &str) -> bool {
        self.packages.contains(package)
    }

    /// All paths with the size of each file, in order.
    pub fn sizes(&self) -> impl Iterator<Item = (&str, usize)> {
        self.files
            .iter()
            .map(|(path, bytes)| (path.as_str(), bytes.len()))
    }

    /// All files that hold text, in order of their paths.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .filter_map(|(path, bytes)| Some((path.as_str(), std::str::from_utf8(bytes).ok()?)))
    }

    /// All Rust files.
    pub fn sources(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts().filter(|(path, _)| has_extension(path, "rs"))
    }

    /// The text of a file.
    pub fn text(&self, path: &str) -> Option<&str> {
        std::str::from_utf8(self.files.get(path)?).ok()
    }

    /// The names of the crates, in order.
    pub fn crates(&self) -> impl Iterator<Item = &str> {
        self.files
            .keys()
            .filter_map(|path| path.strip_prefix("crates/")?.strip_suffix("/Cargo.toml"))
            .filter(|name| !name.contains('/'))
    }
}

fn output(program: &str, arguments: &str, root: &Path) -> anyhow::Result<String> {
    let output = Command::new(program)
        .args(arguments.split(' '))
        .current_dir(root)
        .output()
        .with_context(|| format!("{program} is needed"))?;
    ensure!(
        output.status.success(),
        "`{program} {arguments}` failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).context("a name is not UTF-8")
}

/// The lines of a text with their numbers, from 1.
pub(crate) fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(at, line)| (at + 1, line))
}

/// Whether a path ends with a dot and `extension`.
pub(crate) fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path)
        .extension()
        .is_some_and(|it| it == extension)
}
