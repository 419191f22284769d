//! `ecs.roll`.

use async_trait::async_trait;
use aws_smithy_types::retry::RetryConfig;
use serde_json::json;
use switchback_engine::ports::{Observed, ProviderError, ProviderErrorKind, Sent};
use switchback_engine::proof::WriteCx;
use switchback_model::event::Receipt;
use switchback_model::{ApiCall, Finding, Image, Preview, RollService, Service as Content, Witness};

use super::read::{Standing, is_asked, primary};
use super::tasks::short;
use super::{DEFINITION, DESCRIBE, TASK, TASKS, UPDATE, judge, motion, service};
use crate::change::{Against, Change, Seen};
use crate::connect::{Aws, incomplete};
use crate::error::{another, guard, refused, safe};
use crate::grammar::Word;
use crate::op::Op;
use crate::resource::Resource;
use crate::service::Service;
use crate::ssm;

/// The action: every task of a service is started anew.
#[derive(Debug, Clone)]
pub struct RollChange(pub RollService);

impl RollChange {
    fn content<'a>(&self, image: &'a Image) -> Result<&'a Content, ProviderError> {
        if let Image::Service {
            cluster,
            service,
            content,
        } = image
            && *cluster == self.0.cluster
            && *service == self.0.service
        {
            return Ok(content);
        }
        Err(another(UPDATE.operation, "this service"))
    }

    /// What keeps a roll from being made now.
    fn can_be_rolled(&self, standing: &Standing) -> Result<(), ProviderError> {
        let name = &self.0.service;
        let wrong = |message: String, hint: &str| Err(refused(UPDATE.operation, &message, hint));
        if standing.status != "ACTIVE" {
            return wrong(
                format!("The service {name} is {}", Word::status(&standing.status)),
                "ECS updates no service that was deleted or is being deleted: find out who did so.",
            );
        }
        if standing.desired == 0 {
            return wrong(
                format!("The service {name} shall have no task, so there is none to start anew"),
                "A task that is started later reads what is written then. Give the service tasks, or give this step up.",
            );
        }
        let disagrees = standing
            .primary
            .as_ref()
            .is_some_and(|primary| Some(&primary.definition) != standing.definition.as_ref());
        if disagrees {
            return wrong(
                format!("The service {name} names another task definition than its PRIMARY deployment has"),
                "Somebody is deploying it, or a deployment is being taken back: wait until it stands still.",
            );
        }
        Ok(())
    }
}

/// Only a rolling update of ECS itself makes a deployment of `forceNewDeployment` (API reference, UpdateService).
fn made_by_ecs(controller: &str) -> Result<(), ProviderError> {
    if controller == "ECS" {
        return Ok(());
    }
    let message = format!(
        "The deployments of this service are made by {}, not by ECS",
        Word::status(controller)
    );
    let hint = "Roll it with the tool that makes its deployments, in a step of kind attest.";
    Err(refused(UPDATE.operation, &message, hint))
}

#[async_trait]
impl Change for RollChange {
    type Guard = ();
    const OPS: &'static [Op] = &[DESCRIBE, DEFINITION, TASKS, TASK, ssm::DESCRIBE, UPDATE];
    const AGAINST: Against = Against::Nothing;
    // What is waited for is the deployment itself, and judging tells how far it is.
    const SPREADS: bool = false;

    fn resource(&self) -> Resource {
        service(&self.0.cluster, &self.0.service)
    }

    fn object(&self) -> String {
        format!("service {} of cluster {}", self.0.service, self.0.cluster)
    }

    /// With `since` a roll was made, and what became of it is told even where none could be made now.
    async fn read(&self, aws: &Aws, since: Option<&Sent<'_>>) -> Result<Seen<()>, ProviderError> {
        let RollService {
            cluster,
            service: name,
            ..
        } = &self.0;
        let standing = aws.service_standing(cluster, name).await?;
        let standing = standing.ok_or_else(|| ProviderError {
            kind: ProviderErrorKind::NotFound,
            message: format!("There is no service {name} in cluster {cluster}"),
            hint: Some("Look at the names in the runbook, and at the region of the target.".to_owned()),
            ..incomplete(DESCRIBE.operation, "service")
        })?;
        made_by_ecs(&standing.controller)?;
        let arn = standing.definition.as_deref();
        let arn = arn.ok_or_else(|| incomplete(DESCRIBE.operation, "task definition"))?;
        let definition = aws.task_definition(arn).await?;
        if since.is_none() {
            self.can_be_rolled(&standing)?;
            if !definition.is_active() {
                let message = format!(
                    "Its task definition {} is {}",
                    short(arn),
                    Word::status(&definition.status)
                );
                return Err(refused(
                    UPDATE.operation,
                    &message,
                    "ECS starts no deployment of it: register it anew, and deploy the new revision first.",
                ));
            }
        }
        Ok(Seen {
            observed: {
                let not_handed = definition.not_handed(&self.0.reads);
                let said = (definition.by_tag, not_handed);
                aws.observe_service(&self.0, standing, said).await?
            },
            guard: (),
        })
    }

    fn leaves_room(&self, now: &Observed) -> Result<(), ProviderError> {
        match &now.rollout {
            Some(rollout) => motion::stands_still(&self.0.service, rollout),
            None => Err(guard(
                UPDATE.operation,
                "What was read says nothing of the service's deployments; nothing was sent",
                "Read it again.",
            )),
        }
    }

    fn wish(&self, now: &Image) -> Result<Image, ProviderError> {
        Ok(now.clone())
    }

    fn may(&self, from: &Image, to: &Image) -> Result<(), ProviderError> {
        let (from, to) = (self.content(from)?, self.content(to)?);
        made_by_ecs(&from.controller)?;
        if (&from.definition, &from.controller) != (&to.definition, &to.controller) {
            return Err(refused(
                UPDATE.operation,
                "A roll starts the same task definition anew, and the one that was seen then is another",
                "Deploy by hand what shall run, in a step of kind attest.",
            ));
        }
        Ok(())
    }

    /// No image changes: what changes is when the tasks started, and so what they know.
    fn lines(&self, from: &Image, to: &Image) -> (Vec<String>, Vec<String>) {
        let read = match self.0.reads.as_slice() {
            [] => "what they read when they start".to_owned(),
            names => names.join(" and "),
        };
        let (mut before, mut after) = (from.lines(), to.lines());
        before.insert(0, format!("tasks that know {read} as it was when they started"));
        after.insert(
            0,
            format!("new tasks of the same, which read {read} as it is now"),
        );
        (before, after)
    }

    fn caution(&self, from: &Image, _: &Image) -> Option<String> {
        let mut words = "AWS has no guard here: it takes this also where somebody else has just deployed. Switchback \
                         reads once more right before, and names the task definition that it read; what somebody \
                         deploys in the moment between is taken back by that, and you are told."
            .to_owned();
        let by_tag = self.content(from).map(|content| content.by_tag.as_slice());
        if let Ok(containers @ [_, ..]) = by_tag {
            words.push_str(&format!(
                " The task definition names the image of {} by a tag and not by its digest (@sha256:…): a tag may mean \
                 another image by now, and a roll starts that one.",
                containers.iter().map(|name| safe(name)).collect::<Vec<_>>().join(", ")
            ));
        }
        if let Ok(content) = self.content(from)
            && !content.not_handed.is_empty()
        {
            let names: Vec<String> = content.not_handed.iter().map(|name| safe(name)).collect();
            words.push_str(&format!(
                " The task definition hands {} to no container: unless the program reads it by itself when it starts, this \
                 roll shows nothing of it. Look whether this is the service that is meant.",
                names.join(", ")
            ));
        }
        Some(words)
    }

    fn request(&self, _: &Image, to: &Image) -> Option<ApiCall> {
        let to = self.content(to).ok()?;
        Some(ApiCall {
            service: Service::Ecs.id().to_owned(),
            operation: UPDATE.operation.to_owned(),
            parameters: json!({
                "cluster": self.0.cluster,
                "service": self.0.service,
                "taskDefinition": to.definition,
                "forceNewDeployment": true,
            })
            .into(),
        })
    }

    async fn send(
        &self,
        aws: &Aws,
        cx: &WriteCx,
        approved: &Preview,
        _: Option<()>,
    ) -> Result<Receipt, ProviderError> {
        let former = deployment(cx.witness());
        aws.roll_service(&self.0, self.content(&approved.to)?, former)
            .await
    }

    fn judge(&self, now: &Observed, before: &Image, after: &Image, sent: Option<&Sent<'_>>) -> Finding {
        judge::judge(now, before, after, sent)
    }
}

impl Aws {
    /// Starts the tasks anew. `former`: the PRIMARY that was read right before.
    pub(super) async fn roll_service(
        &self,
        spec: &RollService,
        to: &Content,
        former: Option<&str>,
    ) -> Result<Receipt, ProviderError> {
        let seen = crate::observe::CallFacts::default();
        self.pace(Service::Ecs).await;
        // Each repeat would be one more deployment.
        let once = aws_sdk_ecs::config::Builder::default().retry_config(RetryConfig::disabled());
        let call = self
            .ecs
            .update_service()
            .cluster(&spec.cluster)
            .service(&spec.service)
            .task_definition(&to.definition)
            .force_new_deployment(true)
            .customize()
            .config_override(once)
            .interceptor(seen.clone())
            .send();
        let output = self.run(UPDATE, &seen, call).await?;
        let lacks = |what: &str| ProviderError {
            request_id: seen.request_id(),
            ..incomplete(UPDATE.operation, what)
        };
        let told = output.service.ok_or_else(|| lacks("service"))?;
        is_asked(UPDATE.operation, &told, &spec.cluster, &spec.service)?;
        let id = primary(UPDATE.operation, &told)?
            .and_then(|primary| primary.id())
            .filter(|id| !id.is_empty() && Some(*id) != former)
            .ok_or_else(|| lacks("new PRIMARY deployment"))?;
        Ok(Receipt {
            request_id: seen.request_id(),
            change_id: Some(id.to_owned()),
            version: None,
            proven: Vec::new(),
            server_date: self.date_or_clock(&seen),
        })
    }
}

/// The id of a deployment that was noted.
pub(super) fn deployment(witness: Option<&Witness>) -> Option<&str> {
    match witness? {
        Witness::Deployment { id } => Some(id),
        Witness::Version { .. } | Witness::Time { .. } | Witness::Unknown(_) => None,
    }
}
