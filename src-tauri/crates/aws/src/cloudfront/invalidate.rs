//! `cloudfront.invalidate`: every edge drops its copies of some paths.

use async_trait::async_trait;
use http::Method;
use jiff::SignedDuration;
use serde::de::DeserializeOwned;
use serde_json::json;
use switchback_engine::ports::{Made, Observed, ProviderError, ProviderErrorKind, Sent};
use switchback_engine::proof::WriteCx;
use switchback_model::event::Receipt;
use switchback_model::{ApiCall, Distribution as Content, Finding, Image, Invalidate, Preview};

use super::wire::{Config, Distribution, Invalidation, InvalidationList, batch};
use super::{DISTRIBUTION, INVALIDATE, INVALIDATION, INVALIDATIONS, distribution};
use crate::change::{Against, Change, Seen};
use crate::connect::{Aws, incomplete};
use crate::error::{another, refused, safe};
use crate::grammar::Word;
use crate::op::Op;
use crate::raw::{Asked, Body};
use crate::resource::{Resource, part};
use crate::service::Service;

/// Where every distribution stands.
pub(super) const ROOT: &str = "/2020-05-31/distribution";
/// Invalidations of one page, and pages that are looked through for ours.
const PAGE: usize = 100;
const PAGES: usize = 5;
/// How far our clock and AWS's may be apart (IAM user guide, "Signature Version 4": five minutes).
const SKEW: SignedDuration = SignedDuration::from_secs(300);

impl Aws {
    pub(super) async fn cloudfront<T: DeserializeOwned>(
        &self,
        op: Op,
        (method, path, body): (Method, String, Option<String>),
        seen: &crate::observe::CallFacts,
    ) -> Result<T, ProviderError> {
        let mut headers = vec![("accept", "application/xml".to_owned())];
        if body.is_some() {
            headers.push(("content-type", "application/xml".to_owned()));
        }
        let asked = Asked {
            method,
            path,
            headers,
            body: body.map(Body::Xml),
            // One service for the whole world, asked at its home.
            region: Some(crate::raw::home(self.region())),
        };
        let told = self.ask_text(op, asked, seen).await?;
        quick_xml::de::from_str(&told).map_err(|_| ProviderError {
            request_id: seen.request_id(),
            ..incomplete(op.operation, "whole document")
        })
    }

    /// A distribution, as far as it is looked at here.
    pub(super) async fn distribution_told(&self, id: &str) -> Result<Distribution, ProviderError> {
        let seen = crate::observe::CallFacts::default();
        let path = format!("{ROOT}/{}", part(id));
        let told: Distribution = self
            .cloudfront(DISTRIBUTION, (Method::GET, path, None), &seen)
            .await?;
        if told.id != id {
            return Err(incomplete(DISTRIBUTION.operation, "distribution of that id"));
        }
        Ok(told)
    }

    async fn distribution(&self, id: &str) -> Result<Content, ProviderError> {
        Ok(content(self.distribution_told(id).await?.distribution_config))
    }

    async fn invalidation(&self, distribution: &str, id: &str) -> Result<Invalidation, ProviderError> {
        let seen = crate::observe::CallFacts::default();
        let path = format!("{ROOT}/{}/invalidation/{}", part(distribution), part(id));
        let told: Invalidation = self
            .cloudfront(INVALIDATION, (Method::GET, path, None), &seen)
            .await?;
        match told.id == id {
            true => Ok(told),
            false => Err(incomplete(INVALIDATION.operation, "invalidation of that id")),
        }
    }

    /// The invalidation that a request of ours made, by its id where that was answered, else by its reference.
    async fn invalidation_of(
        &self,
        distribution: &str,
        sent: &Sent<'_>,
    ) -> Result<Option<Made>, ProviderError> {
        let made = |told: Invalidation| Made {
            is_complete: told.status == "Completed",
            id: told.id,
        };
        if let Some(id) = sent.receipt.and_then(|receipt| receipt.change_id.as_deref()) {
            return match self.invalidation(distribution, id).await {
                Ok(told) => Ok(Some(made(told))),
                Err(error) if error.kind == ProviderErrorKind::NotFound => Ok(None),
                Err(error) => Err(error),
            };
        }
        let earliest = sent.at.checked_sub(SKEW).unwrap_or(sent.at);
        let mut marker: Option<String> = None;
        for _ in 0..PAGES {
            let from = marker
                .as_deref()
                .map_or_else(String::new, |marker| format!("&Marker={}", part(marker)));
            let path = format!("{ROOT}/{}/invalidation?MaxItems={PAGE}{from}", part(distribution));
            let seen = crate::observe::CallFacts::default();
            let page: InvalidationList = self
                .cloudfront(INVALIDATIONS, (Method::GET, path, None), &seen)
                .await?;
            // The list names no reference: those of that time are read one by one (API reference, `InvalidationSummary`).
            let items = page.items.map(|items| items.all).unwrap_or_default();
            if items.len() != page.quantity {
                return Err(incomplete(INVALIDATIONS.operation, "whole list of invalidations"));
            }
            for one in items {
                if one.create_time < earliest {
                    continue;
                }
                let told = self.invalidation(distribution, &one.id).await?;
                if told.invalidation_batch.caller_reference == sent.token {
                    return Ok(Some(made(told)));
                }
            }
            match page.next_marker.filter(|_| page.is_truncated) {
                Some(next) => marker = Some(next),
                None => return Ok(None),
            }
        }
        Err(incomplete(
            INVALIDATIONS.operation,
            "end of the list of invalidations",
        ))
    }
}

/// The names that it answers for, and whether it does.
pub(super) fn content(config: Config) -> Content {
    let names = config.aliases.and_then(|all| all.items);
    let mut aliases = names.map(|all| all.names).unwrap_or_default();
    aliases.sort();
    Content {
        aliases,
        enabled: config.enabled,
    }
}

/// The action.
#[derive(Debug, Clone)]
pub struct InvalidateChange(pub Invalidate);

impl InvalidateChange {
    /// Whoever writes another distribution's id invalidates somebody else's copies, and waits for their own in vain.
    fn is_meant(&self, content: &Content) -> Result<(), ProviderError> {
        // A wildcard is no proof: CloudFront leads to whichever distribution has the name itself.
        let Some(host) = self.0.host.as_ref().filter(|host| !content.is_named(host)) else {
            return Ok(());
        };
        let names = match content.aliases.is_empty() {
            true => "no name but its own".to_owned(),
            false => content.aliases.join(", "),
        };
        Err(refused(
            INVALIDATE.operation,
            &format!(
                "The distribution {} does not answer for {}, but for {}",
                safe(&self.0.distribution),
                safe(host.as_str().trim_end_matches('.')),
                safe(&names)
            ),
            "Look which distribution holds that name now: one name belongs to one distribution.",
        ))
    }

    fn content<'a>(&self, image: &'a Image) -> Result<&'a Content, ProviderError> {
        if let Image::Distribution { id, content } = image
            && *id == self.0.distribution
        {
            return Ok(content);
        }
        Err(another(INVALIDATE.operation, "this distribution"))
    }

    /// Sends it, under a reference that no other request has.
    pub(super) async fn create(&self, aws: &Aws, reference: &str) -> Result<Receipt, ProviderError> {
        let seen = crate::observe::CallFacts::default();
        let path = format!("{ROOT}/{}/invalidation", part(&self.0.distribution));
        let body = batch(&self.0.paths, reference);
        let told: Invalidation = aws
            .cloudfront(INVALIDATE, (Method::POST, path, Some(body)), &seen)
            .await?;
        if told.invalidation_batch.caller_reference != reference {
            return Err(ProviderError {
                request_id: seen.request_id(),
                ..incomplete(INVALIDATE.operation, "invalidation of our reference")
            });
        }
        Ok(Receipt {
            // It is journalled. One that is no id is none: what was made is then found by its reference.
            change_id: Word::id(&told.id).fits(),
            ..aws.receipt(&seen)
        })
    }
}

#[async_trait]
impl Change for InvalidateChange {
    type Guard = ();
    const OPS: &'static [Op] = &[DISTRIBUTION, INVALIDATIONS, INVALIDATION, INVALIDATE];
    const AGAINST: Against = Against::Nothing;
    // What is waited for is the invalidation itself, and judging tells how far it is.
    const SPREADS: bool = false;

    fn resource(&self) -> Resource {
        distribution(&self.0.distribution)
    }

    fn object(&self) -> String {
        format!("copies at the edges of distribution {}", self.0.distribution)
    }

    /// With `since` an invalidation was made, and what became of it is told whatever the distribution is now.
    async fn read(&self, aws: &Aws, since: Option<&Sent<'_>>) -> Result<Seen<()>, ProviderError> {
        let id = &self.0.distribution;
        let content = aws.distribution(id).await?;
        if since.is_none() && !content.enabled {
            return Err(refused(
                INVALIDATE.operation,
                &format!("The distribution {} is disabled: it answers nobody", safe(id)),
                "Look whether this is the distribution that is meant, and who disabled it.",
            ));
        }
        let made = match since {
            Some(sent) => aws.invalidation_of(id, sent).await?,
            None => None,
        };
        let image = Image::Distribution {
            id: id.clone(),
            content: Box::new(content),
        };
        Ok(Seen {
            observed: Observed {
                made,
                ..Observed::from(image)
            },
            guard: (),
        })
    }

    fn wish(&self, now: &Image) -> Result<Image, ProviderError> {
        self.is_meant(self.content(now)?)?;
        Ok(now.clone())
    }

    fn may(&self, from: &Image, to: &Image) -> Result<(), ProviderError> {
        self.content(from)?;
        self.content(to)?;
        Ok(())
    }

    /// No image changes: what changes is which copies the edges have.
    fn lines(&self, from: &Image, _: &Image) -> (Vec<String>, Vec<String>) {
        let paths = self.0.paths.join(" ");
        let (mut before, mut after) = (from.lines(), from.lines());
        before.insert(0, format!("copies of {paths} as they were fetched"));
        after.insert(
            0,
            format!("{paths} fetched anew from where the application stands"),
        );
        (before, after)
    }

    fn caution(&self, _: &Image, _: &Image) -> Option<String> {
        Some(
            "What is fetched anew is what stands there at that moment: release first. A browser that keeps a service \
             worker asks for it when it looks for a new version, not before. An invalidation can't be taken back, and \
             needs not be."
                .to_owned(),
        )
    }

    fn request(&self, _: &Image, _: &Image) -> Option<ApiCall> {
        Some(ApiCall {
            service: Service::CloudFront.id().to_owned(),
            operation: INVALIDATE.operation.to_owned(),
            parameters: json!({
                "DistributionId": self.0.distribution,
                "InvalidationBatch": {"Paths": {"Quantity": self.0.paths.len(), "Items": self.0.paths}},
            })
            .into(),
        })
    }

    async fn send(
        &self,
        aws: &Aws,
        cx: &WriteCx,
        _: &Preview,
        _: Option<()>,
    ) -> Result<Receipt, ProviderError> {
        self.create(aws, cx.token()).await
    }

    /// An invalidation is told by its reference; it is done when CloudFront says that every edge has it.
    fn judge(&self, now: &Observed, _: &Image, _: &Image, sent: Option<&Sent<'_>>) -> Finding {
        let Some(sent) = sent else {
            return Finding::After;
        };
        let answered = sent.receipt.and_then(|receipt| receipt.change_id.as_deref());
        match (&now.made, answered) {
            (Some(made), _) if made.is_complete => Finding::After,
            (Some(made), _) => Finding::Unclear {
                why: format!("The invalidation {} is in progress.", Word::id(&made.id)),
            },
            (None, Some(id)) => Finding::Unclear {
                why: format!("CloudFront does not show the invalidation {}.", safe(id)),
            },
            (None, None) => Finding::Before,
        }
    }
}
