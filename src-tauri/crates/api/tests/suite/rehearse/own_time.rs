//! What R4 takes of its own: the time between the confirmation and its end, less what people and the world take, against
//! what its calls take. A campaign: it needs answers as late as AWS's.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use switchback_model::rollback::ItemKind;
use switchback_model::{
    ActionSpec, AttemptId, Event, EventKind, Plan, RollbackPlan, RollbackScope, RuleId, Way,
};
use switchback_rehearsal::{Client, LogEntry};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use super::{Audience, Line, Script, Stage, auto, host};

const SCALE: u32 = 20;
/// How long each answer of AWS is kept back, in milliseconds of the wall: about what a request takes over the internet.
const ANSWER_MS: u32 = 100;

/// Makes every answer late while rule R4 goes back.
struct Late {
    client: Client,
    is_r4: bool,
    late: bool,
}

#[async_trait::async_trait]
impl Audience for Late {
    fn hear(&mut self, line: Line) {
        if line.what == "leg" {
            self.is_r4 = line.text.contains("rule R4");
        }
        let late = match line.what.as_str() {
            // Said before the rollback is confirmed.
            "rollback" => self.is_r4,
            "rolled back" => false,
            _ => self.late,
        };
        if late == self.late {
            return;
        }
        self.late = late;
        block_in_place(|| {
            Handle::current().block_on(async {
                match late {
                    true => {
                        let fault = format!("delay:*:{ANSWER_MS}").parse().unwrap();
                        self.client.inject(&fault).await.unwrap();
                    }
                    false => assert_eq!(self.client.lift("delay").await.unwrap(), 1),
                }
            });
        });
    }

    async fn look(&mut self, _stage: Stage, _endpoint: &str) -> Result<(), switchback_api::wire::ApiError> {
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r4_takes_hardly_more_than_its_calls() {
    if std::env::var_os("SWITCHBACK_PROVE").is_none() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let host = host(home.path(), SCALE);
    let client = Client::new(&host.closed_world().await.unwrap());
    let mut late = Late {
        client: client.clone(),
        is_r4: false,
        late: false,
    };
    let script = Script {
        runbook: Some("tis-cognito"),
        fault: None,
    };
    let outcome = auto(&host, &script, &mut late).await.unwrap();
    assert!(outcome.is_clean(), "{outcome:?}");
    let run = outcome.run.parse().unwrap();
    let events = host.store().read_page(&run, 0, 100_000).unwrap();
    let plan = switchback_api::plan::resolve("tis-cognito", "rehearsal").unwrap();
    let own = OwnTime::of_rule("R4", &plan, &events, &client.log(0).await.unwrap());
    println!(
        "R4 took {:.1} s, of which {:.1} s are ours: {} calls; the world took {:?}",
        own.all.as_secs_f64() / f64::from(SCALE),
        own.ours.as_secs_f64() / f64::from(SCALE),
        own.calls,
        own.settling
    );
    let changed: BTreeSet<_> = own.settling.iter().map(|(step, _)| step.as_str()).collect();
    assert_eq!(changed.len(), 5, "{changed:?}");
    assert!(own.ratio() <= 1.2, "{:.2} times its calls", own.ratio());
    println!("{:.2} times its calls", own.ratio());
}

type Span = (Timestamp, Timestamp);

/// Where a rollback's time went.
struct OwnTime {
    /// From the confirmation to the end.
    all: SignedDuration,
    /// Less what people and the world take.
    ours: SignedDuration,
    /// Requests to AWS in that time.
    calls: usize,
    /// By the last change that was made: what it takes to be everywhere.
    settling: Vec<(String, SignedDuration)>,
}

impl OwnTime {
    /// Of the rollback of a rule, by the journal and by the log of the world.
    fn of_rule(rule: &str, plan: &Plan, events: &[Event], log: &[LogEntry]) -> Self {
        let scope = RollbackScope::Rule(RuleId::new(rule).unwrap());
        let confirmed = events
            .iter()
            .enumerate()
            .find_map(|(at, event)| match &event.kind {
                EventKind::RollbackConfirmed { plan, .. } if plan.scope == scope => Some((at, plan)),
                _ => None,
            });
        let (start, back) = confirmed.unwrap();
        let is_over = |event: &Event| matches!(event.kind, EventKind::RollbackCompleted);
        let end = start + events[start..].iter().position(is_over).unwrap();
        let within = &events[start..=end];
        let people = by_hand(within, back);
        let settling = settling(within, plan);
        let all = within[within.len() - 1].at.duration_since(within[0].at);
        let aside: Vec<Span> = people
            .into_iter()
            .chain(settling.iter().map(|(_, span)| *span))
            .collect();
        let taken: SignedDuration = aside.iter().map(|(from, to)| to.duration_since(*from)).sum();
        let ours = |at: Timestamp| {
            within[0].at <= at
                && at <= within[within.len() - 1].at
                && !aside.iter().any(|(from, to)| (*from..=*to).contains(&at))
        };
        // Who writes beside us is no call of ours.
        let asked = log
            .iter()
            .filter(|entry| entry.service != "second-writer" && ours(entry.world_time));
        Self {
            all,
            ours: all - taken,
            calls: asked.count(),
            settling: settling
                .into_iter()
                .map(|(step, (from, to))| (step, to.duration_since(from)))
                .collect(),
        }
    }

    /// Its own time by that of its calls, each of which takes [`ANSWER_MS`] of the wall.
    fn ratio(&self) -> f64 {
        let millis = u32::try_from(self.calls).unwrap() * ANSWER_MS * SCALE;
        self.ours.as_secs_f64() * 1000.0 / f64::from(millis)
    }
}

/// From the moment at which a person's turn came to their word.
fn by_hand(events: &[Event], plan: &RollbackPlan) -> Vec<Span> {
    let is_a_persons = |id: &str| {
        let item = plan.items.iter().find(|item| item.id == id);
        item.is_some_and(|item| matches!(item.kind, ItemKind::Manual { .. } | ItemKind::Notice { .. }))
    };
    let pairs = events.iter().zip(events.iter().skip(1));
    pairs
        .filter(|(before, _)| matches!(&before.kind, EventKind::RollbackHalted { item, .. } if is_a_persons(item)))
        .map(|(before, after)| (before.at, after.at))
        .collect()
}

/// From each answer until the change was seen to stand from outside, and until it is served everywhere where something
/// that publishes it waits for that.
fn settling(events: &[Event], plan: &Plan) -> Vec<(String, Span)> {
    let served = |of: &AttemptId, answered: Timestamp| {
        let takes = plan
            .step(&of.step)
            .and_then(|step| step.action.as_ref())
            .map_or(0, ActionSpec::served_within_s);
        answered + SignedDuration::from_secs(i64::from(takes))
    };
    let verified = |of: &AttemptId, from: &[Event]| {
        let found = from
            .iter()
            .find(|event| matches!(&event.kind, EventKind::Verified { attempt, .. } if attempt == of));
        found.map(|event| event.at)
    };
    let answered = events
        .iter()
        .enumerate()
        .filter_map(|(at, event)| match &event.kind {
            EventKind::Answered { attempt, .. } if attempt.way != Way::Apply => Some((at, event.at, attempt)),
            _ => None,
        });
    answered
        .map(|(at, from, attempt)| {
            let to = verified(attempt, &events[at..]).unwrap();
            (attempt.step.to_string(), (from, to.max(served(attempt, from))))
        })
        .collect()
}
