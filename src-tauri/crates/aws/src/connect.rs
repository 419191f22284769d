//! The connection to AWS: explicit credentials, time-outs, trust and pace.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

use aws_config::identity::IdentityCache;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_route53::config::{BehaviorVersion, Region};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::{SystemTimeSource, TimeSource as _};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use jiff::{SignedDuration, Timestamp};
use switchback_engine::ports::{Clock, Identity, ProviderError, ProviderErrorKind};
use switchback_model::dns::DnsName;
use switchback_model::{Target, TargetKind};
use tracing::Instrument as _;

use crate::bundle::Bundle;
use crate::cognito::{Asked, Canaries};
use crate::connect_errors::{NOT_LOADED, PROGRAM, ROLE_HINT};
use crate::credentials::Chain;
use crate::elsewhere::Elsewhere;
use crate::error::{CREDENTIALS_HINT, Words, provider_error, safe};
use crate::http;
use crate::observe::CallFacts;
use crate::op::Op;
use crate::pace::ListPace;
use crate::raw::Raw;
use crate::service::Service;
use crate::sign_in::SignInEnd;
use crate::source::mfa_mend;
use crate::way::Contexts;

mod options;

pub use self::options::{AwsOptions, check_endpoint};

/// Where a host passes no clock, spans are counted from here.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

const CONNECT: Duration = Duration::from_secs(3);

const ATTEMPT: Duration = Duration::from_secs(15);

/// A read is tried again by the SDK, but nobody should wait for three attempts.
const OPERATION: Duration = Duration::from_secs(20);

/// AWS as one target sees it; a clone shares connections and credentials.
#[derive(Clone)]
pub struct Aws {
    pub(crate) route53: aws_sdk_route53::Client,
    pub(crate) sts: aws_sdk_sts::Client,
    pub(crate) cognito: aws_sdk_cognitoidentityprovider::Client,
    pub(crate) ssm: aws_sdk_ssm::Client,
    pub(crate) ecs: aws_sdk_ecs::Client,
    pub(crate) raw: Raw,
    pub(crate) asked: Asked,
    pub(crate) region: String,
    /// Zone id → name, of public zones whose name was read; a zone's name never changes.
    pub(crate) zones: Arc<Mutex<BTreeMap<String, DnsName>>>,
    /// Whose credentials; none for the rehearsal's fixed ones.
    pub(crate) credentials: Option<Chain>,
    contexts: Contexts,
    clock: Option<Arc<dyn Clock>>,
    paced: bool,
    /// Whether AWS's own words of an error are left out, because they may repeat a value that is kept nowhere.
    hushed: bool,
    pub(crate) sign_in: SignInEnd,
    /// Who the canaries of pools are; none where nobody may be signed in.
    pub(crate) canaries: Option<Arc<dyn Canaries>>,
    /// The pace at which pages of whole pools are asked for, where a person chose one.
    lists: Option<ListPace>,
}

impl fmt::Debug for Aws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aws").finish_non_exhaustive()
    }
}

impl Aws {
    /// Prepares the clients; nothing is sent and no credential is read before the first call.
    ///
    /// # Errors
    /// `Guard` where the endpoint is no http(s) URL, something leads a production target elsewhere, the
    /// bundle of authorities holds no certificate, or `HTTPS_PROXY` is not usable.
    pub fn connect(options: &AwsOptions) -> Result<Self, ProviderError> {
        if let Some(endpoint) = &options.endpoint {
            check_endpoint(endpoint)?;
        }
        let region = Region::new(options.region.clone());
        let sleep = SharedAsyncSleep::new(TokioSleep::new());
        let sign_in = SignInEnd::default();
        // The rehearsal never leaves this machine: neither trust, proxy nor files have a say.
        let (elsewhere, proxy, http, chain, credentials) = match &options.rehearsal_credentials {
            Some((id, secret)) => {
                let fixed = Credentials::new(id.clone(), secret.clone(), None, None, "rehearsal");
                let http = http::client(None, None)?;
                let elsewhere = Elsewhere::default();
                (elsewhere, None, http, None, SharedCredentialsProvider::new(fixed))
            }
            None => {
                let elsewhere = Elsewhere::of(options.profile.as_deref());
                if options.only_aws {
                    elsewhere.refuse("The target")?;
                }
                elsewhere.check()?;
                let proxy = http::Proxy::from(|name| std::env::var(name).ok())?;
                let bundle = Bundle::of(&elsewhere)?;
                if let Some(said) = bundle.as_ref().and_then(Bundle::complaint) {
                    tracing::warn!(target: "switchback_aws", %said, "an authority is left out");
                }
                let http = http::client(bundle, proxy.clone())?;
                let chain = Chain::new(
                    options.profile.clone(),
                    &region,
                    &http,
                    sign_in.clone(),
                    &elsewhere,
                );
                let shared = SharedCredentialsProvider::new(chain.clone());
                (elsewhere, proxy, http, Some(chain), shared)
            }
        };
        let endpoint_of = |service| {
            let given = options.endpoint.as_deref();
            given
                .or_else(|| elsewhere.endpoint_of(service))
                .map(str::to_owned)
        };
        let contexts = Contexts::new(&options.region, &elsewhere, proxy.as_ref(), endpoint_of);
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT)
            .operation_attempt_timeout(ATTEMPT)
            .operation_timeout(OPERATION)
            .build();

        let (fips, dual) = (elsewhere.fips.is_some(), elsewhere.dual_stack.is_some());
        // With an endpoint of its own a service has neither (the SDK refuses both together).
        let of_aws =
            |service, wanted: bool| Some(wanted).filter(|wanted| *wanted && endpoint_of(service).is_none());
        // Each SDK has types of its own for the same settings.
        macro_rules! client {
            ($sdk:ident, $service:expr) => {{
                let mut config = $sdk::Config::builder()
                    .behavior_version(BehaviorVersion::latest())
                    .region(region.clone())
                    .credentials_provider(credentials.clone())
                    .http_client(http.clone())
                    .sleep_impl(sleep.clone())
                    .identity_cache(IdentityCache::no_cache())
                    .retry_config(RetryConfig::standard())
                    .timeout_config(timeouts.clone());
                config.set_endpoint_url(endpoint_of($service));
                config.set_use_fips(of_aws($service, fips));
                config.set_use_dual_stack(of_aws($service, dual));
                $sdk::Client::from_conf(config.build())
            }};
        }
        let given = [
            Service::Waf,
            Service::ApiGateway,
            Service::CloudFront,
            Service::Lambda,
        ]
        .map(|service| (service, endpoint_of(service)));
        let raw = Raw::new(
            (http.clone(), credentials.clone(), sleep.clone()),
            timeouts.clone(),
            &options.region,
            (fips, dual),
            move |service| {
                let mut given = given.iter().filter(|(of, _)| *of == service);
                given.next().and_then(|(_, url)| url.clone())
            },
        );
        Ok(Self {
            route53: client!(aws_sdk_route53, Service::Route53),
            sts: client!(aws_sdk_sts, Service::Sts),
            cognito: client!(aws_sdk_cognitoidentityprovider, Service::Cognito),
            ssm: client!(aws_sdk_ssm, Service::Ssm),
            ecs: client!(aws_sdk_ecs, Service::Ecs),
            raw,
            asked: Asked::default(),
            region: options.region.clone(),
            zones: Arc::default(),
            credentials: chain,
            contexts,
            clock: options.clock.clone(),
            paced: options.rehearsal_credentials.is_none(),
            hushed: false,
            sign_in,
            canaries: None,
            lists: None,
        })
    }

    /// Waits for our share of a service's request rate. The rehearsal has no account to share.
    pub(crate) async fn pace(&self, service: Service) {
        if self.paced {
            crate::pace::wait(service).await;
        }
    }

    /// The same, asking for pages of users at this pace, instead of in our usual share.
    #[must_use]
    pub fn with_list_pace(self, pace: ListPace) -> Self {
        Self {
            lists: Some(pace),
            ..self
        }
    }

    /// How many pages of whole pools are asked for a second at most; none where nothing holds them up.
    #[must_use]
    pub fn list_rate(&self) -> Option<u32> {
        match &self.lists {
            Some(chosen) => Some(chosen.rate.get()),
            None => self.paced.then(crate::pace::usual_lists),
        }
    }

    /// Waits until a page of users may be asked for.
    pub(crate) async fn pace_lists(&self) {
        match &self.lists {
            Some(chosen) => chosen.wait().await,
            None => self.pace(Service::Cognito).await,
        }
    }

    /// The same, for what concerns a secret: AWS's validation errors repeat the value that they refuse.
    pub(crate) fn hushed(&self, hushed: bool) -> Self {
        Self {
            hushed,
            ..self.clone()
        }
    }

    /// With who knows the canaries of its pools.
    #[must_use]
    pub fn with_canaries(self, canaries: Arc<dyn Canaries>) -> Self {
        Self {
            canaries: Some(canaries),
            ..self
        }
    }

    /// How much longer than real spans those of the host's clock may be: nothing where time is real.
    pub(crate) fn leeway(&self) -> SignedDuration {
        let tolerance = self
            .clock
            .as_ref()
            .map_or(Duration::ZERO, |clock| clock.tolerance());
        SignedDuration::try_from(tolerance).unwrap_or(SignedDuration::ZERO)
    }

    /// Time since an arbitrary start, by the host's clock.
    pub(crate) fn monotonic(&self) -> Duration {
        match &self.clock {
            Some(clock) => clock.monotonic(),
            None => START.elapsed(),
        }
    }

    /// The same, at the pace of the real AWS.
    #[cfg(test)]
    pub(crate) fn at_pace(self) -> Self {
        Self { paced: true, ..self }
    }

    /// Makes one call in its span and maps its failure.
    pub(crate) async fn run<O, E, F>(&self, op: Op, seen: &CallFacts, call: F) -> Result<O, ProviderError>
    where
        F: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let span = tracing::info_span!(
            target: "switchback_aws", "call", service = op.service.id(), operation = op.operation,
            request_id = tracing::field::Empty, ms = tracing::field::Empty
        );
        let started = Instant::now();
        let result = async {
            match call.await {
                Ok(output) => Ok(output),
                Err(error) => {
                    let words = match self.hushed {
                        true => Words::Hushed,
                        false => Words::Said,
                    };
                    let context = self.contexts.of(op.service);
                    let error = provider_error(op.operation, &error, seen, context, words);
                    Err(self.with_sign_in(error, seen).await)
                }
            }
        }
        .instrument(span.clone())
        .await;
        let request_id = match &result {
            Ok(_) => seen.request_id(),
            Err(error) => error.request_id.clone(),
        };
        let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        span.record("ms", ms);
        span.record("request_id", request_id.as_deref().unwrap_or("none"));
        let _in_span = span.enter();
        match &result {
            // What changes something is always in the log, what reads only when asked for.
            Ok(_) if op.mutates => {
                tracing::info!(target: "switchback_aws", "answered");
            }
            Ok(_) => tracing::debug!(target: "switchback_aws", "answered"),
            Err(error) => tracing::warn!(target: "switchback_aws", kind = ?error.kind, "failed"),
        }
        result
    }

    /// Names the command that mends a sign-in, and has the credentials loaded anew next time.
    async fn with_sign_in(&self, mut error: ProviderError, seen: &CallFacts) -> ProviderError {
        let Some(chain) = &self.credentials else {
            return error;
        };
        let refused_role = error.hint.as_deref() == Some(ROLE_HINT);
        if error.kind != ProviderErrorKind::Credentials
            || !(refused_role || error.hint.as_deref() == Some(CREDENTIALS_HINT))
        {
            return error;
        }
        chain.forget();
        let source = chain.source().await;
        if let Some(why) = error.message.strip_prefix(PROGRAM) {
            error.message = source.program(why);
            error.hint = Some(source.mend());
            return error;
        }
        if refused_role {
            if let Some(profile) = source.mfa() {
                error.message = format!(
                    "The AWS profile {} needs a code from an MFA device",
                    safe(profile)
                );
                error.hint = Some(mfa_mend(profile));
            }
            return error;
        }
        if !seen.transmitting()
            && let Some(fault) = source.fault(error.message == NOT_LOADED)
        {
            error.message = fault;
        }
        error.hint = Some(source.mend());
        error
    }

    /// Proves that a caller is the target's asserted account and role; a refusal says where its
    /// credentials come from.
    ///
    /// # Errors
    /// As [`crate::guard::assert_identity`].
    pub async fn assert_identity(&self, target: &Target, found: &Identity) -> Result<(), ProviderError> {
        let Err(mut error) = crate::guard::assert_identity(target, found) else {
            return Ok(());
        };
        if let Some(chain) = &self.credentials {
            // The person will sign in as somebody else.
            chain.forget();
            if target.role.is_some() || target.kind != TargetKind::Production {
                error.hint = Some(chain.source().await.other());
            }
        }
        Err(error)
    }

    /// The server's Date, or the host's clock where it sent none.
    pub(crate) fn date_or_clock(&self, seen: &CallFacts) -> Timestamp {
        seen.date().unwrap_or_else(|| match &self.clock {
            Some(clock) => clock.now(),
            // A host that passes no clock gets the clock by which the SDK signs.
            None => Timestamp::try_from(SystemTimeSource::new().now()).unwrap_or(Timestamp::UNIX_EPOCH),
        })
    }
}

/// An answer that lacks what the API promises.
pub(crate) fn incomplete(operation: &str, what: &str) -> ProviderError {
    ProviderError {
        kind: ProviderErrorKind::Untrue,
        operation: operation.to_owned(),
        message: format!("The answer of AWS holds no {what}"),
        hint: Some(
            "Look again; where it stays so, look at the endpoint and for a newer version of this program."
                .to_owned(),
        ),
        request_id: None,
        sent: true,
    }
}
