//! Keeps the cache within its size by removing the images that were used longest ago.
//!
//! Removing a file takes nothing from those who have it open or mapped.

use std::io;
use std::time::SystemTime;

use super::lock::try_lock;
use super::storage::{Folder, PARTIAL, Storage};
use super::trust::MARKER;

/// What the names of images end with.
pub(super) const IMAGE: &str = ".image";
/// Records of sources that are kept whatever the number of images.
const RECORDS: usize = 4096;

/// Removes images until all of them together have at most `max_bytes`. The image `keep` stays,
/// also when it alone has more.
pub(super) fn images(images: &Folder, locks: &Folder, keep: &str, max_bytes: u64) -> io::Result<()> {
    let names = images.names()?;
    for name in &names {
        // What a killed process left; one that is still being written has its lock taken.
        if name.ends_with(PARTIAL) && try_lock(locks, name)?.is_some() {
            let _ = images.remove(name);
        }
        if let Some(image) = name.strip_suffix(MARKER)
            && names.binary_search_by(|other| other.as_str().cmp(image)).is_err()
        {
            let _ = images.remove(name);
        }
    }
    let mut found: Vec<(SystemTime, &String, u64)> = Vec::new();
    for name in names.iter().filter(|name| name.ends_with(IMAGE)) {
        // Another process may have removed it meanwhile.
        let Ok(metadata) = std::fs::symlink_metadata(images.join(name)) else { continue };
        let marker = std::fs::symlink_metadata(images.join(&format!("{name}{MARKER}")));
        let used = marker.as_ref().unwrap_or(&metadata).modified()?;
        found.push((used, name, metadata.len()));
    }
    found.sort();
    let mut bytes: u64 = found.iter().map(|(_, _, length)| length).sum();
    for (_, name, length) in found {
        if bytes <= max_bytes {
            break;
        }
        if name != keep && images.remove(name).is_ok() {
            let _ = images.remove(&format!("{name}{MARKER}"));
            bytes -= length;
        }
    }
    Ok(())
}

/// Removes the oldest records of sources when there are many more than a cache needs.
pub(super) fn records(records: &Folder) -> io::Result<()> {
    let names = records.names()?;
    if names.len() <= 2 * RECORDS {
        return Ok(());
    }
    let mut found: Vec<(SystemTime, &String)> = Vec::new();
    for name in &names {
        if let Ok(metadata) = std::fs::symlink_metadata(records.join(name)) {
            found.push((metadata.modified()?, name));
        }
    }
    found.sort();
    for (_, name) in found.iter().take(found.len().saturating_sub(RECORDS)) {
        let _ = records.remove(name);
    }
    Ok(())
}
