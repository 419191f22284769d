//! Whose credentials are used: the target's profile, else the environment's, and so on. Each sign-in
//! and each edited file is noticed without a restart, and a failure names the command that mends it.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::imds;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::sso::SsoCredentialsProvider;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_route53::config::{Region, SharedHttpClient};
use aws_smithy_async::time::{SystemTimeSource, TimeSource as _};
use jiff::Timestamp;
use tracing::Instrument as _;

use crate::elsewhere::Elsewhere;
use crate::files::{BASE, Files, encoded};
use crate::process::{NotTaken, Program};
use crate::profile::{Kind, Traced, trace};
use crate::session::LocalFiles;
use crate::sign_in::SignInEnd;
use crate::source::Source;

/// Credentials may take this long: a process that asks a person, a role in a second account. The
/// attempt's own 15 s include it.
const PATIENCE: Duration = Duration::from_secs(10);
/// Credentials are loaded anew after this, also those that never expire: files change.
const KEPT: Duration = Duration::from_secs(15 * 60);
/// How often the token file of a sign-in that ends is looked at.
const LOOK: Duration = Duration::from_secs(10);
/// Credentials that end sooner than this are loaded anew before they are used.
const MARGIN: Duration = Duration::from_secs(60);
/// The metadata of a virtual machine answers at once or, on any other machine, never.
const METADATA: Duration = Duration::from_secs(1);

/// The credentials of one target; a clone shares what was loaded.
#[derive(Debug, Clone)]
pub(crate) struct Chain(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    region: Region,
    http: SharedHttpClient,
    /// Whether endpoints validated by FIPS 140 are asked, and such with IPv6 too.
    fips: bool,
    dual_stack: bool,
    /// The target's profile; with it nothing else is asked.
    profile: Option<String>,
    /// When a person has to sign in again.
    end: SignInEnd,
    kept: Mutex<Option<Kept>>,
    /// One at a time: several checks start at once, and each load may run a program or ask STS. Holds
    /// the last failure, which everybody shares who waited for it.
    loading: tokio::sync::Mutex<Option<Shared>>,
    /// How often it failed.
    failures: AtomicU64,
}

/// A failure that several share.
#[derive(Debug, Clone)]
struct Shared(Arc<CredentialsError>);

impl fmt::Display for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the credentials could not be loaded")
    }
}

impl std::error::Error for Shared {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.0)
    }
}

#[derive(Debug, Clone)]
struct Kept {
    credentials: Credentials,
    until: SystemTime,
    /// When the token file was looked at last.
    looked: SystemTime,
}

impl Chain {
    pub(crate) fn new(
        profile: Option<String>,
        region: &Region,
        http: &SharedHttpClient,
        end: SignInEnd,
        elsewhere: &Elsewhere,
    ) -> Self {
        Self(Arc::new(Inner {
            region: region.clone(),
            http: http.clone(),
            fips: elsewhere.fips.is_some(),
            dual_stack: elsewhere.dual_stack.is_some(),
            profile,
            end,
            kept: Mutex::default(),
            loading: tokio::sync::Mutex::default(),
            failures: AtomicU64::new(0),
        }))
    }

    /// Drops what was loaded: AWS did not accept it.
    pub(crate) fn forget(&self) {
        *self.kept() = None;
    }

    /// Where the credentials come from, as far as files and environment tell.
    pub(crate) async fn source(&self) -> Source {
        let now = Timestamp::try_from(SystemTimeSource::new().now()).unwrap_or(Timestamp::UNIX_EPOCH);
        Source::find(&LocalFiles::real(), self.0.profile.as_deref(), now).await
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Option<Kept>> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fresh(&self, now: SystemTime) -> Option<Credentials> {
        self.kept()
            .as_ref()
            .filter(|kept| kept.until > now)
            .map(|kept| kept.credentials.clone())
    }

    async fn credentials(&self) -> Result<Credentials, CredentialsError> {
        let clock = SystemTimeSource::new();
        self.look_again(clock.now()).await;
        if let Some(kept) = self.fresh(clock.now()) {
            return Ok(kept);
        }
        let before = self.0.failures.load(Ordering::SeqCst);
        let mut one = self.0.loading.lock().await;
        if let Some(kept) = self.fresh(clock.now()) {
            return Ok(kept);
        }
        if let Some(shared) = &*one
            && self.0.failures.load(Ordering::SeqCst) != before
        {
            return Err(CredentialsError::provider_error(shared.clone()));
        }
        let span = tracing::debug_span!(target: "switchback_aws", "credentials");
        let loaded = tokio::time::timeout(PATIENCE, self.load())
            .instrument(span)
            .await
            .unwrap_or_else(|_late| Err(CredentialsError::provider_timed_out(PATIENCE)));
        let loaded = match loaded {
            Ok(loaded) => loaded,
            Err(error) => {
                let shared = Shared(Arc::new(error));
                *one = Some(shared.clone());
                self.0.failures.fetch_add(1, Ordering::SeqCst);
                return Err(CredentialsError::provider_error(shared));
            }
        };
        let end = loaded.expiry().and_then(|end| Timestamp::try_from(end).ok());
        self.0.end.note(self.source().await.ends(end));
        let now = clock.now();
        let until = match loaded.expiry() {
            Some(end) => (now + KEPT).min(end - MARGIN),
            None => now + KEPT,
        };
        *self.kept() = Some(Kept {
            credentials: loaded.clone(),
            until,
            looked: now,
        });
        Ok(loaded)
    }

    /// Somebody may have signed in again: where the sign-in has an end, its token file is looked at, and
    /// a new one takes the place of what was loaded.
    async fn look_again(&self, now: SystemTime) {
        let Some(known) = self.0.end.get() else { return };
        let due = |kept: &Kept| now.duration_since(kept.looked).is_ok_and(|past| past > LOOK);
        if !self.kept().as_ref().is_some_and(due) {
            return;
        }
        let source = self.source().await;
        let mut kept = self.kept();
        let Some(held) = kept.as_mut() else { return };
        held.looked = now;
        let end = held
            .credentials
            .expiry()
            .and_then(|end| Timestamp::try_from(end).ok());
        if source.ends(end).as_ref() != Some(&known) {
            *kept = None;
        }
    }

    /// Built anew each time: the SDK's providers read the files once and remember a failure for ever.
    async fn load(&self) -> Result<Credentials, CredentialsError> {
        let config = &ProviderConfig::default()
            .with_region(Some(self.0.region.clone()))
            .with_use_fips(Some(self.0.fips))
            .with_use_dual_stack(Some(self.0.dual_stack))
            .with_http_client(self.0.http.clone());
        let desk = LocalFiles::real();
        let named = self.0.profile.as_deref();
        let environment = named.is_none() && desk.set("AWS_ACCESS_KEY_ID").is_some();
        let environment = environment && desk.set("AWS_SECRET_ACCESS_KEY").is_some();
        if environment {
            return EnvironmentVariableCredentialsProvider::new()
                .provide_credentials()
                .await;
        }
        let files = Files::read(&desk, named);
        let plain = Elsewhere::find(&desk, &files, named.is_some()).ignoring.is_some();
        let traced = trace(&files, &files.selected);
        if let Some(base) = base(&files, &traced, config) {
            let Some(last) = traced.roles.last() else {
                return base.provide_credentials().await;
            };
            return ProfileFileCredentialsProvider::builder()
                .configure(config)
                .profile_files(files.for_sdk(Some(&last.profile), plain))
                .profile_name(encoded(&files.selected))
                .with_custom_provider(BASE, base)
                .build()
                .provide_credentials()
                .await;
        }
        let mut profile = ProfileFileCredentialsProvider::builder()
            .configure(config)
            .profile_files(files.for_sdk(None, plain));
        // Left to the SDK where nobody named one: that the default one is absent is no mistake.
        if named.is_some() || desk.set("AWS_PROFILE").is_some() {
            profile = profile.profile_name(encoded(&files.selected));
        }
        if files.broken.is_some() {
            return Err(CredentialsError::invalid_configuration(
                "the AWS files can't be read",
            ));
        }
        if named.is_some() {
            return profile.build().provide_credentials().await;
        }
        // The SDK's default chain, but for the metadata service, which must not cost a laptop 10 s.
        let metadata = imds::Client::builder()
            .configure(config)
            .max_attempts(1)
            .connect_timeout(METADATA)
            .read_timeout(METADATA)
            .build();
        let machine = ImdsCredentialsProvider::builder()
            .configure(config)
            .imds_client(metadata)
            .build();
        CredentialsProviderChain::first_try("Environment", EnvironmentVariableCredentialsProvider::new())
            .or_else("Profile", profile.build())
            .or_else(
                "WebIdentityToken",
                WebIdentityTokenCredentialsProvider::builder()
                    .configure(config)
                    .build(),
            )
            .or_else(
                "Container",
                EcsCredentialsProvider::builder().configure(config).build(),
            )
            .or_else("Machine", machine)
            .provide_credentials()
            .await
    }
}

/// The credentials that a profile begins with, where the SDK can't get them or can't say why not: those
/// of a program, and of a session of IAM Identity Center whose name it does not take.
fn base(files: &Files, traced: &Traced, config: &ProviderConfig) -> Option<SharedCredentialsProvider> {
    let section = files.get_profile(traced.kind.profile()?)?;
    match &traced.kind {
        Kind::Process { .. } => {
            let program = Program(section.text("credential_process")?.to_owned());
            Some(SharedCredentialsProvider::new(program))
        }
        Kind::SignOn {
            session,
            legacy: false,
            ..
        } if encoded(session) != *session => {
            let described = files.sessions.get(session)?;
            let provider = SsoCredentialsProvider::builder()
                .configure(config)
                .account_id(section.text("sso_account_id")?)
                .role_name(section.text("sso_role_name")?)
                .start_url(described.text("sso_start_url")?)
                .region(Region::new(described.text("sso_region")?.to_owned()))
                .session_name(session)
                .build();
            Some(SharedCredentialsProvider::new(provider))
        }
        _ => None,
    }
}

/// Why a program's output was not taken, where that is what failed.
pub(crate) fn not_taken<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a NotTaken> {
    std::iter::successors(Some(error), |link| link.source()).find_map(|link| link.downcast_ref::<NotTaken>())
}

impl ProvideCredentials for Chain {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}
