//! What going back costs in work and time: one sum and one wording, wherever it is said.

use switchback_model::RollbackPlan;

use super::extent::Extent;
use crate::wire::UndoTimeView;

/// Seconds that all of it takes, as measured here, else as planned; none where neither says.
pub(super) fn total_s(takes: UndoTimeView) -> Option<u64> {
    let console = takes.slowest_s.or(takes.planned_s);
    // Nothing but what is by hand leaves no call to measure.
    let console = console.or_else(|| takes.by_hand_s.filter(|_| takes.tries == 0).map(|_| 0))?;
    Some(console.max(takes.caches_s.unwrap_or(0)) + takes.by_hand_s.unwrap_or(0))
}

/// "about 21 min", "about 12 min by the plan, never timed here". Rounded up: rather too long than too short.
pub(super) fn about(takes: UndoTimeView) -> String {
    let Some(seconds) = total_s(takes) else {
        return "never timed here".to_owned();
    };
    let rounded = match seconds {
        0..=55 => format!("about {} s", seconds.div_ceil(5).max(1) * 5),
        minutes @ 56..=7_200 => format!("about {} min", minutes.div_ceil(60)),
        hours => format!("about {} h", hours.div_ceil(3_600)),
    };
    match (takes.slowest_s, takes.planned_s) {
        (Some(_), _) => rounded,
        (None, Some(_)) => format!("{rounded} by the plan, never timed here"),
        // What people do is timed by nobody.
        (None, None) => format!("{rounded} by the plan"),
    }
}

/// "7 items, 1 by hand, 1 to tell, about 21 min".
pub(super) fn price(plan: &RollbackPlan, takes: UndoTimeView) -> String {
    format!("{}, {}", Extent::of(plan).items(), about(takes))
}

#[cfg(test)]
mod tests {
    use super::{UndoTimeView, about};

    #[test]
    fn a_time_is_said_in_the_unit_that_people_would_say() {
        for (seconds, words) in [
            (41, "about 45 s"),
            (56, "about 1 min"),
            (7_200, "about 120 min"),
            (7_201, "about 3 h"),
            (86_400, "about 24 h"),
        ] {
            let takes = UndoTimeView {
                slowest_s: Some(seconds),
                tries: 1,
                ..UndoTimeView::default()
            };
            assert_eq!(about(takes), words);
        }
    }
}
