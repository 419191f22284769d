//! Which scripts a start page loads, as a browser reads it (HTML Standard, sections 4.12.1, 4.6.8 and 2.4.3).

use std::cell::RefCell;
use std::collections::HashSet;
use std::time::{Duration, Instant};

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use reqwest::Url;

/// So much of a page is read before the time is looked at, in bytes.
const CHUNK: usize = 4 * 1024;

/// The essences of JavaScript's media types (MIME Sniffing Standard, "JavaScript MIME type"); RFC 9239 keeps the first
/// two and has the others mean the same.
const JAVASCRIPT: [&str; 16] = [
    "text/javascript",
    "application/javascript",
    "application/ecmascript",
    "application/x-ecmascript",
    "application/x-javascript",
    "text/ecmascript",
    "text/javascript1.0",
    "text/javascript1.1",
    "text/javascript1.2",
    "text/javascript1.3",
    "text/javascript1.4",
    "text/javascript1.5",
    "text/jscript",
    "text/livescript",
    "text/x-ecmascript",
    "text/x-javascript",
];

/// Whether a media type, with or without parameters, is one of JavaScript's.
pub(super) fn is_javascript(media: &str) -> bool {
    let essence = media.split(';').next().unwrap_or_default().trim();
    JAVASCRIPT.iter().any(|known| known.eq_ignore_ascii_case(essence))
}

/// So many places are kept, which is more than are looked at.
pub(super) const MOST_LOADS: usize = 1_000;
/// Bytes of a place; what is longer no browser and no server takes (RFC 9110, section 4.1, speaks of 8,000).
const LONGEST_PLACE: usize = 8 << 10;

/// The scripts of a page, each once and in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Page {
    /// Where those are that it loads.
    pub(super) loads: Vec<Url>,
    /// Those that stand in it.
    pub(super) inline: Vec<String>,
    /// How many it loads from a place that can't be read.
    pub(super) nowhere: usize,
}

/// Reads a page that stands at `at`; none where that takes longer than `most`, as for a tag of a million attributes.
pub(super) fn read(html: &str, at: &Url, most: Duration) -> Option<Page> {
    let since = Instant::now();
    let sink = Sink(RefCell::new(State {
        page: Page::default(),
        known: HashSet::new(),
        base: at.clone(),
        based: false,
        templates: 0,
        open: None,
    }));
    let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
    let input = BufferQueue::default();
    let mut rest = html;
    while !rest.is_empty() {
        let (chunk, behind) = rest.split_at(rest.floor_char_boundary(CHUNK));
        rest = behind;
        input.push_back(StrTendril::from_slice(chunk));
        // Nothing here asks the tokenizer to wait.
        let _ = tokenizer.feed(&input);
        if since.elapsed() > most {
            return None;
        }
    }
    tokenizer.end();
    Some(tokenizer.sink.0.into_inner().page)
}

struct State {
    page: Page,
    known: HashSet<Url>,
    /// What relative places are relative to.
    base: Url,
    /// Whether the page has said so: only the first `base` counts.
    based: bool,
    /// Templates that are open: what stands in them does nothing.
    templates: usize,
    /// The text of the script that is open.
    open: Option<String>,
}

struct Sink(RefCell<State>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut state = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) => match tag.kind {
                TagKind::StartTag => state.starts(&tag),
                TagKind::EndTag => {
                    state.ends(&tag);
                    TokenSinkResult::Continue
                }
            },
            Token::CharacterTokens(text) => {
                if let Some(open) = &mut state.open {
                    open.push_str(&text);
                }
                TokenSinkResult::Continue
            }
            Token::DoctypeToken(_)
            | Token::CommentToken(_)
            | Token::NullCharacterToken
            | Token::EOFToken
            | Token::ParseError(_) => TokenSinkResult::Continue,
        }
    }
}

impl State {
    fn starts(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let live = self.templates == 0;
        match &*tag.name {
            "base" if live && !self.based => {
                let href = attribute(tag, "href").filter(|href| href.len() <= LONGEST_PLACE);
                if let Some(href) = href {
                    self.based = true;
                    self.base = self.base.join(href.trim()).unwrap_or(self.base.clone());
                }
            }
            "template" => self.templates += 1,
            "link" if live => {
                let word = |list: &str, word: &str| {
                    list.split_ascii_whitespace()
                        .any(|one| one.eq_ignore_ascii_case(word))
                };
                let rel = attribute(tag, "rel").unwrap_or_default();
                let is = |what: &str| attribute(tag, "as").is_some_and(|it| it.eq_ignore_ascii_case(what));
                // What a module preload is of, is a script unless it says otherwise.
                let module =
                    word(rel, "modulepreload") && (attribute(tag, "as").is_none() || is("") || is("script"));
                if module || (word(rel, "preload") && is("script")) {
                    self.loads(attribute(tag, "href"));
                }
            }
            "script" => {
                if live && is_run(tag) {
                    match attribute(tag, "src") {
                        Some(src) => self.loads(Some(src)),
                        None => self.open = Some(String::new()),
                    }
                }
                return TokenSinkResult::RawData(RawKind::ScriptData);
            }
            // With scripts switched on, `noscript` is text as well (HTML Standard, section 13.2.6.4.4).
            "style" | "xmp" | "iframe" | "noembed" | "noframes" | "noscript" => {
                return TokenSinkResult::RawData(RawKind::Rawtext);
            }
            "title" | "textarea" => return TokenSinkResult::RawData(RawKind::Rcdata),
            "plaintext" => return TokenSinkResult::Plaintext,
            _ => {}
        }
        TokenSinkResult::Continue
    }

    fn ends(&mut self, tag: &Tag) {
        match &*tag.name {
            "template" => self.templates = self.templates.saturating_sub(1),
            "script" => {
                if let Some(text) = self.open.take().filter(|text| !text.trim().is_empty()) {
                    self.page.inline.push(text);
                }
            }
            _ => {}
        }
    }

    /// An empty place is not asked for.
    fn loads(&mut self, place: Option<&str>) {
        let Some(place) = place.map(str::trim).filter(|place| !place.is_empty()) else {
            return;
        };
        // More than are ever asked for: those in front say that it is too much.
        if self.page.loads.len() > MOST_LOADS {
            return;
        }
        if place.len() > LONGEST_PLACE {
            self.page.nowhere += 1;
            return;
        }
        match self.base.join(place) {
            Ok(mut url) => {
                url.set_fragment(None);
                if self.known.insert(url.clone()) {
                    self.page.loads.push(url);
                }
            }
            Err(_) => self.page.nowhere += 1,
        }
    }
}

fn attribute<'t>(tag: &'t Tag, name: &str) -> Option<&'t str> {
    let found = tag.attrs.iter().find(|attribute| &*attribute.name.local == name);
    found.map(|attribute| &*attribute.value)
}

/// Whether a browser runs it: others are data, such as import maps and templates.
fn is_run(tag: &Tag) -> bool {
    match attribute(tag, "type").map(str::trim) {
        None | Some("") => true,
        // Parameters make it data.
        Some(media) => media.eq_ignore_ascii_case("module") || (!media.contains(';') && is_javascript(media)),
    }
}

#[cfg(test)]
mod tests;
