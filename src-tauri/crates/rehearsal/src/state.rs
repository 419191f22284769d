//! The state of a world as it lies on disk: what is of the world itself, and one part a service.

use serde::{Deserialize, Serialize};

use crate::aws::apigateway::ApiGateway;
use crate::aws::cloudfront::CloudFront;
use crate::aws::cognito::Cognito;
use crate::aws::ecs::{Around, Ecs};
use crate::aws::lambda::Lambda;
use crate::aws::route53::Route53;
use crate::aws::ssm::{MAINTENANCE_PARAMETER, PROFILES_PARAMETER, Ssm};
use crate::aws::waf::Waf;
use crate::clock::ScaledClock;
use crate::faults::Fault;
use crate::log::LogEntry;
use crate::reval::Reval;
use crate::tls::Authority;
use crate::usermanagement::Read;

/// Everything that survives a kill.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct State {
    pub format: u32,
    pub epoch: String,
    pub token: String,
    pub clock: ScaledClock,
    pub authority: Authority,
    /// Goes up with each reset, so that caches know that they are void.
    pub generation: u64,
    pub faults: Vec<Fault>,
    /// The last committed entry, in case that the kill came before the log was written.
    pub last_commit: Option<LogEntry>,
    /// The sequence number before the first log entry; only a reset raises it.
    pub log_floor: u64,
    /// The zone and its changes. They were there before there were parts, and lie among the fields of the world.
    #[serde(flatten)]
    pub route53: Route53,
    /// User pools and who is in them.
    #[serde(default)]
    pub cognito: Cognito,
    /// Parameters and their versions.
    #[serde(default)]
    pub ssm: Ssm,
    /// Services, their deployments and tasks.
    #[serde(default)]
    pub ecs: Ecs,
    /// Web ACLs.
    #[serde(default)]
    pub waf: Waf,
    /// REST APIs, their deployments and stages.
    #[serde(default)]
    pub apigateway: ApiGateway,
    /// Invalidations.
    #[serde(default)]
    pub cloudfront: CloudFront,
    /// What Reval's origin has, and what CloudFront's edges keep of it.
    #[serde(default)]
    pub reval: Reval,
    /// Functions, and the old provider that one of them asks.
    #[serde(default)]
    pub lambda: Lambda,
}

/// The format of the state file; another one is refused.
pub(crate) const FORMAT: u32 = 1;

impl State {
    pub(crate) fn new(clock: ScaledClock, insync_delay_ms: i64, authority: Authority) -> Self {
        let mut state = Self {
            format: FORMAT,
            epoch: uuid::Uuid::new_v4().to_string(),
            token: uuid::Uuid::new_v4().simple().to_string(),
            clock,
            authority,
            generation: 0,
            faults: Vec::new(),
            last_commit: None,
            log_floor: 0,
            route53: Route53::new(insync_delay_ms),
            cognito: Cognito::default(),
            ssm: Ssm::default(),
            ecs: Ecs::default(),
            waf: Waf::default(),
            apigateway: ApiGateway::default(),
            cloudfront: CloudFront::default(),
            reval: Reval::default(),
            lambda: Lambda::default(),
        };
        state.seed();
        state
    }

    /// Everything as at the beginning; clock, certificate authority and identity stay.
    pub(crate) fn seed(&mut self) {
        let now = self.clock.now_ms();
        self.generation += 1;
        self.faults.clear();
        self.last_commit = None;
        self.route53.seed(now);
        // The keys of the pools stay, as the certificate authority does: a token is as good as before.
        self.cognito = Cognito {
            keys: std::mem::take(&mut self.cognito.keys),
            ..Cognito::seeded(now)
        };
        self.ssm = Ssm::seeded(now);
        self.ecs = Ecs::seeded(now, &self.read());
        self.waf = Waf::seeded();
        self.apigateway = ApiGateway::seeded(now);
        self.cloudfront = CloudFront::default();
        self.reval = Reval::default();
        self.lambda = Lambda::seeded();
    }

    /// Gives the seeds to a part that was not there yet when the state was saved.
    pub(crate) fn complete(&mut self) {
        let now = self.clock.now_ms();
        if self.cognito.pools.is_empty() {
            self.cognito = Cognito::seeded(now);
        }
        self.cognito.complete(now);
        if !self.ssm.is_seeded() {
            self.ssm = Ssm::seeded(now);
        }
        if !self.ecs.is_seeded() {
            self.ssm.complete(now);
            self.ecs = Ecs::seeded(now, &self.read());
        }
        if !self.waf.is_seeded() {
            self.waf = Waf::seeded();
        }
        self.apigateway.complete(now);
        if !self.lambda.is_seeded() {
            self.lambda = Lambda::seeded();
        }
    }

    /// What a task that is started now reads.
    fn read(&self) -> Read {
        let value = |name| self.ssm.value(name).unwrap_or_default().to_owned();
        Read {
            profiles: value(PROFILES_PARAMETER),
            under_maintenance: value(MAINTENANCE_PARAMETER),
        }
    }

    /// Lets happen what happens by itself until a moment. It is called before every change of the state, so a task
    /// that was started in between reads what the parameters were then.
    pub(crate) fn settle(&mut self, now: i64) {
        let Self {
            ecs,
            ssm,
            faults,
            cloudfront,
            reval,
            ..
        } = self;
        ecs.settle(now, &around(ssm, faults));
        cloudfront.settle(now, faults, reval);
    }

    /// ECS at a moment, with all that has happened by itself since the last change.
    pub(crate) fn ecs_at(&self, now: i64) -> Ecs {
        let mut ecs = self.ecs.clone();
        ecs.settle(now, &around(&self.ssm, &self.faults));
        ecs
    }

    /// CloudFront and what its edges keep at a moment, likewise.
    pub(crate) fn edges_at(&self, now: i64) -> (CloudFront, Reval) {
        let (mut cloudfront, mut reval) = (self.cloudfront.clone(), self.reval.clone());
        cloudfront.settle(now, &self.faults, &mut reval);
        (cloudfront, reval)
    }

    /// The functions as they are now, with what is wrong with them.
    pub(crate) fn lambda_now(&self) -> Lambda {
        self.lambda.under(&self.faults)
    }

    /// Lets something be done with the functions as they are now. What stays of it is what the old provider remembers:
    /// nobody changes a function.
    pub(crate) fn with_lambda<R>(&mut self, does: impl FnOnce(&mut Lambda) -> R) -> R {
        let mut lambda = self.lambda_now();
        let made = does(&mut lambda);
        self.lambda.provider = lambda.provider;
        made
    }

    /// Finds a fault that `wanted` accepts, takes one of its times and gives it back.
    pub(crate) fn take_fault(&mut self, wanted: impl Fn(&Fault) -> bool) -> Option<Fault> {
        let at = self.faults.iter().position(wanted)?;
        let fault = self.faults[at].clone();
        match self.faults[at].times_mut() {
            None | Some(0) => {}
            Some(1) => {
                self.faults.remove(at);
            }
            Some(times) => *times -= 1,
        }
        Some(fault)
    }
}

fn around<'a>(ssm: &'a Ssm, faults: &[Fault]) -> Around<'a> {
    Around {
        parameters: ssm,
        stuck: faults.contains(&Fault::RollStuck),
    }
}
