//! What was read: written beside every image and into every dataset.

/// What kind of source it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// A directory without a repository.
    Directory,
    /// The files of a git work tree as they stand: tracked ones, and untracked ones that are not
    /// ignored.
    WorkTree,
    /// One commit of a git repository.
    Commit,
    /// A tar archive, compressed or not.
    Tar,
    /// A zip archive or a wheel.
    Zip,
}

/// What was read and what was left out.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Provenance {
    /// What kind of source it was.
    pub kind: SourceKind,
    /// The commit's full name, for [`SourceKind::Commit`].
    pub commit: Option<String>,
    /// The single top folder that was taken off every path of an archive.
    pub stripped: Option<String>,
    /// Submodules, each kept as an empty directory.
    pub submodules: u64,
    /// Fifos, sockets and devices that were left out.
    pub special_files: u64,
    /// Entries of repositories within archives (`.git`) that were left out.
    pub repository_files: u64,
    /// What was put on top, the lowest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub layers: Vec<LayerProvenance>,
}

/// A layer that was put on top of a source.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct LayerProvenance {
    /// Its name.
    pub name: String,
    /// The digest of its changes, in hexadecimal digits.
    pub digest: String,
}

impl Provenance {
    /// Nothing left out.
    pub(crate) fn new(kind: SourceKind) -> Self {
        Self {
            kind,
            commit: None,
            stripped: None,
            submodules: 0,
            special_files: 0,
            repository_files: 0,
            layers: Vec::new(),
        }
    }
}
