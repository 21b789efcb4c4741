//! Compiled guests on disk, so that only the first process of a machine compiles.
#![allow(unsafe_code, reason = "loading machine code means trusting it")]

use std::fmt::Write as _;
use std::fs::{self, DirBuilder};
use std::hash::{Hash, Hasher};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use wasmtime::{Engine, Module};

use super::EngineError;
use super::guest::Guest;

/// What a file starts with, before the hash of the rest. Raised with the format.
const MAGIC: &[u8; 8] = b"sparcmp1";
const HASH_BYTES: usize = 32;

/// The compiled guest, from `folder` if it is there, else compiled and left there.
pub(super) fn load(engine: &Engine, guest: &Guest, folder: Option<&Path>) -> Result<Module, EngineError> {
    let Some(folder) = folder else {
        return Ok(Module::new(engine, &guest.module)?);
    };
    private(folder)?;
    let path = folder.join(name(engine, guest));
    if let Ok(file) = fs::read(&path)
        && let Some(code) = intact(&file)
    {
        // SAFETY: the folder belongs to this user, nobody else may write to it, and the bytes are those that
        // `store` wrote after it compiled them. They were copied out of the file and cannot change any more.
        let module = unsafe { Module::deserialize(engine, code) };
        // Code of another kind of machine is refused; then this one compiles its own.
        if let Ok(module) = module {
            return Ok(module);
        }
    }
    let code = engine.precompile_module(&guest.module)?;
    store(folder, &path, &code).map_err(|error| cache_error(&path, error.to_string()))?;
    // SAFETY: the compiler has just returned these bytes.
    Ok(unsafe { Module::deserialize(engine, &code) }?)
}

/// Named by what was compiled and by everything of the compiler that its code depends on.
fn name(engine: &Engine, guest: &Guest) -> PathBuf {
    let mut compiler = Digest(blake3::Hasher::new());
    engine.precompile_compatibility_hash().hash(&mut compiler);
    let mut name = String::from("guest-");
    for byte in guest.digest.iter().take(16) {
        let _infallible = write!(name, "{byte:02x}");
    }
    let _infallible = write!(name, "-{:016x}.compiled", compiler.finish());
    name.into()
}

fn intact(file: &[u8]) -> Option<&[u8]> {
    let (hash, code) = file.strip_prefix(MAGIC)?.split_at_checked(HASH_BYTES)?;
    (blake3::hash(code).as_bytes() == hash).then_some(code)
}

fn store(folder: &Path, path: &Path, code: &[u8]) -> std::io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(MAGIC)?;
    file.write_all(blake3::hash(code).as_bytes())?;
    file.write_all(code)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// Whoever may write to the folder may run code in this process.
fn private(folder: &Path) -> Result<(), EngineError> {
    let refused = |error: std::io::Error| cache_error(folder, error.to_string());
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(refused)?;
    let metadata = fs::metadata(folder).map_err(refused)?;
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(cache_error(folder, "it belongs to another user"));
    }
    if metadata.mode() & 0o022 != 0 {
        return Err(cache_error(folder, "others may write to it"));
    }
    Ok(())
}

fn cache_error(path: &Path, reason: impl Into<String>) -> EngineError {
    EngineError::Cache { path: path.to_owned(), reason: reason.into() }
}

/// A hasher whose result is the same in every process, which the standard library does not promise of its own.
struct Digest(blake3::Hasher);

impl Hasher for Digest {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let mut first = [0; 8];
        for (to, from) in first.iter_mut().zip(self.0.finalize().as_bytes()) {
            *to = *from;
        }
        u64::from_le_bytes(first)
    }
}
