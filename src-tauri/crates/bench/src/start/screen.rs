//! A display whose pixels can be read: Xvfb keeps them in a file (Xvfb(1), `-fbdir`) in the format of xwd.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::emulator::end;
use crate::sandbox::Sandbox;
use crate::stats::ms;

const WIDTH: usize = 1280;
const HEIGHT: usize = 800;
/// Bytes of a pixel: a depth of 24 is kept in four.
const PIXEL: usize = 4;
/// How often the screen is looked at.
const EVERY: Duration = Duration::from_millis(4);

/// What the start of a window looked like, in milliseconds since the start of its process.
#[derive(Debug, Clone, Copy)]
pub(super) struct StartTimes {
    /// The first pixel changed.
    pub(super) window: f64,
    /// The screen holds more than the window's one colour.
    pub(super) page: f64,
    /// The last pixel changed.
    pub(super) complete: f64,
}

/// The display; ends with the measurement.
pub(super) struct Display {
    child: Child,
    /// As `DISPLAY` names it.
    pub(super) name: String,
    file: File,
    /// Where the pixels begin.
    offset: u64,
}

impl Display {
    pub(super) fn start(place: &Sandbox) -> Outcome<Self> {
        let folder = place.path("display");
        fs::create_dir_all(&folder)?;
        let mut child = place
            .program("Xvfb".as_ref())
            .args(["-displayfd", "1", "-nolisten", "tcp", "-nocursor", "-screen", "0"])
            .arg(format!("{WIDTH}x{HEIGHT}x24"))
            .arg("-fbdir")
            .arg(&folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("Xvfb could not be started: {error}"))?;
        let mut number = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut number)?;
        }
        let opened = || -> Outcome<(File, u64)> {
            let file = File::open(folder.join("Xvfb_screen0"))?;
            let offset = pixels(&file)?;
            Ok((file, offset))
        };
        match opened() {
            Ok((file, offset)) => Ok(Self {
                child,
                name: format!(":{}", number.trim()),
                file,
                offset,
            }),
            Err(error) => {
                end(&mut child);
                Err(format!("the display can't be read: {error}").into())
            }
        }
    }

    /// Every pixel at this moment.
    pub(super) fn look(&self) -> Outcome<Vec<u8>> {
        let mut pixels = vec![0; WIDTH * HEIGHT * PIXEL];
        self.read(&mut pixels)?;
        Ok(pixels)
    }

    fn read(&self, pixels: &mut [u8]) -> Outcome<()> {
        Ok(self.file.read_exact_at(pixels, self.offset)?)
    }

    /// Watches until the screen has stayed the same for a while with a page on it.
    pub(super) fn watch(
        &self,
        blank: &[u8],
        start: Instant,
        settled: Duration,
        patience: Duration,
    ) -> Outcome<StartTimes> {
        let mut shown = blank.to_vec();
        let mut now = blank.to_vec();
        let (mut window, mut page, mut complete) = (None, None, start);
        loop {
            self.read(&mut now)?;
            if now != shown {
                std::mem::swap(&mut now, &mut shown);
                complete = Instant::now();
                window = window.or(Some(complete));
                if page.is_none() && colours(&shown) > 2 {
                    page = Some(complete);
                }
            } else if let (Some(window), Some(page)) = (window, page)
                && complete.elapsed() > settled
            {
                let since = |moment: Instant| ms(moment.duration_since(start));
                return Ok(StartTimes {
                    window: since(window),
                    page: since(page),
                    complete: since(complete),
                });
            }
            if start.elapsed() > patience {
                return Err("it never showed a page that stayed".into());
            }
            sleep(EVERY);
        }
    }

    /// Waits until the screen is as it was.
    pub(super) fn wait_for(&self, blank: &[u8], patience: Duration) -> Outcome<()> {
        let deadline = Instant::now() + patience;
        while self.look()? != blank {
            if Instant::now() > deadline {
                return Err("the window did not go away".into());
            }
            sleep(EVERY);
        }
        Ok(())
    }

    /// Writes what is on the screen as a picture (portable pixmap).
    pub(super) fn keep(&self, file: &Path) -> Outcome<()> {
        let mut picture = format!("P6 {WIDTH} {HEIGHT} 255\n").into_bytes();
        for pixel in self.look()?.chunks_exact(PIXEL) {
            picture.extend([pixel[2], pixel[1], pixel[0]]);
        }
        Ok(fs::write(file, picture)?)
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// Where the pixels begin, by the file's header (XWDFile.h): big-endian words, of which the first is the
/// header's size and the twentieth the number of colours, 12 bytes each.
fn pixels(file: &File) -> Outcome<u64> {
    let word = |at: u64| -> Outcome<u64> {
        let mut bytes = [0; 4];
        file.read_exact_at(&mut bytes, 4 * at)?;
        Ok(u32::from_be_bytes(bytes).into())
    };
    let (header, width, height, line, colours) = (word(0)?, word(4)?, word(5)?, word(12)?, word(19)?);
    let wanted = [WIDTH, HEIGHT, WIDTH * PIXEL].map(|n| n as u64);
    if [width, height, line] != wanted {
        return Err(format!("it has {width}x{height} pixels and {line} bytes a line").into());
    }
    Ok(header + 12 * colours)
}

/// How many colours are on the screen; it stops at three. The empty display is one, a window without its
/// page another.
fn colours(screen: &[u8]) -> usize {
    let mut found: Vec<&[u8]> = Vec::new();
    for pixel in screen.chunks_exact(PIXEL) {
        if !found.contains(&pixel) {
            found.push(pixel);
            if found.len() > 2 {
                break;
            }
        }
    }
    found.len()
}
