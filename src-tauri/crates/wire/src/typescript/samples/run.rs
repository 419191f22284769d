//! The run, its windows, its stream and its journal.

use super::{Samples, list, maybe, rollback, step, text, texts, time, way};
use crate::{
    Accepted, Answer, ApiError, AppInfo, BannerView, BarredView, DecisionView, DriverLife, DriverView,
    EventView, InterruptedView, JournalPage, Lead, LostView, MirrorView, ReadingView, RunPage, RunRow,
    RunSnapshot, RunStanding, SCHEMA_VERSION, SheetExported, T0View, TimesView, Tone, Update, WindowInfo,
    WindowKind,
};

pub(super) fn add(samples: &mut Samples) {
    samples.each([
        Tone::Passing,
        Tone::NotApplicable,
        Tone::Switching,
        Tone::Waiting,
        Tone::Running,
        Tone::Failing,
        Tone::Unknown,
    ]);
    samples.each([
        DriverLife::AtWork,
        DriverLife::Silent,
        DriverLife::Ended,
        DriverLife::Unknown,
    ]);
    samples.each([WindowKind::Console, WindowKind::Support]);
    samples.each([ApiError {
        code: text(),
        message: text(),
        hint: text(),
        place: text(),
    }]);
    samples.each([Accepted { seq: 7 }]);
    samples.each([SheetExported {
        file: text(),
        in_mirror: true,
        seq: 7,
        text: text(),
    }]);
    samples.each([WindowInfo {
        window: WindowKind::Support,
        version: text(),
        operator: text(),
    }]);
    samples.each([row()]);
    samples.each([answer()]);
    samples.each([t0()]);
    samples.both(|full| AppInfo {
        version: text(),
        operator: text(),
        run: maybe(full, text),
        lead: maybe(full, || lead(full)),
        interrupted: maybe(full, || interrupted(full)),
        runs: list(full, row),
    });
    samples.each([
        RunPage::Run,
        RunPage::Rollback,
        RunPage::Step { step: text() },
        RunPage::Gate { phase: text() },
    ]);
    samples.both(lead);
    samples.both(interrupted);
    samples.each([barred()]);
    samples.each([
        RunStanding::Interrupted,
        RunStanding::Open,
        RunStanding::Finished,
        RunStanding::Unknown,
    ]);
    samples.both(reading);
    samples.both(times);
    samples.both(banner);
    samples.both(driver);
    samples.both(lost);
    samples.both(decision);
    samples.both(mirror);
    samples.both(snapshot);
    samples.both(event);
    samples.both(|full| JournalPage {
        events: list(full, || event(full)),
        head: 7,
    });
    samples.each([
        Update::Snapshot {
            snapshot: Box::new(snapshot(true)),
        },
        Update::Ended { why: text() },
    ]);
}

pub(super) fn reading(full: bool) -> ReadingView {
    ReadingView {
        id: text(),
        title: text(),
        tone: Tone::Failing,
        observed: text(),
        expected: text(),
        source: text(),
        observed_at: maybe(full, time),
        age_s: maybe(full, || 5),
        believable_s: 60,
        until: maybe(full, time),
        mend: maybe(full, text),
        last_failing: maybe(full, time),
        before_opening: full,
    }
}

pub(super) fn times(full: bool) -> TimesView {
    TimesView {
        planned_s: maybe(full, || 60),
        started_at: maybe(full, time),
        ended_at: maybe(full, time),
        actual_s: maybe(full, || 61),
    }
}

pub(super) fn answer() -> Answer {
    Answer {
        tone: Tone::Unknown,
        headline: text(),
        note: text(),
    }
}

fn row() -> RunRow {
    RunRow {
        run: text(),
        title: text(),
        target: text(),
        kind: text(),
        opened_at: time(),
        standing: RunStanding::Open,
    }
}

fn barred() -> BarredView {
    BarredView {
        by: text(),
        reason: text(),
        at: time(),
    }
}

fn interrupted(full: bool) -> InterruptedView {
    InterruptedView {
        title: text(),
        sentence: text(),
        step: maybe(full, text),
        settled: full,
    }
}

fn lead(full: bool) -> Lead {
    Lead {
        run: text(),
        to: RunPage::Step { step: text() },
        problem: maybe(full, text),
    }
}

fn t0() -> T0View {
    T0View {
        at: time(),
        step: text(),
        phase: text(),
    }
}

fn banner(full: bool) -> BannerView {
    BannerView {
        kind: text(),
        word: text(),
        target: text(),
        account_tail: text(),
        region: text(),
        role: maybe(full, text),
        test_endpoint: full,
        speed: 1,
    }
}

fn driver(full: bool) -> DriverView {
    DriverView {
        by: text(),
        host: text(),
        pid: 4711,
        ours: full,
        since: maybe(full, time),
        reason: maybe(full, text),
        life: DriverLife::Silent,
        silent_s: maybe(full, || 90),
    }
}

fn lost(full: bool) -> LostView {
    LostView {
        at: time(),
        sentence: maybe(full, text),
    }
}

fn decision(full: bool) -> DecisionView {
    DecisionView {
        id: text(),
        question: text(),
        kind: text(),
        choices: texts(full),
        value: maybe(full, text),
        by: maybe(full, text),
        blocks: texts(full),
    }
}

fn mirror(full: bool) -> MirrorView {
    MirrorView {
        dir: text(),
        seq: 7,
        age_s: maybe(full, || 3),
        behind: 1,
        problem: maybe(full, text),
    }
}

fn event(full: bool) -> EventView {
    EventView {
        seq: 7,
        at: time(),
        kind: text(),
        step: maybe(full, text),
        actor: maybe(full, text),
        sentence: text(),
    }
}

fn snapshot(full: bool) -> RunSnapshot {
    RunSnapshot {
        schema_version: SCHEMA_VERSION,
        run: text(),
        title: text(),
        state: text(),
        barred: maybe(full, barred),
        plan_digest: text(),
        seq: 7,
        now: time(),
        opened_at: time(),
        banner: banner(full),
        driver: maybe(full, || driver(full)),
        watching: maybe(full, text),
        lost: maybe(full, || lost(full)),
        sign_in_until: maybe(full, time),
        t0: maybe(full, t0),
        times: times(full),
        phases: list(full, || step::phase(full)),
        monitors: list(full, || reading(full)),
        name_answers: list(full, || way::name(full)),
        ways: list(full, || way::way(full)),
        users: answer(),
        way_back: rollback::way_back(full),
        rollback: maybe(full, || rollback::progress(full)),
        decisions: list(full, || decision(full)),
        deadlines: list(full, || step::deadline(full)),
        breaches: list(full, rollback::breach),
        status: text(),
        interrupted: maybe(full, || interrupted(full)),
        stopped_by: maybe(full, text),
        not_known: maybe(full, || texts(full)),
        mirror: maybe(full, || mirror(full)),
    }
}
