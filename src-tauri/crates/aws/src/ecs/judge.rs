//! What a roll came to, by the deployment that stands now. The task definition does not tell: it is the same before
//! a roll, after it, and after a circuit breaker took it back.

use jiff::{SignedDuration, Timestamp};
use switchback_engine::ports::{Deployment, Observed, Rollout, RolloutState, Sent};
use switchback_model::{FieldDifference, Finding, Image, RollService, Service as Content, field};

use super::roll::deployment;
use super::tasks::{is_of, other_images, short};
use crate::error::safe;

/// So long an answer of ECS may still be of the time before a change (ECS API reference, "Eventual consistency",
/// which names no time; the AWS SDKs' waiters for services give up after minutes). Only then does a deployment that
/// AWS named and shows nowhere count as taken back.
const APPEARS_WITHIN: SignedDuration = SignedDuration::from_secs(60);
/// How far our clock and AWS's may be apart: AWS takes no request that was signed longer ago (IAM user guide,
/// "Signature Version 4": five minutes).
const SKEW: SignedDuration = SignedDuration::from_secs(300);

/// What is there now, judged by a roll of ours. It does not matter which way it was made: what counts is that every task
/// started after what it reads was written, and that the deployment which AWS named to us is the one that stands. Where
/// that answer was lost nobody can tell ours from another's, and the tasks alone count.
pub(super) fn judge(now: &Observed, before: &Image, after: &Image, sent: Option<&Sent<'_>>) -> Finding {
    let plain = || field::judge(&now.image, before, after);
    let unclear = |why: String| Finding::Unclear { why };
    let (Image::Service { content: is, .. }, Image::Service { content: was, .. }) = (&now.image, before)
    else {
        return plain();
    };
    if now.image.object() != before.object() || now.image.object() != after.object() {
        return plain();
    }
    let Some(sent) = sent else {
        return match matches!(after, Image::Service { content, .. } if same(is, content)) {
            true => Finding::After,
            false => plain(),
        };
    };
    let Some(rollout) = &now.rollout else {
        return unclear("What was read says nothing of the service's deployments.".to_owned());
    };
    let primary = &rollout.primary;
    let ours = sent.receipt.and_then(|receipt| receipt.change_id.as_deref());
    let Some(former) = deployment(sent.witness) else {
        return unclear(
            "Which deployment stood there before was not noted, so a new one can't be told from it. Look at the \
             service in the AWS console."
                .to_owned(),
        );
    };
    let told = RollCompared {
        image: &now.image,
        is,
        was,
        rollout,
        former,
    };

    if told.went_back(ours, sent.at) {
        return told.taken_back();
    }
    if let Some(ours) = ours.filter(|ours| *ours != primary.id && !rollout.knows(ours)) {
        let made = sent.receipt.map(|receipt| receipt.server_date);
        let older = primary.id == former || made.is_some_and(|made| primary.created_at < made);
        let young = made.is_some_and(|made| rollout.at.duration_since(made) < APPEARS_WITHIN);
        if older && young {
            return unclear(format!("ECS does not show the deployment {} yet.", safe(ours)));
        }
        if older {
            return told.taken_back();
        }
    }
    let mut differences = told.not_as_approved();
    if primary.id == former {
        // Nothing of ours is there: whatever image a task has that was replaced meanwhile is not of our doing.
        return match differences.is_empty() {
            true => Finding::Before,
            false => told.other(differences),
        };
    }
    differences.extend(told.other_images());
    if !differences.is_empty() {
        return told.other(differences);
    }
    if primary.state == RolloutState::Failed {
        return told.partial("failed");
    }
    if let Some(why) = told.is_not_settled() {
        return unclear(why);
    }
    let gone = was.images.keys().find(|name| !is.images.contains_key(*name));
    if let Some(container) = gone {
        return unclear(format!(
            "ECS said before which image {} has, and does not say it of the new tasks.",
            safe(container)
        ));
    }
    let mut differences = told.written_since();
    // Ours was answered, and another is all that runs: once that one is complete, nothing tells any more whether ECS gave
    // ours up for it or somebody deployed. So what was seen meanwhile does not matter, and people decide.
    if ours.is_some_and(|ours| ours != primary.id) {
        differences.push(told.replaced());
    }
    match differences {
        late if late.is_empty() => Finding::After,
        differences => Finding::Partial { differences },
    }
}

/// What a roll does not change.
fn same(one: &Content, other: &Content) -> bool {
    (&one.definition, &one.controller) == (&other.definition, &other.controller)
}

trait Knows {
    /// Whether a deployment is shown.
    fn knows(&self, id: &str) -> bool;
}

impl Knows for Rollout {
    fn knows(&self, id: &str) -> bool {
        std::iter::once(&self.primary)
            .chain(&self.others)
            .any(|deployment| deployment.id == id)
    }
}

/// What is compared.
struct RollCompared<'a> {
    image: &'a Image,
    is: &'a Content,
    was: &'a Content,
    rollout: &'a Rollout,
    former: &'a str,
}

impl RollCompared<'_> {
    /// Whether a deployment that may be of our request was given up for an older one: a new one is always the PRIMARY,
    /// until a circuit breaker, an alarm or a person takes it back (ECS developer guide, "How the Amazon ECS
    /// deployment circuit breaker detects failures"). One that stands beside the PRIMARY and is newer shows it. It may
    /// have stood there before our request, too, because it was given up then: so its moment is compared with ours.
    fn went_back(&self, ours: Option<&str>, sent_at: Timestamp) -> bool {
        let primary = &self.rollout.primary;
        let stands_again = primary.id == self.former;
        let earliest = sent_at.checked_sub(SKEW).unwrap_or(Timestamp::MIN);
        self.rollout.others.iter().any(|other| {
            let newer = other.created_at > primary.created_at;
            // Given up, whatever stands in its place: what a circuit breaker goes back to may be a deployment of its own,
            // and its tasks read the same new values; people are told, and decide.
            let given_up = other.state == RolloutState::Failed;
            match ours {
                Some(ours) => other.id == ours && (newer || stands_again || given_up),
                None => other.id != self.former && other.created_at >= earliest && (newer || given_up),
            }
        })
    }

    fn difference(&self, field: &str, found: String) -> FieldDifference {
        FieldDifference {
            field: field.to_owned(),
            found,
            before: format!("{}, completed", safe(self.former)),
            after: "a new one, completed".to_owned(),
        }
    }

    fn partial(&self, how: &str) -> Finding {
        let found = format!("{}, {how}", safe(&self.rollout.primary.id));
        Finding::Partial {
            differences: vec![self.difference("deployment", found)],
        }
    }

    /// Tasks of the new deployment may have run, and those of the old one that were replaced meanwhile have read the
    /// new values: it is not as before.
    fn taken_back(&self) -> Finding {
        let primary = &self.rollout.primary;
        let another = primary.id != self.former
            && self
                .rollout
                .others
                .iter()
                .all(|one| one.created_at < primary.created_at);
        let found = format!(
            "{}{} of {} stands {}",
            RollService::GIVEN_UP,
            safe(&primary.id),
            short(&primary.definition),
            if another && !self.rollout.others.is_empty() {
                "in its place"
            } else {
                "again"
            }
        );
        Finding::Partial {
            differences: vec![self.difference("deployment", found)],
        }
    }

    /// Another stands in place of the one that AWS named to us, and its tasks are all that runs.
    fn replaced(&self) -> FieldDifference {
        let primary = &self.rollout.primary;
        let found = format!(
            "ours is gone; {} of {} stands in its place",
            safe(&primary.id),
            short(&primary.definition)
        );
        self.difference("deployment", found)
    }

    fn other(&self, differences: Vec<FieldDifference>) -> Finding {
        Finding::Other {
            found: self.image.clone(),
            differences,
        }
    }

    fn not_as_approved(&self) -> Vec<FieldDifference> {
        let primary = &self.rollout.primary.definition;
        let found = if *primary == self.was.definition {
            &self.is.definition
        } else {
            primary
        };
        let rows = [
            ("task definition", found, &self.was.definition),
            ("deployment controller", &self.is.controller, &self.was.controller),
        ];
        rows.into_iter()
            .filter(|(_, found, approved)| found != approved)
            .map(|(name, found, approved)| FieldDifference {
                field: name.to_owned(),
                found: found.clone(),
                before: approved.clone(),
                after: approved.clone(),
            })
            .collect()
    }

    fn other_images(&self) -> Vec<FieldDifference> {
        other_images(self.is, self.was)
            .into_iter()
            .map(|(container, found, approved)| FieldDifference {
                field: format!("image of {container}"),
                found: format!("another image was started: {found}"),
                before: approved.to_owned(),
                after: approved.to_owned(),
            })
            .collect()
    }

    /// Why the PRIMARY is not yet all that runs; none where it is.
    fn is_not_settled(&self) -> Option<String> {
        let Rollout {
            primary,
            tasks,
            others,
            desired,
            running,
            ..
        } = self.rollout;
        let new = tasks.iter().filter(|task| is_of(task, primary)).count();
        let id = safe(&primary.id);
        let so_far = match tasks.len() {
            0 => format!("no task of it runs, and {desired} shall"),
            all => format!("{new} of {all} tasks that run are new"),
        };
        let goes_on = |what: &str| Some(format!("The deployment {id} {what}: {so_far}."));
        // One that failed and has no task left is told for a while, and holds nothing up.
        let beside = |other: &&Deployment| other.state != RolloutState::Failed || other.running > 0;
        match primary.state {
            RolloutState::InProgress => return goes_on("is in progress"),
            RolloutState::Completed | RolloutState::Failed => {}
            // What the AWS CLI waits for where nothing is said (AWS CLI reference, `ecs wait services-stable`).
            RolloutState::Unsaid if running != desired => return goes_on("is not complete"),
            RolloutState::Unsaid => {}
        }
        if others.iter().any(|other| beside(&other)) {
            return goes_on("is not alone yet");
        }
        if tasks.is_empty() || new < tasks.len() {
            return goes_on("stands");
        }
        if usize::try_from(*running).is_ok_and(|running| running > tasks.len()) {
            return Some(format!(
                "The deployment {id} stands, but {running} tasks run and only {} of them were told.",
                tasks.len()
            ));
        }
        None
    }

    /// Parameters that were not written before the PRIMARY was made, so that nobody knows which value its tasks read.
    /// Equal moments prove nothing.
    fn written_since(&self) -> Vec<FieldDifference> {
        let made = self.rollout.primary.created_at;
        let late = self.rollout.written.iter().filter(|(_, at)| **at >= made);
        late.map(|(name, at)| FieldDifference {
            field: format!("tasks' {name}"),
            found: format!("written at {at}, and the tasks are of a deployment of {made}"),
            before: "as read before the roll".to_owned(),
            after: "as written before the roll".to_owned(),
        })
        .collect()
    }
}
