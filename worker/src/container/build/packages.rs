//! Packages by pip: a source distribution to test, and what its tests import.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use flate2::read::GzDecoder;

use super::BuildError;
use super::Recipe;
use super::error::run;

/// Gets a package's source distribution, unless it is in the folder already. Gives the file.
pub(super) fn download(python: &Path, package: &str, folder: &Path) -> Result<PathBuf, BuildError> {
    let refuse = |reason: &str| BuildError::Package { package: package.to_owned(), reason: reason.to_owned() };
    let Some((name, version)) = package.split_once("==") else {
        return Err(refuse("name a version, as in `toolz==1.0.0`: an image without one is not the same tomorrow"));
    };
    fs::create_dir_all(folder).map_err(BuildError::file(folder))?;
    if let Some(found) = find(folder, name, version)? {
        return Ok(found);
    }
    pip(python, |command| {
        command.args(["download", "--no-deps", "--no-binary", ":all:", "--dest"]).arg(folder).arg(package)
    })?;
    find(folder, name, version)?.ok_or_else(|| refuse("has no source distribution that ends in .tar.gz"))
}

/// The file `NAME-VERSION.tar.gz`, with the name spelt in any of the ways that count as equal.
fn find(folder: &Path, name: &str, version: &str) -> Result<Option<PathBuf>, BuildError> {
    let plain = |text: &str| text.to_lowercase().replace(['-', '.'], "_");
    for entry in fs::read_dir(folder).map_err(BuildError::file(folder))? {
        let path = entry.map_err(BuildError::file(folder))?.path();
        let stem = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".tar.gz"));
        let is_it = stem
            .and_then(|stem| stem.strip_suffix(version)?.strip_suffix('-'))
            .is_some_and(|stem| plain(stem) == plain(name));
        if is_it {
            return Ok(Some(path));
        }
    }
    Ok(None)
}

/// Installs pytest, the package with its dependencies, and what else is asked for.
pub(super) fn install(python: &Path, recipe: &Recipe, site: &Path) -> Result<(), BuildError> {
    fs::create_dir_all(site).map_err(BuildError::file(site))?;
    pip(python, |command| {
        command.args(["install", "--no-compile", "--upgrade", "--target"]).arg(site).arg("pytest");
        command.arg(&recipe.package).args(&recipe.with)
    })
}

fn pip(python: &Path, arguments: impl FnOnce(&mut Command) -> &mut Command) -> Result<(), BuildError> {
    let mut command = Command::new(python);
    command.args(["-m", "pip", "--quiet", "--disable-pip-version-check"]);
    run(arguments(&mut command)).map(|_| ())
}

/// Unpacks a source distribution without its top folder.
pub(super) fn unpack(source: &Path, to: &Path) -> Result<(), BuildError> {
    let failed = |error| BuildError::File { path: source.to_owned(), error };
    fs::create_dir_all(to).map_err(BuildError::file(to))?;
    let file = File::open(source).map_err(failed)?;
    let mut archive = tar::Archive::new(GzDecoder::new(BufReader::new(file)));
    for entry in archive.entries().map_err(failed)? {
        let mut entry = entry.map_err(failed)?;
        let path: PathBuf = entry.path().map_err(failed)?.components().skip(1).collect();
        let is_plain = path.components().all(|part| matches!(part, Component::Normal(_)));
        let kind = entry.header().entry_type();
        if path.as_os_str().is_empty() || !is_plain || !(kind.is_file() || kind.is_dir()) {
            continue;
        }
        let to = to.join(path);
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder).map_err(BuildError::file(folder))?;
        }
        entry.unpack(&to).map_err(failed)?;
    }
    Ok(())
}

/// Takes the installed modules of the package out again and puts its source on the path instead, as an editable
/// installation does: what is tested is the tree that a job lays down. Its metadata stays.
pub(super) fn point_at_source(site: &Path, root: &Path, testbed: &str) -> Result<(), BuildError> {
    let tree = root.join(testbed.trim_start_matches('/'));
    let source = if tree.join("src").is_dir() { tree.join("src") } else { tree };
    for entry in fs::read_dir(&source).map_err(BuildError::file(&source))? {
        let name = entry.map_err(BuildError::file(&source))?.file_name();
        let text = name.to_string_lossy();
        let installed = site.join(&name);
        let is_package = source.join(&name).join("__init__.py").exists() || text.ends_with(".py");
        if !is_package || !installed.exists() {
            continue;
        }
        if let Some(native) = native_module(&installed) {
            let reason =
                format!("{} is compiled; only packages in plain Python can be laid out anew", native.display());
            return Err(BuildError::Package { package: text.into_owned(), reason });
        }
        let removed = if installed.is_dir() { fs::remove_dir_all(&installed) } else { fs::remove_file(&installed) };
        removed.map_err(BuildError::file(&installed))?;
    }
    let inside = Path::new("/").join(source.strip_prefix(root).unwrap_or(&source));
    let pointer = site.join("testbed.pth");
    fs::write(&pointer, format!("{}\n", inside.display())).map_err(BuildError::file(&pointer))
}

fn native_module(path: &Path) -> Option<PathBuf> {
    if path.extension().is_some_and(|extension| extension == "so") {
        return Some(path.file_name()?.into());
    }
    fs::read_dir(path).ok()?.flatten().find_map(|entry| native_module(&entry.path()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_found_under_any_spelling() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("more_itertools-10.5.0.tar.gz");
        fs::write(&path, "").unwrap();
        let found = |name, version| find(folder.path(), name, version).unwrap();
        assert_eq!(found("More-Itertools", "10.5.0"), Some(path));
        assert_eq!(found("more-itertools", "0.5.0"), None);
        assert_eq!(found("itertools", "10.5.0"), None);
    }

    #[test]
    fn the_source_takes_the_place_of_what_was_installed() {
        let root = tempfile::tempdir().unwrap();
        let (site, source) = (root.path().join("site"), root.path().join("testbed/src/a"));
        for folder in [&site.join("a"), &site.join("b"), &source] {
            fs::create_dir_all(folder).unwrap();
            fs::write(folder.join("__init__.py"), "").unwrap();
        }
        point_at_source(&site, root.path(), "/testbed").unwrap();
        assert!(!site.join("a").exists() && site.join("b").exists());
        assert_eq!(fs::read_to_string(site.join("testbed.pth")).unwrap(), "/testbed/src\n");
        fs::create_dir_all(site.join("a")).unwrap();
        fs::write(site.join("a/speed.so"), "").unwrap();
        assert!(point_at_source(&site, root.path(), "/testbed").is_err());
    }

    #[test]
    fn a_package_without_a_version_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let error = download(Path::new("python3"), "toolz", folder.path()).unwrap_err().to_string();
        assert!(error.starts_with("toolz: name a version"), "{error}");
    }
}
