//! `aws.identity`: the caller is the target's asserted account and role.

use async_trait::async_trait;
use switchback_engine::ports::{Identity, ProviderError};
use switchback_model::Target;

use crate::connect::Aws;
use crate::guard::{masked, role_of};
use crate::look::{Found, Look, Mend};
use crate::op::Op;
use crate::resource::Resource;

/// Who calls, and who should.
pub struct IdentityLook<'a> {
    /// The target that says who.
    pub target: &'a Target,
}

#[async_trait]
impl Look for IdentityLook<'_> {
    type Answer = (Identity, Result<(), ProviderError>);
    const OPS: &'static [Op] = &[crate::sts::IDENTITY];

    fn resource(&self) -> Option<Resource> {
        None
    }

    fn expected(&self) -> String {
        let role = self.target.role.as_deref();
        let role = role.map_or_else(|| "any role".to_owned(), |role| format!("role {role}"));
        format!("account {}, {role}", masked(&self.target.account))
    }

    async fn ask(&self, aws: &Aws) -> Result<Self::Answer, ProviderError> {
        let found = aws.identity().await?;
        let asserted = aws.assert_identity(self.target, &found).await;
        Ok((found, asserted))
    }

    fn judge(&self, (found, asserted): &Self::Answer) -> Found {
        let Err(error) = asserted else {
            let role =
                role_of(&found.arn).map_or_else(|| "no role".to_owned(), |role| format!("role {role}"));
            return Found::right(
                self.expected(),
                format!("account {}, {role}", masked(&found.account)),
            );
        };
        // Where these credentials come from says more than the runbook can.
        let mend = match &error.hint {
            Some(hint) => Mend::Anyway(hint.clone()),
            None => Mend::Unsaid(String::new()),
        };
        Found::wrong(self.expected(), error.message.clone(), mend)
    }
}
