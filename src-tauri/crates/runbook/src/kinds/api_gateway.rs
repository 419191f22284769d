//! `apigateway.throttle`, as a check and as an action.

use switchback_model::{ActionSpec, ApiStage, CheckKind, Route, SetThrottle, ThrottleCheck, ThrottleWish};

use super::Authored;
use super::key::{Key, Shape};
use super::shared::{all_texts, aws_name, one_of};
use crate::reader::{Item, Reader, Table};

const API: Key = Key::needed("api", Shape::Text, "The REST API's id", "\"a1b2c3d4e5\"");
const STAGE: Key = Key::needed("stage", Shape::Text, "The stage's name", "\"prod\"");
const METHODS: Key = Key::needed(
    "methods",
    Shape::Texts,
    "The methods by the path of their resource, each one method of the API",
    "[\"POST /users\", \"DELETE /users/{username}\"]",
);
const RATE: Key = Key::either(
    "rate",
    Shape::Number,
    "Requests that each of them takes in a second, and at once; 0 refuses every one",
    "0",
);
const INHERIT: Key = Key::either(
    "inherit",
    Shape::Flag,
    "True takes their own settings away, so that those of the whole stage hold",
    "true",
);
/// Methods that one step changes: one request with a line for each setting of each.
const MOST: usize = 50;
/// Requests a second that an account has in a region, if nobody asked for more (API Gateway developer guide, "Quotas").
const MOST_A_SECOND: u32 = 10_000;

const HAS_RATE: Key = Key {
    words: "Requests that each of them takes in a second, and at once",
    ..RATE
};
const INHERITS: Key = Key {
    words: "True where they have no settings of their own, so that those of the whole stage hold",
    ..INHERIT
};

pub(crate) struct Throttle;

impl Authored for Throttle {
    type Spec = CheckKind;
    const SAYS: &'static str =
        "Methods of a stage of a REST API have this throttle of their own, or none of their own";
    const KEYS: &'static [Key] = &[API, STAGE, METHODS, HAS_RATE, INHERITS];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<CheckKind> {
        let (on, methods, expected) = throttle(r, t)?;
        Some(CheckKind::Throttle(ThrottleCheck {
            on,
            methods,
            expected,
        }))
    }
}

pub(crate) struct SetsThrottle;

impl Authored for SetsThrottle {
    type Spec = ActionSpec;
    const SAYS: &'static str = "Gives methods of a stage of a REST API a throttle of their own, or takes their own settings away; nothing else of the stage is touched";
    const KEYS: &'static [Key] = &[API, STAGE, METHODS, RATE, INHERIT];
    const WISH: &'static [&'static str] = &[RATE.name, INHERIT.name];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<ActionSpec> {
        let (on, methods, wish) = throttle(r, t)?;
        Some(ActionSpec::SetThrottle(SetThrottle { on, methods, wish }))
    }
}

fn throttle(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<(ApiStage, Vec<Route>, ThrottleWish)> {
    let api = r.must(t, API.name, aws_name);
    let stage = r.must(t, STAGE.name, aws_name);
    let methods = r.must(t, METHODS.name, methods);
    let wish = match one_of(r, t, [RATE.name, INHERIT.name])? {
        key if key == INHERIT.name => {
            if !r.may(t, key, Reader::boolean)? {
                r.notes.error(
                    "either-key",
                    t.at_key(key),
                    "`inherit` is true, or it is left out.",
                    "Write `inherit = true`, or `rate`.",
                );
                return None;
            }
            ThrottleWish::Inherit
        }
        key => {
            let rate = r.may(t, key, limit)?;
            ThrottleWish::Limit {
                rate: rate.to_string(),
                burst: rate,
            }
        }
    };
    let on = ApiStage {
        api: api?,
        stage: stage?,
    };
    Some((on, methods?, wish))
}

fn limit(r: &mut Reader<'_>, item: Item<'_>) -> Option<u32> {
    let number = r.number(item)?;
    if number <= MOST_A_SECOND {
        return Some(number);
    }
    r.notes.error(
        "number",
        item.span().into(),
        format!("{number} is more than an account has: {MOST_A_SECOND} a second."),
        "Write fewer.",
    );
    None
}

/// Single methods, sorted: a throttle of ANY or of a proxy resource would refuse what reads, too.
fn methods(r: &mut Reader<'_>, item: Item<'_>) -> Option<Vec<Route>> {
    let texts = all_texts(r, item)?;
    let mut routes: Vec<Route> = Vec::new();
    for text in &texts {
        let route: Result<Route, _> = text.parse();
        let fault = match &route {
            Err(fault) => Some((*fault).to_owned()),
            Ok(route) if route.method == "ANY" => {
                Some("ANY is every method, the reading ones too".to_owned())
            }
            Ok(route) if route.path.contains("+}") => {
                Some("a proxy resource stands for every path below it, the reading ones too".to_owned())
            }
            Ok(route) if ["GET", "HEAD", "OPTIONS"].contains(&route.method.as_str()) => {
                Some("it reads".to_owned())
            }
            Ok(route) if route.path.contains('~') => {
                Some("a path with ~ is written in more than one way in a key".to_owned())
            }
            Ok(route) if routes.contains(route) => Some("it stands here twice".to_owned()),
            Ok(_) => None,
        };
        match (fault, route) {
            (None, Ok(route)) => routes.push(route),
            (fault, _) => {
                r.notes.error(
                    "route",
                    item.span().into(),
                    format!("{text:?} can't be throttled: {}.", fault.unwrap_or_default()),
                    "Name each method that writes with the path of its resource, such as \"POST /users\".",
                );
                return None;
            }
        }
    }
    if routes.is_empty() || routes.len() > MOST {
        r.notes.error(
            "route",
            item.span().into(),
            format!("This list has {} methods: it needs 1 to {MOST}.", routes.len()),
            "Name those that are meant.",
        );
        return None;
    }
    routes.sort();
    Some(routes)
}
