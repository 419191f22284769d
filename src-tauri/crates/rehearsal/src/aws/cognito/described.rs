//! What can be wrong with the pool, its client or its domain, as a switch of the fault panel. A switch
//! changes how they are described and nothing that is kept, so that lifting it is enough.

use serde_json::{Value, json};

use super::pools::Pool;
use super::seed::{ADMINS_CLIENT, ADMINS_POOL};
use crate::faults::Fault;

/// The pool, as DescribeUserPool shows it.
pub(crate) fn pool(pool: &Pool, faults: &[Fault]) -> Value {
    let mut settings = pool.settings.clone();
    if settings["Id"] != json!(ADMINS_POOL) {
        return settings;
    }
    if faults.contains(&Fault::PartialPolicy) {
        let policy = &mut settings["Policies"]["PasswordPolicy"];
        for asked in ["RequireUppercase", "RequireNumbers", "RequireSymbols"] {
            policy[asked] = json!(false);
        }
    }
    if faults.contains(&Fault::MissingTrigger)
        && let Some(lambda) = settings["LambdaConfig"].as_object_mut()
    {
        lambda.remove("UserMigration");
    }
    if faults.contains(&Fault::DefaultMail) {
        settings["EmailConfiguration"] = json!({"EmailSendingAccount": "COGNITO_DEFAULT"});
    }
    settings
}

/// The app client, as DescribeUserPoolClient shows it.
pub(crate) fn client(client: &Value, faults: &[Fault]) -> Value {
    let mut client = client.clone();
    if client["ClientId"] == json!(ADMINS_CLIENT) && faults.contains(&Fault::WrongClientFlow) {
        client["ExplicitAuthFlows"] = json!(["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"]);
    }
    client
}

/// The domain, as DescribeUserPoolDomain shows it.
pub(crate) fn domain(domain: &Value, faults: &[Fault]) -> Value {
    let mut domain = domain.clone();
    if domain["UserPoolId"] == json!(ADMINS_POOL) && faults.contains(&Fault::DomainCreating) {
        domain["Status"] = json!("CREATING");
    }
    domain
}
