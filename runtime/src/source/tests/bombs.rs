//! archives made to break readers, each with the verdict it has to get.

use zip::CompressionMethod::{Deflated, Stored};

use super::archives::{gzip, pax, read_bytes, tar_entry, tar_entry_of, tar_link, tar_of, zip_of};
use super::*;

/// Small enough that no bomb can allocate much before it is refused.
const LIMITS: TreeLimits = TreeLimits { entries: 2_000, bytes: 8 << 20, file_bytes: 4 << 20, depth: 32 };

#[test]
fn tar_bombs_get_their_verdict() {
    let good = tar_entry(b'0', "p/a", "1");
    let file = |name: &str| tar_of(&[good.clone(), tar_entry(b'0', name, "x")]);
    let kind = |kind: u8| tar_of(&[good.clone(), tar_link(kind, "p/x", "p/a")]);
    let after = |header: Vec<u8>| tar_of(&[header, good.clone()]);
    let patched = |at: usize, byte: u8| {
        let mut bytes = tar_of(std::slice::from_ref(&good));
        bytes[at] = byte;
        bytes
    };
    let no_number = {
        let mut bytes = patched(124, b'z');
        let sum: u32 = bytes[..148].iter().chain(&bytes[156..512]).map(|&byte| u32::from(byte)).sum::<u32>() + 8 * 32;
        bytes[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        bytes
    };
    let pair = |one: &str, other: &str| tar_of(&[tar_entry(b'0', one, "1"), tar_entry(b'0', other, "2")]);
    let many: Vec<Vec<u8>> = (0..3_000).map(|n| tar_entry(b'0', &format!("p/{n}"), "")).collect();
    let zeros = tar_entry_of(b'0', b"p/zeros", b"", 3 << 20, &vec![0; 3 << 20]);
    let stated = |size: u64| tar_of(&[tar_entry_of(b'0', b"p/big", b"", size, b"little")]);
    let cut = |length: usize| tar_of(std::slice::from_ref(&good))[..length].to_vec();

    let manifest: Vec<(&str, Vec<u8>, &str)> = vec![
        ("good", file("p/b"), "read"),
        ("absolute", file("/etc/passwd"), "path"),
        ("up", file("../up"), "path"),
        ("up inside", file("p/../../up"), "path"),
        ("dot inside", file("p/./x"), "path"),
        ("empty part", file("p//x"), "path"),
        ("two dots at the end", file("p/.."), "path"),
        ("absolute through dots", file(".//etc"), "path"),
        ("duplicate", pair("p/x", "p/x"), "duplicate"),
        ("duplicate through dots", pair("p/x", "./p/x"), "duplicate"),
        ("file as directory", pair("p/x", "p/x/y"), "not a directory"),
        (
            "through a link",
            tar_of(&[tar_link(b'2', "p/l", "/etc"), tar_entry(b'0', "p/l/passwd", "x")]),
            "not a directory",
        ),
        ("directory over a link", tar_of(&[tar_link(b'2', "p/l", "/"), tar_entry(b'5', "p/l/", "")]), "duplicate"),
        ("hard link out", tar_of(&[good.clone(), tar_link(b'1', "p/x", "/etc/passwd")]), "hard link"),
        ("hard link inside", kind(b'1'), "hard link"),
        ("character device", kind(b'3'), "special"),
        ("block device", kind(b'4'), "special"),
        ("fifo", kind(b'6'), "special"),
        ("sparse", kind(b'S'), "sparse"),
        ("continued on another volume", kind(b'M'), "unknown"),
        ("volume header", kind(b'V'), "unknown"),
        ("unknown type", kind(b'Z'), "unknown"),
        ("link without target", tar_of(&[tar_link(b'2', "p/x", "")]), "disagreement"),
        ("link with content", tar_of(&[tar_entry_of(b'2', b"p/x", b"t", 4, b"text")]), "disagreement"),
        ("directory with content", tar_of(&[tar_entry(b'5', "p/x/", "text")]), "disagreement"),
        ("file with a directory's name", tar_of(&[tar_entry(b'0', "p/x/", "text")]), "disagreement"),
        // CVE-2025-62518: the extended header states another size than the header.
        ("pax size 0", after(pax(b'x', &[("size", "0")])), "disagreement"),
        ("pax size larger", after(pax(b'x', &[("size", "512")])), "disagreement"),
        ("pax size in a global header", after(pax(b'g', &[("size", "1")])), "extended"),
        ("pax path in a global header", after(pax(b'g', &[("path", "/x")])), "extended"),
        ("pax size twice", after(pax(b'x', &[("size", "1"), ("size", "0")])), "disagreement"),
        (
            "pax path twice",
            after([pax(b'x', &[("path", "p/y")]), pax(b'x', &[("path", "p/z")])].concat()),
            "disagreement",
        ),
        ("pax size negative", after(pax(b'x', &[("size", "-1")])), "extended"),
        ("pax size signed", after(pax(b'x', &[("size", "+1")])), "extended"),
        ("pax path up", after(pax(b'x', &[("path", "../up")])), "path"),
        ("pax path with NUL", after(pax(b'x', &[("path", "p/a\0b")])), "path"),
        ("pax link of a file", after(pax(b'x', &[("linkpath", "/etc/passwd")])), "disagreement"),
        ("pax sparse", after(pax(b'x', &[("GNU.sparse.major", "1")])), "sparse"),
        ("pax without length", after(tar_entry(b'x', "x", "path=p/x\n")), "extended"),
        ("pax with a short length", after(tar_entry(b'x', "x", "5 path=p/x\n")), "extended"),
        ("pax behind an empty line", after(tar_entry(b'x', "x", "12 path=p/x\n\n10 size=0\n")), "extended"),
        ("pax too large", after(pax(b'x', &[("comment", &"c".repeat(70_000))])), "extended"),
        ("pax before the end", tar_of(&[good.clone(), pax(b'x', &[("path", "p/x")])]), "extended"),
        (
            "long name and pax path",
            after([tar_entry(b'L', "L", "p/l\0"), pax(b'x', &[("path", "p/z")])].concat()),
            "disagreement",
        ),
        ("long name up", after(tar_entry(b'L', "L", "../up\0")), "path"),
        ("wrong checksum", patched(0, b'q'), "checksum"),
        ("size that is no number", no_number, "damaged"),
        ("size over the limit", stated(5 << 20), "file bytes"),
        ("size of eight exabytes", stated(u64::MAX >> 1), "file bytes"),
        ("size over the end", stated(1 << 20), "damaged"),
        ("cut in a header", cut(300), "damaged"),
        ("cut in the content", cut(512 + 100), "damaged"),
        ("cut before the end", cut(1024), "damaged"),
        ("one zero block", cut(1024 + 512), "damaged"),
        ("bytes after the end", [tar_of(std::slice::from_ref(&good)), good.clone()].concat(), "trailing"),
        ("no entry", tar_of(&[]), "empty"),
        ("many entries", tar_of(&many), "entries"),
        ("many bytes", tar_of(&[zeros.clone(), zeros.clone(), zeros.clone()]), "bytes"),
        ("deep", file(&("d/".repeat(40) + "f")), "depth"),
    ];
    assert!(manifest.len() >= 55);
    for (name, bytes, expected) in &manifest {
        let outcome = read_bytes("x.tar", bytes, &LIMITS);
        let found = verdict(&outcome);
        assert_eq!(found, *expected, "{name}: {outcome:?}");
        // The same inside gzip; only growth is judged before what is inside.
        let found = verdict(&read_bytes("x.tar.gz", &gzip(bytes), &LIMITS));
        assert!(found == *expected || found == "ratio", "{name} in gzip: {found}");
    }
}

#[test]
fn gzip_bombs_get_their_verdict() {
    let good = tar_of(&[tar_entry(b'0', "p/a", "1")]);
    let zeros = gzip(&tar_of(&[tar_entry_of(b'0', b"p/zeros", b"", 3 << 20, &vec![0; 3 << 20])]));
    let endless = gzip(&[good.clone(), vec![0; 64 << 20]].concat());
    let mut wrong = gzip(&good);
    let at = wrong.len() - 6;
    wrong[at] ^= 1;
    let cases: [(&str, Vec<u8>, &str); 7] = [
        ("zeros", zeros, "ratio"),
        ("zeros after the end", endless, "ratio"),
        ("cut", gzip(&good)[..40].to_vec(), "damaged"),
        ("wrong checksum", wrong, "damaged"),
        ("bytes after the stream", [gzip(&good), b"PK".to_vec()].concat(), "damaged"),
        ("an archive after the archive", [gzip(&good), gzip(&good)].concat(), "trailing"),
        ("no tar inside", gzip(b"hello"), "damaged"),
    ];
    for (name, bytes, expected) in &cases {
        let outcome = read_bytes("x.tar.gz", bytes, &LIMITS);
        assert_eq!(verdict(&outcome), *expected, "{name}: {outcome:?}");
    }
}

#[test]
fn zip_bombs_get_their_verdict() {
    const FILE: u32 = 0o100_644;
    let good: [(&str, u32, &[u8]); 2] = [("p/a", FILE, b"first"), ("p/b", FILE, b"other")];
    let stored = zip_of(&good, Stored);
    let central = |bytes: &[u8], nth: usize| find(bytes, b"PK\x01\x02", nth);
    let local = |bytes: &[u8], nth: usize| find(bytes, b"PK\x03\x04", nth);
    let patched = |at: usize, with: &[u8]| {
        let mut bytes = stored.clone();
        bytes[at..at + with.len()].copy_from_slice(with);
        bytes
    };
    let one = |name: &str, mode: u32, content: &[u8]| zip_of(&[("p/a", FILE, b"1"), (name, mode, content)], Stored);
    let (first, second) = (central(&stored, 0), central(&stored, 1));
    let overlap = stored[first + 42..first + 46].to_vec();
    let mode = |bits: u32| patched(first + 38, &(bits << 16).to_le_bytes());
    let names: Vec<String> = (0..3_000).map(|n| format!("p/{n}")).collect();
    let many: Vec<(&str, u32, &[u8])> = names.iter().map(|name| (name.as_str(), FILE, &b""[..])).collect();
    let zeros = vec![0; 3 << 20];
    let comment = {
        let mut bytes = stored.clone();
        let end = bytes.len();
        bytes[end - 2..].copy_from_slice(&(stored.len() as u16).to_le_bytes());
        bytes.extend_from_slice(&stored);
        bytes
    };

    let manifest: Vec<(&str, Vec<u8>, &str)> = vec![
        ("good", stored.clone(), "read"),
        ("absolute", one("/etc/passwd", FILE, b"x"), "path"),
        ("up", one("../up", FILE, b"x"), "path"),
        ("up inside", one("p/../../up", FILE, b"x"), "path"),
        ("file as directory", one("p/a/b", FILE, b"x"), "not a directory"),
        ("other name in the central directory", patched(first + 46, b"p/x"), "disagreement"),
        ("same name twice", patched(second + 46, b"p/a"), "disagreement"),
        ("overlapping entries", patched(second + 42, &overlap), "disagreement"),
        ("other size in the central directory", patched(first + 24, &9_u32.to_le_bytes()), "disagreement"),
        ("other method before the bytes", patched(local(&stored, 0) + 8, &8_u16.to_le_bytes()), "disagreement"),
        ("wrong checksum in both", patch_both(&stored, 16, 14, &[1, 2, 3, 4]), "damaged"),
        ("method that is not read", patch_both(&stored, 10, 8, &12_u16.to_le_bytes()), "method"),
        ("encrypted", patch_both(&stored, 8, 6, &1_u16.to_le_bytes()), "encrypted"),
        ("fifo", mode(0o010_644), "special"),
        ("device", mode(0o020_644), "special"),
        ("socket", mode(0o140_644), "special"),
        ("link with NUL", one("p/l", 0o120_777, b"a\0b"), "disagreement"),
        ("through a link", zip_of(&[("p/l", 0o120_777, b"/etc"), ("p/l/x", FILE, b"x")], Stored), "not a directory"),
        ("grows", zip_of(&[("p/zeros", FILE, &zeros)], Deflated), "ratio"),
        ("many bytes", zip_of(&[("a", FILE, &zeros), ("b", FILE, &zeros), ("c", FILE, &zeros)], Stored), "bytes"),
        ("many entries", zip_of(&many, Stored), "entries"),
        ("deep", one(&"d/".repeat(40), 0o040_755, b""), "depth"),
        ("cut", stored[..stored.len() - 10].to_vec(), "trailing"),
        ("no end", stored[..first].to_vec(), "damaged"),
        ("bytes after the end", [stored.clone(), b"more".to_vec()].concat(), "trailing"),
        ("an archive in the comment", comment, "disagreement"),
        ("an archive before the archive", [stored.clone(), stored.clone()].concat(), "disagreement"),
        ("no entry", zip_of(&[], Stored), "empty"),
    ];
    for (name, bytes, expected) in &manifest {
        let outcome = read_bytes("x.zip", bytes, &LIMITS);
        assert_eq!(verdict(&outcome), *expected, "{name}: {outcome:?}");
    }
}

/// Where the `nth` occurrence of a signature is.
fn find(bytes: &[u8], signature: &[u8], nth: usize) -> usize {
    bytes.windows(signature.len()).enumerate().filter(|(_, window)| *window == signature).nth(nth).unwrap().0
}

/// Patches the first entry's header in the central directory and before its bytes.
fn patch_both(bytes: &[u8], central: usize, local: usize, with: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for at in [find(&bytes, b"PK\x01\x02", 0) + central, find(&bytes, b"PK\x03\x04", 0) + local] {
        bytes[at..at + with.len()].copy_from_slice(with);
    }
    bytes
}
