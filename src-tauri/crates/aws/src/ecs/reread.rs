//! `ecs.reread`: whether every task of a service was made after what it reads was last written.
//!
//! A task is handed its parameters after it was made and before it runs, and keeps them (ECS developer guide, "Pass
//! Systems Manager parameters through environment variables"). So one that was made after a write knows it, one that
//! ran before does not, and of one that was being started meanwhile nobody knows.

use async_trait::async_trait;
use jiff::{Timestamp, Unit};
use switchback_engine::ports::{ProviderError, ProviderErrorKind, RunningTask};
use switchback_model::RereadCheck;

use super::tasks::running;
use super::{TASK, TASKS, service};
use crate::connect::Aws;
use crate::look::{Found, Look, Mend};
use crate::op::Op;
use crate::resource::Resource;
use crate::ssm;

const LOOK_AT_NAMES: &str = "Correct the name in the runbook, or the region of the target.";

/// The check: the tasks of a service are newer than what they read.
#[derive(Debug, Clone, Copy)]
pub struct RereadLook<'a>(pub &'a RereadCheck);

/// The tasks of a service, and when its parameters were written.
#[derive(Debug)]
pub struct Answer {
    /// Those that shall run.
    tasks: Vec<RunningTask>,
    /// By name, in the order of the check; none where there is no such parameter.
    written: Vec<(String, Option<Timestamp>)>,
}

#[async_trait]
impl Look for RereadLook<'_> {
    type Answer = Answer;
    const OPS: &'static [Op] = &[TASKS, TASK, ssm::DESCRIBE];

    fn resource(&self) -> Option<Resource> {
        Some(service(&self.0.cluster, &self.0.service))
    }

    fn expected(&self) -> String {
        format!("every task is newer than {}", self.0.parameters.join(", "))
    }

    /// The parameters are asked last: what is written in between makes a task look older, never newer.
    async fn ask(&self, aws: &Aws) -> Result<Answer, ProviderError> {
        let told = aws.told_tasks(&self.0.cluster, &self.0.service).await?;
        let wanted = told
            .iter()
            .filter(|task| task.desired_status() != Some("STOPPED"));
        let tasks = wanted.map(running).collect();
        let mut written = Vec::new();
        for name in &self.0.parameters {
            let at = match aws.parameter_written(name).await {
                Err(error) if error.kind == ProviderErrorKind::NotFound => None,
                at => Some(at?),
            };
            written.push((name.clone(), at));
        }
        Ok(Answer { tasks, written })
    }

    fn judge(&self, answer: &Answer) -> Found {
        let wrong = |observed: String, mend: Mend| Found::wrong(self.expected(), observed, mend);
        let mut latest: Option<(&str, Timestamp)> = None;
        for (name, at) in &answer.written {
            let Some(at) = *at else {
                let mend = Mend::Anyway(LOOK_AT_NAMES.to_owned());
                return wrong(format!("there is no parameter {name}"), mend);
            };
            if latest.is_none_or(|(_, late)| at > late) {
                latest = Some((name, at));
            }
        }
        let (Some((name, at)), Some(oldest)) =
            (latest, answer.tasks.iter().map(|task| task.created_at).min())
        else {
            let mend = "Look at the events of the service in the AWS console: they say why no task is there.";
            return wrong("no task of it runs".to_owned(), Mend::Unsaid(mend.to_owned()));
        };
        let count = |of: fn(&RunningTask, Timestamp) -> bool| {
            let all = answer.tasks.iter();
            all.filter(|task| of(task, at)).count()
        };
        let (old, new, all) = (count(ran_before), count(made_after), answer.tasks.len());
        let written = format!("{name}, which was written at {}", shown(at));
        if old > 0 {
            return wrong(
                format!("{} older than {written}", of(old, all)),
                Mend::Unsaid(
                    "Start its tasks anew; where that is under way, wait until the old ones are gone."
                        .to_owned(),
                ),
            );
        }
        if new < all {
            return Found::untold(
                self.expected(),
                format!(
                    "{} of {all} tasks may have read either value of {written}",
                    all - new
                ),
                Mend::Besides(
                    "They were being started when it was written, or AWS does not say when: start them anew."
                        .to_owned(),
                ),
            );
        }
        let made = oldest.map(|oldest| format!(": the oldest was made at {}", shown(oldest)));
        let observed = format!(
            "{} newer than {written}{}",
            of(new, all),
            made.unwrap_or_default()
        );
        Found::right(self.expected(), observed)
    }

    fn failed(&self, _: &Aws, error: &ProviderError) -> Found {
        match error.kind {
            // Of the service or of the cluster (API reference, ListTasks, "Errors").
            ProviderErrorKind::NotFound => Found::wrong(
                self.expected(),
                format!(
                    "there is no cluster {}, or no service {} in it",
                    self.0.cluster, self.0.service
                ),
                Mend::Anyway(LOOK_AT_NAMES.to_owned()),
            ),
            _ => Found::untold_because(self.expected(), error),
        }
    }
}

/// To the millisecond, as AWS tells it.
fn shown(at: Timestamp) -> Timestamp {
    at.round(Unit::Millisecond).unwrap_or(at)
}

fn of(some: usize, all: usize) -> String {
    let verb = if some == 1 { "is" } else { "are" };
    format!("{some} of {all} tasks {verb}")
}

/// Whether a task knows what was written then: equal moments prove nothing.
fn made_after(task: &RunningTask, written: Timestamp) -> bool {
    task.created_at.is_some_and(|made| made > written)
}

/// Whether a task can't know what was written then.
fn ran_before(task: &RunningTask, written: Timestamp) -> bool {
    task.started_at.is_some_and(|ran| ran <= written)
}
