//! Brute force: random plans, random nights, and what people see when a rollback is over.

use switchback_engine::publish::unseen;
use switchback_engine::rollback::reverse_order;
use switchback_model::plan::StepKind;
use switchback_model::rollback::ItemKind;
use switchback_model::{Command, Edges, Plan, RollbackScope, Step, StepId};
use switchback_testkit::plans::{name, plan, roll, switch};
use switchback_testkit::rig::FakeRig;
use switchback_testkit::store::SEEN;
use switchback_testkit::walk::{back, invariants};
use switchback_testkit::{Fault, Op};

/// A small source of numbers that is the same on every machine (Knuth's MMIX constants).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % n.max(1)
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// Values and rolls of two services in a random order with random edges, of which a reader would take each.
fn random_plan(numbers: &mut Numbers) -> Plan {
    loop {
        let plan = any_plan(numbers);
        if plan.steps().any(Step::is_publisher) && Edges::of(&plan).knot().is_empty() {
            return plan;
        }
    }
}

/// The same, and those that it would refuse.
fn any_plan(numbers: &mut Numbers) -> Plan {
    let count = 3 + numbers.below(6);
    let mut steps: Vec<Step> = Vec::new();
    let labels: Vec<String> = (0..count).map(|n| format!("n{n}")).collect();
    // Each service reads every name of its own, whoever publishes it.
    let of_service = |service: usize| -> Vec<&str> {
        labels
            .iter()
            .enumerate()
            .filter(|(n, _)| n % 2 == service)
            .map(|(_, label)| label.as_str())
            .collect()
    };
    for (n, label) in labels.iter().enumerate() {
        let values: Vec<String> = steps
            .iter()
            .filter(|step| step.carries_state())
            .map(|step| step.id.to_string())
            .collect();
        let service = numbers.below(2);
        let shown: Vec<&str> = values
            .iter()
            .filter(|id| {
                let of: usize = id[1..].parse().unwrap();
                of % 2 == service && numbers.below(3) < 2
            })
            .map(String::as_str)
            .collect();
        let step = match numbers.one_in(2) && !shown.is_empty() {
            true => roll(
                &format!("s{n}"),
                &format!("service-{service}"),
                &shown,
                &of_service(service),
            ),
            false => switch(&format!("s{n}"), label),
        };
        let mut step = step;
        if !step.is_publisher() && numbers.one_in(6) {
            // A look is done, and has no effect.
            step = switchback_testkit::plans::step(&format!("s{n}"), StepKind::Check);
        }
        for other in &steps {
            if numbers.one_in(4) {
                step.after.push(other.id.clone());
            } else if numbers.one_in(8) {
                step.needs.push(other.id.clone());
            }
        }
        steps.push(step);
    }
    plan(steps)
}

/// What the reader refuses is exactly what has no order: told from every pair of steps.
#[test]
fn a_knot_is_a_circle_of_what_goes_back_before_what() {
    let (mut knots, mut free) = (0, 0);
    for case in 0_u64..3_000 {
        let plan = any_plan(&mut Numbers(case.wrapping_mul(0xA076_1D64_78BD_642F) | 1));
        let edges = Edges::of(&plan);
        let mut left: Vec<&StepId> = plan
            .steps()
            .filter(|step| step.carries_state() || step.is_publisher())
            .map(|step| &step.id)
            .collect();
        let next = |left: &[&StepId]| {
            left.iter()
                .position(|id| left.iter().all(|other| !edges.back_after(other).contains(*id)))
        };
        while let Some(at) = next(&left) {
            left.remove(at);
        }
        assert_eq!(edges.knot().is_empty(), left.is_empty(), "case {case}: {plan:#?}");
        match left.is_empty() {
            true => free += 1,
            false => knots += 1,
        }
    }
    assert!(knots > 100 && free > 100, "{knots} {free}");
}

/// One random way there: steps that are done, refused, lost, left out or not reached, and tasks that die meanwhile.
async fn go(fake: &mut FakeRig, plan: &Plan, numbers: &mut Numbers) {
    let steps: Vec<Step> = plan.steps().cloned().collect();
    for step in &steps {
        let word = step.id.as_str();
        if fake.desk.run().is_reopenable(&step.id) {
            let _ = fake
                .desk
                .ask(Command::Reopen {
                    step: step.id.clone(),
                })
                .await;
        }
        match numbers.below(10) {
            0 => {
                let unseen = unseen(fake.desk.run(), &step.id);
                let command = match unseen.is_empty() {
                    true => Command::Skip {
                        step: step.id.clone(),
                    },
                    false => Command::SkipUnseen {
                        step: step.id.clone(),
                        unseen,
                    },
                };
                let _ = fake.desk.ask(command).await;
            }
            1 => {}
            2 => {
                let kind = switchback_engine::ports::ProviderErrorKind::Denied;
                fake.faulty.inject(Op::Call, 1, Fault::FailsBefore(kind));
                let _ = fake.desk.apply(word).await;
                fake.faulty.mend();
            }
            3 => {
                fake.faulty.inject(Op::Call, 1, Fault::ResponseLost);
                let _ = fake.desk.apply(word).await;
                fake.faulty.mend();
            }
            4 => {
                fake.store.let_rolls_fail(true);
                let _ = fake.desk.apply(word).await;
                fake.store.let_rolls_fail(false);
            }
            _ => {
                let _ = fake.desk.apply(word).await;
            }
        }
        tasks_die(fake, plan, numbers);
    }
}

/// A task of a service dies now and then: the one in its place reads what is there.
fn tasks_die(fake: &FakeRig, plan: &Plan, numbers: &mut Numbers) {
    for step in plan.steps() {
        if let Some(switchback_model::ActionSpec::RollService(roll)) = &step.action
            && numbers.one_in(6)
        {
            fake.store.start_tasks(&roll.reads);
        }
    }
}

/// What is wrong with what is there and what is seen after a rollback, against what was there before it.
fn breaches(
    plan: &Plan,
    rolled_back: &switchback_model::RollbackPlan,
    start: &switchback_testkit::store::Records,
    before: &switchback_testkit::store::Records,
    now: &switchback_testkit::store::Records,
) -> Vec<String> {
    let items = &rolled_back.items;
    let also: Vec<&StepId> = items
        .iter()
        .filter_map(|item| match &item.kind {
            ItemKind::Publish { also, .. } => Some(also),
            _ => None,
        })
        .flatten()
        .collect();
    let mut wrong = Vec::new();
    for step in plan.steps().filter(|step| step.carries_state()) {
        let label = format!("n{}", &step.id.as_str()[1..]);
        let read = !Edges::of(plan).publishers_of(&step.id).is_empty();
        let undone = items.iter().any(|item| item.step.as_ref() == Some(&step.id));
        for zone in [switchback_testkit::plans::ZONE, SEEN] {
            // What no publisher names is not told of.
            if zone == SEEN && !read {
                continue;
            }
            let key = (zone.to_owned(), name(&label));
            let wanted = if undone { start.get(&key) } else { before.get(&key) };
            let shown = zone == SEEN && also.contains(&&step.id);
            if now.get(&key) != wanted && !shown {
                wrong.push(format!("{zone} {}: undone {undone}", step.id));
            }
        }
    }
    wrong
}

/// Brute force: whatever was done, refused, left out or not reached, and whichever tasks died meanwhile, after a
/// completed rollback people see of what was taken back what they saw at the start, and of the rest what they saw
/// before the rollback, or it was named.
#[tokio::test]
async fn after_a_rollback_what_is_seen_is_what_was_seen_before() {
    // More of them in a campaign.
    let cases: u64 = if std::env::var_os("SWITCHBACK_PROVE").is_some() {
        4_000
    } else {
        150
    };
    let mut completed = 0;
    for case in 0..cases {
        let mut numbers = Numbers(case.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let plan = random_plan(&mut numbers);
        let mut fake = FakeRig::open(&plan).await;
        let start = fake.store.records();
        for _ in 0..=numbers.below(2) {
            go(&mut fake, &plan, &mut numbers).await;
            let steps: Vec<StepId> = plan.steps().map(|step| step.id.clone()).collect();
            let scope = match numbers.below(3) {
                0 => RollbackScope::All,
                _ => RollbackScope::Step(steps[numbers.below(steps.len())].clone()),
            };
            let before = fake.store.records();
            let Ok(confirmed) = fake.desk.confirm(scope, &[], &[]).await else {
                continue;
            };
            fake.desk.settle_through().await.unwrap();
            assert_eq!(fake.desk.rollback_state(), "completed", "case {case}");
            completed += 1;
            let wrong = breaches(&plan, &confirmed, &start, &before, &fake.store.records());
            assert_eq!(wrong, Vec::<String>::new(), "case {case}: {confirmed:#?}");
        }
        back(&mut fake.desk)
            .await
            .unwrap_or_else(|why| panic!("case {case}: {why}"));
        // A name that no step publishes is read by tasks all the same; nobody answers for what they have read of it.
        let wrong: Vec<_> = fake
            .store
            .records()
            .into_iter()
            .filter(|(key, sets)| start.get(key) != Some(sets))
            .filter(|(key, _)| {
                let of = plan
                    .steps()
                    .find(|step| key.1 == name(&format!("n{}", &step.id.as_str()[1..])));
                key.0 != SEEN || of.is_some_and(|step| !Edges::of(&plan).publishers_of(&step.id).is_empty())
            })
            .map(|(key, _)| key)
            .collect();
        assert_eq!(
            wrong,
            Vec::new(),
            "case {case}: {:#?}",
            fake.desk.journal.events()
        );
        invariants(&fake).unwrap_or_else(|why| panic!("case {case}: {why}"));
    }
    assert!(completed > cases / 2, "{completed}");
    println!("{cases} graphs, {completed} rollbacks in part, {cases} in full; breaches 0");
}

/// What is seen at the end, where every step was done and these are taken back in this order: names that are seen as
/// they are not.
fn left_unseen(plan: &Plan, order: &[StepId]) -> usize {
    let edges = Edges::of(plan);
    let values = || plan.steps().filter(|step| step.carries_state());
    let mut there: std::collections::BTreeSet<&StepId> = values().map(|step| &step.id).collect();
    let mut seen = there.clone();
    for id in order {
        if !there.remove(id) {
            for shown in edges.published_by(id) {
                match there.contains(shown) {
                    true => seen.insert(shown),
                    false => seen.remove(shown),
                };
            }
        }
    }
    let read = |id: &&StepId| !edges.publishers_of(id).is_empty();
    let (there, seen): (Vec<_>, Vec<_>) = (
        there.into_iter().filter(read).collect(),
        seen.into_iter().filter(read).collect(),
    );
    seen.iter().filter(|id| !there.contains(id)).count()
}

/// Any set that is closed as a rollback closes it, in the planner's order and in the plain reverse one, which the
/// oracle must find wrong.
#[test]
fn no_order_of_the_planner_leaves_the_old_value_unread() {
    const GRAPHS: u64 = 4_000;
    let (mut sets, mut plain_is_wrong) = (0, 0);
    for graph in 0..GRAPHS {
        let mut numbers = Numbers(graph.wrapping_mul(0xD6E8_FEB8_6659_FD93) | 1);
        let plan = random_plan(&mut numbers);
        let edges = Edges::of(&plan);
        for _ in 0..3 {
            let mut set: std::collections::BTreeSet<StepId> = plan
                .steps()
                .filter(|step| step.carries_state() && numbers.one_in(2))
                .map(|step| step.id.clone())
                .collect();
            let publishers: Vec<StepId> = set
                .iter()
                .flat_map(|id| edges.publishers_of(id))
                .map(|step| step.id.clone())
                .collect();
            set.extend(publishers);
            let order = reverse_order(&plan, &set);
            assert_eq!(order.len(), set.len());
            assert_eq!(left_unseen(&plan, &order), 0, "graph {graph}: {order:?}");
            let mut plain: Vec<StepId> = plan.steps().map(|step| step.id.clone()).collect();
            plain.retain(|id| set.contains(id));
            plain.reverse();
            plain_is_wrong += usize::from(left_unseen(&plan, &plain) > 0);
            sets += 1;
        }
    }
    assert!(plain_is_wrong > sets / 4, "{plain_is_wrong} of {sets}");
    println!("{GRAPHS} graphs, {sets} sets: breaches 0; in plain reverse order {plain_is_wrong}");
}
