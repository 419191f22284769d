//! The operations of AWS that this program makes, each declared once, beside the code that makes it. What
//! a call needs besides its parameters is derived from here: its level in the log, the permission that a
//! policy must grant, the source that a reading names.

use crate::service::Service;

/// One operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Op {
    /// The service.
    pub service: Service,
    /// The operation, as the API names it: `GetHostedZone`.
    pub operation: &'static str,
    /// As IAM names it, which is mostly the same; API Gateway's are named after the HTTP method (API Gateway developer
    /// guide, "Control access for API management").
    pub granted_as: &'static str,
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
    /// The object that the kind is about; a change of a name's record sets is narrowed to them by
    /// conditions.
    Object,
    /// The function that the object is an alias or a version of, or the object where it is neither.
    Unqualified,
    /// Something else of what the object belongs to: the rest of the object's ARN up to the first of these, with the
    /// second behind it.
    Beside {
        /// Where the rest is cut.
        of: &'static str,
        /// What comes behind.
        is: &'static str,
    },
    /// What has no id before it is made: the rest of its ARN, as a pattern.
    NotYet(&'static str),
}

impl Op {
    /// One that reads.
    #[must_use]
    pub const fn reads(service: Service, operation: &'static str, on: On) -> Self {
        Self {
            service,
            operation,
            granted_as: operation,
            on,
            mutates: false,
        }
    }

    /// One that changes something.
    #[must_use]
    pub const fn changes(service: Service, operation: &'static str, on: On) -> Self {
        Self {
            service,
            operation,
            granted_as: operation,
            on,
            mutates: true,
        }
    }

    /// The same, under the name that IAM has for it.
    #[must_use]
    pub const fn granted_as(self, granted_as: &'static str) -> Self {
        Self { granted_as, ..self }
    }

    /// As a policy names it, and a reading its source: `route53:GetHostedZone`.
    #[must_use]
    pub fn action(&self) -> String {
        format!("{}:{}", self.service.id(), self.granted_as)
    }
}
