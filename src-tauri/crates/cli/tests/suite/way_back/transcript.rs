//! What a closing note quotes: what was done and what the console said, printed as one block.

use crate::way_back::aws::Fingerprint;

pub struct Transcript {
    title: &'static str,
    lines: Vec<String>,
    /// Long ids by the word that stands for them.
    words: Vec<(String, &'static str)>,
}

impl Transcript {
    pub fn new(title: &'static str) -> Self {
        Self {
            title,
            lines: Vec::new(),
            words: Vec::new(),
        }
    }

    /// From now on this text is shown as a word.
    pub fn call(&mut self, text: &str, word: &'static str) {
        self.words.push((text.to_owned(), word));
    }

    pub fn world(&mut self, when: &str, print: &Fingerprint) {
        self.line(&format!("  world {when:<7} {print}"));
    }

    /// Something that happens to the world or to a machine.
    pub fn event(&mut self, what: &str) {
        self.line(&format!("! {what}"));
    }

    pub fn command(&mut self, who: &str, args: &[&str]) {
        self.line(&format!("{who}$ switchback {}", args.join(" ")));
    }

    pub fn said(&mut self, code: i32, words: &str) {
        self.line(&format!("    exit {code}: {words}"));
    }

    fn line(&mut self, text: &str) {
        let text = self.words.iter().fold(text.to_owned(), |text, (long, word)| {
            text.replace(long.as_str(), word)
        });
        self.lines.push(text);
    }
}

impl Drop for Transcript {
    fn drop(&mut self) {
        let end = if std::thread::panicking() {
            "it FAILED here"
        } else {
            "the world ends as it began"
        };
        println!("\n== {}\n{}\n== {end}\n", self.title, self.lines.join("\n"));
    }
}
