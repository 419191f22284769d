//! The oracle that reads the closed world's own state and log, and its second writer.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use switchback_model::{Image, StepId, Way, list};
use switchback_rehearsal::{self as rehearsal, Fault, LogEntry, Outcome};
use switchback_testkit::faulty::VERDICTS;
use switchback_testkit::{Mutation, Oracle, Reader};

use super::images::{as_image, as_left, service_object};
use super::{FLAG, PARAMETER, What};
use crate::restricted::{self, Rest};
use crate::reval::{self, User};

/// Reads the world's own state and log.
pub(super) struct WorldOracle {
    /// The closed world.
    pub(super) world: Arc<rehearsal::World>,
    /// What is changed there.
    pub(super) what: What,
    /// Whether a second writer has written what is to survive.
    theirs: AtomicBool,
    /// What stands beside it.
    rest: Arc<Rest>,
    /// Who meets the verdicts.
    user: User,
}

impl WorldOracle {
    /// The oracle of a closed world in which nobody has written yet.
    pub(super) fn new(world: &Arc<rehearsal::World>, what: What, rest: Arc<Rest>) -> Self {
        Self {
            world: world.clone(),
            what,
            theirs: AtomicBool::default(),
            rest,
            user: User::new(world.clone()),
        }
    }
}

#[async_trait]
impl Oracle for WorldOracle {
    async fn images(&self) -> Vec<Image> {
        match self.what {
            What::Records => vec![self.records()],
            What::Rule => vec![restricted::rule(&self.world.snapshot().firewalls[0].acl)],
            What::Methods => vec![restricted::methods(
                self.world.snapshot().stages[0].method_settings.iter(),
            )],
            What::Authorizer => vec![reval::authorizer(&self.world.snapshot())],
            What::Pointed => {
                let state = self.world.snapshot();
                vec![reval::authorizer(&state), reval::whole(), reval::pointer(&state)]
            }
            What::Invalidated => vec![reval::distribution(&self.world.snapshot())],
            what => what
                .parameters()
                .iter()
                .map(|name| self.parameter(name))
                .collect(),
        }
    }

    async fn readers(&self) -> Vec<Reader> {
        match self.what {
            What::Pointed => return self.user.meets().await,
            What::Invalidated => return reval::edges(&self.world.snapshot()),
            what if !what.is_published() => return Vec::new(),
            _ => {}
        }
        let services = self.world.snapshot().services;
        let tasks = services.into_iter().flat_map(|service| service.tasks);
        let running = tasks.filter(|task| task.status == "RUNNING");
        let mut readers: Vec<Reader> = running
            .map(|task| {
                let read = [(PARAMETER, task.profiles), (FLAG, task.under_maintenance)];
                let known = read.into_iter().filter_map(|(name, value)| Some((name, value?)));
                known.map(|(name, value)| (name.to_owned(), value)).collect()
            })
            .collect();
        readers.sort();
        readers
    }

    async fn meant(&self) -> Option<Vec<Reader>> {
        match self.what {
            What::Pointed => Some(self.user.would_meet()),
            What::Invalidated => Some(reval::origin(&self.world.snapshot())),
            _ => None,
        }
    }

    async fn unproven(&self, object: &str, token: &str) -> Option<String> {
        let ours = object == rehearsal::DISTRIBUTION;
        ours.then(|| reval::not_invalidated(&self.world.snapshot(), token))?
    }

    async fn by_hand(&self, step: &StepId, way: Way) {
        assert_eq!(step.as_str(), reval::RELEASE, "nothing else is done by hand");
        let release = match way {
            Way::Undo => "reval-released:old",
            Way::Apply | Way::Publish => "reval-released:new",
        };
        self.world.inject(release.parse().unwrap()).unwrap();
    }

    fn may_come_twice(&self, object: &str) -> bool {
        // A deployment that no stage serves, and verdicts that are dropped anyway.
        object == rehearsal::REVAL_API || object.ends_with(VERDICTS)
    }

    fn is_contended(&self, object: &str) -> bool {
        !object.ends_with(rehearsal::SERVICE_NAME)
    }

    async fn end(&self, start: &[Image]) -> Option<Vec<Image>> {
        let theirs =
            (self.what.is_list() || self.what == What::Authorizer) && self.theirs.load(Ordering::Relaxed);
        let with = |image: &Image| match image.clone() {
            Image::Authorizer {
                api,
                authorizer,
                mut content,
            } => {
                content.pools.insert(reval::THIRD_POOL.to_owned());
                Image::Authorizer {
                    api,
                    authorizer,
                    content,
                }
            }
            Image::Parameter { name, mut content } if name == PARAMETER => {
                content.value = list::with(&content.value, &[THEIRS]);
                Image::Parameter { name, content }
            }
            other => other,
        };
        theirs.then(|| start.iter().map(with).collect())
    }

    async fn accepted(&self) -> Vec<Mutation> {
        let ours = self.world.log().into_iter().filter(|entry| {
            let mutates = match entry.service.as_str() {
                "route53" => "ChangeResourceRecordSets",
                "ssm" => "PutParameter",
                "ecs" => "UpdateService",
                "wafv2" => "UpdateWebACL",
                "apigateway" => match entry.operation.as_str() {
                    own @ ("UpdateAuthorizer" | "CreateDeployment" | "FlushStageAuthorizersCache") => own,
                    _ => "UpdateStage",
                },
                "cloudfront" => "CreateInvalidation",
                _ => return false,
            };
            entry.operation == mutates && matches!(entry.outcome, Outcome::Committed | Outcome::Lost)
        });
        // One that was there is answered once more, and nothing was made.
        let mut known = BTreeSet::new();
        let is_new = |entry: &LogEntry| {
            let made = entry.left.as_ref().filter(|_| entry.service == "cloudfront");
            made.is_none_or(|left| known.insert(left["id"].to_string()))
        };
        let ours = ours.filter(is_new);
        ours.map(|entry| match entry.operation.as_str() {
            "CreateDeployment" => tokened(entry.comment),
            "CreateInvalidation" => tokened(entry.left.unwrap()["reference"].as_str().map(str::to_owned)),
            "UpdateAuthorizer" => as_image(&reval::authorizer_left(&entry.left.unwrap())),
            "UpdateStage" if self.what == What::Pointed => {
                as_image(&reval::pointer_left(&entry.comment.unwrap()))
            }
            "FlushStageAuthorizersCache" => Mutation {
                token: None,
                left: None,
                published: Some(reval::verdicts().object()),
            },
            _ => Mutation {
                token: entry.comment.filter(|_| self.what == What::Records),
                left: match (entry.parameter, entry.left) {
                    (Some(put), _) => put.value.map(|value| as_left(&self.parameter(&put.name), value)),
                    (None, Some(acl)) if self.what == What::Rule => {
                        Some(restricted::rule(&acl).lines().join("\n"))
                    }
                    (None, Some(settings)) => {
                        let settings = settings.as_object().unwrap();
                        Some(restricted::methods(settings.iter()).lines().join("\n"))
                    }
                    (None, None) => None,
                },
                published: entry.rolled.map(|_| service_object()),
            },
        })
        .collect()
    }

    async fn endless_answer(&self, object: &str) -> bool {
        let operation = match self.what {
            What::Records => "ChangeResourceRecordSets",
            What::Rule => "UpdateWebACL",
            What::Methods => "UpdateStage",
            What::Authorizer | What::Pointed | What::Invalidated => reval::changes(object),
            _ if object == rehearsal::SERVICE_NAME => "UpdateService",
            _ => "PutParameter",
        };
        let fault: Fault = format!("answer-endless:{operation}").parse().unwrap();
        self.world.inject(fault).unwrap();
        true
    }

    async fn lost(&self) -> Option<String> {
        if self.what.has_rest() {
            return self.rest.lost();
        }
        let theirs = self.theirs.load(Ordering::Relaxed).then_some(THEIRS);
        let others: Vec<String> = ["prod"].into_iter().chain(theirs).map(str::to_owned).collect();
        let there = self.value();
        let lost = list::missing(&there, &others).join(", ");
        (self.what.is_list() && !lost.is_empty()).then(|| format!("{lost} of {there}"))
    }

    async fn unrelated(&self, object: &str) {
        if self.what.has_rest() {
            self.rest.edit(&restricted::unrelated(self.what, object));
            return;
        }
        let value = |name: &str| match self.parameter(name) {
            Image::Parameter { content, .. } => content.value,
            _ => unreachable!("a parameter"),
        };
        let fault = match object {
            rehearsal::SERVICE_NAME => "task-replaced".to_owned(),
            // The same once more: a version more, and nothing else.
            name => format!("parameter-changed:{name}:{}", value(name)),
        };
        self.world.inject(fault.parse().unwrap()).unwrap();
    }

    async fn written_since(&self, object: &str) {
        let written = match self.what.parameters().is_empty() {
            true => object,
            false => PARAMETER,
        };
        self.second_writer(written).await;
    }

    async fn comes_to_nothing(&self, object: &str) {
        if object == rehearsal::DISTRIBUTION {
            // Nothing gives an invalidation up: it takes longer than anybody has seen it take.
            self.world.inject(STUCK.parse().unwrap()).unwrap();
            let (world, scale) = (self.world.clone(), self.world.snapshot().scale);
            tokio::spawn(async move {
                tokio::time::sleep(rehearsal::INVALIDATION_TAKES * 3 / scale).await;
                world.lift(STUCK).unwrap();
            });
            return;
        }
        self.world.inject("roll-fails".parse().unwrap()).unwrap();
    }

    async fn second_writer(&self, object: &str) {
        let fault = match self.what {
            _ if object == rehearsal::SERVICE_NAME => "rolled-by-somebody".to_owned(),
            _ if object == FLAG => format!("parameter-changed:{FLAG}"),
            What::Records => "second-writer".to_owned(),
            What::Parameter => "parameter-changed".to_owned(),
            What::Rule => "rule-set".to_owned(),
            What::Methods => "throttle-set".to_owned(),
            What::Authorizer | What::Pointed if object == rehearsal::REVAL_AUTHORIZER => {
                self.theirs.store(true, Ordering::Relaxed);
                return self.rest.edit("authorizer-edited");
            }
            What::Authorizer | What::Pointed => "stage-moved".to_owned(),
            What::Invalidated => "reval-released:wrong".to_owned(),
            // Behind whatever is there: theirs, once.
            What::List | What::Published | What::Both => {
                let there = self.value();
                let theirs = [THEIRS.to_owned()];
                let value = list::with(&there, &list::missing(&there, &theirs));
                self.theirs.store(true, Ordering::Relaxed);
                format!("parameter-changed:{PARAMETER}:{value}")
            }
        };
        let fault: Fault = fault.parse().unwrap();
        // Refused where somebody already wrote the same value: then it is there.
        let _ = self.world.inject(fault);
    }
}

/// A mutation that is told by its token.
fn tokened(token: Option<String>) -> Mutation {
    Mutation {
        token: Some(token.unwrap_or_default()),
        left: None,
        published: None,
    }
}

/// What somebody else appends.
const THEIRS: &str = "debug";

/// What holds an invalidation up.
const STUCK: &str = "invalidation-stuck";
