//! The document that holds the last measurements: a new one takes the place of its own last one.

const BEGIN: &str = "<!-- measured -->";
const END: &str = "<!-- end of measured -->";
/// A measurement's title begins so.
const TITLE: &str = "### ";
/// The head of the table of what is required.
const REQUIRED: &str = "| required |";
/// The line that says where and how busy.
const MACHINE: &str = "Machine: ";

/// What stands between the marks, or a report as the bench prints it.
#[derive(Default)]
struct Report<'a> {
    machine: &'a str,
    /// The rows of what is required, without the table's head.
    required: Vec<&'a str>,
    head: Vec<&'a str>,
    /// The measurements: the title's line, and everything below it.
    sections: Vec<(&'a str, String)>,
}

impl<'a> Report<'a> {
    fn read(text: &'a str) -> Self {
        let mut report = Self::default();
        for line in text.lines() {
            if line.starts_with(TITLE) {
                report.sections.push((line, String::new()));
            } else if let Some((_, body)) = report.sections.last_mut() {
                body.push_str(line);
                body.push('\n');
            } else if line.starts_with(MACHINE) {
                report.machine = line;
            } else if line.starts_with(REQUIRED) || (line.starts_with("| ---") && report.head.len() == 1) {
                report.head.push(line);
            } else if line.starts_with('|') {
                report.required.push(line);
            }
        }
        report
    }

    fn text(&self) -> String {
        let mut text = format!("{}\n\n", self.machine);
        for line in self.head.iter().chain(&self.required) {
            text.push_str(line);
            text.push('\n');
        }
        for (title, body) in &self.sections {
            text.push_str(&format!("\n{title}\n{}\n", body.trim_end()));
        }
        text
    }
}

/// A row's first cell: what is required.
fn what(row: &str) -> &str {
    row.split('|').nth(1).unwrap_or_default()
}

/// The document with this report between its marks: the whole of it, or its measurements among the others,
/// each with the machine's line of its own time. Nothing where the marks are lost.
pub(super) fn put(document: &str, report: &str, whole: bool) -> Option<String> {
    let (before, rest) = document.split_once(BEGIN)?;
    let (old, after) = rest.split_once(END)?;
    let (mut all, new) = (Report::read(old), Report::read(report));
    if whole {
        all = new;
    } else {
        for row in &new.required {
            match all.required.iter_mut().find(|old| what(old) == what(row)) {
                Some(old) => *old = row,
                None => all.required.push(row),
            }
        }
        for (title, body) in &new.sections {
            let body = format!("{}\n\n{}\n", body.trim_end(), new.machine);
            match all.sections.iter_mut().find(|(old, _)| old == title) {
                Some((_, old)) => *old = body,
                None => all.sections.push((title, body)),
            }
        }
    }
    Some(format!("{before}{BEGIN}\n{}{END}{after}", all.text()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "Machine: quiet.\n\n| required | limit |\n| --- | --- |\n| a | 1 |\n| b | 1 |\n\
                       \n### A\nHow A.\n\n| x |\n| --- |\n| 1 |\n\n### B\nHow B.\n";

    fn document(measured: &str) -> String {
        format!("# Title\n\n{BEGIN}\n{measured}{END}\n\nEnd.\n")
    }

    #[test]
    fn a_whole_report_replaces_what_stands_between_the_marks() {
        let new = OLD.replace("quiet", "busy").replace("| 1 |", "| 2 |");
        assert_eq!(put(&document(OLD), &new, true), Some(document(&new)));
        assert_eq!(put("no marks", "new\n", true), None);
    }

    #[test]
    fn one_measurement_leaves_the_others_as_they_are() {
        let new = "Machine: busy.\n\n| required | limit |\n| --- | --- |\n| b | 2 |\n| c | 3 |\n\
                   \n### B\nHow B now.\n\n### C\nHow C.\n";
        let wanted = "Machine: quiet.\n\n| required | limit |\n| --- | --- |\n| a | 1 |\n| b | 2 |\n| c | 3 |\n\
                      \n### A\nHow A.\n\n| x |\n| --- |\n| 1 |\n\n### B\nHow B now.\n\nMachine: busy.\n\
                      \n### C\nHow C.\n\nMachine: busy.\n";
        let text = put(&document(OLD), new, false);
        assert_eq!(text, Some(document(wanted)));
        // Again the same: nothing is written twice.
        assert_eq!(
            text.and_then(|text| put(&text, new, false)),
            Some(document(wanted))
        );
    }
}
