//! The tables in which a kind of check or action stands, without the keys that the kind has of its own.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::Duration;
use crate::kinds::{self, Entry};

/// One mutating request.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Action {
    /// What it does.
    kind: ActionKind,
}

macro_rules! check {
    ($(#[$doc:meta])* $name:ident { $($(#[$extra_doc:meta])* $extra:ident: $ty:ty,)* }) => {
        $(#[$doc])*
        #[derive(JsonSchema)]
        #[schemars(deny_unknown_fields)]
        pub(super) struct $name {
            /// A short word, unique in its step.
            id: String,
            /// One line for people.
            title: String,
            /// What it looks at.
            kind: CheckKind,
            /// How long a reading may be believed; 60 s where left out.
            believable: Option<Duration>,
            /// How to mend a failure.
            mend: Option<String>,
            $($(#[$extra_doc])* $extra: $ty,)*
        }
    };
}

check!(
    /// A check before a call.
    Check {}
);
check!(
    /// A check after a call.
    CheckAfter {
        /// By when it must pass after the call; past it a decision is due.
        within: Duration,
    }
);
check!(
    /// One look of a monitor.
    MonitorCheck {
        /// Applies while this step has an effect.
        while_done: Option<String>,
        /// Applies until this step has an effect.
        until_done: Option<String>,
    }
);

/// One of the kinds of checks that there are.
struct CheckKind;

impl JsonSchema for CheckKind {
    fn schema_name() -> Cow<'static, str> {
        "CheckKind".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        words(&kinds::checks())
    }
}

/// One of the kinds of actions that there are.
struct ActionKind;

impl JsonSchema for ActionKind {
    fn schema_name() -> Cow<'static, str> {
        "ActionKind".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        words(&kinds::actions())
    }
}

/// The words of some kinds. Even Better TOML shows beside each what it stands for.
fn words(entries: &[Entry]) -> Schema {
    let all: Vec<_> = entries.iter().map(|entry| entry.word).collect();
    let says: Vec<_> = entries.iter().map(|entry| entry.says).collect();
    json_schema!({ "type": "string", "enum": all, "x-taplo": { "docs": { "enumValues": says } } })
}
