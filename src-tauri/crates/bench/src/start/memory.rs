//! What a window takes of the machine's memory: the proportional set size (PSS, proc(5), `smaps_rollup`),
//! in which a page that several processes share counts once in all.

use std::collections::BTreeMap;
use std::fs;

use crate::Outcome;

/// Of one window, in MiB.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Memory {
    /// The program that was started.
    pub(super) program: f64,
    /// The processes that draw pages.
    pub(super) page: f64,
    /// The process that loads them.
    pub(super) network: f64,
    /// Any other.
    other: f64,
}

impl Memory {
    /// All processes together.
    pub(super) fn all(&self) -> f64 {
        self.program + self.page + self.network + self.other
    }
}

/// Of a process and all its children at this moment.
pub(super) fn of(root: u32) -> Outcome<Memory> {
    let mut memory = Memory::default();
    for process in tree(root) {
        let size = pss(process).ok_or_else(|| format!("process {process} does not tell its memory"))?;
        let name = fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default();
        // The kernel keeps 15 letters of a name.
        let part = match name.trim() {
            _ if process == root => &mut memory.program,
            "WebKitWebProces" => &mut memory.page,
            "WebKitNetworkPr" => &mut memory.network,
            _ => &mut memory.other,
        };
        *part += size;
    }
    if memory.page == 0.0 {
        return Err("no process draws its page".into());
    }
    Ok(memory)
}

fn pss(process: u32) -> Option<f64> {
    let text = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib / 1024.0)
}

/// A process and all its children, by the kernel's list.
pub(super) fn tree(root: u32) -> Vec<u32> {
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let name = entry.file_name();
        let process: Option<u32> = name.to_str().and_then(|name| name.parse().ok());
        if let Some(process) = process
            && let Some((_, parent)) = stat(process)
        {
            children.entry(parent).or_default().push(process);
        }
    }
    let mut found = vec![root];
    let mut next = 0;
    while let Some(process) = found.get(next) {
        found.extend(children.remove(process).unwrap_or_default());
        next += 1;
    }
    found
}

/// Whether a process still runs; one that has ended and waits for its parent does not.
pub(super) fn lives(process: u32) -> bool {
    stat(process).is_some_and(|(state, _)| state != 'Z')
}

/// Its state and its parent.
fn stat(process: u32) -> Option<(char, u32)> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name stands in brackets and may hold anything.
    let (_, rest) = text.rsplit_once(')')?;
    let mut words = rest.split_whitespace();
    Some((words.next()?.chars().next()?, words.next()?.parse().ok()?))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_in_its_own_tree_and_has_memory() {
        let own = std::process::id();
        assert!(tree(own).contains(&own));
        assert!(lives(own));
        assert!(pss(own).is_some_and(|size| size > 0.1));
        // It draws no page.
        assert!(of(own).is_err());
    }
}
