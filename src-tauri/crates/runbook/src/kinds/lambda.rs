//! `lambda.trigger`.

use switchback_model::{CheckKind, FunctionArn, PoolArn, TriggerCheck};

use super::Authored;
use super::key::{Key, Shape};
use crate::fields::cut;
use crate::reader::{Item, Reader, Table};

const FUNCTION: Key = Key::needed(
    "function",
    Shape::Text,
    "The ARN of the function, exactly as the pool names it: with its alias or version, or without any",
    "\"arn:aws:lambda:eu-west-2:123456789012:function:migrate\"",
);
const POOL_ARN: Key = Key::needed(
    "pool_arn",
    Shape::Text,
    "The ARN of the user pool that must be let invoke it",
    "\"arn:aws:cognito-idp:eu-west-2:123456789012:userpool/eu-west-2_EXAMPLE\"",
);

pub(crate) struct Trigger;

impl Authored for Trigger {
    type Spec = CheckKind;
    const SAYS: &'static str = "The policy of a Lambda function lets Cognito invoke it for one user pool and by this very name, and the function is active, not switched off, and ended after 5 s at the latest";
    const KEYS: &'static [Key] = &[FUNCTION, POOL_ARN];

    fn read(r: &mut Reader<'_>, t: &mut Table<'_>) -> Option<CheckKind> {
        let at = t.at;
        let function = r.must(t, FUNCTION.name, function);
        let pool_arn = r.must(t, POOL_ARN.name, pool);
        let (function, pool_arn) = (function?, pool_arn?);
        let regions = (
            FunctionArn::of(&function).map(|arn| arn.region),
            PoolArn::of(&pool_arn).map(|arn| arn.region),
        );
        if let (Some(of_function), Some(of_pool)) = regions
            && of_function != of_pool
        {
            r.notes.error(
                "function-region",
                at,
                format!("The function is in {of_function} and the pool in {of_pool}: a pool calls functions of its own region."),
                "Look at both ARNs: one of them is another environment's.",
            );
            return None;
        }
        Some(CheckKind::Trigger(TriggerCheck { function, pool_arn }))
    }
}

/// The ARN of a function. A name alone would do for the API, but not for who reads it: a pool names an ARN.
fn function(r: &mut Reader<'_>, item: Item<'_>) -> Option<String> {
    let text = r.text(item)?;
    if FunctionArn::of(&text).is_some() {
        return Some(text);
    }
    let what = match text.split(':').nth(5) {
        Some("layer") => "the ARN of a layer, which nobody can invoke",
        Some("event-source-mapping") => "the ARN of an event source, which nobody can invoke",
        Some(_) | None => "no ARN of a Lambda function",
    };
    r.notes.error(
        "function-arn",
        item.span().into(),
        format!("{:?} is {what}.", cut(&text)),
        "Write it as the pool's page shows it, such as arn:aws:lambda:eu-west-2:123456789012:function:migrate or …:migrate:live.",
    );
    None
}

fn pool(r: &mut Reader<'_>, item: Item<'_>) -> Option<String> {
    let text = r.text(item)?;
    if PoolArn::of(&text).is_some() {
        return Some(text);
    }
    r.notes.error(
        "pool-arn",
        item.span().into(),
        format!("{:?} is no ARN of a user pool.", cut(&text)),
        "Write it as the pool's page shows it, such as arn:aws:cognito-idp:eu-west-2:123456789012:userpool/eu-west-2_EXAMPLE.",
    );
    None
}
