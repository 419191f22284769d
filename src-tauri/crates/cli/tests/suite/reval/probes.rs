//! What only an answer from outside tells: whom the API lets in, and which build browsers are served.

use super::{Station, each, told};

struct Drill {
    trap: &'static str,
    fault: &'static str,
    said: &'static str,
}

const RELEASES: &[Drill] = &[
    Drill {
        trap: "the release lacks its main script",
        fault: "reval-released:half",
        said: "main",
    },
    Drill {
        trap: "the release names neither pool",
        fault: "reval-released:wrong",
        said: "missing",
    },
    Drill {
        trap: "the old build is released",
        fault: "reval-released:old",
        said: "missing",
    },
    Drill {
        trap: "the invalidation does not complete",
        fault: "invalidation-stuck",
        said: "mixed: the start page is not the same each time",
    },
    Drill {
        trap: "an edge keeps its copy",
        fault: "edge-stale",
        said: "mixed: the start page is not the same each time",
    },
];

#[test]
fn what_browsers_are_served_is_seen_and_not_believed() {
    let wrong = each(RELEASES, |drill| {
        let desk = Station::reval();
        desk.before("reval-invalidate");
        let seen = desk.preview("reval-invalidate");
        desk.world.inject(drill.fault);
        let did = desk.apply_as_seen("reval-invalidate", &seen);
        let open = desk.not_passed("reval-invalidate");
        let said = format!("{} — {open}", desk.said_of(&did, "reval-invalidate"));
        told("reval-invalidate", drill.trap, "after the change", &did, &said);
        match did.code != 0 && said.contains(drill.said) {
            true => Vec::new(),
            false => vec![format!("{}: exit {} {said}", drill.trap, did.code)],
        }
    });
    assert!(wrong.is_empty(), "{wrong:#?}");
}
