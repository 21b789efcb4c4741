//! What the command lines of builtins are drawn from.

/// A builtin's menu.
pub(crate) struct Builtin {
    /// Its name.
    pub(crate) name: &'static str,
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

const PLAIN: Builtin =
    Builtin { name: "", setup: "", options: &[], operands: &[], count: (0, 3), behind: &[], around: "@", after: "" };

const VALUES: &[&str] = &[
    "v",
    "v=1",
    "v=a+b",
    "v+=2",
    "v='two  words'",
    "arr=(1 2)",
    "'arr[2]=x'",
    "arr",
    "m",
    "'m=([k]=v)'",
    "nosuch",
    "1bad",
    "'a b=1'",
    "f",
    "v=MiXed",
    "w=07",
    "arr+=(z)",
    "s=$'tab\\tq'",
    "''",
    "r=5",
    "v=",
];

const SHOW: &str = "declare -p v arr m w s r nosuch\nv=NeXt; echo \"$v\"; declare -f f";

const NAMES: &str = "f() { echo \"f $#\"; }; shopt -s expand_aliases; alias al='ls -l' q=\"it's\"; v=set; arr=(p q)";

/// All menus.
pub(crate) const BUILTINS: &[Builtin] = &[
    Builtin {
        name: ".",
        operands: &["lib.sh", "./lib.sh", "nosuch.sh", "dir", "a b", "''", "ret.sh", "--", "-x"],
        setup: "echo 'echo \"in $# $1\"; return 3; echo never' > ret.sh; set -- one two",
        after: "greet x; echo \"$LOADED $# $*\"",
        ..PLAIN
    },
    Builtin {
        name: "source",
        operands: &["lib.sh", "ret.sh", "bad.sh", "missing", "a.txt", "b"],
        setup: "echo 'return 3' > ret.sh; echo 'if then' > bad.sh",
        after: "greet x; echo \"$LOADED\"",
        ..PLAIN
    },
    Builtin {
        name: ":",
        operands: &["a", "$((x=5))", "${y:=def}", "-x", "> new"],
        after: "echo \"$x $y\"; ls",
        ..PLAIN
    },
    Builtin {
        name: "[",
        operands: &["a", "-f", "a.txt", "=", "!=", "-z", "''", "!", "-a", "-o", "1", "-lt", "x", "-d", "dir"],
        behind: &[" ]", " ]", " ]", " ]", ""],
        count: (0, 5),
        ..PLAIN
    },
    Builtin {
        name: "test",
        operands: &[
            "a", "-f", "a.txt", "=", "!=", "-z", "''", "!", "-a", "-o", "1", "-eq", "x", "-e", "-nt", "b.txt", "-v",
            "-n", "'<'", "0", "-s", "empty", "-o", "-x",
        ],
        count: (0, 5),
        ..PLAIN
    },
    Builtin {
        name: "[[",
        setup: "shopt -s extglob; a='two words'; arr=(1 2); n=5",
        operands: &[
            "a.txt",
            "-f",
            "-d dir",
            "$a",
            "\"$a\"",
            "==",
            "=~",
            "!=",
            "t*",
            "\"t*\"",
            "&&",
            "||",
            "!",
            "n",
            "-gt",
            "3",
            "-eq",
            "-z \"\"",
            "-n",
            "x",
            "<",
            "-v arr[1]",
            "^t(w)o",
            "+(t|w|o)*",
            "-e",
            "1+4",
        ],
        count: (1, 5),
        behind: &[" ]]"],
        around: "@ && echo \"yes ${BASH_REMATCH[*]}\"",
        ..PLAIN
    },
    Builtin {
        name: "alias",
        setup: NAMES,
        options: &["-p", "-x"],
        operands: &["al", "q", "n='a  b'", "nosuch", "x=", "'a b=c'", "e=$'t\\tx'", "al=cat"],
        after: "alias",
        ..PLAIN
    },
    Builtin {
        name: "unalias",
        setup: NAMES,
        options: &["-a", "-x"],
        operands: &["al", "q", "nosuch", "f"],
        after: "alias",
        ..PLAIN
    },
    Builtin {
        name: "break",
        operands: &["1", "2", "0", "-1", "x", "9", "1 2"],
        count: (0, 1),
        around: "for i in 1 2; do for j in a b; do echo $i$j; @; echo behind; done; done",
        ..PLAIN
    },
    Builtin {
        name: "continue",
        operands: &["1", "2", "0", "-1", "x", "9"],
        count: (0, 1),
        around: "for i in 1 2; do for j in a b; do echo $i$j; @; echo behind; done; done",
        ..PLAIN
    },
    Builtin {
        name: "builtin",
        operands: &["echo", "cd", "ls", "dir", "x", "f", "true", "--", "-x"],
        setup: NAMES,
        after: "pwd",
        ..PLAIN
    },
    Builtin { name: "caller", operands: &["0", "1", "x"], count: (0, 1), around: "g() { @; }; g", ..PLAIN },
    Builtin {
        name: "cd",
        setup: "mkdir -p 'dir/a b' other; ln -s dir/sub link; CDPATH=:dir",
        options: &["-P", "-L", "-e", "-x", "--"],
        operands: &[
            "dir",
            "sub",
            "..",
            "-",
            "nodir",
            "a.txt",
            "''",
            "~",
            "link",
            "./dir",
            "'a b'",
            "other/../dir",
            "link/..",
            "/",
        ],
        count: (0, 2),
        after: "pwd; pwd -P; echo \"${OLDPWD##*/} ${PWD##*/}\"; ls | head -3",
        ..PLAIN
    },
    Builtin {
        name: "pwd",
        setup: "ln -s dir/sub link; cd link",
        options: &["-P", "-L", "-x"],
        operands: &["x"],
        count: (0, 1),
        ..PLAIN
    },
    Builtin {
        name: "pushd",
        setup: "cd dir; pushd sub > /dev/null; pushd ../.. > /dev/null",
        options: &["-n", "-x"],
        operands: &["+1", "-1", "+0", "+9", "dir", "nodir", "a.txt", "~", "x", "-0"],
        count: (0, 2),
        after: "dirs -v; pwd",
        ..PLAIN
    },
    Builtin {
        name: "popd",
        setup: "cd dir; pushd sub > /dev/null; pushd ../.. > /dev/null",
        options: &["-n", "-x"],
        operands: &["+1", "-1", "+0", "+9", "dir", "-0"],
        count: (0, 1),
        after: "dirs -v; pwd",
        ..PLAIN
    },
    Builtin {
        name: "dirs",
        setup: "cd ~ 2> /dev/null; cd - > /dev/null; pushd dir > /dev/null",
        options: &["-c", "-l", "-p", "-v", "-x", "+1", "-0", "+7", "-vl"],
        operands: &["x", "+0", "1"],
        count: (0, 1),
        ..PLAIN
    },
    Builtin {
        name: "command",
        setup: NAMES,
        options: &["-v", "-V", "-p", "-x"],
        operands: &["echo", "f", "al", "if", "nosuch", "cat", "a.txt", "./a.txt", "cd", "/bin/nosuch", "dir"],
        ..PLAIN
    },
    Builtin {
        name: "type",
        setup: NAMES,
        options: &["-a", "-t", "-p", "-P", "-f", "-x"],
        operands: &["echo", "f", "al", "if", "nosuch", "cat", "./a.txt", "cd", "[[", "[", "v", "time", "{"],
        ..PLAIN
    },
    Builtin {
        name: "declare",
        setup: "f() { echo f; }",
        options: &["-a", "-A", "-i", "-l", "-u", "-x", "+x", "+i", "-p", "-g", "-t", "-q", "-f", "-F", "-ai", "-r"],
        operands: VALUES,
        after: SHOW,
        ..PLAIN
    },
    Builtin {
        name: "typeset",
        setup: "f() { echo f; }; v=old; declare -A m",
        options: &["-a", "-i", "-l", "-x", "+x", "-p", "-n", "-r", "-q"],
        operands: VALUES,
        after: SHOW,
        ..PLAIN
    },
    Builtin {
        name: "local",
        setup: "v=outer; arr=(o)",
        options: &["-a", "-A", "-i", "-r", "-x", "-u", "-p", "-q", "-n"],
        operands: VALUES,
        around: "g() { @; echo \"$?\"; declare -p v arr m; }; g",
        after: "local v; declare -p v arr",
        ..PLAIN
    },
    Builtin {
        name: "export",
        setup: "f() { echo f; }; v=1; arr=(a)",
        options: &["-n", "-p", "-f", "-x"],
        operands: VALUES,
        after: "declare -p v arr w; printenv v w; export -p | tail -3",
        ..PLAIN
    },
    Builtin {
        name: "readonly",
        setup: "f() { echo f; }; v=1; arr=(a)",
        options: &["-a", "-A", "-p", "-f", "-x"],
        operands: VALUES,
        after: "declare -p v arr w m; v=2; echo \"after $v\"; unset w; arr[0]=q; f() { :; }",
        ..PLAIN
    },
    Builtin {
        name: "unset",
        setup: "f() { echo f; }; v=1; arr=(a b c); declare -A m=([k]=v [j]=w); declare -n ref=v; readonly r=1",
        options: &["-v", "-f", "-n", "-x"],
        operands: &[
            "v",
            "arr",
            "'arr[1]'",
            "'arr[-1]'",
            "'arr[9]'",
            "'arr[-9]'",
            "'m[k]'",
            "m",
            "f",
            "ref",
            "r",
            "1bad",
            "nosuch",
            "'arr[@]'",
            "''",
        ],
        after: "declare -p v arr m ref r; declare -f f",
        ..PLAIN
    },
    Builtin {
        name: "let",
        setup: "a=3 b=4 arr=(1 2)",
        operands: &[
            "a=1",
            "a++",
            "'b = a * 2'",
            "0",
            "1/0",
            "'a b'",
            "'arr[1]=7'",
            "b**2",
            "'a > b'",
            "x=y=2",
            "'c=(1+2)*3'",
            "--a",
            "a=08",
            "'$'",
            "''",
        ],
        after: "declare -p a b c x y arr",
        ..PLAIN
    },
    Builtin {
        name: "echo",
        options: &["-n", "-e", "-E", "-ne", "-x", "--"],
        operands: &["a", "'b  c'", "'\\t\\x41\\0101'", "'\\c'", "-n", "'\\u00e9\\q'", "''"],
        ..PLAIN
    },
    Builtin {
        name: "printf",
        options: &["-v v", "-v 'arr[1]'", "-v 1bad", "--", "-x"],
        operands: &[
            "'%s\\n'",
            "%d",
            "'%5.2f|'",
            "a",
            "12",
            "0x1f",
            "'%q '",
            "'a b'",
            "'%b'",
            "'x\\ty'",
            "'%(%Y)T'",
            "1",
            "%c",
            "'%-6s|'",
            "'%x'",
            "-1",
            "1.5",
            "'%s %s\\n'",
            "'%*d'",
            "%i%%",
            "%",
            "%z",
        ],
        count: (0, 4),
        after: "declare -p v arr",
        ..PLAIN
    },
    Builtin {
        name: "enable",
        options: &["-n", "-a", "-p", "-x"],
        operands: &["echo", "nosuch", "cd"],
        after: "type -t echo",
        ..PLAIN
    },
    Builtin {
        name: "eval",
        operands: &[
            "'echo $v'",
            "v=2",
            "';'",
            "'if'",
            "\"echo 'q'\"",
            "'f()'",
            "'{ echo'",
            "'}'",
            "--",
            "-x",
            "'echo b; false'",
        ],
        setup: "v=1",
        after: "echo \"$v\"",
        ..PLAIN
    },
    Builtin {
        name: "exec",
        setup: "set +e",
        options: &["-a name", "-c", "-l", "-x"],
        operands: &["echo hi", "3> three", "< a.txt", "nosuch", "./a.txt", "dir", "> out", "2>&1", "cat b.txt"],
        count: (0, 2),
        around: "(@; echo \"in $?\"; read -r line; echo \"$line\"; echo x >&3)",
        after: "cat three out",
        ..PLAIN
    },
    Builtin {
        name: "exit",
        operands: &["0", "1", "256", "-1", "x", "3 4", "''", "'2 '"],
        count: (0, 1),
        around: "(@; echo never); echo $?; false; g() { @; }; (g)",
        ..PLAIN
    },
    Builtin {
        name: "return",
        operands: &["0", "1", "256", "-1", "x", "''"],
        count: (0, 1),
        around: "g() { false; @; echo never; }; g",
        ..PLAIN
    },
    Builtin { name: "true", operands: &["x", "--help", "-x"], ..PLAIN },
    Builtin { name: "false", operands: &["x", "--help"], ..PLAIN },
    Builtin {
        name: "getopts",
        setup: "set -- -a -b val -xq --long rest -c",
        operands: &["ab:", ":ab:x", "opt", "-a", "-b", "-bval", "-z", "rest", "1bad", "a"],
        count: (1, 5),
        around: "@; echo \"$? $opt $OPTARG $OPTIND\"; @; echo \"$? $opt $OPTARG $OPTIND\"",
        ..PLAIN
    },
    Builtin {
        name: "hash",
        options: &["-r", "-t", "-l", "-d", "-x"],
        operands: &["cat", "nosuch", "f", "echo"],
        setup: NAMES,
        ..PLAIN
    },
    Builtin {
        name: "kill",
        options: &["-l", "-s TERM", "-9", "-0", "-n 9", "-x"],
        operands: &["9", "TERM", "99", "x", "%1", "SIGINT", "141"],
        count: (1, 2),
        around: "@ | head -3",
        ..PLAIN
    },
    Builtin {
        name: "wait",
        options: &["-n", "-f", "-x"],
        operands: &["%1", "%9", "999999", "x", "$!"],
        setup: "false & true",
        ..PLAIN
    },
    Builtin { name: "jobs", options: &["-l", "-p", "-r", "-x"], operands: &["%1", "%9", "x"], count: (0, 1), ..PLAIN },
    Builtin { name: "disown", options: &["-a", "-h", "-r", "-x"], operands: &["%1", "x"], count: (0, 1), ..PLAIN },
    Builtin {
        name: "mapfile",
        setup: "arr=(old1 old2 old3)",
        options: &["-t", "-n 2", "-s 1", "-O 3", "-d :", "-n 0", "-x", "-u 0", "-c 1 -C 'echo cb'", "-d ''", "-O -1"],
        operands: &["arr", "lines", "1bad", "'arr[1]'"],
        count: (0, 1),
        behind: &[" < a.txt", " < b.txt", " < empty", " <<< 'one'", " < <(printf 'x\\0y')"],
        after: "declare -p arr lines MAPFILE",
        ..PLAIN
    },
    Builtin {
        name: "readarray",
        options: &["-t", "-n 1", "-s 2"],
        operands: &["arr"],
        count: (0, 1),
        behind: &[" < a.txt", " <<< 'q'"],
        after: "declare -p arr MAPFILE",
        ..PLAIN
    },
    Builtin {
        name: "read",
        setup: "exec 3< a.txt; IFS=$' \\t\\n'",
        options: &[
            "-r",
            "-a arr",
            "-d :",
            "-n 3",
            "-N 4",
            "-p prompt",
            "-u 3",
            "-s",
            "-t 5",
            "-d ''",
            "-n 0",
            "-q",
            "-u 9",
            "-n x",
        ],
        operands: &["x", "y", "z", "1bad", "'arr[2]'", "''"],
        behind: &[
            " <<< 'one two three four'",
            " <<< ' a\\tb\\\\c  d '",
            " < b.txt",
            " < empty",
            " <<< 'a:b:c'",
            " < <(printf 'no end')",
            " <<< $'back\\\\\\nnext'",
            " < nofile",
            " <<< $'l1\\nl2'",
            " <<< 'é à'",
        ],
        after: "declare -p x y z arr REPLY",
        ..PLAIN
    },
    Builtin {
        name: "set",
        options: &[
            "-e",
            "-u",
            "-f",
            "-x",
            "+x",
            "-o pipefail",
            "+o pipefail",
            "-o nosuch",
            "-q",
            "--",
            "-a",
            "-C",
            "+f",
            "-b",
            "-v",
            "-",
        ],
        operands: &["p1", "'p 2'", "*.txt", "''", "-o"],
        after: "echo \"$# $* $-\"; echo ~ *.txt; set -o | grep on; q=1; false | true; echo $?; echo \"$nope\"",
        ..PLAIN
    },
    Builtin {
        name: "shopt",
        options: &["-s", "-u", "-q", "-p", "-o", "-x"],
        operands: &[
            "nullglob",
            "extglob",
            "dotglob",
            "globstar",
            "nosuch",
            "pipefail",
            "errexit",
            "nocasematch",
            "failglob",
            "expand_aliases",
        ],
        after: "echo no*pe *.TXT; shopt | grep -c on",
        ..PLAIN
    },
    Builtin {
        name: "shift",
        setup: "set -- a b c d e",
        operands: &["0", "1", "2", "9", "-1", "x", "''", "1 2"],
        count: (0, 1),
        after: "echo \"$# $*\"",
        ..PLAIN
    },
    Builtin {
        name: "trap",
        options: &["-p", "--"],
        operands: &[
            "'echo t $?'",
            "EXIT",
            "ERR",
            "DEBUG",
            "RETURN",
            "INT",
            "SIGTERM",
            "0",
            "nosuch",
            "''",
            "-",
            "15",
            "99",
            "'false'",
        ],
        count: (0, 3),
        after: "f() { false; return 4; }; f; echo $?; (exit 3); trap; trap -p EXIT ERR",
        ..PLAIN
    },
    Builtin {
        name: "umask",
        options: &["-S", "-p", "-x"],
        operands: &["022", "u=rwx,g=rx,o=", "777", "8", "g+w", "a=x", "q", "+r"],
        count: (0, 1),
        after: "umask; > new; mkdir newdir; stat -c %a new newdir",
        ..PLAIN
    },
];
