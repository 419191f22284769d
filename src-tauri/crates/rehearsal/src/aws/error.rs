//! Refusals, in the form in which the SDKs know them.

use std::io;

use super::json::JSON;
use super::service::{Service, Wire};
use crate::http::{self as web, Answer};
use crate::log::Caller;

/// A refusal with AWS's code; the HTTP status follows from the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AwsError {
    pub code: String,
    pub message: String,
}

impl AwsError {
    pub(crate) fn new(code: &str, message: &str) -> Self {
        Self {
            code: code.to_owned(),
            message: message.to_owned(),
        }
    }

    pub(crate) fn not_rehearsed(operation: &str) -> Self {
        Self::new(
            "NotRehearsed",
            &format!("The rehearsal does not have the operation {operation}"),
        )
    }

    pub(crate) fn expired() -> Self {
        Self::new(
            "ExpiredToken",
            "The security token included in the request is expired",
        )
    }

    /// What IAM says of an operation that no policy of the caller allows; most services name the resource
    /// (IAM user guide, "Troubleshoot access denied error messages").
    pub(crate) fn denied(caller: &Caller, action: &str, resource: Option<&str>) -> Self {
        let service = &caller.service;
        let on = resource
            .map(|arn| format!(" on resource: {arn}"))
            .unwrap_or_default();
        Self::new(
            "AccessDenied",
            &format!(
                "User: {} is not authorized to perform: {service}:{action}{on} because no identity-based policy \
                 allows the {service}:{action} action",
                caller.arn()
            ),
        )
    }

    /// What every service can refuse, as this one spells it: JSON services have longer words for it than
    /// Route 53 and STS (API references, "Common Errors").
    pub(crate) fn spelled_for(self, service: Option<Service>) -> Self {
        let code = match self.code.as_str() {
            "Throttling" => service.map_or("ThrottlingException", |service| service.face().throttled),
            _ if wire(service).is_xml() => return self,
            "ExpiredToken" => "ExpiredTokenException",
            "AccessDenied" => "AccessDeniedException",
            "InvalidClientTokenId" => "UnrecognizedClientException",
            "SignatureDoesNotMatch" => "InvalidSignatureException",
            "MissingAuthenticationToken" => "MissingAuthenticationTokenException",
            "IncompleteSignature" => "IncompleteSignatureException",
            _ => return self,
        };
        Self::new(code, &self.message)
    }

    fn status(&self, wire: Wire) -> u16 {
        let rest = match wire {
            Wire::RestJson { .. } => self.rest_status(),
            Wire::Xml { .. } | Wire::Json { .. } => None,
        };
        rest.unwrap_or_else(|| self.usual_status())
    }

    /// REST services give a status of its own to what others answer with 400 (botocore's models of API Gateway and
    /// Lambda, `httpStatusCode`).
    fn rest_status(&self) -> Option<u16> {
        match self.code.as_str() {
            "NotFoundException" | "ResourceNotFoundException" => Some(404),
            "RequestTooLargeException" => Some(413),
            "ResourceNotReadyException" => Some(502),
            "ConflictException" => Some(409),
            "TooManyRequestsException" => Some(429),
            "ServiceUnavailableException" => Some(503),
            "UnrecognizedClientException"
            | "InvalidSignatureException"
            | "MissingAuthenticationTokenException"
            | "IncompleteSignatureException"
            | "ExpiredTokenException" => Some(403),
            _ => None,
        }
    }

    fn usual_status(&self) -> u16 {
        match self.code.as_str() {
            "NotRehearsed" => 501,
            "ServiceUnavailable" => 503,
            "InternalFailure"
            | "InternalError"
            | "InternalServiceError"
            | "ServiceException"
            | "ServerException"
            | "WAFInternalErrorException" => 500,
            "AccessDenied"
            | "AccessDeniedException"
            | "ExpiredToken"
            | "InvalidClientTokenId"
            | "SignatureDoesNotMatch"
            | "MissingAuthenticationToken" => 403,
            "NoSuchHostedZone" | "NoSuchChange" | "NoSuchHealthCheck" | "NotFound" => 404,
            "NoSuchDistribution" | "NoSuchInvalidation" => 404,
            "InvalidationBatchAlreadyExists" => 409,
            "BatchTooLarge" => 413,
            _ => 400,
        }
    }

    /// The answer in the protocol of the service.
    pub(crate) fn answer(&self, service: Option<Service>, request_id: &str) -> Answer {
        let wire = wire(service);
        let status = self.status(wire);
        let namespace = match wire {
            Wire::Xml { namespace } => namespace,
            Wire::RestJson { .. } => {
                // Lambda writes the name of the field in another way, and says whose fault it is.
                let body = match service == Some(Service::Lambda) {
                    true if status >= 500 => serde_json::json!({"Type": "Service", "Message": self.message}),
                    true => serde_json::json!({"Type": "User", "Message": self.message}),
                    false => serde_json::json!({"message": self.message}),
                };
                let mut answer = web::answer(status, "application/json", body.to_string());
                web::set(&mut answer, "x-amzn-errortype", &self.code);
                return answer;
            }
            Wire::Json { .. } => {
                let mut body = serde_json::json!({"__type": self.code});
                // Some refusals have no words at AWS.
                if !self.message.is_empty() {
                    body["message"] = serde_json::json!(self.message);
                }
                let mut answer = web::answer(status, JSON, body.to_string());
                web::set(&mut answer, "x-amzn-errortype", &self.code);
                return answer;
            }
        };
        let kind = if status >= 500 { "Receiver" } else { "Sender" };
        let body = format!(
            "<?xml version=\"1.0\"?>\n<ErrorResponse xmlns=\"{namespace}\"><Error><Type>{kind}</Type>\
             <Code>{}</Code><Message>{}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>",
            web::escape(&self.code),
            web::escape(&self.message),
        );
        web::answer(status, "text/xml", body)
    }
}

/// How the answer is written; a service that is not rehearsed is taken for one of the many that speak JSON.
fn wire(service: Option<Service>) -> Wire {
    service.map_or(Wire::Json { target: "" }, |service| service.face().wire)
}

impl From<io::Error> for AwsError {
    fn from(error: io::Error) -> Self {
        Self::new(
            "InternalFailure",
            &format!("The rehearsal could not save its state: {error}"),
        )
    }
}
