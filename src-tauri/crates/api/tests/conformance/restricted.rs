//! What restricts user management: the rule of a web ACL, and methods of a stage. And what stands beside them, which
//! survives whatever is done.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use switchback_model::throttle::Settings;
use switchback_model::{ApiStage, Image, MethodSettings, RuleAction, Scope, Step, WebAcl};
use switchback_rehearsal as rehearsal;

use crate::bench::What;

/// Methods that are throttled: one that has settings of its own, and two that have none.
pub const METHODS: [&str; 3] = [
    "DELETE /usermanagement/api/users/{u}",
    "POST /usermanagement/createUser",
    "POST /usermanagement/updatePassword",
];
/// One that is not, and that somebody else throttles meanwhile.
const ANOTHER: &str = "PUT /api/users/{u}";

/// Of the web ACL, the stage and the APIs everything that no step of ours changes.
pub struct Rest {
    world: Arc<rehearsal::World>,
    expected: Mutex<Value>,
    edited: AtomicBool,
}

impl Rest {
    pub fn new(world: Arc<rehearsal::World>) -> Self {
        let expected = Mutex::new(there(&world));
        Self {
            world,
            expected,
            edited: AtomicBool::new(false),
        }
    }

    /// Somebody else edits what is beside ours: it must survive.
    pub fn edit(&self, fault: &str) {
        // Refused where somebody already did the same: then it is there.
        let _ = self.world.inject(fault.parse().unwrap());
        *self.expected.lock().unwrap() = there(&self.world);
    }

    /// Another rule, once.
    pub fn edit_once(&self) {
        if !self.edited.swap(true, Ordering::Relaxed) {
            self.edit("rule-edited");
        }
    }

    /// What of it is not as whoever wrote it last left it.
    pub fn lost(&self) -> Option<String> {
        let (is, expected) = (there(&self.world), self.expected.lock().unwrap().clone());
        (is != expected).then(|| format!("{is} instead of {expected}"))
    }
}

/// Another rule of the web ACL, another method of the stage, and work on Reval's API that nobody deployed yet.
pub fn unrelated(what: What, object: &str) -> String {
    match what {
        What::Authorizer | What::Pointed | What::Invalidated => "unfinished-work".to_owned(),
        _ if object == rehearsal::FREEZE_RULE => "rule-edited".to_owned(),
        _ => format!("throttle-set:{ANOTHER}"),
    }
}

fn there(world: &rehearsal::World) -> Value {
    let state = world.snapshot();
    let mut acl = state.firewalls[0].acl.clone();
    for rule in acl["Rules"].as_array_mut().unwrap() {
        if rule["Name"] == rehearsal::FREEZE_RULE {
            rule["Action"] = Value::Null;
        }
    }
    let mut settings = state.stages[0].method_settings.clone();
    settings.retain(|key, _| !METHODS.contains(&method(key).as_str()));
    let apis: Vec<Value> = state.apis.iter().map(edited).collect();
    json!({"acl": acl, "settings": settings, "apis": apis})
}

/// An API as it is edited, but for the pool that comes.
fn edited(api: &rehearsal::ApiView) -> Value {
    let ours = crate::reval::new_pool();
    let authorizers = api.config.authorizers.iter().map(|one| {
        let pools: Vec<&String> = one.pools.iter().filter(|pool| **pool != ours).collect();
        json!({"id": one.id, "pools": pools, "ttl": one.ttl_seconds})
    });
    let authorizers: Vec<Value> = authorizers.collect();
    json!({"api": api.api, "methods": api.config.methods, "authorizers": authorizers})
}

/// `POST /createUser` of `~1createUser/POST`.
fn method(key: &str) -> String {
    let (path, method) = key.rsplit_once('/').unwrap();
    format!("{method} {}", path.replace("~1", "/"))
}

fn web_acl() -> WebAcl {
    WebAcl {
        name: rehearsal::WEB_ACL_NAME.to_owned(),
        id: rehearsal::WEB_ACL_ID.to_owned(),
        scope: Scope::Regional,
    }
}

/// The rule, as its action in a web ACL is.
pub fn rule(acl: &Value) -> Image {
    let rules = acl["Rules"].as_array().unwrap();
    let found = rules
        .iter()
        .find(|rule| rule["Name"] == rehearsal::FREEZE_RULE)
        .unwrap();
    Image::RuleAction {
        web_acl: web_acl(),
        rule: rehearsal::FREEZE_RULE.to_owned(),
        content: Box::new(RuleAction::of(&found["Action"])),
    }
}

/// The methods, as a stage has them.
pub fn methods<'a>(settings: impl Iterator<Item = (&'a String, &'a Value)>) -> Image {
    let known: BTreeMap<String, Settings> = settings
        .map(|(key, value)| (method(key), as_patched(value)))
        .collect();
    Image::MethodSettings {
        api: rehearsal::API_ID.to_owned(),
        stage: rehearsal::API_STAGE.to_owned(),
        content: Box::new(MethodSettings {
            methods: METHODS
                .iter()
                .map(|method| ((*method).to_owned(), known.get(*method).cloned()))
                .collect(),
            every: known.get("* *").cloned().unwrap_or_default(),
        }),
    }
}

/// As a patch names them.
fn as_patched(told: &Value) -> Settings {
    let names = [
        ("cacheDataEncrypted", "caching/dataEncrypted"),
        ("cacheTtlInSeconds", "caching/ttlInSeconds"),
        ("cachingEnabled", "caching/enabled"),
        ("dataTraceEnabled", "logging/dataTrace"),
        ("loggingLevel", "logging/loglevel"),
        ("metricsEnabled", "metrics/enabled"),
        (
            "requireAuthorizationForCacheControl",
            "caching/requireAuthorizationForCacheControl",
        ),
        ("throttlingBurstLimit", "throttling/burstLimit"),
        ("throttlingRateLimit", "throttling/rateLimit"),
        (
            "unauthorizedCacheControlHeaderStrategy",
            "caching/unauthorizedCacheControlHeaderStrategy",
        ),
    ];
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.as_f64().unwrap().to_string(),
        other => other.to_string(),
    };
    let named = |(name, path): (&str, &str)| Some((path.to_owned(), text(told.get(name)?)));
    names.into_iter().filter_map(named).collect()
}

/// The rule that blocks.
pub fn blocks() -> Step {
    switchback_testkit::restricted::blocks("restrict", &web_acl(), rehearsal::FREEZE_RULE)
}

/// The methods that take no request.
pub fn throttles() -> Step {
    let on = ApiStage {
        api: rehearsal::API_ID.to_owned(),
        stage: rehearsal::API_STAGE.to_owned(),
    };
    switchback_testkit::restricted::throttles("restrict", &on, &METHODS)
}
