//! Whose certificate a distribution has (CloudFront developer guide, "Requirements for using SSL/TLS certificates with
//! CloudFront"; API reference, `ViewerCertificate`).

use switchback_model::dns::DnsName;

use super::wire::Certificate;
use crate::error::safe;
use crate::grammar::Word;

/// The region from which CloudFront takes certificates of ACM (as above).
const REGION: &str = "us-east-1";
/// The names that CloudFront's own certificate covers (API reference, `ViewerCertificate`: `CloudFrontDefaultCertificate`).
const OWN_NAMES: &str = ".cloudfront.net";

/// What is wrong with a certificate, and how it is mended; nothing where it may be right.
pub(super) fn wrong(certificate: Option<&Certificate>, hosts: &[DnsName]) -> Option<(String, &'static str)> {
    let (acm, iam) = certificate.map_or((None, None), |one| (one.acm.as_deref(), one.iam.as_deref()));
    let is_own = |host: &DnsName| {
        let host = host.as_str().trim_end_matches('.').to_ascii_lowercase();
        host.ends_with(OWN_NAMES)
    };
    match (acm, iam) {
        _ if certificate.is_some_and(|one| one.default) => (!hosts.iter().all(is_own)).then(|| {
            (
                "has no certificate of its own, but CloudFront's for *.cloudfront.net: a browser refuses its names".to_owned(),
                "Attach a certificate of us-east-1 that covers the names, in place of CloudFront's: it takes none of another \
                 region.",
            )
        }),
        (Some(arn), _) => of_acm(arn),
        // One that was uploaded to IAM is of no region.
        (None, Some(_)) => None,
        (None, None) => Some((
            "has no certificate of its own: a browser refuses its names".to_owned(),
            "Attach a certificate of us-east-1 that covers the names: CloudFront takes none of another region.",
        )),
    }
}

/// Judges an ARN by its parts (Service Authorization Reference, "AWS Certificate Manager", resource types:
/// `arn:partition:acm:region:account:certificate/id`).
fn of_acm(arn: &str) -> Option<(String, &'static str)> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let [scheme, partition, service, region, _, certificate] = parts.as_slice() else {
        return Some(none_of_acm(arn));
    };
    let is_one = *scheme == "arn"
        && *service == "acm"
        && certificate
            .strip_prefix("certificate/")
            .is_some_and(|id| !id.is_empty());
    match *region {
        _ if !is_one => Some(none_of_acm(arn)),
        // CloudFront in China is a service of its own, with certificates of IAM there (Amazon Web Services in China user guide,
        // "Amazon CloudFront").
        _ if *partition != "aws" => Some((
            format!(
                "its certificate is of another part of AWS, {}: {}",
                Word::status(partition),
                safe(arn)
            ),
            "Attach a certificate of this account's part of AWS, of ACM in us-east-1.",
        )),
        REGION => None,
        _ => Some((
            format!("its certificate is not of {REGION}: {}", safe(arn)),
            "CloudFront takes certificates of us-east-1 alone: issue one there.",
        )),
    }
}

fn none_of_acm(arn: &str) -> (String, &'static str) {
    (
        format!(
            "what stands for its certificate is no certificate of ACM: {}",
            safe(arn)
        ),
        "Attach a certificate of ACM in us-east-1 that covers the names.",
    )
}

#[cfg(test)]
mod tests {
    use super::of_acm;
    use crate::error::safe;

    #[test]
    fn an_arn_is_read_by_its_parts() {
        for (arn, said) in [
            ("arn:aws:acm:us-east-1:123456789012:certificate/c", None),
            (
                "arn:aws:acm:eu-west-2:123456789012:certificate/c",
                Some("its certificate is not of us-east-1: "),
            ),
            // Another region's, in whose id the other stands.
            (
                "arn:aws:acm:eu-west-2:123456789012:certificate/:us-east-1:",
                Some("its certificate is not of us-east-1: "),
            ),
            (
                "arn:aws-cn:acm:us-east-1:123456789012:certificate/c",
                Some("its certificate is of another part of AWS, aws-cn: "),
            ),
            (
                "arn:aws:iam:us-east-1:123456789012:server-certificate/c",
                Some("what stands for its certificate is no certificate of ACM: "),
            ),
            (
                "arn:aws:acm:us-east-1:123456789012:certificate/",
                Some("what stands for its certificate is no certificate of ACM: "),
            ),
            (
                "x:us-east-1:y",
                Some("what stands for its certificate is no certificate of ACM: "),
            ),
        ] {
            let found = of_acm(arn).map(|(words, _)| words);
            let wanted = said.map(|said| format!("{said}{}", safe(arn)));
            assert_eq!(found, wanted, "{arn}");
        }
    }
}
