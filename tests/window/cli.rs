//! The command line beside the window: on the same home, as somebody else.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;

use crate::app::Outcome;
use crate::driver::kill;

/// The command line on the same home, as somebody else.
pub struct Cli {
    home: PathBuf,
    /// The newest run of the home.
    pub run: String,
}

/// A command that still runs; ends with the test.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        kill(self.0.id());
        let _ = self.0.wait();
    }
}

impl Cli {
    /// Of the newest run of `home`.
    pub fn of(home: &Path) -> Outcome<Self> {
        let mut cli = Self {
            home: home.to_owned(),
            run: String::new(),
        };
        let runs = cli.json(&["run", "list"])?;
        let run = runs["runs"][0]["run"].as_str().ok_or("there is no run")?;
        cli.run = run.to_owned();
        Ok(cli)
    }

    fn command(&self, words: &[&str]) -> Command {
        let program = Path::new(env!("CARGO_BIN_EXE_switchback-console")).with_file_name("switchback");
        let mut command = Command::new(program);
        command
            .args(words)
            .args(["--json", "--no-input", "--by", "n.night"])
            .env("SWITCHBACK_HOME", &self.home)
            .env_remove("AWS_ENDPOINT_URL")
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end, whatever that is.
    pub fn output(&self, words: &[&str]) -> Outcome<Output> {
        Ok(self.command(words).output()?)
    }

    /// The answer of a command, which must succeed.
    pub fn json(&self, words: &[&str]) -> Outcome<Value> {
        let output = self.output(words)?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("switchback {}: {said}", words.join(" ")).into());
        }
        Ok(serde_json::from_slice(&output.stdout)?)
    }

    /// Starts a command.
    pub fn start(&self, words: &[&str]) -> Outcome<Running> {
        let mut command = self.command(words);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        Ok(Running(command.spawn()?))
    }

    /// Takes the run from the window, which gives it up at once, and gives it back.
    pub fn take(&self) -> Outcome {
        self.json(&["run", "take", &self.run, "--reason", "the window does not answer"])?;
        Ok(())
    }

    /// What people have done and what was called, as the journal has it: each event's kind and step, in order.
    pub fn events(&self, kinds: &[&str]) -> Outcome<Vec<String>> {
        let shown = self.json(&["journal", "show", &self.run])?;
        let events = shown["events"].as_array().ok_or("the journal shows no events")?;
        let word = |event: &Value, name: &str| event[name].as_str().unwrap_or_default().to_owned();
        let told = events
            .iter()
            .map(|event| (word(event, "kind"), word(event, "step")))
            .filter(|(kind, _)| kinds.contains(&kind.as_str()))
            .map(|(kind, step)| format!("{kind} {step}").trim_end().to_owned());
        Ok(told.collect())
    }
}
