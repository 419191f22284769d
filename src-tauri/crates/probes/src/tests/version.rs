use std::io::Write as _;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

use crate::version::{LARGEST, Sent, build_of};

fn read(encoding: &str, body: &[u8]) -> Result<String, String> {
    build_of(&Sent {
        status: 200,
        encoding,
        kind: "application/json",
        location: "",
        body,
    })
}

const BUILD: &[u8] = br#"{"build":"8f2c"}"#;

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(body).unwrap();
    packed.finish().unwrap()
}

fn zlib(body: &[u8]) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
    packed.write_all(body).unwrap();
    packed.finish().unwrap()
}

fn deflate(body: &[u8]) -> Vec<u8> {
    let mut packed = DeflateEncoder::new(Vec::new(), Compression::default());
    packed.write_all(body).unwrap();
    packed.finish().unwrap()
}

/// `{"build":"8f2c"}` in brotli, stored: one metablock that is not compressed (RFC 7932, 9.2), and an
/// empty last one.
fn brotli() -> Vec<u8> {
    let length = u32::try_from(BUILD.len() - 1).unwrap();
    // WBITS = 16 (one 0), ISLAST = 0, MNIBBLES = 4 (two 0), MLEN - 1 in 16 bits, ISUNCOMPRESSED = 1.
    let head = (length << 4) | (1 << 20);
    let mut packed = head.to_le_bytes()[..3].to_vec();
    packed.extend_from_slice(BUILD);
    packed.push(0x03);
    packed
}

#[test]
fn a_build_is_read_as_a_browser_would() {
    let wide = |unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
        let text = format!("\u{feff}{}", std::str::from_utf8(BUILD).unwrap());
        text.encode_utf16().flat_map(unit).collect()
    };
    for (encoding, body, build) in [
        ("", BUILD.to_vec(), "8f2c"),
        ("gzip", gzip(BUILD), "8f2c"),
        ("x-gzip", gzip(BUILD), "8f2c"),
        ("", gzip(BUILD), "8f2c"),
        ("deflate", zlib(BUILD), "8f2c"),
        ("deflate", deflate(BUILD), "8f2c"),
        ("br", brotli(), "8f2c"),
        ("gzip, deflate", zlib(&gzip(BUILD)), "8f2c"),
        ("identity", BUILD.to_vec(), "8f2c"),
        ("gzip", BUILD.to_vec(), "8f2c"),
        ("", [b"\xef\xbb\xbf", BUILD].concat(), "8f2c"),
        ("", wide(u16::to_le_bytes), "8f2c"),
        ("", wide(u16::to_be_bytes), "8f2c"),
        ("", br#"{"build": 4711}"#.to_vec(), "4711"),
        (
            "gzip",
            gzip(br#"{"build": 18446744073709551615}"#),
            "18446744073709551615",
        ),
        ("", b"{\"build\": \" 8f2c \"}".to_vec(), "8f2c"),
    ] {
        assert_eq!(read(encoding, &body).as_deref(), Ok(build), "{encoding}");
    }
}

#[test]
fn what_came_instead_of_a_build_is_said() {
    let bomb = gzip(&vec![b' '; LARGEST + 1]);
    let exact = [BUILD, &vec![b' '; LARGEST - BUILD.len()]].concat();
    assert_eq!(read("gzip", &gzip(&exact)).as_deref(), Ok("8f2c"));
    for (encoding, body, said) in [
        ("", b"<!doctype html>".to_vec(), "HTML"),
        ("gzip", gzip(b"<html>"), "HTML"),
        ("", b"  ".to_vec(), "empty"),
        ("", b"8f2c!".to_vec(), "no JSON"),
        ("", b"{\"build\": ".to_vec(), "a mistake at line 1"),
        ("", b"[]".to_vec(), "a list and no object"),
        ("", b"{}".to_vec(), "JSON without a build"),
        ("", br#"{"app":{"build":"8f2c"}}"#.to_vec(), "only within app"),
        ("", br#"{"a":{"b":{"build":1}}}"#.to_vec(), "only within a.b"),
        ("", br#"{"build":{"id":"8f2c"}}"#.to_vec(), "an object"),
        ("", br#"{"build":null}"#.to_vec(), "null"),
        ("", br#"{"build":true}"#.to_vec(), "true or false"),
        ("", br#"{"build":1.10}"#.to_vec(), "not whole"),
        ("", br#"{"build":""}"#.to_vec(), "empty"),
        ("zstd", BUILD.to_vec(), "compressed with zstd"),
        (
            "",
            [0x28, 0xb5, 0x2f, 0xfd, 0xff].to_vec(),
            "compressed with zstd",
        ),
        ("gzip", gzip(BUILD)[..12].to_vec(), "can't be unpacked"),
        ("br", b"\xff\xff\xff".to_vec(), "can't be unpacked"),
        ("gzip", bomb, "larger than 16 MiB"),
        ("", b"\xff\x00\x01".to_vec(), "no text"),
    ] {
        let instead = read(encoding, &body).unwrap_err();
        assert!(instead.contains(said), "{said}: {instead}");
    }
    let moved = |location| {
        build_of(&Sent {
            status: 301,
            encoding: "",
            kind: "",
            location,
            body: b"",
        })
    };
    assert_eq!(moved("/login").unwrap_err(), "a redirect to /login");
    assert_eq!(moved("").unwrap_err(), "a redirect to nowhere");
}
