//! `git tag`.

use super::commit::Role;
use super::options::Takes;
use super::revision::Named;
use super::state::Tag;
use super::{Attempt, Git};

impl Git<'_, '_, '_> {
    /// `git tag`.
    pub(super) fn tag(&mut self, arguments: &[&[u8]]) -> Attempt<u8> {
        let specs = [
            (b'l', "list", Takes::Nothing),
            (b'n', "lines", Takes::Perhaps),
            (b'd', "delete", Takes::Nothing),
            (b'a', "annotate", Takes::Nothing),
            (b'm', "message", Takes::Value),
            (b'f', "force", Takes::Nothing),
            (0, "sort", Takes::Value),
            (0, "points-at", Takes::Value),
            (0, "contains", Takes::Perhaps),
        ];
        let parsed = self.parse("tag [-a | -s | -u <key-id>] [-f] [-m <msg> | -F <file>] [-e]", &specs, arguments)?;
        if parsed.has("delete") {
            let mut status = 0;
            for name in &parsed.operands {
                let Some(commit) = self.repository.tag(name).map(|tag| tag.commit) else {
                    self.note_bytes(&[b"error: tag '", name, b"' not found."])?;
                    status = 1;
                    continue;
                };
                let id = self.short_id(commit)?;
                self.repository.tags.retain(|(other, _)| other != name);
                self.line(&[b"Deleted tag '", name, b"' (was ", id.as_bytes(), b")"])?;
            }
            return Ok(status);
        }
        let creates = parsed.has("annotate") || parsed.has("message");
        if parsed.operands.is_empty() || parsed.has("list") || parsed.has("lines") && !creates {
            for (name, _) in self.repository.tags.clone() {
                let is_shown = parsed.operands.is_empty()
                    || parsed
                        .operands
                        .iter()
                        .any(|pattern| super::wildmatch::Pattern::new(pattern, false).matches(&name));
                if is_shown {
                    self.line(&[&name])?;
                }
            }
            return Ok(0);
        }
        let (name, target) = match parsed.operands[..] {
            [name] => (name, &b"HEAD"[..]),
            [name, target, ..] => (name, target),
            [] => return Ok(0),
        };
        if !super::branch::is_valid_name(name) {
            return self.fatal(&[b"'", name, b"' is not a valid tag name."]);
        }
        if self.repository.tag(name).is_some() && !parsed.has("force") {
            return self.fatal(&[b"tag '", name, b"' already exists"]);
        }
        let Some(Named::Commit(commit)) = self.resolve(target)? else {
            return self.fatal(&[b"Failed to resolve '", target, b"' as a valid ref."]);
        };
        let note = match parsed.values("message")[..] {
            [] if parsed.has("annotate") => {
                self.note("error: Terminal is dumb, but EDITOR unset")?;
                self.note("Please supply the message using either -m or -F option.")?;
                return Ok(1);
            }
            [] => None,
            ref lines => {
                let text = lines.iter().map(|line| [*line, b"\n"].concat()).collect::<Vec<_>>().join(&b'\n');
                Some((self.signature(Role::Committer)?, text))
            }
        };
        let tag = Tag { commit, note };
        let tags = &mut self.repository.tags;
        match tags.binary_search_by(|(other, _)| other.as_slice().cmp(name)) {
            Ok(at) => tags[at].1 = tag,
            Err(at) => tags.insert(at, (name.to_vec(), tag)),
        }
        Ok(0)
    }
}
