//! Where a distribution leads: its origins, its behaviours, and what it answers in the place of an error.

use super::seed::Row;
use super::show::{list, tag};
use crate::faults::{App, Fault};
use crate::reval::{COPIES_LIVE, INDEX};
use crate::usermanagement;

/// The origin of the paths that lead to other applications, and its host.
const OTHERS: (&str, &str) = ("others", "origin-apps.example.nhs.test");

/// Whether a path of Admins-UI meets a behaviour of its own, and not the default one. CloudFront matches a path once it is
/// normalized, with one slash where there are several (CloudFront developer guide, "Cache behavior settings", "Path
/// normalization"). Here it is read as user management reads it, which forgives more: so every spelling that the
/// application would take meets the restriction at this side, too.
pub(crate) fn is_routed(path: &str, faults: &[Fault]) -> bool {
    let row = super::row_of(App::Admins);
    let read = usermanagement::segments(path);
    read.first()
        .is_some_and(|part| paths(row, faults).any(|first| format!("/{part}").starts_with(first)))
}

/// The first parts of the paths with a behaviour of their own.
fn paths(row: &Row, faults: &[Fault]) -> impl Iterator<Item = &'static str> {
    let missing = |path: &str| {
        let fault = Fault::BehaviourMissing {
            path: path.to_owned(),
        };
        row.app == App::Admins && faults.contains(&fault)
    };
    row.paths.iter().copied().filter(move |path| !missing(path))
}

pub(super) fn origins(row: &Row) -> String {
    let (_, called) = row.called;
    let files = format!(
        "<Origin><Id>{called}</Id>\
         <DomainName>rehearsal-{called}.s3.eu-west-2.amazonaws.com</DomainName><OriginPath></OriginPath>\
         <CustomHeaders><Quantity>0</Quantity></CustomHeaders>\
         <S3OriginConfig><OriginAccessIdentity></OriginAccessIdentity></S3OriginConfig>\
         <ConnectionAttempts>3</ConnectionAttempts><ConnectionTimeout>10</ConnectionTimeout>\
         <OriginShield><Enabled>false</Enabled></OriginShield>\
         <OriginAccessControlId>E3REHEARSALOAC</OriginAccessControlId></Origin>"
    );
    if row.paths.is_empty() {
        return format!("<Origins><Quantity>1</Quantity><Items>{files}</Items></Origins>");
    }
    let (id, host) = OTHERS;
    format!(
        "<Origins><Quantity>2</Quantity><Items>{files}<Origin><Id>{id}</Id>\
         <DomainName>{host}</DomainName><OriginPath></OriginPath>\
         <CustomHeaders><Quantity>0</Quantity></CustomHeaders>\
         <CustomOriginConfig><HTTPPort>80</HTTPPort><HTTPSPort>443</HTTPSPort>\
         <OriginProtocolPolicy>https-only</OriginProtocolPolicy>{}\
         <OriginReadTimeout>30</OriginReadTimeout><OriginKeepaliveTimeout>5</OriginKeepaliveTimeout>\
         </CustomOriginConfig><ConnectionAttempts>3</ConnectionAttempts><ConnectionTimeout>10</ConnectionTimeout>\
         <OriginShield><Enabled>false</Enabled></OriginShield>\
         <OriginAccessControlId></OriginAccessControlId></Origin></Items></Origins>",
        list("OriginSslProtocols", "SslProtocol", &["TLSv1.2"])
    )
}

/// How files are served: a query is no part of what a copy is kept under.
pub(super) fn default(row: &Row) -> String {
    let day = COPIES_LIVE.as_secs();
    let (_, called) = row.called;
    let reads = ["HEAD", "GET"];
    format!(
        "<DefaultCacheBehavior>{}\
         <ForwardedValues><QueryString>false</QueryString><Cookies><Forward>none</Forward></Cookies>\
         <Headers><Quantity>0</Quantity></Headers>\
         <QueryStringCacheKeys><Quantity>0</Quantity></QueryStringCacheKeys></ForwardedValues>\
         <MinTTL>0</MinTTL><DefaultTTL>{day}</DefaultTTL><MaxTTL>31536000</MaxTTL></DefaultCacheBehavior>",
        behaviour(called, &reads)
    )
}

/// How other applications are served: everything is handed on, and nothing kept.
pub(super) fn others(row: &Row, faults: &[Fault]) -> String {
    let all = ["HEAD", "DELETE", "POST", "GET", "OPTIONS", "PUT", "PATCH"];
    let (id, _) = OTHERS;
    let items: Vec<String> = paths(row, faults)
        .map(|path| {
            format!(
                "<CacheBehavior>{}{}\
                 <ForwardedValues><QueryString>true</QueryString><Cookies><Forward>all</Forward></Cookies>{}\
                 <QueryStringCacheKeys><Quantity>0</Quantity></QueryStringCacheKeys></ForwardedValues>\
                 <MinTTL>0</MinTTL><DefaultTTL>0</DefaultTTL><MaxTTL>0</MaxTTL></CacheBehavior>",
                tag("PathPattern", &format!("{path}*")),
                behaviour(id, &all),
                list("Headers", "Name", &["*"]),
            )
        })
        .collect();
    let count = items.len();
    match count {
        0 => "<CacheBehaviors><Quantity>0</Quantity></CacheBehaviors>".to_owned(),
        _ => format!(
            "<CacheBehaviors><Quantity>{count}</Quantity><Items>{}</Items></CacheBehaviors>",
            items.concat()
        ),
    }
}

/// What a behaviour has that does not depend on what it keeps.
fn behaviour(origin: &str, methods: &[&str]) -> String {
    let allowed: String = methods.iter().map(|method| tag("Method", method)).collect();
    format!(
        "<TargetOriginId>{origin}</TargetOriginId>\
         <TrustedSigners><Enabled>false</Enabled><Quantity>0</Quantity></TrustedSigners>\
         <TrustedKeyGroups><Enabled>false</Enabled><Quantity>0</Quantity></TrustedKeyGroups>\
         <ViewerProtocolPolicy>allow-all</ViewerProtocolPolicy>\
         <AllowedMethods><Quantity>{}</Quantity><Items>{allowed}</Items>{}\
         </AllowedMethods><SmoothStreaming>false</SmoothStreaming><Compress>false</Compress>\
         <LambdaFunctionAssociations><Quantity>0</Quantity></LambdaFunctionAssociations>\
         <FunctionAssociations><Quantity>0</Quantity></FunctionAssociations>\
         <FieldLevelEncryptionId></FieldLevelEncryptionId>",
        methods.len(),
        list("CachedMethods", "Method", &["HEAD", "GET"]),
    )
}

/// The page for every path that is no file; a bucket that does not let its objects be listed says 403 for those. A
/// distribution that leads to other applications has none: it would stand in the place of their errors as well.
pub(super) fn error_responses(row: &Row) -> String {
    if !row.paths.is_empty() {
        return "<CustomErrorResponses><Quantity>0</Quantity></CustomErrorResponses>".to_owned();
    }
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
