//! Remembers which tree a source reads as, for sources whose identity is known without reading
//! them: the second opening of a commit or an archive reads only the image.

use std::io::{self, Read};

use sparring_tree::Digest;

use super::storage::{Folder, put};
use crate::source::Provenance;

const VERSION: u32 = 1;
/// The largest record, in bytes.
const RECORD_BYTES: u64 = 64 * 1024;

#[derive(serde::Serialize, serde::Deserialize)]
struct Record {
    version: u32,
    tree: String,
    provenance: Provenance,
}

/// What was noted for a source; `None` for a source that is not known, or a damaged record.
pub(super) fn find(records: &Folder, identity: &Digest) -> Option<(Digest, Provenance)> {
    let mut bytes = Vec::new();
    records.file(&identity.to_string()).ok()?.take(RECORD_BYTES).read_to_end(&mut bytes).ok()?;
    let record: Record = serde_json::from_slice(&bytes).ok()?;
    let tree = Digest::from_hex(&record.tree)?;
    (record.version == VERSION).then_some((tree, record.provenance))
}

/// Notes the tree of a source. The caller holds the lock of the identity.
pub(super) fn note(records: &Folder, identity: &Digest, tree: Digest, provenance: &Provenance) -> io::Result<()> {
    let record = Record { version: VERSION, tree: tree.to_string(), provenance: provenance.clone() };
    put(records, &identity.to_string(), &serde_json::to_vec(&record)?)
}
