//! STS: who the caller is, and what time the server has.

use jiff::Timestamp;
use switchback_engine::ports::{Identity, ProviderError};

use crate::connect::{Aws, incomplete};
use crate::observe::CallFacts;
use crate::op::{On, Op};
use crate::service::Service;

/// Who the caller is.
pub const IDENTITY: Op = Op::reads(Service::Sts, "GetCallerIdentity", On::Nothing);

const OPERATION: &str = IDENTITY.operation;

impl Aws {
    /// Who the caller is.
    ///
    /// # Errors
    /// `Credentials`, `Denied`, or a failure of the connection.
    pub async fn identity(&self) -> Result<Identity, ProviderError> {
        Ok(self.caller().await?.0)
    }

    /// Who the caller is, and the Date of the answer, which a refusal has as well.
    pub async fn caller_and_date(&self) -> (Result<Identity, ProviderError>, Option<Timestamp>) {
        let seen = CallFacts::default();
        let found = self.ask(&seen).await;
        (found, seen.date())
    }

    /// The server's time, by the Date header of a read; for waits that must not trust our clock.
    ///
    /// # Errors
    /// As [`Self::identity`]; `Unclear` where the answer had no Date.
    pub async fn server_now(&self) -> Result<Timestamp, ProviderError> {
        self.caller()
            .await?
            .1
            .date()
            .ok_or_else(|| incomplete(OPERATION, "Date"))
    }

    pub(crate) async fn caller(&self) -> Result<(Identity, CallFacts), ProviderError> {
        let seen = CallFacts::default();
        let found = self.ask(&seen).await?;
        Ok((found, seen))
    }

    async fn ask(&self, seen: &CallFacts) -> Result<Identity, ProviderError> {
        let call = self
            .sts
            .get_caller_identity()
            .customize()
            .interceptor(seen.clone())
            .send();
        let output = self.run(IDENTITY, seen, call).await?;
        let account = output.account.ok_or_else(|| incomplete(OPERATION, "account"))?;
        let arn = output.arn.ok_or_else(|| incomplete(OPERATION, "ARN"))?;
        Ok(Identity { account, arn })
    }
}
