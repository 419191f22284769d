//! The JSON Schema of the files, for completion and checks in editors. The types below are never
//! made: they describe what [`crate::reader`] reads, and a test compares their keys.
#![expect(dead_code, reason = "described, never made")]

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings, json_schema};
use switchback_model::ActionWord;

use check::{Check, CheckAfter, MonitorCheck};

mod check;

/// The JSON Schema (draft 2020-12) of a runbook file.
#[must_use]
pub fn schema() -> serde_json::Value {
    SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<Runbook>()
        .to_value()
}

/// The JSON Schema (draft 2020-12) of a target file.
#[must_use]
pub fn target_schema() -> serde_json::Value {
    SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<TargetFile>()
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
    reversibility: Option<Reversibility>,
    /// Steps without whose effect this one's is wrong; undoing them undoes this first.
    needs: Option<Vec<String>>,
    /// Steps that come before; order only.
    after: Option<Vec<String>>,
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

/// One mutating request.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Action {
    /// What it does.
    kind: ActionKind,
    /// The hosted zone's id.
    zone_id: String,
    /// The zone's name, to prove that the id means the zone you think.
    zone: String,
    /// The record's name.
    name: String,
    /// The TTL to set (route53.set_ttl).
    ttl: Option<Duration>,
    /// What the name shall answer (route53.switch).
    to: Option<RecordSets>,
}

/// One of the kinds that there are: the list is the reader's own.
struct ActionKind;

impl JsonSchema for ActionKind {
    fn schema_name() -> Cow<'static, str> {
        "ActionKind".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        words(ActionWord::ALL.iter().map(|word| word.text()))
    }
}

/// One of these words.
fn words(all: impl Iterator<Item = &'static str>) -> Schema {
    json_schema!({ "type": "string", "enum": all.collect::<Vec<_>>() })
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
    /// The monitor whose failure proposes it.
    trigger: Option<String>,
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

/// A target: an environment with its asserted identity and its values.
#[derive(JsonSchema)]
#[schemars(title = "Switchback target", deny_unknown_fields)]
struct TargetFile {
    /// Its name, as the file's; typed to confirm.
    name: String,
    /// Its kind.
    kind: TargetKind,
    /// The twelve digits of the AWS account, in quotes.
    #[schemars(regex(pattern = r"^[0-9]{12}$"))]
    account: String,
    /// The AWS region.
    region: String,
    /// The role that the operator must have assumed; required for production.
    role: Option<String>,
    /// The AWS profile to use.
    profile: Option<String>,
    /// Which observers it has.
    observers: Option<ObserverTable>,
    /// Resolvers to ask: an address, with :port where it is not 53.
    resolvers: Option<BTreeMap<String, String>>,
    /// By zone, the name servers that you know to serve it although they stand under names of their own:
    /// believed where DNS can't tell.
    name_servers: Option<BTreeMap<String, Vec<String>>>,
    /// The user pools in which people are looked up, by a name of your choice.
    pools: Option<BTreeMap<String, Pool>>,
    /// The runbook's values.
    values: Option<BTreeMap<String, serde_json::Value>>,
    /// Decisions taken beforehand.
    decisions: Option<BTreeMap<String, serde_json::Value>>,
}

/// A user pool in which people are looked up.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct Pool {
    /// Its id, such as "eu-west-2_EXAMPLE1".
    id: String,
    /// Its name for people.
    title: String,
    /// Its region, where it is not the target's; must be the one that the id begins with.
    region: Option<String>,
    /// Which side of the move it is on; "new" where left out.
    role: Option<PoolRole>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
enum PoolRole {
    New,
    Old,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
enum TargetKind {
    Rehearsal,
    Test,
    Preproduction,
    Production,
}

/// Which observers a target has; a check whose observer is "none" is not applicable.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
struct ObserverTable {
    /// DNS probes.
    dns: Option<Observer>,
    /// HTTP and TLS probes.
    http: Option<Observer>,
}

#[derive(JsonSchema)]
#[schemars(rename_all = "lowercase")]
enum Observer {
    On,
    None,
}
