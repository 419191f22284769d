//! Signs somebody in who is made for probes: one `InitiateAuth` with user name and password (Cognito developer guide,
//! "Authentication flows"), tried once. Whoever tries again and again locks the user out.
//!
//! It changes nothing in a pool that has the user. In one that has not, the migrate-user trigger would make them: so who
//! signs a canary in looks before whether the pool has it, but for the step whose work that is (`cognito.canary`). A client with a secret needs a hash of it besides (API reference, `SECRET_HASH`),
//! which is not made here: Cognito refuses that client, and so it is said.
//!
//! What Cognito says of a refusal is not repeated: a trigger may put anything in it, the user's name too.

use std::fmt;

use aws_sdk_cognitoidentityprovider::config::Builder;
use aws_sdk_cognitoidentityprovider::types::{AuthFlowType, ChallengeNameType};
use aws_smithy_types::error::metadata::ProvideErrorMetadata as _;
use aws_smithy_types::retry::RetryConfig;
use switchback_engine::ports::{ProviderError, ProviderErrorKind as Kind};
use zeroize::Zeroizing;

use crate::connect::{Aws, incomplete};
use crate::error::guard;
use crate::grammar::Word;
use crate::observe::CallFacts;
use crate::op::{On, Op};
use crate::service::Service;

/// It needs no permission (API reference, InitiateAuth: "doesn't require AWS credentials"), so no policy names it.
const SIGN_IN: Op = Op::reads(Service::Cognito, "InitiateAuth", On::Nothing);

const LOOK_AT_CANARY: &str =
    "Look at the user name, the password and the client that the canary was set with.";
const LOOK_AT_CLIENT: &str =
    "Look at the app client in the pool: it must allow ALLOW_USER_PASSWORD_AUTH and have no secret.";
const LOOK_AT_USER: &str = "Look at the canary in the pool: somebody must have signed in as it once, set a password that \
                            lasts, and no second factor.";
const LOOK_AT_TRIGGERS: &str = "Look at the pool's Lambda triggers and at their logs.";

/// Who signs in, and by which app client.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    /// The app client's id.
    pub client: &'a str,
    /// The user name.
    pub user: &'a str,
    /// The password.
    pub password: &'a str,
}

impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(not shown)")
    }
}

/// Why nobody was signed in. No words hold a user name or a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotSignedIn {
    /// Cognito refused. To try again without a change would be refused again, and may lock the user out.
    Refused {
        /// Why, in words that go on "was refused: …".
        why: String,
        /// How to mend it.
        mend: &'static str,
    },
    /// Whether it would be refused is not known.
    Untold(ProviderError),
}

/// What one `InitiateAuth` came to.
pub(super) enum Initiated {
    /// The ID token.
    Token(Zeroizing<String>),
    /// A question in place of it.
    Challenge(ChallengeNameType),
    /// It failed, with Cognito's code where it said one.
    Failed {
        /// The code.
        code: Option<String>,
        /// What Cognito says of the migrate-user function.
        migration: Migration,
        /// The failure, without Cognito's own words.
        error: ProviderError,
    },
}

/// What Cognito says of the migrate-user function where a sign-in failed, whatever it says of the user (re:Post knowledge
/// center, "How do I resolve user migration Lambda trigger errors in Amazon Cognito?").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Migration {
    /// It did not get a whole answer of it.
    NotHad,
    /// The function said no: the user was not brought over.
    SaidNo,
    /// Nothing. Another trigger may have failed, which runs after the migration.
    NotTold,
}

impl Aws {
    /// Signs in to a pool, once, and gives the ID token.
    ///
    /// # Errors
    /// Where it is refused, also by a challenge, or can't be told.
    pub async fn sign_in_to(
        &self,
        pool: &str,
        who: Credentials<'_>,
    ) -> Result<Zeroizing<String>, NotSignedIn> {
        if let Some(wrong) = self.elsewhere(pool) {
            return Err(NotSignedIn::Untold(guard(
                SIGN_IN.operation,
                &wrong,
                "Look at the pool, and at the region of the target.",
            )));
        }
        let seen = CallFacts::default();
        match self.initiate(SIGN_IN, who, &seen).await {
            Initiated::Token(token) => Ok(token),
            Initiated::Challenge(name) => Err(challenged(&name)),
            Initiated::Failed { code, error, .. } => Err(refused(code.as_deref(), error)),
        }
    }

    /// One `InitiateAuth` with a password, and what it came to. Tokens that nobody asks for are wiped.
    pub(super) async fn initiate(&self, op: Op, who: Credentials<'_>, seen: &CallFacts) -> Initiated {
        self.pace(Service::Cognito).await;
        let once = Builder::new().retry_config(RetryConfig::disabled());
        let request = self
            .cognito
            .initiate_auth()
            .auth_flow(AuthFlowType::UserPasswordAuth)
            .client_id(who.client)
            .auth_parameters("USERNAME", who.user)
            .auth_parameters("PASSWORD", who.password)
            .customize()
            .config_override(once)
            .interceptor(seen.clone());
        let (mut code, mut migration) = (None, Migration::NotTold);
        let call = async {
            let answer = request.send().await;
            if let Err(error) = &answer {
                code = error.code().map(str::to_owned);
                migration = error.message().map_or(Migration::NotTold, of_migration);
            }
            answer
        };
        let output = match self.hushed(true).run(op, seen, call).await {
            Ok(output) => output,
            Err(error) => {
                return Initiated::Failed {
                    code,
                    migration,
                    error,
                };
            }
        };
        // A challenge comes with a session that could be answered: nobody answers it here.
        if let Some(name) = output.challenge_name() {
            return Initiated::Challenge(name.clone());
        }
        let mut result = output.authentication_result;
        if let Some(result) = &mut result {
            let unused = [result.access_token.take(), result.refresh_token.take()];
            drop(unused.map(|token| token.map(Zeroizing::new)));
        }
        let token = result.and_then(|result| result.id_token).map(Zeroizing::new);
        match token.filter(|token| !token.is_empty()) {
            Some(token) => Initiated::Token(token),
            None => Initiated::Failed {
                code: None,
                migration: Migration::NotTold,
                error: ProviderError {
                    request_id: seen.request_id(),
                    ..incomplete(op.operation, "ID token")
                },
            },
        }
    }
}

/// Only how it begins: what follows may name somebody.
fn of_migration(said: &str) -> Migration {
    let begins = |words: &[&str]| words.iter().any(|words| said.starts_with(words));
    if begins(&["Exception migrating user", "Error during migration"]) {
        Migration::NotHad
    } else if begins(&["UserMigration failed with error"]) {
        Migration::SaidNo
    } else {
        Migration::NotTold
    }
}

/// A question in place of a token (developer guide, "Authentication flows": `ChallengeName`).
///
/// Only a name that the SDK knows is repeated: what else an endpoint says may be what it was told.
pub(super) fn challenged(name: &ChallengeNameType) -> NotSignedIn {
    let known = ChallengeNameType::values().contains(&name.as_str());
    NotSignedIn::Refused {
        why: match known {
            true => format!("Cognito asks for more, {}", name.as_str()),
            false => "Cognito asks for more, and this program does not know for what".to_owned(),
        },
        mend: LOOK_AT_USER,
    }
}

/// What a refusal means (API reference, InitiateAuth, "Errors").
pub(super) fn refused(code: Option<&str>, error: ProviderError) -> NotSignedIn {
    let (why, mend) = match code.unwrap_or_default() {
        // It says the same of a user that is disabled, and of one that is locked out for a while.
        "NotAuthorizedException" => (
            "the user name, the password or the client is not accepted, or the user is disabled or locked out",
            LOOK_AT_CANARY,
        ),
        "UserNotFoundException" => ("the pool has no such user", LOOK_AT_CANARY),
        "PasswordResetRequiredException" => ("its password must be reset", LOOK_AT_USER),
        "UserNotConfirmedException" => ("the user is not confirmed", LOOK_AT_USER),
        "ResourceNotFoundException" => ("there is no such app client", LOOK_AT_CANARY),
        "InvalidParameterException" => ("the app client does not allow a password", LOOK_AT_CLIENT),
        "InvalidUserPoolConfigurationException" => {
            ("the pool's configuration does not allow it", LOOK_AT_CLIENT)
        }
        "ForbiddenException" => (
            "a web ACL of the pool does not let it through",
            "Look at the web ACL of the pool.",
        ),
        "UserLambdaValidationException" | "UnexpectedLambdaException" | "InvalidLambdaResponseException" => {
            ("a Lambda trigger of the pool refused or failed", LOOK_AT_TRIGGERS)
        }
        // Whatever else Cognito refuses of its own, it refuses again.
        other if !other.is_empty() && matches!(error.kind, Kind::Refused | Kind::Denied) => {
            return NotSignedIn::Refused {
                why: format!("Cognito said {}", Word::code(other)),
                mend: LOOK_AT_CLIENT,
            };
        }
        _ => return NotSignedIn::Untold(error),
    };
    NotSignedIn::Refused {
        why: why.to_owned(),
        mend,
    }
}
