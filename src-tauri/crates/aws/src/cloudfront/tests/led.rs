//! A distribution to which users may be led, and what stands against it.

use switchback_engine::ports::ProviderErrorKind;
use switchback_model::DistributionCheck;
use switchback_model::dns::DnsName;

use super::{NS, OURS, answer, distribution};
use crate::cloudfront::DistributionLook;
use crate::cloudfront::certificate::wrong;
use crate::cloudfront::wire::Certificate;
use crate::look::{Is, Look as _};
use crate::tests::aws;
use crate::tests::server::{Play, Server, server};

/// A distribution with these behaviours and this certificate, and how far it is.
pub(super) fn whole(status: &str, under_way: u32, patterns: &[&str], certificate: &str) -> Play {
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

pub(super) fn held_by(other: Option<&str>) -> Play {
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
pub(super) async fn nothing_is_said(played: &Server) {
    let check = DistributionCheck {
        distribution: "E1EXAMPLE".to_owned(),
        hosts: vec![DnsName::new("reval.example.nhs.test").unwrap()],
        routed: Vec::new(),
    };
    let error = DistributionLook(&check).ask(&aws(&played.url)).await.unwrap_err();
    assert_eq!(error.kind, ProviderErrorKind::Untrue);
}

/// A distribution of which AWS does not tell the default behaviour is not judged.
#[tokio::test]
async fn without_a_default_behaviour_nothing_is_said() {
    let played = server(vec![distribution(true)]).await;
    nothing_is_said(&played).await;
}
