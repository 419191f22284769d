//! What every command needs: where the workspace is, how a step fails, and how to start a program.

use std::{
    env, fmt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

/// Why the command ends early, with the exit code to end with.
#[derive(Debug)]
pub struct Stop {
    /// 1: something failed. 2: a person has to do something first.
    pub code: u8,
    /// What to print on stderr.
    pub message: String,
}

/// The result of one step.
pub type Outcome<T> = Result<T, Stop>;

impl Stop {
    /// Something failed: exit code 1.
    pub fn failed(message: impl fmt::Display) -> Self {
        Self {
            code: 1,
            message: message.to_string(),
        }
    }

    /// A person has to act first, or typed something wrong: exit code 2.
    pub fn usage(message: impl fmt::Display) -> Self {
        Self {
            code: 2,
            message: message.to_string(),
        }
    }
}

/// The repository.
pub struct Workspace {
    /// Its top folder.
    pub root: PathBuf,
}

impl Workspace {
    /// Finds the top folder from the package that cargo runs, else from the current folder upwards.
    pub fn find() -> Outcome<Self> {
        let start = match env::var_os("CARGO_MANIFEST_DIR") {
            Some(folder) => PathBuf::from(folder),
            None => {
                env::current_dir().map_err(|error| Stop::failed(format!("no current folder: {error}")))?
            }
        };
        start
            .ancestors()
            .find(|folder| folder.join("tauri.conf.json").is_file())
            .map(|folder| Self {
                root: folder.to_path_buf(),
            })
            .ok_or_else(|| Stop::usage("run this inside the Switchback repository"))
    }

    /// A path below the top folder.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }
}

/// True in CI, where nothing may be skipped in silence.
pub fn in_ci() -> bool {
    env::var("CI").is_ok_and(|value| value == "true" || value == "1")
}

/// Where PATH finds the program, if it does.
pub fn which(program: &str) -> Option<PathBuf> {
    let suffixes: &[&str] = if cfg!(windows) { &[".exe", ".cmd"] } else { &[""] };
    env::split_paths(&env::var_os("PATH")?)
        .flat_map(|folder| {
            suffixes
                .iter()
                .map(move |suffix| folder.join(format!("{program}{suffix}")))
        })
        .find(|candidate| candidate.is_file())
}

/// A command with an empty stdin and without the variables that `cargo run` sets for this program:
/// build scripts of the inner cargo would see them and differ from a cargo started by hand.
pub fn command(program: impl AsRef<Path>) -> Command {
    let mut command = Command::new(program.as_ref());
    command.stdin(Stdio::null());
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(name.as_ref());
        }
    }
    command
}

/// The cargo that started this program.
pub fn cargo(workspace: &Workspace) -> Command {
    let mut cargo = command(env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from));
    cargo.current_dir(&workspace.root);
    cargo
}

/// Prints the command, runs it to its end and fails when it does.
pub fn must(command: &mut Command) -> Outcome<()> {
    let words = spell(command);
    eprintln!("$ {words}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Stop::failed(format!("`{words}` failed ({status})"))),
        Err(error) => Err(Stop::failed(format!("`{words}` could not be started: {error}"))),
    }
}

/// Runs the command without showing its output; true when it succeeded.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The command as a person would type it, without paths in front of the program.
fn spell(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program
        .file_name()
        .unwrap_or(program.as_os_str())
        .to_string_lossy()
        .into_owned();
    let arguments = command
        .get_args()
        .map(|argument| argument.to_string_lossy().into_owned());
    std::iter::once(name)
        .chain(arguments)
        .collect::<Vec<_>>()
        .join(" ")
}

/// How long each phase took, in the order they ran.
#[derive(Default)]
pub struct Phases(Vec<(String, Duration)>);

impl Phases {
    /// Runs one phase and keeps its time, whether it fails or not.
    pub fn time<T>(&mut self, name: &str, phase: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = phase();
        self.0.push((name.to_owned(), start.elapsed()));
        result
    }

    /// Keeps the time of one that ran beside others.
    pub fn beside(&mut self, name: &str, time: Duration) {
        self.0.push((format!("({name}"), time));
    }

    /// Prints one line with every phase; in brackets, what ran beside the one before it.
    pub fn print(&self) {
        let parts: Vec<String> = self
            .0
            .iter()
            .map(|(name, time)| {
                let end = if name.starts_with('(') { ")" } else { "" };
                format!("{name} {:.1} s{end}", time.as_secs_f64())
            })
            .collect();
        println!("phases: {}", parts.join(" | "));
    }
}

/// A folder of our own below the system's temporary one, removed at the end.
pub struct Scratch(pub PathBuf);

impl Scratch {
    /// Makes the folder; nobody else may look into it.
    pub fn new(purpose: &str) -> Outcome<Self> {
        // Several may be in use at a time.
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let folder = env::temp_dir().join(format!("switchback-{purpose}-{}-{number}", std::process::id()));
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .create(&folder)
            .map_err(|error| Stop::failed(format!("no temporary folder: {error}")))?;
        Ok(Self(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A leftover in the temporary folder harms nobody; a second error here would hide the first.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
