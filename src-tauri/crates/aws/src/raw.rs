//! Services of which little is asked, without a client of their own: the SDK's runtime signs, sends and repeats, and an
//! answer stays the JSON that it is.
//!
//! WAF replaces a whole document, and types that know today's fields would lose tomorrow's (ADR 0013). What all of the
//! SDK's clients do comes of the same parts here: credentials, time-outs, repeats, the clock of the server.

use std::fmt;
use std::sync::Arc;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::auth::{SigV4OperationSigningConfig, SigningOptions};
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_runtime::service_clock_skew::{ServiceClockSkewClassifier, ServiceClockSkewInterceptor};
use aws_sdk_route53::config::{BehaviorVersion, Region, SharedHttpClient};
use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier};
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::auth::{
    AuthSchemeOptionResolverParams, SharedAuthScheme, SharedAuthSchemeOptionResolver,
};
use aws_smithy_runtime_api::client::identity::SharedIdentityResolver;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::Layer;
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SigningName;
use aws_types::region::SigningRegion;
use http::Method;
use serde_json::Value;
use switchback_engine::ports::ProviderError;
use switchback_model::event::Receipt;
use zeroize::Zeroizing;

use crate::connect::Aws;
use crate::grammar::Word;
use crate::observe::CallFacts;
use crate::op::Op;
use crate::service::Service;

/// What all requests have in common; a clone shares it.
#[derive(Clone)]
pub(crate) struct Raw(Arc<Common>);

struct Common {
    http: SharedHttpClient,
    credentials: SharedCredentialsProvider,
    sleep: SharedAsyncSleep,
    timeouts: TimeoutConfig,
    region: String,
    /// The endpoint that the person gave for it.
    endpoint_of: Box<dyn Fn(Service) -> Option<String> + Send + Sync>,
    fips: bool,
    dual: bool,
}

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Raw").finish_non_exhaustive()
    }
}

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub method: Method,
    /// The path with its query, both escaped.
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Option<Body>,
    /// Another region than the target's.
    pub region: Option<&'static str>,
}

/// The body of a request.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    Json(Value),
    Xml(String),
    /// JSON that holds a secret: never shown, and wiped at its end.
    Hidden(Hidden),
}

/// Bytes of which nothing is ever shown.
#[derive(Clone)]
pub(crate) struct Hidden(Zeroizing<Vec<u8>>);

impl Hidden {
    pub(crate) const fn new(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden(not shown)")
    }
}

/// An error as the service answered it.
#[derive(Debug)]
pub(crate) struct Refusal(ErrorMetadata);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.code() {
            Some(code) => Word::code(code).fmt(f),
            None => f.write_str("an error without a code"),
        }
    }
}

impl std::error::Error for Refusal {}

impl ProvideErrorMetadata for Refusal {
    fn meta(&self) -> &ErrorMetadata {
        &self.0
    }
}

impl Raw {
    pub(crate) fn new(
        (http, credentials, sleep): (SharedHttpClient, SharedCredentialsProvider, SharedAsyncSleep),
        timeouts: TimeoutConfig,
        region: &str,
        (fips, dual): (bool, bool),
        endpoint_of: impl Fn(Service) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Common {
            http,
            credentials,
            sleep,
            timeouts,
            region: region.to_owned(),
            endpoint_of: Box::new(endpoint_of),
            fips,
            dual,
        }))
    }
}

impl Aws {
    /// Makes one request, at our pace and in its span. A change is sent once; a read is repeated as the SDK repeats it.
    ///
    /// # Errors
    /// As [`Aws::run`]; `Unclear` where the answer is no JSON.
    pub(crate) async fn ask_raw(
        &self,
        op: Op,
        asked: Asked,
        seen: &CallFacts,
    ) -> Result<Value, ProviderError> {
        self.ask_as(op, asked, seen, answer).await
    }

    /// The same of a service that speaks XML: the document as it came.
    ///
    /// # Errors
    /// As [`Aws::run`]; `Unclear` where the answer is no text.
    pub(crate) async fn ask_text(
        &self,
        op: Op,
        asked: Asked,
        seen: &CallFacts,
    ) -> Result<String, ProviderError> {
        self.ask_as(op, asked, seen, document).await
    }

    async fn ask_as<T: std::fmt::Debug + Send + Sync + 'static>(
        &self,
        op: Op,
        asked: Asked,
        seen: &CallFacts,
        answer: fn(&HttpResponse) -> Result<T, OrchestratorError<Refusal>>,
    ) -> Result<T, ProviderError> {
        self.pace(op.service).await;
        let common = &self.raw.0;
        let region = asked.region.unwrap_or(&common.region);
        let endpoint = (common.endpoint_of)(op.service).or_else(|| {
            let host = host(op.service, region, common.fips, common.dual)?;
            Some(format!("https://{host}"))
        });
        let endpoint = endpoint.ok_or_else(|| {
            crate::error::guard(
                op.operation,
                &format!("AWS has no endpoint of {} in {region}", op.service.words()),
                "Look at the region, and at use_fips_endpoint and use_dualstack_endpoint.",
            )
        })?;
        let retry = match op.mutates {
            true => RetryConfig::disabled(),
            false => RetryConfig::standard(),
        };
        let operation = Operation::builder()
            .service_name(op.service.id())
            .operation_name(op.operation)
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(&endpoint)
            .http_client(common.http.clone())
            .sleep_impl(common.sleep.clone())
            .timeout_config(common.timeouts.clone())
            .standard_retry(&retry)
            .retry_classifier(HttpStatusCodeClassifier::default())
            .retry_classifier(TransientErrorClassifier::<Refusal>::new())
            .retry_classifier(AwsErrorCodeClassifier::<Refusal>::new())
            .retry_classifier(ServiceClockSkewClassifier::<Refusal>::new())
            .with_connection_poisoning()
            .interceptor(ServiceClockSkewInterceptor::new())
            .interceptor(seen.clone())
            .runtime_plugin(signed(op.service, region, &common.credentials))
            .serializer(|asked: Asked| request(&asked))
            .deserializer(answer)
            .build();
        self.run(op, seen, async { operation.invoke(asked).await }).await
    }

    /// The region of the target.
    pub(crate) fn region(&self) -> &str {
        &self.raw.0.region
    }

    /// What is journalled of an answer that says nothing but that it was done.
    pub(crate) fn receipt(&self, seen: &CallFacts) -> Receipt {
        Receipt {
            request_id: seen.request_id(),
            change_id: None,
            version: None,
            proven: Vec::new(),
            server_date: self.date_or_clock(seen),
        }
    }
}

/// What signs a request (AWS signature, version 4).
fn signed(service: Service, region: &str, credentials: &SharedCredentialsProvider) -> StaticRuntimePlugin {
    let mut options = SigningOptions::default();
    options.double_uri_encode = true;
    options.normalize_uri_path = true;
    let mut layer = Layer::new("signature");
    layer.store_put(AuthSchemeOptionResolverParams::new(()));
    layer.store_put(SigningName::from_static(service.id()));
    layer.store_put(SigningRegion::from(Region::new(region.to_owned())));
    layer.store_put(SigV4OperationSigningConfig {
        signing_options: options,
        ..Default::default()
    });
    let resolver = StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID]);
    let components = RuntimeComponentsBuilder::new("signature")
        .with_auth_scheme(SharedAuthScheme::new(SigV4AuthScheme::new()))
        .with_auth_scheme_option_resolver(Some(SharedAuthSchemeOptionResolver::new(resolver)))
        .with_identity_cache(Some(IdentityCache::no_cache()))
        .with_identity_resolver(SCHEME_ID, SharedIdentityResolver::new(credentials.clone()));
    StaticRuntimePlugin::new()
        .with_config(layer.freeze())
        .with_runtime_components(components)
}

fn request(asked: &Asked) -> Result<HttpRequest, aws_smithy_runtime_api::box_error::BoxError> {
    let mut request = http::Request::builder()
        .method(asked.method.clone())
        .uri(&asked.path);
    for (name, value) in &asked.headers {
        request = request.header(*name, value);
    }
    let body = match &asked.body {
        Some(Body::Json(value)) => SdkBody::from(serde_json::to_vec(value)?),
        Some(Body::Xml(text)) => SdkBody::from(text.as_str()),
        Some(Body::Hidden(Hidden(bytes))) => SdkBody::from(bytes.to_vec()),
        None => SdkBody::empty(),
    };
    Ok(HttpRequest::try_from(request.body(body)?)?)
}

fn answer(response: &HttpResponse) -> Result<Value, OrchestratorError<Refusal>> {
    let body = response.body().bytes().unwrap_or_default();
    if response.status().is_success() {
        // An empty answer says all that it has to say.
        let body = if body.is_empty() { b"{}" } else { body };
        return serde_json::from_slice(body).map_err(OrchestratorError::other);
    }
    let said: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |keys: [&str; 2]| keys.into_iter().find_map(|key| said.get(key)?.as_str());
    let code = response.headers().get("x-amzn-errortype");
    let code = code.or_else(|| text(["__type", "code"]));
    let mut metadata = ErrorMetadata::builder();
    if let Some(code) = code {
        metadata = metadata.code(bare(code));
    }
    if let Some(message) = text(["message", "Message"]) {
        metadata = metadata.message(message);
    }
    Err(OrchestratorError::operation(Refusal(metadata.build())))
}

/// An answer in XML, and an error as CloudFront and others write it (CloudFront API reference, "Common errors").
fn document(response: &HttpResponse) -> Result<String, OrchestratorError<Refusal>> {
    let body = response.body().bytes().unwrap_or_default();
    if response.status().is_success() {
        return match std::str::from_utf8(body) {
            Ok(text) => Ok(text.to_owned()),
            Err(error) => Err(OrchestratorError::other(error)),
        };
    }
    let said = std::str::from_utf8(body).ok();
    let said: Option<ErrorResponse> = said.and_then(|text| quick_xml::de::from_str(text).ok());
    let mut metadata = ErrorMetadata::builder();
    if let Some(ErrorResponse { error }) = said {
        metadata = metadata.code(error.code);
        if let Some(message) = error.message {
            metadata = metadata.message(message);
        }
    }
    Err(OrchestratorError::operation(Refusal(metadata.build())))
}

#[derive(Debug, serde::Deserialize)]
struct ErrorResponse {
    #[serde(rename = "Error")]
    error: ErrorBody,
}

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ErrorBody {
    code: String,
    message: Option<String>,
}

/// The code without its name space and without what some servers put behind it (Smithy, "AWS JSON 1.1 protocol",
/// operation error serialization).
fn bare(code: &str) -> &str {
    let code = code.split(':').next().unwrap_or(code);
    code.rsplit_once('#').map_or(code, |(_, code)| code)
}

/// The host of one of these services in a region (AWS General Reference, "Service endpoints"; both follow the rule that
/// holds for a service without exceptions). `None` = there is none, or none that is known.
pub(crate) fn host(service: Service, region: &str, fips: bool, dual: bool) -> Option<String> {
    let name = match service {
        Service::Waf => "wafv2",
        Service::ApiGateway => "apigateway",
        Service::Lambda => "lambda",
        Service::CloudFront => return of_the_world(region, fips, dual),
        Service::Sts
        | Service::Route53
        | Service::Cognito
        | Service::Ssm
        | Service::Ecs
        | Service::Sso
        | Service::SsoOidc
        | Service::SignIn => return None,
    };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if region.is_empty() || !region.chars().all(plain) || region.starts_with("us-iso") {
        return None;
    }
    let suffix = match (region.starts_with("cn-"), dual) {
        (false, false) => "amazonaws.com",
        (false, true) => "api.aws",
        (true, false) => "amazonaws.com.cn",
        (true, true) => "api.amazonwebservices.com.cn",
    };
    let fips = if fips { "-fips" } else { "" };
    Some(format!("{name}{fips}.{region}.{suffix}"))
}

/// The region at which a service of the whole world is asked (AWS General Reference, "CloudFront endpoints").
pub(crate) fn home(region: &str) -> &'static str {
    match region.starts_with("cn-") {
        true => "cn-northwest-1",
        false => "us-east-1",
    }
}

/// CloudFront's host. AWS GovCloud has none of its own, and there is none that is known for IPv6 alone.
fn of_the_world(region: &str, fips: bool, dual: bool) -> Option<String> {
    let host = match (home(region), fips) {
        _ if dual => return None,
        ("us-east-1", false) => "cloudfront.amazonaws.com",
        ("us-east-1", true) => "cloudfront-fips.amazonaws.com",
        (_, false) => "cloudfront.cn-northwest-1.amazonaws.com.cn",
        (_, true) => return None,
    };
    let elsewhere = ["us-gov-", "us-iso"];
    (!elsewhere.iter().any(|prefix| region.starts_with(prefix))).then(|| host.to_owned())
}

#[cfg(test)]
mod tests;
