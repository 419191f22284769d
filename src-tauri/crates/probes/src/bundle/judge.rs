//! What the scripts and the manifest say together, in few words.

use switchback_model::{BundleCheck, Verdict};

use super::look::{Astray, PageScripts};
use super::script::Script;
use crate::error::printable;

/// So many of a kind are named; of others the number is said.
const NAMED: usize = 3;

pub(super) struct Judgement {
    pub(super) verdict: Verdict,
    pub(super) observed: String,
    pub(super) mend: Option<String>,
}

pub(super) fn judge(check: &BundleCheck, seen: &PageScripts) -> Judgement {
    let (mut faults, mut mends, mut untold) = (Vec::new(), Vec::new(), seen.untold.clone());
    let read = || {
        seen.scripts
            .iter()
            .filter_map(|(name, script)| Some((name, script.as_ref().ok()?)))
    };

    let broken: Vec<String> = read()
        .filter_map(|(name, script)| Some(format!("{name} {}", script.no_script.as_ref()?)))
        .collect();
    if !broken.is_empty() {
        faults.push(some(&broken, "; "));
        mends.push(
            "Upload the whole build again, invalidate the start page and these scripts at the distribution, then look \
             again."
                .to_owned(),
        );
    }
    if seen.nowhere > 0 {
        faults.push(match seen.nowhere {
            1 => "the URL of one script can't be read".to_owned(),
            many => format!("the URLs of {many} scripts can't be read"),
        });
        mends.push("Look at the start page of the build: a browser can't load these scripts.".to_owned());
    }

    let missed: Vec<String> = seen
        .scripts
        .iter()
        .filter_map(|(name, script)| Some(format!("{name}: {}", script.as_ref().err()?.words())))
        .collect();
    if !missed.is_empty() {
        untold.push(some(&missed, "; "));
    }

    let all = || {
        read()
            .map(|(name, script)| (name.as_str(), script))
            .chain(inline(seen))
    };
    let standing = |of: fn(&Script) -> &Vec<bool>, number: usize| {
        let stands = |(_, script): &(&str, &Script)| of(script).get(number).copied().unwrap_or(false);
        all().find(stands).map(|(name, _)| name.to_owned())
    };
    let missing: Vec<String> = (0..)
        .zip(&check.holds)
        .filter(|(number, _)| standing(|script| &script.holds, *number).is_none())
        .map(|(_, text)| quoted(text))
        .collect();
    let left: Vec<String> = (0..)
        .zip(&check.lacks)
        .filter_map(|(number, text)| {
            let name = standing(|script| &script.left, number)?;
            Some(format!("{} in {name}", quoted(text)))
        })
        .collect();
    let complete = missed.is_empty();
    if !missing.is_empty() {
        let words = some(&missing, ", ");
        match complete {
            true => faults.push(format!("missing: {words}")),
            // It may stand in what was not read.
            false => untold.push(format!("not found so far: {words}")),
        }
    }
    if !left.is_empty() {
        faults.push(format!("left: {}", some(&left, ", ")));
    }
    let of_the_build = missing.is_empty() && left.is_empty();
    if (!missing.is_empty() && complete) || !left.is_empty() {
        mends.push(
            "Look at which build was released, and at what it was built with. If it is the right one, invalidate the \
             start page at the distribution, wait until that is completed, then look again."
                .to_owned(),
        );
    }
    if let Err(astray) = &seen.manifest {
        let path = check.manifest.as_deref().unwrap_or_default();
        faults.push(of_manifest(
            astray,
            path,
            of_the_build && complete && broken.is_empty(),
        ));
        mends.push(format!(
            "Upload the manifest of this build where it is missing, invalidate {path} and the start page at the \
             distribution, wait until that is completed, then look again."
        ));
    }

    match (faults.is_empty(), untold.is_empty()) {
        (false, _) => Judgement {
            verdict: Verdict::Fail,
            observed: faults.join("; "),
            mend: mends.into_iter().next(),
        },
        (true, false) => Judgement {
            verdict: Verdict::Error,
            observed: format!("it can't be told: {}", untold.join("; ")),
            mend: None,
        },
        (true, true) => Judgement {
            verdict: Verdict::Pass,
            observed: passed(check, seen),
            mend: None,
        },
    }
}

fn inline(seen: &PageScripts) -> impl Iterator<Item = (&str, &Script)> {
    seen.inline.iter().map(|script| ("the start page", script))
}

/// For somebody who is tired: which file is old, and who is given it.
fn of_manifest(astray: &Astray, path: &str, page_is_right: bool) -> String {
    let path = printable(path, 100);
    match astray {
        Astray::None(words) => format!("the manifest {path}, which browsers' service workers read, {words}"),
        Astray::OtherBuild if page_is_right => format!(
            "the start page is new, but the manifest {path}, which browsers' service workers read, is old: who comes back \
             still runs the old scripts"
        ),
        Astray::OtherBuild => format!("the manifest {path} is of another build than the start page"),
        Astray::OtherFile(name) => format!(
            "{name} is another file than the manifest {path} says: service workers refuse it and keep what they have"
        ),
        Astray::Mixed(words) => format!("mixed: the manifest {path} is not the same each time ({words})"),
    }
}

fn passed(check: &BundleCheck, seen: &PageScripts) -> String {
    let count = seen.scripts.len() + seen.inline.len();
    let texts = match check.holds.len() {
        1 => "the text".to_owned(),
        many => format!("all {many} texts"),
    };
    let mut said = match count {
        1 => format!("1 script holds {texts}"),
        many => format!("{many} scripts hold {texts}"),
    };
    if !check.lacks.is_empty() {
        said.push_str(match check.lacks.len() {
            1 => ", and not the other",
            _ => ", and none of the others",
        });
    }
    if check.manifest.is_some() {
        said.push_str("; manifest of the same build");
    }
    if let Some(address) = seen.address {
        said.push_str(&format!("; {address}"));
    }
    if !seen.elsewhere.is_empty() {
        said.push_str(&format!(
            "; not looked at: scripts of {}",
            some(&seen.elsewhere, ", ")
        ));
    }
    said
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", printable(text, 60))
}

/// The first of them, and how many more there are.
fn some(all: &[String], between: &str) -> String {
    let named = all.iter().take(NAMED).cloned().collect::<Vec<_>>().join(between);
    match all.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named}{between}and {more} more"),
    }
}
