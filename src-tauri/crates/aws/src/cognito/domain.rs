//! The domain of the sign-in pages (`DescribeUserPoolDomain`).

use aws_sdk_cognitoidentityprovider::types::{DomainDescriptionType, DomainStatusType};

use super::found::Found;
use super::hcl::{Line, Resource, text, wrong};

/// The domain belongs to the pool and is active. With managed login (version 2) the client needs a
/// branding style too, which this call does not tell.
pub(super) fn judge(pool_id: &str, found: &DomainDescriptionType, wanted: &str) -> Found {
    let expected = format!("{wanted} of pool {pool_id}, ACTIVE");
    let resource = Resource {
        kind: "aws_cognito_user_pool_domain",
        object: wanted,
    };
    // A description of nothing: nobody has the domain.
    let Some(name) = found.domain() else {
        let mut lines = vec![
            wrong("domain", text(wanted), "none"),
            wrong("user_pool_id", text(pool_id), "none"),
        ];
        // A prefix of Amazon's domain has no dot and needs no certificate.
        if wanted.contains('.') {
            lines.push(Line::Attribute {
                name: "certificate_arn",
                value: "aws_acm_certificate.sign_in.arn".to_owned(),
                note: "in us-east-1, covers this domain".to_owned(),
            });
        }
        return Found::compare("there is no such domain", expected, resource, lines);
    };
    let owner = found.user_pool_id().unwrap_or("no pool");
    let status = found.status().map_or("no status", DomainStatusType::as_str);
    let version = match found.managed_login_version() {
        Some(2) => ", managed login 2 (its branding style is not looked at)",
        _ => "",
    };
    let observed = format!("{name} of pool {owner}, {status}{version}");
    if owner != pool_id {
        let line = wrong("user_pool_id", text(pool_id), owner);
        return Found::compare(observed, expected, resource, vec![line]);
    }
    // Terraform has nothing to change in a domain that is on its way.
    let mend = match found.status() {
        Some(DomainStatusType::Active) => None,
        Some(DomainStatusType::Creating | DomainStatusType::Updating) => {
            Some("Wait: Cognito is still setting the domain up, which takes up to an hour.")
        }
        _ => Some(
            "Take the domain away and make it again: `terraform apply -replace` of its aws_cognito_user_pool_domain.",
        ),
    };
    Found {
        observed,
        expected,
        mend: mend.map(str::to_owned),
    }
}
