//! `route53.zone`: the id means this public zone, the servers that the world finds are its own, and no
//! private zone of the same name hides it.

use async_trait::async_trait;
use switchback_engine::ports::ProviderError;
use switchback_model::dns::DnsName;

use super::{HostedZone, ZONE_OPS, bare, hosted_zone};
use crate::connect::Aws;
use crate::delegation::{Claim, Leads, Outside, same_servers};
use crate::look::{Found, Look, Mend};
use crate::op::Op;
use crate::resource::Resource;
use switchback_engine::ports::ProviderErrorKind;

/// The zone, with what the world outside says of it.
pub struct ZoneLook<'a> {
    /// The hosted zone's id.
    pub zone_id: &'a str,
    /// The zone's name.
    pub zone: &'a DnsName,
    /// Without one the target has no DNS observer, and the delegation is not compared.
    pub outside: Option<&'a dyn Outside>,
    /// Servers that the target's author knows to be this zone's.
    pub vouched: &'a [DnsName],
}

/// What was found of a zone.
pub struct ZoneAnswer {
    /// None where there is no such zone.
    found: Option<HostedZone>,
    /// Other zones of the name, and whether each is private.
    twins: Vec<(String, bool)>,
    delegated: Delegated,
}

enum Delegated {
    NotAsked,
    NotLookedUp(String),
    To(Leads),
}

impl ZoneLook<'_> {
    fn is_right(&self, found: &HostedZone) -> bool {
        found.name == *self.zone && !found.private
    }

    async fn delegated(&self, aws: &Aws, found: &HostedZone) -> Result<Delegated, ProviderError> {
        let Some(outside) = self.outside else {
            return Ok(Delegated::NotAsked);
        };
        let servers = match outside.delegation(self.zone).await {
            Ok(servers) => servers,
            Err(why) => return Ok(Delegated::NotLookedUp(why)),
        };
        let soa = match same_servers(&servers, &found.delegation_set) {
            true => None,
            false => aws.soa(self.zone_id, self.zone).await?,
        };
        let claim = Claim {
            zone: self.zone,
            servers: &found.delegation_set,
            soa: soa.as_deref(),
            vouched: self.vouched,
        };
        Ok(Delegated::To(claim.proven(&servers, outside).await))
    }
}

#[async_trait]
impl Look for ZoneLook<'_> {
    type Answer = ZoneAnswer;
    const OPS: &'static [Op] = ZONE_OPS;

    fn resource(&self) -> Option<Resource> {
        Some(hosted_zone(self.zone_id))
    }

    fn expected(&self) -> String {
        format!(
            "{} is public, named {}, delegated, without a twin",
            bare(self.zone_id),
            self.zone.host()
        )
    }

    async fn ask(&self, aws: &Aws) -> Result<ZoneAnswer, ProviderError> {
        let mut answer = ZoneAnswer {
            found: None,
            twins: Vec::new(),
            delegated: Delegated::NotAsked,
        };
        let found = match aws.hosted_zone(self.zone_id).await {
            Ok(found) => found,
            Err(error) if error.kind == ProviderErrorKind::NotFound => return Ok(answer),
            Err(error) => return Err(error),
        };
        // What is the wrong zone already needs no more questions.
        if self.is_right(&found) {
            answer.twins = aws.twins(self.zone_id, self.zone).await?;
            if answer.twins.iter().all(|(_, private)| !private) {
                answer.delegated = self.delegated(aws, &found).await?;
            }
        }
        answer.found = Some(found);
        Ok(answer)
    }

    fn judge(&self, answer: &ZoneAnswer) -> Found {
        let wrong = |observed: String, mend: &str| {
            Found::wrong(self.expected(), observed, Mend::Unsaid(mend.to_owned()))
        };
        let Some(found) = &answer.found else {
            let observed = format!("there is no zone {}", bare(self.zone_id));
            return wrong(observed, "Correct the zone id in the target.");
        };
        if found.name != *self.zone {
            let observed = format!("{} means {}", found.id, found.name.host());
            return wrong(observed, "Correct the zone id or the zone's name in the target.");
        }
        if found.private {
            let observed = format!("{} is private", found.id);
            return wrong(observed, "Name the public zone of this name in the target.");
        }
        if let Some((twin, _)) = answer.twins.iter().find(|(_, private)| *private) {
            return wrong(
                format!("the private zone {twin} has the same name and hides it inside VPCs"),
                "Change the private zone as well, by hand, or take it away first.",
            );
        }
        let delegated = match &answer.delegated {
            Delegated::NotAsked => "delegation not observed",
            Delegated::NotLookedUp(why) => {
                return Found::untold(
                    self.expected(),
                    format!("the zone's name servers could not be looked up: {why}"),
                    Mend::Unsaid("Look at the resolver, then repeat.".to_owned()),
                );
            }
            Delegated::To(Leads::Here(words)) => words,
            Delegated::To(Leads::Elsewhere(observed)) => {
                return wrong(
                    observed.clone(),
                    "Another zone of this name is the one that is served: name it in the target.",
                );
            }
            // How to go on is ours to say; the runbook's words are about another zone.
            Delegated::To(Leads::Untold(observed, mend)) => {
                return Found::untold(self.expected(), observed.clone(), Mend::Anyway(mend.clone()));
            }
        };
        let others = match answer.twins.len() {
            0 => String::new(),
            more => format!(", {more} other public of this name"),
        };
        Found::right(
            self.expected(),
            format!("public zone {}, {delegated}{others}", found.name.host()),
        )
    }
}
