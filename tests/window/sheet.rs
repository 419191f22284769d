//! Contact sheets: many pictures small on one, each with its name, so that the whole window is seen at one glance.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::Path;

use font8x8::legacy::BASIC_LEGACY;
use png::{BitDepth, ColorType, Compression, Decoder, Encoder, Transformations};

use crate::app::Outcome;

/// Three bytes a pixel: red, green, blue.
const RGB: usize = 3;
/// Around each picture, in pixels.
const GAP: usize = 16;
/// The height of a name: a letter is 8 by 8, drawn twice as large.
const NAME: usize = 24;
const LETTER: usize = 16;
/// What lies behind the pictures: neither of the two modes' own.
const BEHIND: [u8; RGB] = [128, 132, 140];

/// A picture in memory.
#[derive(Debug, Clone)]
pub struct Picture {
    pub width: usize,
    pub height: usize,
    pixels: Vec<u8>,
}

impl Picture {
    /// One colour.
    pub fn plain(width: usize, height: usize, colour: [u8; RGB]) -> Self {
        let pixels = colour
            .iter()
            .copied()
            .cycle()
            .take(width * height * RGB)
            .collect();
        Self {
            width,
            height,
            pixels,
        }
    }

    /// Reads a PNG as the driver saves one.
    pub fn read(path: &Path) -> Outcome<Self> {
        let mut decoder = Decoder::new(BufReader::new(File::open(path)?));
        decoder.set_transformations(Transformations::normalize_to_color8() | Transformations::STRIP_16);
        let mut reader = decoder.read_info()?;
        let mut bytes = vec![0; reader.output_buffer_size().ok_or("the picture is too large")?];
        let info = reader.next_frame(&mut bytes)?;
        let (width, height) = (info.width as usize, info.height as usize);
        let per = bytes.len() / (width * height);
        let pixels = match info.color_type {
            ColorType::Rgb | ColorType::Rgba => bytes
                .chunks_exact(per)
                .flat_map(|pixel| [pixel[0], pixel[1], pixel[2]])
                .collect(),
            ColorType::Grayscale | ColorType::GrayscaleAlpha | ColorType::Indexed => {
                return Err(format!(
                    "{}: {:?} is no picture of a window",
                    path.display(),
                    info.color_type
                )
                .into());
            }
        };
        Ok(Self {
            width,
            height,
            pixels,
        })
    }

    /// Writes it: as small as PNG can, or soon.
    pub fn write(&self, path: &Path, compression: Compression) -> Outcome {
        let out = BufWriter::new(File::create(path)?);
        let mut encoder = Encoder::new(out, u32::try_from(self.width)?, u32::try_from(self.height)?);
        encoder.set_color(ColorType::Rgb);
        encoder.set_depth(BitDepth::Eight);
        encoder.set_compression(compression);
        encoder.write_header()?.write_image_data(&self.pixels)?;
        Ok(())
    }

    /// A part of it; what lies beyond its edge is left out.
    pub fn part(&self, left: usize, top: usize, width: usize, height: usize) -> Self {
        let (left, top) = (left.min(self.width), top.min(self.height));
        let (width, height) = (width.min(self.width - left), height.min(self.height - top));
        let rows = (top..top + height).map(|y| &self.pixels[(y * self.width + left) * RGB..][..width * RGB]);
        Self {
            width,
            height,
            pixels: rows.flatten().copied().collect(),
        }
    }

    /// Half as wide and as high, each pixel the mean of four.
    pub fn half(&self) -> Self {
        let mut small = Self::plain(self.width / 2, self.height / 2, BEHIND);
        for y in 0..small.height {
            for x in 0..small.width {
                for of in 0..RGB {
                    let at = |dx: usize, dy: usize| {
                        u32::from(self.pixels[((2 * y + dy) * self.width + 2 * x + dx) * RGB + of])
                    };
                    let mean = (at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1) + 2) / 4;
                    small.pixels[(y * small.width + x) * RGB + of] = u8::try_from(mean).unwrap_or(u8::MAX);
                }
            }
        }
        small
    }

    /// Lays another over it.
    fn lay(&mut self, other: &Self, left: usize, top: usize) {
        for y in 0..other.height {
            let to = ((top + y) * self.width + left) * RGB;
            let row = &other.pixels[y * other.width * RGB..][..other.width * RGB];
            self.pixels[to..to + row.len()].copy_from_slice(row);
        }
    }

    /// Writes words in white; what does not fit is left out.
    fn letter(&mut self, words: &str, left: usize, top: usize, width: usize) {
        for (at, letter) in words.chars().take(width / LETTER).enumerate() {
            let glyph = BASIC_LEGACY.get(letter as usize).copied().unwrap_or_default();
            for y in 0..LETTER {
                for x in 0..LETTER {
                    if glyph[y / 2] & (1 << (x / 2)) != 0 {
                        let to = ((top + y) * self.width + left + at * LETTER + x) * RGB;
                        self.pixels[to..to + RGB].fill(u8::MAX);
                    }
                }
            }
        }
    }
}

/// All pictures in rows of so many, each with its name above it.
pub fn sheet(pictures: &[(String, Picture)], columns: usize) -> Picture {
    let wide = pictures
        .iter()
        .map(|(_, picture)| picture.width)
        .max()
        .unwrap_or(0)
        + GAP;
    let high = pictures
        .iter()
        .map(|(_, picture)| picture.height)
        .max()
        .unwrap_or(0)
        + GAP
        + NAME;
    let rows = pictures.len().div_ceil(columns);
    let mut sheet = Picture::plain(columns * wide + GAP, rows * high + GAP, BEHIND);
    for (at, (name, picture)) in pictures.iter().enumerate() {
        let (left, top) = (GAP + (at % columns) * wide, GAP + (at / columns) * high);
        sheet.letter(name, left, top, wide - GAP);
        sheet.lay(picture, left, top + NAME);
    }
    sheet
}

#[test]
fn a_sheet_holds_each_picture_with_its_name_above_it() {
    let red = Picture::plain(40, 20, [255, 0, 0]);
    let made = sheet(
        &[("one".to_owned(), red.clone()), ("two".to_owned(), red.half())],
        2,
    );
    assert_eq!((made.width, made.height), (2 * 56 + 16, 60 + 16));
    let first = made.part(GAP, GAP + NAME, 40, 20);
    assert_eq!(first.pixels, red.pixels);
    let half = made.part(GAP + 56, GAP + NAME, 20, 10);
    assert_eq!(half.pixels, Picture::plain(20, 10, [255, 0, 0]).pixels);
    // Of the name what fits is written, in white.
    let name = made.part(GAP, GAP, 40, LETTER);
    assert!(name.pixels.contains(&u8::MAX), "nothing is written");
    assert_eq!(
        made.part(GAP + 40, 0, GAP, 76).pixels,
        Picture::plain(GAP, 76, BEHIND).pixels
    );
}
