//! The AWS configuration files as a person wrote them, read by one rule: the AWS CLI's, as far as it
//! and the SDKs agree. What they pass over in silence is kept, with its line, so that it can be told.
//!
//! The SDK gets the result under names that it takes (it drops every name with a blank in it).

mod line;
mod sdk;

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use aws_runtime::fs_util::{Os, home_dir};
use futures_util::FutureExt as _;

use crate::error::safe;
use crate::session::LocalFiles;
use line::{Head, Line};

pub(crate) use sdk::{BASE, encoded};

/// Something in the files that is not taken as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileNote {
    /// The file, and the line where there is one.
    pub place: String,
    /// What is wrong with it.
    pub what: String,
    /// What a person does about it.
    pub mend: String,
    /// The name that was meant, where it is a section.
    pub(crate) name: Option<String>,
}

impl FileNote {
    /// Where and what, as one sentence without its full stop.
    #[must_use]
    pub fn words(&self) -> String {
        format!("{}: {}", self.place, self.what)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Value {
    text: String,
    place: String,
}

/// One section, its keys in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Section {
    /// Where it begins, for messages.
    pub(crate) place: String,
    keys: BTreeMap<String, Value>,
}

impl Section {
    /// The text of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.keys.get(key).map(|value| value.text.as_str())
    }

    /// The text of a key that says something.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.get(key).filter(|text| !text.is_empty())
    }

    /// Where a key stands, for messages.
    pub(crate) fn place_of(&self, key: &str) -> &str {
        self.keys
            .get(key)
            .map_or(self.place.as_str(), |value| value.place.as_str())
    }

    /// The keys below a key that has none of its own (`sts =` and, indented, `endpoint_url = …`).
    pub(crate) fn below<'a>(&'a self, key: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let nested = self.get(key).unwrap_or_default();
        nested
            .lines()
            .filter_map(|line| line.split_once('='))
            .map(|(name, value)| (name.trim(), value.trim()))
    }

    /// Every key.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.keys.keys().map(String::as_str)
    }
}

/// Both files together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Files {
    pub(crate) profiles: BTreeMap<String, Section>,
    pub(crate) sessions: BTreeMap<String, Section>,
    pub(crate) services: BTreeMap<String, Section>,
    /// The profile that counts where a target names none.
    pub(crate) selected: String,
    /// A line that can't be read: as with every SDK, nothing of the files counts.
    pub(crate) broken: Option<FileNote>,
    /// A file that is named and can't be read at all.
    pub(crate) unread: Vec<FileNote>,
    /// What is passed over.
    pub(crate) passed: Vec<FileNote>,
}

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Config,
    Credentials,
}

impl Which {
    fn variable(self) -> &'static str {
        match self {
            Self::Config => "AWS_CONFIG_FILE",
            Self::Credentials => "AWS_SHARED_CREDENTIALS_FILE",
        }
    }

    fn usual(self) -> &'static str {
        match self {
            Self::Config => "~/.aws/config",
            Self::Credentials => "~/.aws/credentials",
        }
    }
}

/// Where a file lies and how it is called in messages.
struct Named {
    which: Which,
    path: PathBuf,
    shown: String,
    by_variable: bool,
}

impl Named {
    fn of(desk: &LocalFiles, which: Which) -> Self {
        let set = desk.set(which.variable());
        let by_variable = set.is_some();
        let text = set.unwrap_or_else(|| which.usual().to_owned());
        let path = match text.strip_prefix("~/").or_else(|| text.strip_prefix("~\\")) {
            Some(rest) => Path::new(&home_dir(&desk.env, Os::real()).unwrap_or_default()).join(rest),
            None => PathBuf::from(&text),
        };
        Self {
            which,
            path,
            shown: safe(&text),
            by_variable,
        }
    }

    fn at(&self, line: usize) -> String {
        format!("{}, line {line}", self.shown)
    }

    fn note(&self, what: impl Into<String>, mend: impl Into<String>) -> FileNote {
        FileNote {
            place: self.shown.clone(),
            what: what.into(),
            mend: mend.into(),
            name: None,
        }
    }

    /// How its text can be had, or why not.
    fn text(&self, desk: &LocalFiles) -> Result<Vec<u8>, Option<FileNote>> {
        let variable = self.which.variable();
        let mend = match self.by_variable {
            true => format!("Correct {variable}, or unset it, then start Switchback again."),
            false => format!("Make {} a file that you may read, then repeat.", self.shown),
        };
        let named = match self.by_variable {
            true => format!("{variable} names it, and "),
            false => String::new(),
        };
        let read = desk.fs.read_to_end(&self.path).now_or_never();
        let why = match read {
            Some(Ok(bytes)) => {
                let wide = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
                return match wide || bytes.contains(&0) {
                    true => Err(Some(self.note(
                        "it is no UTF-8 text (it looks like UTF-16), so nothing of it is read",
                        format!("Save {} as UTF-8, then repeat.", self.shown),
                    ))),
                    false => Ok(bytes),
                };
            }
            Some(Err(error)) => match error.kind() {
                // Nobody has to have one.
                ErrorKind::NotFound if !self.by_variable => return Err(None),
                ErrorKind::NotFound => "there is no such file",
                ErrorKind::PermissionDenied => "you may not read it",
                ErrorKind::IsADirectory => "it is a folder, not a file",
                _ if self.path.is_dir() => "it is a folder, not a file",
                _ => "it could not be read",
            },
            None => "it could not be read",
        };
        Err(Some(self.note(format!("{named}{why}"), mend)))
    }
}

impl Files {
    /// Reads both; `named` is the target's profile.
    pub(crate) fn read(desk: &LocalFiles, named: Option<&str>) -> Self {
        let mut files = Self {
            selected: named
                .map(str::to_owned)
                .or_else(|| desk.set("AWS_PROFILE"))
                .unwrap_or_else(|| "default".to_owned()),
            ..Self::default()
        };
        for which in [Which::Config, Which::Credentials] {
            let named = Named::of(desk, which);
            match named.text(desk) {
                Ok(bytes) => {
                    if let Err(broken) = files.take(&named, &bytes) {
                        files.broken.get_or_insert(broken);
                    }
                }
                Err(None) => {}
                Err(Some(note)) => files.unread.push(note),
            }
        }
        if files.broken.is_some() {
            files.profiles.clear();
            files.sessions.clear();
            files.services.clear();
        }
        files
    }

    pub(crate) fn get_profile(&self, name: &str) -> Option<&Section> {
        self.profiles.get(name)
    }

    /// Why a profile may seem absent: its section is passed over, or a file could not be read.
    pub(crate) fn why_absent(&self, name: &str) -> Option<&FileNote> {
        self.passed
            .iter()
            .find(|note| note.name.as_deref() == Some(name))
            .or(self.unread.first())
    }

    /// Everything that a person should know of the files, the worst first.
    pub(crate) fn notes(&self) -> Vec<FileNote> {
        let all = self.broken.iter().chain(&self.unread).chain(&self.passed);
        all.cloned().collect()
    }

    fn take(&mut self, named: &Named, bytes: &[u8]) -> Result<(), FileNote> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        // Before any section, in one that counts (kind, name), or in one that is passed over.
        let mut within: Option<Option<(Head, String)>> = None;
        let mut last: Option<String> = None;
        let mut prefixed_default = false;
        for (at, raw) in bytes.split(|byte| *byte == b'\n').enumerate() {
            let place = named.at(at + 1);
            let broken = |what: String, mend: String| FileNote {
                place: place.clone(),
                what,
                mend: format!("{mend} ({}{})", place, named.hint()),
                name: None,
            };
            let (line, harm) = line::decoded(raw);
            if harm {
                match line::is_comment(&line) {
                    true => self.passed.push(FileNote {
                        place: place.clone(),
                        what:
                            "a byte in this comment is no UTF-8; the comment is passed over, all else of the \
                               file counts"
                                .to_owned(),
                        mend: "Save the file as UTF-8: other AWS programs may not read it at all.".to_owned(),
                        name: None,
                    }),
                    false => {
                        return Err(broken(
                            "a byte of it is no UTF-8".to_owned(),
                            "Write this line anew and save the file as UTF-8".to_owned(),
                        ));
                    }
                }
            }
            // What is passed over needs no sense.
            if within == Some(None) && !line.starts_with('[') {
                continue;
            }
            let has_value = |key: &str| {
                let section = within.as_ref().and_then(Option::as_ref);
                section.is_none_or(|(head, name)| {
                    self.section(*head, name)
                        .is_none_or(|section| section.text(key).is_some_and(|text| !text.starts_with('\n')))
                })
            };
            match line::read(&line, within.is_some(), last.as_deref(), has_value) {
                Err((what, mend)) => return Err(broken(what, mend)),
                Ok(Line::Nothing) => {}
                Ok(Line::Section(parts)) => {
                    last = None;
                    let found = match named.which {
                        Which::Config => line::of_config(&parts),
                        Which::Credentials => line::of_credentials(&parts),
                    };
                    match found {
                        Ok(Some((head, name))) => {
                            // `[profile default]` takes the place of `[default]`.
                            let plain_default = named.which == Which::Config && parts.words == ["default"];
                            if plain_default && prefixed_default {
                                within = Some(None);
                                continue;
                            }
                            if named.which == Which::Config
                                && head == Head::Profile
                                && name == "default"
                                && !plain_default
                            {
                                prefixed_default = true;
                                self.profiles.remove("default");
                            }
                            self.sections(head)
                                .entry(name.clone())
                                .or_insert_with(|| Section {
                                    place: place.clone(),
                                    keys: BTreeMap::new(),
                                });
                            within = Some(Some((head, name)));
                        }
                        Ok(None) => within = Some(None),
                        Err(note) => {
                            self.passed.push(FileNote {
                                place: place.clone(),
                                ..note
                            });
                            within = Some(None);
                        }
                    }
                }
                Ok(Line::Property(key, text)) => {
                    if let Some(Some((head, name))) = &within
                        && let Some(section) = self.sections(*head).get_mut(name)
                    {
                        let value = Value {
                            text: text.to_owned(),
                            place: place.clone(),
                        };
                        section.keys.insert(key.clone(), value);
                    }
                    last = Some(key);
                }
                Ok(Line::More(text)) => {
                    if let Some(Some((head, name))) = &within
                        && let Some(key) = &last
                        && let Some(value) = self
                            .sections(*head)
                            .get_mut(name)
                            .and_then(|section| section.keys.get_mut(key))
                    {
                        value.text.push('\n');
                        value.text.push_str(text);
                    }
                }
            }
        }
        Ok(())
    }

    fn section(&self, head: Head, name: &str) -> Option<&Section> {
        match head {
            Head::Profile => self.profiles.get(name),
            Head::Session => self.sessions.get(name),
            Head::Services => self.services.get(name),
        }
    }

    fn sections(&mut self, head: Head) -> &mut BTreeMap<String, Section> {
        match head {
            Head::Profile => &mut self.profiles,
            Head::Session => &mut self.sessions,
            Head::Services => &mut self.services,
        }
    }
}

impl Named {
    /// Which variable names it, where one does.
    fn hint(&self) -> String {
        match self.by_variable {
            true => format!("; {} names this file", self.which.variable()),
            false => String::new(),
        }
    }
}

#[cfg(test)]
mod tests;
