//! The suites, which executables belong to them, and how one is run within its budget.

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use std::{fs, thread};

use self::session::{detach, wrapped};
use crate::compile::TestProgram;
use crate::scan::{self, Counts};
use crate::shell::{Outcome, Scratch, Stop, Workspace};
use crate::ui;
use crate::watch::{self, End};

mod session;

/// The packages whose integration tests take longest.
const LONGEST: [&str; 2] = ["cli", "api"];

/// A group of tests with one time budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suite {
    /// Unit tests and every integration test without a suite of its own.
    Core,
    /// The adapters against the embedded world, cell by cell.
    Conformance,
    /// The driver killed at every point.
    Kill,
    /// The same scenario against other people's emulators.
    Emulators,
    /// Types, lints and tests of the interface.
    Ui,
    /// The shipped binary in a real window.
    Window,
    /// The Debian package: built, installed, used and removed. Only in `prove`.
    Bundle,
}

impl Suite {
    /// All of the gate, in the order they run: the quickest answer first.
    pub const ALL: [Self; 6] = [
        Self::Core,
        Self::Ui,
        Self::Conformance,
        Self::Kill,
        Self::Emulators,
        Self::Window,
    ];

    /// The name on the command line and in the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::Conformance => "conformance",
            Self::Kill => "kill",
            Self::Emulators => "emulators",
            Self::Ui => "ui",
            Self::Window => "window",
            Self::Bundle => "bundle",
        }
    }

    /// How long it should take on two cores. It fails at one and a half times this.
    pub fn budget(self) -> Duration {
        let minutes = match self {
            Self::Ui | Self::Kill => 4,
            Self::Conformance | Self::Emulators => 5,
            Self::Bundle => 5,
            Self::Core => 6,
            Self::Window => 9,
        };
        Duration::from_secs(minutes * 60)
    }

    /// How many of its executables run at a time. The core's wait for processes and scaled clocks most of
    /// their time; the others fill the machine, or need it for themselves.
    fn lanes(self) -> usize {
        match self {
            Self::Core => 2,
            Self::Conformance | Self::Kill | Self::Emulators | Self::Ui | Self::Window | Self::Bundle => 1,
        }
    }

    /// The suite that runs beside it in the gate. Both wait most of their time: this one for scaled clocks, the
    /// other for real TTLs and for Python to start.
    pub fn beside(self) -> Option<Self> {
        match self {
            Self::Conformance => Some(Self::Emulators),
            Self::Core | Self::Kill | Self::Emulators | Self::Ui | Self::Window | Self::Bundle => None,
        }
    }

    /// Whether its output comes in one piece at its end, or it would stand between the lines of another.
    fn in_one_piece(self) -> bool {
        self.lanes() > 1 || self == Self::Emulators
    }

    /// The start of the names of its integration tests; none for a suite that is not found by name.
    pub fn prefix(self) -> Option<&'static str> {
        match self {
            Self::Conformance => Some("conformance"),
            Self::Kill => Some("kill"),
            Self::Emulators => Some("emulator"),
            Self::Window => Some("window"),
            Self::Core | Self::Ui | Self::Bundle => None,
        }
    }

    /// Where an executable belongs; none for a bench, which `cargo xtask bench` runs.
    pub fn of(test: &TestProgram) -> Option<Self> {
        if !test.integration {
            return Some(Self::Core);
        }
        if test.name.starts_with("bench") {
            return None;
        }
        let named = |suite: &Self| suite.prefix().is_some_and(|prefix| test.name.starts_with(prefix));
        Some(Self::ALL.into_iter().find(named).unwrap_or(Self::Core))
    }
}

/// An installed console, and the window's tests that it is put through instead of the built one.
#[derive(Clone)]
pub struct Installed {
    /// The program.
    pub console: PathBuf,
    /// What the names of the tests begin with.
    pub stories: Vec<String>,
}

/// What the test executables are given.
#[derive(Clone)]
pub struct Surroundings {
    /// The Python environment, when it was set up.
    pub venv: Option<PathBuf>,
    /// Where both programs are.
    pub programs: PathBuf,
    /// Full campaigns instead of the short ones.
    pub prove: bool,
    /// Only for an installed package.
    pub installed: Option<Installed>,
}

/// How one suite went.
#[derive(Debug)]
pub struct Report {
    /// Which one.
    pub suite: Suite,
    /// Its tests.
    pub counts: Counts,
    /// How long it took.
    pub time: Duration,
    /// What a person should know: no tests, over the budget, killed.
    pub notes: Vec<String>,
    /// The names of the tests that failed: they are told once more at the end, where a log is cut last.
    pub failures: Vec<String>,
}

impl Report {
    /// A suite that could not be run at all counts as failed, never as skipped; the others still run.
    pub fn could_not_run(suite: Suite, stop: Stop) -> Self {
        eprintln!("xtask: {}: {}", suite.name(), stop.message);
        let counts = Counts {
            failed: 1,
            ..Counts::default()
        };
        Self {
            suite,
            counts,
            time: Duration::ZERO,
            notes: vec![stop.message],
            failures: Vec::new(),
        }
    }

    fn add(&mut self, one: One) {
        self.counts += one.counts;
        self.notes.extend(one.notes);
        self.failures.extend(one.failures);
    }
}

/// Runs the suite's executables, one after the other in each of its lanes.
pub fn run(
    workspace: &Workspace,
    suite: Suite,
    tests: &[&TestProgram],
    around: &Surroundings,
) -> Outcome<Report> {
    let start = Instant::now();
    let mut report = Report {
        suite,
        counts: Counts::default(),
        time: Duration::ZERO,
        notes: Vec::new(),
        failures: Vec::new(),
    };
    let limit = if around.prove {
        Duration::from_secs(3 * 3600)
    } else {
        suite.budget() * 3 / 2
    };
    if suite == Suite::Ui {
        run_ui(workspace, limit, &mut report)?;
    } else if tests.is_empty() {
        no_tests(workspace, suite, &mut report);
    }
    // Each lane begins with one of the long ones, or the last of them would be alone at the end.
    let mut tests = tests.to_vec();
    tests.sort_by_key(|test| !(test.integration && LONGEST.iter().any(|long| test.package.ends_with(long))));
    let next = AtomicUsize::new(0);
    let shared = Mutex::new(&mut report);
    let lane = || -> Outcome<()> {
        while let Some(test) = tests.get(next.fetch_add(1, Ordering::Relaxed)) {
            let left = limit.saturating_sub(start.elapsed());
            let one = run_one(workspace, suite, test, around, left)?;
            let mut report = shared.lock().unwrap_or_else(PoisonError::into_inner);
            let out_of_time = one.out_of_time;
            report.add(one);
            if out_of_time {
                next.store(tests.len(), Ordering::Relaxed);
            }
        }
        Ok(())
    };
    thread::scope(|scope| {
        let lanes: Vec<_> = (0..suite.lanes()).map(|_| scope.spawn(lane)).collect();
        for lane in lanes {
            lane.join()
                .unwrap_or_else(|_| Err(Stop::failed("a lane of tests broke off")))?;
        }
        Ok(())
    })?;
    report.time = start.elapsed();
    if !around.prove && report.time > limit && report.notes.is_empty() {
        let note = "took more than 1.5 times its budget".to_owned();
        fail(suite.name(), &mut report.counts, &mut report.notes, note);
    }
    Ok(report)
}

/// How one executable went.
#[derive(Default)]
struct One {
    counts: Counts,
    notes: Vec<String>,
    failures: Vec<String>,
    /// The suite's time is used up.
    out_of_time: bool,
}

fn run_one(
    workspace: &Workspace,
    suite: Suite,
    test: &TestProgram,
    around: &Surroundings,
    left: Duration,
) -> Outcome<One> {
    let head = format!("\n== {}: {} ({})", suite.name(), test.name, package_name(test));
    let scratch = Scratch::new("session")?;
    let mut program = wrapped(suite, test, left, &scratch)?;
    program
        .current_dir(&test.package)
        .env("CARGO_MANIFEST_DIR", &test.package);
    detach(&mut program);
    program.env("SWITCHBACK_BIN_DIR", &around.programs);
    program.env("TS_RS_EXPORT_DIR", workspace.path(crate::types::GENERATED));
    if let Some(venv) = &around.venv {
        program.env("SWITCHBACK_VENV", venv);
    }
    if around.prove {
        program.env("SWITCHBACK_PROVE", "1");
    }
    if let Some(installed) = &around.installed {
        program
            .env("SWITCHBACK_CONSOLE", &installed.console)
            .args(&installed.stories);
    }
    if suite == Suite::Core && std::env::var_os("RUST_TEST_THREADS").is_none() {
        // Most of its time goes by while processes wait for each other, not on a core.
        program.env("RUST_TEST_THREADS", core_threads().to_string());
    }
    if matches!(suite, Suite::Conformance | Suite::Kill | Suite::Emulators) {
        // Matrix, histogram and transcripts are results too.
        program.env("RUST_TEST_NOCAPTURE", "1");
    }
    let mut one = One::default();
    if !suite.in_one_piece() {
        println!("{head}");
        follow(&mut program, left, &test.name, &mut one, |line| {
            println!("{line}")
        })?;
    } else {
        let mut said = vec![head];
        let followed = follow(&mut program, left, &test.name, &mut one, |line| {
            said.push(line.to_owned())
        });
        println!("{}", said.join("\n"));
        followed?;
    }
    Ok(one)
}

/// Twice the cores, and at least four.
fn core_threads() -> usize {
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    (2 * cores).max(4)
}

fn package_name(test: &TestProgram) -> String {
    test.package
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn fail(suite: &str, counts: &mut Counts, notes: &mut Vec<String>, note: String) {
    eprintln!("xtask: {suite}: {note}");
    counts.failed += 1;
    notes.push(note);
}

/// Runs one command and adds its results.
fn follow(
    program: &mut Command,
    limit: Duration,
    name: &str,
    one: &mut One,
    mut say: impl FnMut(&str),
) -> Outcome<()> {
    let end = watch::watch(program, limit, |line| {
        say(line);
        if let Some(counts) = scan::counts(line) {
            one.counts += counts;
        }
        if let Some(failed) = scan::failed(line).filter(|failed| !one.failures.contains(failed)) {
            one.failures.push(failed);
        }
    })?;
    let note = match end {
        End::Overdue => {
            one.out_of_time = true;
            "was stopped at 1.5 times the suite's budget"
        }
        End::Failure if one.counts.failed == 0 => "ended with an error but reported no failed test",
        End::Failure | End::Success => return Ok(()),
    };
    fail(name, &mut one.counts, &mut one.notes, format!("{name} {note}"));
    Ok(())
}

fn run_ui(workspace: &Workspace, limit: Duration, report: &mut Report) -> Outcome<()> {
    let package = fs::read_to_string(workspace.path("ui/package.json"))
        .map_err(|error| Stop::failed(format!("ui/package.json cannot be read: {error}")))?;
    if !scan::has_script(&package, "check") {
        println!("suite ui: no tests yet");
        return Ok(());
    }
    println!("\n== ui: npm run check");
    let mut npm = ui::npm(workspace);
    npm.args(["run", "check"]).env("NO_COLOR", "1");
    let mut one = One::default();
    let followed = follow(&mut npm, limit, "npm run check", &mut one, |line| {
        println!("{line}")
    });
    report.add(one);
    followed
}

/// A suite without an executable is fine only while the sources have none either.
fn no_tests(workspace: &Workspace, suite: Suite, report: &mut Report) {
    let Some(prefix) = suite.prefix() else { return };
    let crates = fs::read_dir(workspace.path("src-tauri/crates"))
        .into_iter()
        .flatten()
        .flatten();
    let folders = crates
        .map(|entry| entry.path().join("tests"))
        .chain([workspace.path("tests")]);
    let named = |folder: PathBuf| {
        fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .any(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
    };
    if folders.into_iter().any(named) {
        fail(
            suite.name(),
            &mut report.counts,
            &mut report.notes,
            format!("the sources have {prefix}* tests, but cargo built none"),
        );
    } else {
        println!("suite {}: no tests yet", suite.name());
    }
}
