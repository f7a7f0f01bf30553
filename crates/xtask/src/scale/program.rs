//! The program that is measured, as processes that end with whoever started them.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use anyhow::{Context, ensure};

/// How often a process's memory is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A program: a built `carrick`, or one that it is compared with.
pub struct Program {
    path: PathBuf,
}

/// What a process left behind.
pub(crate) struct Ended {
    pub(crate) lines: Vec<String>,
    pub(crate) peak_bytes: u64,
}

impl Program {
    /// The one at this path.
    pub fn at(path: &Path) -> anyhow::Result<Self> {
        // Not resolved: what a link is called can decide what the program behind it does.
        let path = std::path::absolute(path)?;
        ensure!(path.exists(), "there is no program at {}", path.display());
        Ok(Self { path })
    }

    /// The one that this name finds.
    pub(crate) fn on_the_path(name: &str) -> Self {
        Self { path: name.into() }
    }

    /// The release build of this checkout.
    pub fn build(root: &Path) -> anyhow::Result<Self> {
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let status = Command::new(cargo)
            .args(["build", "--release", "--package", "carrick"])
            .current_dir(root)
            .status()
            .context("cargo is needed")?;
        ensure!(status.success(), "the release build failed");
        let target = std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| root.join("target"), |folder| root.join(folder));
        Self::at(&target.join("release/carrick"))
    }

    /// Starts it in a folder, without the settings of whoever measures.
    pub(super) fn start(&self, folder: &Path, arguments: &[&str]) -> anyhow::Result<Running> {
        let mut command = Command::new(&self.path);
        let settings = std::env::vars_os().map(|(name, _)| name);
        for name in settings.filter(|name| name.to_string_lossy().starts_with("CARRICK_")) {
            command.env_remove(name);
        }
        let mut child = command
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let pipe = child.stdout.take().context("its output is a pipe")?;
        let (tell, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                if tell.send(line).is_err() {
                    return;
                }
            }
        });
        Ok(Running { child, lines })
    }

    /// Runs it to its end, which has to be a good one.
    pub(crate) fn run(&self, folder: &Path, arguments: &[&str]) -> anyhow::Result<Ended> {
        let mut running = self.start(folder, arguments)?;
        let (mut lines, mut peak_bytes) = (Vec::new(), 0);
        loop {
            peak_bytes = peak_bytes.max(running.peak_bytes().unwrap_or_default());
            match running.lines.recv_timeout(LOOK_EVERY) {
                Ok(line) => lines.push(line),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        let status = running.child.wait()?;
        let name = self.path.file_name().unwrap_or_default();
        ensure!(
            status.success(),
            "`{} {}`: {status}",
            name.display(),
            arguments[0]
        );
        Ok(Ended { lines, peak_bytes })
    }
}

/// A process that is ended with this.
pub(super) struct Running {
    child: Child,
    lines: Receiver<String>,
}

impl Running {
    /// The next line that it prints.
    pub(super) fn line(&self) -> anyhow::Result<String> {
        self.lines
            .recv()
            .context("it ended before it printed a line")
    }

    /// The most memory that it had until now, where the kernel tells.
    fn peak_bytes(&self) -> Option<u64> {
        let status = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(status).ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kibibytes * 1024)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to do.
        let _killed = self.child.kill();
        let _status = self.child.wait();
    }
}
