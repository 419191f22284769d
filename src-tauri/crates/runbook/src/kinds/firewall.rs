//! `waf.rule_action` and `waf.rule`.

use serde_json::{Map, Value, json};
use switchback_model::{
    ActionSpec, ApiStage, CheckKind, RuleAction, RuleActionWord, RuleCheck, Scope, SetRuleAction, WebAcl,
};

use super::Authored;
use super::key::{Key, Shape, written};
use super::shared::aws_name;
use crate::reader::{Item, Reader, Table};

const SCOPES: &[(&str, Scope)] = &[("regional", Scope::Regional), ("cloudfront", Scope::Cloudfront)];
const ACTIONS: &[(&str, RuleActionWord)] = &[
    ("block", RuleActionWord::Block),
    ("count", RuleActionWord::Count),
    ("allow", RuleActionWord::Allow),
];

const WEB_ACL: Key = Key::needed("web_acl", Shape::Text, "The web ACL's name", "\"tis-gateway\"");
const WEB_ACL_ID: Key = Key::needed(
    "web_acl_id",
    Shape::Text,
    "The web ACL's id",
    "\"11111111-2222-3333-4444-555555555555\"",
);
const SCOPE: Key = Key::optional(
    "scope",
    Shape::Word(|| written(SCOPES)),
    "Whether it stands in a region or before CloudFront; in a region where left out",
    "\"regional\"",
);
const RULE: Key = Key::needed(
    "rule",
    Shape::Text,
    "The rule's name",
    "\"user-management-writes\"",
);
const ACTION: Key = Key::needed(
    "action",
    Shape::Word(|| written(ACTIONS)),
    "What the rule shall do with a request that it matches",
    "\"block\"",
);
const DOES: Key = Key {
    needed: false,
    words: "What the rule does with a request that it matches; anything where left out",
    ..ACTION
};
const STATUS: Key = Key::optional(
    "status",
    Shape::Number,
    "The HTTP status that a block answers; 403 where left out",
    "503",
);
const HEADERS: Key = Key::optional(
    "headers",
    Shape::Texts,
    "Headers that a block answers, each `name: value`: one of them tells its answers from others', and pages of other sites need access-control-allow-origin",
    "[\"x-restricted: firewall\"]",
);
const BODY: Key = Key::optional(
    "body",
    Shape::Text,
    "The body that a block answers: its key among the response bodies that the web ACL has",
    "\"closed\"",
);
const GUARDS: Key = Key::optional(
    "guards",
    Shape::Text,
    "The stage before which the web ACL stands: the REST API's id, a slash and the stage; not asked where left out",
    "\"a1b2c3d4e5/prod\"",
);

/// What WAF answers a blocked request where nothing else is said (WAF developer guide, "Using rule actions").
const USUAL_STATUS: u32 = 403;
/// The headers that one custom response may have (WAF developer guide, "AWS WAF quotas").
const MOST_HEADERS: usize = 10;

fn acl(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<(WebAcl, String)> {
    let name = r.must(t, WEB_ACL.name, aws_name);
    let id = r.must(t, WEB_ACL_ID.name, aws_name);
    let scope = r.optional(t, SCOPE.name, |r, item| r.choice(item, SCOPES));
    let rule = r.must(t, RULE.name, aws_name);
    let acl = WebAcl {
        name: name?,
        id: id?,
        scope: scope?.unwrap_or(Scope::Regional),
    };
    Some((acl, rule?))
}

pub(crate) struct Rule;

impl Authored for Rule {
    type Spec = CheckKind;
    const SAYS: &'static str = "A rule of a web ACL is there and does this, nobody but the account owns the web ACL, and it stands before the stage that it shall guard";
    const KEYS: &'static [Key] = &[WEB_ACL, WEB_ACL_ID, SCOPE, RULE, DOES, GUARDS];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<CheckKind> {
        let acl = acl(r, t);
        let action = r.optional(t, DOES.name, |r, item| r.choice(item, ACTIONS));
        let guards = r.optional(t, GUARDS.name, stage);
        let (web_acl, rule) = acl?;
        Some(CheckKind::Rule(RuleCheck {
            web_acl,
            rule,
            action: action?,
            guards: guards?,
        }))
    }
}

pub(crate) struct SetsAction;

impl Authored for SetsAction {
    type Spec = ActionSpec;
    const SAYS: &'static str = "Gives a rule of a web ACL, which is there already, another action; everything else in the web ACL stays as it is";
    const KEYS: &'static [Key] = &[WEB_ACL, WEB_ACL_ID, SCOPE, RULE, ACTION, STATUS, HEADERS, BODY];
    const WISH: &'static [&'static str] = &[ACTION.name];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<ActionSpec> {
        let acl = acl(r, t);
        let word = r.must(t, ACTION.name, |r, item| r.choice(item, ACTIONS));
        let status = r.optional(t, STATUS.name, status);
        let headers = r.optional(t, HEADERS.name, headers);
        let body = r.optional(t, BODY.name, aws_name);
        let (web_acl, rule) = acl?;
        let (word, status, headers, body) = (word?, status?, headers?, body?);
        let answers = [
            (STATUS.name, status.is_some()),
            (HEADERS.name, headers.is_some()),
            (BODY.name, body.is_some()),
        ];
        let written = answers.into_iter().find(|(_, is)| *is);
        if let (Some((key, _)), true) = (written, word != RuleActionWord::Block) {
            r.notes.error(
                "rule-answer",
                t.at_key(key),
                format!("`{key}` is said of the answer of a block."),
                "Write `action = \"block\"`, or leave it out.",
            );
            return None;
        }
        let mut inner = Map::new();
        if written.is_some() {
            let mut custom = Map::new();
            custom.insert("ResponseCode".to_owned(), json!(status.unwrap_or(USUAL_STATUS)));
            if let Some(headers) = headers {
                custom.insert("ResponseHeaders".to_owned(), Value::Array(headers));
            }
            if let Some(body) = body {
                custom.insert("CustomResponseBodyKey".to_owned(), json!(body));
            }
            inner.insert("CustomResponse".to_owned(), Value::Object(custom));
        }
        Some(ActionSpec::SetRuleAction(SetRuleAction {
            web_acl,
            rule,
            action: RuleAction::of(&json!({word.text(): inner})),
        }))
    }
}

/// A stage: the id of its REST API, a slash and its name.
fn stage(r: &mut Reader<'_>, item: Item<'_>) -> Option<ApiStage> {
    let text = r.text(item)?;
    let plain = |part: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
        (1..=128).contains(&part.len()) && part.chars().all(plain)
    };
    match text.split_once('/') {
        Some((api, stage)) if plain(api) && plain(stage) => Some(ApiStage {
            api: api.to_owned(),
            stage: stage.to_owned(),
        }),
        Some(_) | None => {
            r.notes.error(
                "aws-name",
                item.span().into(),
                "A stage is the id of a REST API, a slash and the stage's name.",
                "Write it such as \"a1b2c3d4e5/prod\".",
            );
            None
        }
    }
}

/// A status of a custom response (WAF API reference, `CustomResponse`: 200 to 600), as far as one is a refusal.
fn status(r: &mut Reader<'_>, item: Item<'_>) -> Option<u32> {
    let number = r.number(item)?;
    if (400..600).contains(&number) {
        return Some(number);
    }
    r.notes.error(
        "number",
        item.span().into(),
        format!("{number} is no status of a refusal."),
        "Write one of 400 to 599, such as 503.",
    );
    None
}

fn headers(r: &mut Reader<'_>, item: Item<'_>) -> Option<Vec<Value>> {
    let texts = r.texts(item)?;
    let mut headers = Vec::new();
    for text in &texts {
        // A mark without its status is written alike, and read by the same rules.
        let header = format!("503 {text}").parse::<switchback_model::Mark>();
        match header.map(|mark| mark.header) {
            Ok(Some((name, value))) if name != "content-type" => {
                headers.push(json!({"Name": name, "Value": value}));
            }
            Ok(_) | Err(_) => {
                r.notes.error(
                    "rule-header",
                    item.span().into(),
                    format!("{text:?} is no header that WAF answers."),
                    "Write each as \"name: value\"; content-type comes with the body.",
                );
                return None;
            }
        }
    }
    if headers.is_empty() || headers.len() > MOST_HEADERS {
        r.notes.error(
            "rule-header",
            item.span().into(),
            format!(
                "This list has {} headers: it needs 1 to {MOST_HEADERS}.",
                headers.len()
            ),
            "Name those that are meant.",
        );
        return None;
    }
    Some(headers)
}
