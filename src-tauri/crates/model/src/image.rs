//! Images: the fields that an action touches, as they are in the world, and the class under which
//! they stand in the journal.

mod record_sets;

use std::collections::BTreeSet;
use std::marker::PhantomData;

use serde::de::Error as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::authorizer::Authorizer;
use crate::canary::PoolCanary;
use crate::deployment::Pointer;
use crate::digest::Digest;
use crate::dns::{DnsName, RecordSet};
use crate::field::{Field, FieldError};
use crate::firewall::{RuleAction, WebAcl};
use crate::invalidation::Distribution;
use crate::parameter::Parameter;
use crate::service::Service;
use crate::tagged::{Reader, Writer};
use crate::throttle::MethodSettings;
use crate::twofold::is_twofold;
use crate::unknown::{Unknown, lost};

/// The touched fields of one object at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", rename_all = "snake_case")]
pub enum Image {
    /// Every A, AAAA and CNAME record set of one name in one hosted zone, sorted.
    RecordSets {
        /// The hosted zone's id, without `/hostedzone/`.
        zone_id: String,
        /// The name.
        name: DnsName,
        /// The sets; empty where the name has none.
        sets: Vec<RecordSet>,
        /// Types of the record sets that stand beside them and are not touched, such as `TXT`,
        /// sorted: a CNAME can't join them (RFC 1034, 3.6.2).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        beside: Vec<String>,
    },
    /// A parameter of Parameter Store.
    Parameter {
        /// Its name, as written in full.
        name: String,
        /// All that one write replaces.
        content: Box<Parameter>,
    },
    /// A service of ECS, as far as a roll of it matters.
    Service {
        /// The cluster's name.
        cluster: String,
        /// The service's name.
        service: String,
        /// What a roll leaves as it is.
        content: Box<Service>,
    },
    /// The action of a rule of a web ACL.
    RuleAction {
        /// The web ACL.
        web_acl: WebAcl,
        /// The rule's name.
        rule: String,
        /// The whole action.
        content: Box<RuleAction>,
    },
    /// The settings that a stage of a REST API has for some of its methods.
    MethodSettings {
        /// The API's id.
        api: String,
        /// The stage's name.
        stage: String,
        /// All that one write replaces.
        content: Box<MethodSettings>,
    },
    /// An authoriser of a REST API.
    Authorizer {
        /// The API's id.
        api: String,
        /// The authoriser's id.
        authorizer: String,
        /// All of it that counts.
        content: Box<Authorizer>,
    },
    /// A REST API as far as a snapshot of it matters: not at all, because one changes nothing that is there.
    Api {
        /// The API's id.
        api: String,
    },
    /// What a stage of a REST API serves.
    StagePointer {
        /// The API's id.
        api: String,
        /// The stage's name.
        stage: String,
        /// The deployment, with what is known beside it.
        content: Box<Pointer>,
    },
    /// The verdicts that a stage's authorisers keep. AWS shows none of them, so that there is nothing to compare.
    Verdicts {
        /// The API's id.
        api: String,
        /// The stage's name.
        stage: String,
    },
    /// A distribution, as far as an invalidation rests on it.
    Distribution {
        /// Its id.
        id: String,
        /// What it answers for.
        content: Box<Distribution>,
    },
    /// The canary of a user pool. Its user name is never in it.
    Canary {
        /// The pool's id.
        pool: String,
        /// Whether it stands there, and how.
        content: Box<PoolCanary>,
    },
    /// Of a kind that this program does not know, or with fields that it does not know: never restored
    /// by it, because what it would leave out would be lost.
    #[serde(skip)]
    Unknown(Unknown),
}

/// The field that names an image's kind.
const TAG: &str = "kind";

impl Serialize for Image {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Self::Unknown(unknown) = self {
            return unknown.serialize(serializer);
        }
        Self::serialize(self, Writer::new(serializer, TAG))
    }
}

impl<'de> Deserialize<'de> for Image {
    /// An image is known if it would be written again as it was read: a field that is left out in reading
    /// would be left out in restoring.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Nearly every image is written again byte by byte as it stands there; only another one is worth a tree.
        let text = Box::<RawValue>::deserialize(deserializer)?;
        let mut plain = serde_json::Deserializer::from_str(text.get());
        if let Ok(image) = Self::deserialize(Reader::new(&mut plain, TAG))
            && is_written_as_it_stands(&image, text.get())
        {
            return Ok(image);
        }
        let raw: Value = serde_json::from_str(text.get()).map_err(D::Error::custom)?;
        let error = match Self::deserialize(Reader::new(&raw, TAG)) {
            // Of a name that stands twice a tree has the last: what another reader would make of it is not known.
            Ok(image) if is_written_as(&image, &raw) && !is_twofold(text.get()) => return Ok(image),
            Ok(_) => D::Error::missing_field(TAG),
            Err(error) => D::Error::custom(error),
        };
        Unknown::of(raw, TAG).map(Self::Unknown).ok_or(error)
    }
}

/// Whether an image is written as this text, byte by byte.
fn is_written_as_it_stands(image: &Image, text: &str) -> bool {
    let mut left = Same(text.as_bytes());
    serde_json::to_writer(&mut left, image).is_ok() && left.0.is_empty()
}

/// Whether an image is written with all that this tree has.
fn is_written_as(image: &Image, raw: &Value) -> bool {
    serde_json::to_value(image).is_ok_and(|written| lost(raw, &written, 1).is_empty())
}

/// Takes what is left to be written, and nothing else.
struct Same<'a>(&'a [u8]);

impl std::io::Write for Same<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 = self
            .0
            .strip_prefix(bytes)
            .ok_or(std::io::ErrorKind::InvalidData)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Image {
    /// Which object this is an image of: two images with one key describe the same thing.
    #[must_use]
    pub fn object(&self) -> String {
        match self {
            Self::RecordSets { zone_id, name, .. } => format!("route53:{zone_id}/{}", name.host()),
            Self::Parameter { name, .. } => format!("ssm:{name}"),
            Self::Service { cluster, service, .. } => format!("ecs:{cluster}/{service}"),
            Self::RuleAction { web_acl, rule, .. } => {
                let WebAcl { name, id, scope } = web_acl;
                format!("waf:{}/{name}/{id}#{rule}", scope.text())
            }
            // A write replaces the settings of these methods and of no others.
            Self::MethodSettings { api, stage, content } => {
                let methods: Vec<&str> = content.methods.keys().map(String::as_str).collect();
                format!("apigateway:{api}/{stage}#{}", methods.join(","))
            }
            Self::Authorizer { api, authorizer, .. } => {
                format!("apigateway:{api}/authorizers/{authorizer}")
            }
            Self::Api { api } => format!("apigateway:{api}/deployments"),
            Self::StagePointer { api, stage, .. } => format!("apigateway:{api}/{stage}#deploymentId"),
            Self::Verdicts { api, stage } => format!("apigateway:{api}/{stage}#verdicts"),
            Self::Distribution { id, .. } => format!("cloudfront:{id}"),
            Self::Canary { pool, .. } => format!("cognito:{pool}#canary"),
            Self::Unknown(unknown) => {
                format!("{}:{}", unknown.kind(), Digest::of(unknown.raw()).short())
            }
        }
    }

    /// What it is an image of, in one word: for "The record changed".
    #[must_use]
    pub fn noun(&self) -> &'static str {
        match self {
            Self::RecordSets { .. } => "record",
            Self::Parameter { .. } => "parameter",
            Self::Service { .. } => "service",
            Self::RuleAction { .. } => "rule",
            Self::MethodSettings { .. } => "throttle",
            Self::Authorizer { .. } => "authoriser",
            Self::Api { .. } => "API",
            Self::StagePointer { .. } => "stage",
            Self::Verdicts { .. } => "stage",
            Self::Distribution { .. } => "distribution",
            Self::Canary { .. } => "canary",
            Self::Unknown(_) => "object",
        }
    }

    /// Its fields: what is compared, kept and restored one by one. None of what is not known.
    #[must_use]
    pub fn fields(&self) -> Vec<Field> {
        match self {
            Self::RecordSets { sets, .. } => record_sets::fields(sets),
            Self::Parameter { content, .. } => content.fields(),
            Self::Service { content, .. } => content.fields(),
            Self::RuleAction { content, .. } => content.fields(),
            Self::MethodSettings { content, .. } => content.fields(),
            Self::Authorizer { content, .. } => content.fields(),
            Self::StagePointer { content, .. } => content.fields(),
            Self::Distribution { content, .. } => content.fields(),
            Self::Canary { content, .. } => content.fields(),
            Self::Api { .. } | Self::Verdicts { .. } | Self::Unknown(_) => Vec::new(),
        }
    }

    /// This image with some fields as they were in another one of the same object; what is no field, such
    /// as types that stand beside, stays.
    ///
    /// # Errors
    /// Where the two are of different kinds, or the fields don't fit together.
    pub fn with_fields_of(&self, was: &Self, restored: &BTreeSet<&str>) -> Result<Self, FieldError> {
        match (self, was) {
            (
                Self::RecordSets {
                    zone_id,
                    name,
                    sets,
                    beside,
                },
                Self::RecordSets { sets: was, .. },
            ) => Ok(Self::RecordSets {
                zone_id: zone_id.clone(),
                name: name.clone(),
                sets: record_sets::with_fields_of(was, sets, restored)?,
                beside: beside.clone(),
            }),
            (Self::Parameter { name, content }, Self::Parameter { content: was, .. }) => {
                Ok(Self::Parameter {
                    name: name.clone(),
                    content: Box::new(content.with_fields_of(was, restored)),
                })
            }
            // An action is one field: it is there as it was, or as it is.
            (Self::RuleAction { .. }, Self::RuleAction { .. }) => Ok(match restored.is_empty() {
                true => self.clone(),
                false => was.clone(),
            }),
            (Self::MethodSettings { api, stage, content }, Self::MethodSettings { content: was, .. }) => {
                Ok(Self::MethodSettings {
                    api: api.clone(),
                    stage: stage.clone(),
                    content: Box::new(content.with_fields_of(was, restored)),
                })
            }
            // A pointer is one field, as an action is.
            (Self::StagePointer { .. }, Self::StagePointer { .. }) => Ok(match restored.is_empty() {
                true => self.clone(),
                false => was.clone(),
            }),
            // A user is there or not: that it was made is all that can be taken back.
            (Self::Canary { .. }, Self::Canary { .. }) => Ok(match restored.contains("made") {
                true => was.clone(),
                false => self.clone(),
            }),
            // Nothing of a service is ever put back: a roll leaves it as it is. Of an authoriser only our own pools are.
            (
                Self::RecordSets { .. }
                | Self::Parameter { .. }
                | Self::Service { .. }
                | Self::RuleAction { .. }
                | Self::MethodSettings { .. }
                | Self::Authorizer { .. }
                | Self::Api { .. }
                | Self::StagePointer { .. }
                | Self::Verdicts { .. }
                | Self::Distribution { .. }
                | Self::Canary { .. }
                | Self::Unknown(_),
                _,
            ) => Err(FieldError::OtherObject),
        }
    }

    /// What of it a newer program wrote, where this program does not know it.
    #[must_use]
    pub fn unknown(&self) -> Option<&Unknown> {
        match self {
            Self::Unknown(unknown) => Some(unknown),
            Self::RecordSets { .. }
            | Self::Parameter { .. }
            | Self::Service { .. }
            | Self::RuleAction { .. }
            | Self::MethodSettings { .. }
            | Self::Authorizer { .. }
            | Self::Api { .. }
            | Self::StagePointer { .. }
            | Self::Verdicts { .. }
            | Self::Distribution { .. }
            | Self::Canary { .. } => None,
        }
    }

    /// The name and the record sets, where it is an image of a name: what resolvers keep of it.
    #[must_use]
    pub fn record_sets(&self) -> Option<(&DnsName, &[RecordSet])> {
        match self {
            Self::RecordSets { name, sets, .. } => Some((name, sets)),
            Self::Parameter { .. }
            | Self::Service { .. }
            | Self::RuleAction { .. }
            | Self::MethodSettings { .. }
            | Self::Authorizer { .. }
            | Self::Api { .. }
            | Self::StagePointer { .. }
            | Self::Verdicts { .. }
            | Self::Distribution { .. }
            | Self::Canary { .. }
            | Self::Unknown(_) => None,
        }
    }

    /// Types of record that stand beside those of a name and are not touched; none beside anything else.
    #[must_use]
    pub fn beside(&self) -> &[String] {
        match self {
            Self::RecordSets { beside, .. } => beside,
            Self::Parameter { .. }
            | Self::Service { .. }
            | Self::RuleAction { .. }
            | Self::MethodSettings { .. }
            | Self::Authorizer { .. }
            | Self::Api { .. }
            | Self::StagePointer { .. }
            | Self::Verdicts { .. }
            | Self::Distribution { .. }
            | Self::Canary { .. }
            | Self::Unknown(_) => &[],
        }
    }

    /// Whether both show the same in the world: order and spelling of values, and what stands beside
    /// them untouched, make no difference.
    #[must_use]
    pub fn same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::RecordSets { sets: ours, .. }, Self::RecordSets { sets: theirs, .. }) => {
                self.object() == other.object() && record_sets::same(ours, theirs)
            }
            (Self::Parameter { .. }, Self::Parameter { .. })
            | (Self::Service { .. }, Self::Service { .. })
            | (Self::RuleAction { .. }, Self::RuleAction { .. })
            | (Self::Authorizer { .. }, Self::Authorizer { .. })
            | (Self::Api { .. }, Self::Api { .. })
            | (Self::Verdicts { .. }, Self::Verdicts { .. })
            | (Self::Distribution { .. }, Self::Distribution { .. })
            | (Self::Unknown(_), Self::Unknown(_)) => self == other,
            // What the whole stage has is written nowhere: it only is where a method's own settings begin.
            (Self::MethodSettings { content: ours, .. }, Self::MethodSettings { content: theirs, .. }) => {
                self.object() == other.object() && ours.methods == theirs.methods
            }
            (Self::Canary { content: ours, .. }, Self::Canary { content: theirs, .. }) => {
                self.object() == other.object() && ours.same_as(theirs)
            }
            // What it shall be, and how that is another, is written nowhere.
            (Self::StagePointer { content: ours, .. }, Self::StagePointer { content: theirs, .. }) => {
                self.object() == other.object() && ours.deployment == theirs.deployment
            }
            (
                Self::RecordSets { .. }
                | Self::Parameter { .. }
                | Self::Service { .. }
                | Self::RuleAction { .. }
                | Self::MethodSettings { .. }
                | Self::Authorizer { .. }
                | Self::Api { .. }
                | Self::StagePointer { .. }
                | Self::Verdicts { .. }
                | Self::Distribution { .. }
                | Self::Canary { .. }
                | Self::Unknown(_),
                _,
            ) => false,
        }
    }

    /// This image as far as publishing it once more rests on it. Which image the tasks of a service have just now is no
    /// part of that: a roll starts what the task definition names, and while one is under way it changes by itself.
    #[must_use]
    pub fn as_published(&self) -> Self {
        let mut image = self.clone();
        if let Self::Service { content, .. } = &mut image {
            content.images.clear();
        }
        image
    }

    /// One line a part, for people.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        match self {
            Self::RecordSets { sets, .. } if sets.is_empty() => vec!["no record".to_owned()],
            Self::RecordSets { sets, .. } => sets.iter().map(RecordSet::line).collect(),
            Self::Parameter { content, .. } => content.lines(),
            Self::Service { content, .. } => content.lines(),
            Self::RuleAction { content, .. } => vec![content.words()],
            Self::MethodSettings { content, .. } => content.lines(),
            Self::Authorizer { content, .. } => content.lines(),
            Self::StagePointer { content, .. } => content.lines(),
            Self::Distribution { content, .. } => content.lines(),
            Self::Canary { content, .. } => content.lines(),
            Self::Api { api } => vec![format!("API {api}, with its methods as they are")],
            Self::Verdicts { stage, .. } => vec![format!("verdicts on tokens that stage {stage} keeps")],
            Self::Unknown(unknown) => vec![format!(
                "an object of the kind {}, written by a newer program",
                unknown.kind()
            )],
        }
    }
}

/// A value that only a holder of the run's key can read. Made and opened by the journal; the
/// model knows its shape so that the class stands in the type from the first format on.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed<T> {
    /// Which key sealed it.
    pub key_id: String,
    /// 24 bytes, base64 (XChaCha20-Poly1305).
    pub nonce: String,
    /// The ciphertext with its tag, base64.
    pub ciphertext: String,
    #[serde(skip)]
    of: PhantomData<fn() -> T>,
}

impl<T> Sealed<T> {
    /// Wraps what the journal has encrypted.
    #[must_use]
    pub fn from_parts(key_id: String, nonce: String, ciphertext: String) -> Self {
        Self {
            key_id,
            nonce,
            ciphertext,
            of: PhantomData,
        }
    }
}

impl<T> std::fmt::Debug for Sealed<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed(key {})", self.key_id)
    }
}

/// An image that is sealed in the journal and open in this process. It is written as its sealed
/// form only, wherever it is written, and never shown by `Debug`.
#[derive(Clone)]
pub struct Opened(Box<(Image, Sealed<Image>)>);

impl Opened {
    /// Puts an image beside its sealed form: right after it was sealed, or opened.
    #[must_use]
    pub fn new(image: Image, sealed: Sealed<Image>) -> Self {
        Self(Box::new((image, sealed)))
    }

    /// The plain image, for the call and for the person who must see it.
    #[must_use]
    pub fn reveal(&self) -> &Image {
        &self.0.0
    }
}

impl PartialEq for Opened {
    /// One ciphertext is one image: its nonce is random.
    fn eq(&self, other: &Self) -> bool {
        self.0.1 == other.0.1
    }
}

impl Eq for Opened {}

impl Serialize for Opened {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.1.serialize(serializer)
    }
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Opened({:?})", self.0.1)
    }
}

/// How an image stands in the journal. Infrastructure is always clear: the way back never depends
/// on a key. Personal data and secrets are always sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Captured {
    /// Readable by anybody who has the journal.
    Clear(Image),
    /// Readable with the run's key only.
    Sealed(Sealed<Image>),
    /// Sealed in the journal, and opened in this process: never read from a journal.
    #[serde(rename = "sealed", skip_deserializing)]
    Opened(Opened),
}

impl Captured {
    /// The image where it is clear: what may stand in a plain file.
    #[must_use]
    pub fn clear(&self) -> Option<&Image> {
        match self {
            Self::Clear(image) => Some(image),
            Self::Sealed(_) | Self::Opened(_) => None,
        }
    }

    /// The image where this process can read it: clear, or sealed and opened.
    #[must_use]
    pub fn readable(&self) -> Option<&Image> {
        match self {
            Self::Clear(image) => Some(image),
            Self::Opened(opened) => Some(opened.reveal()),
            Self::Sealed(_) => None,
        }
    }
}
