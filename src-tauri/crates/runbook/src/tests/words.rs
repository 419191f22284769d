//! What the lints read in titles, for steps that declare nothing.

use crate::lints::words::{
    lifts_that_of, lowers_ttl, open_or, open_question, raises_ttl, restricts, same_work, switches_dns,
    unsure_duration,
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
    ] {
        assert!(open_or(open).is_some(), "{open}");
    }
    for closed in [
        "Keep one or more backups",
        "Restore the orders",
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
    ] {
        assert!(unsure_duration(unsure), "{unsure}");
    }
    for sure in [
        "after 1 hour",
        "Is Reval down?",
        "step 1-2 of the plan",
        "after 90 minutes",
    ] {
        assert!(!unsure_duration(sure), "{sure}");
    }
}

#[test]
fn ttl_and_dns() {
    assert!(lowers_ttl("Lower the TTL") && !lowers_ttl("Restore the TTL") && !lowers_ttl("Lower the price"));
    assert!(raises_ttl("Set the TTL back to normal") && !raises_ttl("Lower the TTL"));
    for title in [
        "Switch Admins-UI DNS to CloudFront, mind the TTL",
        "Point the domain to the new side",
        "Repoint the CNAME",
    ] {
        assert!(switches_dns(title), "{title}");
    }
    for title in [
        "Change the TTL of the DNS record",
        "Switch Reval to the new pool",
        "Look at the DNS answers",
    ] {
        assert!(!switches_dns(title), "{title}");
    }
}
