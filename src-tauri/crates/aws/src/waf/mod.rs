//! The web application firewall: the action of one rule of a web ACL.
//!
//! A web ACL is replaced whole (WAF API reference, UpdateWebACL), under a token that AWS refuses once somebody else has
//! written. So the document is kept as the JSON that it is: everything in it but the one action goes back as it came,
//! also what this program does not know.

mod action;
mod read;
mod rule;

#[cfg(test)]
mod tests;

pub use action::RuleChange;
pub use rule::RuleLook;

use switchback_model::{ApiStage, Scope, WebAcl};

use crate::op::{On, Op};
use crate::resource::{Granted, Resource, Stands, part, words};
use crate::service::Service;

/// Reads a web ACL with the token under which it may be replaced.
pub const GET: Op = Op::reads(Service::Waf, "GetWebACL", On::Object);
/// Tells which web ACL stands before a stage. IAM wants it for the stage, too, whose ARN is another service's.
pub const GUARDS: Op = Op::reads(Service::Waf, "GetWebACLForResource", On::Everything);
/// Replaces a web ACL.
pub const UPDATE: Op = Op::changes(Service::Waf, "UpdateWebACL", On::Object);
/// The same, as IAM wants it for what the rules name: groups of rules, sets of addresses or patterns (Service
/// Authorization Reference, "Actions, resources, and condition keys for AWS WAF V2").
const UPDATE_GROUPS: Op = named("/rulegroup/*");
const UPDATE_MANAGED: Op = named("/managedruleset/*");
const UPDATE_ADDRESSES: Op = named("/ipset/*");
const UPDATE_PATTERNS: Op = named("/regexpatternset/*");

const fn named(is: &'static str) -> Op {
    let of = "/webacl/";
    Op::changes(Service::Waf, UPDATE.operation, On::Beside { of, is })
}

/// The home of everything before CloudFront (WAF API reference, `Scope`).
const HOME: &str = "us-east-1";

/// A web ACL.
#[must_use]
pub fn web_acl(acl: &WebAcl) -> Resource {
    let (kind, stands) = match acl.scope {
        Scope::Regional => ("regional", Stands::InAccount),
        Scope::Cloudfront => ("global", Stands::AtHome),
    };
    let named = ["--name", &acl.name, "--scope", acl.scope.text(), "--id", &acl.id];
    let mut command = words(["wafv2", "get-web-acl"]);
    if acl.scope == Scope::Cloudfront {
        command.extend(words(["--region", HOME]));
    }
    command.extend(words(named));
    Resource {
        id: format!("web-acl:{}/{}", acl.scope.text(), acl.name),
        title: format!("Web ACL {}", acl.name),
        granted: Granted {
            service: Service::Waf.id(),
            stands,
            rest: format!("{kind}/webacl/{}/{}", acl.name, acl.id),
            name: None,
        },
        command,
        global: acl.scope == Scope::Cloudfront,
        page: format!(
            "wafv2/homev2/web-acl/{}/{}/overview?region={{region}}",
            part(&acl.name),
            part(&acl.id)
        ),
    }
}

/// The ARN of a stage (WAF API reference, GetWebACLForResource).
fn stage_arn(stage: &ApiStage, region: &str) -> String {
    crate::apigateway::stage(stage).arn(region, "")
}
