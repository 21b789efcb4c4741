//! How a commit is shown: `--pretty`, `--format`, `--oneline`, `--date`.

use super::dates::{self, DateStyle};
use super::state::{Commit, CommitIndex, Head};
use super::{Attempt, Git};

/// The form of a commit's text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Style {
    /// Name and subject on one line; with the whole name instead of seven digits if so.
    Oneline { whole: bool },
    /// Without the date and the body.
    Short,
    /// The default.
    #[default]
    Medium,
    /// With the committer.
    Full,
    /// With the committer and both dates.
    Fuller,
    /// As it is stored.
    Raw,
    /// Placeholders; whether every commit's text ends in a newline (`tformat`) or texts are
    /// separated by newlines (`format`).
    Text { format: Vec<u8>, ends: bool },
}

/// How commits are shown.
#[derive(Clone, Debug, Default)]
pub(super) struct CommitView {
    /// The form.
    pub(super) style: Style,
    /// The dates.
    pub(super) dates: DateStyle,
    /// Whether branches and tags are shown.
    pub(super) decorate: bool,
    /// `--abbrev-commit`.
    pub(super) abbreviate: bool,
}

impl CommitView {
    /// Takes an option if it is one of these.
    pub(super) fn take(&mut self, argument: &[u8]) -> bool {
        match argument {
            b"--oneline" => self.style = Style::Oneline { whole: false },
            b"--decorate" | b"--decorate=short" | b"--decorate=full" => self.decorate = true,
            b"--no-decorate" | b"--decorate=no" | b"--decorate=auto" => self.decorate = false,
            b"--abbrev-commit" => self.abbreviate = true,
            b"--no-abbrev-commit" => self.abbreviate = false,
            b"--pretty" => self.style = Style::Medium,
            _ => {
                if let Some(name) = argument.strip_prefix(b"--date=") {
                    let Some(style) = DateStyle::named(name) else { return false };
                    self.dates = style;
                    return true;
                }
                let name = argument.strip_prefix(b"--pretty=").or_else(|| argument.strip_prefix(b"--format="));
                let Some(style) = name.and_then(Style::named) else { return false };
                self.style = style;
            }
        }
        true
    }
}

impl Style {
    fn named(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"oneline" => Self::Oneline { whole: true },
            b"short" => Self::Short,
            b"medium" => Self::Medium,
            b"full" => Self::Full,
            b"fuller" => Self::Fuller,
            b"raw" => Self::Raw,
            b"reference" => Self::Text { format: b"%h (%s, %as)".to_vec(), ends: true },
            _ => match (name.strip_prefix(b"format:"), name.strip_prefix(b"tformat:")) {
                (Some(format), _) => Self::Text { format: format.to_vec(), ends: false },
                (_, Some(format)) => Self::Text { format: format.to_vec(), ends: true },
                _ if name.contains(&b'%') => Self::Text { format: name.to_vec(), ends: true },
                _ => return None,
            },
        })
    }
}

/// The first paragraph as one line.
pub(super) fn subject(message: &[u8]) -> Vec<u8> {
    let mut subject = Vec::new();
    for line in lines(message).skip_while(|line| line.is_empty()).take_while(|line| !line.is_empty()) {
        if !subject.is_empty() {
            subject.push(b' ');
        }
        subject.extend_from_slice(line);
    }
    subject
}

/// What follows the first paragraph.
fn body(message: &[u8]) -> &[u8] {
    let mut rest = message;
    let mut seen_subject = false;
    loop {
        let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        let (line, after) = rest.split_at(end);
        let is_blank = line.trim_ascii().is_empty();
        if rest.is_empty() || seen_subject && !is_blank && rest.len() < message.len() && ends_paragraph(message, rest) {
            return rest;
        }
        seen_subject |= !is_blank;
        rest = after;
    }
}

/// Whether a blank line stands right before `rest`.
fn ends_paragraph(message: &[u8], rest: &[u8]) -> bool {
    let before = message.get(..message.len() - rest.len()).unwrap_or_default();
    let before = before.strip_suffix(b"\n").unwrap_or(before);
    before.rsplit(|&byte| byte == b'\n').next().is_some_and(|line| line.trim_ascii().is_empty())
}

fn lines(message: &[u8]) -> impl Iterator<Item = &[u8]> {
    message.split(|&byte| byte == b'\n').map(|line| line.trim_ascii_end())
}

impl Git<'_, '_, '_> {
    /// A commit's text; ends in a newline except for [`Style::Text`].
    pub(super) fn commit_text(&mut self, index: CommitIndex, view: &CommitView) -> Attempt<Vec<u8>> {
        let Some(commit) = self.repository.commit(index).cloned() else { return Ok(Vec::new()) };
        let id = self.commit_id(index)?;
        let mut out = Vec::new();
        let decoration = if view.decorate { self.decoration(index) } else { Vec::new() };
        let name = if view.abbreviate { id.short(7) } else { id.to_string() };
        match &view.style {
            Style::Oneline { whole } => {
                let name = if *whole && !view.abbreviate { id.to_string() } else { id.short(7) };
                out.extend_from_slice(&[name.as_bytes(), &decoration, b" ", &subject(&commit.message), b"\n"].concat());
                return Ok(out);
            }
            Style::Text { format, .. } => return self.expand(format, index, &commit, view),
            _ => out.extend_from_slice(&[b"commit ", name.as_bytes(), &decoration, b"\n"].concat()),
        }
        if view.style == Style::Raw {
            let tree = self.commit_tree_id(index)?;
            out.extend_from_slice(format!("tree {tree}\n").as_bytes());
            for parent in &commit.parents {
                out.extend_from_slice(format!("parent {}\n", self.commit_id(*parent)?).as_bytes());
            }
            out.extend_from_slice(&[b"author ", &commit.author.line()[..], b"\n"].concat());
            out.extend_from_slice(&[b"committer ", &commit.committer.line()[..], b"\n"].concat());
        } else {
            if commit.parents.len() > 1 {
                let mut names = Vec::new();
                for parent in &commit.parents {
                    names.push(self.short_id(*parent)?);
                }
                out.extend_from_slice(format!("Merge: {}\n", names.join(" ")).as_bytes());
            }
            push_people(&mut out, &commit, view);
        }
        out.push(b'\n');
        let mut text = commit.message.trim_ascii_end();
        if view.style == Style::Short {
            let subject = subject(&commit.message);
            out.extend_from_slice(&[b"    ", &subject[..], b"\n"].concat());
            return Ok(out);
        }
        while let Some(rest) = text.strip_prefix(b"\n") {
            text = rest;
        }
        if !text.is_empty() {
            for line in lines(text) {
                out.extend_from_slice(b"    ");
                out.extend_from_slice(line);
                out.push(b'\n');
            }
        }
        Ok(out)
    }

    /// ` (HEAD -> master, tag: v1)`, or nothing.
    pub(super) fn decoration(&self, index: CommitIndex) -> Vec<u8> {
        let names = self.decoration_names(index);
        if names.is_empty() { Vec::new() } else { [b" (", &names.join(&b", "[..])[..], b")"].concat() }
    }

    fn decoration_names(&self, index: CommitIndex) -> Vec<Vec<u8>> {
        let mut names = Vec::new();
        let current = match &self.repository.head {
            Head::Branch(name) if self.repository.branch(name) == Some(index) => {
                names.push([b"HEAD -> ", &name[..]].concat());
                Some(name)
            }
            Head::Detached(commit, _) if *commit == index => {
                names.push(b"HEAD".to_vec());
                None
            }
            _ => None,
        };
        let tags = self.repository.tags.iter().filter(|(_, tag)| tag.commit == index);
        names.extend(tags.map(|(name, _)| [b"tag: ", &name[..]].concat()));
        let branches =
            self.repository.branches.iter().filter(|(name, commit)| *commit == index && Some(name) != current);
        names.extend(branches.map(|(name, _)| name.clone()));
        names
    }

    fn expand(&mut self, format: &[u8], index: CommitIndex, commit: &Commit, view: &CommitView) -> Attempt<Vec<u8>> {
        let mut out = Vec::new();
        let mut rest = format;
        while let Some(at) = memchr::memchr(b'%', rest) {
            out.extend_from_slice(rest.get(..at).unwrap_or_default());
            rest = rest.get(at + 1..).unwrap_or_default();
            let (text, taken) = self.placeholder(rest, index, commit, view)?;
            match taken {
                0 => out.push(b'%'),
                _ => out.extend_from_slice(&text),
            }
            rest = rest.get(taken..).unwrap_or_default();
        }
        out.extend_from_slice(rest);
        Ok(out)
    }

    /// What a placeholder stands for and how long it is; 0 for one that git does not know.
    fn placeholder(
        &mut self,
        text: &[u8],
        index: CommitIndex,
        commit: &Commit,
        view: &CommitView,
    ) -> Attempt<(Vec<u8>, usize)> {
        let Some(&first) = text.first() else { return Ok((Vec::new(), 0)) };
        let one = |bytes: Vec<u8>| Ok((bytes, 1));
        match first {
            b'%' => one(b"%".to_vec()),
            b'n' => one(b"\n".to_vec()),
            b'H' => one(self.commit_id(index)?.to_string().into_bytes()),
            b'h' => one(self.short_id(index)?.into_bytes()),
            b'T' => one(self.commit_tree_id(index)?.to_string().into_bytes()),
            b't' => one(self.commit_tree_id(index)?.short(7).into_bytes()),
            b'P' | b'p' => {
                let mut names = Vec::new();
                for parent in &commit.parents {
                    let id = self.commit_id(*parent)?;
                    names.push(if first == b'P' { id.to_string() } else { id.short(7) });
                }
                one(names.join(" ").into_bytes())
            }
            b's' => one(subject(&commit.message)),
            b'b' => one(body(&commit.message).to_vec()),
            b'B' => one(commit.message.clone()),
            b'f' => one(file_name(&subject(&commit.message))),
            b'd' => one(self.decoration(index)),
            b'D' => one(self.decoration_names(index).join(&b", "[..])),
            b'e' | b'N' | b'G' => one(Vec::new()),
            b'x' => {
                let byte = text.get(1..3).and_then(|hex| std::str::from_utf8(hex).ok());
                let byte = byte.and_then(|hex| u8::from_str_radix(hex, 16).ok());
                Ok(byte.map_or((Vec::new(), 0), |byte| (vec![byte], 3)))
            }
            b'C' => Ok((Vec::new(), color_length(text))),
            b'a' | b'c' => {
                let person = if first == b'a' { &commit.author } else { &commit.committer };
                let shown = match text.get(1).copied().unwrap_or_default() {
                    b'n' | b'N' => person.name.clone(),
                    b'e' | b'E' => person.email.clone(),
                    b'l' => person.email.split(|&byte| byte == b'@').next().unwrap_or_default().to_vec(),
                    letter => {
                        let style = match letter {
                            b'd' => view.dates,
                            b'D' => DateStyle::Mail,
                            b'r' => DateStyle::Relative,
                            b't' => DateStyle::Unix,
                            b'i' => DateStyle::Iso,
                            b'I' => DateStyle::IsoStrict,
                            b's' => DateStyle::Short,
                            _ => return Ok((Vec::new(), 0)),
                        };
                        dates::show(person, style).into_bytes()
                    }
                };
                Ok((shown, 2))
            }
            _ => Ok((Vec::new(), 0)),
        }
    }
}

fn push_people(out: &mut Vec<u8>, commit: &Commit, view: &CommitView) {
    let (author, committer) = (&commit.author, &commit.committer);
    let mut line = |label: &str, parts: &[&[u8]]| {
        out.extend_from_slice(label.as_bytes());
        out.extend_from_slice(&parts.concat());
        out.push(b'\n');
    };
    let fuller = view.style == Style::Fuller;
    line(if fuller { "Author:     " } else { "Author: " }, &[&author.name, b" <", &author.email, b">"]);
    let author_date = dates::show(author, view.dates);
    match view.style {
        Style::Medium => line("Date:   ", &[author_date.as_bytes()]),
        Style::Full => line("Commit: ", &[&committer.name, b" <", &committer.email, b">"]),
        Style::Fuller => {
            line("AuthorDate: ", &[author_date.as_bytes()]);
            line("Commit:     ", &[&committer.name, b" <", &committer.email, b">"]);
            line("CommitDate: ", &[dates::show(committer, view.dates).as_bytes()]);
        }
        _ => {}
    }
}

/// A subject as part of a file name.
fn file_name(subject: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::new();
    for &byte in subject {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_') {
            if !(byte == b'.' && out.last() == Some(&b'.')) {
                out.push(byte);
            }
        } else if !out.is_empty() && out.last() != Some(&b'-') {
            out.push(b'-');
        }
    }
    while matches!(out.last(), Some(b'.' | b'-')) {
        out.pop();
    }
    out
}

/// `C(red)`, `Cgreen` and the like: colours show only on a terminal.
fn color_length(text: &[u8]) -> usize {
    if text.get(1) == Some(&b'(') {
        return memchr::memchr(b')', text).map_or(0, |at| at + 1);
    }
    let names = [&b"Cred"[..], b"Cgreen", b"Cblue", b"Creset"];
    names.iter().find(|name| text.starts_with(name)).map_or(0, |name| name.len())
}
