//! Builds the guest for wasm, takes its static data out, and hands both to the runtime.
//!
//! The guest's bytes must be the same on every machine: images, caches and traces name its digest.
//! So the inner build has its own target folder, none of the flags of the outer one, and no path
//! of this machine in its panic messages.

#[path = "build/bulk.rs"]
mod bulk;
#[path = "build/guest.rs"]
mod guest;
#[path = "build/lower.rs"]
mod lower;

use std::path::Path;
use std::{env, fs, process};

fn main() {
    if let Err(error) = build() {
        println!("cargo::error={error}");
        process::exit(1);
    }
}

fn build() -> Result<(), String> {
    let manifest = env::var("CARGO_MANIFEST_DIR").map_err(|error| error.to_string())?;
    let out = env::var("OUT_DIR").map_err(|error| error.to_string())?;
    let out = Path::new(&out);
    let workspace = Path::new(&manifest).parent().ok_or("the runtime lies in no workspace")?;
    for source in [
        "Cargo.lock",
        "Cargo.toml",
        "guest/Cargo.toml",
        "guest/src",
        "rust-toolchain.toml",
        "runtime/build",
        "runtime/build.rs",
        "tree/Cargo.toml",
        "tree/src",
    ] {
        println!("cargo::rerun-if-changed={}", workspace.join(source).display());
    }

    let built = guest::build(workspace, &out.join("guest"))?;
    let lowered = lower::lower(&built)?;
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(lowered.module.len() as u64).to_le_bytes());
    hasher.update(&lowered.module);
    hasher.update(&lowered.data);
    let constants = format!(
        "const MUTABLE_BASE: u32 = {};\nconst STATIC_END: u32 = {};\nconst DIGEST: [u8; 32] = {:?};\n",
        lowered.mutable_base,
        lowered.static_end,
        hasher.finalize().as_bytes(),
    );
    write(&out.join("guest.wasm"), &lowered.module)?;
    write(&out.join("guest.data"), &lowered.data)?;
    write(&out.join("guest.rs"), constants.as_bytes())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    fs::write(path, bytes).map_err(|error| format!("cannot write {}: {error}", path.display()))
}
