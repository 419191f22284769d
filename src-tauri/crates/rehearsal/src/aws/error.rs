//! Refusals, in the form in which the SDKs know them.

use std::io;

use crate::http::{self as web, Answer};

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

    /// What every service can refuse, as this one spells it: JSON services have longer words for it than
    /// Route 53 and STS (API references, "Common Errors"; Cognito's own word for too many requests).
    pub(crate) fn spelled_for(self, service: &str) -> Self {
        if matches!(service, "route53" | "sts") {
            return self;
        }
        let code = match self.code.as_str() {
            "Throttling" if service == super::cognito::SERVICE => "TooManyRequestsException",
            "Throttling" => "ThrottlingException",
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

    fn status(&self) -> u16 {
        match self.code.as_str() {
            "NotRehearsed" => 501,
            "ServiceUnavailable" => 503,
            "InternalFailure" | "InternalError" | "InternalServiceError" => 500,
            "AccessDenied"
            | "AccessDeniedException"
            | "ExpiredToken"
            | "InvalidClientTokenId"
            | "SignatureDoesNotMatch"
            | "MissingAuthenticationToken" => 403,
            "NoSuchHostedZone" | "NoSuchChange" | "NoSuchHealthCheck" | "NotFound" => 404,
            _ => 400,
        }
    }

    /// The answer in the protocol of the service.
    pub(crate) fn answer(&self, service: &str, request_id: &str) -> Answer {
        let status = self.status();
        let namespace = match service {
            "route53" => "https://route53.amazonaws.com/doc/2013-04-01/",
            "sts" => "https://sts.amazonaws.com/doc/2011-06-15/",
            _ => {
                let body = serde_json::json!({"__type": self.code, "message": self.message});
                let mut answer = web::answer(status, "application/x-amz-json-1.1", body.to_string());
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

impl From<io::Error> for AwsError {
    fn from(error: io::Error) -> Self {
        Self::new(
            "InternalFailure",
            &format!("The rehearsal could not save its state: {error}"),
        )
    }
}
