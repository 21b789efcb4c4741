//! The commands that only a shell can run, with bash's usage lines and error texts.

mod control;
mod declare;
mod directory;
mod echo;
mod execute;
mod input;
mod jobs;
mod names;
mod printf;
mod set;
mod test;

use super::Shell;
use super::eval::Run;

/// A builtin.
pub(crate) struct Builtin {
    /// Its name.
    pub(crate) name: &'static str,
    /// What follows `usage: `.
    pub(crate) usage: &'static str,
    /// Runs it; the first argument is its name. Returns the exit status.
    pub(crate) run: fn(&mut Shell<'_, '_>, &[Vec<u8>]) -> Run<i32>,
}

macro_rules! builtins {
    ($($name:literal, $usage:literal => $run:path;)*) => {
        /// All builtins, sorted by name.
        const BUILTINS: &[Builtin] = &[$(Builtin { name: $name, usage: $usage, run: $run }),*];
    };
}

builtins! {
    ".", ". filename [arguments]" => execute::source;
    ":", ": " => control::nothing;
    "[", "[ arg... ]" => test::bracket;
    "alias", "alias [-p] [name[=value] ... ]" => names::alias;
    "bg", "bg [job_spec ...]" => jobs::no_job_control;
    "bind", "bind [-lpsvPSVX] [-m keymap] [-f filename] [-q name] [-u name] [-r keyseq] [-x keyseq:shell-command] [keyseq:readline-function or readline-command]" => control::nothing;
    "break", "break [n]" => control::leave_loop;
    "builtin", "builtin [shell-builtin [arg ...]]" => execute::builtin;
    "caller", "caller [expr]" => control::caller;
    "cd", "cd [-L|[-P [-e]] [-@]] [dir]" => directory::cd;
    "command", "command [-pVv] command [arg ...]" => execute::command;
    "complete", "complete [-abcdefgjksuv] [-pr] [-DEI] [-o option] [-A action] [-G globpat] [-W wordlist] [-F function] [-C command] [-X filterpat] [-P prefix] [-S suffix] [name ...]" => control::nothing;
    "continue", "continue [n]" => control::leave_loop;
    "declare", "declare [-aAfFgiIlnrtux] [name[=value] ...] or declare -p [-aAfFilnrtux] [name ...]" => declare::declare;
    "dirs", "dirs [-clpv] [+N] [-N]" => directory::dirs;
    "disown", "disown [-h] [-ar] [jobspec ... | pid ...]" => jobs::disown;
    "echo", "echo [-neE] [arg ...]" => echo::echo;
    "enable", "enable [-a] [-dnps] [-f filename] [name ...]" => names::enable;
    "eval", "eval [arg ...]" => execute::eval;
    "exec", "exec [-cl] [-a name] [command [argument ...]] [redirection ...]" => execute::exec;
    "exit", "exit [n]" => control::exit;
    "export", "export [-fn] [name[=value] ...] or export -p" => declare::export;
    "false", "false" => control::failure;
    "fg", "fg [job_spec]" => jobs::no_job_control;
    "getopts", "getopts optstring name [arg ...]" => input::getopts;
    "hash", "hash [-lr] [-p pathname] [-dt] [name ...]" => names::hash;
    "history", "history [-c] [-d offset] [n] or history -anrw [filename] or history -ps arg [arg...]" => control::nothing;
    "jobs", "jobs [-lnprs] [jobspec ...] or jobs -x command [args]" => jobs::jobs;
    "kill", "kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]" => jobs::kill;
    "let", "let arg [arg ...]" => declare::let_;
    "local", "local [option] name[=value] ..." => declare::local;
    "logout", "logout [n]" => control::logout;
    "mapfile", "mapfile [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]" => input::mapfile;
    "popd", "popd [-n] [+N | -N]" => directory::popd;
    "printf", "printf [-v var] format [arguments]" => printf::printf;
    "pushd", "pushd [-n] [+N | -N | dir]" => directory::pushd;
    "pwd", "pwd [-LP]" => directory::pwd;
    "read", "read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]" => input::read;
    "readarray", "readarray [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]" => input::mapfile;
    "readonly", "readonly [-aAf] [name[=value] ...] or readonly -p" => declare::readonly;
    "return", "return [n]" => control::return_;
    "set", "set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]" => set::set;
    "shift", "shift [n]" => control::shift;
    "shopt", "shopt [-pqsu] [-o] [optname ...]" => set::shopt;
    "source", "source filename [arguments]" => execute::source;
    "suspend", "suspend [-f]" => jobs::no_job_control;
    "test", "test [expr]" => test::test;
    "times", "times" => control::times;
    "trap", "trap [-lp] [[arg] signal_spec ...]" => control::trap;
    "true", "true" => control::nothing;
    "type", "type [-afptP] name [name ...]" => names::type_;
    "typeset", "typeset [-aAfFgiIlnrtux] name[=value] ... or typeset -p [-aAfFilnrtux] [name ...]" => declare::declare;
    "ulimit", "ulimit [-SHabcdefiklmnpqrstuvxPRT] [limit]" => control::ulimit;
    "umask", "umask [-p] [-S] [mode]" => control::umask;
    "unalias", "unalias [-a] name [name ...]" => names::unalias;
    "unset", "unset [-f] [-v] [-n] [name ...]" => declare::unset;
    "wait", "wait [-fn] [-p var] [id ...]" => jobs::wait;
}

/// The builtin of this name.
pub(crate) fn find(name: &[u8]) -> Option<&'static Builtin> {
    BUILTINS.binary_search_by(|builtin| builtin.name.as_bytes().cmp(name)).ok().map(|at| &BUILTINS[at])
}

/// The names of all builtins.
pub fn all_names() -> impl Iterator<Item = &'static str> {
    BUILTINS.iter().map(|builtin| builtin.name)
}

impl Shell<'_, '_> {
    /// `bash: line 1: name: message`
    pub(crate) fn complain_as(&mut self, name: &[u8], message: &[u8]) -> Run<()> {
        self.complain(&[name, b": ", message].concat())
    }

    /// `name: usage: ...`; returns status 2.
    pub(crate) fn usage(&mut self, name: &[u8]) -> Run<i32> {
        let usage = find(name).map_or("", |builtin| builtin.usage);
        self.error(&[name, b": usage: ", usage.as_bytes(), b"\n"].concat())?;
        Ok(2)
    }

    /// Reads the options of a builtin. `letters` are the known ones, a `:` behind one that takes a
    /// value. `Err` inside is the status after an error was printed.
    pub(crate) fn options<'w>(&mut self, words: &'w [Vec<u8>], letters: &str) -> Run<Result<Given<'w>, i32>> {
        let name = words.first().map_or(&b""[..], Vec::as_slice);
        let mut given = Given { options: Vec::new(), operands: words.get(1..).unwrap_or_default() };
        while let Some((word, rest)) = given.operands.split_first() {
            if word == b"--" {
                given.operands = rest;
                break;
            }
            let Some(cluster) = word.strip_prefix(b"-").filter(|cluster| !cluster.is_empty()) else { break };
            given.operands = rest;
            let mut at = 0;
            while let Some(&letter) = cluster.get(at) {
                at += 1;
                let known = letters.bytes().position(|other| other == letter && other != b':');
                let Some(known) = known else {
                    self.complain_as(name, &[b"-", &[letter][..], b": invalid option"].concat())?;
                    return Ok(Err(self.usage(name)?));
                };
                if letters.as_bytes().get(known + 1) != Some(&b':') {
                    given.options.push((letter, &[]));
                    continue;
                }
                let attached = &cluster[at..];
                if !attached.is_empty() {
                    given.options.push((letter, attached));
                } else if let Some((value, rest)) = given.operands.split_first() {
                    given.options.push((letter, value));
                    given.operands = rest;
                } else {
                    self.complain_as(name, &[b"-", &[letter][..], b": option requires an argument"].concat())?;
                    return Ok(Err(self.usage(name)?));
                }
                break;
            }
        }
        Ok(Ok(given))
    }
}

/// The options and operands of a builtin.
pub(crate) struct Given<'w> {
    /// Letters with their values.
    pub(crate) options: Vec<(u8, &'w [u8])>,
    /// What follows the options.
    pub(crate) operands: &'w [Vec<u8>],
}

impl Given<'_> {
    /// Whether an option was given.
    pub(crate) fn has(&self, letter: u8) -> bool {
        self.options.iter().any(|(other, _)| *other == letter)
    }
}

/// A whole decimal number with an optional sign, blanks around it allowed.
pub(crate) fn parse_number(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text.trim_ascii()).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::BUILTINS;

    #[test]
    fn builtins_are_sorted_by_name() {
        assert!(BUILTINS.is_sorted_by(|left, right| left.name < right.name));
    }
}
