//! What the command lines of builtins are drawn from.

/// A builtin's menu.
pub(crate) struct Builtin {
    /// Its name.
    pub(crate) name: &'static str,
    /// The seed, one per builtin.
    pub(crate) seed: u64,
    /// Runs first.
    pub(crate) setup: &'static str,
    /// Options; words after a space are options' values.
    pub(crate) options: &'static [&'static str],
    /// Operands.
    pub(crate) operands: &'static [&'static str],
    /// Between how many and how many operands.
    pub(crate) count: (usize, usize),
    /// What stands behind a line: redirections, other commands.
    pub(crate) behind: &'static [&'static str],
    /// Where a line stands, at `@`.
    pub(crate) around: &'static str,
    /// Runs last and shows what was changed.
    pub(crate) after: &'static str,
}

const PLAIN: Builtin = Builtin {
    name: "",
    seed: 0,
    setup: "",
    options: &[],
    operands: &[],
    count: (0, 3),
    behind: &[],
    around: "@",
    after: "",
};

const NAMES: &str = "f() { echo \"f $#\"; }; shopt -s expand_aliases; alias al='ls -l' q=\"it's\"; v=set; arr=(p q)";

/// All menus.
pub(crate) const BUILTINS: &[Builtin] = &[
    Builtin {
        name: ".",
        seed: 0,
        operands: &["lib.sh", "./lib.sh", "nosuch.sh", "dir", "a b", "''", "ret.sh", "--", "-x"],
        setup: "echo 'echo \"in $# $1\"; return 3; echo never' > ret.sh; set -- one two",
        after: "greet x; echo \"$LOADED $# $*\"",
        ..PLAIN
    },
    Builtin {
        name: "source",
        seed: 1,
        operands: &["lib.sh", "ret.sh", "bad.sh", "missing", "a.txt", "b"],
        setup: "echo 'return 3' > ret.sh; echo 'if then' > bad.sh",
        after: "greet x; echo \"$LOADED\"",
        ..PLAIN
    },
    Builtin {
        name: ":",
        seed: 2,
        operands: &["a", "$((x=5))", "${y:=def}", "-x", "> new"],
        after: "echo \"$x $y\"; ls",
        ..PLAIN
    },
    Builtin {
        name: "alias",
        seed: 6,
        setup: NAMES,
        options: &["-p", "-x"],
        operands: &["al", "q", "n='a  b'", "nosuch", "x=", "'a b=c'", "e=$'t\\tx'", "al=cat"],
        after: "alias",
        ..PLAIN
    },
    Builtin {
        name: "unalias",
        seed: 7,
        setup: NAMES,
        options: &["-a", "-x"],
        operands: &["al", "q", "nosuch", "f"],
        after: "alias",
        ..PLAIN
    },
    Builtin {
        name: "break",
        seed: 8,
        operands: &["1", "2", "0", "-1", "x", "9", "1 2"],
        count: (0, 1),
        around: "for i in 1 2; do for j in a b; do echo $i$j; @; echo behind; done; done",
        ..PLAIN
    },
    Builtin {
        name: "continue",
        seed: 9,
        operands: &["1", "2", "0", "-1", "x", "9"],
        count: (0, 1),
        around: "for i in 1 2; do for j in a b; do echo $i$j; @; echo behind; done; done",
        ..PLAIN
    },
    Builtin {
        name: "builtin",
        seed: 10,
        operands: &["echo", "cd", "ls", "dir", "x", "f", "true", "--", "-x"],
        setup: NAMES,
        after: "pwd",
        ..PLAIN
    },
    Builtin { name: "caller", seed: 11, operands: &["0", "1", "x"], count: (0, 1), around: "g() { @; }; g", ..PLAIN },
];
