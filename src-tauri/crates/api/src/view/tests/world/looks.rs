//! What is seen of the made-up night: its monitors and its way back, as an open run reads them by itself, and what the window
//! is told of it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::Timestamp;
use switchback_engine::decide::FieldPlan;
use switchback_engine::driver::{plan_fields, plan_rollback, watch_objects};
use switchback_engine::expect::Look;
use switchback_engine::monitor::MonitorRun;
use switchback_engine::ports::{Clock, World};
use switchback_engine::run::Run;
use switchback_engine::ttl::{TtlWait, ttl_wait};
use switchback_model::{Event, EventKind, RollbackScope};
use switchback_testkit::plans;

use super::night::{Night, begins, id};
use crate::run_facts::RunFacts;
use crate::servers::{ask, asked_names};
use crate::sheet::SheetRecord;
use crate::view::{Live, Readiness, rollback_plan_view, scope_model, snapshot};
use crate::wire::{RollbackPlanView, RunSnapshot, ScopeView, UndoTimeView};

impl Night {
    /// When caches have forgotten the old TTL.
    pub(super) fn old_ttl_ends(&self) -> Timestamp {
        let served = self.run().history().served;
        match ttl_wait(&served, &plans::name("apps"), 60) {
            TtlWait::Until(until) => until,
            other => panic!("the TTL was lowered: {other:?}"),
        }
    }

    /// Asks every server of every name, as an open run does by itself again and again.
    pub(super) async fn ask_servers(&mut self) {
        for (asked, zone) in asked_names(&self.run().plan) {
            let heard = ask(self.run(), &asked, zone.as_ref(), &*self.world, &*self.clock).await;
            self.servers.insert(asked, heard);
        }
    }

    /// Reads every monitor, and keeps what changed.
    pub(super) async fn read_monitors(&mut self) {
        self.read_at = self.clock.now();
        let plan = self.run().plan.clone();
        for monitor in &plan.monitors {
            let seen = switchback_engine::expect::look(self.run(), monitor, &*self.world).await;
            let Some(Look { reading, side }) = seen else {
                continue;
            };
            if let Some((step, reading)) = side {
                self.sides.insert((step, reading.check.clone()), reading);
            }
            let known = self.driver.run().watched.get(&monitor.id);
            let state = self.monitors.entry(monitor.id.clone());
            let state = state.or_insert_with(|| MonitorRun::resume(known));
            if state.take(monitor, reading.clone()) {
                let state = state.state();
                let kept = self.driver.keep_reading(&monitor.id, reading, state).await;
                kept.expect("a reading that is kept");
            }
        }
    }

    /// Reads every monitor and the way back, as an open run does by itself again and again.
    pub(super) async fn look(&mut self) {
        self.read_monitors().await;
        self.ask_servers().await;
        let proposed = self.snapshot().way_back.proposal;
        let proposed = proposed.map(|scope| scope_model(&scope).expect("a scope"));
        let plan = self.run().plan.clone();
        let rules = plan.rules.iter().map(|rule| RollbackScope::Rule(rule.id.clone()));
        self.readiness = Vec::new();
        for scope in proposed.into_iter().chain(rules) {
            if self.readiness.iter().any(|known| known.plan.scope == scope) {
                continue;
            }
            let planned = plan_rollback(self.run(), &*self.world, self.clock.now(), &scope).await;
            if let Ok((plan, preconditions)) = planned {
                let at = self.clock.now();
                self.readiness.push(Readiness {
                    plan,
                    preconditions,
                    at,
                });
            }
        }
        if self.run().in_flight().is_none() && !self.run().rollback_active() {
            for (step, finding) in watch_objects(self.run(), &*self.world).await {
                let noted = self.driver.note_drift(&step, finding).await;
                noted.expect("a drift that is kept");
            }
        }
    }

    /// The break-glass sheet is exported.
    pub(super) fn export_sheet(&mut self) {
        let (at, seq) = (self.clock.now(), self.run().seq);
        if let Some(sheet) = &mut self.known.sheet {
            (sheet.at, sheet.seq) = (at, seq);
        }
    }

    /// What is known of the run besides its journal.
    pub(super) fn live(&self) -> Live {
        Live {
            monitors: self.monitors.clone(),
            readiness: self.readiness.clone(),
            speed: 1,
            ours: true,
            known: self.known.clone(),
            sign_in: self.world.sign_in(),
            servers: self.servers.clone(),
            sides: self.sides.clone(),
            ..Live::default()
        }
    }

    /// What the window is sent now.
    pub(super) fn snapshot(&self) -> RunSnapshot {
        snapshot(self.run(), &self.live(), self.clock.now())
    }

    /// The run as it was right before its last attempt was answered: its call is in flight.
    pub(super) fn in_flight(&self) -> (Run, Vec<Event>) {
        let mut events = self.events();
        let intended = |event: &Event| matches!(event.kind, EventKind::Intended { .. });
        let last = events.iter().rposition(intended).expect("an attempt");
        events.truncate(last + 1);
        (Run::replay(&events).expect("a run"), events)
    }

    /// The plan of a rollback, from a fresh look at the world.
    pub(super) async fn plan_back_view(&self, scope: &ScopeView) -> RollbackPlanView {
        self.plan_back_view_of(self.run(), scope).await
    }

    /// The same of another run in this world.
    pub(super) async fn plan_back_view_of(&self, run: &Run, scope: &ScopeView) -> RollbackPlanView {
        let scope = scope_model(scope).expect("a scope");
        let now = self.clock.now();
        let planned = plan_rollback(run, &*self.world, now, &scope).await;
        let (plan, preconditions) = planned.unwrap_or_else(|why| panic!("{scope:?}: {why}"));
        rollback_plan_view(run, &plan, &preconditions, &self.known, now)
    }

    /// The fields of somebody else's change, with these choices.
    pub(super) async fn fields(&self, step: &str, choices: &str) -> FieldPlan {
        let choices = plans::choices(choices);
        let planned = plan_fields(self.run(), &*self.world, &id(step), &choices).await;
        planned.unwrap_or_else(|why| panic!("{choices:?}: {why}"))
    }
}

/// Three rehearsals went back before, and the sheet was exported before the night began.
pub(super) fn known() -> RunFacts {
    let measured = |slowest_s| UndoTimeView {
        slowest_s: Some(slowest_s),
        tries: 3,
        rehearsals: 3,
        ..UndoTimeView::default()
    };
    RunFacts {
        undo_times: BTreeMap::from([(id("mid.3"), measured(131)), (id("mid.4"), measured(44))]),
        sheet: Some(SheetRecord {
            at: begins(),
            seq: 2,
            file: PathBuf::from("/home/m.example/sheets/run-7.sh"),
            settled: true,
        }),
    }
}
