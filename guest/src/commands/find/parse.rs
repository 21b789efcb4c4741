//! The command line of `find`, read into settings, starting points and an expression.

use super::expression::{Action, Comparison, Execute, Expression, Permissions, Test};
use super::format::Format;
use super::structure::Token;
use super::values::{REGEX_TYPES, VALUED, comparison, date, kinds, missing};
use super::{Find, Settings};
use crate::commands::mode::ModeChange;
use crate::commands::{Context, quote};
use crate::glob::{Glob, GlobOptions};
use crate::matching::{Options, Pattern, Syntax};
use crate::world;

/// What is wrong with a command line: the text after `find: `.
pub(super) type Message = Vec<u8>;

struct Parser<'p, 'c, 'a> {
    context: &'p Context<'c, 'a>,
    words: &'c [Vec<u8>],
    at: usize,
    /// The last predicate read, as it was typed.
    last: &'c [u8],
    settings: Settings,
    warnings: Vec<Vec<u8>>,
    syntax: Syntax,
    batches: usize,
    has_depth_option: bool,
    has_prune: bool,
    has_delete: bool,
}

/// Reads a command line.
pub(super) fn parse(context: &Context<'_, '_>) -> Result<Find, (Vec<Message>, Message)> {
    let words = context.arguments;
    let mut settings = Settings::default();
    let mut at = 1;
    while let Some(word) = words.get(at) {
        match word.as_slice() {
            b"-P" => (settings.follows_links, settings.follows_starts) = (false, false),
            b"-L" => (settings.follows_links, settings.follows_starts) = (true, true),
            b"-H" => (settings.follows_links, settings.follows_starts) = (false, true),
            b"-D" => at += 1,
            b"--" => {
                at += 1;
                break;
            }
            word if word.starts_with(b"-O") && word.len() == 3 => {}
            _ => break,
        }
        at += 1;
    }
    let mut starts = Vec::new();
    while let Some(word) = words.get(at).filter(|word| !starts_expression(word, true)) {
        starts.push(word.clone());
        at += 1;
    }
    if starts.is_empty() {
        starts.push(b".".to_vec());
    }
    let mut parser = Parser {
        context,
        words,
        at,
        last: b"",
        settings,
        warnings: Vec::new(),
        syntax: Syntax::Emacs,
        batches: 0,
        has_depth_option: false,
        has_prune: false,
        has_delete: false,
    };
    match parser.whole() {
        Ok(expression) => Ok(Find {
            settings: parser.settings,
            starts,
            expression,
            batches: parser.batches,
            warnings: parser.warnings,
        }),
        Err(message) => Err((parser.warnings, message)),
    }
}

/// Whether a word begins the expression.
fn starts_expression(word: &[u8], is_leading: bool) -> bool {
    match word {
        [b'-', _, ..] => true,
        [b'(' | b'!'] => true,
        [b')' | b','] => !is_leading,
        _ => false,
    }
}

impl<'c> Parser<'_, 'c, '_> {
    fn peek(&self) -> Option<&'c [u8]> {
        self.words.get(self.at).map(Vec::as_slice)
    }

    /// Reads every word before the structure is looked at: a bad word counts first.
    fn whole(&mut self) -> Result<Option<Expression>, Message> {
        let mut tokens = Vec::new();
        while let Some(word) = self.peek() {
            tokens.push(match word {
                b"(" => Token::Open,
                b")" => Token::Close,
                b"!" | b"-not" => Token::Not(word),
                b"-a" | b"-and" => Token::And(word),
                b"-o" | b"-or" => Token::Or(word),
                b"," => Token::Comma,
                _ => Token::Primary(self.predicate(word)?),
            });
            if !matches!(tokens.last(), Some(Token::Primary(_))) {
                self.last = word;
                self.at += 1;
            }
        }
        if self.has_delete && self.has_prune && !self.has_depth_option {
            return Err(
                b"The -delete action automatically turns on -depth, but -prune does nothing when -depth is in \
                         effect.  If you want to carry on anyway, just explicitly use the -depth option."
                    .to_vec(),
            );
        }
        let acts = |token: &Token<'_>| matches!(token, Token::Primary(Expression::Action(action)) if !matches!(action, Action::Prune | Action::Quit));
        let has_default_print = !tokens.iter().any(acts);
        Ok(super::structure::build(tokens, has_default_print)?.map(super::order::arrange))
    }

    fn predicate(&mut self, word: &'c [u8]) -> Result<Expression, Message> {
        if !starts_expression(word, false) {
            let mut message = [b"paths must precede expression: `", word, b"'"].concat();
            let exists = self.context.machine.workspace.stat(self.context.directory, word).is_ok();
            if exists && !self.last.is_empty() {
                message.extend_from_slice(b"\nfind: possible unquoted pattern after predicate `");
                message.extend_from_slice(self.last);
                message.extend_from_slice(b"'?");
            }
            return Err(message);
        }
        self.at += 1;
        self.last = word;
        if let Some(expression) = self.without_value(word)? {
            return Ok(expression);
        }
        let name = word.strip_prefix(b"-").unwrap_or(word);
        if matches!(name, b"exec" | b"execdir" | b"ok" | b"okdir") {
            return self.execute(word);
        }
        if !VALUED.iter().any(|known| known.as_bytes() == name) && !name.starts_with(b"newer") {
            return Err([b"unknown predicate `", word, b"'"].concat());
        }
        let Some(value) = self.peek() else { return Err([b"missing argument to `", word, b"'"].concat()) };
        self.at += 1;
        self.with_value(word, name, value)
    }

    fn without_value(&mut self, word: &[u8]) -> Result<Option<Expression>, Message> {
        let action = |action| Ok(Some(Expression::Action(action)));
        let always = Ok(Some(Expression::Test(Test::True)));
        match word {
            b"-print" => action(Action::Print(b'\n')),
            b"-print0" => action(Action::Print(0)),
            b"-ls" => action(Action::List),
            b"-prune" => {
                self.has_prune = true;
                action(Action::Prune)
            }
            b"-quit" => action(Action::Quit),
            b"-delete" => {
                (self.has_delete, self.settings.is_depth_first) = (true, true);
                action(Action::Delete)
            }
            b"-depth" | b"-d" => {
                (self.has_depth_option, self.settings.is_depth_first) = (true, true);
                always
            }
            b"-follow" => {
                (self.settings.follows_links, self.settings.follows_starts) = (true, true);
                always
            }
            b"-mount"
            | b"-xdev"
            | b"-noleaf"
            | b"-warn"
            | b"-nowarn"
            | b"-ignore_readdir_race"
            | b"-noignore_readdir_race"
            | b"-daystart"
            | b"-true" => always,
            b"-readable" | b"-writable" => Ok(Some(Expression::Test(Test::Accessible))),
            b"-false" => Ok(Some(Expression::Test(Test::False))),
            // Every user and group has a name.
            b"-nouser" | b"-nogroup" => Ok(Some(Expression::Test(Test::User(Comparison::More(u64::MAX))))),
            b"-empty" => Ok(Some(Expression::Test(Test::Empty))),
            b"-executable" => Ok(Some(Expression::Test(Test::Executable))),
            _ => Ok(None),
        }
    }

    fn with_value(&mut self, word: &'c [u8], name: &'c [u8], value: &'c [u8]) -> Result<Expression, Message> {
        let glob = |fold_case| Glob::new(value, GlobOptions { fold_case, ..GlobOptions::default() });
        let invalid = || [b"invalid argument `", value, b"' to `", word, b"'"].concat();
        let test = match name {
            b"name" => Test::Name(glob(false)),
            b"iname" => Test::Name(glob(true)),
            b"path" | b"wholename" | b"ipath" | b"iwholename" => {
                if value.len() > 1 && value.ends_with(b"/") {
                    self.warnings.push(
                        [b"warning: ", word, b" ", value, b" will not match anything because it ends with /."].concat(),
                    );
                }
                Test::Path(glob(name.starts_with(b"i")))
            }
            b"lname" => Test::LinkTarget(glob(false)),
            b"ilname" => Test::LinkTarget(glob(true)),
            b"regex" | b"iregex" => {
                let options = Options { ignore_case: name == b"iregex", line: true, ..Options::default() };
                match Pattern::compile(value, self.syntax, options) {
                    Ok(pattern) => Test::Regex(pattern),
                    Err(error) => {
                        let text = [b"failed to compile regular expression '", value, b"': "].concat();
                        return Err([text, error.to_string().into_bytes()].concat());
                    }
                }
            }
            b"regextype" => {
                self.syntax = match value {
                    b"findutils-default" | b"emacs" => Syntax::Emacs,
                    b"grep" => Syntax::GrepBasic,
                    b"sed" | b"ed" | b"posix-minimal-basic" => Syntax::SedBasic,
                    b"posix-basic" => Syntax::PosixBasic,
                    b"posix-egrep" | b"egrep" => Syntax::PosixEgrep,
                    b"posix-extended" => Syntax::PosixExtended,
                    b"awk" | b"gnu-awk" | b"posix-awk" => Syntax::Awk,
                    _ => {
                        return Err([
                            b"Unknown regular expression type ",
                            &quote::curly(value)[..],
                            b"; valid types are ",
                            REGEX_TYPES.as_bytes(),
                            b".",
                        ]
                        .concat());
                    }
                };
                Test::True
            }
            b"maxdepth" | b"mindepth" => {
                let number = std::str::from_utf8(value).ok().filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
                let Some(depth) = number.and_then(|text| text.parse::<usize>().ok()) else {
                    return Err([
                        b"Expected a positive decimal integer argument to ",
                        word,
                        b", but got ",
                        &quote::curly(value),
                    ]
                    .concat());
                };
                if name == b"maxdepth" {
                    self.settings.most = depth;
                } else {
                    self.settings.least = depth;
                }
                Test::True
            }
            b"type" => Test::Kind(kinds(word, value)?),
            b"xtype" => Test::OtherKind(kinds(word, value)?),
            b"size" => {
                let wrong = |text: &[u8]| [b"invalid -size type `", text, b"'"].concat();
                let (number, unit) = match value.split_last() {
                    Some((b'b', rest)) => (rest, 512),
                    Some((b'c', rest)) => (rest, 1),
                    Some((b'w', rest)) => (rest, 2),
                    Some((b'k', rest)) => (rest, 1 << 10),
                    Some((b'M', rest)) => (rest, 1 << 20),
                    Some((b'G', rest)) => (rest, 1 << 30),
                    Some((last, _)) if last.is_ascii_digit() => (value, 512),
                    Some((last, _)) => return Err(wrong(&[*last])),
                    None => return Err(b"invalid null argument to -size".to_vec()),
                };
                let Some(comparison) = comparison(number) else {
                    return Err([b"Invalid argument `", value, b"' to -size"].concat());
                };
                Test::Size(comparison, unit)
            }
            b"links" => Test::Links(comparison(value).ok_or_else(invalid)?),
            b"inum" => Test::Inode(comparison(value).ok_or_else(invalid)?),
            b"uid" | b"gid" => Test::User(comparison(value).ok_or_else(invalid)?),
            b"user" | b"group" => match comparison(value) {
                Some(number) => Test::User(number),
                None if value == world::USER.as_bytes() => Test::User(Comparison::Equal(0)),
                None if name == b"user" => {
                    return Err([&quote::curly(value)[..], b" is not the name of a known user"].concat());
                }
                None => return Err([&quote::curly(value)[..], b" is not the name of an existing group"].concat()),
            },
            b"perm" => {
                let (how, text) = match value.split_first() {
                    Some((b'-', rest)) => (Permissions::All, rest),
                    Some((b'/', rest)) => (Permissions::Any, rest),
                    _ => (Permissions::Exactly, value),
                };
                let change = ModeChange::parse(text);
                Test::Permissions(how, change.ok_or_else(|| [b"invalid mode ", &quote::curly(value)[..]].concat())?)
            }
            b"mtime" | b"atime" | b"ctime" => Test::Age(comparison(value).ok_or_else(invalid)?, 86_400),
            b"mmin" | b"amin" | b"cmin" => Test::Age(comparison(value).ok_or_else(invalid)?, 60),
            b"used" | b"fstype" => Test::True,
            b"samefile" => match self.context.machine.workspace.stat(self.context.directory, value) {
                Ok((path, _)) => Test::SameFile(path),
                Err(error) => return Err(missing(value, error)),
            },
            b"printf" => match Format::parse(value) {
                Ok((format, warnings)) => {
                    self.warnings.extend(warnings);
                    return Ok(Expression::Action(Action::Format(format)));
                }
                Err(message) => return Err(message.as_bytes().to_vec()),
            },
            b"newer" | b"anewer" | b"cnewer" => self.newer(value)?,
            _ => match name.strip_prefix(b"newer") {
                Some([b'a' | b'c' | b'm', b'a' | b'c' | b'm']) => self.newer(value)?,
                Some([b'a' | b'c' | b'm', b't']) => match date(value) {
                    Some(moment) => Test::NewerThan(moment),
                    None => {
                        return Err([
                            b"I cannot figure out how to interpret ",
                            &quote::curly(value)[..],
                            b" as a date or time",
                        ]
                        .concat());
                    }
                },
                _ => return Err([b"invalid predicate `", word, b"'"].concat()),
            },
        };
        Ok(Expression::Test(test))
    }

    fn newer(&self, value: &[u8]) -> Result<Test, Message> {
        match self.context.machine.workspace.stat(self.context.directory, value) {
            Ok((_, node)) => Ok(Test::NewerThan(world::modified(&node))),
            Err(error) => Err(missing(value, error)),
        }
    }

    fn execute(&mut self, word: &'c [u8]) -> Result<Expression, Message> {
        let missing = || [b"missing argument to `", word, b"'"].concat();
        let mut words: Vec<Vec<u8>> = Vec::new();
        loop {
            let Some(next) = self.peek() else { return Err(missing()) };
            self.at += 1;
            let is_batch = next == b"+" && words.last().is_some_and(|last| last == b"{}");
            if next != b";" && !is_batch {
                words.push(next.to_vec());
                continue;
            }
            if words.is_empty() {
                return Err([b"invalid argument `", next, b"' to `", word, b"'"].concat());
            }
            if is_batch && words.iter().filter(|word| *word == b"{}").count() > 1 {
                return Err([b"Only one instance of {} is supported with ", word, b" ... +"].concat());
            }
            if word.starts_with(b"-ok") {
                return Err([b"the ", word, b" action asks questions, and nobody is there to answer"].concat());
            }
            let slot = self.batches;
            self.batches += usize::from(is_batch);
            let is_in_directory = word == b"-execdir";
            return Ok(Expression::Action(Action::Execute(Execute { words, is_batch, is_in_directory, slot })));
        }
    }
}
