//! `sparring image build`.

use std::path::PathBuf;
use std::time::Instant;

use clap::Subcommand;

use crate::{CommandError, place};

/// The arguments of `sparring image`.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: ImageCommand,
}

#[derive(Debug, Subcommand)]
enum ImageCommand {
    /// Builds the image of a source, or finds it in the cache; prints one JSON line.
    #[command(after_help = "Examples:\n  \
        sparring image build .\n  \
        sparring image build repo.git --commit v1.2\n  \
        sparring image build toolz-1.0.0.tar.gz\n  \
        sparring image build repo.git --commit v1.2 --layer built.toml")]
    Build {
        /// A directory, a git repository, a tar, tar.gz, zip or wheel.
        source: PathBuf,
        /// A commit of the repository: a name, a branch, a tag.
        #[arg(long)]
        commit: Option<String>,
        /// A manifest (TOML) of what the container's image has and the commit lacks; may be given several times.
        #[arg(long = "layer", value_name = "MANIFEST")]
        layers: Vec<PathBuf>,
    },
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), CommandError> {
    let ImageCommand::Build { source, commit, layers } = &arguments.command;
    let source = place::layered_source(source, commit.as_deref(), layers)?;
    let start = Instant::now();
    let opened = place::image(&source)?;
    let image = &opened.image;
    let files = (0..image.view().entry_count())
        .filter_map(|index| image.view().entry(index))
        .filter(|entry| entry.kind() == sparring_tree::Kind::File)
        .count();
    let line = serde_json::json!({
        "digest": image.tree_digest().to_string(),
        "files": files,
        "bytes": image.len(),
        "build_ms": start.elapsed().as_secs_f64() * 1000.0,
        "built": opened.built,
        "path": image.path(),
        "source": opened.provenance,
    });
    println!("{line}");
    Ok(())
}
