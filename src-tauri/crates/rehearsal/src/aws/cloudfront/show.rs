//! A distribution and an invalidation, as XML.

use super::NAMESPACE;
use super::part::Invalidation;
use super::seed::{DISTRIBUTION, DISTRIBUTION_ARN, DISTRIBUTION_DOMAIN, OTHER_ALIAS, REVAL_CERTIFICATE};
use crate::clock::iso;
use crate::faults::{Fault, Site};
use crate::http as web;
use crate::reval::{COPIES_LIVE, INDEX};

/// An element with a text in it.
pub(super) fn tag(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", web::escape(text))
}

/// A moment as CloudFront writes it.
pub(super) fn moment(ms: i64) -> String {
    iso(ms)
}

/// Whether the distribution answers requests.
pub(super) fn is_enabled(faults: &[Fault]) -> bool {
    !faults.contains(&Fault::DistributionDisabled)
}

/// The names that users know it by.
pub(super) fn aliases(faults: &[Fault]) -> [&'static str; 1] {
    match faults.contains(&Fault::AliasElsewhere) {
        true => [OTHER_ALIAS],
        false => [Site::Reval.host()],
    }
}

/// The entity tag, another one for other settings.
pub(super) fn etag(faults: &[Fault]) -> &'static str {
    match (is_enabled(faults), faults.contains(&Fault::AliasElsewhere)) {
        (true, false) => "E2REHEARSALTAG1",
        (true, true) => "E2REHEARSALTAG2",
        (false, false) => "E2REHEARSALTAG3",
        (false, true) => "E2REHEARSALTAG4",
    }
}

/// A list as CloudFront writes it: how many there are, then the items, where there are any.
fn list(name: &str, item: &str, values: &[&str]) -> String {
    let items: String = values.iter().map(|value| tag(item, value)).collect();
    let items = match values.is_empty() {
        true => String::new(),
        false => format!("<Items>{items}</Items>"),
    };
    format!("<{name}><Quantity>{}</Quantity>{items}</{name}>", values.len())
}

/// The distribution, as GetDistribution shows it with so many invalidations in progress.
pub(super) fn distribution(faults: &[Fault], in_progress: usize) -> String {
    let records: String = aliases(faults)
        .iter()
        .map(|alias| {
            let name = tag("CNAME", alias);
            format!(
                "<AliasICPRecordal>{name}<ICPRecordalStatus>APPROVED</ICPRecordalStatus></AliasICPRecordal>"
            )
        })
        .collect();
    format!(
        "<Distribution xmlns=\"{NAMESPACE}\"><Id>{DISTRIBUTION}</Id><ARN>{DISTRIBUTION_ARN}</ARN>\
         <Status>Deployed</Status><LastModifiedTime>2026-01-05T09:30:12.408Z</LastModifiedTime>\
         <InProgressInvalidationBatches>{in_progress}</InProgressInvalidationBatches>\
         <DomainName>{DISTRIBUTION_DOMAIN}</DomainName>\
         <ActiveTrustedSigners><Enabled>false</Enabled><Quantity>0</Quantity></ActiveTrustedSigners>\
         <ActiveTrustedKeyGroups><Enabled>false</Enabled><Quantity>0</Quantity></ActiveTrustedKeyGroups>\
         {}<AliasICPRecordals>{records}</AliasICPRecordals></Distribution>",
        config(faults)
    )
}

fn config(faults: &[Fault]) -> String {
    let enabled = is_enabled(faults);
    format!(
        "<DistributionConfig><CallerReference>rehearsal-reval</CallerReference>{}\
         <DefaultRootObject>{}</DefaultRootObject>{}<OriginGroups><Quantity>0</Quantity></OriginGroups>{}\
         <CacheBehaviors><Quantity>0</Quantity></CacheBehaviors>{}<Comment>Reval</Comment>\
         <Logging><Enabled>false</Enabled><IncludeCookies>false</IncludeCookies><Bucket></Bucket><Prefix></Prefix>\
         </Logging><PriceClass>PriceClass_100</PriceClass><Enabled>{enabled}</Enabled>{}\
         <Restrictions><GeoRestriction><RestrictionType>none</RestrictionType><Quantity>0</Quantity></GeoRestriction>\
         </Restrictions><WebACLId></WebACLId><HttpVersion>http2</HttpVersion><IsIPV6Enabled>true</IsIPV6Enabled>\
         <ContinuousDeploymentPolicyId></ContinuousDeploymentPolicyId><Staging>false</Staging></DistributionConfig>",
        list("Aliases", "CNAME", &aliases(faults)),
        INDEX.trim_start_matches('/'),
        origins(),
        behaviour(),
        error_responses(),
        certificate(),
    )
}

fn origins() -> String {
    "<Origins><Quantity>1</Quantity><Items><Origin><Id>reval</Id>\
     <DomainName>rehearsal-reval.s3.eu-west-2.amazonaws.com</DomainName><OriginPath></OriginPath>\
     <CustomHeaders><Quantity>0</Quantity></CustomHeaders>\
     <S3OriginConfig><OriginAccessIdentity></OriginAccessIdentity></S3OriginConfig>\
     <ConnectionAttempts>3</ConnectionAttempts><ConnectionTimeout>10</ConnectionTimeout>\
     <OriginShield><Enabled>false</Enabled></OriginShield>\
     <OriginAccessControlId>E3REHEARSALOAC</OriginAccessControlId></Origin></Items></Origins>"
        .to_owned()
}

/// How requests are served: a query is no part of what a copy is kept under.
fn behaviour() -> String {
    let day = COPIES_LIVE.as_secs();
    format!(
        "<DefaultCacheBehavior><TargetOriginId>reval</TargetOriginId>\
         <TrustedSigners><Enabled>false</Enabled><Quantity>0</Quantity></TrustedSigners>\
         <TrustedKeyGroups><Enabled>false</Enabled><Quantity>0</Quantity></TrustedKeyGroups>\
         <ViewerProtocolPolicy>allow-all</ViewerProtocolPolicy>\
         <AllowedMethods><Quantity>2</Quantity><Items><Method>HEAD</Method><Method>GET</Method></Items>{}\
         </AllowedMethods><SmoothStreaming>false</SmoothStreaming><Compress>false</Compress>\
         <LambdaFunctionAssociations><Quantity>0</Quantity></LambdaFunctionAssociations>\
         <FunctionAssociations><Quantity>0</Quantity></FunctionAssociations>\
         <FieldLevelEncryptionId></FieldLevelEncryptionId>\
         <ForwardedValues><QueryString>false</QueryString><Cookies><Forward>none</Forward></Cookies>\
         <Headers><Quantity>0</Quantity></Headers>\
         <QueryStringCacheKeys><Quantity>0</Quantity></QueryStringCacheKeys></ForwardedValues>\
         <MinTTL>0</MinTTL><DefaultTTL>{day}</DefaultTTL><MaxTTL>31536000</MaxTTL></DefaultCacheBehavior>",
        list("CachedMethods", "Method", &["HEAD", "GET"]),
    )
}

/// The page for every path that is no file; a bucket that does not let its objects be listed says 403 for those.
fn error_responses() -> String {
    let page: String = [403, 404]
        .iter()
        .map(|code| {
            format!(
                "<CustomErrorResponse><ErrorCode>{code}</ErrorCode><ResponsePagePath>{INDEX}</ResponsePagePath>\
                 <ResponseCode>200</ResponseCode><ErrorCachingMinTTL>{}</ErrorCachingMinTTL></CustomErrorResponse>",
                COPIES_LIVE.as_secs()
            )
        })
        .collect();
    format!("<CustomErrorResponses><Quantity>2</Quantity><Items>{page}</Items></CustomErrorResponses>")
}

fn certificate() -> String {
    format!(
        "<ViewerCertificate><CloudFrontDefaultCertificate>false</CloudFrontDefaultCertificate>\
         <ACMCertificateArn>{REVAL_CERTIFICATE}</ACMCertificateArn><SSLSupportMethod>sni-only</SSLSupportMethod>\
         <MinimumProtocolVersion>TLSv1.2_2021</MinimumProtocolVersion><Certificate>{REVAL_CERTIFICATE}</Certificate>\
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
