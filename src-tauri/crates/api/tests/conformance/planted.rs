//! Planted bugs, behind the real adapter's back: each must turn the cells named here red, and
//! leave green a cell in which it can't matter. `SWITCHBACK_PROVE` runs every cell with every bug.

use switchback_engine::ports::ProviderErrorKind;
use switchback_rehearsal as rehearsal;
use switchback_testkit::conformance::there;
use switchback_testkit::faulty::{Op, VERDICTS};
use switchback_testkit::{CallPoint, Fault, Matrix, Planted};

use crate::bench::{RehearsalBench, What};
use crate::{Fate, name, prove, recorded, run};

fn of(bug: Planted) -> RehearsalBench {
    RehearsalBench {
        what: what(bug),
        planted: Some(bug),
    }
}

/// Where a bug can matter.
fn what(bug: Planted) -> What {
    match bug {
        Planted::ReplacesInsteadOfAppending => What::List,
        Planted::LockTokenNotSent | Planted::TypedEcho => What::Rule,
        Planted::RollByDefinition | Planted::RollByCompleteDefinition | Planted::PlainReverseOrder => {
            What::Published
        }
        Planted::ReferenceUsedBefore => What::Invalidated,
        _ => What::Records,
    }
}

fn call(phase: &str, nth: usize, fault: Fault) -> Fate {
    call_on("apps.example.nhs.test", phase, nth, fault)
}

/// The same of the roll.
fn roll(phase: &str, fault: Fault) -> Fate {
    call_on(rehearsal::SERVICE_NAME, phase, 1, fault)
}

fn call_on(object: &str, phase: &str, nth: usize, fault: Fault) -> Fate {
    let place = CallPoint {
        label: format!("{phase} {object}"),
        op: Op::Call,
        nth,
    };
    Some((place, fault))
}

/// The cells that a bug must turn red, and those that it must not.
fn expected(bug: Planted) -> (Vec<Fate>, Vec<Fate>) {
    let denied = Fault::FailsBefore(ProviderErrorKind::Denied);
    match bug {
        Planted::Upsert => (
            vec![
                call("apply lower-ttl", 1, Fault::SecondWriter),
                call("apply switch", 1, Fault::SecondWriter),
                call("undo", 2, Fault::SecondWriter),
            ],
            vec![None, call("apply switch", 1, denied)],
        ),
        Planted::RetryAfterLostResponse => (
            vec![
                call("apply switch", 1, Fault::ResponseLost),
                call("undo", 2, Fault::ResponseLost),
            ],
            vec![call("apply switch", 1, denied)],
        ),
        Planted::InspectionAlwaysAfter => (
            vec![
                call("apply lower-ttl", 1, Fault::RequestLost),
                call("apply switch", 1, Fault::KilledBefore),
            ],
            // Every refusal is looked at, and every cell ends with an undo that is looked at too: it can't matter
            // only where neither is, see below.
            vec![],
        ),
        Planted::UndoWithoutBeforeImage => (
            vec![None, call("apply switch", 1, denied)],
            // Where somebody else wrote, the wrong undo is refused, and the rollback does not end: see below.
            vec![],
        ),
        Planted::BelievesRefusals => (
            vec![
                call("apply switch", 1, Fault::RefusedAfter(ProviderErrorKind::Denied)),
                call("apply lower-ttl", 1, Fault::Repeated),
            ],
            // Where it is true, nothing is wrong with believing it.
            vec![call("apply switch", 1, denied)],
        ),
        Planted::CutIsRefused => (
            vec![
                call("apply switch", 1, Fault::AnswerCut),
                call("apply switch", 1, Fault::AnswerEndless),
            ],
            vec![call("apply switch", 1, Fault::ResponseLost)],
        ),
        Planted::NoLateLook => (
            vec![call(
                "apply switch",
                1,
                Fault::RefusedThenLands(ProviderErrorKind::Denied),
            )],
            // The look right after the refusal sees it.
            vec![call(
                "apply switch",
                1,
                Fault::RefusedAfter(ProviderErrorKind::Denied),
            )],
        ),
        Planted::ReplacesInsteadOfAppending => (
            vec![None],
            // Nothing is ever appended in a cell of the others: see below.
            vec![],
        ),
        // Every cell in which the rule is changed loses what others wrote, or what this program doesn't know: see below.
        Planted::LockTokenNotSent | Planted::TypedEcho => (
            vec![
                None,
                call_on(rehearsal::FREEZE_RULE, "apply restrict", 1, Fault::ResponseLost),
            ],
            vec![],
        ),
        // It is believed before a single task was started anew, so every cell that rolls is red: see below.
        Planted::RollByDefinition => (
            vec![
                None,
                roll("apply roll", Fault::RequestLost),
                roll("undo", Fault::RequestLost),
                roll("apply roll", Fault::ComesToNothing),
                roll("undo", Fault::ComesToNothing),
            ],
            vec![],
        ),
        Planted::RollByCompleteDefinition => (
            vec![
                roll("apply roll", Fault::RequestLost),
                roll("apply roll", Fault::KilledBefore),
                roll("undo", Fault::RequestLost),
                roll("undo", Fault::KilledBefore),
            ],
            // The roll was made, and it is waited for.
            vec![None, roll("undo", Fault::ResponseLost)],
        ),
        Planted::PlainReverseOrder => (
            vec![None, roll("apply roll", Fault::ResponseLost)],
            // Every way back of what is published is wrong by it: see below.
            vec![],
        ),
        // The way back is answered by the invalidation of the way there, which drops nothing any more.
        Planted::ReferenceUsedBefore => (
            vec![
                None,
                call_on(rehearsal::DISTRIBUTION, "apply invalidate", 1, Fault::RequestLost),
                call_on(rehearsal::DISTRIBUTION, "undo", 1, Fault::ResponseLost),
            ],
            // Every way back needs one of its own: see below.
            vec![],
        ),
        Planted::AppendWithoutSync => (
            vec![
                call("apply lower-ttl", 1, Fault::KilledAfter),
                call("undo", 1, Fault::KilledAfter),
            ],
            // Without a power cut nothing is lost.
            vec![call("apply switch", 1, Fault::ResponseLost)],
        ),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_planted_bug_turns_its_cells_red() {
    let whole = match prove() {
        true => Some(recorded(What::Records).await.1),
        false => None,
    };
    let mut running = Vec::new();
    for bug in Planted::ALL.into_iter().chain(Planted::OF_REFERENCES) {
        let (red, green) = expected(bug);
        let cells = match &whole {
            Some(whole) if what(bug) == What::Records => std::iter::once(None)
                .chain(whole.iter().cloned().map(Some))
                .collect(),
            Some(_) | None => red.iter().chain(&green).cloned().collect(),
        };
        running.push((bug, red, green, tokio::spawn(run(of(bug), cells))));
    }
    let mut wrong = Vec::new();
    for (bug, red, green, matrix) in running {
        let found = tell(bug, &matrix.await.unwrap());
        let missing = red.iter().map(name).filter(|name| !found.contains(name));
        wrong.extend(missing.map(|name| format!("{bug:?} leaves green: {name}")));
        let beside = green.iter().map(name).filter(|name| found.contains(name));
        wrong.extend(beside.map(|name| format!("{bug:?} turns red: {name}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Those that leave no cell green that ends with a way back: where nothing is refused and nothing is taken
/// back they can't matter.
#[tokio::test(flavor = "multi_thread")]
async fn what_can_only_matter_on_the_way_back_leaves_the_way_there_green() {
    for bug in [
        Planted::InspectionAlwaysAfter,
        Planted::UndoWithoutBeforeImage,
        Planted::PlainReverseOrder,
        Planted::ReferenceUsedBefore,
    ] {
        assert_eq!(there(&of(bug)).await, Ok(()), "{bug:?}");
    }
}

/// Where a whole value is written there is no list to lose; where nothing is published, no roll to believe in and no
/// order of it.
#[tokio::test(flavor = "multi_thread")]
async fn what_can_only_matter_to_a_list_or_a_roll_leaves_others_green() {
    for (bug, what) in [
        (Planted::ReplacesInsteadOfAppending, What::Parameter),
        (Planted::RollByDefinition, What::List),
        (Planted::PlainReverseOrder, What::List),
    ] {
        let planted = Some(bug);
        let matrix = run(RehearsalBench { what, planted }, vec![None]).await;
        assert!(matrix.red().is_empty(), "{bug:?}: {matrix}");
    }
}

/// What is kept beside a stage and at edges, and what no API tells again by its token: bugs of which the kinds above
/// have their own cells.
#[tokio::test(flavor = "multi_thread")]
async fn what_matters_everywhere_turns_cells_of_an_api_and_a_distribution_red() {
    let verdicts = format!("{}{VERDICTS}", rehearsal::REVAL_STAGE);
    let mut running = Vec::new();
    for (bug, what, fate) in [
        // A second deployment.
        (
            Planted::RetryAfterLostResponse,
            What::Pointed,
            call_on(rehearsal::REVAL_API, "apply snapshot", 1, Fault::ResponseLost),
        ),
        // Verdicts from before are still kept.
        (
            Planted::InspectionAlwaysAfter,
            What::Pointed,
            call_on(&verdicts, "apply flush", 1, Fault::RequestLost),
        ),
        (
            Planted::InspectionAlwaysAfter,
            What::Pointed,
            call_on(&verdicts, "undo", 1, Fault::RequestLost),
        ),
        (Planted::PlainReverseOrder, What::Pointed, None),
        (Planted::UndoWithoutBeforeImage, What::Pointed, None),
        // Copies from before are still kept.
        (
            Planted::InspectionAlwaysAfter,
            What::Invalidated,
            call_on(rehearsal::DISTRIBUTION, "apply invalidate", 1, Fault::RequestLost),
        ),
        (Planted::PlainReverseOrder, What::Invalidated, None),
    ] {
        let planted = Some(bug);
        let cell = run(RehearsalBench { what, planted }, vec![fate.clone()]);
        running.push((bug, what, fate, tokio::spawn(cell)));
    }
    let mut wrong = Vec::new();
    for (bug, what, fate, matrix) in running {
        println!("{what:?}");
        if tell(bug, &matrix.await.unwrap()).is_empty() {
            wrong.push(format!("{bug:?} leaves green of {what:?}: {}", name(&fate)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Prints a bug's line of the table and gives the names of its red cells.
fn tell(bug: Planted, matrix: &Matrix) -> Vec<String> {
    let red = matrix.red();
    println!("{bug:?}: {} of {} cells red", red.len(), matrix.cells.len());
    for cell in &red {
        let why = cell.outcome.as_ref().err().map_or("", String::as_str);
        println!("  RED  {}: {why}", cell.name);
    }
    for cell in matrix.cells.iter().filter(|cell| cell.outcome.is_ok()) {
        println!("  ok   {}", cell.name);
    }
    red.iter().map(|cell| cell.name.clone()).collect()
}
