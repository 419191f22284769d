//! The kinds of checks and actions, one file a kind. A kind declares its keys and how it is read; what the
//! reader knows of it, what editors are told and the table of the guide are made of that. A new kind is a
//! word in `model`, a file here, and an arm of one of the two matches below.

mod api_gateway;
mod authorizer;
mod certificate;
mod cloudfront;
mod cognito;
mod deployment;
mod dns;
mod ecs;
mod firewall;
mod http_answer;
mod http_authorised;
mod http_build;
mod http_bundle;
mod http_routes;
mod identity;
pub(crate) mod key;
mod lambda;
mod parameter;
mod reread;
mod route53;
mod shared;

use switchback_model::{ActionSpec, ActionWord, CheckKind, CheckWord};

use crate::reader::{Reader, Table};
use key::Key;

/// A kind as runbooks are written in it.
pub(crate) trait Authored {
    /// What a plan holds of it.
    type Spec;
    /// What a check sees where it passes, or what an action does, without a full stop.
    const SAYS: &'static str;
    /// Its own keys in the order in which they are read; a test compares them with what is read.
    const KEYS: &'static [Key];
    /// The keys of which one says what an action shall leave: what is found wrong with that is shown there.
    const WISH: &'static [&'static str] = &[];

    /// Reads its own keys; the caller has read the others and finishes the table.
    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<Self::Spec>;
}

/// What a kind declares, without its type.
pub(crate) struct Kind<S> {
    pub says: &'static str,
    pub keys: &'static [Key],
    pub wish: &'static [&'static str],
    pub read: fn(&mut Reader<'_>, &mut Table<'_>) -> Option<S>,
}

impl<S> Kind<S> {
    const fn of<A: Authored<Spec = S>>() -> Self {
        Self {
            says: A::SAYS,
            keys: A::KEYS,
            wish: A::WISH,
            read: A::read,
        }
    }
}

/// What a word for a kind of check stands for.
pub(crate) const fn check(word: CheckWord) -> Kind<CheckKind> {
    match word {
        CheckWord::Identity => Kind::of::<identity::Identity>(),
        CheckWord::Zone => Kind::of::<route53::zone::Zone>(),
        CheckWord::Record => Kind::of::<route53::record::Record>(),
        CheckWord::TtlWait => Kind::of::<dns::ttl_wait::TtlWait>(),
        CheckWord::Authoritative => Kind::of::<dns::authoritative::Authoritative>(),
        CheckWord::Resolvers => Kind::of::<dns::resolvers::Resolvers>(),
        CheckWord::HttpBuild => Kind::of::<http_build::HttpBuild>(),
        CheckWord::HttpAnswer => Kind::of::<http_answer::HttpAnswer>(),
        CheckWord::Certificate => Kind::of::<certificate::Certificate>(),
        CheckWord::PasswordPolicy => Kind::of::<cognito::password_policy::PasswordPolicy>(),
        CheckWord::Triggers => Kind::of::<cognito::triggers::Triggers>(),
        CheckWord::SignInNames => Kind::of::<cognito::sign_in_names::SignInNames>(),
        CheckWord::DeletionProtection => Kind::of::<cognito::deletion_protection::DeletionProtection>(),
        CheckWord::AdminCreateOnly => Kind::of::<cognito::admin_create_only::AdminCreateOnly>(),
        CheckWord::Recovery => Kind::of::<cognito::recovery::Recovery>(),
        CheckWord::Email => Kind::of::<cognito::email::Email>(),
        CheckWord::Mfa => Kind::of::<cognito::mfa::Mfa>(),
        CheckWord::Client => Kind::of::<cognito::client::Client>(),
        CheckWord::Domain => Kind::of::<cognito::domain::Domain>(),
        CheckWord::Parameter => Kind::of::<parameter::Parameter>(),
        CheckWord::Service => Kind::of::<ecs::StandsStill>(),
        CheckWord::Reread => Kind::of::<reread::Reread>(),
        CheckWord::Throttle => Kind::of::<api_gateway::Throttle>(),
        CheckWord::Authorizer => Kind::of::<authorizer::Accepts>(),
        CheckWord::Stage => Kind::of::<deployment::PointsAt>(),
        CheckWord::Api => Kind::of::<deployment::Guarded>(),
        CheckWord::Distribution => Kind::of::<cloudfront::Answers>(),
        CheckWord::Trigger => Kind::of::<lambda::Trigger>(),
        CheckWord::Rule => Kind::of::<firewall::Rule>(),
        CheckWord::Routes => Kind::of::<http_routes::HttpRoutes>(),
        CheckWord::Bundle => Kind::of::<http_bundle::HttpBundle>(),
        CheckWord::Authorised => Kind::of::<http_authorised::HttpAuthorised>(),
        CheckWord::Canary => Kind::of::<cognito::canary::Stands>(),
    }
}

/// What a word for a kind of action stands for.
pub(crate) const fn action(word: ActionWord) -> Kind<ActionSpec> {
    match word {
        ActionWord::SetTtl => Kind::of::<route53::set_ttl::SetsTtl>(),
        ActionWord::SwitchRecord => Kind::of::<route53::switch::Switches>(),
        ActionWord::SetParameter => Kind::of::<parameter::SetsParameter>(),
        ActionWord::RollService => Kind::of::<ecs::Rolls>(),
        ActionWord::SetRuleAction => Kind::of::<firewall::SetsAction>(),
        ActionWord::SetAuthorizer => Kind::of::<authorizer::SetsPools>(),
        ActionWord::SetThrottle => Kind::of::<api_gateway::SetsThrottle>(),
        ActionWord::SnapshotApi => Kind::of::<deployment::Snapshots>(),
        ActionWord::PointStage => Kind::of::<deployment::Points>(),
        ActionWord::FlushStage => Kind::of::<deployment::Flushes>(),
        ActionWord::Invalidate => Kind::of::<cloudfront::Invalidates>(),
        ActionWord::SignInCanary => Kind::of::<cognito::canary::SignsIn>(),
    }
}

/// A kind as it is described to people and editors.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub word: &'static str,
    pub says: &'static str,
    pub keys: &'static [Key],
}

/// Every kind of check.
pub(crate) fn checks() -> Vec<Entry> {
    let all = CheckWord::ALL.iter();
    all.map(|word| entry(word.text(), &check(*word))).collect()
}

/// Every kind of action.
pub(crate) fn actions() -> Vec<Entry> {
    let all = ActionWord::ALL.iter();
    all.map(|word| entry(word.text(), &action(*word))).collect()
}

fn entry<S>(word: &'static str, kind: &Kind<S>) -> Entry {
    Entry {
        word,
        says: kind.says,
        keys: kind.keys,
    }
}

/// The names of the keys that some of these kinds have of their own.
pub(crate) fn key_names(entries: &[Entry]) -> Vec<&'static str> {
    let mut names = Vec::new();
    for key in entries.iter().flat_map(|entry| entry.keys) {
        if !names.contains(&key.name) {
            names.push(key.name);
        }
    }
    names
}

/// Some kinds in few words, such as "route53.zone, dns.*": all of a service where it has three or more.
pub(crate) fn in_short(some: &[&'static str], all: &[&'static str]) -> String {
    let mut said: Vec<String> = Vec::new();
    for word in some {
        let service = word.split('.').next().unwrap_or_default();
        let of_service = |other: &&&'static str| other.split('.').next() == Some(service);
        let kinds = all.iter().filter(of_service).count();
        let whole = kinds > 2 && kinds == some.iter().filter(of_service).count();
        let word = if whole {
            format!("{service}.*")
        } else {
            (*word).to_owned()
        };
        if !said.contains(&word) {
            said.push(word);
        }
    }
    said.join(", ")
}
