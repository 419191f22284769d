//! The words of Switchback as types: ids, plans, record sets, previews, events and states.
//!
//! Everything here is plain data with serde; nothing here reads a clock, a file or a socket.

pub mod action;
pub mod amend;
pub mod attempt;
pub mod authorised;
pub mod authorizer;
pub mod bundle;
pub mod canary;
pub mod check;
pub mod cognito;
pub mod command;
pub mod deployment;
pub mod digest;
pub mod directory;
pub mod dns;
pub mod event;
pub mod field;
pub mod firewall;
pub mod frozen;
pub mod ids;
pub mod image;
pub mod invalidation;
pub mod kind;
pub mod list;
pub mod parameter;
pub mod plan;
pub mod preview;
pub mod publishing;
pub mod rollback;
pub mod routes;
pub mod screen;
pub mod service;
pub mod shell;
pub mod state;
mod tagged;
pub mod text;
pub mod throttle;
pub mod trigger;
pub mod unknown;
pub mod witness;

pub use action::{ActionSpec, SetTtl, SwitchRecord};
pub use amend::{PlanChange, PlanDiff, Subject};
pub use attempt::{AttemptId, FieldDifference, Finding, Way};
pub use authorised::AuthorisedCheck;
pub use authorizer::{Authorizer, AuthorizerCheck, PoolsWish, SetAuthorizer};
pub use bundle::BundleCheck;
pub use canary::{CanaryCheck, CanaryExpected, CanaryUser, MadeCanary, PoolCanary, SignInCanary};
pub use check::{Answers, CheckKind, CheckReading, CheckSpec, DnsQuestion, Observers, Verdict};
pub use cognito::{CognitoCheck, PoolExpectation};
pub use command::{Command, Resolution, Submission};
pub use deployment::{ApiCheck, FlushStage, PointStage, Pointer, Snapshot, SnapshotApi, StageCheck};
pub use digest::Digest;
pub use event::{Event, EventKind, Holder};
pub use field::{Field, FieldChoice, FieldChoices, FieldRow, ThreeWay};
pub use firewall::{ApiStage, RuleAction, RuleActionWord, RuleCheck, Scope, SetRuleAction, WebAcl};
pub use frozen::Frozen;
pub use ids::{CheckId, DecisionId, MonitorId, Operator, PhaseId, RuleId, RunId, StepId, TargetName};
pub use image::{Captured, Image, Opened, Sealed};
pub use invalidation::{Distribution, DistributionCheck, Invalidate};
pub use kind::{ActionWord, CheckWord};
pub use parameter::{Parameter, ParameterCheck, ParameterExpected, ParameterWish, SetParameter};
pub use plan::{OnlyIf, Phase, Plan, Reversibility, Step, StepKind, Target, TargetKind};
pub use preview::{ApiCall, Change, Preview};
pub use publishing::Edges;
pub use rollback::{Breach, RollbackItem, RollbackPlan, RollbackScope};
pub use routes::{Base, Mark, Route, RoutesCheck, RoutesExpected};
pub use service::{RereadCheck, RollService, Service, ServiceCheck};
pub use state::{DoneHow, RunState, StepState};
pub use throttle::{MethodSettings, SetThrottle, ThrottleCheck, ThrottleWish};
pub use trigger::{FunctionArn, PoolArn, TriggerCheck};
pub use unknown::Unknown;
pub use witness::Witness;

#[cfg(test)]
mod tests;
