//! Reading a stage: the settings of its methods, and whether the methods are there.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use serde_json::{Map, Value};
use switchback_engine::ports::{ProviderError, ProviderErrorKind};
use switchback_model::throttle::Settings;
use switchback_model::{ApiStage, MethodSettings, Route};

use super::{RESOURCES, STAGE, UPDATE};
use crate::connect::{Aws, incomplete};
use crate::error::{refused, safe};
use crate::observe::CallFacts;
use crate::raw::{Asked, Body};
use crate::resource::part;

/// The key of what the whole stage has.
const EVERY: &str = "*/*";
/// Resources of one page, and pages: a REST API has 300 resources where nobody asked for more (API Gateway developer guide,
/// "Quotas").
const PAGE: usize = 500;
const PAGES: usize = 20;

/// The settings as a stage tells them, and as a patch names them (API Gateway API reference, `MethodSetting`, and "Patch
/// operations", Stage).
const SETTINGS: [(&str, &str); 10] = [
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
    ("throttlingBurstLimit", switchback_model::throttle::BURST),
    ("throttlingRateLimit", switchback_model::throttle::RATE),
    (
        "unauthorizedCacheControlHeaderStrategy",
        "caching/unauthorizedCacheControlHeaderStrategy",
    ),
];

/// The level of the log, which AWS tells only where it was set.
const LOG_LEVEL: &str = "logging/loglevel";
const LOG_OFF: &str = "OFF";
/// What a method has where nobody set anything; a throttle is the account's then.
const DEFAULTS: [(&str, &str); 8] = [
    ("caching/dataEncrypted", "false"),
    ("caching/enabled", "false"),
    ("caching/requireAuthorizationForCacheControl", "true"),
    ("caching/ttlInSeconds", "300"),
    (
        "caching/unauthorizedCacheControlHeaderStrategy",
        "SUCCEED_WITH_RESPONSE_HEADER",
    ),
    ("logging/dataTrace", "false"),
    (LOG_LEVEL, LOG_OFF),
    ("metrics/enabled", "false"),
];

pub(super) fn asked(method: Method, path: String, body: Option<Value>) -> Asked {
    let mut headers = vec![("accept", "application/json".to_owned())];
    if body.is_some() {
        headers.push(("content-type", "application/json".to_owned()));
    }
    Asked {
        method,
        path,
        headers,
        body: body.map(Body::Json),
        region: None,
    }
}

/// Where a stage is asked for.
pub(super) fn path(on: &ApiStage) -> String {
    format!("/restapis/{}/stages/{}", part(&on.api), part(&on.stage))
}

/// The items of a page, and where the next one begins. What is no list proves the absence of nothing.
pub(super) fn page<'a>(
    operation: &str,
    told: &'a Value,
) -> Result<(&'a [Value], Option<String>), ProviderError> {
    let Some(Value::Array(items)) = told.get("item") else {
        return Err(incomplete(operation, "list"));
    };
    let next = match told.get("position") {
        None | Some(Value::Null) => None,
        Some(Value::String(next)) if !next.is_empty() => Some(next.clone()),
        Some(_) => return Err(incomplete(operation, "place of the next page")),
    };
    Ok((items, next))
}

impl Aws {
    /// What a stage has for these methods.
    pub(super) async fn method_settings(
        &self,
        on: &ApiStage,
        methods: &[Route],
    ) -> Result<MethodSettings, ProviderError> {
        let told = self
            .ask_raw(STAGE, asked(Method::GET, path(on), None), &CallFacts::default())
            .await?;
        if told.get("stageName").and_then(Value::as_str) != Some(on.stage.as_str()) {
            return Err(incomplete(STAGE.operation, "stage of that name"));
        }
        let empty = Map::new();
        let keys = match told.get("methodSettings") {
            None | Some(Value::Null) => &empty,
            Some(Value::Object(keys)) => keys,
            Some(_) => return Err(incomplete(STAGE.operation, "settings by method")),
        };
        settings_of(keys, methods)
    }

    /// Every method of an API, by the path of its resource.
    pub(super) async fn methods_there(
        &self,
        api: &str,
    ) -> Result<BTreeMap<String, BTreeSet<String>>, ProviderError> {
        let mut there: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for item in self.resources(api).await? {
            let path = item.get("path").and_then(Value::as_str);
            let path = path.ok_or_else(|| incomplete(RESOURCES.operation, "path of a resource"))?;
            let methods = item.get("resourceMethods").and_then(Value::as_object);
            let methods = methods.into_iter().flat_map(Map::keys).cloned();
            there.entry(path.to_owned()).or_default().extend(methods);
        }
        Ok(there)
    }

    /// Every resource of an API, with its methods.
    pub(super) async fn resources(&self, api: &str) -> Result<Vec<Value>, ProviderError> {
        let mut all = Vec::new();
        let mut position: Option<String> = None;
        for _ in 0..PAGES {
            let from = position.as_deref();
            let from = from.map_or_else(String::new, |position| format!("&position={}", part(position)));
            let path = format!(
                "/restapis/{}/resources?embed=methods&limit={PAGE}{from}",
                part(api)
            );
            let told = self
                .ask_raw(RESOURCES, asked(Method::GET, path, None), &CallFacts::default())
                .await?;
            let (items, next) = page(RESOURCES.operation, &told)?;
            all.extend(items.iter().cloned());
            match next {
                Some(next) => position = Some(next),
                None => return Ok(all),
            }
        }
        Err(incomplete(RESOURCES.operation, "end of the list of resources"))
    }
}

/// What these methods have of their own, and what the whole stage has.
pub(super) fn settings_of(
    keys: &Map<String, Value>,
    methods: &[Route],
) -> Result<MethodSettings, ProviderError> {
    let of = |key: &str| keys.get(key).map(settings).transpose();
    let mut every = of(EVERY)?.unwrap_or_default();
    // What AWS begins a method's own settings with where the stage says nothing (API reference, `MethodSetting`).
    for (path, value) in DEFAULTS {
        every.entry(path.to_owned()).or_insert_with(|| value.to_owned());
    }
    let mut own = BTreeMap::new();
    for route in methods {
        let route = route.to_string();
        // As AWS spells it (CLI reference, `get-stage`), or as a server that tells it decoded. A key without the slash at
        // its beginning is another key, which AWS keeps and no method heeds.
        let settings = match (key_of(&route), route.split_once(' ')) {
            (Some(key), Some((method, path))) => match of(&key)? {
                Some(settings) => Some(settings),
                None => of(&format!("{path}/{method}"))?,
            },
            _ => None,
        };
        let settings = settings.map(|mut settings| {
            // Told only once it was set.
            settings
                .entry(LOG_LEVEL.to_owned())
                .or_insert_with(|| LOG_OFF.to_owned());
            settings
        });
        own.insert(route, settings);
    }
    Ok(MethodSettings { methods: own, every })
}

/// A key of one method, as a patch names it (RFC 6901, section 3).
pub(super) fn key_of(route: &str) -> Option<String> {
    let (method, path) = route.split_once(' ')?;
    Some(format!("{}/{method}", path.replace('~', "~0").replace('/', "~1")))
}

fn settings(told: &Value) -> Result<Settings, ProviderError> {
    let told = told
        .as_object()
        .ok_or_else(|| incomplete(STAGE.operation, "settings of a method"))?;
    let mut settings = Settings::new();
    for (name, value) in told {
        let Some((_, path)) = SETTINGS.iter().find(|(known, _)| known == name) else {
            return Err(refused(
                UPDATE.operation,
                &format!(
                    "The stage has a setting {} that this program does not know",
                    safe(name)
                ),
                "It could be lost in a change: install a newer Switchback, or change the stage by hand.",
            ));
        };
        let text = match value {
            Value::Null => continue,
            Value::Bool(is) => is.to_string(),
            // AWS tells a whole number as 100.0.
            Value::Number(number) => match number.as_f64() {
                Some(number) => number.to_string(),
                None => number.to_string(),
            },
            Value::String(text) => text.clone(),
            Value::Array(_) | Value::Object(_) => {
                return Err(incomplete(STAGE.operation, "value of a setting"));
            }
        };
        settings.insert((*path).to_owned(), text);
    }
    Ok(settings)
}

/// Refuses what is no single method of the API: its key would hold for nothing, or for reads too.
pub(super) fn all_there(
    methods: &[Route],
    there: &BTreeMap<String, BTreeSet<String>>,
) -> Result<(), ProviderError> {
    for route in methods {
        let found = there.get(&route.path);
        if found.is_some_and(|found| found.contains(&route.method)) {
            continue;
        }
        let (what, hint) = match found {
            Some(found) if found.contains("ANY") => (
                format!(
                    "{} has one method ANY, and a throttle of it would refuse reads too",
                    route.path
                ),
                "Give it a method of its own for each write, or restrict it with a firewall rule.",
            ),
            _ if there.keys().any(|path| path.ends_with("+}")) => (
                format!("There is no method {route}; a proxy resource answers for it, and for reads too"),
                "Give each write a method of its own, or restrict them with a firewall rule.",
            ),
            Some(_) | None => (
                format!("There is no method {route} in this API"),
                "Write the path as the API has it, such as /users/{username}.",
            ),
        };
        return Err(ProviderError {
            kind: ProviderErrorKind::Refused,
            ..refused(UPDATE.operation, &what, hint)
        });
    }
    Ok(())
}
