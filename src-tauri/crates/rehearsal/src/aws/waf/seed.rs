//! The web ACL of a new world. Every name and id is made up.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::part::{Acl, Waf};
use crate::aws::apigateway;
use crate::aws::cognito::REGION;
use crate::aws::spread::Spread;
use crate::faults::{self, Fault, Leak};
use crate::seed::ACCOUNT;

/// The name of the web ACL.
pub const WEB_ACL_NAME: &str = "tis-gateway";
/// Its id.
pub const WEB_ACL_ID: &str = "5b1c9a52-0f3e-4c0a-9d8e-7a6b5c4d3e2f";
/// The rule that was deployed in Count, and blocks on the night.
pub const FREEZE_RULE: &str = "user-management-writes";
/// World time from a change of a web ACL until it is everywhere.
pub const WAF_SPREAD: Duration = Duration::from_secs(3);

/// Another rule of the web ACL, of other people's concern.
pub(super) const OTHER_RULE: &str = "block-known-bad";
/// The capacity units that it uses; 700 of them are the managed rule group's.
pub(super) const CAPACITY: u32 = 742;

/// World milliseconds until a change that is made now is everywhere.
pub(super) fn spread_ms(faults: &[Fault]) -> i64 {
    faults::spread_ms(faults, WAF_SPREAD)
}

impl Waf {
    /// The web ACL as at the beginning of a world, before the stage of user management.
    pub(crate) fn seeded() -> Self {
        Self {
            acls: vec![Acl {
                account: ACCOUNT.to_owned(),
                region: REGION.to_owned(),
                scope: "REGIONAL".to_owned(),
                name: WEB_ACL_NAME.to_owned(),
                id: WEB_ACL_ID.to_owned(),
                lock_token: uuid::Uuid::new_v4().to_string(),
                settings: Spread::settled(settings()),
                resources: vec![apigateway::stage_arn()],
            }],
        }
    }
}

/// A blob as JSON has it.
pub(super) fn blob(text: &str) -> String {
    STANDARD.encode(text)
}

fn settings() -> Map<String, Value> {
    let settings = json!({
        "DefaultAction": {"Allow": {}},
        "Rules": [managed(), freeze(), known_bad()],
        "VisibilityConfig": visibility(WEB_ACL_NAME),
        "CustomResponseBodies": {
            "user-management-closed": {
                "ContentType": "APPLICATION_JSON",
                "Content": "{\"message\":\"User management is closed for changes.\"}",
            },
        },
        "TokenDomains": ["example.nhs.test"],
        "ApplicationConfig": {"Attributes": [{"Name": "application_category", "Values": ["api"]}]},
        // What a service that is newer than its SDKs says: whoever echoes by type loses it.
        "FutureSetting": {"Kept": ["as", "it", "is"]},
    });
    match settings {
        Value::Object(settings) => settings,
        _ => Map::new(),
    }
}

fn visibility(metric: &str) -> Value {
    json!({"SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": true, "MetricName": metric})
}

fn managed() -> Value {
    json!({
        "Name": "common",
        "Priority": 0,
        "Statement": {
            "ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"},
        },
        "OverrideAction": {"None": {}},
        "VisibilityConfig": visibility("common"),
    })
}

fn freeze() -> Value {
    json!({
        "Name": FREEZE_RULE,
        "Priority": 10,
        "Statement": statement(Strength::WHOLE),
        "Action": {"Count": {}},
        "RuleLabels": [{"Name": "tis:user-management-write"}],
        "VisibilityConfig": visibility(FREEZE_RULE),
        "FutureSetting": {"Kept": ["as", "it", "is"]},
    })
}

/// What the freeze rule thinks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Strength {
    /// Escapes in a path.
    decodes: bool,
    /// What a router cuts off behind a `;`.
    knows_parameters: bool,
}

impl Strength {
    const WHOLE: Self = Self {
        decodes: true,
        knows_parameters: true,
    };
}

/// The statement that the freeze rule has while faults make it a weak one; none while they do not.
pub(super) fn weak_statement(faults: &[Fault]) -> Option<Value> {
    let lasts = |leak| faults.contains(&Fault::Leak { leak });
    let left = Strength {
        decodes: !lasts(Leak::Undecoded),
        knows_parameters: !lasts(Leak::Parameter),
    };
    (left != Strength::WHOLE).then(|| statement(left))
}

/// Whatever is below user management and is no plain read. WAF sees a path as it was sent, so spellings that lead to
/// the same route are put right first, and what a router cuts off behind a `;` is thought of.
fn statement(strength: Strength) -> Value {
    let any = |all: Vec<Value>| json!({"OrStatement": {"Statements": all}});
    let transformations = match strength.decodes {
        true => &["URL_DECODE", "LOWERCASE", "COMPRESS_WHITE_SPACE"][..],
        false => &["LOWERCASE", "COMPRESS_WHITE_SPACE"][..],
    };
    let path = |text: &str| byte_match(&json!({"UriPath": {}}), "CONTAINS", text, transformations);
    let paths = match strength.knows_parameters {
        true => any(vec![path("/usermanagement/"), path("/usermanagement;")]),
        false => path("/usermanagement/"),
    };
    let method = |name: &str| byte_match(&json!({"Method": {}}), "EXACTLY", name, &["NONE"]);
    let reads = any(["GET", "HEAD", "OPTIONS"].map(method).to_vec());
    // An application may take another method from this header, and this one does while `Leak::Override` lasts.
    let overridden = json!({
        "SizeConstraintStatement": {
            "FieldToMatch": {"SingleHeader": {"Name": "x-http-method-override"}},
            "ComparisonOperator": "GE",
            "Size": 0,
            "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
        },
    });
    let writes = any(vec![json!({"NotStatement": {"Statement": reads}}), overridden]);
    json!({"AndStatement": {"Statements": [paths, writes]}})
}

fn known_bad() -> Value {
    json!({
        "Name": OTHER_RULE,
        "Priority": 20,
        "Statement": byte_match(
            &json!({"SingleHeader": {"Name": "user-agent"}}),
            "CONTAINS",
            "known-bad-scanner",
            &["LOWERCASE"],
        ),
        "Action": {"Block": {}},
        "VisibilityConfig": visibility(OTHER_RULE),
    })
}

fn byte_match(field: &Value, position: &str, text: &str, transformations: &[&str]) -> Value {
    let kinds = transformations.iter().enumerate();
    let kinds = kinds.map(|(priority, kind)| json!({"Priority": priority, "Type": kind}));
    json!({
        "ByteMatchStatement": {
            "SearchString": blob(text),
            "FieldToMatch": field,
            "TextTransformations": kinds.collect::<Vec<_>>(),
            "PositionalConstraint": position,
        },
    })
}
