//! The few forms of Terraform that a mend needs, written as `terraform fmt` would.

use std::fmt::Write as _;

/// The resource that a mend is for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resource<'a> {
    /// The type, such as `aws_cognito_user_pool`.
    pub(crate) kind: &'static str,
    /// What a person knows it by, for the comment above.
    pub(crate) object: &'a str,
}

/// One line, or a block of lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Line {
    /// `name = value # note`
    Attribute {
        name: &'static str,
        /// As written, from [`text`], [`texts`], or a word such as `true`.
        value: String,
        /// What was found in its place; empty for one that is right but must not be left out.
        note: String,
    },
    /// `name { .. }`
    Block(&'static str, Vec<Line>),
    /// `# words`
    Comment(&'static str),
}

/// An attribute that is wrong.
pub(crate) fn wrong(name: &'static str, value: impl Into<String>, found: &str) -> Line {
    Line::Attribute {
        name,
        value: value.into(),
        note: format!("found {found}"),
    }
}

/// An attribute that stands beside a wrong one.
pub(crate) fn right(name: &'static str, value: impl Into<String>) -> Line {
    Line::Attribute {
        name,
        value: value.into(),
        note: String::new(),
    }
}

/// A quoted string: escapes what ends it, and what would start a template in it.
pub(crate) fn text(value: &str) -> String {
    let mut out = String::from("\"");
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if chars.peek() == Some(&'{') => out.extend([c, c]),
            c if switchback_model::text::is_obeyed(c) => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A list of quoted strings.
pub(crate) fn texts<T: AsRef<str>>(values: &[T]) -> String {
    let quoted: Vec<String> = values.iter().map(|value| text(value.as_ref())).collect();
    format!("[{}]", quoted.join(", "))
}

impl Resource<'_> {
    /// The whole resource block.
    pub(crate) fn with(self, lines: Vec<Line>) -> String {
        let mut out = format!(
            "# {}: change this in its Terraform resource\nresource \"{}\" \"this\" {{\n",
            one_line(self.object),
            self.kind
        );
        write_lines(&mut out, &lines, 1);
        out.push('}');
        out
    }
}

/// A comment must not end before its words do.
fn one_line(words: &str) -> String {
    words
        .chars()
        .filter(|c| !switchback_model::text::is_obeyed(*c))
        .take(200)
        .collect()
}

fn write_lines(out: &mut String, lines: &[Line], depth: usize) {
    let indent = "  ".repeat(depth);
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        match line {
            Line::Attribute { .. } => {
                let run: Vec<(&str, &str, &str)> = lines[at..]
                    .iter()
                    .map_while(|line| match line {
                        Line::Attribute { name, value, note } => Some((*name, value.as_str(), note.as_str())),
                        _ => None,
                    })
                    .collect();
                at += run.len();
                write_attributes(out, &run, &indent);
                continue;
            }
            Line::Block(name, inner) => {
                let _ = writeln!(out, "{indent}{name} {{");
                write_lines(out, inner, depth + 1);
                let _ = writeln!(out, "{indent}}}");
            }
            Line::Comment(words) => {
                let _ = writeln!(out, "{indent}# {words}");
            }
        }
        at += 1;
    }
}

/// Neighbouring attributes have their signs, and their comments, below each other.
fn write_attributes(out: &mut String, run: &[(&str, &str, &str)], indent: &str) {
    let width = |of: fn(&(&str, &str, &str)) -> usize| run.iter().map(of).max().unwrap_or(0);
    let (names, values) = (
        width(|line| line.0.len()),
        width(|line| {
            if line.2.is_empty() {
                0
            } else {
                line.1.chars().count()
            }
        }),
    );
    for (name, value, note) in run {
        let _ = if note.is_empty() {
            writeln!(out, "{indent}{name:names$} = {value}")
        } else {
            writeln!(
                out,
                "{indent}{name:names$} = {value:values$} # {}",
                one_line(note)
            )
        };
    }
}
