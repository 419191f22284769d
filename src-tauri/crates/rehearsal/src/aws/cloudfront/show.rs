//! A distribution and an invalidation, as XML.

use super::part::Invalidation;
use super::seed::Row;
use super::{NAMESPACE, behaviours};
use crate::clock::iso;
use crate::faults::Fault;
use crate::http as web;
use crate::reval::INDEX;
use sha2::{Digest as _, Sha256};

/// An element with a text in it.
pub(super) fn tag(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", web::escape(text))
}

/// A moment as CloudFront writes it.
pub(super) fn moment(ms: i64) -> String {
    iso(ms)
}

/// Whether the distribution answers requests.
pub(crate) fn is_enabled(row: &Row, faults: &[Fault]) -> bool {
    !faults.contains(&Fault::DistributionDisabled { app: row.app })
}

/// Whether it has a certificate of its own. CloudFront refuses one of another region than us-east-1 (API reference,
/// UpdateDistribution, `InvalidViewerCertificate`), so such a one never stands there.
pub(crate) fn has_certificate(row: &Row, faults: &[Fault]) -> bool {
    !faults.contains(&Fault::CertificateElsewhere { app: row.app })
}

/// The names that users know it by: none without a certificate that covers them (CloudFront developer guide,
/// "Requirements for using alternate domain names").
pub(super) fn aliases(row: &Row, faults: &[Fault]) -> impl Iterator<Item = &'static str> {
    let name = match faults.contains(&Fault::AliasElsewhere { app: row.app }) {
        true => row.other_alias,
        false => row.site.host(),
    };
    has_certificate(row, faults).then_some(name).into_iter()
}

/// The entity tag, another one for other settings.
pub(super) fn etag(row: &Row, faults: &[Fault]) -> String {
    let of = hex::encode_upper(Sha256::digest(config(row, faults)));
    format!("E{}", &of[..13])
}

/// A list as CloudFront writes it: how many there are, then the items, where there are any.
pub(super) fn list(name: &str, item: &str, values: &[&str]) -> String {
    let items: String = values.iter().map(|value| tag(item, value)).collect();
    let items = match values.is_empty() {
        true => String::new(),
        false => format!("<Items>{items}</Items>"),
    };
    format!("<{name}><Quantity>{}</Quantity>{items}</{name}>", values.len())
}

/// The distribution, as GetDistribution shows it with so many invalidations in progress.
pub(super) fn distribution(row: &Row, faults: &[Fault], in_progress: usize) -> String {
    let Row { id, arn, domain, .. } = row;
    let records: String = aliases(row, faults)
        .map(|alias| {
            let name = tag("CNAME", alias);
            format!(
                "<AliasICPRecordal>{name}<ICPRecordalStatus>APPROVED</ICPRecordalStatus></AliasICPRecordal>"
            )
        })
        .collect();
    format!(
        "<Distribution xmlns=\"{NAMESPACE}\"><Id>{id}</Id><ARN>{arn}</ARN>\
         <Status>Deployed</Status><LastModifiedTime>2026-01-05T09:30:12.408Z</LastModifiedTime>\
         <InProgressInvalidationBatches>{in_progress}</InProgressInvalidationBatches>\
         <DomainName>{domain}</DomainName>\
         <ActiveTrustedSigners><Enabled>false</Enabled><Quantity>0</Quantity></ActiveTrustedSigners>\
         <ActiveTrustedKeyGroups><Enabled>false</Enabled><Quantity>0</Quantity></ActiveTrustedKeyGroups>\
         {}<AliasICPRecordals>{records}</AliasICPRecordals></Distribution>",
        config(row, faults)
    )
}

fn config(row: &Row, faults: &[Fault]) -> String {
    let enabled = is_enabled(row, faults);
    let (comment, called) = row.called;
    let aliases: Vec<&str> = aliases(row, faults).collect();
    format!(
        "<DistributionConfig><CallerReference>rehearsal-{called}</CallerReference>{}\
         <DefaultRootObject>{}</DefaultRootObject>{}<OriginGroups><Quantity>0</Quantity></OriginGroups>{}{}{}\
         <Comment>{comment}</Comment>\
         <Logging><Enabled>false</Enabled><IncludeCookies>false</IncludeCookies><Bucket></Bucket><Prefix></Prefix>\
         </Logging><PriceClass>PriceClass_100</PriceClass><Enabled>{enabled}</Enabled>{}\
         <Restrictions><GeoRestriction><RestrictionType>none</RestrictionType><Quantity>0</Quantity></GeoRestriction>\
         </Restrictions><WebACLId></WebACLId><HttpVersion>http2</HttpVersion><IsIPV6Enabled>true</IsIPV6Enabled>\
         <ContinuousDeploymentPolicyId></ContinuousDeploymentPolicyId><Staging>false</Staging></DistributionConfig>",
        list("Aliases", "CNAME", &aliases),
        INDEX.trim_start_matches('/'),
        behaviours::origins(row),
        behaviours::default(row),
        behaviours::others(row, faults),
        behaviours::error_responses(row),
        certificate(row, faults),
    )
}

fn certificate(row: &Row, faults: &[Fault]) -> String {
    if !has_certificate(row, faults) {
        return "<ViewerCertificate><CloudFrontDefaultCertificate>true</CloudFrontDefaultCertificate>\
                <SSLSupportMethod>vip</SSLSupportMethod><MinimumProtocolVersion>TLSv1</MinimumProtocolVersion>\
                <CertificateSource>cloudfront</CertificateSource></ViewerCertificate>"
            .to_owned();
    }
    let arn = row.certificate;
    format!(
        "<ViewerCertificate><CloudFrontDefaultCertificate>false</CloudFrontDefaultCertificate>\
         <ACMCertificateArn>{arn}</ACMCertificateArn><SSLSupportMethod>sni-only</SSLSupportMethod>\
         <MinimumProtocolVersion>TLSv1.2_2021</MinimumProtocolVersion><Certificate>{arn}</Certificate>\
         <CertificateSource>acm</CertificateSource></ViewerCertificate>"
    )
}

/// An invalidation, whole.
pub(super) fn invalidation(one: &Invalidation) -> String {
    let paths: Vec<&str> = one.paths.iter().map(String::as_str).collect();
    format!(
        "<Invalidation xmlns=\"{NAMESPACE}\"><Id>{}</Id><Status>{}</Status><CreateTime>{}</CreateTime>\
         <InvalidationBatch>{}{}</InvalidationBatch></Invalidation>",
        one.id,
        one.status(),
        moment(one.created_ms),
        list("Paths", "Path", &paths),
        tag("CallerReference", &one.reference),
    )
}
