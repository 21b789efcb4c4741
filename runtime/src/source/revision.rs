//! From what a person calls a commit to its name: object names, short ones, branches, tags, and ancestors
//! of these (`HEAD~2`, `v1^`).

use gix::ObjectId;
use gix::hash::Prefix;
use gix::objs::{CommitRefIter, Kind, TagRefIter};
use gix::refs::Target;

use super::error::SourceErrorKind;
use super::git::{Repository, damaged, header, structure};

/// How many references or tags may stand between a name and its commit.
const HOPS: usize = 8;
/// How many commits a revision may go back.
const GENERATIONS: usize = 100_000;

impl Repository {
    /// Finds the commit that a revision names. References win over short object names, as in git.
    pub(super) fn resolve(&self, revision: &str) -> Result<ObjectId, SourceErrorKind> {
        let named = |problem| SourceErrorKind::Revision { revision: revision.to_owned(), problem };
        if let Some(start) = revision.find(['~', '^']).filter(|start| *start > 0) {
            let (base, ancestry) = revision.split_at(start);
            let steps = ancestors(ancestry).ok_or_else(|| named("is an expression that is not read here"))?;
            return steps.into_iter().try_fold(self.resolve(base)?, |id, parent| {
                self.parent(id, parent)?.ok_or_else(|| named("goes back behind the first commit"))
            });
        }
        if revision.is_empty() || revision.contains(['^', ':', '@', '\0', '\n']) {
            return Err(named("is an expression; give an object name, a branch or a tag, with `~N` or `^` behind it"));
        }
        let is_hex = revision.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_hex && revision.len() == 64 {
            return Err(named("is a SHA-256 name, and repositories with those are not read"));
        }
        let id = if is_hex && revision.len() == 40 {
            ObjectId::from_hex(revision.to_ascii_lowercase().as_bytes()).map_err(|_| named("is no object name"))?
        } else {
            match self.reference(revision)? {
                Some(id) => id,
                None if is_hex && (4..40).contains(&revision.len()) => self.short(revision)?,
                None => return Err(named("is no branch, tag or object name of this repository")),
            }
        };
        self.peel(id, revision)
    }

    /// The object that a reference leads to; `None` when there is no such reference.
    fn reference(&self, name: &str) -> Result<Option<ObjectId>, SourceErrorKind> {
        let named = |problem| SourceErrorKind::Revision { revision: name.to_owned(), problem };
        let Ok(mut found) = self.references.try_find(name) else { return Ok(None) };
        for _ in 0..HOPS {
            let Some(reference) = found else { return Ok(None) };
            match reference.target {
                Target::Object(id) => return Ok(Some(id)),
                Target::Symbolic(next) => {
                    found =
                        self.references.try_find(next.as_ref()).map_err(|_| named("leads to a damaged reference"))?;
                }
            }
        }
        Err(named("leads through too many references"))
    }

    fn short(&self, revision: &str) -> Result<ObjectId, SourceErrorKind> {
        let named = |problem| SourceErrorKind::Revision { revision: revision.to_owned(), problem };
        let prefix = Prefix::from_hex(&revision.to_ascii_lowercase()).map_err(|_| named("is no object name"))?;
        match self.objects().lookup_prefix(prefix, None) {
            Ok(Some(Ok(id))) => Ok(id),
            Ok(Some(Err(()))) => Err(named("is ambiguous; give more digits")),
            _ => Err(named("is no branch, tag or object name of this repository")),
        }
    }

    /// The commit's parent of this number, counted from 1.
    fn parent(&self, id: ObjectId, number: usize) -> Result<Option<ObjectId>, SourceErrorKind> {
        let mut buffer = Vec::new();
        structure(&self.objects(), id, Kind::Commit, b"", &mut buffer)?;
        Ok(CommitRefIter::from_bytes(&buffer, id.kind()).parent_ids().nth(number - 1))
    }

    /// Follows tags to a commit.
    fn peel(&self, mut id: ObjectId, revision: &str) -> Result<ObjectId, SourceErrorKind> {
        let named = |problem| SourceErrorKind::Revision { revision: revision.to_owned(), problem };
        let objects = self.objects();
        let mut buffer = Vec::new();
        for _ in 0..HOPS {
            match header(&objects, id)? {
                Some((Kind::Commit, _)) => return Ok(id),
                Some((Kind::Tag, _)) => {
                    structure(&objects, id, Kind::Tag, b"", &mut buffer)?;
                    let tag = TagRefIter::from_bytes(&buffer, id.kind());
                    id = tag.target_id().map_err(|error| damaged(id, b"", &error))?;
                }
                Some(_) => return Err(named("names a tree or a file, not a commit")),
                None => return Err(named("names no object of this repository")),
            }
        }
        Err(named("leads through too many tags"))
    }
}

/// Which parent to take at each step of `~2^2^`; `None` for any other text.
fn ancestors(text: &str) -> Option<Vec<usize>> {
    let mut steps = Vec::new();
    let mut rest = text;
    while let Some(kind) = rest.chars().next() {
        rest = rest.get(1..)?;
        let digits = rest.len() - rest.trim_start_matches(|digit: char| digit.is_ascii_digit()).len();
        let (number, behind) = rest.split_at(digits);
        let number: usize = if number.is_empty() { 1 } else { number.parse().ok()? };
        rest = behind;
        match kind {
            '~' if steps.len().checked_add(number)? <= GENERATIONS => steps.extend(std::iter::repeat_n(1, number)),
            // `^0` is the commit itself.
            '^' if number == 0 => {}
            '^' => steps.push(number),
            _ => return None,
        }
    }
    Some(steps)
}
