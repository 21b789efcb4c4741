//! Runs the inner cargo that compiles the guest.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use sparring_tree::layout::STACK_BYTES;

const TARGET: &str = "wasm32-unknown-unknown";

/// Compiles the guest below `target` and returns its module.
pub(crate) fn build(workspace: &Path, target: &Path) -> Result<Vec<u8>, String> {
    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let sysroot = sysroot(&rustc)?;
    add_target(&sysroot)?;

    let cargo = env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = Command::new(cargo);
    for (name, _) in env::vars_os() {
        if name.to_str().is_none_or(shapes_the_build) {
            command.env_remove(&name);
        }
    }
    command
        .current_dir(workspace)
        .env("RUSTC", &rustc)
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_ENCODED_RUSTFLAGS", flags(workspace, target, &sysroot).join("\x1f"))
        .args(["rustc", "--package", "sparring-guest", "--lib", "--crate-type", "cdylib"])
        .args(["--target", TARGET, "--release", "--locked", "--quiet"]);
    for setting in [
        "opt-level=3",
        "codegen-units=16",
        "lto=\"off\"",
        "panic=\"abort\"",
        "strip=\"none\"",
        "debug=false",
        "debug-assertions=false",
        "overflow-checks=false",
        "incremental=false",
    ] {
        command.args(["--config", &format!("profile.release.{setting}")]);
    }
    let output = command.output().map_err(|error| format!("cannot run cargo: {error}"))?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        // Cargo shows the error's first line only, so every line becomes one.
        let lines = text.trim_end().replace('\n', "\ncargo::error=");
        return Err(format!("the guest does not build\ncargo::error={lines}"));
    }
    let path = target.join(TARGET).join("release/sparring_guest.wasm");
    fs::read(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

/// Whether a variable of the outer build could change the guest's bytes. Where crates come from
/// (home, registries, proxies) cannot: the lock file holds their checksums.
fn shapes_the_build(name: &str) -> bool {
    let harmless = ["CARGO_HOME", "CARGO_NET_", "CARGO_HTTP_", "CARGO_REGISTR", "CARGO_SOURCE_"];
    let shaping = ["CARGO", "RUSTC", "RUSTFLAGS", "RUSTDOC", "RUST_FLAGS", "DEP_", "PROFILE", "TARGET"];
    shaping.iter().any(|prefix| name.starts_with(prefix)) && !harmless.iter().any(|prefix| name.starts_with(prefix))
}

fn flags(workspace: &Path, target: &Path, sysroot: &Path) -> Vec<String> {
    let home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo")));
    let mut flags = vec![
        "-Ctarget-feature=+simd128".to_owned(),
        format!("-Clink-arg=-zstack-size={STACK_BYTES}"),
        "-Clink-arg=--stack-first".to_owned(),
    ];
    // The last match wins, so the more special path stands behind the one that may contain it.
    let paths = [
        (Some(sysroot), "/rust"),
        (home.as_deref(), "/cargo"),
        (Some(workspace), "/sparring"),
        (Some(target), "/sparring/target"),
    ];
    for (from, to) in paths {
        if let Some(from) = from {
            flags.push(format!("--remap-path-prefix={}={to}", from.display()));
        }
    }
    flags
}

fn sysroot(rustc: &str) -> Result<PathBuf, String> {
    let output = Command::new(rustc)
        .args(["--print", "sysroot"])
        .output()
        .map_err(|error| format!("cannot run {rustc}: {error}"))?;
    let text = String::from_utf8(output.stdout).map_err(|error| error.to_string())?;
    Ok(PathBuf::from(text.trim_end()))
}

/// Sees to it that the standard library for the guest's target is there.
fn add_target(sysroot: &Path) -> Result<(), String> {
    let library = sysroot.join("lib/rustlib").join(TARGET);
    if library.is_dir() {
        return Ok(());
    }
    // Its failure shows in the folder that is still missing.
    let _tried = Command::new("rustup").args(["target", "add", TARGET]).output();
    if library.is_dir() {
        return Ok(());
    }
    Err(format!("the guest needs the target {TARGET}: run `rustup target add {TARGET}`"))
}
