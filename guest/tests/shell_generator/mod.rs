//! Scripts from a grammar: every piece is valid where it stands, so that most of a script runs.

/// Makes scripts from a seed; equal seeds give equal scripts on every machine.
pub(crate) struct Generator {
    state: u64,
    depth: u32,
    /// Loops and functions get names of their own, so that none runs for ever.
    names: u32,
}

impl Generator {
    /// A generator.
    pub(crate) fn new(seed: u64) -> Self {
        Self { state: seed | 1, depth: 0, names: 0 }
    }

    /// The next script: a few lines over the variables `a`, `b`, `c`, the array `arr`, the map
    /// `map` and the positional parameters.
    pub(crate) fn script(&mut self) -> String {
        let mut script = String::new();
        if self.one_in(3) {
            script.push_str(self.pick(&[
                "set -u\n",
                "shopt -s extglob\n",
                "set -e\n",
                "IFS=:\n",
                "set -f\n",
                "shopt -s nullglob\n",
            ]));
        }
        script.push_str("a=one b='two  words' c= arr=(x 'y z' '') ; declare -A map=([k]=v); set -- p1 'p 2' p3\n");
        for _ in 0..1 + self.below(4) {
            script.push_str(&self.list());
            script.push('\n');
        }
        script
    }

    /// A number below `count`.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 33) as usize % count
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    /// One of these texts.
    pub(crate) fn of<'t>(&mut self, choices: &'t [String]) -> &'t str {
        &choices[self.below(choices.len())]
    }

    /// One of these.
    pub(crate) fn pick<'t>(&mut self, choices: &[&'t str]) -> &'t str {
        choices[self.below(choices.len())]
    }

    fn name(&mut self) -> String {
        self.names += 1;
        format!("name{}", self.names)
    }

    fn list(&mut self) -> String {
        let mut text = self.command();
        while self.one_in(3) {
            text.push_str(self.pick(&["; ", " && ", " || "]));
            text.push_str(&self.command());
        }
        // A stage that does not read to the end would kill the one before it at some time.
        if self.one_in(6) {
            text.push_str(" | cat");
        }
        text
    }

    fn block(&mut self) -> String {
        self.depth += 1;
        let text = self.list();
        self.depth -= 1;
        text
    }

    fn command(&mut self) -> String {
        let deep = self.depth > 2;
        match self.below(if deep { 10 } else { 20 }) {
            0..=4 => {
                let words = self.words();
                let redirect = if self.one_in(5) { self.redirect() } else { String::new() };
                format!(
                    "{} {words}{redirect}",
                    self.pick(&["echo", "printf '<%s>'", "printf '%s\\n'", "echo -n", "echo -e"])
                )
            }
            5 | 6 => self.assignment(),
            7 => format!("[[ {} ]] && echo true || echo \"false $?\"", self.condition()),
            8 => format!("(( {} )); echo \"arith $?\"", self.expression()),
            9 => self
                .pick(&[
                    "shift",
                    "false",
                    "true",
                    "unset a",
                    "unset 'arr[1]'",
                    "cd dir",
                    "cd ..",
                    "read a b <<< 'r1 r2 r3'",
                    "nosuchcommand x",
                    "cat a.txt",
                    "echo \"$?\"",
                    "export b",
                    "declare -p arr map",
                    "local q",
                    "test -f a.txt",
                    "declare -p a b c",
                    "cat nofile",
                    "set --",
                    "eval 'echo $a'",
                    "printf -v c %03d 7",
                    "let 'a=1+1'",
                    "pwd > /dev/null",
                ])
                .to_owned(),
            10 => format!("if {}; then {}; else {}; fi", self.block(), self.block(), self.block()),
            11 => format!("for v in {}; do {}; done", self.words(), self.block()),
            12 => {
                let name = self.name();
                format!("for (({name}=0; {name}<2; {name}++)); do {}; done", self.block())
            }
            13 => {
                let subject = self.word();
                format!("case {subject} in {}) {};; *) {};; esac", self.pattern(), self.block(), self.block())
            }
            14 => format!("( {} )", self.block()),
            15 => format!("{{ {}; }}{}", self.block(), if self.one_in(3) { self.redirect() } else { String::new() }),
            16 => {
                let name = self.name();
                format!("{name}() {{ {}; }}; {name} {}", self.block(), self.words())
            }
            17 => {
                let name = self.name();
                format!("{name}=0; while (( {name}++ < 2 )); do {}; done", self.block())
            }
            18 => format!("! {}", self.command()),
            _ => format!("while read -r l m; do echo \"[$l|$m]\"; {}; done <<< {}", self.block(), self.word()),
        }
    }

    fn redirect(&mut self) -> String {
        match self.below(6) {
            0 => {
                let name = self.name();
                format!(" > {name}; cat {name}")
            }
            1 => {
                let name = self.name();
                format!(" >> {name}; cat {name} nofile")
            }
            2 => " 2>&1".into(),
            3 => " >&2".into(),
            4 => " 2> /dev/null".into(),
            _ => format!(" > {}", self.pick(&["\"$a\"", "nodir/x", "dir", "$c", "new_$a"])),
        }
    }

    fn assignment(&mut self) -> String {
        match self.below(9) {
            0..=2 => format!("{}={}", self.pick(&["a", "b", "c"]), self.word()),
            3 => format!("{}+={}", self.pick(&["a", "b", "arr"]), self.word()),
            4 => format!("arr=({})", self.words()),
            5 => format!("arr+=({})", self.words()),
            6 => format!("arr[{}]={}", self.expression(), self.word()),
            7 => format!("map[{}]={}", self.pick(&["k", "j", "\"$a\"", "'x y'"]), self.word()),
            _ => format!(
                "declare {}{}={}",
                self.pick(&["", "-i ", "-u ", "-l "]),
                self.pick(&["d", "e"]),
                self.pick(&["1+2", "MiXed", "$((3))"])
            ),
        }
    }

    fn words(&mut self) -> String {
        (0..1 + self.below(3)).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }

    fn word(&mut self) -> String {
        let mut word = self.part();
        while self.one_in(4) {
            word.push_str(&self.part());
        }
        word
    }

    fn part(&mut self) -> String {
        match self.below(16) {
            0 | 1 => self.pick(&["abc", "x", "-n", "1", "~", "a=b", "é"]).into(),
            2 => self.pick(&["'single $a'", "''", "$'tab\\tend'", "\\$a", "\\\\", "'*'"]).into(),
            3 | 4 => format!("\"{}\"", self.quoted()),
            5..=7 => self.parameter(),
            8 => format!("$(( {} ))", self.expression()),
            9 if self.depth < 3 => format!("$( {})", self.block()),
            10 if self.depth < 3 => format!("`echo {}`", self.pick(&["back", "$a", "\\$b"])),
            11 => self.pick(&["{1..3}", "{a,b}", "{x,y}{1,2}", "pre{,post}", "{c..a}", "{a}"]).into(),
            12 => self.pick(&["*.txt", "dir/*", "?.txt", "[ab].txt", "no*pe", "*"]).into(),
            _ => self.pick(&["lit", "two", "3"]).into(),
        }
    }

    fn quoted(&mut self) -> String {
        let mut text = String::new();
        for _ in 0..1 + self.below(3) {
            match self.below(5) {
                0 => text.push_str(self.pick(&["text ", "it's", "\\\"", "\\$", "a  b", "*"])),
                1 | 2 => text.push_str(&self.parameter()),
                3 => text.push_str(&format!("$(( {} ))", self.expression())),
                _ if self.depth < 3 => text.push_str(&format!("$( {})", self.block())),
                _ => text.push('x'),
            }
        }
        text
    }

    fn parameter(&mut self) -> String {
        let name = self.pick(&["a", "b", "c", "nope", "1", "arr[1]", "arr[0]", "map[k]", "@", "*", "arr[@]", "arr[*]"]);
        // bash takes `"${*^}"` for `"${@^}"`, which looks like an error of its own.
        let single = self.pick(&["a", "b", "c", "nope", "1", "arr[1]", "map[k]", "@", "arr[@]"]);
        match self.below(14) {
            0..=3 => format!("${{{name}}}"),
            4 => self
                .pick(&[
                    "$a",
                    "$b",
                    "$@",
                    "$*",
                    "$#",
                    "$?",
                    "$1",
                    "$9",
                    "${#arr[@]}",
                    "${!arr[@]}",
                    "${!map[@]}",
                    "${#a}",
                    "${#b}",
                ])
                .into(),
            5 => format!(
                "${{{name}{}{}}}",
                self.pick(&[":-", "-", ":+", "+"]),
                self.pick(&["def", "$a", "", "'q q'", "\"d d\""])
            ),
            6 => format!("${{{name}{}{}}}", self.pick(&["#", "##", "%", "%%"]), self.pattern()),
            7 => format!(
                "${{{name}{}{}/{}}}",
                self.pick(&["/", "//", "/#", "/%"]),
                self.pattern(),
                self.pick(&["R", "", "[&]", "$b"])
            ),
            8 => format!("${{{single}{}}}", self.pick(&["^", "^^", ",", ",,", "^^o"])),
            9 => format!("${{{name}:{}}}", self.pick(&["1", "0:2", " -2", "1:1", "9", "0:0", " -1:1"])),
            10 => format!("${{{name}@Q}}"),
            11 => format!("${{#{}}}", self.pick(&["a", "b", "arr[1]", "@", "arr[*]", "map[k]"])),
            _ => format!("${{{name}}}"),
        }
    }

    fn pattern(&mut self) -> String {
        self.pick(&[
            "o*",
            "*o",
            "?",
            "[a-o]",
            "*",
            "one",
            "tw?",
            "'*'",
            "\"$a\"",
            "$a",
            "[!x]*",
            "x",
            "[[:alpha:]]",
            "n",
        ])
        .into()
    }

    fn expression(&mut self) -> String {
        let operand = |generator: &mut Self| {
            generator
                .pick(&["1", "2", "7", "n", "0x1f", "010", "(3-1)", "-4", "${#arr[@]}", "!0", "~1", "n++", "--n"])
                .to_owned()
        };
        let mut text = operand(self);
        while self.one_in(2) {
            let operator = self
                .pick(&["+", "-", "*", "/", "%", "**", "<<", "<", ">=", "==", "!=", "&&", "||", "&", "|", "^", ","]);
            // A shift by a negative count is not defined, so shifts get a plain number.
            let right = if matches!(operator, "<<" | "**") { "3".to_owned() } else { operand(self) };
            text = format!("{text} {operator} {right}");
        }
        text
    }

    fn condition(&mut self) -> String {
        match self.below(6) {
            0 => format!("{} == {}", self.word_for_condition(), self.pattern()),
            1 => format!("{} != {}", self.word_for_condition(), self.pattern()),
            2 => format!("-{} {}", self.pick(&["z", "n", "f", "d", "e"]), self.word_for_condition()),
            3 => format!("{} {} {}", self.below(9), self.pick(&["-eq", "-lt", "-ge", "-ne"]), self.below(9)),
            4 => format!("{} =~ {}", self.word_for_condition(), self.pick(&["^o", "e", "(t)w?o", "[0-9]+", "."])),
            _ => format!("{} {} {}", self.word_for_condition(), self.pick(&["<", ">"]), self.word_for_condition()),
        }
    }

    fn word_for_condition(&mut self) -> String {
        self.pick(&["$a", "\"$b\"", "$c", "one", "'two  words'", "${arr[1]}", "a.txt", "dir", "\"$1\"", "$nope"]).into()
    }
}
