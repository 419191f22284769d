//! Publishing: a step that changes nothing by itself and makes readers read what others wrote. The relations of a plan
//! that follow from it, and the order of the way back.

use std::collections::{BTreeMap, BTreeSet};

use crate::ids::StepId;
use crate::plan::{Plan, Reversibility, Step};

impl Step {
    /// Whether it makes others seen, and has no effect of its own.
    #[must_use]
    pub fn is_publisher(&self) -> bool {
        !self.publishes.is_empty()
    }

    /// Whether it carries state that somebody could rely on: not a look, which is done and changes nothing, and not a
    /// publication, which only makes others seen.
    #[must_use]
    pub fn carries_state(&self) -> bool {
        !self.is_publisher() && self.reversibility != Reversibility::NoneNeeded
    }
}

/// The edges of some steps, in the order of their plan.
#[derive(Debug)]
pub struct Edges<'a> {
    order: Vec<&'a Step>,
    steps: BTreeMap<&'a StepId, &'a Step>,
}

impl<'a> Edges<'a> {
    /// Those of a plan.
    #[must_use]
    pub fn of(plan: &'a Plan) -> Self {
        Self::among(plan.steps())
    }

    /// Those of any steps.
    pub fn among(steps: impl Iterator<Item = &'a Step>) -> Self {
        let order: Vec<&Step> = steps.collect();
        let steps = order.iter().map(|step| (&step.id, *step)).collect();
        Self { order, steps }
    }

    fn reached(&self, from: &StepId, edges: impl Fn(&'a Step) -> Vec<&'a StepId>) -> BTreeSet<&'a StepId> {
        let mut found = BTreeSet::new();
        let mut open: Vec<&StepId> = self.steps.get(from).map(|step| &step.id).into_iter().collect();
        while let Some(next) = open.pop() {
            for id in self.steps.get(next).into_iter().flat_map(|step| edges(step)) {
                if id != from && found.insert(id) {
                    open.push(id);
                }
            }
        }
        found
    }

    /// Every step that comes before `id` by needs or after, through any number of steps.
    #[must_use]
    pub fn before(&self, id: &StepId) -> BTreeSet<&'a StepId> {
        self.reached(id, |step| step.needs.iter().chain(&step.after).collect())
    }

    /// Every step that `publisher` makes seen, through publishers that it makes seen, too.
    #[must_use]
    pub fn published_by(&self, publisher: &StepId) -> BTreeSet<&'a StepId> {
        self.reached(publisher, |step| step.publishes.iter().collect())
    }

    /// Every step that makes `id` seen, in the plan's order.
    #[must_use]
    pub fn publishers_of(&self, id: &StepId) -> Vec<&'a Step> {
        let publishers = self.order.iter().filter(|step| step.is_publisher());
        publishers
            .filter(|step| self.published_by(&step.id).contains(id))
            .copied()
            .collect()
    }

    /// Every step that goes back after `id`: what `id` came after, but not what it makes seen, and who makes it seen.
    /// A publication goes back after what it published: before, readers would read the new value once more, and
    /// nobody would make them read the old one.
    #[must_use]
    pub fn back_after(&self, id: &StepId) -> BTreeSet<&'a StepId> {
        let mut found = self.before(id);
        let shown = self.published_by(id);
        found.retain(|other| !shown.contains(*other));
        found.extend(self.publishers_of(id).into_iter().map(|step| &step.id));
        found
    }

    /// What `id` goes back before, as far as the rest follows from it: its edges, through what has no effect and what it
    /// makes seen itself; and of each publisher among them also what that makes seen, which goes back between the two.
    fn back_before(&self, id: &StepId) -> BTreeSet<&'a StepId> {
        let own = self.published_by(id);
        let is_passed =
            |step: &Step| own.contains(&step.id) || !(step.is_publisher() || step.carries_state());
        let (mut found, mut passed) = (BTreeSet::new(), BTreeSet::new());
        let mut open: Vec<&StepId> = self.steps.get(id).map(|step| &step.id).into_iter().collect();
        while let Some(next) = open.pop() {
            let edges = self.steps.get(next).into_iter();
            for step in edges
                .flat_map(|step| step.needs.iter().chain(&step.after))
                .filter_map(|id| self.steps.get(id))
            {
                if is_passed(step) {
                    if passed.insert(&step.id) {
                        open.push(&step.id);
                    }
                } else {
                    found.insert(&step.id);
                    found.extend(
                        self.published_by(&step.id)
                            .into_iter()
                            .filter(|id| !own.contains(*id)),
                    );
                }
            }
        }
        found.remove(id);
        found
    }

    /// Steps that would wait for each other on the way back; none where there is an order.
    #[must_use]
    pub fn knot(&self) -> Vec<&'a StepId> {
        let publishers: Vec<&Step> = self
            .order
            .iter()
            .filter(|step| step.is_publisher())
            .copied()
            .collect();
        // The edges alone have no cycle, or that was said.
        if publishers.is_empty() {
            return Vec::new();
        }
        let concerned = |step: &&&Step| step.is_publisher() || step.carries_state();
        let mut before: BTreeMap<&StepId, BTreeSet<&StepId>> = self
            .order
            .iter()
            .filter(concerned)
            .map(|step| (&step.id, self.back_before(&step.id)))
            .collect();
        for publisher in publishers {
            for shown in self.published_by(&publisher.id) {
                if let Some(of) = before.get_mut(shown) {
                    of.insert(&publisher.id);
                }
            }
        }
        // What waits for nobody, and whom nobody waits for, is in no circle.
        loop {
            let waited_for: BTreeSet<&StepId> = before.values().flatten().copied().collect();
            let all: BTreeSet<&StepId> = before.keys().copied().collect();
            let count = before.len();
            before.retain(|id, of| {
                of.retain(|other| all.contains(*other));
                !of.is_empty() && waited_for.contains(*id)
            });
            if before.len() == count {
                break;
            }
        }
        let left = self.order.iter().filter(|step| before.contains_key(&step.id));
        left.map(|step| &step.id).collect()
    }
}
