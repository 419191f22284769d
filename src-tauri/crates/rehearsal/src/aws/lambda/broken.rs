//! What can be wrong with the triggers of the new pool, as a switch of the fault panel. A switch changes what the functions
//! are while it lasts and nothing that is kept, so that lifting it is enough.

use super::part::{Function, Lambda, State, Twist};
use super::seed::{MIGRATE_USER_ALIAS, permission};
use crate::aws::cognito::{ADMINS_POOL, MIGRATE_USER_ARN, OLD_POOL, PRE_TOKEN_ARN, arn as pool_arn};
use crate::faults::{Fault, Permission};

/// The time limit of the slow function in seconds, and the milliseconds that it takes.
const SLOW: (u32, u64) = (30, 8_000);

impl Lambda {
    /// The functions as they are under these faults.
    pub(crate) fn under(&self, faults: &[Fault]) -> Self {
        let mut lambda = self.clone();
        for arn in [MIGRATE_USER_ARN, PRE_TOKEN_ARN] {
            if let Some(function) = lambda.functions.get_mut(arn) {
                function.suffer(arn, faults);
            }
        }
        if let Some(migrate) = lambda.functions.get_mut(MIGRATE_USER_ARN) {
            migrate.lose_permission(faults);
            if faults.contains(&Fault::MigrateSlow) {
                (migrate.timeout_s, migrate.takes_ms) = SLOW;
            }
        }
        lambda
    }
}

/// The faults that twist an answer, each with the function that gives it.
const TWISTS: [(Fault, &str, Twist); 4] = [
    (Fault::MigrateNoConfirmed, MIGRATE_USER_ARN, Twist::NoConfirmed),
    (Fault::MigrateWelcomeMail, MIGRATE_USER_ARN, Twist::WelcomeMail),
    (Fault::MigrateUnverified, MIGRATE_USER_ARN, Twist::Unverified),
    (Fault::PreTokenEmpty, PRE_TOKEN_ARN, Twist::Empty),
];

impl Function {
    /// What happens to each trigger of the pool.
    fn suffer(&mut self, arn: &str, faults: &[Fault]) {
        if faults.contains(&Fault::TriggerSourceOtherPool) {
            let statement = permission(arn, &pool_arn(OLD_POOL));
            self.policies.insert(String::new(), vec![statement]);
        }
        if faults.contains(&Fault::TriggerInactive) {
            self.state = State::Inactive;
        }
        if faults.contains(&Fault::TriggerConcurrencyZero) {
            self.concurrency = Some(0);
        }
        for (fault, of, twist) in &TWISTS {
            if *of == arn && faults.contains(fault) {
                self.twists.push(*twist);
            }
        }
    }

    /// What happens to the permission of the migrate-user trigger.
    fn lose_permission(&mut self, faults: &[Fault]) {
        for is in Permission::ALL {
            if !faults.contains(&Fault::MigratePermissionMissing { permission: is }) {
                continue;
            }
            self.policies.clear();
            let alias = format!("{MIGRATE_USER_ARN}:{MIGRATE_USER_ALIAS}");
            match is {
                Permission::Gone => {}
                Permission::Alias => {
                    let statement = permission(&alias, &pool_arn(ADMINS_POOL));
                    self.policies
                        .insert(MIGRATE_USER_ALIAS.to_owned(), vec![statement]);
                }
            }
        }
    }
}
