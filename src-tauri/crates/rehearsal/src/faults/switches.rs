//! The faults that a person is offered: the one list of the panel and of the command line.

use super::Fault;

impl Fault {
    /// Every fault that is offered, in the spelling of the command line, and its sentence. Each kind is
    /// among them; what else an argument can say, the command line takes all the same.
    pub const SWITCHES: [(&'static str, &'static str); 92] = [
        ("site-down", "The new site answers every request with 503."),
        ("site-down:old", "The old site answers every request with 503."),
        ("site-down:reval", "Reval answers every request with 503."),
        ("site-refused", "The new site closes every connection."),
        ("site-slow", "The new site answers late."),
        ("tls-expired", "The new site's certificate has expired."),
        (
            "tls-wrong-name",
            "The new site's certificate is for another name.",
        ),
        (
            "throttle",
            "Route 53 refuses the next change as too many requests.",
        ),
        (
            "rate-limit",
            "AWS refuses requests that come faster than its quota.",
        ),
        (
            "error-before",
            "Route 53 refuses the next change: another one is in progress.",
        ),
        (
            "error-after",
            "The next change is made, but Route 53 answers that it refused it.",
        ),
        (
            "repeated",
            "Something on the way sends the next change twice, and the second is refused.",
        ),
        (
            "answer-cut",
            "The next change is made, but its answer arrives in part.",
        ),
        (
            "answer-endless",
            "The next change is made, but its answer has no end.",
        ),
        (
            "lost-response",
            "The next change is made, but its answer is lost.",
        ),
        ("delay", "Route 53 answers every change late."),
        (
            "lands-late",
            "The next change is made some time after its answer.",
        ),
        (
            "insync-slow",
            "The next changes take long to reach every name server.",
        ),
        (
            "stale-resolver",
            "Resolvers keep what they know for longer than its TTL.",
        ),
        (
            "expired-credentials",
            "Every AWS call says that the sign-in has expired.",
        ),
        (
            "second-writer",
            "Somebody else changes the record now. It can't be switched off again.",
        ),
        (
            "parameter-changed",
            "Somebody else changes the parameter now. It can't be switched off again.",
        ),
        ("other-zone", "There is a private zone of the same name as well."),
        (
            "routed",
            "Somebody else gives the record another routing. It can't be switched off again.",
        ),
        (
            "partial-policy",
            "The new pool's password policy was declared in part: the rest is off.",
        ),
        (
            "missing-trigger",
            "The new pool has no trigger that migrates users.",
        ),
        (
            "wrong-client-flow",
            "The new pool's client takes no passwords, so nobody is migrated.",
        ),
        (
            "default-mail",
            "The new pool sends its mail through Cognito: 50 a day, then none.",
        ),
        (
            "domain-creating",
            "The domain of the sign-in pages is still being made.",
        ),
        (
            "migrate-permission-missing",
            "The new pool may not call the function that migrates users, and nothing of the pool shows it.",
        ),
        (
            "migrate-permission-missing:alias",
            "The new pool may call an alias of the function that migrates users, and names the function itself.",
        ),
        (
            "trigger-inactive",
            "Nobody called the new pool's functions for long, and Lambda has put them to sleep.",
        ),
        (
            "trigger-concurrency-zero",
            "Somebody has switched the new pool's functions off: their reserved concurrency is 0.",
        ),
        (
            "trigger-source-other-pool",
            "The new pool's functions may be called by the old pool only: every sign-in fails.",
        ),
        (
            "migrate-slow",
            "The function that migrates users takes 8 s: Cognito gives up, and has asked three times.",
        ),
        (
            "migrate-no-confirmed",
            "Whoever is migrated must set a new password before they are let in.",
        ),
        (
            "migrate-welcome-mail",
            "Whoever is migrated gets a welcome mail from Cognito.",
        ),
        (
            "migrate-unverified",
            "Whoever is migrated has no verified e-mail address, and can't reset a password.",
        ),
        (
            "pre-token-empty",
            "The function that completes tokens adds nothing: no body, no role, no name.",
        ),
        (
            "roll-stuck",
            "No roll of user management settles: old and new tasks run side by side.",
        ),
        (
            "roll-fails",
            "No task of the next roll starts, and ECS takes the roll back by itself.",
        ),
        (
            "roll-other-image",
            "The tag of user management's image means another image: the next roll runs it.",
        ),
        (
            "task-replaced",
            "A task dies now and another reads the parameters as they are. It can't be switched off again.",
        ),
        (
            "rolled-by-somebody",
            "Somebody else rolls user management now. It can't be switched off again.",
        ),
        (
            "leak",
            "One route that writes gets past the restriction of user management.",
        ),
        (
            "leak:method",
            "One method, PUT, gets past the restriction of user management.",
        ),
        (
            "leak:spelling",
            "A path with a % in it gets past the restriction of user management.",
        ),
        (
            "leak:override",
            "User management takes another method from a header, and its restriction does not see it.",
        ),
        (
            "leak:undecoded",
            "The firewall's rule does not decode a path: /%75sermanagement gets past it.",
        ),
        (
            "leak:parameter",
            "The firewall's rule does not think of a parameter: /usermanagement;x=1 gets past it.",
        ),
        (
            "leak:name",
            "The gateway's own name gets past the restriction of user management.",
        ),
        (
            "leak:late",
            "Changes of the firewall and the gateway take long until they are everywhere.",
        ),
        (
            "rule-edited",
            "Somebody else edits another rule of the firewall now. It can't be switched off again.",
        ),
        (
            "rule-set",
            "Somebody else sets the firewall's rule to Allow now. It can't be switched off again.",
        ),
        ("firewall-managed", "Firewall Manager manages the firewall."),
        (
            "rule-missing",
            "The firewall has no rule for the writes of user management.",
        ),
        ("acl-detached", "No firewall stands before the gateway."),
        (
            "throttle-set",
            "Somebody else throttles a method at the gateway now. It can't be switched off again.",
        ),
        (
            "unfinished-work",
            "Somebody else leaves an undeployed method in Reval's API now. It can't be switched off again.",
        ),
        (
            "authorizer-edited",
            "Somebody else adds a pool to Reval's authoriser now. It can't be switched off again.",
        ),
        (
            "stage-moved",
            "Somebody else deploys Reval's API now. It can't be switched off again.",
        ),
        (
            "stage-canary",
            "A canary on the stage of Reval's API serves every tenth request.",
        ),
        (
            "method-open",
            "A method of Reval's API that reads asks no authoriser.",
        ),
        (
            "refusals-unreadable",
            "No page may read a refusal of Reval's API: it looks like a broken network.",
        ),
        (
            "unfinished-work:admins",
            "Somebody else leaves an undeployed method in the new API of Admins now. It can't be switched off again.",
        ),
        (
            "authorizer-edited:admins",
            "Somebody else adds a pool to the authoriser of Admins now. It can't be switched off again.",
        ),
        (
            "stage-moved:admins",
            "Somebody else deploys the new API of Admins now. It can't be switched off again.",
        ),
        (
            "stage-canary:admins",
            "A canary on the stage of the new API of Admins serves every tenth request.",
        ),
        (
            "method-open:admins",
            "A method of the new API of Admins that writes asks no authoriser.",
        ),
        (
            "refusals-unreadable:admins",
            "No page may read a refusal of the new API of Admins: it looks like a broken network.",
        ),
        (
            "sign-in-challenge",
            "Cognito asks whoever signs in with a password for a new one.",
        ),
        (
            "token-clock-ahead",
            "Cognito dates tokens ten minutes ahead of this computer's clock.",
        ),
        (
            "reval-released:new",
            "Somebody releases the new build of Reval now. It can't be switched off again.",
        ),
        (
            "reval-released:old",
            "Somebody releases the old build of Reval now. It can't be switched off again.",
        ),
        (
            "reval-released:half",
            "Somebody releases the new build of Reval now, but not its main script. It can't be switched off again.",
        ),
        (
            "reval-released:wrong",
            "Somebody releases a build of Reval for neither pool now. It can't be switched off again.",
        ),
        (
            "invalidation-stuck",
            "No invalidation completes, and an edge of CloudFront keeps what it has.",
        ),
        (
            "edge-stale",
            "An edge of CloudFront keeps what it has although the invalidation is completed.",
        ),
        (
            "distribution-disabled",
            "The distribution before Reval is disabled: every request is refused.",
        ),
        (
            "alias-elsewhere",
            "Reval's name is an alias of another distribution.",
        ),
        (
            "certificate-elsewhere",
            "Reval's certificate was issued in another region: its distribution has neither it nor the name.",
        ),
        (
            "invalidation-begun",
            "Somebody else drops all copies of Reval at the edges now. It can't be switched off again.",
        ),
        (
            "distribution-disabled:admins",
            "The distribution before the new Admins-UI is disabled: every request is refused.",
        ),
        (
            "alias-elsewhere:admins",
            "Admins-UI's name is an alias of another distribution.",
        ),
        (
            "certificate-elsewhere:admins",
            "The certificate of Admins-UI was issued in another region: its distribution has neither it nor the name.",
        ),
        (
            "invalidation-begun:admins",
            "Somebody else drops all copies of Admins-UI at the edges now. It can't be switched off again.",
        ),
        (
            "behaviour-missing",
            "The distribution of Admins-UI has no behaviour for /auth, so Keycloak is cut off by the switch.",
        ),
        (
            "behaviour-missing:/usermanagement",
            "The distribution of Admins-UI has no behaviour for /usermanagement: the switch cuts it off.",
        ),
        (
            "wrong-bundle",
            "The new Admins-UI was built for another pool, another client and another API.",
        ),
        (
            "denied:DescribeUserPool",
            "The role may not describe user pools; everything else is answered.",
        ),
        (
            "throttle:ListUsers:0",
            "Cognito refuses every search for users as too many requests.",
        ),
        (
            "empty-pages",
            "The first three pages of every search for users hold nobody.",
        ),
    ];

    /// The offered faults on one line, for a person who wrote one that there is not.
    #[must_use]
    pub fn offered() -> String {
        Self::SWITCHES.map(|(name, _)| name).join(", ")
    }
}
