//! The rehearsal world as a process of its own, as a second terminal would serve it.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use switchback_rehearsal::{ACCESS_KEY, Client, Handle};
use tokio::runtime::Runtime;

use crate::Outcome;
use crate::emulator::end;
use crate::sandbox::{Sandbox, text};

/// The pool to which people are moved.
pub(crate) const POOL: &str = "eu-west-2_REHEARSAL1";
/// Made-up people in it, besides those who are seeded.
pub(crate) const PEOPLE: u32 = 5_000;

/// The served world; ends with the measurement.
pub(crate) struct Served {
    child: Child,
    home: PathBuf,
    handle: Handle,
    runtime: Runtime,
}

impl Served {
    /// With [`PEOPLE`] in the new pool.
    pub(crate) fn start(place: &Sandbox) -> Outcome<Self> {
        let served = Self::at(place, place.path("served"))?;
        served.add(PEOPLE)?;
        Ok(served)
    }

    /// With a home of its own, and nobody but those who are seeded.
    pub(crate) fn at(place: &Sandbox, home: PathBuf) -> Outcome<Self> {
        let mut child = place
            .switchback(&home)
            .args(["rehearse", "--serve"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut line = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut line)?;
        }
        let read = || -> Outcome<Handle> {
            let said: Value = serde_json::from_str(&line)?;
            let file = Path::new(text(&said, "handle")?);
            Ok(Handle::read(file.parent().ok_or("the handle lies nowhere")?)?)
        };
        let handle = match read() {
            Ok(handle) => handle,
            Err(error) => {
                end(&mut child);
                return Err(error);
            }
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        Ok(Self {
            child,
            home,
            handle,
            runtime,
        })
    }

    /// Adds made-up people to the new pool: `user000000@example.nhs.test` and so on.
    pub(crate) fn add(&self, people: u32) -> Outcome<()> {
        let client = Client::new(&self.handle);
        self.runtime.block_on(client.add_users(POOL, people))?;
        Ok(())
    }

    /// The home of who asks it.
    pub(crate) fn home(&self) -> &Path {
        &self.home
    }

    /// Where it answers.
    pub(crate) fn endpoint(&self) -> &str {
        &self.handle.endpoint
    }

    /// How often each operation was asked for, by the world's own count.
    pub(crate) fn counts(&self) -> Outcome<BTreeMap<String, u64>> {
        Ok(self.runtime.block_on(Client::new(&self.handle).counts())?)
    }

    /// Our look-up over the rehearsal's pools.
    pub(crate) fn find(&self, place: &Sandbox, query: &str) -> Command {
        let mut command = place.switchback(&self.home);
        command.args(["users", "find", query, "--target", "rehearsal"]);
        command
    }

    /// Our question for one account's details.
    pub(crate) fn show(&self, place: &Sandbox, query: &str) -> Command {
        let mut command = place.switchback(&self.home);
        command.args([
            "users",
            "show",
            query,
            "--target",
            "rehearsal",
            "--purpose",
            "Bench",
        ]);
        command
    }

    /// The AWS CLI, signed in to the world.
    pub(crate) fn aws(&self, place: &Sandbox) -> Command {
        self.signed_in(place.python("aws"))
    }

    /// A program of others, signed in to the world.
    pub(crate) fn signed_in(&self, mut command: Command) -> Command {
        command
            .env("AWS_ENDPOINT_URL", &self.handle.endpoint)
            .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
            .env("AWS_SECRET_ACCESS_KEY", "rehearsal");
        command
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}
