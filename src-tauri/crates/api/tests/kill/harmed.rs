//! The home is harmed between a kill and the next start. Whatever was done: the program notices, looks at
//! every object of the plan before anything else, makes no change twice, claims nothing that it has not seen,
//! and goes back so that the world ends as it began.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use switchback_engine::run::Run;
use switchback_journal::{MemoryKeyRing, Store};
use switchback_model::{Event, EventKind};

use crate::anchor;
use crate::cases::{Cell, cells};
use crate::harm::{Harm, Noticed};
use crate::points::{Finished, Kill, Role, Then, difference, log, records};
use crate::twice::doubles;

/// How it ended; none of the events that were acknowledged may be lost where nothing is done.
#[derive(Debug, Default)]
struct CellEnd {
    /// What was said of the journal when the program was started again.
    said: String,
    /// Everything that is wrong with it.
    wrong: Vec<String>,
    noticed: bool,
    doubles: Vec<String>,
    as_it_began: bool,
}

/// The folders of a cell: the world lives in its own, so that nobody but the driver has the journal open.
struct Folders(tempfile::TempDir);

impl Folders {
    fn new() -> Self {
        let folders = Self(tempfile::tempdir().unwrap());
        for name in ["world", "home", "other", "ring", "other-ring", "mirror"] {
            std::fs::create_dir(folders.of(name)).unwrap();
        }
        let served = folders.of("world").join("rehearsal");
        for home in ["home", "other"] {
            std::os::unix::fs::symlink(&served, folders.of(home).join("rehearsal")).unwrap();
        }
        folders
    }

    fn of(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A driver in a home, with the home's own key ring.
    fn start(&self, role: &str, home: &str, kill: Kill, envs: &[(&str, PathBuf)]) -> Role {
        let copy = Command::new(std::env::current_exe().unwrap());
        self.launch(copy, role, home, kill, envs)
    }

    fn launch(
        &self,
        mut copy: Command,
        role: &str,
        home: &str,
        kill: Kill,
        envs: &[(&str, PathBuf)],
    ) -> Role {
        let ring = match home {
            "other" => "other-ring",
            _ => "ring",
        };
        copy.env("SWITCHBACK_KILL_RING", self.of(ring));
        copy.envs(envs.iter().map(|(name, value)| (name, value)));
        Role::launch(copy, role, &self.of(home), &kill.spec())
    }
}

impl Cell {
    /// Runs it; none where the run ended before its point, or the home had nothing to harm.
    fn run(self) -> Option<CellEnd> {
        let folders = Folders::new();
        let world = Role::world(&folders.of("world"), &Kill::Never.spec());
        let start = records(&folders.of("world"));
        let mirrored =
            matches!(self.harm, Harm::LostTailMirrored(_)) || self.harm.noticed() == Noticed::Refused;
        let mirror = [("SWITCHBACK_KILL_MIRROR", folders.of("mirror"))];
        let mirror = match mirrored {
            true => &mirror[..],
            false => &[],
        };
        let first = match self.harm {
            Harm::KilledAtAnchor(n) => killed_at_anchor(&folders, n),
            _ => folders.start("there-and-back", "home", self.kill, mirror).end(),
        };
        assert!(
            first.success || first.killed,
            "{self:?}:\n{}",
            first.lines.join("\n")
        );
        if first.success || !self.harm.done_to(&folders.of("home"), &folders.of("ring")) {
            return None;
        }

        let mut told = CellEnd::default();
        let again = self.again(&folders, mirror, &mut told);
        let world_home = folders.of("world");
        told.doubles = doubles(&log(&world_home));
        let left = difference(&start, &records(&world_home));
        told.as_it_began = left.is_empty();
        let mut wrong = |why: String| told.wrong.push(why);
        if !again.success {
            wrong(format!("it did not go back:\n{}", again.lines.join("\n")));
        }
        if !told.doubles.is_empty() {
            wrong(format!("made twice: {:?}", told.doubles));
        }
        if !left.is_empty() {
            wrong(format!("the world does not end as it began: {left:?}"));
        }
        if !told.noticed {
            wrong(format!("nobody noticed: {:?}", told.said));
        }
        let home = match self.harm.noticed() {
            Noticed::Refused => "other",
            _ => "home",
        };
        if again.success {
            told.wrong.extend(self.looked(&folders.of(home), &again));
        }
        drop(world);
        Some(told)
    }

    /// The program is started again, and once more in another home where it can't read this one.
    fn again(self, folders: &Folders, mirror: &[(&'static str, PathBuf)], told: &mut CellEnd) -> Finished {
        let role = match self.then {
            Then::Complete => "again-forward",
            Then::Back => "again-back",
        };
        let mut envs = mirror.to_vec();
        envs.push(("SWITCHBACK_KILL_PLANT", PathBuf::from(self.plant)));
        if self.hurry {
            envs.push(("SWITCHBACK_KILL_HURRY", PathBuf::from("1")));
        }
        if matches!(self.harm, Harm::LostTailMirrored(_)) {
            envs.push(("SWITCHBACK_KILL_COPY", copy(folders)));
        }
        let again = folders.start(role, "home", Kill::Never, &envs).end();
        let first = |word: &str| again.lines.iter().find_map(|line| line.split_once(word));
        let verified = first("verified ").map_or("", |(_, rest)| rest);
        let tampered = first("tampered ").map_or("", |(_, rest)| rest);
        told.said = format!("{verified}{tampered}");
        // Of each: that it is not whole, and what is the matter.
        told.noticed = match self.harm.noticed() {
            Noticed::Missing => verified.starts_with("false None") && verified.contains("missing: run"),
            Noticed::MissingHere => tampered.contains("mirror folder"),
            Noticed::Tampered => tampered.contains("was taken away"),
            Noticed::NotVouched => {
                verified.starts_with("false None") && verified.contains("cannot prove that nothing was cut")
            }
            Noticed::Refused => first("refused ").is_some_and(|(_, why)| !why.is_empty()),
            Noticed::Nothing => verified.starts_with("true Keychain complete to event"),
        };
        if self.harm.noticed() != Noticed::Refused || !again.success {
            return again;
        }
        let sent = again.lines.iter().any(|line| line.contains("commit "));
        if sent {
            told.wrong
                .push("it went on with a journal that it can't read".to_owned());
        }
        envs.push(("SWITCHBACK_KILL_COPY", copy(folders)));
        folders.start(role, "other", Kill::Never, &envs).end()
    }

    /// By the journal and by what was said: everything was looked at before anything else, and nothing was
    /// claimed before.
    fn looked(self, home: &Path, again: &Finished) -> Vec<String> {
        let mut wrong = Vec::new();
        if matches!(self.harm.noticed(), Noticed::Nothing | Noticed::NotVouched) {
            return wrong;
        }
        let events = events(home);
        let doubted = events.iter().rposition(|event| {
            matches!(
                event.kind,
                EventKind::JournalDoubted { .. } | EventKind::TakenOver { .. }
            )
        });
        let Some(doubted) = doubted else {
            wrong.push("no doubt was journalled".to_owned());
            return wrong;
        };
        let acts = |kind: &EventKind| {
            matches!(
                kind,
                EventKind::ChecksStarted { .. }
                    | EventKind::Approved { .. }
                    | EventKind::AdoptedByHand { .. }
                    | EventKind::Intended { .. }
                    | EventKind::RollbackConfirmed { .. }
                    | EventKind::UndoNotNeeded { .. }
                    | EventKind::RollbackItemDone { .. }
            )
        };
        let plan = Run::replay(&events).unwrap().plan;
        let after = &events[doubted..];
        let acted = after.iter().position(|event| acts(&event.kind));
        let looks = &after[..acted.unwrap_or(after.len())];
        for step in plan.steps().filter(|step| step.action.is_some()) {
            let seen = looks.iter().any(
                |event| matches!(&event.kind, EventKind::Reinspected { step: of, .. } if *of == step.id),
            );
            if !seen {
                wrong.push(format!("{} was not looked at before anything else", step.id));
            }
        }
        // What is said of the journal from then on, and of the way back before anything was seen.
        let whole = again
            .lines
            .iter()
            .filter_map(|line| line.split_once("verified "))
            .any(|(_, said)| said.starts_with("true") || said.contains(" complete to event"));
        if whole {
            wrong.push("it was called complete".to_owned());
        }
        for line in again.lines.iter().filter(|line| line.starts_with("early ")) {
            if !line.contains("looked at") {
                wrong.push(format!("said before a look: {line}"));
            }
        }
        wrong
    }
}

/// Killed by the operating system where the log is on disk and the anchor is about to be written: that write is
/// not carried out.
fn killed_at_anchor(folders: &Folders, nth: usize) -> Finished {
    let opened = folders.start("open", "home", Kill::Never, &[]).end();
    assert!(opened.success, "{}", opened.lines.join("\n"));
    let home = folders.of("home");
    let mut copy = Command::new("strace");
    copy.args(["-f", "-o", "/dev/null", "-P"])
        .arg(anchor::file(&home))
        .args(["-e", "trace=write", "-e"])
        .arg(format!("inject=write:error=EIO:signal=SIGKILL:when={nth}"))
        .arg("--")
        .arg(std::env::current_exe().unwrap());
    folders
        .launch(copy, "there-and-back", "home", Kill::Never, &[])
        .end()
}

/// The copy that the mirror folder holds.
fn copy(folders: &Folders) -> PathBuf {
    std::fs::read_dir(folders.of("mirror"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|ext| ext == "jsonl"))
        .unwrap()
}

fn events(home: &Path) -> Vec<Event> {
    let store = Store::open(home, std::sync::Arc::new(MemoryKeyRing::default())).unwrap();
    let row = store.runs().unwrap().into_iter().next().unwrap();
    store.read_page(&row.id, 0, 1_000_000).unwrap()
}

/// Runs cells, two at a time; those in which there was nothing to harm are none.
fn run(cells: Vec<Cell>) -> Vec<(Cell, CellEnd)> {
    let _turn = crate::turn();
    let queue = std::sync::Mutex::new(cells);
    std::thread::scope(|scope| {
        let work = || {
            let mut mine = Vec::new();
            loop {
                let next = queue.lock().unwrap().pop();
                let Some(cell) = next else { return mine };
                mine.extend(cell.run().map(|told| (cell, told)));
            }
        };
        let workers = [scope.spawn(work), scope.spawn(work)];
        workers.into_iter().flat_map(|w| w.join().unwrap()).collect()
    })
}

/// Prints the table and what is wrong; gives how many are red.
fn print(cells: &[(Cell, CellEnd)]) -> usize {
    let mut rows: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    let mut red = 0;
    for (cell, told) in cells {
        let row = rows.entry(cell.harm.word()).or_default();
        row[0] += 1;
        row[1] += usize::from(told.noticed);
        row[2] += told.doubles.len();
        row[3] += usize::from(told.as_it_began);
        if !told.wrong.is_empty() {
            red += 1;
            println!("RED  {cell:?}: {}", told.wrong.join("; "));
        }
    }
    println!(
        "{:<44}{:>6}{:>9}{:>9}  world as it began",
        "harm after a kill", "cells", "noticed", "doubles"
    );
    for (word, [cells, noticed, doubles, began]) in rows {
        println!("{word:<44}{cells:>6}{noticed:>9}{doubles:>9}  {began}");
    }
    red
}

#[test]
fn a_harmed_home_is_noticed_looked_at_and_goes_back() {
    let cells = cells();
    let wanted = cells.len();
    let ended = run(cells);
    let red = print(&ended);
    assert_eq!(red, 0, "{red} cells are red");
    // A run may end before its point comes, and a log that was just emptied has no tail.
    assert!(
        ended.len() * 10 >= wanted * 8,
        "{} of {wanted} cells ran",
        ended.len()
    );
}

/// What must turn the cells above red, and what it must not.
#[test]
fn a_program_that_does_not_read_its_anchor_is_found() {
    let cell = |plant, harm| Cell {
        kill: Kill::AfterAccept(1),
        harm,
        then: Then::Back,
        hurry: false,
        plant,
    };
    let cells = vec![
        cell("no-anchor", Harm::LostTail(1)),
        cell("no-anchor", Harm::BitOfTheLog(0)),
        cell("no-promise", Harm::NoSeal),
        cell("no-promise", Harm::LostTail(1)),
        cell("no-anchor", Harm::AnchorBehind),
    ];
    let ended = run(cells);
    println!("planted:");
    print(&ended);
    assert_eq!(ended.len(), 5);
    for (cell, told) in &ended {
        let green = matches!(
            (cell.plant, cell.harm),
            ("no-promise", Harm::LostTail(_)) | (_, Harm::AnchorBehind)
        );
        assert_eq!(told.wrong.is_empty(), green, "{cell:?}: {:?}", told.wrong);
    }
}
