//! Handing an image's files to the daemon.

use std::fs::File;

use bollard::body_try_stream;
use bollard::query_parameters::CreateImageOptions;
use futures_util::StreamExt as _;

use super::super::{Daemon, tree};
use super::BuildError;

/// Makes an image of an archive. Gives its id.
pub(super) async fn send(daemon: &Daemon, name: &str, archive: File) -> Result<String, BuildError> {
    // podman takes the tag from the name alone, Docker from either.
    let has_tag = name.rsplit('/').next().is_some_and(|last| last.contains(':'));
    let name = if has_tag { name.to_owned() } else { format!("{name}:latest") };
    let options = CreateImageOptions {
        from_src: Some("-".to_owned()),
        repo: Some(name.clone()),
        changes: ["ENV PATH=/usr/local/bin:/usr/bin:/bin", "WORKDIR /testbed"].map(str::to_owned).into(),
        ..CreateImageOptions::default()
    };
    let failed = |error: bollard::errors::Error| BuildError::Daemon(error.to_string());
    let body = body_try_stream(tree::chunks(archive));
    let mut progress = std::pin::pin!(daemon.docker().create_image(Some(options), Some(body), None));
    while let Some(step) = progress.next().await {
        if let Some(error) = step.map_err(failed)?.error_detail {
            return Err(BuildError::Daemon(error.message.unwrap_or_default()));
        }
    }
    let image = daemon.docker().inspect_image(&name).await.map_err(failed)?;
    image.id.ok_or_else(|| BuildError::Daemon(format!("image `{name}` has no id")))
}
