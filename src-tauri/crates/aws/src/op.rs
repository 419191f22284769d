//! The operations of AWS that this program makes, each declared once, beside the code that makes it. What
//! a call needs besides its parameters is derived from here: its level in the log, the permission that a
//! policy must grant, the source that a reading names.

/// One operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Op {
    /// The service, as IAM and the AWS CLI name it: `route53`, `cognito-idp`.
    pub service: &'static str,
    /// The operation, as the API names it: `GetHostedZone`.
    pub operation: &'static str,
    /// What IAM grants it on.
    pub on: On,
    /// Whether it changes something. What does is always in the log.
    pub mutates: bool,
}

/// What IAM grants an operation on (Service Authorization Reference, "Resource types").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum On {
    /// Nothing: it needs no permission and can't be denied (IAM user guide, "GetCallerIdentity").
    Nothing,
    /// Everything: IAM has no narrower resource for it.
    Everything,
    /// The hosted zone that is read or changed.
    Zone,
    /// The record sets of one name in a hosted zone: conditions narrow the zone to them.
    Name,
    /// The progress of a change, which has no id before it is made.
    Progress,
    /// The user pool.
    Pool,
}

impl Op {
    /// One that reads.
    #[must_use]
    pub const fn reads(service: &'static str, operation: &'static str, on: On) -> Self {
        Self {
            service,
            operation,
            on,
            mutates: false,
        }
    }

    /// One that changes something.
    #[must_use]
    pub const fn changes(service: &'static str, operation: &'static str, on: On) -> Self {
        Self {
            service,
            operation,
            on,
            mutates: true,
        }
    }

    /// As a policy names it, and a reading its source: `route53:GetHostedZone`.
    #[must_use]
    pub fn action(&self) -> String {
        format!("{}:{}", self.service, self.operation)
    }
}
