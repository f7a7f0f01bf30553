//! A simulated cloud in a process of its own, and what it counted.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

use anyhow::{Context, ensure};
use serde_json::Value;

use super::program::{Program, Running};

/// See the module's documentation.
pub(crate) struct Cloud {
    address: String,
    _process: Running,
}

impl Cloud {
    /// Starts one on a free port.
    pub(crate) fn start(
        program: &Program,
        folder: &Path,
        vendor: &str,
        arguments: &[&str],
    ) -> anyhow::Result<Self> {
        let listen = ["sim", vendor, "--listen", "127.0.0.1:0"];
        let process = program.start(folder, &[&listen, arguments].concat())?;
        let line = process.line()?;
        let (_, address) = line
            .split_once("http://")
            .with_context(|| format!("no address in {line:?}"))?;
        Ok(Self {
            address: address.trim().to_owned(),
            _process: process,
        })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What was called since the calls were forgotten last.
    pub(super) fn calls(&self) -> anyhow::Result<Value> {
        let body = self.ask("GET", "/_sim/calls?summary=1")?;
        serde_json::from_str(&body).context("the calls are no JSON")
    }

    pub(super) fn forget_calls(&self) -> anyhow::Result<()> {
        self.ask("DELETE", "/_sim/calls").map(|_| ())
    }

    /// One request on a connection of its own; returns the body.
    fn ask(&self, method: &str, path: &str) -> anyhow::Result<String> {
        let mut stream = TcpStream::connect(&self.address)?;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
            self.address
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer
            .split_once("\r\n\r\n")
            .context("the answer has no end of its head")?;
        let status = head.split(' ').nth(1).unwrap_or_default();
        ensure!(status.starts_with('2'), "{method} {path}: {head}");
        Ok(body.to_owned())
    }
}
