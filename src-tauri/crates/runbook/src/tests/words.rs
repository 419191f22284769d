//! What the lints read in titles, for steps that declare nothing.

use crate::lints::restriction::{lifts_that_of, restricts};
use crate::lints::words::{
    lowers_ttl, open_or, open_question, raises_ttl, same_work, says_nothing, switches_dns, unsure_duration,
    waits_for_ttl,
};

#[test]
fn restrictions_and_what_lifts_them() {
    for title in [
        "Restrict access of UserManagement",
        "Put UserManagement into maintenance mode",
        "Enable the maintenance page",
        "Make Profile read-only",
        "Freeze all releases",
        "Disable writes to the directory",
        "Remove user permissions temporarily",
        "Prevent changes of users",
        "Turn user creation requests off",
        // What stands beside the restriction does not end it.
        "Restrict access of UserManagement (Modify API-Gateway to only allow some specific get reqeusts? Or remove \
         user permission/roles temporarily? Or remove mapping annotation on the endpoints (POST/DELETE)?)",
        "Restrict writes (never remove roles)",
        "Restrict access to UserManagement: end users can only read",
        "Block writes. Clear the cache",
        "Set UserManagement to read only",
        "Switch UserManagement to read only",
        "Disable sign-up",
        "Revoke permissions of the admins",
        "Stop the service",
        "Stop accepting orders",
        "Take the shop offline",
        "Deploy a holding page",
        "Only allow GET requests",
    ] {
        assert!(restricts(title), "{title}");
    }
    for title in [
        "Release the UserManagement to users",
        "Test UserManagement locally",
        "Switch Reval to the new user pool",
        "Lift the restriction",
        "Disable maintenance mode",
        "Allow writes again",
        "Restore the TTL of the name",
        "Remove the old pool",
        "Attach the block storage volume",
        "Create a read-only replica",
        "Check that writes are blocked",
        "Verify that the restriction works",
        "Configure the restricted zone",
        "Take the shop out of maintenance",
        "Make the database writable again",
        "Allow POST /users again",
        "Turn the freeze off",
    ] {
        assert!(!restricts(title), "{title}");
    }
    for (later, earlier, lifts) in [
        ("Lift the restriction", "Restrict access of UserManagement", true),
        ("Unfreeze releases", "Freeze all releases", true),
        (
            "Disable maintenance mode",
            "Put UserManagement into maintenance mode",
            true,
        ),
        (
            "Allow writes to the directory",
            "Disable writes to the directory",
            true,
        ),
        (
            "Give permissions back to users",
            "Remove user permissions temporarily",
            true,
        ),
        (
            "Release the UserManagement to users",
            "Restrict access of UserManagement",
            false,
        ),
        ("Enable the new login page", "Freeze all releases", false),
        // Another thing, and another restriction.
        ("Lift the write lock of the database", "Freeze deployments", false),
        (
            "Restore access to Reval",
            "Restrict access of UserManagement",
            false,
        ),
        (
            "Take the shop out of maintenance",
            "Put the shop into maintenance",
            true,
        ),
        (
            "Make the database writable again",
            "Block writes to the database",
            true,
        ),
        ("Allow POST /users again", "Block POST /users", true),
        ("Thaw", "Freeze deployments", true),
        ("Reopen UserManagement", "Restrict access of UserManagement", true),
    ] {
        assert_eq!(lifts_that_of(later, earlier), lifts, "{later} / {earlier}");
    }
}

#[test]
fn the_same_work_in_other_words() {
    for (a, b, same) in [
        (
            "Upgrade Amplify to version 6 for Admins-UI",
            "Upgrade Amplify to version 6 in Admins-UI",
            true,
        ),
        (
            "Update the Amplify library to v6",
            "Upgrade Amplify to version 6",
            true,
        ),
        ("Amplify 6 upgrade", "Upgrade Amplify to v6", true),
        (
            "Switch Reval to the new user pool",
            "Switch UserManagement to the new user pool",
            false,
        ),
        (
            "Enable the trigger of the user pool",
            "Disable the trigger of the user pool",
            false,
        ),
        (
            "Lower the TTL of apps.example.nhs.test to 60 s",
            "Set the TTL of apps.example.nhs.test to 300 s",
            false,
        ),
        ("Switch the flag", "Switch the flag back", false),
        ("Deploy", "Deploy the gateway", false),
        ("Amplify upgrade plan", "Write the Amplify upgrade plan", false),
    ] {
        assert_eq!(same_work(a, b), same, "{a} / {b}");
        assert_eq!(same_work(b, a), same, "{b} / {a}");
    }
}

#[test]
fn what_is_left_open() {
    for open in [
        "Tell users by mail or post",
        "Deploy (gateway OR app)",
        "Use a button/or an error",
        "Restrict it by firewall vs throttle",
        "Button versus error",
        "Either the gateway, the app",
        "Tell them by mail, alternatively by post",
    ] {
        assert!(open_or(open).is_some(), "{open}");
    }
    for closed in [
        "Keep one or more backups",
        "Restore the orders",
        "Wait an hour, or until the last one has gone",
        "Keep the record, or else go back",
        "A score of 9 or higher",
        "Version 6 or later",
        "For example: the port",
    ] {
        assert!(open_or(closed).is_none(), "{closed}");
    }
    for open in [
        "How do we verify this?",
        "within 1-2days?",
        "1(?) hour",
        "Owner TBD",
        "Date to be confirmed",
        "Owner tbc",
        "Method to be determined",
        "How it is restricted is not yet decided",
    ] {
        assert!(open_question(open).is_some(), "{open}");
    }
    for closed in [
        "See https://example.nhs.test/?a=1",
        "Write the TODOs down",
        "It is decided",
    ] {
        assert!(open_question(closed).is_none(), "{closed}");
    }
    for unsure in [
        "for 1(?) hour",
        "within 1-2days?",
        "after 2 to 3 hours",
        "Wait 30 minutes?",
        "after about an hour",
        "for ~30 min",
        "within around 2 hours",
        "for N minutes",
        "for X hours",
        "after a few minutes",
        "for a couple of days",
        "if it fails for some time",
        "if it is down for too long",
    ] {
        assert!(unsure_duration(unsure), "{unsure}");
    }
    for sure in [
        "after 1 hour",
        "Is Reval down?",
        "step 1-2 of the plan",
        "after 90 minutes",
        "after an hour",
        "if some of the users are cut off for 20 min",
        "Tell users about the hour of the switch",
        "a report about 3 sites",
        "for 60 s",
    ] {
        assert!(!unsure_duration(sure), "{sure}");
    }
}

#[test]
fn ttl_and_dns() {
    for wait in [
        "Wait until the old TTL has run out",
        "Caches have expired",
        "The old TTL is over",
    ] {
        assert!(waits_for_ttl(wait), "{wait}");
    }
    for none in ["Wait for the call", "Lower the TTL", "Resolvers answer"] {
        assert!(!waits_for_ttl(none), "{none}");
    }
    assert!(lowers_ttl("Lower the TTL") && !lowers_ttl("Restore the TTL") && !lowers_ttl("Lower the price"));
    for title in [
        "Set the TTL of the record to 60 s",
        "Reduce the time to live",
        "Shorten the DNS cache time",
        "TTL down to 60",
    ] {
        assert!(lowers_ttl(title), "{title}");
    }
    assert!(raises_ttl("Set the TTL to 3600 s") && !lowers_ttl("Set the TTL to 3600 s"));
    for (words, nothing) in [
        ("n/a", true),
        ("None.", true),
        ("Cannot be undone.", true),
        ("Switch it back", false),
    ] {
        assert_eq!(says_nothing(words), nothing, "{words}");
    }
    assert!(raises_ttl("Set the TTL back to normal") && !raises_ttl("Lower the TTL"));
    for title in [
        "Switch Admins-UI DNS to CloudFront, mind the TTL",
        "Point the domain to the new side",
        "Repoint the CNAME",
        "Update the Route 53 record",
        "Change the A record",
        "Update DNS",
        "Point shop.example.nhs.test at CloudFront",
    ] {
        assert!(switches_dns(title), "{title}");
    }
    for title in [
        "Change the TTL of the DNS record",
        "Switch Reval to the new pool",
        "Look at the DNS answers",
        "Update the health record of the user",
    ] {
        assert!(!switches_dns(title), "{title}");
    }
}
