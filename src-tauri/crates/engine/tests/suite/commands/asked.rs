//! Every command, as it is asked of each of them.

use switchback_model::{Command, Resolution, RollbackScope};
use switchback_testkit::plans::{id, switch};

use super::stories::{Story, fields};

fn amend(change: impl Fn(&mut switchback_model::Step)) -> Command {
    let mut plan = Story::new().plan;
    change(&mut plan.phases[0].steps[0]);
    Command::Amend { plan: Box::new(plan) }
}

pub(super) fn commands() -> Vec<(String, Command)> {
    let step = || id("s");
    let resolve = |as_| (format!("resolve {as_:?}"), Command::Resolve { step: step(), as_ });
    let plain = |command: Command| (command.word().to_owned(), command);
    let say = |go| {
        plain(Command::Gate {
            phase: "only".parse().unwrap(),
            go,
            people: std::collections::BTreeMap::new(),
        })
    };
    vec![
        plain(Command::Check { step: step() }),
        plain(Command::Apply { step: step() }),
        plain(Command::Attest { step: step() }),
        plain(Command::Skip { step: step() }),
        plain(Command::Accept { step: step() }),
        plain(Command::Reopen { step: step() }),
        resolve(Resolution::Before),
        resolve(Resolution::After),
        resolve(Resolution::Keep),
        resolve(Resolution::Restore),
        fields("fields", "ttl=restore A=keep"),
        fields("fields all kept", "ttl=keep A=keep"),
        plain(Command::Inspect { step: step() }),
        plain(Command::Adopt { step: step() }),
        plain(Command::Decide {
            decision: "none".parse().unwrap(),
            value: "yes".to_owned(),
        }),
        (
            "amend words".to_owned(),
            amend(|step| step.title = "Other words".to_owned()),
        ),
        (
            "amend action".to_owned(),
            amend(|step| step.action = switch("s", "other").action),
        ),
        plain(Command::CheckGate {
            phase: "only".parse().unwrap(),
        }),
        say(true),
        say(false),
        plain(Command::ExtendDeadline {
            rule: "none".parse().unwrap(),
            minutes: 5,
        }),
        plain(Command::Hold),
        plain(Command::Stop),
        plain(Command::Resume),
        plain(Command::Rollback {
            scope: RollbackScope::All,
            overrides: vec![],
            accept_breaches: vec![],
        }),
        plain(Command::RollbackRetry),
        plain(Command::RollbackDone { item: "s".to_owned() }),
        plain(Command::RollbackAbandon),
    ]
}
