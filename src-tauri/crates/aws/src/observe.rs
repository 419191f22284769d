//! What an interceptor saw of one call: whether it left, and the server's Date.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::Headers;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::date_time::{DateTime, Format};
use jiff::Timestamp;

use crate::grammar::Word;

/// Facts about one call; the clone shares them.
#[derive(Debug, Clone, Default)]
pub(crate) struct CallFacts(Arc<Mutex<Facts>>);

#[derive(Debug, Clone, Default)]
struct Facts {
    transmitting: bool,
    date: Option<Timestamp>,
    request_id: Option<String>,
    function_failed: bool,
    status: Option<u16>,
}

impl CallFacts {
    /// As after the hand-over of a request.
    #[cfg(test)]
    pub(crate) fn handed_over() -> Self {
        let seen = Self::default();
        seen.with(|facts| facts.transmitting = true);
        seen
    }

    /// Whether the request was handed to the connector, in any attempt.
    pub(crate) fn transmitting(&self) -> bool {
        self.with(|facts| facts.transmitting)
    }

    /// The Date header of the last answer.
    pub(crate) fn date(&self) -> Option<Timestamp> {
        self.with(|facts| facts.date)
    }

    /// The request id of the last answer.
    pub(crate) fn request_id(&self) -> Option<String> {
        self.with(|facts| facts.request_id.clone())
    }

    /// Whether a function failed although the request that ran it did not (Lambda API reference, Invoke, `FunctionError`).
    pub(crate) fn function_failed(&self) -> bool {
        self.with(|facts| facts.function_failed)
    }

    /// The HTTP status of the last answer.
    pub(crate) fn status(&self) -> Option<u16> {
        self.with(|facts| facts.status)
    }

    fn with<T>(&self, look: impl FnOnce(&mut Facts) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[dyn_dispatch_hint]
impl Intercept for CallFacts {
    fn name(&self) -> &'static str {
        "CallFacts"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.with(|facts| facts.transmitting = true);
        Ok(())
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let headers = context.response().headers();
        let status = context.response().status().as_u16();
        self.with(|facts| {
            facts.status = Some(status);
            facts.date = headers.get("date").and_then(http_date);
            facts.request_id = request_id(headers);
            facts.function_failed = headers.get("x-amz-function-error").is_some();
        });
        Ok(())
    }
}

/// AWS's id of a request, under any of the names that services give it; words that say so where it is none.
pub(crate) fn request_id(headers: &Headers) -> Option<String> {
    ["x-amzn-requestid", "x-amz-request-id", "x-amzn-request-id"]
        .into_iter()
        .find_map(|name| headers.get(name))
        .map(|id| Word::request_id(id).to_string())
}

/// A Date header (RFC 9110, 5.6.7) as a moment.
pub(crate) fn http_date(text: &str) -> Option<Timestamp> {
    let date = DateTime::from_str(text, Format::HttpDate).ok()?;
    Timestamp::from_second(date.secs()).ok()
}

/// A moment of an answer; none of one that no calendar holds.
pub(crate) fn moment(told: &DateTime) -> Option<Timestamp> {
    Timestamp::new(told.secs(), i32::try_from(told.subsec_nanos()).ok()?).ok()
}
