//! Who reads: programs that are built, installed or there already.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use serde_json::Value;

use super::{FIELDS, PAGE_ROWS, Place, Reading, TOKEN, Transfer};
use crate::scale::Program;

/// A page is asked for so often, until its job is complete.
const LOOKS_MAX: usize = 100_000;

pub(super) struct Contenders {
    ours: Program,
    python: Program,
    python_script: String,
    node: Program,
    node_script: String,
    curl: Program,
}

impl Contenders {
    /// Builds ours, and installs the packages that `bench` pins.
    pub(super) fn installed(root: &Path) -> anyhow::Result<Self> {
        let bench = root.join("bench");
        let target = root.join("target/bench");
        let (venv, modules) = (target.join("python"), target.join("node"));
        std::fs::create_dir_all(&modules)?;
        let python = venv.join("bin/python");
        if !python.exists() {
            run(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
        }
        let requirements = bench.join("requirements.txt");
        let pip = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "-r",
        ];
        run(Command::new(&python).args(pip).arg(requirements))?;
        // A script finds the packages beside it.
        for name in ["package.json", "read_leads.js"] {
            std::fs::copy(bench.join(name), modules.join(name))?;
        }
        let npm = ["install", "--silent", "--no-audit", "--no-fund"];
        run(Command::new("npm").args(npm).current_dir(&modules))?;
        let example = [
            "build",
            "--release",
            "--package",
            "salesforce",
            "--example",
            "read_leads",
        ];
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        run(Command::new(cargo).args(example).current_dir(root))?;
        Ok(Self {
            ours: Program::at(&root.join("target/release/examples/read_leads"))?,
            python: Program::at(&python)?,
            python_script: absolute(&bench.join("read_leads.py"))?,
            node: Program::on_the_path("node"),
            node_script: absolute(&modules.join("read_leads.js"))?,
            curl: Program::on_the_path("curl"),
        })
    }

    pub(super) fn ours(&self, at: &Place<'_>) -> anyhow::Result<Reading> {
        read(&self.ours, at, None)
    }

    pub(super) fn simple_salesforce(&self, at: &Place<'_>) -> anyhow::Result<Reading> {
        read(&self.python, at, Some(&self.python_script))
    }

    pub(super) fn jsforce(&self, at: &Place<'_>) -> anyhow::Result<Reading> {
        read(&self.node, at, Some(&self.node_script))
    }

    /// Makes a job and reads it once, which is not measured; returns the addresses of its pages.
    pub(super) fn pages(&self, at: &Place<'_>) -> anyhow::Result<Vec<String>> {
        let jobs = format!("{}/services/data/v67.0/jobs/query", at.url);
        let query = format!("SELECT {} FROM Lead", FIELDS.join(", "));
        let wanted = serde_json::json!({"operation": "query", "query": query}).to_string();
        let json = "content-type: application/json";
        let made = self.curl(at, &["-H", json, "-d", &wanted, &jobs])?;
        let made: Value = serde_json::from_str(&made.concat()).context("a job is JSON")?;
        let job = format!("{jobs}/{}", made["id"].as_str().context("a job has an id")?);
        let state = |answer: Vec<String>| -> anyhow::Result<String> {
            let job: Value = serde_json::from_str(&answer.concat()).context("a job is JSON")?;
            Ok(job["state"]
                .as_str()
                .context("a job has a state")?
                .to_owned())
        };
        let mut looks = 0;
        while state(self.curl(at, &[&job])?)? != "JobComplete" {
            looks += 1;
            ensure!(looks < LOOKS_MAX, "the job does not end");
        }
        let mut pages = vec![format!("{job}/results?maxRecords={PAGE_ROWS}")];
        loop {
            let page = pages.last().context("there is a first page")?;
            let head = self.curl(at, &["-o", "/dev/null", "-D", "-", page])?;
            let locator = head.iter().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("sforce-locator")
                    .then(|| value.trim().to_owned())
            });
            match locator.context("a page names the next one")?.as_str() {
                "null" => return Ok(pages),
                next => {
                    let page = format!("{job}/results?maxRecords={PAGE_ROWS}&locator={next}");
                    pages.push(page);
                }
            }
        }
    }

    /// Reads all pages and throws them away, on one connection. The seconds are curl's own, without
    /// the start of its process.
    pub(super) fn transfer(&self, at: &Place<'_>, pages: &[String]) -> anyhow::Result<Transfer> {
        let of_page = |page| format!("url = \"{page}\"\noutput = \"/dev/null\"\n");
        let config: Vec<String> = pages.iter().map(of_page).collect();
        std::fs::write(at.folder.join("pages"), config.concat())?;
        let format = "%{time_total} %{size_download}\n";
        let authorization = format!("authorization: Bearer {TOKEN}");
        let arguments = ["-sSf", "-H", &authorization, "-w", format, "-K", "pages"];
        let ended = self.curl.run(at.folder, &arguments)?;
        let mut transfer = Transfer {
            seconds: 0.0,
            bytes: 0,
            peak_bytes: ended.peak_bytes,
        };
        for line in &ended.lines {
            let (seconds, bytes) = line.split_once(' ').context("curl prints what it took")?;
            transfer.seconds += seconds.parse::<f64>()?;
            transfer.bytes += bytes.parse::<u64>()?;
        }
        ensure!(transfer.bytes > 0, "curl read nothing");
        Ok(transfer)
    }

    fn curl(&self, at: &Place<'_>, arguments: &[&str]) -> anyhow::Result<Vec<String>> {
        let authorization = format!("authorization: Bearer {TOKEN}");
        let usual = ["-sSf", "-H", &authorization];
        Ok(self
            .curl
            .run(at.folder, &[&usual[..], arguments].concat())?
            .lines)
    }
}

fn read(program: &Program, at: &Place<'_>, script: Option<&str>) -> anyhow::Result<Reading> {
    let arguments: Vec<&str> = script
        .into_iter()
        .chain([at.url, TOKEN])
        .chain(FIELDS)
        .collect();
    let ended = program.run(at.folder, &arguments)?;
    Reading::of(ended.lines.last().context("it printed nothing")?)
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command
        .status()
        .with_context(|| format!("{} is needed", command.get_program().display()))?;
    ensure!(status.success(), "{command:?}: {status}");
    Ok(())
}

fn absolute(path: &Path) -> anyhow::Result<String> {
    let path: PathBuf = std::path::absolute(path)?;
    path.into_os_string()
        .into_string()
        .map_err(|path| anyhow::anyhow!("{} is not UTF-8", path.display()))
}
