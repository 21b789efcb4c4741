//! `cp` as in GNU coreutils 9.1.

use sparring_tree::{Kind, Mode};

use super::common::{HELP, VERSION, or_status};
use super::make::without_umask;
use super::options::{Long, OptionTable};
use super::target::{self, Target};
use super::{Buffering, Command, Context, quote, remove::ask};
use crate::budget::Stoppable;
use crate::workspace::{FileError, VirtualPath};
use crate::world;

/// `cp`.
pub(super) const CP: Command = Command {
    name: "cp",
    summary: "Copy files, as GNU coreutils 9.1 does; times are not kept.",
    buffering: Buffering::Blocks,
    run,
};

const TABLE: OptionTable = OptionTable {
    short: "abdfHilLnprst:uvxPRS:TZ",
    long: &[
        Long::flag("archive", "a"),
        Long::flag("attributes-only", "attributes-only"),
        Long::perhaps("backup", "b"),
        Long::flag("copy-contents", "ignored"),
        Long::flag("dereference", "L"),
        Long::flag("force", "f"),
        Long::flag("interactive", "i"),
        Long::flag("link", "l"),
        Long::flag("no-clobber", "n"),
        Long::flag("no-dereference", "P"),
        Long::value("no-preserve", "ignored"),
        Long::flag("no-target-directory", "T"),
        Long::flag("one-file-system", "x"),
        Long::flag("parents", "parents"),
        Long::flag("path", "parents"),
        Long::perhaps("preserve", "p"),
        Long::flag("recursive", "R"),
        Long::flag("remove-destination", "remove-destination"),
        Long::perhaps("sparse", "ignored"),
        Long::flag("strip-trailing-slashes", "ignored"),
        Long::value("suffix", "S"),
        Long::flag("symbolic-link", "s"),
        Long::value("target-directory", "t"),
        Long::flag("update", "u"),
        Long::flag("verbose", "v"),
        Long::perhaps("reflink", "ignored"),
        HELP,
        VERSION,
    ],
};

#[derive(Default)]
struct Settings<'c> {
    recursive: bool,
    /// `-L`: true, `-P`: false, `-H` and unset: as the kind of copy says.
    follows: Option<bool>,
    follows_operands: bool,
    keeps_mode: bool,
    asks: bool,
    keeps_existing: bool,
    only_newer: bool,
    verbose: bool,
    links: bool,
    with_parents: bool,
    replaces: bool,
    target: Target<'c>,
}

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let mut settings = Settings::default();
    settings.target.spreads_parent = true;
    let operands = or_status!(context.options(TABLE, 1, |given| {
        match given.name {
            "a" => {
                (settings.recursive, settings.keeps_mode, settings.follows) = (true, true, Some(false));
            }
            "d" | "P" => settings.follows = Some(false),
            "L" => settings.follows = Some(true),
            "H" => settings.follows_operands = true,
            "i" => (settings.asks, settings.keeps_existing) = (true, false),
            "n" => (settings.keeps_existing, settings.asks) = (true, false),
            "p" => settings.keeps_mode = true,
            "r" | "R" => settings.recursive = true,
            "s" => settings.links = true,
            "t" => settings.target.set_directory(given.value)?,
            "T" => settings.target.is_file = true,
            "u" => settings.only_newer = true,
            "v" => settings.verbose = true,
            "parents" => settings.with_parents = true,
            "remove-destination" => settings.replaces = true,
            _ => {}
        }
        Ok(())
    })?);
    let mut pairs = match target::pairs(context, &operands, settings.target) {
        Ok(pairs) => pairs,
        Err(fault) => return context.fail(fault, 1),
    };
    if settings.with_parents {
        let directory = settings.target.directory.or_else(|| operands.last().copied()).unwrap_or_default();
        if !context.machine.workspace.stat(context.directory, directory).is_ok_and(|(_, n)| n.kind() == Kind::Directory)
        {
            context.complain(b"with --parents, the destination must be a directory")?;
            return context.try_help(1);
        }
        for (source, destination) in &mut pairs {
            let slash: &[u8] = if directory.ends_with(b"/") { b"" } else { b"/" };
            *destination = [directory, slash, source.strip_prefix(b"/").unwrap_or(source)].concat();
        }
    }
    let mut copier = Copier { settings: &settings, made: Vec::new(), own: None, is_whole: true };
    let mut seen: Vec<VirtualPath> = Vec::new();
    for (source, destination) in pairs {
        if let Ok((path, node)) = context.machine.workspace.stat_link(context.directory, &source)
            && node.kind() == Kind::Directory
            && settings.recursive
        {
            if seen.contains(&path) {
                let shown = quote::always(&source);
                context
                    .complain(&[b"warning: source directory ", &shown[..], b" specified more than once"].concat())?;
                continue;
            }
            seen.push(path);
        }
        if settings.with_parents {
            copier.make_parents(context, &source, &destination)?;
        }
        copier.operand(context, &source, &destination)?;
    }
    Ok(u8::from(!copier.is_whole))
}

struct Copier<'s, 'c> {
    settings: &'s Settings<'c>,
    /// Destinations written so far: none is written twice.
    made: Vec<(VirtualPath, VirtualPath)>,
    /// A copy that lies inside its original, and both as typed: it is not copied again.
    own: Option<(VirtualPath, Vec<u8>, Vec<u8>)>,
    is_whole: bool,
}

impl Copier<'_, '_> {
    fn complain(&mut self, context: &mut Context<'_, '_>, message: &[&[u8]]) -> Stoppable<()> {
        self.is_whole = false;
        context.complain(&message.concat())
    }

    /// `text 'name': why`.
    fn fail(&mut self, context: &mut Context<'_, '_>, text: &[u8], name: &[u8], error: FileError) -> Stoppable<()> {
        self.complain(context, &[text, &quote::always(name), b": ", error.message().as_bytes()])
    }

    /// With `-v`, `'source' -> 'destination'`.
    fn tell(&self, context: &mut Context<'_, '_>, source: &[u8], destination: &[u8]) -> Stoppable<()> {
        if !self.settings.verbose {
            return Ok(());
        }
        context.out(&[&quote::always(source)[..], b" -> ", &quote::always(destination), b"\n"].concat())
    }

    fn make_parents(&mut self, context: &mut Context<'_, '_>, source: &[u8], destination: &[u8]) -> Stoppable<()> {
        let offset = destination.len() - source.strip_prefix(b"/").unwrap_or(source).len();
        for at in memchr::memchr_iter(b'/', source) {
            let name = destination.get(..offset + at).unwrap_or_default();
            if name.len() <= offset {
                continue;
            }
            let workspace = &mut context.machine.workspace;
            if let Ok(path) = workspace.resolve(context.directory, name)
                && workspace.node(&path).is_none()
            {
                let _made = workspace.make_directory(&path)?;
                if self.settings.verbose {
                    let from = source.get(..at).unwrap_or_default();
                    context.out(&[from, b" -> ", name, b"\n"].concat())?;
                }
            }
        }
        Ok(())
    }

    fn operand(&mut self, context: &mut Context<'_, '_>, source: &[u8], destination: &[u8]) -> Stoppable<()> {
        let follows = self.settings.follows.unwrap_or(!self.settings.recursive || self.settings.follows_operands);
        let workspace = &context.machine.workspace;
        let found = if follows {
            workspace.stat(context.directory, source)
        } else {
            workspace.stat_link(context.directory, source)
        };
        match found.map(|(path, _)| path) {
            Ok(path) => self.entry(context, source, &path, destination),
            Err(error) => self.fail(context, b"cannot stat ", source, error),
        }
    }

    fn entry(
        &mut self,
        context: &mut Context<'_, '_>,
        source: &[u8],
        from: &VirtualPath,
        destination: &[u8],
    ) -> Stoppable<()> {
        context.machine.budget.shell_step()?;
        let workspace = &context.machine.workspace;
        let Some(node) = workspace.node(from) else { return Ok(()) };
        let (kind, mode) = (node.kind(), node.mode());
        if kind == Kind::Directory && !self.settings.recursive {
            return self.complain(context, &[b"-r not specified; omitting directory ", &quote::always(source)]);
        }
        let replaces_link = kind != Kind::File || self.settings.replaces;
        let bare = destination.strip_suffix(b"/").filter(|bare| !bare.is_empty()).unwrap_or(destination);
        let place = if replaces_link {
            workspace.resolve_link(context.directory, bare)
        } else {
            workspace.resolve(context.directory, bare)
        };
        let what: &[u8] = match kind {
            Kind::Directory => b"cannot create directory ",
            Kind::Link => b"cannot create symbolic link ",
            Kind::File => b"cannot create regular file ",
        };
        let to = match place {
            Ok(path) => path,
            Err(FileError::NotADirectory) => {
                return self.fail(context, b"failed to access ", destination, FileError::NotADirectory);
            }
            Err(error) => {
                if kind == Kind::File {
                    self.tell(context, source, destination)?;
                }
                return self.fail(context, what, destination, error);
            }
        };
        let existing = workspace.node(&to).map(|node| (node.kind(), world::modified(&node)));
        let age = world::modified(&node);
        if let Some((there, modified)) = existing {
            if kind != Kind::Directory && self.settings.keeps_existing {
                return Ok(());
            }
            if to == *from {
                return self.complain(
                    context,
                    &[&quote::always(source), b" and ", &quote::always(destination), b" are the same file"],
                );
            }
            if kind != Kind::Directory && there == Kind::Directory {
                return self.complain(
                    context,
                    &[b"cannot overwrite directory ", &quote::always(destination), b" with non-directory"],
                );
            }
            if kind == Kind::Directory && there != Kind::Directory {
                let names = [&quote::always(destination)[..], b" with directory ", &quote::always(source)].concat();
                return self.complain(context, &[b"cannot overwrite non-directory ", &names]);
            }
            if kind != Kind::Directory {
                if let Some((_, earlier)) = self.made.iter().find(|(made, _)| *made == to) {
                    let shown = quote::always(source);
                    if earlier == from {
                        let message = [b"warning: source file ", &shown[..], b" specified more than once"].concat();
                        return context.complain(&message);
                    }
                    return self.complain(
                        context,
                        &[b"will not overwrite just-created ", &quote::always(destination), b" with ", &shown],
                    );
                }
                if self.settings.only_newer && modified >= age {
                    return Ok(());
                }
                if self.settings.asks
                    && !ask(context, &[b"overwrite ", &quote::always(destination)[..], b"? "].concat())?
                {
                    return Ok(());
                }
            }
        } else if !replaces_link
            && kind == Kind::File
            && workspace.stat_link(context.directory, bare).is_ok_and(|(_, node)| node.kind() == Kind::Link)
        {
            return self.complain(context, &[b"not writing through dangling symlink ", &quote::always(destination)]);
        }
        match kind {
            Kind::Directory => self.directory(context, source, from, destination, &to, existing.is_some(), mode),
            _ => {
                if kind == Kind::File && destination.ends_with(b"/") && existing.is_none() {
                    self.tell(context, source, destination)?;
                    return self.fail(context, what, destination, FileError::NotADirectory);
                }
                self.file(context, source, from, destination, &to, (kind, mode), existing.map(|(kind, _)| kind))
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "both ends of a copy, as typed and as found")]
    fn directory(
        &mut self,
        context: &mut Context<'_, '_>,
        source: &[u8],
        from: &VirtualPath,
        destination: &[u8],
        to: &VirtualPath,
        exists: bool,
        mode: Mode,
    ) -> Stoppable<()> {
        if !exists {
            if let Err(error) = context.machine.workspace.make_directory(to)? {
                return self.fail(context, b"cannot create directory ", destination, error);
            }
            let new = if self.settings.keeps_mode { mode } else { without_umask(context, mode) };
            if new != without_umask(context, Mode(0o777)) {
                let _kept = context.machine.workspace.set_mode(to, new)?;
            }
            self.tell(context, source, destination)?;
        }
        if to.is_below(from) && self.own.is_none() {
            self.own = Some((to.clone(), source.to_vec(), destination.to_vec()));
        }
        let join = |directory: &[u8], name: &[u8]| {
            let slash: &[u8] = if directory.ends_with(b"/") { b"" } else { b"/" };
            [directory, slash, name].concat()
        };
        for entry in context.machine.workspace.list(from).unwrap_or_default() {
            let (inner, outer) = (join(source, &entry.name), join(destination, &entry.name));
            let mut path = from.join(&entry.name);
            if let Some((own, original, copy)) = &self.own
                && *own == path
            {
                let names = [&quote::always(original)[..], b", into itself, ", &quote::always(copy)].concat();
                self.complain(context, &[b"cannot copy a directory, ", &names])?;
                continue;
            }
            let follows = self.settings.follows == Some(true);
            if follows && entry.kind == Kind::Link {
                match context.machine.workspace.stat(&VirtualPath::ROOT, path.as_bytes()).map(|(path, _)| path) {
                    Ok(found) => path = found,
                    Err(error) => {
                        self.fail(context, b"cannot stat ", &inner, error)?;
                        continue;
                    }
                }
            }
            self.entry(context, &inner, &path, &outer)?;
        }
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "both ends of a copy, as typed and as found")]
    fn file(
        &mut self,
        context: &mut Context<'_, '_>,
        source: &[u8],
        from: &VirtualPath,
        destination: &[u8],
        to: &VirtualPath,
        (kind, mode): (Kind, Mode),
        existing: Option<Kind>,
    ) -> Stoppable<()> {
        let what: &[u8] =
            if kind == Kind::Link { b"cannot create symbolic link " } else { b"cannot create regular file " };
        self.tell(context, source, destination)?;
        let masked = without_umask(context, mode);
        let workspace = &mut context.machine.workspace;
        let result = if self.settings.links {
            let target = if source.starts_with(b"/") { source.to_vec() } else { from.display() };
            workspace.make_link(to, if to.parent() == *context.directory { source } else { &target })?
        } else if kind == Kind::Link {
            if existing.is_some() && existing != Some(Kind::Link) {
                let _gone = workspace.remove(to)?;
            }
            workspace.copy(from, to)?
        } else {
            match workspace.content(from) {
                Ok(content) => {
                    let old = workspace.node(to).filter(|node| node.kind() == Kind::File).map(|node| node.mode());
                    let new = match old {
                        Some(old) if !self.settings.keeps_mode => old,
                        _ if self.settings.keeps_mode => mode,
                        _ => masked,
                    };
                    if self.settings.replaces && existing.is_some() {
                        let _gone = workspace.remove(to)?;
                    }
                    workspace.put_content(to, new, content)?
                }
                Err(error) => Err(error),
            }
        };
        if let Err(error) = result {
            return self.fail(context, what, destination, error);
        }
        self.made.push((to.clone(), from.clone()));
        Ok(())
    }
}
