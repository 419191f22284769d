//! A step must not outlive the sign-in: a session that ends between the call and its verification, or
//! before the undo, leaves a change that nobody here can take back.

use jiff::{SignedDuration, Timestamp};
use switchback_model::{CheckId, CheckSpec, Reversibility, Step};

use crate::rejection::{Rejection, RejectionCode};

/// The name under which the guard is overridden.
pub const OVERRIDE: &str = "sign-in";

/// What an apply costs whose runbook does not say: the provider's time-outs, several times over.
const UNSAID: SignedDuration = SignedDuration::from_secs(60);

/// What is known of the sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// When a person has to sign in again.
    pub until: Timestamp,
    /// The command that does, where one is known.
    pub command: Option<String>,
}

/// The longest that a step may take, and its way back: the time expected, the time within which its
/// after-checks must pass, and the same again for an undo by the console.
#[must_use]
pub fn worst_case(step: &Step) -> SignedDuration {
    let call = step
        .expected_s
        .map_or(UNSAID, |s| SignedDuration::from_secs(i64::from(s)));
    let longest = |checks: &[CheckSpec]| {
        let within = checks.iter().filter_map(|check| check.within_s).max();
        SignedDuration::from_secs(i64::from(within.unwrap_or(0)))
    };
    let there = call + longest(&step.verify);
    match step.reversibility {
        Reversibility::Undo => there + call + longest(&step.undo_verify),
        _ => there,
    }
}

/// Why a step may not start: the sign-in could end before its way back does. `None` = it is long
/// enough, not known, overridden by name, or the step calls nobody.
#[must_use]
pub fn outlives(
    step: &Step,
    sign_in: Option<&SignIn>,
    overrides: &[CheckId],
    now: Timestamp,
) -> Option<Rejection> {
    let sign_in = sign_in.filter(|_| step.action.is_some())?;
    if overrides.iter().any(|name| name.as_str() == OVERRIDE) {
        return None;
    }
    let left = sign_in.until.duration_since(now);
    let needed = worst_case(step);
    if left >= needed {
        return None;
    }
    let when = match left.is_positive() {
        true => format!("ends in {}", minutes(left)),
        false => "has ended".to_owned(),
    };
    let mend = match &sign_in.command {
        Some(command) => format!("Sign in again with `{command}`, then check again"),
        None => "Sign in again, then check again".to_owned(),
    };
    Some(Rejection::new(
        RejectionCode::Guard,
        format!(
            "Your sign-in {when}, but step {} and its way back may take {}.",
            step.id,
            minutes(needed)
        ),
        format!("{mend}; or override it by its name, {OVERRIDE}, with a reason."),
    ))
}

/// A span in whole minutes, never less than it is needed for.
fn minutes(span: SignedDuration) -> String {
    match span.as_secs() {
        s if s < 60 => format!("{} s", s.max(0)),
        s => format!("{} min", s.div_euclid(60) + i64::from(s.rem_euclid(60) > 30)),
    }
}
