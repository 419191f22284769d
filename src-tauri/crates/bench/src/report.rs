//! The report: sections of tables in markdown, and the numbers that are required.

use std::fmt::Write as _;

/// One table; cells must hold no `|`.
#[derive(Debug, Default)]
pub(crate) struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(head: &[&str]) -> Self {
        Self {
            head: head.iter().map(ToString::to_string).collect(),
            rows: Vec::new(),
        }
    }

    pub(crate) fn row<T: Into<String>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    fn write(&self, text: &mut String) {
        let mut line = |cells: &[String]| {
            let _ = writeln!(text, "| {} |", cells.join(" | "));
        };
        line(&self.head);
        line(&vec!["---".to_owned(); self.head.len()]);
        for row in &self.rows {
            line(row);
        }
    }
}

/// A number that the issue requires.
#[derive(Debug)]
pub(crate) struct Required {
    pub what: String,
    pub limit: String,
    pub found: String,
    pub holds: bool,
}

/// One measurement.
#[derive(Debug, Default)]
pub(crate) struct Section {
    pub title: String,
    /// How it was measured, in a few sentences.
    pub how: String,
    pub tables: Vec<Table>,
    pub required: Vec<Required>,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Report(Vec<Section>);

impl Report {
    pub(crate) fn add(&mut self, section: Section) {
        self.0.push(section);
    }

    /// Whether every required number was reached.
    pub(crate) fn holds(&self) -> bool {
        self.0.iter().flat_map(|s| &s.required).all(|r| r.holds)
    }

    /// The document's body: what is required first, then each measurement.
    pub(crate) fn markdown(&self) -> String {
        let mut text = format!("Machine: {}.\n\n", machine());
        let mut required = Table::new(&["required", "limit", "measured", ""]);
        for it in self.0.iter().flat_map(|s| &s.required) {
            let verdict = if it.holds { "holds" } else { "**missed**" };
            required.row([it.what.as_str(), &it.limit, &it.found, verdict]);
        }
        required.write(&mut text);
        for section in &self.0 {
            let _ = writeln!(text, "\n### {}\n{}", section.title, section.how);
            for table in &section.tables {
                text.push('\n');
                table.write(&mut text);
            }
        }
        text
    }
}

/// The machine in general words: cores, memory, system and how busy it was; no names.
fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
        let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
        Some(format!(", {} GiB of memory", (kib + (1 << 19)) >> 20))
    });
    // What runs beside the bench takes from what is measured on every core.
    let load = std::fs::read_to_string("/proc/loadavg").ok().and_then(|text| {
        let last = text.split_whitespace().next()?;
        Some(format!(
            "; load average at the end {last}, the bench's own included"
        ))
    });
    format!(
        "{cores} cores{}, {} {}{}",
        memory.unwrap_or_default(),
        std::env::consts::OS,
        std::env::consts::ARCH,
        load.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missed_is_said_and_fails() {
        let mut report = Report::default();
        let mut table = Table::new(&["tool", "ms"]);
        table.row(["ours", "1"]);
        let required = |holds| Required {
            what: "speed".to_owned(),
            limit: "1".to_owned(),
            found: "2".to_owned(),
            holds,
        };
        report.add(Section {
            title: "Example".to_owned(),
            how: "By hand.".to_owned(),
            tables: vec![table],
            required: vec![required(true)],
        });
        assert!(report.holds());
        let text = report.markdown();
        assert!(text.contains("| speed | 1 | 2 | holds |"), "{text}");
        assert!(
            text.contains("### Example\nBy hand.\n\n| tool | ms |\n| --- | --- |\n| ours | 1 |\n"),
            "{text}"
        );
        report.add(Section {
            required: vec![required(false)],
            ..Section::default()
        });
        assert!(!report.holds());
        assert!(report.markdown().contains("**missed**"));
    }
}
