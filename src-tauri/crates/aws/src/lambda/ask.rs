//! What AWS is asked of a function: its settings, who may invoke it, how many of it may run, and a dry run.

use std::ops::RangeInclusive;

use http::Method;
use serde_json::{Value, json};
use switchback_engine::ports::{ProviderError, ProviderErrorKind};
use switchback_model::FunctionArn;

use super::{CONCURRENCY, CONFIGURATION, DRY_RUN, POLICY};
use crate::connect::{Aws, incomplete};
use crate::observe::CallFacts;
use crate::op::Op;
use crate::raw::{Asked, Body};
use crate::resource::part;

/// The time limits that a function may have, in seconds (Lambda developer guide, "Configure Lambda function timeout").
const TIMEOUTS: RangeInclusive<u64> = 1..=900;

/// Why a function is in a state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Because {
    /// A word of the API reference, such as `EniLimitExceeded`.
    pub code: Option<String>,
    /// A sentence.
    pub text: Option<String>,
}

/// A function as AWS told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Function {
    /// `Active`, or another state; none where AWS does not say it, as of functions that nobody touched since there were
    /// states.
    pub state: Option<String>,
    /// Why it is in that state.
    pub because: Because,
    /// `Successful`, or how else its last update went.
    pub last_update: Option<String>,
    /// Why its last update went so.
    pub update_because: Because,
    /// Seconds after which Lambda ends it.
    pub timeout_s: u64,
    /// The reserved concurrency; none where nothing is reserved.
    pub reserved: Option<u64>,
    /// The policy of exactly this name; none where there is none.
    pub policy: Option<String>,
}

/// One request. The whole ARN stands in the path: a name alone would find the function of that name in any region.
fn request(method: Method, version: &str, arn: &str, rest: &str, body: Option<Value>) -> Asked {
    Asked {
        method,
        path: format!("/{version}/functions/{}/{rest}", part(arn)),
        headers: vec![("accept", "application/json".to_owned())],
        body: body.map(Body::Json),
        region: None,
    }
}

impl Aws {
    /// What there is to know of a function under this very name.
    ///
    /// # Errors
    /// As the requests; `NotFound` where there is no such function, alias or version.
    pub(super) async fn trigger(&self, arn: &FunctionArn<'_>) -> Result<Function, ProviderError> {
        let qualified = arn
            .qualifier
            .map(|qualifier| format!("?Qualifier={}", part(qualifier)));
        let qualified = qualified.unwrap_or_default();
        let get = |what: &str| {
            request(
                Method::GET,
                "2015-03-31",
                arn.bare,
                &format!("{what}{qualified}"),
                None,
            )
        };
        let told = self
            .ask_raw(CONFIGURATION, get("configuration"), &CallFacts::default())
            .await?;
        let mut function = settings(&told, arn)?;
        // The function is there: what is not found now is the policy (API reference, GetPolicy).
        function.policy = match self.ask_raw(POLICY, get("policy"), &CallFacts::default()).await {
            Ok(told) => {
                Some(text(POLICY, &told, "Policy")?.ok_or_else(|| incomplete(POLICY.operation, "policy"))?)
            }
            Err(error) if error.kind == ProviderErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let asked = request(Method::GET, "2019-09-30", arn.bare, "concurrency", None);
        let told = self.ask_raw(CONCURRENCY, asked, &CallFacts::default()).await?;
        // What is no object says nothing of a reserve, and not that there is none.
        let told = told
            .as_object()
            .ok_or_else(|| incomplete(CONCURRENCY.operation, "reserved concurrency"))?;
        function.reserved = match told.get("ReservedConcurrentExecutions") {
            None | Some(Value::Null) => None,
            Some(reserved) => Some(whole(CONCURRENCY, reserved, "reserved concurrency")?),
        };
        self.dry_run(arn, &qualified).await?;
        Ok(function)
    }

    /// Whether we may invoke it. Nothing is run: what says so is a header. The answer to a dry run is 204 and nothing more
    /// (Lambda API reference, Invoke, `StatusCode`): 202 would be an event that was queued, 200 a function that ran. Beside 204
    /// the header of a function's error says nothing of our permission; an emulator (moto 5) sends it.
    async fn dry_run(&self, arn: &FunctionArn<'_>, qualified: &str) -> Result<(), ProviderError> {
        let rest = format!("invocations{qualified}");
        let mut asked = request(Method::POST, "2015-03-31", arn.bare, &rest, Some(json!({})));
        asked.headers.push(("x-amz-invocation-type", "DryRun".to_owned()));
        asked
            .headers
            .push(("content-type", "application/json".to_owned()));
        let seen = CallFacts::default();
        let told = self.ask_raw(DRY_RUN, asked, &seen).await?;
        match told == json!({}) && seen.status() == Some(204) {
            true => Ok(()),
            false => Err(incomplete(
                DRY_RUN.operation,
                "status 204 without a body, as of a dry run",
            )),
        }
    }
}

/// The settings, where they are those of the function that was asked for.
fn settings(told: &Value, arn: &FunctionArn<'_>) -> Result<Function, ProviderError> {
    let of = told.get("FunctionArn").and_then(Value::as_str);
    let is_it = of
        .and_then(FunctionArn::of)
        .is_some_and(|of| of.bare == arn.bare && leads_to(arn.qualifier, of.qualifier));
    if !is_it {
        return Err(incomplete(CONFIGURATION.operation, "function of that name"));
    }
    let timeout = told.get("Timeout").unwrap_or(&Value::Null);
    let timeout_s = whole(CONFIGURATION, timeout, "time limit")?;
    if !TIMEOUTS.contains(&timeout_s) {
        return Err(incomplete(CONFIGURATION.operation, "time limit of 1 to 900 s"));
    }
    Ok(Function {
        state: text(CONFIGURATION, told, "State")?,
        because: because(told, "StateReasonCode", "StateReason")?,
        last_update: text(CONFIGURATION, told, "LastUpdateStatus")?,
        update_because: because(told, "LastUpdateStatusReasonCode", "LastUpdateStatusReason")?,
        timeout_s,
        reserved: None,
        policy: None,
    })
}

/// Why, by its two keys (Lambda API reference, GetFunctionConfiguration).
fn because(told: &Value, code: &str, words: &str) -> Result<Because, ProviderError> {
    Ok(Because {
        code: text(CONFIGURATION, told, code)?,
        text: text(CONFIGURATION, told, words)?,
    })
}

/// Whether what was asked for by one qualifier may be told of by another: the newest version need not be called so, an alias
/// leads to a version, and the function alone says nothing of either.
fn leads_to(asked: Option<&str>, told: Option<&str>) -> bool {
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    match (asked, told) {
        (None | Some(_), None) => true,
        (None, Some(told)) => told == "$LATEST",
        (Some(asked), Some(told)) => asked == told || is_number(told) && !is_number(asked),
    }
}

/// A text, where it is there at all.
fn text(op: Op, told: &Value, key: &str) -> Result<Option<String>, ProviderError> {
    match told.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            Err(incomplete(op.operation, &format!("{key} that is text")))
        }
    }
}

fn whole(op: Op, value: &Value, what: &str) -> Result<u64, ProviderError> {
    value
        .as_u64()
        .ok_or_else(|| incomplete(op.operation, &format!("{what} that is a whole number")))
}
