//! `cloudfront.distribution`: whether users may be led to a distribution.

use async_trait::async_trait;
use http::Method;
use switchback_engine::ports::{ProviderError, ProviderErrorKind};
use switchback_model::DistributionCheck;

use super::invalidate::{ROOT, content};
use super::wire::{Behaviour, Certificate, Conflict, Conflicts};
use super::{CONFLICTS, DISTRIBUTION, behaviours, distribution};
use crate::connect::{Aws, incomplete};
use crate::error::safe;
use crate::look::{Found, Look, Mend};
use crate::op::Op;
use crate::resource::{Resource, part};

/// The region from which CloudFront takes certificates (CloudFront developer guide, "Requirements for using SSL/TLS
/// certificates with CloudFront").
const CERTIFICATES: &str = ":us-east-1:";
/// What is wrong is named; of more the number is said.
const NAMED: usize = 4;

/// The check.
#[derive(Debug, Clone, Copy)]
pub struct DistributionLook<'a>(pub &'a DistributionCheck);

/// A distribution, and who else holds its names.
#[derive(Debug)]
pub struct Told {
    aliases: switchback_model::Distribution,
    status: String,
    under_way: u32,
    behaviours: Vec<Behaviour>,
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
        let seen = crate::observe::Seen::default();
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
    type Answer = Told;
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

    async fn ask(&self, aws: &Aws) -> Result<Told, ProviderError> {
        let id = &self.0.distribution;
        let told = aws.distribution_told(id).await?;
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
        Ok(Told {
            status: told.status,
            under_way: told.in_progress_invalidation_batches,
            behaviours: behaviours.map(|items| items.all).unwrap_or_default(),
            certificate: config.viewer_certificate.take(),
            aliases: content(config),
            conflicts,
        })
    }

    fn judge(&self, told: &Told) -> Found {
        let wrong = self.wrong(told);
        if wrong.is_empty() {
            return Found::right(
                self.expected(),
                format!("{}; deployed", safe(&told.aliases.words())),
            );
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
        match error.kind {
            ProviderErrorKind::NotFound => Found::wrong(
                self.expected(),
                safe(&error.message),
                Mend::Anyway("Look at the id in the runbook, and at the account of the target.".to_owned()),
            ),
            _ => Found::untold_because(self.expected(), error),
        }
    }
}

impl DistributionLook<'_> {
    /// What is wrong, each with how it is mended.
    fn wrong(&self, told: &Told) -> Vec<(String, &'static str)> {
        let mut wrong = Vec::new();
        if !told.aliases.enabled {
            wrong.push((
                "disabled: it answers nobody".to_owned(),
                "Enable it, or look whether this is the distribution that is meant.",
            ));
        }
        if told.status != "Deployed" {
            wrong.push((
                format!("{}: not every edge has its settings yet", safe(&told.status)),
                "Wait until its status is Deployed, then look again.",
            ));
        }
        match told.certificate.as_ref().map(|one| (&one.acm, &one.iam)) {
            Some((Some(arn), _)) if arn.contains(CERTIFICATES) => {}
            Some((Some(arn), _)) => wrong.push((
                format!("its certificate is not of us-east-1: {}", safe(arn)),
                "CloudFront takes certificates of us-east-1 alone: issue one there.",
            )),
            // One that was uploaded to IAM has no region.
            Some((None, Some(_))) => {}
            Some((None, None)) | None => wrong.push((
                "has no certificate of its own: a browser refuses its names".to_owned(),
                "Attach a certificate of us-east-1 that covers the names: CloudFront takes none of another region.",
            )),
        }
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
            if behaviours::of(&told.behaviours, path).is_none() {
                wrong.push((
                    format!("{} falls to the default behaviour", safe(path)),
                    "Add a behaviour whose path pattern covers it, in front of any that covers more.",
                ));
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
