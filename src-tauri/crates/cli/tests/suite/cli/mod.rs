//! The command line as a script sees it: the real binary, exit codes, JSON.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::shared::{Did, Served, program};

mod night;
mod plans;
mod refused;

/// World seconds per real second: 300 s of TTL pass in 5 s.
const SPEED: &str = "60";

/// A home of its own, and the commands that work in it.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn command(&self) -> Command {
        let mut command = program(self.path());
        command.env("SWITCHBACK_REHEARSAL_SPEED", SPEED);
        command
    }

    /// A world that this home's runs find.
    fn serve(&self) -> Served {
        let world = Served::by(self.command());
        assert_eq!(world.document["target"], "rehearsal");
        let endpoint = world.document["endpoint"].as_str().unwrap();
        assert!(endpoint.starts_with("http://127.0.0.1:"));
        assert_eq!(world.document["resolvers"].as_array().unwrap().len(), 2);
        world
    }

    fn run(&self, args: &[&str]) -> Did {
        Did::of(self.command().args(args).output().unwrap())
    }

    fn json(&self, args: &[&str]) -> Did {
        self.run(&[args, &["--json"]].concat())
    }

    fn spawn(&self, args: &[&str]) -> Child {
        self.command()
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    fn new_run(&self, args: &[&str]) -> String {
        let id = self
            .run(&[&["run", "new", "dns-switch"], args].concat())
            .code(0)
            .out;
        id.trim().to_owned()
    }

    fn step<'a>(shown: &'a Value, id: &str) -> &'a Value {
        shown["steps"]
            .as_array()
            .unwrap()
            .iter()
            .find(|s| s["id"] == id)
            .unwrap()
    }
}
