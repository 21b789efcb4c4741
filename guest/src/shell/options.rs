//! `set -o` and `shopt` options.

/// The options of `set`, by letter and name, as `set -o` lists them.
pub(super) const SET_OPTIONS: &[(&str, Option<u8>)] = &[
    ("allexport", Some(b'a')),
    ("braceexpand", Some(b'B')),
    ("emacs", None),
    ("errexit", Some(b'e')),
    ("errtrace", Some(b'E')),
    ("functrace", Some(b'T')),
    ("hashall", Some(b'h')),
    ("histexpand", Some(b'H')),
    ("history", None),
    ("ignoreeof", None),
    ("interactive-comments", None),
    ("keyword", Some(b'k')),
    ("monitor", Some(b'm')),
    ("noclobber", Some(b'C')),
    ("noexec", Some(b'n')),
    ("noglob", Some(b'f')),
    ("nolog", None),
    ("notify", Some(b'b')),
    ("nounset", Some(b'u')),
    ("onecmd", Some(b't')),
    ("physical", Some(b'P')),
    ("pipefail", None),
    ("posix", None),
    ("privileged", Some(b'p')),
    ("verbose", Some(b'v')),
    ("vi", None),
    ("xtrace", Some(b'x')),
];

/// The options of `shopt`, with whether they are on in a shell that is not interactive.
pub(super) const SHOPT_OPTIONS: &[(&str, bool)] = &[
    ("autocd", false),
    ("assoc_expand_once", false),
    ("cdable_vars", false),
    ("cdspell", false),
    ("checkhash", false),
    ("checkjobs", false),
    ("checkwinsize", true),
    ("cmdhist", true),
    ("compat31", false),
    ("compat32", false),
    ("compat40", false),
    ("compat41", false),
    ("compat42", false),
    ("compat43", false),
    ("compat44", false),
    ("complete_fullquote", true),
    ("direxpand", false),
    ("dirspell", false),
    ("dotglob", false),
    ("execfail", false),
    ("expand_aliases", false),
    ("extdebug", false),
    ("extglob", false),
    ("extquote", true),
    ("failglob", false),
    ("force_fignore", true),
    ("globasciiranges", true),
    ("globskipdots", true),
    ("globstar", false),
    ("gnu_errfmt", false),
    ("histappend", false),
    ("histreedit", false),
    ("histverify", false),
    ("hostcomplete", true),
    ("huponexit", false),
    ("inherit_errexit", false),
    ("interactive_comments", true),
    ("lastpipe", false),
    ("lithist", false),
    ("localvar_inherit", false),
    ("localvar_unset", false),
    ("login_shell", false),
    ("mailwarn", false),
    ("no_empty_cmd_completion", false),
    ("nocaseglob", false),
    ("nocasematch", false),
    ("noexpand_translation", false),
    ("nullglob", false),
    ("patsub_replacement", true),
    ("progcomp", true),
    ("progcomp_alias", false),
    ("promptvars", true),
    ("restricted_shell", false),
    ("shift_verbose", false),
    ("sourcepath", true),
    ("varredir_close", false),
    ("xpg_echo", false),
];

/// Which options are on. One bit each, in the order of the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Options {
    set: u32,
    shopt: u64,
}

impl Options {
    /// The options at the start.
    pub fn new(interactive: bool) -> Self {
        let mut options = Self { set: 0, shopt: 0 };
        for (name, on) in SHOPT_OPTIONS {
            options.set_shopt(name, *on);
        }
        for name in ["braceexpand", "hashall", "interactive-comments"] {
            options.set_named(name, true);
        }
        if interactive {
            for name in ["emacs", "histexpand", "history", "monitor"] {
                options.set_named(name, true);
            }
            options.set_shopt("expand_aliases", true);
        }
        options
    }

    /// Whether the `set -o` option of this name is on; `None` for an unknown name.
    pub fn named(self, name: &str) -> Option<bool> {
        let at = SET_OPTIONS.iter().position(|(other, _)| *other == name)?;
        Some(self.set >> at & 1 == 1)
    }

    /// Whether the option of this name is on.
    pub fn is(self, name: &str) -> bool {
        self.named(name).or_else(|| self.shopt(name)).unwrap_or(false)
    }

    /// Turns a `set -o` option on or off; false for an unknown name.
    pub fn set_named(&mut self, name: &str, on: bool) -> bool {
        let Some(at) = SET_OPTIONS.iter().position(|(other, _)| *other == name) else { return false };
        self.set = self.set & !(1 << at) | u32::from(on) << at;
        true
    }

    /// Turns the option of `set -x` and its like on or off; false for an unknown letter.
    pub fn set_letter(&mut self, letter: u8, on: bool) -> bool {
        match SET_OPTIONS.iter().find(|(_, other)| *other == Some(letter)) {
            Some((name, _)) => self.set_named(name, on),
            None => false,
        }
    }

    /// Whether the `shopt` option of this name is on; `None` for an unknown name.
    pub fn shopt(self, name: &str) -> Option<bool> {
        let at = SHOPT_OPTIONS.iter().position(|(other, _)| *other == name)?;
        Some(self.shopt >> at & 1 == 1)
    }

    /// Turns a `shopt` option on or off; false for an unknown name.
    pub fn set_shopt(&mut self, name: &str, on: bool) -> bool {
        let Some(at) = SHOPT_OPTIONS.iter().position(|(other, _)| *other == name) else { return false };
        self.shopt = self.shopt & !(1 << at) | u64::from(on) << at;
        true
    }

    /// `$-`
    pub fn letters(self, kind_letters: &str) -> Vec<u8> {
        let mut letters: Vec<u8> =
            SET_OPTIONS.iter().filter(|(name, _)| self.is(name)).filter_map(|(_, letter)| *letter).collect();
        // bash lists its flags alphabetically, lower case first.
        letters.sort_by_key(|letter| (letter.is_ascii_uppercase(), *letter));
        if kind_letters.contains('i') {
            let at = letters
                .iter()
                .position(|letter| *letter > b'i' || letter.is_ascii_uppercase())
                .unwrap_or(letters.len());
            letters.insert(at, b'i');
        }
        letters.extend(kind_letters.bytes().filter(|letter| *letter != b'i'));
        letters
    }
}

impl Options {
    /// `SHELLOPTS`
    pub(super) fn enabled_set_names(self) -> String {
        let names: Vec<&str> = SET_OPTIONS.iter().map(|(name, _)| *name).filter(|name| self.is(name)).collect();
        names.join(":")
    }

    /// `BASHOPTS`
    pub(super) fn enabled_shopt_names(self) -> String {
        let names: Vec<&str> = SHOPT_OPTIONS.iter().map(|(name, _)| *name).filter(|name| self.is(name)).collect();
        names.join(":")
    }
}
