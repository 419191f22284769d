//! STS: who am I, and a role for a profile that assumes one. Roles that nobody made are refused as AWS
//! refuses them: a rehearsal that forgives teaches the wrong night.

use jiff::Timestamp;

use super::keys::Session;
use super::service::{Face, Wire, operation_itself};
use super::{AwsError, Call, Refused, Served};
use crate::clock::real_now_ms;
use crate::core::Core;
use crate::http as web;
use crate::log::{Caller, Outcome};
use crate::seed;

/// The namespace that AWS writes on every root.
const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

pub(super) const FACE: Face = Face {
    scope: "sts",
    wire: Wire::Xml { namespace: NAMESPACE },
    throttled: "Throttling",
    operation,
    action: operation_itself,
    resource: |_, _| None,
    serve,
};

/// The operation that a request names, in the form or in the query string.
fn operation(call: &Call) -> String {
    let form = web::pairs(&String::from_utf8_lossy(&call.body));
    form.iter()
        .find(|(key, _)| key == "Action")
        .map(|(_, value)| value.as_str())
        .or_else(|| call.param("Action"))
        .unwrap_or("?")
        .to_owned()
}

fn serve(_: &Core, caller: &Caller, call: &Call) -> Result<Served, Refused> {
    let entry = caller.entry(Outcome::Read);
    match caller.operation.as_str() {
        "GetCallerIdentity" => {}
        "AssumeRole" => return assume_role(caller, call),
        other => return Err(Box::new((AwsError::not_rehearsed(other), entry))),
    }
    let account = &caller.account;
    let (role, session) = (web::escape(&caller.role), web::escape(&caller.session));
    let body = format!(
        "<GetCallerIdentityResponse xmlns=\"{NAMESPACE}\">\
         <GetCallerIdentityResult>\
         <Arn>arn:aws:sts::{account}:assumed-role/{role}/{session}</Arn>\
         <UserId>AROAREHEARSALOPERATOR:{session}</UserId>\
         <Account>{account}</Account>\
         </GetCallerIdentityResult>\
         <ResponseMetadata><RequestId>{}</RequestId></ResponseMetadata>\
         </GetCallerIdentityResponse>",
        caller.request_id
    );
    Ok(Served {
        answer: web::answer(200, "text/xml", body),
        entry: Some(entry),
        lost: false,
    })
}

/// A role of the world's own account may be assumed by who belongs to it, for as long as is asked in real
/// time: the client's clock judges it (AWS STS API reference, "AssumeRole").
fn assume_role(caller: &Caller, call: &Call) -> Result<Served, Refused> {
    let entry = caller.entry(Outcome::Read);
    let form = web::pairs(&String::from_utf8_lossy(&call.body));
    let field = |name: &str| {
        form.iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .unwrap_or_default()
    };
    let (arn, name) = (field("RoleArn"), field("RoleSessionName"));
    let refuse = |code: &str, message: String| Err(Box::new((AwsError::new(code, &message), entry.clone())));
    let good = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    if !(2..=64).contains(&name.len()) || !name.chars().all(good) {
        return refuse(
            "ValidationError",
            "1 validation error detected: Value at 'roleSessionName' failed to satisfy constraint: Member must satisfy \
             regular expression pattern: [\\w+=,.@-]{2,64}"
                .to_owned(),
        );
    }
    if !arn.starts_with("arn:aws:iam::") || !arn.contains(":role/") {
        return refuse("ValidationError", format!("{arn} is invalid"));
    }
    let seconds = match field("DurationSeconds") {
        "" => Some(3_600),
        text => text.parse::<i64>().ok().filter(|s| (900..=43_200).contains(s)),
    };
    let Some(seconds) = seconds else {
        return refuse(
            "ValidationError",
            "1 validation error detected: Value at 'durationSeconds' failed to satisfy constraint: Member must have \
             value between 900 and 43200"
                .to_owned(),
        );
    };
    let role = arn
        .strip_prefix(&format!("arn:aws:iam::{}:role/", seed::ACCOUNT))
        .filter(|role| seed::ROLES.contains(role) && caller.account == seed::ACCOUNT);
    let Some(role) = role else {
        return refuse(
            "AccessDenied",
            format!(
                "User: {} is not authorized to perform: sts:AssumeRole on resource: {arn}",
                caller.arn()
            ),
        );
    };
    let session = Session {
        role: role.to_owned(),
        name: name.to_owned(),
        ends_ms: real_now_ms().saturating_add(seconds.saturating_mul(1_000)),
    };
    let end = Timestamp::from_millisecond(session.ends_ms)
        .unwrap_or(Timestamp::MAX)
        .strftime("%Y-%m-%dT%H:%M:%SZ");
    let body = format!(
        "<AssumeRoleResponse xmlns=\"{NAMESPACE}\"><AssumeRoleResult>\
         <AssumedRoleUser><AssumedRoleId>AROAREHEARSALOPERATOR:{name}</AssumedRoleId>\
         <Arn>arn:aws:sts::{account}:assumed-role/{role}/{name}</Arn></AssumedRoleUser>\
         <Credentials><AccessKeyId>{id}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey>\
         <SessionToken>{token}</SessionToken><Expiration>{end}</Expiration></Credentials>\
         </AssumeRoleResult><ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>\
         </AssumeRoleResponse>",
        account = seed::ACCOUNT,
        id = session.id(),
        secret = session.secret(),
        token = session.token(),
        request_id = caller.request_id,
    );
    Ok(Served {
        answer: web::answer(200, "text/xml", body),
        entry: Some(entry),
        lost: false,
    })
}
