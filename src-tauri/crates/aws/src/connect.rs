//! The connection to AWS: explicit credentials, time-outs, trust and pace.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_route53::config::{BehaviorVersion, Region, SharedHttpClient};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::{SystemTimeSource, TimeSource};
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use jiff::Timestamp;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use switchback_engine::ports::{Clock, ProviderError, ProviderErrorKind};
use switchback_model::dns::DnsName;
use tracing::Instrument as _;

use crate::error::{guard, provider_error};
use crate::observe::Seen;
use crate::sign_in::SignInEnd;

const CONNECT: Duration = Duration::from_secs(3);
const ATTEMPT: Duration = Duration::from_secs(15);

/// How to reach AWS.
#[derive(Clone, Default)]
pub struct AwsOptions {
    /// A custom endpoint for every service: the rehearsal or an emulator. `AWS_ENDPOINT_URL` and
    /// profiles are not looked at for it, so that a stray setting cannot lead elsewhere.
    pub endpoint: Option<String>,
    /// The profile whose credentials are used, whatever the environment variables say; absent = the
    /// SDK's default chain.
    pub profile: Option<String>,
    /// The AWS region.
    pub region: String,
    /// Key id and secret of the rehearsal; with them the rehearsal's own clock paces Route 53.
    pub rehearsal_credentials: Option<(String, String)>,
    /// The host's clock, used only where a server sends no Date.
    pub clock: Option<Arc<dyn Clock>>,
}

impl fmt::Debug for AwsOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsOptions")
            .field("endpoint", &self.endpoint)
            .field("profile", &self.profile)
            .field("region", &self.region)
            .field("rehearsal", &self.rehearsal_credentials.is_some())
            .finish_non_exhaustive()
    }
}

/// AWS as one target sees it; a clone shares connections and credentials.
#[derive(Clone)]
pub struct Aws {
    pub(crate) route53: aws_sdk_route53::Client,
    pub(crate) sts: aws_sdk_sts::Client,
    /// Zone id → name, of public zones whose name was read; a zone's name never changes.
    pub(crate) zones: Arc<Mutex<BTreeMap<String, DnsName>>>,
    clock: Option<Arc<dyn Clock>>,
    paced: bool,
    pub(crate) sign_in: SignInEnd,
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
    /// `Guard` where the endpoint is no http(s) URL, or `AWS_CA_BUNDLE` names a file without a
    /// certificate.
    pub fn connect(options: &AwsOptions) -> Result<Self, ProviderError> {
        if let Some(endpoint) = &options.endpoint
            && !(endpoint.starts_with("http://") || endpoint.starts_with("https://"))
        {
            return Err(guard(
                "connect",
                "The custom endpoint is no http or https URL",
                "Correct the endpoint.",
            ));
        }
        let http = http_client(ca_bundle()?)?;
        let region = Region::new(options.region.clone());
        let sleep = SharedAsyncSleep::new(TokioSleep::new());
        let sign_in = SignInEnd::default();
        let credentials = sign_in.noting(credentials(options, &region, &http));
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT)
            .operation_attempt_timeout(ATTEMPT)
            .build();

        let mut route53 = aws_sdk_route53::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(region.clone())
            .credentials_provider(credentials.clone())
            .http_client(http.clone())
            .sleep_impl(sleep.clone())
            .retry_config(RetryConfig::standard())
            .timeout_config(timeouts.clone());
        let mut sts = aws_sdk_sts::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(region)
            .credentials_provider(credentials)
            .http_client(http)
            .sleep_impl(sleep)
            .retry_config(RetryConfig::standard())
            .timeout_config(timeouts);
        route53.set_endpoint_url(options.endpoint.clone());
        sts.set_endpoint_url(options.endpoint.clone());
        Ok(Self {
            route53: aws_sdk_route53::Client::from_conf(route53.build()),
            sts: aws_sdk_sts::Client::from_conf(sts.build()),
            zones: Arc::default(),
            clock: options.clock.clone(),
            paced: options.rehearsal_credentials.is_none(),
            sign_in,
        })
    }

    /// Waits for our share of Route 53's request rate. The rehearsal has no account to share.
    pub(crate) async fn pace(&self) {
        if self.paced {
            crate::pace::route53().await;
        }
    }

    /// Makes one call in its span and maps its failure.
    pub(crate) async fn run<O, E, F>(
        &self,
        service: &'static str,
        operation: &'static str,
        seen: &Seen,
        call: F,
    ) -> Result<O, ProviderError>
    where
        F: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let span = tracing::debug_span!(
            target: "switchback_aws", "call", service, operation,
            request_id = tracing::field::Empty, ms = tracing::field::Empty
        );
        let started = Instant::now();
        let result = call
            .instrument(span.clone())
            .await
            .map_err(|error| provider_error(operation, &error, seen));
        let request_id = match &result {
            Ok(_) => seen.request_id(),
            Err(error) => error.request_id.clone(),
        };
        let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        span.record("ms", ms);
        span.record("request_id", request_id.as_deref().unwrap_or("none"));
        let _in_span = span.enter();
        match &result {
            Ok(_) => tracing::debug!(target: "switchback_aws", "answered"),
            Err(error) => tracing::warn!(target: "switchback_aws", kind = ?error.kind, "failed"),
        }
        result
    }

    /// The server's Date, or the host's clock where it sent none.
    pub(crate) fn date_or_clock(&self, seen: &Seen) -> Timestamp {
        seen.date().unwrap_or_else(|| match &self.clock {
            Some(clock) => clock.now(),
            // A host that passes no clock gets the clock by which the SDK signs.
            None => Timestamp::try_from(SystemTimeSource::new().now()).unwrap_or(Timestamp::UNIX_EPOCH),
        })
    }
}

/// The certificates of `AWS_CA_BUNDLE`, which the Rust SDK does not read by itself.
fn ca_bundle() -> Result<Option<Vec<u8>>, ProviderError> {
    let Some(path) = std::env::var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty()) else {
        return Ok(None);
    };
    let mend = "Correct AWS_CA_BUNDLE or remove it, then start Switchback again.";
    let pem = std::fs::read(&path).map_err(|_| {
        guard(
            "connect",
            "The file that AWS_CA_BUNDLE names could not be read",
            mend,
        )
    })?;
    if readable_certificates(&pem) {
        Ok(Some(pem))
    } else {
        Err(guard(
            "connect",
            "The file that AWS_CA_BUNDLE names holds no readable certificate",
            mend,
        ))
    }
}

/// The SDK panics on certificates that it cannot read, so they are looked at first.
pub(crate) fn readable_certificates(pem: &[u8]) -> bool {
    let mut roots = rustls::RootCertStore::empty();
    let found: Vec<_> = CertificateDer::pem_slice_iter(pem).collect();
    !found.is_empty()
        && found
            .into_iter()
            .all(|found| found.is_ok_and(|certificate| roots.add(certificate).is_ok()))
}

fn http_client(bundle: Option<Vec<u8>>) -> Result<SharedHttpClient, ProviderError> {
    let mut trust = TrustStore::default();
    if let Some(pem) = bundle {
        trust = trust.with_pem_certificate(pem);
    }
    let tls = TlsContext::builder()
        .with_trust_store(trust)
        .build()
        .map_err(|_| {
            guard(
                "connect",
                "The TLS settings could not be built",
                "Look at AWS_CA_BUNDLE and the system's certificates.",
            )
        })?;
    Ok(aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .tls_context(tls)
        .build_https())
}

fn credentials(options: &AwsOptions, region: &Region, http: &SharedHttpClient) -> SharedCredentialsProvider {
    if let Some((id, secret)) = &options.rehearsal_credentials {
        let fixed = Credentials::new(id.clone(), secret.clone(), None, None, "rehearsal");
        return SharedCredentialsProvider::new(fixed);
    }
    let config = ProviderConfig::default()
        .with_region(Some(region.clone()))
        .with_http_client(http.clone());
    match &options.profile {
        Some(profile) => SharedCredentialsProvider::new(
            ProfileFileCredentialsProvider::builder()
                .profile_name(profile)
                .configure(&config)
                .build(),
        ),
        None => SharedCredentialsProvider::new(DefaultChain {
            config,
            chain: Arc::default(),
        }),
    }
}

/// The SDK's default chain, built at its first use because building it is asynchronous.
#[derive(Debug)]
struct DefaultChain {
    config: ProviderConfig,
    chain: Arc<tokio::sync::OnceCell<DefaultCredentialsChain>>,
}

impl ProvideCredentials for DefaultChain {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async move {
            let build = || {
                DefaultCredentialsChain::builder()
                    .configure(self.config.clone())
                    .build()
            };
            self.chain.get_or_init(build).await.provide_credentials().await
        })
    }
}

/// An answer that lacks what the API promises.
pub(crate) fn incomplete(operation: &str, what: &str) -> ProviderError {
    ProviderError {
        kind: ProviderErrorKind::Unclear,
        operation: operation.to_owned(),
        message: format!("The answer of AWS holds no {what}"),
        hint: None,
        request_id: None,
    }
}
