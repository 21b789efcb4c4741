//! Makes tar and zip archives, well-formed ones and others, and reads the well-formed ones.

use std::io::{Cursor, Write};

use flate2::{Compression, write::GzEncoder};
use tar::Header;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;

/// One tar entry: header, content, padding. `size` stands in the header, whatever `content` is.
pub(super) fn tar_entry_of(kind: u8, name: &[u8], link: &[u8], size: u64, content: &[u8]) -> Vec<u8> {
    let mut header = Header::new_ustar();
    let old = header.as_old_mut();
    old.name[..name.len()].copy_from_slice(name);
    old.linkname[..link.len()].copy_from_slice(link);
    old.linkflag[0] = kind;
    header.set_mode(if name.ends_with(b".sh") { 0o755 } else { 0o644 });
    header.set_size(size);
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend_from_slice(content);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

pub(super) fn tar_entry(kind: u8, name: &str, content: &str) -> Vec<u8> {
    tar_entry_of(kind, name.as_bytes(), b"", content.len() as u64, content.as_bytes())
}

pub(super) fn tar_link(kind: u8, name: &str, target: &str) -> Vec<u8> {
    tar_entry_of(kind, name.as_bytes(), target.as_bytes(), 0, b"")
}

/// A PAX header with one record for each pair.
pub(super) fn pax(kind: u8, records: &[(&str, &str)]) -> Vec<u8> {
    let record = |(key, value): &(&str, &str)| {
        let rest = key.len() + value.len() + 3;
        let length = (rest + 1..).find(|length| length.to_string().len() + rest == *length).unwrap();
        format!("{length} {key}={value}\n")
    };
    let content: String = records.iter().map(record).collect();
    tar_entry(kind, "PaxHeaders/x", &content)
}

/// Entries with the end marker.
pub(super) fn tar_of(entries: &[Vec<u8>]) -> Vec<u8> {
    [entries.concat(), vec![0; 1024]].concat()
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A zip of files (`name/` is a directory) with Unix modes.
pub(super) fn zip_of(entries: &[(&str, u32, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, mode, content) in entries {
        let options = SimpleFileOptions::default().compression_method(method).unix_permissions(*mode & 0o777);
        match mode >> 12 {
            0o12 => writer.add_symlink(*name, String::from_utf8_lossy(content), options).unwrap(),
            0o04 => writer.add_directory(*name, options).unwrap(),
            _ => {
                writer.start_file(*name, options).unwrap();
                writer.write_all(content).unwrap();
            }
        }
    }
    writer.finish().unwrap().into_inner()
}

/// Reads bytes that stand in a file of this name.
pub(super) fn read_bytes(name: &str, bytes: &[u8], limits: &TreeLimits) -> Result<(Tree, Provenance), SourceErrorKind> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let outcome = read_within(&path, None, limits);
    // Reading makes nothing, here or anywhere else.
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    outcome
}

fn shown(name: &str, bytes: &[u8]) -> String {
    let (tree, provenance) = read_bytes(name, bytes, &TreeLimits::default()).unwrap();
    format!("{} [{}]", listing(&tree), provenance.stripped.unwrap_or_default())
}

#[test]
fn source_distributions_lose_their_top_folder() {
    let long = "n".repeat(90) + "/" + &"m".repeat(90) + ".py";
    let entries = [
        pax(b'g', &[("comment", "0123456789")]),
        tar_entry(b'5', "pkg-1.0/", ""),
        tar_entry(b'0', "pkg-1.0/setup.py", "setup()\n"),
        tar_entry(b'0', "pkg-1.0/run.sh", "#!\n"),
        tar_link(b'2', "pkg-1.0/link", "../../etc/passwd"),
        pax(b'x', &[("path", &format!("pkg-1.0/{long}")), ("mtime", "1.5"), ("size", "2")]),
        tar_entry(b'0', "pkg-1.0/short", "12"),
        tar_entry(b'L', "././@LongLink", &format!("pkg-1.0/o/{long}\0")),
        tar_entry(b'0', "pkg-1.0/cut", "1"),
        tar_entry(b'0', "pkg-1.0/.git/config", "[core]"),
    ];
    let expected =
        format!("link -> ../../etc/passwd {0}/ {1} o/ o/{0}/ o/{1} run.sh* setup.py [pkg-1.0]", "n".repeat(90), long);
    assert_eq!(shown("pkg.tar", &tar_of(&entries)), expected);
    assert_eq!(shown("pkg.tar.gz", &gzip(&tar_of(&entries))), expected);
    let (_, provenance) = read_bytes("pkg.tar", &tar_of(&entries), &TreeLimits::default()).unwrap();
    assert_eq!(provenance.repository_files, 1);
}

#[test]
fn archives_without_one_top_folder_stay_as_they_are() {
    let entries = [tar_entry(b'5', "./", ""), tar_entry(b'0', "./a/b", "1"), tar_entry(b'0', "./c", "2")];
    assert_eq!(shown("x.tar", &tar_of(&entries)), "a/ a/b c []");
    assert_eq!(shown("x.tar", &tar_of(&[tar_entry(b'0', "only", "1")])), "only []");
    let files: [(&str, u32, &[u8]); 4] = [
        ("pkg/__init__.py", 0o100_644, b"x = 1\n"),
        ("pkg/run", 0o100_755, b"#!\n"),
        ("pkg/link", 0o120_777, b"/etc/passwd"),
        ("pkg/data/", 0o040_755, b""),
    ];
    let bytes = zip_of(&files, CompressionMethod::Deflated);
    assert_eq!(shown("pkg.zip", &bytes), "__init__.py data/ link -> /etc/passwd run* [pkg]");
    // A wheel with a single package has no top folder all the same.
    assert_eq!(
        shown("pkg-1.0-py3-none-any.whl", &bytes),
        "pkg/ pkg/__init__.py pkg/data/ pkg/link -> /etc/passwd pkg/run* []"
    );
}

#[test]
fn an_archive_is_known_by_its_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let limits = TreeLimits::default();
    let identity = |name: &str, bytes: &[u8], limits: &TreeLimits| {
        std::fs::write(folder.path().join(name), bytes).unwrap();
        Source::open(&folder.path().join(name), None).unwrap().identity(limits).unwrap()
    };
    let one = tar_of(&[tar_entry(b'0', "a", "1")]);
    let first = identity("a.tar", &one, &limits);
    assert_eq!(identity("b.tar", &one, &limits), first);
    assert_ne!(identity("a.tar", &tar_of(&[tar_entry(b'0', "a", "2")]), &limits), first);
    assert_ne!(identity("a.tar", &one, &TreeLimits { depth: 3, ..limits }), first, "a smaller limit has to be checked");
}
