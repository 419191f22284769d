//! STS: who am I.

use super::{AwsError, Call, Refused, Served};
use crate::http as web;
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

pub(crate) fn serve(caller: &Caller) -> Result<Served, Refused> {
    let entry = caller.entry(Outcome::Read);
    if caller.operation != "GetCallerIdentity" {
        return Err(Box::new((AwsError::not_rehearsed(&caller.operation), entry)));
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
