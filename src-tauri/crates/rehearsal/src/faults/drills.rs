//! Drills: what a team rehearses before its night, each with a fault behind it, when to begin it, and what a night
//! that goes well looks like. What is said here of the console is what its own tests assert of the same fault.

use super::Fault;

/// The part of the night that a drill belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NightPart {
    /// What stands ready before the night begins.
    Preparation,
    /// The switch of the name.
    DnsSwitch,
    /// User management closed for writes.
    Restriction,
    /// The move of Reval.
    Reval,
    /// User management on its new profiles.
    UserManagement,
    /// Whoever drives the night, and what they may do.
    SignIn,
}

impl NightPart {
    /// The heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Preparation => "Before the night",
            Self::DnsSwitch => "DNS switch",
            Self::Restriction => "Restriction of UserManagement",
            Self::Reval => "Reval",
            Self::UserManagement => "UserManagement",
            Self::SignIn => "Sign-in and permissions",
        }
    }
}

/// One exercise. In its words a step of the bundled runbook `tis-cognito` stands between backticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drill {
    /// Names it, and only it.
    pub id: &'static str,
    /// Where it belongs.
    pub part: NightPart,
    /// What goes wrong, as people call it.
    pub title: &'static str,
    /// When to begin it.
    pub when: &'static str,
    /// The fault behind it, in the spelling of the command line.
    pub fault: &'static str,
    /// What the console says on a good night.
    pub says: &'static str,
    /// What people do then.
    pub then: &'static str,
}

impl Drill {
    /// All of them, by the parts of the night.
    pub const ALL: [Self; 19] = [
        Self {
            id: "trigger-source",
            part: NightPart::Preparation,
            title: "Every sign-in fails while the pool looks perfect",
            when: "Before `pool-triggers` is checked.",
            fault: "trigger-source-other-pool",
            says: "`pool-triggers` is Blocked. The pool names the right functions, but the policies of both let another \
                   pool invoke them; the aws lambda add-permission that mends each is written beside it.",
            then: "Have the permissions given in Terraform (end the drill) and check the step again. Nobody could have \
                   signed in.",
        },
        Self {
            id: "trigger-slow",
            part: NightPart::Preparation,
            title: "The old provider answers too late",
            when: "Before `pool-triggers` is checked.",
            fault: "migrate-slow",
            says: "`pool-triggers` is Blocked: the migrate-user function may take 30 s, and Cognito waits for 5 s. The \
                   pre-token function passes.",
            then: "Have the time limit brought down to 5 s or less (end the drill) and find out why it is slow: each sign-in \
                   is three logins at the old provider, and a wrong password locks at once.",
        },
        Self {
            id: "admins-method-open",
            part: NightPart::Preparation,
            title: "A method of the new Admins API is open",
            when: "Before `admins-api` is checked.",
            fault: "method-open:admins",
            says: "`admins-api` is Blocked: PUT /profile/api/users/{u} asks for nothing. The read that is asked from outside \
                   is refused without a token all the same: only what AWS says of each method shows it.",
            then: "Have the method guarded and deployed (end the drill), and check the step again.",
        },
        Self {
            id: "admins-wrong-bundle",
            part: NightPart::Preparation,
            title: "The new Admins-UI was built for another environment",
            when: "Before `admins-ui-answers` is checked.",
            fault: "wrong-bundle",
            says: "`admins-ui-answers` is Blocked, although the build is the right one: no script holds the pool, the client \
                   or the API of this target.",
            then: "Have it built with this target’s settings and released (end the drill), and check the step again.",
        },
        Self {
            id: "keycloak-not-routed",
            part: NightPart::Preparation,
            title: "A path of the name is not routed",
            when: "Before `admins-ui-paths` is checked.",
            fault: "behaviour-missing",
            says: "`admins-ui-paths` is Blocked: /auth/ falls to the default behaviour. After the switch nobody new could \
                   have signed in.",
            then: "Have the behaviour added and deployed (end the drill), and check the step again.",
        },
        Self {
            id: "switch-answer-lost",
            part: NightPart::DnsSwitch,
            title: "The answer to the switch is lost",
            when: "When `switch-dns` is Ready, before you confirm it.",
            fault: "lost-response",
            says: "The step is In doubt for about 5 s: the console looks at the record and sends nothing again. Then it \
                   is verified like any other, and Done.",
            then: "Wait. Do not correct the record by hand.",
        },
        Self {
            id: "record-changed",
            part: NightPart::DnsSwitch,
            title: "The record was changed by somebody",
            when: "When `switch-dns` is Ready, before you confirm it.",
            fault: "second-writer",
            says: "Blocked: nothing was changed, because the record changed since you saw the preview. The next check \
                   shows the address that it has now.",
            then: "Find out who changed it and why. The switch stays blocked until the record points to the old side \
                   again.",
        },
        Self {
            id: "new-site-down",
            part: NightPart::DnsSwitch,
            title: "The new site is down after the switch",
            when: "When `switch-dns` is Done.",
            fault: "site-down",
            says: "After two failing looks users are affected, and the clock of the way back R3 runs. Nothing goes back \
                   by itself.",
            then: "Decide before the clock ends: end the drill, which mends the site, or roll back. R3 switches DNS \
                   back, and users are all right on the old side.",
        },
        Self {
            id: "old-site-down",
            part: NightPart::DnsSwitch,
            title: "The old site is down after the switch",
            when: "When `switch-dns` is Done.",
            fault: "site-down:old",
            says: "Users are all right: they are on the new side. But the way back is not proven, and its plan names the \
                   check “The old side answers”.",
            then: "Have the old side repaired before you need it. To go back all the same you tick the check by its name, \
                   with a reason.",
        },
        Self {
            id: "restriction-leaks",
            part: NightPart::Restriction,
            title: "A leak in the restriction",
            when: "When `maintenance-flag` is Done, before `lift-flag`.",
            fault: "leak",
            says: "At its next look, of which there is one every 30 s, the restriction’s monitor fails and names the leak: \
                   POST /api/users/{u}/mfa/reset, with the address where it got through.",
            then: "Let nobody go on. Have the route closed (end the drill), and wait until the monitor passes again.",
        },
        Self {
            id: "rule-opened",
            part: NightPart::Restriction,
            title: "Somebody opens the firewall’s rule",
            when: "When `maintenance-flag` is Done, before `lift-flag`.",
            fault: "rule-set",
            says: "The restriction’s monitor names every write that gets through, and `restrict-writes` is shown as \
                   changed outside the console: Allow.",
            then: "Find out who did it. Roll back `restrict-writes`, whose plan names their change, say go again and do \
                   the step again: the monitor passes.",
        },
        Self {
            id: "unfinished-work",
            part: NightPart::Reval,
            title: "The stage publishes somebody’s unfinished work",
            when: "Before you confirm `reval-snapshot`.",
            fault: "unfinished-work",
            says: "The preview of `reval-stage`, and its confirmation, name what else would go live: POST /api/doctors.",
            then: "Ask whose it is before you confirm. Nobody is served the new deployment until then.",
        },
        Self {
            id: "edge-keeps-old",
            part: NightPart::Reval,
            title: "An edge keeps the old page",
            when: "When `reval-invalidate` is Ready, before you confirm it.",
            fault: "edge-stale",
            says: "AWS calls the invalidation completed, the console does not: after 5 min of looking the step is Not \
                   verified, because the start page is not the same each time.",
            then: "End the drill and do the step again: the copies are dropped once more, and it is Done.",
        },
        Self {
            id: "roll-never-settles",
            part: NightPart::UserManagement,
            title: "The roll never settles",
            when: "When `maintenance-roll` is Ready, before you confirm it.",
            fault: "roll-stuck",
            says: "The step stays at Verifying: 1 of 2 new tasks runs. It is never called Done; after 15 min it is Not \
                   verified. Writes stay closed all the while.",
            then: "Look at the events of the service in the AWS console. End the drill, and it is Done; after the 15 min \
                   press Look again first.",
        },
        Self {
            id: "tasks-do-not-start",
            part: NightPart::UserManagement,
            title: "The new tasks do not start",
            when: "When `switch-user-management` is Ready, before you confirm it.",
            fault: "roll-fails",
            says: "ECS takes the roll back by itself, and the step says so: Taken back by ECS itself, never Done. The way \
                   back R5 stands on its page by its name.",
            then: "Read the log of the new tasks. Do the step again, which comes off this time, or take the way back R5.",
        },
        Self {
            id: "parameter-replaced",
            part: NightPart::UserManagement,
            title: "The parameter was replaced by somebody",
            when: "When `user-management-profiles` is Done, before `switch-user-management` is checked.",
            fault: "parameter-changed:/tis/usermanagement/profiles:prod,debug",
            says: "`switch-user-management` is Blocked: the profiles are prod,debug and hold no cognito. Nothing is \
                   rolled.",
            then: "Ask whose value it is. Roll back `user-management-profiles`, which leaves their value, say go again and \
                   do it again: cognito is appended to what is there. Then press Do this step again at \
                   `switch-user-management`, which went back with it.",
        },
        Self {
            id: "roll-answer-lost",
            part: NightPart::UserManagement,
            title: "The answer to the deployment is lost",
            when: "When `switch-user-management` is Ready, before you confirm it.",
            fault: "lost-response:UpdateService",
            says: "The step is In doubt while the tasks change, about a minute: the console looks at the service every few \
                   seconds, and does not roll it a second time. Then it is verified, and Done.",
            then: "Wait. Do not deploy by hand.",
        },
        Self {
            id: "sign-in-ends",
            part: NightPart::SignIn,
            title: "Sign-in to AWS ends in the middle",
            when: "When `switch-dns`, or any other change, is Ready, before you confirm it.",
            fault: "expired-credentials",
            says: "Blocked: nothing was changed, because the AWS credentials have expired.",
            then: "Sign in again (end the drill), check the step again, and confirm it.",
        },
        Self {
            id: "role-may-not",
            part: NightPart::SignIn,
            title: "The role may not change the firewall",
            when: "When `restrict-writes` is Ready, before you confirm it.",
            fault: "denied:UpdateWebACL",
            says: "Failed: nothing was changed, because the role is not allowed to do this. The call that AWS refused is \
                   named.",
            then: "Have the role given the permission (end the drill), check the step again, and confirm it.",
        },
    ];

    /// What it does, in one sentence: as the panel has it, or as a fault in force says it.
    #[must_use]
    pub fn sentence(&self) -> String {
        let offered = Fault::SWITCHES.iter().find(|(name, _)| *name == self.fault);
        match (self.fault.parse::<Fault>(), offered) {
            // That nothing can be lifted is said where its button stands.
            (Ok(fault), Some((_, sentence))) if !fault.happens_at_once() => (*sentence).to_owned(),
            (Ok(fault), _) => fault.describe(),
            (Err(error), _) => error.to_string(),
        }
    }
}
