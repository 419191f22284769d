//! The JSON Schema of the files, for completion and checks in editors. The types below are never
//! made: they describe what [`crate::reader`] reads, and a test compares their keys. What a kind of check
//! or action has of its own is described by [`crate::kinds`].
//!
//! A table that may be left out is described `with` its own type: of "this or null" a validator only says
//! that neither fits, and not which key is wrong.
#![expect(dead_code, reason = "described, never made")]

use std::collections::BTreeMap;

use schemars::{JsonSchema, generate::SchemaSettings};

use tables::{Action, Check, CheckAfter, MonitorCheck};

mod kinds;
#[cfg(test)]
pub(crate) use kinds::Family;
mod tables;
mod target;

/// The JSON Schema (draft 2020-12) of a runbook file.
#[must_use]
pub fn schema() -> serde_json::Value {
    kinds::describe(SchemaSettings::draft2020_12().into_generator())
}

/// The JSON Schema (draft 2020-12) of a target file.
#[must_use]
pub fn target_schema() -> serde_json::Value {
    SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<target::TargetFile>()
        .to_value()
}

/// A runbook: phases, steps, monitors and rollback rules.
#[derive(JsonSchema)]
#[schemars(title = "Switchback runbook", deny_unknown_fields)]
struct Runbook {
    /// A short word, unique among your runbooks.
    id: String,
    /// One line for people.
    title: String,
    /// Your version of this runbook; part of the plan's digest.
    version: String,
    /// The inputs that each target fills.
    values: Option<BTreeMap<String, Value>>,
    /// The phases in order.
    phase: Vec<Phase>,
    /// Checks on a schedule.
    monitor: Option<Vec<Monitor>>,
    /// Named rollbacks.
    rollback: Option<Vec<Rollback>>,
    /// Combinations of steps that must not be.
    coherence: Option<Vec<Coherence>>,
    /// What people decide.
    decision: Option<Vec<Decision>>,
}

/// One declared input.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Value {
    /// Its type.
    r#type: ValueType,
    /// What it means, for whoever fills it.
    description: String,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
enum ValueType {
    String,
    Strings,
    DnsName,
    RecordSets,
    Ip,
    Url,
    Seconds,
    Number,
}

/// Whole seconds, or text such as "5 min" or "1 h 30 min".
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Duration {
    Seconds(u32),
    Text(String),
}

/// A whole number, or a placeholder of type number or seconds.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum Number {
    Whole(u32),
    Placeholder(String),
}

/// An id, or a list of ids.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

/// A group of steps.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Phase {
    /// A short word.
    id: String,
    /// One line for people.
    title: String,
    /// T0 of the run is the moment when the first step of this phase took effect; one phase at most.
    t0: Option<bool>,
    /// What people decide before any step of it is carried out.
    #[schemars(with = "Gate", default)]
    gate: Option<Gate>,
    /// Its steps in order.
    step: Vec<Step>,
}

/// The go or no-go decision that stands before a phase.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Gate {
    /// One line for people.
    title: String,
    /// How old a reading of its checks may be when people say go.
    fresh: Duration,
    /// The roles for which a name must be given, such as "Incident lead".
    people: Option<Vec<String>>,
    /// What must pass.
    check: Option<Vec<Check>>,
}

/// One step.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Step {
    /// A short word, unique in the runbook.
    id: String,
    /// One line for people.
    title: String,
    /// The item of the written plan; rules and edges may name it to mean all its steps.
    plan_ref: String,
    /// What it is.
    kind: StepKind,
    /// Whether the program does it; true for check and action, false for attest and notice.
    automated: Option<bool>,
    /// Why not, where it does not.
    why_not_automated: Option<String>,
    /// Why the step exists.
    why: String,
    /// What a notice says; `${notice:NAME}` brings in the file notices/NAME.txt.
    notice: Option<String>,
    /// What to look at while it runs and after it, a sentence each.
    look_at: Option<Vec<String>>,
    /// What can go wrong, a sentence each.
    risks: Option<Vec<String>>,
    /// Who is in charge of it.
    owner: Option<String>,
    /// Whom it affects.
    affects: Option<String>,
    /// How long it takes as planned.
    expected: Option<Duration>,
    /// How it is taken back; needed for an action, a lint asks for it in an attested step.
    #[schemars(with = "Reversibility", default)]
    reversibility: Option<Reversibility>,
    /// Steps without whose effect this one's is wrong; undoing them undoes this first.
    needs: Option<Vec<String>>,
    /// Steps that come before; order only.
    after: Option<Vec<String>>,
    /// The choice by which it is carried out: a decision, and the value for which this step is.
    only_if: Option<OnlyIf>,
    /// Steps whose change it makes seen: it comes after them, and is taken back by doing it once more after them.
    publishes: Option<Vec<String>>,
    /// Decisions that must be taken first.
    decisions: Option<Vec<String>>,
    /// What it makes worse until a later step lifts it, each a name of your own such as "writes"; an
    /// empty list says that it restricts nothing, whatever its title sounds like.
    restricts: Option<Vec<String>>,
    /// Restrictions that it lifts.
    lifts: Option<Vec<String>>,
    /// Steps whose work it does once more on purpose.
    repeats: Option<Vec<String>>,
    /// The one mutating request.
    #[schemars(with = "Action", default)]
    action: Option<Action>,
    /// What must hold before.
    before: Option<Vec<Check>>,
    /// What must hold after, by when.
    verify: Option<Vec<CheckAfter>>,
    /// What must hold before the undo.
    undo_before: Option<Vec<Check>>,
    /// What must hold after the undo, by when.
    undo_verify: Option<Vec<CheckAfter>>,
    /// What an undo loses, in words.
    undo_loses: Option<Vec<String>>,
    /// Whether a person must accept that loss by name before the step is undone.
    accept_loss: Option<bool>,
}

/// One of the values of a decision.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct OnlyIf {
    /// The decision.
    decision: String,
    /// The value for which this step is.
    is: String,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
enum StepKind {
    Check,
    Action,
    Attest,
    Notice,
}

/// How a step is taken back.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Reversibility {
    /// By the program, by a person, by a notice, not needed, or never.
    kind: ReversibilityKind,
    /// What the person does (manual).
    words: Option<String>,
    /// What the notice says (correct).
    notice: Option<String>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
enum ReversibilityKind {
    Undo,
    Manual,
    Correct,
    NoneNeeded,
    PointOfNoReturn,
}

/// A list of record sets, or a placeholder of type record-sets.
#[derive(JsonSchema)]
#[schemars(untagged)]
enum RecordSets {
    List(Vec<RecordSet>),
    Placeholder(String),
}

/// One record set: `ttl` and `values`, or `alias`; with `set_identifier` and `weight` one of several of its
/// type.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct RecordSet {
    /// The type.
    r#type: RecordType,
    /// How long a cache may keep it.
    ttl: Option<Duration>,
    /// Addresses, or one name for a CNAME.
    values: Option<Vec<String>>,
    /// An AWS resource.
    alias: Option<Alias>,
    /// Tells weighted record sets of one type apart, as Route 53 shows it (Record ID).
    set_identifier: Option<String>,
    /// The share of a weighted record set: 0 to 255.
    weight: Option<Number>,
    /// The health check of a weighted record set, carried as it is.
    health_check_id: Option<String>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "UPPERCASE")]
enum RecordType {
    A,
    Aaaa,
    Cname,
}

/// Where an alias points.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Alias {
    /// The hosted zone of the resource; Z2FDTNDATAQYW2 for CloudFront.
    zone_id: String,
    /// The resource's name.
    name: String,
    /// Whether Route 53 looks at the resource's health.
    evaluate_target_health: Option<bool>,
}

/// A check on a schedule.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Monitor {
    /// A short word.
    id: String,
    /// One line for people.
    title: String,
    /// The time between two looks.
    every: Duration,
    /// Failures in a row until it is failing.
    fail_after: u32,
    /// Passes in a row until it is passing again.
    pass_after: u32,
    /// After how long of failing a decision is due; it never acts.
    decision_after: Option<Duration>,
    /// What it looks at; the first that applies.
    check: Vec<MonitorCheck>,
}

/// A named rollback.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Rollback {
    /// A short word.
    id: String,
    /// One line for people.
    title: String,
    /// The item of the written plan.
    plan_ref: String,
    /// Steps or plan items that it undoes; what needs them joins by itself.
    undo: Vec<String>,
    /// Steps or plan items that it leaves as they are.
    keep: Option<Vec<String>>,
    /// Notices afterwards, in words.
    then: Option<Vec<String>>,
    /// The monitor whose failure proposes it, or a list of such monitors.
    trigger: Option<OneOrMore>,
    /// The decision that it waits for.
    decision: Option<String>,
}

/// A combination that must not be.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Coherence {
    /// A short word, for acceptance by name.
    id: String,
    /// Breached when all of `undone` have no effect while all of `done` have one.
    never: Combination,
    /// Why that is wrong.
    because: String,
    /// Steps whose undo mends it.
    repair: Vec<String>,
}

/// Steps with and without an effect.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Combination {
    /// Without an effect.
    undone: Vec<String>,
    /// With an effect.
    done: Vec<String>,
}

/// Something that a person decides.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Decision {
    /// A short word.
    id: String,
    /// The question.
    question: String,
    /// The type of its value.
    r#type: DecisionType,
    /// The words to choose from (one_of).
    choices: Option<Vec<String>>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
enum DecisionType {
    Minutes,
    YesNo,
    OneOf,
}
