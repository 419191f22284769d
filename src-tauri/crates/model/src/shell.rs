//! Words of a command that people copy into a POSIX shell.

/// One word for a POSIX shell: bare where a shell takes it as it stands, quoted where it does not, so that no value can
/// become a second word or a command. What no word can hold (the byte 0) is left out.
#[must_use]
pub fn word(text: &str) -> String {
    let able: String = text.chars().filter(|c| *c != '\0').collect();
    shlex::try_quote(&able).map_or_else(|_| String::new(), std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_takes_each_word_back_as_it_was() {
        for text in [
            "",
            "eu-west-2",
            "NHS Central",
            "it's",
            "$(reboot)",
            "a\nb",
            "`x`",
            "\\",
            "!!",
            "^a",
            "é'\"$",
        ] {
            assert_eq!(shlex::split(&word(text)), Some(vec![text.to_owned()]), "{text:?}");
        }
        assert_eq!(word("eu-west-2"), "eu-west-2");
        assert_eq!(word("a\0b"), "ab");
    }
}
