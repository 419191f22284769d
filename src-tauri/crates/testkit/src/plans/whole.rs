//! Whole plans: a switch of DNS, one like that of the applications, and values that are rolled.

use switchback_model::plan::{Coherence, Monitor, MonitorCheck, Rule, StepKind};
use switchback_model::{CheckKind, CheckSpec, MonitorId, Plan, Reversibility, Step, StepId};

use super::{LONG_TTL, LOW_TTL, check, id, name, plan, roll, rule, set_ttl, step, switch};

/// Lowers the TTL of `apps`, switches it, restores the TTL; R3 undoes the switch and keeps the low
/// TTL.
#[must_use]
pub fn dns_switch() -> Plan {
    let ttl_wait = CheckSpec {
        kind: CheckKind::TtlWait {
            name: name("apps"),
            lowered: LOW_TTL,
        },
        ..check("ttl-wait", None)
    };
    let mut plan = plan(vec![
        set_ttl("lower-ttl", "apps", LOW_TTL),
        Step {
            needs: vec![id("lower-ttl")],
            before: vec![ttl_wait, check("new-site", None)],
            verify: vec![check("switched", Some(300))],
            undo_before: vec![check("old-site", None)],
            undo_verify: vec![check("switched-back", Some(300))],
            ..switch("switch", "apps")
        },
        Step {
            needs: vec![id("switch")],
            ..set_ttl("restore-ttl", "apps", LONG_TTL)
        },
    ]);
    let monitor = MonitorId::new("site").unwrap();
    plan.monitors.push(Monitor {
        id: monitor.clone(),
        title: "Site".to_owned(),
        checks: vec![
            MonitorCheck {
                while_done: Some(id("switch")),
                until_done: None,
                check: check("new", None),
            },
            MonitorCheck {
                while_done: None,
                until_done: Some(id("switch")),
                check: check("old", None),
            },
        ],
        every_s: 10,
        fail_after: 3,
        pass_after: 2,
        decision_after_s: Some(600),
    });
    plan.rules.push(Rule {
        trigger: Some(monitor),
        also_triggers: Vec::new(),
        then: vec!["Sign-in is back on the old side.".to_owned()],
        ..rule("R3", &["switch"], &["lower-ttl"])
    });
    plan
}

/// Restriction, TTL, mid.3 to mid.5 and the lifting, with the edges, rules and the coherence rule
/// of the TIS runbook.
#[must_use]
pub fn tis_like() -> Plan {
    let by_hand = |text: &str| Step {
        reversibility: Reversibility::Manual {
            words: format!("Take {text} back"),
        },
        ..step(text, StepKind::Attest)
    };
    let mut plan = plan(vec![
        by_hand("restrict"),
        set_ttl("ttl", "apps", LOW_TTL),
        Step {
            needs: vec![id("ttl")],
            ..switch("mid.3", "apps")
        },
        Step {
            after: vec![id("mid.3")],
            ..switch("mid.4", "reval")
        },
        Step {
            after: vec![id("mid.4")],
            ..switch("mid.5", "api")
        },
        Step {
            needs: vec![id("mid.5")],
            undo_loses: vec!["sign-ins made meanwhile".to_owned()],
            ..by_hand("lift")
        },
        Step {
            needs: vec![id("mid.3")],
            ..set_ttl("restore-ttl", "apps", LONG_TTL)
        },
    ]);
    plan.rules = vec![
        rule("R3", &["mid.3"], &["restrict", "ttl"]),
        rule("R4", &["mid.4", "mid.3"], &["restrict", "ttl"]),
    ];
    plan.coherence = vec![Coherence {
        id: "mixed".to_owned(),
        undone: vec![id("mid.3")],
        done: vec![id("mid.5")],
        because: "users would meet both pools".to_owned(),
        repair: vec![id("mid.5")],
    }];
    plan
}

/// The way of UserManagement: two values that one service reads when it starts, the flag of its restriction and the
/// profiles, with a roll after each; then users are let in.
#[must_use]
pub fn two_rolls() -> Plan {
    let after = |step: Step, after: &[&str]| Step {
        after: step
            .after
            .iter()
            .cloned()
            .chain(after.iter().map(|text| id(text)))
            .collect(),
        ..step
    };
    let reads = &["flag", "profiles"];
    let mut plan = plan(vec![
        switch("profiles", "profiles"),
        roll("roll-profiles", "api", &["profiles"], reads),
        after(switch("flag", "flag"), &["roll-profiles"]),
        roll("roll-flag", "api", &["flag"], reads),
        Step {
            needs: vec![id("roll-profiles"), id("roll-flag")],
            ..switch("waf", "waf")
        },
    ]);
    plan.rules = vec![rule("R5", &["profiles", "flag"], &[])];
    plan
}

/// One switch step a node, `s0` on; bit `j` of `needs[i]` or `after[i]` is an edge to the earlier
/// node `j`.
#[must_use]
pub fn dag(needs: &[u32], after: &[u32]) -> Plan {
    let edges = |bits: u32, node: usize| -> Vec<StepId> {
        (0..node)
            .filter(|j| bits >> j & 1 == 1)
            .map(|j| id(&format!("s{j}")))
            .collect()
    };
    let steps = (0..needs.len())
        .map(|node| Step {
            needs: edges(needs[node], node),
            after: edges(after.get(node).copied().unwrap_or(0), node),
            ..switch(&format!("s{node}"), &format!("n{node}"))
        })
        .collect();
    plan(steps)
}

/// The plan with other times only: for a world so fast that a reading's usual life is milliseconds.
#[must_use]
pub fn with_times(mut plan: Plan, believable_s: u32, within_s: u32) -> Plan {
    for step in plan.phases.iter_mut().flat_map(|phase| &mut phase.steps) {
        let checks = step
            .before
            .iter_mut()
            .chain(&mut step.undo_before)
            .chain(&mut step.verify)
            .chain(&mut step.undo_verify);
        for check in checks {
            check.believable_s = believable_s;
            check.within_s = check.within_s.map(|_| within_s);
        }
    }
    plan
}
