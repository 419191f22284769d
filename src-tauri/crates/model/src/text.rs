//! Texts that others wrote, on their way to a terminal, a file or a log.

/// Whether a terminal would obey a character instead of showing it: a control character, or one that
/// turns the direction of what follows (Unicode Standard Annex 9), which makes a line read as another.
#[must_use]
pub fn is_obeyed(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a character takes no place of its own or ends a line although it is no control character: two
/// texts that differ by it look the same, or one looks like two. Variation selectors are none of them: they
/// only choose a glyph.
#[must_use]
pub fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180e}'
            | '\u{200b}'..='\u{200d}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// The text with each character that a terminal would obey or not show, but for the end of a line and a
/// tab, replaced by one that can be seen. What has one or two bytes in UTF-8 keeps its length, and so does
/// what has three, so that the byte offsets of a source still fit.
#[must_use]
pub fn shown(text: &str) -> String {
    text.chars().map(seen).collect()
}

/// The same in one line: its ends and tabs are replaced as well, so that no text of others begins a line.
#[must_use]
pub fn line(text: &str) -> String {
    let seen = |c: char| match c {
        '\n' | '\u{2028}' | '\u{2029}' => '⏎',
        '\t' => ' ',
        c => seen(c),
    };
    text.replace("\r\n", "\n").chars().map(seen).collect()
}

/// Seconds as people say them, in two units at most: "45 s", "4 min 12 s", "1 h 36 min", "2 days 3 h".
#[must_use]
pub fn lasting(seconds: u64) -> String {
    let two = |large: u64, name: &str, small: u64, unit: &str| match small {
        0 => format!("{large} {name}"),
        small => format!("{large} {name} {small} {unit}"),
    };
    match seconds {
        0..=59 => format!("{seconds} s"),
        60..=3_599 => two(seconds / 60, "min", seconds % 60, "s"),
        3_600..=172_799 => two(seconds / 3_600, "h", seconds / 60 % 60, "min"),
        _ => two(seconds / 86_400, "days", seconds / 3_600 % 24, "h"),
    }
}

fn seen(c: char) -> char {
    match c {
        '\n' | '\t' => c,
        c if !is_obeyed(c) && !is_unseen(c) => c,
        c => match c.len_utf8() {
            1 => '?',
            2 => '\u{b7}',
            3 => '\u{fffd}',
            _ => '\u{1f7c4}',
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{lasting, line, shown};

    #[test]
    fn seconds_are_said_as_people_say_them() {
        for (seconds, words) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (61, "1 min 1 s"),
            (900, "15 min"),
            (3_600, "1 h"),
            (5_818, "1 h 36 min"),
            (86_400, "24 h"),
            (172_800, "2 days"),
            (183_600, "2 days 3 h"),
        ] {
            assert_eq!(lasting(seconds), words);
        }
    }

    #[test]
    fn nothing_is_obeyed_and_offsets_stay() {
        let text = "a\u{1b}[2J\u{85}\u{202e}\u{200b}\u{e0041}\n\tb";
        let seen = shown(text);
        assert_eq!(seen, "a?[2J\u{b7}\u{fffd}\u{fffd}\u{1f7c4}\n\tb");
        assert_eq!(seen.len(), text.len());
        // What only looks unusual stays as it is.
        for fine in ["Zoë Ångström", "☀\u{fe0f} café 日本", "– … ✓"] {
            assert_eq!(shown(fine), fine);
        }
    }

    #[test]
    fn a_line_is_one_line() {
        assert_eq!(line("a\r\nb\nc\u{2028}d\te\rf"), "a⏎b⏎c⏎d e?f");
    }
}
