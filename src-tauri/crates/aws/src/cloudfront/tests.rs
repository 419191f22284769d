#![expect(clippy::unwrap_used, reason = "tests")]

use jiff::Timestamp;
use switchback_engine::ports::{Action as _, ProviderErrorKind, Sent};
use switchback_model::dns::DnsName;
use switchback_model::event::Receipt;
use switchback_model::{DistributionCheck, Finding, Invalidate, Way};

use super::certificate::wrong;
use super::wire::Certificate;
use super::{DistributionLook, InvalidateChange};
use crate::Bound;
use crate::look::{Is, Look as _};
use crate::tests::aws;
use crate::tests::server::{DATE_S, Play, Server, server};

const NS: &str = "xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"";
const TOKEN: &str = "switchback r step g1 apply 1 abcd";

fn change(url: &str) -> Bound<InvalidateChange> {
    of_host(url, None)
}

fn of_host(url: &str, host: Option<&str>) -> Bound<InvalidateChange> {
    let spec = Invalidate {
        distribution: "E1EXAMPLE".to_owned(),
        paths: vec!["/index.html".to_owned(), "/a&b*".to_owned()],
        host: host.map(|host| DnsName::new(host).unwrap()),
    };
    Bound::new(aws(url), InvalidateChange(spec))
}

fn answer(body: &str) -> Play {
    Play::Answer(200, format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}"))
}

fn distribution(enabled: bool) -> Play {
    answer(&format!(
        "<Distribution {NS}><Id>E1EXAMPLE</Id><ARN>arn</ARN><Status>Deployed</Status>\
         <DistributionConfig><CallerReference>x</CallerReference><Aliases><Quantity>2</Quantity><Items>\
         <CNAME>reval.example.nhs.test</CNAME><CNAME>a.example.nhs.test</CNAME></Items></Aliases>\
         <Comment></Comment><Enabled>{enabled}</Enabled></DistributionConfig></Distribution>"
    ))
}

fn invalidation(id: &str, status: &str, reference: &str) -> String {
    format!(
        "<Invalidation {NS}><Id>{id}</Id><Status>{status}</Status><CreateTime>2026-01-01T10:00:00.000Z</CreateTime>\
         <InvalidationBatch><Paths><Quantity>1</Quantity><Items><Path>/*</Path></Items></Paths>\
         <CallerReference>{reference}</CallerReference></InvalidationBatch></Invalidation>"
    )
}

fn list(of: &[(&str, &str)], next: Option<&str>) -> Play {
    let items: String = of
        .iter()
        .map(|(id, at)| {
            format!(
                "<InvalidationSummary><Id>{id}</Id><CreateTime>{at}</CreateTime><Status>Completed</Status></InvalidationSummary>"
            )
        })
        .collect();
    let next = next.map_or_else(String::new, |next| format!("<NextMarker>{next}</NextMarker>"));
    let truncated = !next.is_empty();
    answer(&format!(
        "<InvalidationList {NS}><Marker></Marker>{next}<MaxItems>100</MaxItems><IsTruncated>{truncated}</IsTruncated>\
         <Quantity>{}</Quantity><Items>{items}</Items></InvalidationList>",
        of.len()
    ))
}

fn sent(receipt: Option<&Receipt>) -> Sent<'_> {
    Sent {
        way: Way::Apply,
        token: TOKEN,
        at: Timestamp::from_second(DATE_S).unwrap(),
        witness: None,
        mark: None,
        receipt,
    }
}

#[tokio::test]
async fn an_invalidation_goes_out_under_its_own_reference_and_is_done_when_it_is_everywhere() {
    let played = server(vec![
        distribution(true),
        Play::Answer(201, invalidation("I1", "InProgress", TOKEN)),
        distribution(true),
        answer(&invalidation("I1", "InProgress", TOKEN)),
        distribution(true),
        answer(&invalidation("I1", "Completed", TOKEN)),
        distribution(true),
        Play::Answer(
            404,
            format!("<ErrorResponse {NS}><Error><Type>Sender</Type><Code>NoSuchInvalidation</Code><Message>no</Message></Error></ErrorResponse>"),
        ),
    ])
    .await;
    let change = change(&played.url);
    let now = change.read(None).await.unwrap().image;
    let preview = change.plan(&now, None).unwrap();
    assert_eq!(
        preview.changes[0].before,
        [
            "copies of /index.html /a&b* as they were fetched",
            "answers for a.example.nhs.test, reval.example.nhs.test; enabled"
        ]
    );
    let receipt = change.change.create(&aws(&played.url), TOKEN).await.unwrap();
    assert_eq!(receipt.change_id.as_deref(), Some("I1"));
    let sent = sent(Some(&receipt));
    let mut found = Vec::new();
    for _ in 0..3 {
        let now = change.read(Some(&sent)).await.unwrap();
        found.push(change.judge(&now, &preview.from, &preview.to, Some(&sent)));
    }
    let words = |finding: &Finding| match finding {
        Finding::Unclear { why } => why.clone(),
        other => other.word().to_owned(),
    };
    assert_eq!(
        found.iter().map(words).collect::<Vec<_>>(),
        [
            "The invalidation I1 is in progress.",
            Finding::After.word(),
            "CloudFront does not show the invalidation I1."
        ]
    );
    let requests = played.requests();
    assert!(
        requests[1].starts_with("POST /2020-05-31/distribution/E1EXAMPLE/invalidation "),
        "{}",
        requests[1]
    );
    assert!(
        requests[1].contains("/us-east-1/cloudfront/aws4_request"),
        "{}",
        requests[1]
    );
    assert!(
        requests[1]
            .contains("<Quantity>2</Quantity><Items><Path>/index.html</Path><Path>/a&amp;b*</Path></Items>"),
        "{}",
        requests[1]
    );
}

#[tokio::test]
async fn a_lost_answer_is_found_by_its_reference_and_others_are_not_taken_for_ours() {
    let at = "2026-01-01T10:00:05.000Z";
    let old = "2026-01-01T08:00:00.000Z";
    let played = server(vec![
        distribution(true),
        list(&[("I9", at)], Some("next")),
        answer(&invalidation("I9", "Completed", "somebody's")),
        list(&[("I8", at), ("I7", old)], None),
        answer(&invalidation("I8", "Completed", TOKEN)),
        distribution(true),
        list(&[("I7", old)], None),
    ])
    .await;
    let change = change(&played.url);
    let lost = sent(None);
    let found = change.read(Some(&lost)).await.unwrap();
    let image = found.image.clone();
    assert_eq!(change.judge(&found, &image, &image, Some(&lost)), Finding::After);
    let none = change.read(Some(&lost)).await.unwrap();
    assert_eq!(change.judge(&none, &image, &image, Some(&lost)), Finding::Before);
    let requests = played.requests();
    assert!(requests[3].contains("Marker=next"), "{}", requests[3]);
    // What is older than the request is not read one by one.
    assert_eq!(requests.len(), 7);
}

#[tokio::test]
async fn what_answers_nobody_what_is_cut_and_what_is_refused() {
    let refusal = |code: &str| {
        format!(
            "<ErrorResponse {NS}><Error><Type>Sender</Type><Code>{code}</Code><Message>words</Message></Error><RequestId>r</RequestId></ErrorResponse>"
        )
    };
    let played = server(vec![
        distribution(false),
        answer("<Distribution><Id>E1EXAMPLE</Id><Distribu"),
        Play::Answer(404, refusal("NoSuchDistribution")),
        Play::Answer(400, refusal("TooManyInvalidationsInProgress")),
        Play::Answer(409, refusal("InvalidationBatchAlreadyExists")),
        Play::Answer(201, invalidation("I1", "Completed", "another reference")),
    ])
    .await;
    let change = change(&played.url);
    let error = change.read(None).await.unwrap_err();
    assert!(error.message.contains("is disabled"), "{}", error.message);
    assert_eq!(
        change.read(None).await.unwrap_err().kind,
        ProviderErrorKind::Untrue
    );
    assert_eq!(
        change.read(None).await.unwrap_err().kind,
        ProviderErrorKind::NotFound
    );
    let aws = aws(&played.url);
    for kind in [
        ProviderErrorKind::Busy,
        ProviderErrorKind::Unclear,
        // An old invalidation drops nothing.
        ProviderErrorKind::Untrue,
    ] {
        let error = change.change.create(&aws, TOKEN).await.unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
    }
}

/// A distribution that does not answer for the name is not the one that is meant.
#[tokio::test]
async fn another_distribution_than_that_of_the_name_is_refused() {
    for (host, is_meant) in [
        ("reval.example.nhs.test", true),
        ("REVAL.example.nhs.test.", true),
        ("next.example.nhs.test", false),
        ("x.a.example.nhs.test", false),
    ] {
        let server = server(vec![distribution(true)]).await;
        let change = of_host(&server.url, Some(host));
        let now = change.read(None).await.unwrap().image;
        match change.plan(&now, None) {
            Ok(_) => assert!(is_meant, "{host}"),
            Err(error) => {
                assert!(!is_meant, "{host}: {error}");
                assert_eq!(error.kind, ProviderErrorKind::Refused);
                assert!(
                    error
                        .message
                        .contains("but for a.example.nhs.test, reval.example.nhs.test"),
                    "{error}"
                );
            }
        }
    }
}

/// A distribution with these behaviours and this certificate, and how far it is.
fn whole(status: &str, under_way: u32, patterns: &[&str], certificate: &str) -> Play {
    routed(status, under_way, (patterns, "api"), certificate, false)
}

/// The same, whose behaviours lead to an origin; the default one leads to `pages`.
fn routed(
    status: &str,
    under_way: u32,
    (patterns, origin): (&[&str], &str),
    certificate: &str,
    staging: bool,
) -> Play {
    let behaviours: String = patterns
        .iter()
        .map(|pattern| {
            format!("<CacheBehavior><PathPattern>{pattern}</PathPattern><TargetOriginId>{origin}</TargetOriginId></CacheBehavior>")
        })
        .collect();
    answer(&format!(
        "<Distribution {NS}><Id>E1EXAMPLE</Id><Status>{status}</Status>\
         <InProgressInvalidationBatches>{under_way}</InProgressInvalidationBatches><DistributionConfig>\
         <Aliases><Quantity>1</Quantity><Items><CNAME>reval.example.nhs.test</CNAME></Items></Aliases>\
         <DefaultCacheBehavior><TargetOriginId>pages</TargetOriginId></DefaultCacheBehavior>\
         <CacheBehaviors><Quantity>{}</Quantity><Items>{behaviours}</Items></CacheBehaviors>\
         <ViewerCertificate>{certificate}</ViewerCertificate><Enabled>true</Enabled><Staging>{staging}</Staging></DistributionConfig></Distribution>",
        patterns.len()
    ))
}

fn held_by(other: Option<&str>) -> Play {
    let items = other.map_or_else(String::new, |id| {
        format!(
            "<Items><ConflictingAlias><Alias>reval.example.nhs.test</Alias><DistributionId>{id}</DistributionId>\
             <AccountId>******012</AccountId></ConflictingAlias></Items>"
        )
    });
    answer(&format!(
        "<ConflictingAliasesList {NS}><MaxItems>100</MaxItems><Quantity>0</Quantity>{items}</ConflictingAliasesList>"
    ))
}

const OURS: &str = "<ACMCertificateArn>arn:aws:acm:us-east-1:123456789012:certificate/c</ACMCertificateArn>";

async fn looked(distribution: Play, held: Play) -> crate::look::Found {
    asked(distribution, held, true).await
}

/// `conflicts`: whether it is asked who else holds the name.
async fn asked(distribution: Play, held: Play, conflicts: bool) -> crate::look::Found {
    let played = server(vec![distribution, held]).await;
    let check = DistributionCheck {
        distribution: "E1EXAMPLE".to_owned(),
        hosts: vec![DnsName::new("reval.example.nhs.test").unwrap()],
        routed: vec!["/usermanagement/api/users".to_owned()],
    };
    let look = DistributionLook(&check);
    let told = look.ask(&aws(&played.url)).await.unwrap();
    assert_eq!(played.requests().len(), 1 + usize::from(conflicts));
    assert!(
        !conflicts
            || played.requests()[1].starts_with(
                "GET /2020-05-31/conflicting-alias?DistributionId=E1EXAMPLE&Alias=reval.example.nhs.test "
            ),
        "{:?}",
        played.requests()
    );
    look.judge(&told)
}

#[tokio::test]
async fn a_distribution_to_which_users_may_be_led_is_right() {
    // One that holds the name itself is listed by some: it is no other.
    for held in [None, Some("E1EXAMPLE")] {
        let found = looked(whole("Deployed", 0, &["/usermanagement/*"], OURS), held_by(held)).await;
        assert_eq!(found.is, Is::Right, "{found:?}");
        assert_eq!(
            found.observed,
            "answers for reval.example.nhs.test; enabled; deployed"
        );
    }
}

#[tokio::test]
async fn what_stands_against_a_distribution_is_named() {
    let routes = &["/usermanagement/*"][..];
    let own = "<CloudFrontDefaultCertificate>true</CloudFrontDefaultCertificate>";
    let china = "<ACMCertificateArn>arn:aws-cn:acm:us-east-1:123456789012:certificate/c</ACMCertificateArn>";
    let iam = "<IAMCertificateId>ASCA</IAMCertificateId>";
    let region = "<ACMCertificateArn>arn:aws:acm:eu-west-2:123456789012:certificate/c</ACMCertificateArn>";
    for (distribution, held, said) in [
        (
            whole("InProgress", 0, routes, OURS),
            None,
            "InProgress: not every edge has its settings yet",
        ),
        (
            whole("anna.smith@example.nhs.test", 0, routes, OURS),
            None,
            "(not repeated: no status): not every edge has its settings yet",
        ),
        (
            whole("Deployed", 0, &["*", "/usermanagement/*"], OURS),
            None,
            "/usermanagement/api/users meets the behaviour *, which stands before /usermanagement/*",
        ),
        (
            whole("Deployed", 0, &["/*", "/x/*", "/usermanagement/*"], OURS),
            None,
            "/usermanagement/api/users meets the behaviour /*, which stands before /usermanagement/*",
        ),
        (
            whole("Deployed", 0, routes, china),
            None,
            "its certificate is of another part of AWS, aws-cn: ",
        ),
        (
            whole("Deployed", 0, routes, &format!("{own}{OURS}")),
            None,
            "has no certificate of its own, but CloudFront's for *.cloudfront.net",
        ),
        (
            whole("Deployed", 1, routes, OURS),
            None,
            "an invalidation is under way",
        ),
        (
            whole("Deployed", 0, &["/api/*"], OURS),
            None,
            "/usermanagement/api/users falls to the default behaviour",
        ),
        (
            whole("Deployed", 0, routes, region),
            None,
            "its certificate is not of us-east-1: ",
        ),
        (
            whole("Deployed", 0, routes, OURS),
            Some("*****EXAMP"),
            "reval.example.nhs.test is held by distribution *****EXAMP",
        ),
        (
            whole("Deployed", 0, routes, iam),
            Some("*****EXAMP"),
            "is held by distribution",
        ),
    ] {
        let found = looked(distribution, held_by(held)).await;
        assert!(matches!(found.is, Is::Wrong(_)), "{said}: {found:?}");
        assert!(
            found.observed.starts_with(said) || found.observed.contains(said),
            "{said}: {}",
            found.observed
        );
    }
}

/// Where a certificate of another region was meant there is none, and no name: that is said, and nobody is asked who holds
/// the name, which AWS tells to a distribution with a certificate for it alone.
#[tokio::test]
async fn without_a_certificate_of_its_own_nobody_is_asked_who_holds_the_name() {
    let default = "<CloudFrontDefaultCertificate>true</CloudFrontDefaultCertificate>";
    let routes = &["/usermanagement/*"][..];
    let found = asked(whole("Deployed", 0, routes, default), held_by(None), false).await;
    assert!(
        found.observed.starts_with("has no certificate of its own"),
        "{}",
        found.observed
    );
    let Is::Wrong(mend) = &found.is else {
        panic!("{found:?}");
    };
    assert!(format!("{mend:?}").contains("us-east-1"), "{mend:?}");
}

/// CloudFront developer guide, "Learn how continuous deployment works": viewers reach no staging distribution by a name.
#[tokio::test]
async fn a_staging_distribution_is_not_one_to_which_users_may_be_led() {
    let staging = routed("Deployed", 0, (&["/usermanagement/*"], "api"), OURS, true);
    let found = looked(staging, held_by(None)).await;
    assert!(matches!(found.is, Is::Wrong(_)), "{found:?}");
    assert_eq!(
        found.observed,
        "a staging distribution: nobody reaches it by a name"
    );
}

/// A behaviour with the origin of the default one leads nowhere else: it counts where it names the path, and that is said.
#[tokio::test]
async fn a_path_that_is_led_where_the_default_behaviour_leads_is_routed_only_by_its_name() {
    for (pattern, origin, is, said) in [
        ("*", "api", true, None),
        (
            "/usermanagement/*",
            "pages",
            true,
            Some(
                "; /usermanagement/api/users meets the behaviour /usermanagement/*, to the origin pages as the default one",
            ),
        ),
        (
            "*",
            "pages",
            false,
            Some("/usermanagement/api/users meets the behaviour *, which leads where the default one does"),
        ),
    ] {
        let found = looked(
            routed("Deployed", 0, (&[pattern], origin), OURS, false),
            held_by(None),
        )
        .await;
        assert_eq!(found.is == Is::Right, is, "{pattern} {origin}: {found:?}");
        match said {
            Some(said) => assert!(found.observed.ends_with(said), "{}", found.observed),
            None => assert!(
                !found.observed.contains("meets the behaviour"),
                "{}",
                found.observed
            ),
        }
    }
}

/// The order of behaviours is that in which they are tried (CloudFront API reference, `CacheBehaviors`).
#[tokio::test]
async fn a_behaviour_behind_the_one_that_is_meant_hides_nothing() {
    for patterns in [
        &["/usermanagement/*", "*"][..],
        &["/other/*", "/usermanagement/*", "/*"],
        &["/usermanagement/api/*", "/usermanagement/*"],
    ] {
        let found = looked(whole("Deployed", 0, patterns, OURS), held_by(None)).await;
        assert_eq!(found.is, Is::Right, "{patterns:?}: {found:?}");
    }
}

/// The names of a distribution's own that the certificate of CloudFront covers.
#[test]
fn the_certificate_of_cloudfront_is_for_its_own_names() {
    let own = Certificate {
        acm: None,
        iam: None,
        default: true,
    };
    for (hosts, right) in [
        (&["d111111abcdef8.cloudfront.net"][..], true),
        (&["D111111ABCDEF8.CloudFront.net."], true),
        (&["reval.example.nhs.test"], false),
        (
            &["d111111abcdef8.cloudfront.net", "reval.example.nhs.test"],
            false,
        ),
        (&["d1.cloudfront.net.example.nhs.test"], false),
        (&["d1.xcloudfront.net"], false),
    ] {
        let names: Vec<DnsName> = hosts.iter().map(|host| DnsName::new(host).unwrap()).collect();
        assert_eq!(wrong(Some(&own), &names).is_none(), right, "{hosts:?}");
    }
}

/// What was answered can't be true of a distribution, so that nothing is judged by it.
async fn nothing_is_said(played: &Server) {
    let check = DistributionCheck {
        distribution: "E1EXAMPLE".to_owned(),
        hosts: vec![DnsName::new("reval.example.nhs.test").unwrap()],
        routed: Vec::new(),
    };
    let error = DistributionLook(&check).ask(&aws(&played.url)).await.unwrap_err();
    assert_eq!(error.kind, ProviderErrorKind::Untrue);
}

/// How many invalidations are under way is part of every answer: where it is missing, nobody knows that there is none.
#[tokio::test]
async fn without_a_count_of_invalidations_nothing_is_said() {
    let Play::Answer(status, body) = whole("Deployed", 0, &["/usermanagement/*"], OURS) else {
        panic!("an answer");
    };
    let count = "<InProgressInvalidationBatches>0</InProgressInvalidationBatches>";
    assert!(body.contains(count));
    for other in [
        "",
        "<InProgressInvalidationBatches>-1</InProgressInvalidationBatches>",
    ] {
        let played = server(vec![
            Play::Answer(status, body.replace(count, other)),
            held_by(None),
        ])
        .await;
        nothing_is_said(&played).await;
    }
}

/// A distribution of which AWS does not tell the default behaviour is not judged.
#[tokio::test]
async fn without_a_default_behaviour_nothing_is_said() {
    let played = server(vec![distribution(true)]).await;
    nothing_is_said(&played).await;
}
