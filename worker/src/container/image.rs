//! What is known of an image before anything is made from it.

use std::collections::BTreeMap;

use bollard::models::ImageInspect;
use sparring_tasks::execution::{Fault, ImageReference};
use sparring_tasks::verdict::Cause;

use super::daemon::{Daemon, fault, is_gone};

/// An image that is there and is the one that was meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Image {
    /// `sha256:...`.
    pub(super) id: String,
    /// Its variables.
    pub(super) environment: BTreeMap<String, String>,
}

/// Looks an image up. Nothing is pulled: images come to a machine before its worker does.
pub(super) async fn find(daemon: &Daemon, reference: &ImageReference) -> Result<Image, Fault> {
    match daemon.docker().inspect_image(&reference.name).await {
        Ok(found) => check(reference, found),
        Err(error) if is_gone(&error) => {
            let hint = "pull it, or build it with `sparring worker image build`";
            Err(Fault::new(Cause::Image, format!("no image `{}` on this machine; {hint}", reference.name)))
        }
        Err(error) => Err(fault("inspecting an image", &error)),
    }
}

fn check(reference: &ImageReference, found: ImageInspect) -> Result<Image, Fault> {
    let refuse = |why: String| Err(Fault::new(Cause::Image, format!("image `{}` {why}", reference.name)));
    let Some(id) = found.id else { return refuse("has no id".to_owned()) };
    if let Some(digest) = &reference.digest {
        let mut of_registry = found.repo_digests.iter().flatten();
        let is_it = *digest == id || of_registry.any(|known| known.rsplit('@').next() == Some(digest));
        if !is_it {
            return refuse(format!("is {id}, not {digest}"));
        }
    }
    let config = found.config.unwrap_or_default();
    // A declared volume would be a disk that tests can fill.
    if config.volumes.as_ref().is_some_and(|volumes| !volumes.is_empty()) {
        return refuse("declares volumes".to_owned());
    }
    let environment = config.env.iter().flatten().filter_map(|variable| {
        let (name, value) = variable.split_once('=')?;
        Some((name.to_owned(), value.to_owned()))
    });
    Ok(Image { id, environment: environment.collect() })
}

#[cfg(test)]
mod tests {
    use bollard::models::ImageConfig;

    use super::*;

    #[test]
    fn another_image_of_the_name_is_refused() {
        let found = |volumes: Option<Vec<String>>| ImageInspect {
            id: Some("sha256:1".to_owned()),
            repo_digests: Some(vec!["host/name@sha256:2".to_owned()]),
            config: Some(ImageConfig { env: Some(vec!["A=b=c".to_owned()]), volumes, ..ImageConfig::default() }),
            ..ImageInspect::default()
        };
        let check = |digest: Option<&str>, volumes| {
            check(&ImageReference { name: "name".to_owned(), digest: digest.map(str::to_owned) }, found(volumes))
        };
        for digest in [None, Some("sha256:1"), Some("sha256:2")] {
            assert_eq!(check(digest, None).unwrap().environment["A"], "b=c");
        }
        assert_eq!(check(Some("sha256:3"), None).unwrap_err().cause, Cause::Image);
        assert_eq!(check(None, Some(vec!["/data".to_owned()])).unwrap_err().cause, Cause::Image);
    }
}
