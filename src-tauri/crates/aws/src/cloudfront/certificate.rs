//! Whose certificate a distribution has (CloudFront developer guide, "Requirements for using SSL/TLS certificates with
//! CloudFront"; API reference, `ViewerCertificate`).

use super::wire::Certificate;
use crate::error::safe;

/// The region from which CloudFront takes certificates of ACM (as above).
const REGION: &str = "us-east-1";

/// What is wrong with a certificate, and how it is mended; nothing where it may be right.
pub(super) fn wrong(certificate: Option<&Certificate>) -> Option<(String, &'static str)> {
    let (acm, iam) = certificate.map_or((None, None), |one| (one.acm.as_deref(), one.iam.as_deref()));
    match (acm, iam) {
        (Some(arn), _) => of_acm(arn),
        // One that was uploaded to IAM is of no region.
        (None, Some(_)) => None,
        // None, or the one of CloudFront, which is for its own names alone.
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
        && (*partition == "aws" || partition.starts_with("aws-"))
        && *service == "acm"
        && certificate
            .strip_prefix("certificate/")
            .is_some_and(|id| !id.is_empty());
    match *region {
        _ if !is_one => Some(none_of_acm(arn)),
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
