//! `lambda.trigger`: whether a pool may invoke a function, and whether the function can answer in time.

use async_trait::async_trait;
use switchback_engine::ports::ProviderError;
use switchback_model::{FunctionArn, PoolArn, Target, TriggerCheck};

use super::ask::Function;
use super::judge::{self, MOST_S};
use super::{CONCURRENCY, CONFIGURATION, DRY_RUN, POLICY, of_arn};
use crate::connect::Aws;
use crate::error::safe;
use crate::guard::masked;
use crate::look::{Found, Look, Mend};
use crate::op::Op;
use crate::resource::Resource;

/// The check, and where its target is.
#[derive(Debug, Clone, Copy)]
pub struct TriggerLook<'a> {
    /// What is looked at.
    pub check: &'a TriggerCheck,
    /// Whose account and region is asked.
    pub target: &'a Target,
}

/// What came of asking.
#[derive(Debug)]
pub struct FunctionAnswer(Is);

#[derive(Debug)]
enum Is {
    /// It is not where the target is, so nobody was asked.
    Elsewhere(String),
    Here(Function),
}

impl TriggerLook<'_> {
    /// Where an ARN leads, if not to where the target is: there nobody is asked, because what is found there is not this.
    fn elsewhere(&self, function: &FunctionArn<'_>, pool: &PoolArn<'_>) -> Option<String> {
        let (account, region) = (self.target.account.as_str(), self.target.region.as_str());
        for (what, of, is) in [
            ("the function", function.region, region),
            ("the pool", pool.region, region),
        ] {
            if of != is {
                return Some(format!("{what} is in {}, the target in {}", safe(of), safe(is)));
            }
        }
        for (what, of) in [("the function", function.account), ("the pool", pool.account)] {
            if of != account {
                return Some(format!(
                    "{what} is of account {}, the target of {}",
                    masked(of),
                    masked(account)
                ));
            }
        }
        None
    }
}

#[async_trait]
impl Look for TriggerLook<'_> {
    type Answer = FunctionAnswer;
    const OPS: &'static [Op] = &[CONFIGURATION, POLICY, CONCURRENCY, DRY_RUN];

    fn resource(&self) -> Option<Resource> {
        Some(of_arn(&self.check.function))
    }

    fn expected(&self) -> String {
        format!(
            "pool {} may invoke it; active, not switched off, ended after {MOST_S} s at the latest",
            PoolArn::of(&self.check.pool_arn).map_or("", |pool| pool.id)
        )
    }

    async fn ask(&self, aws: &Aws) -> Result<FunctionAnswer, ProviderError> {
        let read = (
            FunctionArn::of(&self.check.function),
            PoolArn::of(&self.check.pool_arn),
        );
        let (Some(function), Some(pool)) = read else {
            return Ok(FunctionAnswer(Is::Elsewhere(
                "one of the two ARNs can't be read".to_owned(),
            )));
        };
        if let Some(where_to) = self.elsewhere(&function, &pool) {
            return Ok(FunctionAnswer(Is::Elsewhere(where_to)));
        }
        aws.trigger(&function)
            .await
            .map(|told| FunctionAnswer(Is::Here(told)))
    }

    fn judge(&self, told: &FunctionAnswer) -> Found {
        match &told.0 {
            Is::Elsewhere(words) => Found::wrong(
                self.expected(),
                words.clone(),
                Mend::Anyway("Look at the ARN in the target file: it is another environment's.".to_owned()),
            ),
            Is::Here(function) => judge::judge(self, function),
        }
    }

    fn failed(&self, _: &Aws, error: &ProviderError) -> Found {
        Found::missing_or_untold(
            self.expected(),
            error,
            "Look at the ARN in the target file: its name, and its alias or version if it has one.",
        )
    }
}
