//! `cloudfront.distribution`: whether users may be led to a distribution.

use async_trait::async_trait;
use http::Method;
use switchback_engine::ports::ProviderError;
use switchback_model::DistributionCheck;

use super::invalidate::{ROOT, content};
use super::wire::{Behaviour, Certificate, Conflict, Conflicts};
use super::{CONFLICTS, DISTRIBUTION, behaviours, certificate, distribution};
use crate::connect::{Aws, incomplete};
use crate::error::safe;
use crate::grammar::Word;
use crate::look::{Found, Look, Mend};
use crate::op::Op;
use crate::resource::{Resource, part};

/// What is wrong is named; of more the number is said.
const NAMED: usize = 4;

/// The check.
#[derive(Debug, Clone, Copy)]
pub struct DistributionLook<'a>(pub &'a DistributionCheck);

/// A distribution, and who else holds its names.
#[derive(Debug)]
pub struct DistributionAnswer {
    aliases: switchback_model::Distribution,
    status: String,
    under_way: u32,
    staging: bool,
    behaviours: Vec<Behaviour>,
    /// The origin of what has no behaviour of its own.
    origin: String,
    certificate: Option<Certificate>,
    conflicts: Vec<Conflict>,
}

impl Aws {
    /// Which other distributions hold a name, or one whose wildcard covers it.
    async fn conflicts(&self, id: &str, host: &str) -> Result<Vec<Conflict>, ProviderError> {
        let path = format!(
            "{}/conflicting-alias?DistributionId={}&Alias={}",
            ROOT.trim_end_matches("/distribution"),
            part(id),
            part(host)
        );
        let seen = crate::observe::CallFacts::default();
        let told: Conflicts = self
            .cloudfront(CONFLICTS, (Method::GET, path, None), &seen)
            .await?;
        if told.next_marker.is_some_and(|marker| !marker.is_empty()) {
            return Err(incomplete(CONFLICTS.operation, "whole list of names"));
        }
        Ok(told.items.map(|items| items.all).unwrap_or_default())
    }
}

#[async_trait]
impl Look for DistributionLook<'_> {
    type Answer = DistributionAnswer;
    const OPS: &'static [Op] = &[DISTRIBUTION, CONFLICTS];

    fn resource(&self) -> Option<Resource> {
        Some(distribution(&self.0.distribution))
    }

    fn expected(&self) -> String {
        let hosts: Vec<String> = self.0.hosts.iter().map(|host| bare(host.as_str())).collect();
        let mut expected = format!("deployed, answers for {}", hosts.join(", "));
        if !self.0.routed.is_empty() {
            expected.push_str(&format!(", {} of its own", behaviours_of(self.0.routed.len())));
        }
        expected
    }

    async fn ask(&self, aws: &Aws) -> Result<DistributionAnswer, ProviderError> {
        let id = &self.0.distribution;
        let told = aws.distribution_told(id).await?;
        let under_way = told.in_progress_invalidation_batches;
        let under_way = under_way
            .ok_or_else(|| incomplete(DISTRIBUTION.operation, "count of invalidations under way"))?;
        let certificate = told.distribution_config.viewer_certificate.as_ref();
        let has_one = certificate.is_some_and(|one| one.acm.is_some() || one.iam.is_some());
        let mut conflicts = Vec::new();
        // Who holds a name AWS tells to a distribution whose certificate covers it (API reference,
        // ListConflictingAliases); that there is none is what is wrong then.
        for host in self.0.hosts.iter().filter(|_| has_one) {
            conflicts.extend(aws.conflicts(id, &bare(host.as_str())).await?);
        }
        let mut config = told.distribution_config;
        let behaviours = config.cache_behaviors.take().and_then(|all| all.items);
        // Each distribution has one (API reference, `DistributionConfig`).
        let default = config.default_cache_behavior.take();
        let default = default.ok_or_else(|| incomplete(DISTRIBUTION.operation, "default behaviour"))?;
        Ok(DistributionAnswer {
            status: told.status,
            under_way,
            staging: config.staging,
            behaviours: behaviours.map(|items| items.all).unwrap_or_default(),
            origin: default.origin,
            certificate: config.viewer_certificate.take(),
            aliases: content(config),
            conflicts,
        })
    }

    fn judge(&self, told: &DistributionAnswer) -> Found {
        let wrong = self.wrong(told);
        if wrong.is_empty() {
            let mut observed = format!("{}; deployed", safe(&told.aliases.words()));
            for words in self.led_back(told) {
                observed.push_str(&format!("; {words}"));
            }
            return Found::right(self.expected(), observed);
        }
        let (words, mends): (Vec<String>, Vec<&str>) = wrong.into_iter().unzip();
        let more = words.len().saturating_sub(NAMED);
        let mut observed = words[..words.len().min(NAMED)].join("; ");
        if more > 0 {
            observed.push_str(&format!("; and {more} more"));
        }
        Found::wrong(
            self.expected(),
            observed,
            Mend::Besides(mends.first().copied().unwrap_or_default().to_owned()),
        )
    }

    fn failed(&self, _: &Aws, error: &ProviderError) -> Found {
        Found::missing_or_untold(
            self.expected(),
            error,
            "Look at the id in the runbook, and at the account of the target.",
        )
    }
}

impl DistributionLook<'_> {
    /// The paths whose behaviour names them, and leads where the default one does: people may have meant that.
    fn led_back(&self, told: &DistributionAnswer) -> Vec<String> {
        let all = self.0.routed.iter().filter_map(|path| {
            let behaviour = behaviours::of(&told.behaviours, path)?;
            (behaviour.origin == told.origin).then(|| {
                format!(
                    "{} meets the behaviour {}, to the origin {} as the default one",
                    safe(path),
                    safe(&behaviour.path_pattern),
                    safe(&told.origin)
                )
            })
        });
        all.collect()
    }

    /// What is wrong, each with how it is mended.
    fn wrong(&self, told: &DistributionAnswer) -> Vec<(String, &'static str)> {
        let mut wrong = Vec::new();
        if !told.aliases.enabled {
            wrong.push((
                "disabled: it answers nobody".to_owned(),
                "Enable it, or look whether this is the distribution that is meant.",
            ));
        }
        if told.staging {
            wrong.push((
                "a staging distribution: nobody reaches it by a name".to_owned(),
                "Name the primary distribution that it belongs to: CloudFront hands a share of that one's requests to this one.",
            ));
        }
        if told.status != "Deployed" {
            wrong.push((
                format!(
                    "{}: not every edge has its settings yet",
                    Word::status(&told.status)
                ),
                "Wait until its status is Deployed, then look again.",
            ));
        }
        wrong.extend(certificate::wrong(told.certificate.as_ref(), &self.0.hosts));
        for host in &self.0.hosts {
            let name = bare(host.as_str());
            if !told.aliases.answers_for(host) {
                wrong.push((
                    format!("does not answer for {}", safe(&name)),
                    "Add the name to its alternate domain names, with a certificate that covers it.",
                ));
            }
        }
        for other in told
            .conflicts
            .iter()
            .filter(|one| one.distribution_id != self.0.distribution)
        {
            wrong.push((
                format!(
                    "{} is held by distribution {}",
                    safe(&other.alias),
                    safe(&other.distribution_id)
                ),
                "One name belongs to one distribution: have whoever holds it give it up first, or users meet that one.",
            ));
        }
        for path in &self.0.routed {
            match behaviours::of(&told.behaviours, path) {
                None => wrong.push((
                    format!("{} falls to the default behaviour", safe(path)),
                    "Add a behaviour whose path pattern covers it, in front of any that covers more.",
                )),
                Some(first) if let Some(behind) = behaviours::hidden(&told.behaviours, path) => wrong.push((
                    format!(
                        "{} meets the behaviour {}, which stands before {}",
                        safe(path),
                        safe(&first.path_pattern),
                        safe(&behind.path_pattern)
                    ),
                    "Put the behaviour that names the path in front of the one that covers more: the first that fits decides.",
                )),
                // It does what the default one does, and nobody said of this path that it shall.
                Some(behaviour) if led_back_unnamed(behaviour, path, told) => wrong.push((
                    format!(
                        "{} meets the behaviour {}, which leads where the default one does",
                        safe(path),
                        safe(&behaviour.path_pattern)
                    ),
                    "Add a behaviour whose path pattern names it, with the origin that answers it, in front of any that covers \
                     more.",
                )),
                Some(_) => {}
            }
        }
        if told.under_way > 0 {
            wrong.push((
                format!("{} under way", invalidations(told.under_way)),
                "Wait until it is completed, then look again: what is served may change meanwhile.",
            ));
        }
        wrong
    }
}

fn led_back_unnamed(behaviour: &Behaviour, path: &str, told: &DistributionAnswer) -> bool {
    behaviour.origin == told.origin && !behaviours::names(&behaviour.path_pattern, path)
}

fn invalidations(count: u32) -> String {
    match count {
        1 => "an invalidation is".to_owned(),
        many => format!("{many} invalidations are"),
    }
}

fn behaviours_of(count: usize) -> String {
    match count {
        1 => "1 path with a behaviour".to_owned(),
        many => format!("{many} paths with behaviours"),
    }
}

fn bare(host: &str) -> String {
    host.trim_end_matches('.').to_owned()
}
