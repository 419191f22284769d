//! User management closed for writes, by the real command line against a served world: by a firewall's rule or by a
//! throttle, there and back, with each thing that goes wrong on such a night: what the console says, when, and that
//! the world ends as it began.

mod answers;
mod before;
mod holds;
mod there_and_back;
mod tokens;

use crate::shared::Did;
use crate::station::Station;
use serde_json::Value;
use switchback_rehearsal::FREEZE_RULE;

const RUNBOOK: &str = include_str!("restrict.toml");
/// Whose values a target of this runbook takes over: the lists of routes and methods as the bundled runbook has them.
const BUNDLED: &str = include_str!("../../../../runbooks/tis-cognito/targets/rehearsal.toml");
/// The key of the method that has settings of its own before the night.
const OWN: &str = "~1usermanagement~1updatePassword/POST";
/// Some of each.
const BASES: &str = r#"["https://apps.example.nhs.test/usermanagement",
  "https://a1b2c3d4e5.execute-api.eu-west-2.amazonaws.com/prod/usermanagement at 198.51.100.40"]"#;
const WRITES: &str =
    r#"["POST /createUser", "POST /updatePassword", "PUT /api/users/{u}", "POST /api/users/{u}/mfa/reset"]"#;
const METHODS: &str = r#"["POST /usermanagement/createUser", "POST /usermanagement/updatePassword",
  "PUT /usermanagement/api/users/{u}", "POST /usermanagement/api/users/{u}/mfa/reset"]"#;
/// A leak is waited for no longer than this, where there is one.
const SOON: (&str, &str) = (
    "expected = \"closed\"\nwithin = \"5 min\"",
    "expected = \"closed\"\nwithin = \"1 min\"",
);
/// World seconds in a real one: a look at every route is over within a few of them.
const SPEED: &str = "20";

/// How user management is restricted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Means {
    Firewall,
    Throttle,
}

impl Means {
    const ALL: [Self; 2] = [Self::Firewall, Self::Throttle];

    /// As the decision has it.
    fn choice(self) -> &'static str {
        match self {
            Self::Firewall => "firewall-rule",
            Self::Throttle => "method-throttle",
        }
    }

    /// The step that restricts.
    fn restrict(self) -> &'static str {
        match self {
            Self::Firewall => "restrict-writes",
            Self::Throttle => "restrict-methods",
        }
    }

    /// The step that lifts it.
    fn lift(self) -> &'static str {
        match self {
            Self::Firewall => "lift-writes",
            Self::Throttle => "lift-methods",
        }
    }

    /// The other one.
    fn other(self) -> Self {
        match self {
            Self::Firewall => Self::Throttle,
            Self::Throttle => Self::Firewall,
        }
    }

    /// The request that changes something.
    fn operation(self) -> &'static str {
        match self {
            Self::Firewall => "UpdateWebACL",
            Self::Throttle => "UpdateStage",
        }
    }
}

/// A row of the table that the tests print.
fn told(means: Means, trap: &str, when: &str, did: &Did, said: &str) {
    println!("| {means:?} | {trap} | {when} | exit {} | {said} |", did.code);
}

/// A value of the bundled runbook's target, as it stands there.
fn bundled(name: &str) -> &'static str {
    let begins = format!("\n{name} = ");
    let (_, behind) = BUNDLED.split_once(&begins).unwrap();
    match behind.strip_prefix('[') {
        Some(list) => &behind[..=list.find(']').unwrap() + 1],
        None => behind.lines().next().unwrap(),
    }
}

/// Some of the routes in the place of all.
fn some() -> [(&'static str, &'static str); 3] {
    [
        (bundled("user_management_bases"), BASES),
        (bundled("user_management_writes"), WRITES),
        (bundled("user_management_methods"), METHODS),
    ]
}

impl Station {
    /// A run in which this was chosen, of every route that the bundled runbook has.
    fn whole(means: Means) -> Self {
        Self::of(SPEED, means, &[])
    }

    /// The same, of some of them: enough for each thing that can go wrong.
    fn open(means: Means) -> Self {
        Self::edited(means, &[])
    }

    /// The same, of a target and a runbook in which something was put in the place of something else.
    fn edited(means: Means, edits: &[(&str, &str)]) -> Self {
        Self::of(SPEED, means, &[&some(), edits].concat())
    }

    /// The same, where time runs otherwise.
    fn paced(speed: &'static str, means: Means) -> Self {
        Self::of(speed, means, &some())
    }

    fn of(speed: &'static str, means: Means, edits: &[(&str, &str)]) -> Self {
        let values = [
            ("web_acl_id", "web_acl_id"),
            ("api", "admins_api"),
            ("stage", "admins_stage"),
            ("bases", "user_management_bases"),
            ("writes", "user_management_writes"),
            ("reads", "user_management_reads"),
            ("methods", "user_management_methods"),
        ]
        .map(|(name, of)| format!("{name} = {}\n", bundled(of)));
        let choice = means.choice();
        let values = format!(
            "[values]\n{}\n[decisions]\nrestrict-how = \"{choice}\"\n",
            values.concat()
        );
        Self::of_part(("restrict", speed), (RUNBOOK.to_owned(), values), edits, |_| ())
    }

    /// How often anything at all was changed by us.
    fn changes(&self) -> usize {
        let all = ["UpdateWebACL", "UpdateStage", "PutParameter", "UpdateService"];
        all.iter().map(|operation| self.done(operation)).sum()
    }

    /// Writes that reached a handler of user management.
    fn writes(&self) -> usize {
        let log = self.log();
        log.iter()
            .filter(|entry| entry.service == "usermanagement")
            .count()
    }

    /// A rule of the web ACL.
    fn rule(&self, name: &str) -> Value {
        let snapshot = self.world.control(async |client| client.state().await.unwrap());
        let rules = snapshot.firewalls[0].acl["Rules"].as_array().unwrap().clone();
        rules.into_iter().find(|rule| rule["Name"] == name).unwrap()
    }

    /// The action of the freeze rule.
    fn action(&self) -> Value {
        self.rule(FREEZE_RULE)["Action"].clone()
    }

    /// The settings of a method, as the stage has them.
    fn settings(&self, key: &str) -> Option<Value> {
        let snapshot = self.world.control(async |client| client.state().await.unwrap());
        snapshot.stages[0].method_settings.get(key).cloned()
    }

    /// Whether the restriction is set.
    fn is_closed(&self, means: Means) -> bool {
        match means {
            Means::Firewall => self.action()["Block"].is_object(),
            Means::Throttle => {
                let settings = self.settings(OWN);
                settings.is_some_and(|own| own["throttlingRateLimit"].as_f64() == Some(0.0))
            }
        }
    }
}
