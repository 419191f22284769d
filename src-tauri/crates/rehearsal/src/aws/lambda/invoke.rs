//! Invocations: somebody's own, by the API, and a pool's, for which the policy of the function counts.

use std::time::Duration;

use serde_json::{Value, json};

use super::part::{Function, Lambda, Named, State};
use super::policy;

/// How long Cognito waits for a trigger, and how often it asks (Cognito developer guide, "Customizing user pool workflows
/// with Lambda triggers", important considerations).
pub(crate) const POOL_WAITS: Duration = Duration::from_secs(5);
/// So often does Cognito ask a trigger that does not answer in time.
pub(crate) const POOL_ASKS: u32 = 3;

/// What an invocation gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Invoked {
    /// The payload of an answer.
    Answered(Value),
    /// The function failed, with these words.
    Failed(String),
}

impl Invoked {
    /// The payload of the answer (Lambda developer guide, "Lambda function invocation errors").
    pub(super) fn payload(&self) -> Value {
        match self {
            Self::Answered(payload) => payload.clone(),
            Self::Failed(words) => json!({"errorMessage": words, "errorType": "java.lang.RuntimeException"}),
        }
    }
}

/// Why a function was not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotRun {
    /// There is none, or no such alias.
    Missing,
    /// It is inactive.
    Inactive,
    /// Its reserved concurrency is 0.
    Throttled,
}

/// Why a pool got no answer from a trigger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NotInvoked {
    /// No policy lets it.
    Denied,
    /// The function was not run.
    NotRun(NotRun),
    /// The function did not answer in time, three times.
    TimedOut,
    /// The function failed, with these words.
    Failed(String),
}

impl Function {
    /// World time until it answers, or until Lambda ends it.
    pub(super) fn takes(&self) -> Duration {
        Duration::from_millis(self.takes_ms).min(self.ends_after())
    }

    fn ends_after(&self) -> Duration {
        Duration::from_secs(u64::from(self.timeout_s))
    }

    /// Why it can't be run now.
    fn is_barred(&self) -> Option<NotRun> {
        match (self.concurrency, self.state) {
            (Some(0), _) => Some(NotRun::Throttled),
            (_, State::Inactive) => Some(NotRun::Inactive),
            (_, State::Active) => None,
        }
    }
}

impl Lambda {
    /// Runs a function for whoever may invoke it by the API; what it does elsewhere counts there.
    ///
    /// # Errors
    /// Where it is not run.
    pub(crate) fn invoke(&mut self, named: &Named, event: &Value) -> Result<Invoked, NotRun> {
        let found = self.functions.get(&named.arn);
        let function = found
            .filter(|function| function.has(&named.qualifier))
            .ok_or(NotRun::Missing)?;
        if let Some(why) = function.is_barred() {
            return Err(why);
        }
        let is_ended = Duration::from_millis(function.takes_ms) > function.ends_after();
        let ended = format!("Task timed out after {}.00 seconds", function.timeout_s);
        // What was asked elsewhere was asked, also when nobody hears the answer.
        let ran = function.does.run(event, &mut self.provider);
        Ok(match ran {
            _ if is_ended => Invoked::Failed(ended),
            Ok(mut payload) => {
                function.twists.iter().for_each(|twist| twist.twist(&mut payload));
                Invoked::Answered(payload)
            }
            Err(words) => Invoked::Failed(words),
        })
    }

    /// Invokes the trigger with this ARN for a pool, as Cognito does: only if the policy of exactly this ARN lets that
    /// pool, and three times if it takes longer than Cognito waits. Gives the payload of the answer.
    ///
    /// # Errors
    /// Why the pool got no answer.
    pub(crate) fn invoke_for_pool(
        &mut self,
        pool_arn: &str,
        arn: &str,
        event: &Value,
    ) -> Result<Value, NotInvoked> {
        let (named, function) = self.trigger(arn).ok_or(NotInvoked::Denied)?;
        if !function.lets(&named, pool_arn) {
            return Err(NotInvoked::Denied);
        }
        let times = match function.takes() > POOL_WAITS {
            true => POOL_ASKS,
            false => 1,
        };
        let mut last = Err(NotInvoked::TimedOut);
        for _ in 0..times {
            let invoked = self.invoke(&named, event).map_err(NotInvoked::NotRun)?;
            last = match (times, invoked) {
                (1, Invoked::Answered(payload)) => Ok(payload),
                (1, Invoked::Failed(words)) => Err(NotInvoked::Failed(words)),
                (_, Invoked::Answered(_) | Invoked::Failed(_)) => Err(NotInvoked::TimedOut),
            };
        }
        last
    }

    /// World time that Cognito waits for the trigger with this ARN; none where the trigger answers at once or is not even
    /// run.
    pub(crate) fn pool_waits(&self, pool_arn: &str, arn: &str) -> Duration {
        let Some((named, function)) = self.trigger(arn) else {
            return Duration::ZERO;
        };
        let is_run = function.lets(&named, pool_arn) && function.is_barred().is_none();
        match (is_run, function.takes() > POOL_WAITS) {
            (false, _) => Duration::ZERO,
            (true, true) => POOL_WAITS * POOL_ASKS,
            (true, false) => function.takes(),
        }
    }

    fn trigger(&self, arn: &str) -> Option<(Named, &Function)> {
        let named = Named::of_arn(arn)?;
        let function = self.functions.get(&named.arn)?;
        function.has(&named.qualifier).then_some((named, function))
    }
}

impl Function {
    /// Whether the policy of this very name lets Cognito invoke it for a pool.
    fn lets(&self, named: &Named, pool_arn: &str) -> bool {
        let statements = self.policies.get(&named.qualifier);
        statements.is_some_and(|statements| policy::allows(statements, &named.full(), pool_arn))
    }
}
