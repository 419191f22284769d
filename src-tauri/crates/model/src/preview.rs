//! The exact change that a person approves; what is applied is the same value.

use std::fmt::{self, Write as _};
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::digest::Digest;
use crate::image::Image;
use crate::shell;
use crate::text::{is_obeyed, is_unseen};

/// One object's change, in words for people; the images carry the exact values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The object's name.
    pub object: String,
    /// Lines as they are now.
    pub before: Vec<String>,
    /// Lines as they will be.
    pub after: Vec<String>,
    /// What is asked and proven on the way to it, in its order, before anything is changed; empty for most kinds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asked: Vec<String>,
    /// What people must know of it before they approve it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caution: Option<String>,
}

/// One API call, with the parameters exactly as they will be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiCall {
    /// The service's id in the SDK: `route53`.
    pub service: String,
    /// The operation: `ChangeResourceRecordSets`.
    pub operation: String,
    /// The parameters in the spelling of the AWS CLI's `--cli-input-json`.
    pub parameters: Parameters,
}

/// The parameters of a call: a text until somebody looks into it. A journal is full of them, and hardly one is looked into.
#[derive(Clone, Serialize)]
#[serde(transparent)]
pub struct Parameters {
    text: Box<RawValue>,
    #[serde(skip)]
    tree: OnceLock<Value>,
}

impl<'de> Deserialize<'de> for Parameters {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        Ok(Self {
            text,
            tree: OnceLock::new(),
        })
    }
}

impl From<Value> for Parameters {
    fn from(tree: Value) -> Self {
        let text = RawValue::from_string(tree.to_string());
        Self {
            // What a tree is written as is JSON.
            text: text.unwrap_or_else(|_| RawValue::NULL.to_owned()),
            tree: OnceLock::from(tree),
        }
    }
}

impl Deref for Parameters {
    type Target = Value;

    fn deref(&self) -> &Value {
        // A number that is too large, or nesting that is too deep, is no tree: then it is shown as it stands, and never as nothing.
        let text = self.text.get();
        self.tree
            .get_or_init(|| serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)))
    }
}

impl PartialEq for Parameters {
    fn eq(&self, other: &Self) -> bool {
        self.text.get() == other.text.get() || **self == **other
    }
}

impl Eq for Parameters {}

impl PartialEq<Value> for Parameters {
    fn eq(&self, other: &Value) -> bool {
        **self == *other
    }
}

impl fmt::Debug for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text.get())
    }
}

impl ApiCall {
    /// The call as an AWS CLI command for a POSIX shell; the JSON is one quoted word, so that
    /// no value can become a word of its own. What a screen obeys or does not
    /// show stands as JSON's own escape (RFC 8259, section 7): the same text, to the letter, on paper too.
    #[must_use]
    pub fn as_cli(&self) -> String {
        let operation = cli_word(&self.operation);
        let json = shell::word(&printable(&self.parameters.to_string()));
        format!("aws {} {operation} --cli-input-json {json}", self.service)
    }
}

/// A JSON text in which everything that a terminal obeys, or that nobody sees, is escaped. Outside of its strings JSON
/// has no such character.
fn printable(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    let mut units = [0; 2];
    for c in json.chars() {
        if is_obeyed(c) || is_unseen(c) {
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        } else {
            text.push(c);
        }
    }
    text
}

/// An operation as the AWS CLI spells it: `UpdateWebACL` is `update-web-acl`, not `update-web-a-c-l`. The
/// rule is the CLI's own (botocore, `xform_name`): a dash before each capital that begins a word, and a run
/// of capitals is one word, with its plural.
#[must_use]
pub(crate) fn cli_word(operation: &str) -> String {
    let chars: Vec<char> = operation.chars().collect();
    // `ListHostedVIPs`: the capitals at the end and their `s` are one word.
    let plural = operation.strip_suffix('s').and_then(|stem| {
        let capitals = stem.chars().rev().take_while(char::is_ascii_uppercase).count();
        (capitals >= 2).then(|| chars.len() - 1 - capitals)
    });
    let mut word = String::with_capacity(operation.len() + 8);
    for (at, c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| chars.get(at));
        let after = chars.get(at + 1);
        let begins = match plural {
            Some(start) if at > start => false,
            Some(start) if at == start => true,
            _ => {
                c.is_ascii_uppercase()
                    && (before.is_some_and(|before| !before.is_ascii_uppercase())
                        || after.is_some_and(char::is_ascii_lowercase))
            }
        };
        if begins && at > 0 {
            word.push('-');
        }
        word.push(c.to_ascii_lowercase());
    }
    word
}

/// The exact changes, before → after, and the exact calls. `Debug` names the objects and leaves the
/// values out: those of some kinds are secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// What is there now, and is expected to be there when the call is made.
    pub from: Image,
    /// What will be there.
    pub to: Image,
    /// The changes in words.
    pub changes: Vec<Change>,
    /// The calls; empty when there is nothing to change. Shared, because a preview is copied from event
    /// to run to screen and its parameters are the largest part of it.
    pub calls: Arc<[ApiCall]>,
}

impl Preview {
    /// What an approval names.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self)
    }

    /// Whether there is nothing to change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }
}

impl fmt::Debug for Preview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let objects: Vec<&str> = self.changes.iter().map(|c| c.object.as_str()).collect();
        write!(f, "Preview({}; {} calls)", objects.join(", "), self.calls.len())
    }
}
