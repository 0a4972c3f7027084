//! The real binaries as processes of their own: built by cargo, started and killed.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::OnceLock;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};

/// A running `tigertally`; it is killed when it is dropped.
#[derive(Debug)]
pub struct Tigertally {
    child: Child,
    url: String,
    banner: String,
}

/// What a process that has ended left behind.
#[derive(Debug)]
pub struct Ended {
    /// How it ended.
    pub status: ExitStatus,
    /// What it printed.
    pub stdout: String,
    /// What it complained about.
    pub stderr: String,
}

/// The binary `tigertally`, as `cargo build` makes it.
pub fn tigertally() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| binary("tigertally"))
}

/// The binary `tally-admin`, as `cargo build` makes it.
pub fn tally_admin() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| binary("tally-admin"))
}

/// Any binary of the workspace, as `cargo build` makes it.
///
/// It is built along with the suite, so that the dependencies have the very features that
/// `cargo test --workspace` has built them with, and only the binary itself is left to do.
#[must_use]
pub fn binary(name: &str) -> PathBuf {
    build(&["--workspace", "--test", "suite", "--bin", name])
}

/// Has cargo build one binary and tells where it is.
#[must_use]
pub fn build(arguments: &[&str]) -> PathBuf {
    // In the workspace, so that cargo finds it as it does for everybody else.
    let workspace = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let mut cargo = std::process::Command::new(env!("CARGO"));
    cargo.current_dir(workspace).args(["build", "--message-format=json-render-diagnostics"]).args(arguments);
    // What cargo tells of the package that it runs would look to ring's build script as if something had
    // changed, and ring and all above it would be built anew, now and at the next command of the shell.
    for (name, _) in std::env::vars_os() {
        if ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|of| name.to_string_lossy().starts_with(of)) {
            cargo.env_remove(name);
        }
    }
    let output = cargo.stderr(Stdio::inherit()).output().expect("cargo can be started");
    assert!(output.status.success(), "cargo build {arguments:?} failed");
    let messages = String::from_utf8(output.stdout).expect("cargo prints JSON");
    let mut executables = messages.lines().filter_map(|line| {
        let message: Value = serde_json::from_str(line).ok()?;
        let message = Some(message).filter(|message| message["target"]["kind"] == json!(["bin"]))?;
        message["executable"].as_str().map(PathBuf::from)
    });
    executables.next_back().expect("cargo tells where the binary is")
}

impl Tigertally {
    /// Starts it on free ports and waits until it says that it is ready.
    pub async fn start(arguments: &[&str]) -> Self {
        Self::start_as(tigertally(), arguments).await
    }

    /// The same in another build.
    pub async fn start_as(binary: &Path, arguments: &[&str]) -> Self {
        let mut all = vec!["--port", "0", "--aws-port", "0"];
        all.extend(arguments);
        let mut child = Self::command(binary, &all).spawn().expect("the binary can be started");
        let stdout = child.stdout.take().expect("its output is piped");
        let mut lines = BufReader::new(stdout).lines();
        let mut banner = String::new();
        while !banner.contains("Ctrl-C ends") {
            let line = lines.next_line().await.expect("the output can be read");
            let line = line.unwrap_or_else(|| panic!("it ended while starting, having said: {banner}"));
            banner.push_str(&line);
            banner.push('\n');
        }
        child.stdout = Some(lines.into_inner().into_inner());
        let url = banner.split_whitespace().skip_while(|word| *word != "APIs").nth(1).unwrap_or_default();
        let url = url.to_owned();
        Self { child, url, banner }
    }

    /// Runs it to its end.
    pub async fn run(arguments: &[&str]) -> Ended {
        let child = Self::command(tigertally(), arguments).spawn().expect("the binary can be started");
        end(child).await
    }

    fn command(binary: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary);
        command.args(arguments).env_remove("RUST_LOG").kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// The system's number of the process; `None` once it has ended and was waited for.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Where the APIs are; empty where it offers none.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it printed at its start.
    #[must_use]
    pub fn banner(&self) -> &str {
        &self.banner
    }

    /// Where the stand-ins for AWS are.
    #[must_use]
    pub fn aws_url(&self) -> &str {
        let mut lines = self.banner.lines().map(str::trim);
        let told = lines.find_map(|line| {
            line.strip_prefix("AWS ").or_else(|| line.strip_prefix("export AWS_ENDPOINT_URL="))
        });
        let told = told.and_then(|rest| rest.split_whitespace().next());
        told.expect("the banner tells where AWS is")
    }

    /// Runs tally-admin on its table.
    pub async fn administer(&self, arguments: &[&str]) -> Ended {
        let aws_url = self.aws_url();
        let mut command = Self::command(tally_admin(), &["--table", local::service::TABLE]);
        command.args(arguments).env("AWS_ENDPOINT_URL", aws_url).env("AWS_REGION", "local");
        command.env("AWS_ACCESS_KEY_ID", "local").env("AWS_SECRET_ACCESS_KEY", "local");
        end(command.spawn().expect("the binary can be started")).await
    }

    /// Ends it at once, whatever it is doing (SIGKILL).
    pub async fn kill(mut self) {
        self.child.kill().await.expect("our own process can be killed");
    }

    /// Sends it a signal, by its short name, and waits for its end.
    pub async fn signal(self, name: &str) -> Ended {
        let id = self.child.id().expect("it is still running").to_string();
        let sent = Command::new("kill").args([&format!("-{name}"), &id]).status().await;
        assert!(sent.is_ok_and(|status| status.success()), "the signal {name} could not be sent");
        end(self.child).await
    }
}

async fn end(mut child: Child) -> Ended {
    let (mut stdout, mut stderr) = (String::new(), String::new());
    let (mut out, mut err) =
        (child.stdout.take().expect("it is piped"), child.stderr.take().expect("it is piped"));
    let (read_out, read_err) = tokio::join!(out.read_to_string(&mut stdout), err.read_to_string(&mut stderr));
    read_out.expect("its output is text");
    read_err.expect("its complaints are text");
    let status = child.wait().await.expect("our own process can be waited for");
    Ended { status, stdout, stderr }
}
