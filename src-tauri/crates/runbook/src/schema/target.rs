//! A target file, as described to editors.

use std::collections::BTreeMap;

use schemars::JsonSchema;

/// A target: an environment with its asserted identity and its values.
#[derive(JsonSchema)]
#[schemars(title = "Switchback target", deny_unknown_fields)]
pub(super) struct TargetFile {
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
    #[schemars(with = "ObserverTable", default)]
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
