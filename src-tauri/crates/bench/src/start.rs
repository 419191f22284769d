//! From the start of the process to a window that shows everything, and what it takes of memory: ours beside
//! an empty Tauri window of the same profile, in turns, on one display.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::emulator::end;
use crate::report::{Required, Section, Table};
use crate::sandbox::Sandbox;
use crate::session::Session;
use crate::stats::Sample;

mod memory;
mod screen;

use memory::Memory;
use screen::{Display, StartTimes};

/// Measured starts of each; one more before them warms the caches and is not counted.
const ROUNDS: usize = 15;
/// A screen that did not change for so long is complete.
const SETTLED: Duration = Duration::from_millis(1_500);
/// A window that shows nothing by then never will.
const PATIENCE: Duration = Duration::from_secs(30);
/// Turns off a renderer that leaves windows blank with some drivers. Ours does it by itself, by starting
/// anew; the empty window is given it, so that both draw in the same way.
const RENDERER: (&str, &str) = ("WEBKIT_DISABLE_DMABUF_RENDERER", "1");

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Ours,
    Empty,
}

/// What the starts of one window left.
#[derive(Default)]
struct Starts {
    /// Milliseconds to the first pixel of the window.
    window: Vec<f64>,
    /// Milliseconds to the first pixels of the page.
    page: Vec<f64>,
    /// Milliseconds to the last change of the screen.
    complete: Vec<f64>,
    /// Memory once the screen is complete.
    memory: Vec<Memory>,
}

pub(crate) fn measure(place: &Sandbox) -> Outcome<Section> {
    let display = Display::start(place)?;
    let session = Session::start(place, Some(&display.name))?;
    let mut ours = Starts::default();
    let mut empty = Starts::default();
    for round in 0..=ROUNDS {
        let mut order = [(Which::Ours, &mut ours), (Which::Empty, &mut empty)];
        if round % 2 == 1 {
            order.reverse();
        }
        for (which, starts) in order {
            let (seen, memory) = one(place, &session, &display, which)?;
            if round > 0 {
                starts.window.push(seen.window);
                starts.page.push(seen.page);
                starts.complete.push(seen.complete);
                starts.memory.push(memory);
            }
        }
    }
    Ok(section(&ours, &empty))
}

/// One window, from its start to its end.
fn one(place: &Sandbox, session: &Session, display: &Display, which: Which) -> Outcome<(StartTimes, Memory)> {
    let mut command = command(place, which)?;
    session.enter(&mut command);
    command
        .env("DISPLAY", &display.name)
        .env("GDK_BACKEND", "x11")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let blank = display.look()?;
    let start = Instant::now();
    let mut child = command.spawn()?;
    let found = display
        .watch(&blank, start, SETTLED, PATIENCE)
        .and_then(|seen| Ok((seen, memory::of(child.id())?)));
    if let Some(shots) = std::env::var_os("SWITCHBACK_SHOTS") {
        display.keep(&PathBuf::from(shots).join(format!("start-{which:?}.ppm")))?;
    }
    close(&mut child);
    display.wait_for(&blank, PATIENCE)?;
    found.map_err(|error| format!("the window {which:?}: {error}").into())
}

fn command(place: &Sandbox, which: Which) -> Outcome<Command> {
    Ok(match which {
        Which::Ours => {
            let mut command = place.program(place.window());
            command
                .env_remove(RENDERER.0)
                .env("SWITCHBACK_HOME", place.path("window"));
            command
        }
        Which::Empty => {
            let mut command = place.program(&place.empty_window()?);
            command.env(RENDERER.0, RENDERER.1);
            command
        }
    })
}

/// Ends the window, and waits for the processes that draw for it: the next start shall have the machine
/// for itself.
fn close(child: &mut Child) {
    let tree = memory::tree(child.id());
    end(child);
    let deadline = Instant::now() + Duration::from_secs(10);
    while tree.iter().any(|process| memory::lives(*process)) && Instant::now() < deadline {
        sleep(Duration::from_millis(20));
    }
}

fn section(ours: &Starts, empty: &Starts) -> Section {
    let sample = |values: &[f64]| -> Sample { values.iter().copied().collect() };
    let mut table = Table::new(&[
        "from the start of the process",
        "ours, median",
        "least",
        "most",
        "empty, median",
        "least",
        "most",
        "ours / empty",
    ]);
    let mut row = |name: &str, unit: &str, ours: &[f64], empty: &[f64]| {
        let (ours, empty) = (sample(ours), sample(empty));
        let cell = |value: f64| format!("{value:.0} {unit}");
        table.row([
            name.to_owned(),
            cell(ours.median()),
            cell(ours.min()),
            cell(ours.max()),
            cell(empty.median()),
            cell(empty.min()),
            cell(empty.max()),
            format!("{:.2} x", ours.median() / empty.median()),
        ]);
        ours.median() / empty.median()
    };
    row("the window is there", "ms", &ours.window, &empty.window);
    row("the page paints", "ms", &ours.page, &empty.page);
    let complete = row(
        "**ready**: everything is painted",
        "ms",
        &ours.complete,
        &empty.complete,
    );
    let part =
        |starts: &Starts, of: fn(&Memory) -> f64| -> Vec<f64> { starts.memory.iter().map(of).collect() };
    let mut part = |name: &str, of: fn(&Memory) -> f64| row(name, "MiB", &part(ours, of), &part(empty, of));
    let memory = part("memory (PSS), every process", Memory::all);
    part("the program itself", |it| it.program);
    part("the page's process", |it| it.page);
    part("the network process", |it| it.network);
    Section {
        title: "The window's start and memory".to_owned(),
        how: format!(
            "`switchback-console` with no run, to its start screen, and an empty Tauri window (`crates/bench/empty`: \
             one page with one word) of the same size, Tauri, features and profile; {ROUNDS} starts each in turns, \
             after one that is not counted, on one Xvfb (1280x800) with a message bus and an unlocked keychain. \
             Both are watched from outside, in the same way: the pixels of the screen are read every few milliseconds. \
             Ready is the last change of the screen, after which it stays the same for {} s. Memory is the \
             proportional set size at that moment, summed over the process and all its children.",
            SETTLED.as_secs_f64()
        ),
        tables: vec![table],
        required: vec![
            Required {
                what: "start of the window until everything is painted, against an empty Tauri window"
                    .to_owned(),
                limit: "a ratio is shown".to_owned(),
                found: format!("{complete:.2} x"),
                holds: true,
            },
            Required {
                what: "memory of the window, against an empty Tauri window".to_owned(),
                limit: "a ratio is shown".to_owned(),
                found: format!("{memory:.2} x"),
                holds: true,
            },
        ],
    }
}
