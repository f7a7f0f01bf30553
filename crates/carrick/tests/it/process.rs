//! A running `carrick`, and one that has run.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// How long a test waits for a line or an end. Only a hanging process needs it.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a process left behind.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// `carrick` with these arguments in this folder, without the tester's own settings.
pub(crate) fn carrick(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_carrick"));
    command
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CARRICK_") {
            command.env_remove(name);
        }
    }
    command
}

/// Runs it to its end.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Ended {
    finished(&mut carrick(folder, arguments))
}

/// Runs a prepared command to its end.
pub(crate) fn finished(command: &mut Command) -> Ended {
    let mut running = Running::start(command);
    let code = running.ended().code();
    Ended {
        code,
        stdout: running.rest_of_stdout(),
        stderr: running.rest_of_stderr(),
    }
}

/// What a process printed within a time.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    Line(String),
    Nothing,
    /// It closed its output: it has ended, or is about to.
    End,
}

/// A process that is killed when the test is done with it.
pub(crate) struct Running {
    child: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let stdout = lines(child.stdout.take().unwrap());
        let stderr = lines(child.stderr.take().unwrap());
        Self {
            child,
            stdout,
            stderr,
        }
    }

    /// The first line of standard output that contains `part`; those before it are gone.
    pub(crate) fn line_with(&self, part: &str) -> String {
        let mut before = Vec::new();
        loop {
            match self.stdout.recv_timeout(PATIENCE) {
                Ok(line) if line.contains(part) => return line,
                Ok(line) => before.push(line),
                Err(error) => {
                    let errors: Vec<_> = self.stderr.try_iter().collect();
                    panic!("no line with {part:?} ({error}): {before:#?} {errors:#?}");
                }
            }
        }
    }

    /// The next line of standard output, if one comes within `wait`.
    pub(crate) fn line_within(&self, wait: Duration) -> Heard {
        match self.stdout.recv_timeout(wait) {
            Ok(line) => Heard::Line(line),
            Err(RecvTimeoutError::Timeout) => Heard::Nothing,
            Err(RecvTimeoutError::Disconnected) => Heard::End,
        }
    }

    /// Ctrl-C.
    pub(crate) fn interrupt(&self) {
        let status = Command::new("kill")
            .args(["-INT", &self.child.id().to_string()])
            .status()
            .expect("there is a kill command");
        assert!(status.success());
    }

    /// The power fails.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for the end. Output is read on by threads, so a full pipe cannot hold it up.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let pid = self.child.id();
        let (done, overdue) = channel::<()>();
        // Ends a process that does not end, so that the wait below does.
        let watchdog = thread::spawn(move || {
            let expired = overdue.recv_timeout(PATIENCE);
            if matches!(expired, Err(RecvTimeoutError::Timeout)) {
                let _killed = Command::new("kill")
                    .args(["-KILL", &pid.to_string()])
                    .status();
            }
        });
        let status = self.child.wait().unwrap();
        drop(done);
        watchdog.join().unwrap();
        status
    }

    pub(crate) fn rest_of_stdout(&self) -> String {
        joined(&self.stdout)
    }

    pub(crate) fn rest_of_stderr(&self) -> String {
        joined(&self.stderr)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to do.
        let _killed = self.child.kill();
        let _status = self.child.wait();
    }
}

fn joined(lines: &Receiver<String>) -> String {
    lines.iter().map(|line| line + "\n").collect()
}

fn lines(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (tell, lines) = channel();
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            if tell.send(line).is_err() {
                return;
            }
        }
    });
    lines
}
