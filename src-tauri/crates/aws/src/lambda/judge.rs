//! What is wrong with a trigger, each with a sentence and a command that mends it.

use switchback_model::{FunctionArn, PoolArn};

use super::ask::{Because, Function};
use super::look::TriggerLook;
use super::narrowed::Narrowed;
use super::policy::{Nearest, Says, says};
use super::statement::{Asked, COGNITO, INVOKE};
use crate::error::safe;
use crate::grammar::Word;
use crate::look::{Found, Look as _, Mend};

/// Seconds that Cognito waits for a trigger, before it asks again (Cognito developer guide, "Customizing user pool workflows
/// with Lambda triggers", important considerations).
pub(super) const MOST_S: u64 = 5;

/// What was found, and how it is mended.
type Wrong = (String, String);

/// What the permission comes to.
enum Permission {
    Right(String),
    Wrong(Wrong),
    Untold(Wrong),
}

pub(super) fn judge(look: &TriggerLook<'_>, function: &Function) -> Found {
    let permission = permission(look, function);
    let health = health(look, function);
    let expected = look.expected();
    let lines = |first: Option<Wrong>| {
        let all: Vec<Wrong> = first.into_iter().chain(health.clone()).collect();
        let (said, mends): (Vec<String>, Vec<String>) = all.into_iter().unzip();
        (said.join("; "), mends.join("\n"))
    };
    match permission {
        Permission::Wrong(wrong) => {
            let (said, mends) = lines(Some(wrong));
            Found::wrong(expected, said, Mend::Besides(mends))
        }
        Permission::Right(_) | Permission::Untold(_) if !health.is_empty() => {
            let (said, mends) = lines(None);
            Found::wrong(expected, said, Mend::Besides(mends))
        }
        Permission::Untold((said, mend)) => Found::untold(expected, said, Mend::Besides(mend)),
        Permission::Right(said) => match (&function.state, &function.last_update) {
            (Some(_), Some(_)) => Found::right(
                expected,
                format!(
                    "{said}; active, {} s; our own dry run was taken, which says nothing of Cognito",
                    function.timeout_s
                ),
            ),
            (None, _) | (_, None) => Found::untold(
                expected,
                format!("{said}; AWS does not say in which state the function is"),
                Mend::Unsaid("Look at the function in the AWS console.".to_owned()),
            ),
        },
    }
}

fn named(sid: &str) -> String {
    match sid {
        "" => "a statement without a name".to_owned(),
        sid => format!("statement {}", Word::sid(sid)),
    }
}

/// Whether the policy of this very name lets the pool. One that lets others too lets the pool all the same, so that it is
/// right with a caution (Lambda API reference, AddPermission, `SourceArn`; IAM user guide, "The confused deputy problem").
fn permission(look: &TriggerLook<'_>, function: &Function) -> Permission {
    let wrong = |said: &str| Permission::Wrong((said.to_owned(), add_permission(look)));
    let Some(policy) = &function.policy else {
        return wrong(
            "nobody may invoke it by this name: it has no policy, and one of an alias or of the bare name does not count for another",
        );
    };
    let asked = Asked::of(&look.check.function, &look.check.pool_arn);
    let pool = pool_id(look);
    match says(policy, &asked) {
        Says::Lets { sid, narrowed } => Permission::Right(format!(
            "the pool may invoke it ({}){}",
            named(&sid),
            match narrowed {
                Narrowed::ToPool => String::new(),
                Narrowed::ToAccount => ", as every pool of the account may".to_owned(),
                Narrowed::Open => format!(
                    ", as every pool of everybody may: no condition names one. Caution: give the statement the ARN of pool \
                     {pool} as AWS:SourceArn, or anybody's pool runs it"
                ),
                Narrowed::Anybody => format!(
                    ", as anybody may who has an AWS account: its principal is * and no condition keeps them off. Caution: \
                     give it to {COGNITO} alone, with the ARN of pool {pool} as AWS:SourceArn"
                ),
            }
        )),
        Says::Denies { sid } => Permission::Wrong((
            format!("{} denies it", named(&sid)),
            format!("Take the statement out of the policy of {}.", safe(&look.check.function)),
        )),
        Says::Nothing(Nearest::None) => wrong("no statement of its policy lets Cognito invoke it"),
        Says::Nothing(Nearest::OtherFunction) => {
            wrong("its policy lets Cognito invoke another function, or this one by another name")
        }
        Says::Nothing(Nearest::OtherPool) => wrong("its policy lets another pool invoke it, and not this one"),
        Says::Unclear { sid } => Permission::Untold((
            format!("{} is written in a way that can't be judged here", named(&sid)),
            "Look at the statement in the AWS console: it must let cognito-idp.amazonaws.com, with the pool's ARN as \
             AWS:SourceArn."
                .to_owned(),
        )),
        Says::Twice => Permission::Untold((
            "its policy has a key twice, and nothing tells which of the two holds".to_owned(),
            "Look at the policy in the AWS console, and have its owner write the statement anew.".to_owned(),
        )),
        Says::Unreadable => Permission::Untold((
            "AWS answered a policy that can't be read".to_owned(),
            "Check again; if it stays so, look at the policy in the AWS console.".to_owned(),
        )),
    }
}

fn pool_id<'a>(look: &'a TriggerLook<'_>) -> &'a str {
    PoolArn::of(&look.check.pool_arn).map_or("pool", |pool| pool.id)
}

/// The command that gives the permission (AWS CLI, `lambda add-permission`). The name of the statement is the pool's, so
/// that it is in nobody's way.
fn add_permission(look: &TriggerLook<'_>) -> String {
    let pool = pool_id(look);
    command(
        look,
        "add-permission",
        &format!(
            " --statement-id cognito-{pool} --action {INVOKE} --principal {COGNITO} --source-arn {}",
            look.check.pool_arn
        ),
        true,
    )
}

/// A command of the AWS CLI about the function. The parts of both ARNs have no character that a shell minds, but for the
/// `$` of the newest version.
fn command(look: &TriggerLook<'_>, what: &str, rest: &str, qualified: bool) -> String {
    let function = FunctionArn::of(&look.check.function);
    let (region, name) = function.map_or(("", ""), |arn| (arn.region, arn.name));
    let qualifier = function.and_then(|arn| arn.qualifier).filter(|_| qualified);
    let qualifier = qualifier.map(|qualifier| format!(" --qualifier '{qualifier}'"));
    format!(
        "In Terraform, or: aws lambda {what} --region {region} --function-name {name}{}{rest}",
        qualifier.unwrap_or_default()
    )
}

/// Why it is in a state, as far as it may be repeated: where the state or the code of the reason is no such word, the text
/// beside it is not AWS's either.
fn why(state: &str, because: &Because) -> String {
    let code = because.code.as_deref().map(Word::status);
    let code = match (Word::status(state), code) {
        (Word::NotRepeated(_), _) => return String::new(),
        (Word::Fits(_), Some(word @ Word::NotRepeated(_))) => return format!(" {word}"),
        (Word::Fits(_), Some(word @ Word::Fits(_))) => format!(" {}", word.in_brackets()),
        (Word::Fits(_), None) => String::new(),
    };
    let text = because.text.as_deref().map(|text| format!(": {}", safe(text)));
    format!("{code}{}", text.unwrap_or_default())
}

/// What else keeps it from answering.
fn health(look: &TriggerLook<'_>, function: &Function) -> Vec<Wrong> {
    let mut wrong = Vec::new();
    match function.state.as_deref() {
        None | Some("Active") => {}
        Some(state) => {
            let why = why(state, &function.because);
            wrong.push((
                format!("{}{why}", Word::status(state)),
                match state {
                    "Inactive" => {
                        "Have its owner invoke it once, which wakes it; whoever signs in first would be refused. Then check again."
                    }
                    "Pending" => "Wait until it is Active, then check again.",
                    _ => "Have its owner look at the function, and deploy it again.",
                }
                .to_owned(),
            ));
        }
    }
    match function.last_update.as_deref() {
        None | Some("Successful") => {}
        Some("InProgress") => wrong.push((
            "it is being updated".to_owned(),
            "Wait for the update to end, then check again.".to_owned(),
        )),
        Some(status) => wrong.push((
            format!(
                "its last update is {}{}",
                Word::status(status),
                why(status, &function.update_because)
            ),
            "Have its owner look at the update, and deploy it again: it runs what it ran before.".to_owned(),
        )),
    }
    if function.timeout_s > MOST_S {
        wrong.push((
            format!(
                "it may take {} s: Cognito waits for {MOST_S} s, and asks three times",
                function.timeout_s
            ),
            command(
                look,
                "update-function-configuration",
                &format!(" --timeout {MOST_S}"),
                false,
            ),
        ));
    }
    if function.reserved == Some(0) {
        wrong.push((
            "it is switched off: its reserved concurrency is 0".to_owned(),
            command(look, "delete-function-concurrency", "", false),
        ));
    }
    wrong
}
