//! The domain of the sign-in pages (`DescribeUserPoolDomain`).

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_cognitoidentityprovider::types::{DomainDescriptionType, DomainStatusType};
use switchback_engine::ports::ProviderError;

use super::comparison::{Comparison, NOT_TOLD};
use super::hcl::{Line, Resource, text, wrong};
use super::look::OfPool;
use super::{COGNITO, of_pool};
use crate::connect::Aws;
use crate::op::Op;
use crate::resource::words;

/// `cognito.domain`.
pub(super) struct Domain<'a>(pub(super) &'a str);

#[async_trait]
impl OfPool for Domain<'_> {
    type Answer = Arc<DomainDescriptionType>;
    const OPS: &'static [Op] = &[super::DOMAIN];

    fn resource(&self, pool_id: &str) -> crate::resource::Resource {
        let domain = self.0;
        of_pool(
            format!("domain:{pool_id}:{domain}"),
            format!("Sign-in domain {domain}"),
            pool_id,
            words([COGNITO, "describe-user-pool-domain", "--domain", domain]),
            "",
        )
    }

    async fn ask(&self, aws: &Aws, _: &str) -> Result<Self::Answer, ProviderError> {
        aws.domain(self.0).await
    }

    fn judge(&self, pool_id: &str, answer: &Self::Answer) -> Comparison {
        judge(pool_id, answer, self.0)
    }
}

/// The domain belongs to the pool and is active. With managed login (version 2) the client needs a
/// branding style too, which this call does not tell.
pub(super) fn judge(pool_id: &str, found: &DomainDescriptionType, wanted: &str) -> Comparison {
    let expected = format!("{wanted} of pool {pool_id}, ACTIVE");
    let resource = Resource {
        kind: "aws_cognito_user_pool_domain",
        object: wanted,
    };
    // A description of nothing: nobody has the domain.
    if *found == DomainDescriptionType::builder().build() {
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
        return Comparison::compare("there is no such domain", expected, resource, lines);
    }
    let name = found.domain().unwrap_or(wanted);
    let owner = found.user_pool_id().unwrap_or(NOT_TOLD);
    let status = found.status().map_or("status not told", DomainStatusType::as_str);
    let version = match found.managed_login_version() {
        Some(2) => ", managed login 2 (its branding style is not looked at)",
        _ => "",
    };
    let observed = format!("{name} of pool {owner}, {status}{version}");
    if found.user_pool_id().is_some_and(|owner| owner != pool_id) {
        let line = wrong("user_pool_id", text(pool_id), owner);
        return Comparison::compare(observed, expected, resource, vec![line]);
    }
    // Terraform has nothing to change in a domain that is on its way.
    let mend = match found.status() {
        Some(DomainStatusType::Active) | None => None,
        Some(DomainStatusType::Creating | DomainStatusType::Updating) => {
            Some("Wait: Cognito is still setting the domain up, which takes up to an hour.")
        }
        Some(DomainStatusType::Failed | DomainStatusType::Deleting) => Some(
            "Take the domain away and make it again: `terraform apply -replace` of its aws_cognito_user_pool_domain.",
        ),
        Some(_) => Some(
            "Look at the domain in the AWS console: this status is not one that the API reference names.",
        ),
    };
    let untold = [
        (found.domain().is_none(), "Domain"),
        (found.user_pool_id().is_none(), "UserPoolId"),
        (found.status().is_none(), "Status"),
    ];
    Comparison {
        observed,
        expected,
        mend: mend.map(str::to_owned),
        untold: untold
            .into_iter()
            .filter_map(|(out, name)| out.then_some(name))
            .collect(),
    }
}
