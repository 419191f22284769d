//! Other images and definitions, several of them, and nothing to go by.

use switchback_engine::ports::{Action as _, Observed, RolloutState, Sent};
use switchback_model::{Finding, Image, Service as Content, Way, Witness};

use super::{at, before, judged, rolled, words};
use crate::ecs::tests::{content, definition, image, image_of, roll};

#[test]
fn another_image_or_definition_is_somebody_elses() {
    let ours = Some("ecs-svc/2");
    let with_image = |digest: &str| {
        image_of(Content {
            images: [("web".to_owned(), digest.to_owned())].into(),
            ..content()
        })
    };
    let finding = judged(with_image("sha256:cc"), rolled(), ours);
    assert_eq!(finding.word(), "other", "{finding:?}");
    assert_eq!(
        words(&finding),
        "image of web: another image was started: sha256:cc"
    );
    let Finding::Other { found, .. } = &finding else {
        unreachable!()
    };
    assert_eq!(*found, with_image("sha256:cc"));
    // Seen as soon as the first task of it runs.
    let mut early = rolled();
    early.primary.state = RolloutState::InProgress;
    assert_eq!(judged(with_image("sha256:cc"), early, ours).word(), "other");
    assert_eq!(
        judged(with_image("sha256:aa or sha256:cc"), rolled(), ours).word(),
        "other"
    );
    // One that was told before and is not told any more is not known to be the same.
    let unknown = image_of(Content {
        images: std::collections::BTreeMap::new(),
        ..content()
    });
    assert_eq!(judged(unknown, rolled(), ours).word(), "unclear");
    // A task of the former was replaced meanwhile; our request was not carried out.
    assert_eq!(judged(with_image("sha256:cc"), before(), None).word(), "before");

    let other = image_of(Content {
        definition: definition(8),
        ..content()
    });
    assert_eq!(judged(other.clone(), rolled(), ours).word(), "other");
    // An emulator (moto 5.2) keeps the PRIMARY when another definition is deployed.
    assert_eq!(judged(other, before(), None).word(), "other");
    let controller = image_of(Content {
        controller: "EXTERNAL".to_owned(),
        ..content()
    });
    assert_eq!(
        words(&judged(controller, rolled(), ours)),
        "deployment controller: EXTERNAL"
    );
}

#[test]
fn of_several_approved_images_each_is_right() {
    let of = |digests: &str| {
        image_of(Content {
            images: [("web".to_owned(), digests.to_owned())].into(),
            ..content()
        })
    };
    let before = of("sha256:aa or sha256:cc");
    let witness = Witness::Deployment {
        id: "ecs-svc/1".to_owned(),
    };
    let sent = Sent {
        way: Way::Apply,
        token: "t",
        at: at(0),
        witness: Some(&witness),
        mark: None,
        receipt: None,
    };
    for (digests, word) in [
        ("sha256:cc", "after"),
        ("sha256:aa or sha256:cc", "after"),
        ("sha256:dd", "other"),
    ] {
        let now = Observed {
            made: None,
            rollout: Some(rolled()),
            ..of(digests).into()
        };
        assert_eq!(
            roll().judge(&now, &before, &before, Some(&sent)).word(),
            word,
            "{digests}"
        );
    }
}

#[test]
fn without_a_request_or_a_note_little_is_said() {
    let now = |image: Image| Observed {
        made: None,
        rollout: Some(before()),
        ..image.into()
    };
    let judge = |now: &Observed| roll().judge(now, &image(), &image(), None);
    assert_eq!(judge(&now(image())), Finding::After);
    let mut other = content();
    other.images.clear();
    assert_eq!(judge(&now(image_of(other.clone()))), Finding::After);
    other.definition = definition(8);
    assert_eq!(judge(&now(image_of(other))).word(), "other");
    let elsewhere = match image() {
        Image::Service { cluster, content, .. } => Image::Service {
            cluster,
            service: "tis-reval".to_owned(),
            content,
        },
        other => other,
    };
    assert_eq!(judge(&now(elsewhere)).word(), "unclear");

    let version = Witness::Version { version: 3 };
    let sent = |witness| Sent {
        way: Way::Apply,
        token: "t",
        at: at(0),
        witness,
        mark: None,
        receipt: None,
    };
    let rolled = Observed {
        made: None,
        rollout: Some(rolled()),
        ..image().into()
    };
    for witness in [None, Some(&version)] {
        let finding = roll().judge(&rolled, &image(), &image(), Some(&sent(witness)));
        assert!(words(&finding).contains("was not noted"), "{finding:?}");
    }
    let bare: Observed = image().into();
    let finding = roll().judge(&bare, &image(), &image(), Some(&sent(None)));
    assert!(words(&finding).contains("says nothing of the service's deployments"));
}
