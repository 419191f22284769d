//! STS: who am I, and a role for a profile that assumes one.

use jiff::{SignedDuration, Timestamp};

use super::{AwsError, Call, Refused, Served};
use crate::clock::real_now_ms;
use crate::http as web;
use crate::seed;
use crate::state::{Caller, Outcome};

/// The operation that a request names, in the form or in the query string.
pub(crate) fn operation(call: &Call) -> String {
    let form = web::pairs(&String::from_utf8_lossy(&call.body));
    form.iter()
        .find(|(key, _)| key == "Action")
        .map(|(_, value)| value.as_str())
        .or_else(|| call.param("Action"))
        .unwrap_or("?")
        .to_owned()
}

pub(crate) fn serve(caller: &Caller, call: &Call) -> Result<Served, Refused> {
    let entry = caller.entry(Outcome::Read);
    match caller.operation.as_str() {
        "GetCallerIdentity" => {}
        "AssumeRole" => return assume_role(caller, call),
        other => return Err(Box::new((AwsError::not_rehearsed(other), entry))),
    }
    let account = &caller.account;
    let body = format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
         <GetCallerIdentityResult>\
         <Arn>arn:aws:sts::{account}:assumed-role/operator/rehearsal</Arn>\
         <UserId>AROAREHEARSALOPERATOR:rehearsal</UserId>\
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

/// Every role of the world's own account may be assumed, for an hour of real time: the client's clock
/// judges it.
fn assume_role(caller: &Caller, call: &Call) -> Result<Served, Refused> {
    let entry = caller.entry(Outcome::Read);
    let form = web::pairs(&String::from_utf8_lossy(&call.body));
    let field = |name: &str| {
        form.iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .unwrap_or_default()
    };
    let (arn, session) = (field("RoleArn"), field("RoleSessionName"));
    let role = arn
        .strip_prefix(&format!("arn:aws:iam::{}:role/", seed::ACCOUNT))
        .filter(|role| !role.is_empty());
    let Some(role) = role else {
        let denied = AwsError::new(
            "AccessDenied",
            &format!("User is not authorized to perform: sts:AssumeRole on resource: {arn}"),
        );
        return Err(Box::new((denied, entry)));
    };
    let end = Timestamp::from_millisecond(real_now_ms())
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .saturating_add(SignedDuration::from_hours(1))
        .unwrap_or(Timestamp::MAX)
        .strftime("%Y-%m-%dT%H:%M:%SZ");
    let body = format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>\
         <AssumedRoleUser><AssumedRoleId>AROAREHEARSALOPERATOR:{session}</AssumedRoleId>\
         <Arn>arn:aws:sts::{account}:assumed-role/{role}/{session}</Arn></AssumedRoleUser>\
         <Credentials><AccessKeyId>ASIAREHEARSALROLE</AccessKeyId><SecretAccessKey>rehearsal</SecretAccessKey>\
         <SessionToken>rehearsal</SessionToken><Expiration>{end}</Expiration></Credentials>\
         </AssumeRoleResult><ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>\
         </AssumeRoleResponse>",
        session = web::escape(session),
        account = seed::ACCOUNT,
        role = web::escape(role),
        request_id = caller.request_id,
    );
    Ok(Served {
        answer: web::answer(200, "text/xml", body),
        entry: Some(entry),
        lost: false,
    })
}
