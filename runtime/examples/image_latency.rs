//! Prints what building and opening the image of a directory costs:
//! `cargo run --release -p sparring-runtime --example image_latency -- DIRECTORY [COMMIT]`.

use std::path::PathBuf;
use std::time::Instant;

use sparring_runtime::image::{Image, ImageCache};
use sparring_runtime::source::Source;
use sparring_tree::TreeLimits;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = PathBuf::from(arguments.next().ok_or("name a directory, a repository or an archive")?);
    let commit = arguments.next();
    let limits = TreeLimits::default();
    let folder = tempfile::tempdir()?;
    let place = folder.path().join("cache");
    let timed = |name: &str, start: Instant| println!("{name:<34}{:>10.3} ms", start.elapsed().as_secs_f64() * 1e3);

    let start = Instant::now();
    let source = Source::open(&path, commit.as_deref())?;
    timed("open the source", start);
    let start = Instant::now();
    let (tree, provenance) = source.read(&limits)?;
    timed("read it", start);
    println!("{} entries, {} bytes, {provenance:?}", tree.entries().len(), tree.content_bytes());
    let start = Instant::now();
    let memory = Image::build(&tree)?;
    timed("build in memory from the tree", start);
    drop(tree);

    let cache = ImageCache::new(Some(place.clone()), u64::MAX)?;
    let start = Instant::now();
    let opened = cache.open_or_build(&source, &limits)?;
    timed("read, build, write, sync, open", start);
    assert_eq!(opened.image.bytes(), memory.bytes());
    let digest = opened.image.tree_digest();
    drop((opened, cache));

    let cache = ImageCache::new(Some(place), u64::MAX)?;
    let start = Instant::now();
    let opened = cache.open_or_build(&source, &limits)?;
    timed("open again by source", start);
    drop(opened);
    let start = Instant::now();
    let image = cache.open(&digest)?.ok_or("the image is gone")?;
    timed("open again by digest (trusted)", start);
    let marker = format!("{}.checked", image.path().ok_or("no path")?.display());
    drop(image);
    std::fs::remove_file(marker)?;
    let start = Instant::now();
    cache.open(&digest)?.ok_or("the image is gone")?;
    timed("open again, checked in full", start);
    Ok(())
}
