//! awk beside mawk 1.3.4.

use crate::support::generate::tree;
use crate::support::{Differential, File, Generator, cases, files, insert};

/// Patterns; `~` stands for a regular expression, `@` for an operand.
const PATTERNS: &[&str] = &[
    "", "", "", "/~/", "/~/", "!/~/", "@", "NR==@", "NR>@", "NF", "NF>@", "@ ~ /~/", "@ !~ /~/", "/~/,/~/", "NR==1,/~/",
    "NR%2", "@ == @", "@ < @", "@ > @", "!x[@]++", "length > 10", "length($1) > 2", "BEGIN", "END", "@ && @", "@ || @",
    "FNR==NR", "@ in x", "$NF ~ /~/",
];

/// Statements; `@` stands for an operand, `~` for a regular expression, `^` for an array's name.
const STATEMENTS: &[&str] = &[
    "print",
    "print",
    "print @",
    "print @, @",
    "print @ @",
    "print NR, @",
    "print NR \":\" $0",
    "print $1, $NF",
    "print FILENAME, FNR, NF",
    "printf \"%s %s\\n\", @, @",
    "printf \"%d|%5d|%-5d|%05d\\n\", @, @, @, @",
    "printf \"%5s|%-5s|%.2s|\\n\", @, @, @",
    "printf \"%.2f %e %g\\n\", @, @, @",
    "printf \"%x %o %c %i %u\\n\", @, @, @, @, @",
    "printf(\"%s\\n\", @)",
    "printf \"%s\"",
    "printf \"%d %z\\n\", @, @",
    "$@ = @; print; print NF",
    "$2 = @; print",
    "$1 = \"\"; print",
    "NF = @; print; print NF",
    "$0 = @; print $1, NF",
    "$(NF+1) = @; print",
    "n = sub(/~/, \"[&]\"); print n, $0",
    "n = gsub(/~/, \"<&>\"); print n, $0",
    "gsub(/~/, \"\\\\&x\", $@); print",
    "s = @; gsub(\"~\", @, s); print s",
    "if (@) print \"yes\"; else print \"no\"",
    "if (@ < @) { print @ } else { print \"-\" }",
    "if (match(@, /~/)) print RSTART, RLENGTH, substr(@, RSTART, RLENGTH)",
    "^[@]++; print ^[@]",
    "^[@] = @; ^[@, @] = @",
    "for (k in ^) print k, ^[k]",
    "for (i = 1; i <= NF; i++) ^[$i]++",
    "for (i = NF; i > 0; i--) printf \"%s \", $i; print \"\"",
    "n = split(@, ^, /~/); print n; for (i = 1; i <= n; i++) print ^[i]",
    "n = split(@, ^); for (k in ^) print k, ^[k]",
    "n = split(@, ^, @); print n, ^[1]",
    "delete ^[@]; print (@ in ^)",
    "delete ^",
    "print length(@), toupper(@), tolower(@)",
    "print substr(@, @, @), substr(@, @)",
    "print index(@, @), match(@, \"~\")",
    "print @ + @, @ - @, @ * @, @ / (@ + 1), @ % 7, -@",
    "print @ == @, @ < @, @ > @ ? \"a\" : \"b\"",
    "print (@ < @), (@ == @), @ ~ /~/, !@",
    "print int(@), sqrt(4), 2 ^ @, 2 ^ 3 ^ 2",
    "x = @; x += @; x -= 1; x *= 2; print x, x++, ++x, x--, --x",
    "c++; t += $@; print c, t",
    "print sprintf(\"%03d-%s\", @, @)",
    "while (i < 3) { i++; if (i == 2) continue; print i }",
    "do { j++ } while (j < 3); print j",
    "for (;;) { if (m++ > 2) break }; print m",
    "next",
    "exit @",
    "exit",
    "getline; print \"got\", $0, NR",
    "getline line; print line, NR",
    "while ((getline line < \"foo.txt\") > 0) print \"f\", line",
    "\"echo a b; echo c\" | getline r; print r",
    "print @ > \"out\"",
    "print @ >> \"out\"",
    "print @ | \"sort\"",
    "print @ > \"/dev/stderr\"",
    "close(\"out\")",
    "system(\"echo hi\")",
    "FS = \",\"",
    "OFS = \"-\"; $1 = $1; print",
    "ORS = \";\"",
    "CONVFMT = \"%.2g\"; a = 3.14159 \"\"; print a",
    "OFMT = \"%.3f\"; print 3.14159, 17",
    "RS = \"\"",
    "SUBSEP = \":\"; z[1, 2]; for (k in z) print k",
    "print f(@)",
    "g(^, @); print ^[1]",
    "print h(@, 3)",
    "print @ > 1",
    "print (@)(@)",
    "print -@ \" \" -1",
    "print 1 - 1 \" \" 1",
    "srand(3); print rand(), srand()",
    "print 1e6, 1000000 * 10, 0.1 + 0.2, 1e300 * 1e300, 2147483648, -3 % 2",
    "print \"a\" > ",
    "print x[",
    "}",
];

const OPERANDS: &[&str] = &[
    "1", "2", "0", "3.7", "-1", "\"foo\"", "\"\"", "\"3x\"", "\" 4 \"", "$1", "$2", "$0", "$NF", "$1", "$2", "NR", "NF", "x[1]",
    "x[$1]", "s", "k", "length", "(1,2) in x", "\"a b c\"", "1e3", "0x11", "\"foo,bar\"", "$(NF-1)", "\".\"", "\"|\"", "10", "\"10\"",
];

const EXPRESSIONS: &[&str] = &[
    "foo", "bar", "^", "$", "o+", "[a-f]+", "b.r", "x*", "self", "[0-9]+", "[[:upper:]]", "(foo|bar)", "^ *", "[^ ]*$", "a{2}",
    "\\.", "[]x]", "[^]a]", "é", "[é]", ".", "o?", "(a|b)*", "\\(", "[[:space:]]+", "^[^#]", "=", "\\t", "/", "(", "*", "a||b", "b$",
];

const OPTIONS: &[&str] =
    &["-F,", "-F :", "-F\\t", "-F [.,]", "-v x=3", "-v s=foo", "-v FS=o", "-v OFS=-", "-v RS=", "-v RS=a", "-F |", "-v NF=2", "--"];

const FILES: &[&str] = &["a.py", "foo.txt", "README.md", "src/a.py", "missing", "-", "s=1", "FS=b", "OFS=:", "x", "", "src"];

const FUNCTIONS: &str = "function f(a) { return a a } function g(a, v) { a[1] = v } \
                         function h(n, d) { return d > 0 ? n h(n, d - 1) : \"\" }";

fn fill(generator: &mut Generator, template: &str) -> String {
    let mut out = String::new();
    for character in template.chars() {
        match character {
            '@' => out.push_str(generator.pick(OPERANDS)),
            '~' if !out.ends_with(['!', ' ']) => {
                let pattern = generator.pick(EXPRESSIONS);
                // In a string and between slashes a slash has to be escaped.
                out.push_str(if pattern == "/" { "\\/" } else { pattern });
            }
            '^' if !out.ends_with("2 ") && !out.ends_with("3 ") => out.push_str(generator.pick(&["x", "y", "z"])),
            other => out.push(other),
        }
    }
    out
}

fn program(generator: &mut Generator) -> String {
    let mut parts = Vec::new();
    let mut calls = false;
    for _ in 0..=generator.below(2) {
        let pattern = {
            let template = generator.pick(PATTERNS);
            fill(generator, template)
        };
        let mut statements = Vec::new();
        for _ in 0..=generator.below(3) {
            let template = generator.pick(STATEMENTS);
            calls |= template.contains("f(@)") || template.contains("g(^") || template.contains("h(@");
            statements.push(fill(generator, template));
        }
        let separator = generator.pick(&["; ", "\n"]);
        parts.push(format!("{pattern} {{ {} }}", statements.join(separator)));
    }
    if calls {
        parts.push(FUNCTIONS.to_owned());
    }
    parts.join("\n")
}

#[test]
fn random_programs() {
    let mut generator = Generator::new(31);
    let mut run = Differential::new("awk");
    for case in 0..cases(500) {
        if case % 10 == 0 {
            run.enter(&generator.draw(&tree()));
        }
        let mut line = vec!["mawk".to_owned()];
        if generator.one_in(3) {
            line.extend(generator.pick(OPTIONS).split(' ').map(str::to_owned));
        }
        line.push(program(&mut generator));
        for _ in 0..generator.below(3) {
            line.push(generator.pick(FILES).to_owned());
        }
        let line: Vec<Vec<u8>> = line.into_iter().map(String::into_bytes).collect();
        run.check(&line, b"foo,in 3\nbar baz 10\n\nnothing\nfoo bar foo 2.5\nlast");
    }
    run.finish();
}

#[test]
fn programs_as_agents_write_them_and_errors() {
    let mut tree = files(&[
        ("t", "alpha 1 x\nbeta 22 y\n\ngamma 3.5 alpha\ndelta -4 x\n"),
        ("c", "name,size,kind\na,10,f\nb,9,d\nc,,f\n"),
        ("p", "root:x:0:0\nuser:x:10:1\n"),
        ("nonl", "one two"),
        ("empty", ""),
        ("paragraphs", "\n\na b\nc\n\n\n\nd e\n"),
        ("code.py", "import os\n\nclass A:\n    def f(self, x):\n        return x\n\n    def g(self):\n        pass\n"),
        ("script.awk", "# counts\n{ n += $2 }\nEND { print n }\n"),
        ("broken.awk", "{ print $1\n"),
        ("d/x", "1\n"),
        ("tabs", "a\tb c\td\n"),
    ]);
    insert(&mut tree, b"latin", File::Regular(false, b"caf\xe9 na\xefve\nx\0y z\n".to_vec()));
    let mut run = Differential::new("awk programs");
    run.enter(&tree);
    for program in PROGRAMS {
        for file in ["t", "c"] {
            run.check(&["mawk", program, file].map(|word| word.as_bytes().to_vec()), b"");
        }
    }
    for line in LINES {
        let words: Vec<Vec<u8>> = line.split(' ').map(|word| word.replace('_', " ").into_bytes()).collect();
        run.check(&words, b"from input\nsecond 2\n");
    }
    run.finish();
}

/// Whole command lines; `_` stands for a space inside a word.
const LINES: &[&str] = &[
    "mawk",
    "mawk -h",
    "mawk --help",
    "mawk --version",
    "mawk -W version",
    "mawk -W help",
    "mawk -W nope 1 t",
    "mawk -z",
    "mawk -f",
    "mawk -F",
    "mawk -v",
    "mawk -f nope",
    "mawk -v x 1",
    "mawk -v 1x=3 1",
    "mawk -v NR=3 {print_NR} t",
    "mawk -v length=3 1 t",
    "mawk -v x=3 BEGIN{x[1]=2}",
    "mawk -f script.awk t",
    "mawk -f broken.awk t",
    "mawk -f script.awk -f broken.awk t",
    "mawk -f script.awk nope",
    "mawk 1 nope",
    "mawk 1 t nope",
    "mawk 1 d",
    "mawk 1 t d",
    "mawk 1",
    "mawk 1 -",
    "mawk 1 t - t",
    "mawk {print_FILENAME,FNR,NR} t c",
    "mawk END{print_FILENAME,NR} t c",
    "mawk -F, {print_$2} c",
    "mawk -F : {print_$1} p",
    "mawk -F: $3>5{print_$1} p",
    "mawk -F\\t {print_$2} tabs",
    "mawk -Ft {print_$2} t",
    "mawk -F| {print_$1} t",
    "mawk -F. {print_$2} t",
    "mawk -F {print_$2} t",
    "mawk -F[,:] {print_$2} c p",
    "mawk -v RS= {print_NF,$1} paragraphs",
    "mawk -v RS= -F\\n {print_NF,$1} paragraphs",
    "mawk -v RS=; {print} t",
    "mawk -v RS=[a-c] {print} t",
    "mawk -v ORS=; 1 t",
    "mawk -v OFS=- {$1=$1}1 t",
    "mawk -v n=2 NR==n t",
    "mawk {print_x} x=1 t x=2 c",
    "mawk {print_$2} FS=, c",
    "mawk 1 nonl empty t",
    "mawk END{print_NR} empty",
    "mawk {print_length($0),$1} latin",
    "mawk {gsub(/[^a-z]/,\"?\")}1 latin",
    "mawk NR==2,NR==4 t",
    "mawk NR>=2&&NR<=3 code.py",
    "mawk /def/{print_FILENAME\":\"FNR\":\"$0} code.py",
    "mawk /class/,/return/ code.py",
    "mawk {a[NR]=$0}END{for(i=NR;i>0;i--)print_a[i]} t",
    "mawk {s+=$2}END{print_s,s/NR} t",
    "mawk !seen[$3]++ t",
    "mawk NF t",
    "mawk length>8 code.py",
    "mawk {print_NF\":_\"$0} t",
    "mawk {$2=\"\";print} t",
    "mawk {printf_\"%-10s|%5.1f\\n\",$1,$2} t",
    "mawk {c[$3]++}END{for(k_in_c)print_k,c[k]} t",
    "mawk NR==FNR{a[$1];next}$3_in_a t t",
    "mawk BEGIN{while((getline_l<\"t\")>0)n++;print_n}",
    "mawk BEGIN{while((\"cat_t\"|getline_l)>0)n++;print_n}",
    "mawk {print>$1\".out\"} p",
    "mawk {print|\"sort_-r\"} t",
    "mawk {print|\"cat_1>&2\"}END{print_NR} t",
    "mawk BEGIN{print_ENVIRON[\"HOME\"],ARGC,ARGV[0],ARGV[1]} a=b",
    "mawk BEGIN{ARGV[1]=\"\"}1 nope t",
    "mawk BEGIN{ARGC=1}1 nope",
    "mawk -- 1 nonl",
    "mawk - t",
    "mawk -W posix_space 1 nonl",
    "mawk --posix 1 nonl",
];

const PROGRAMS: &[&str] = &[
    "",
    "1",
    "0",
    "{print}",
    "{print $1}",
    "{print $1,$2}",
    "{print $1 $2}",
    "{print $NF}",
    "{print $(NF-1)}",
    "{print NF}",
    "NR==2",
    "NR==2{print; exit}",
    "/alpha/",
    "!/alpha/",
    "/alpha/{next} {print}",
    "$2>3",
    "$2 > 3 && $1 != \"beta\"",
    "$1==\"beta\"",
    "$1 ~ /a$/",
    "$1 ~ \"^a\"",
    "END{print NR}",
    "END{print $0}",
    "BEGIN{print \"start\"} {n++} END{print n}",
    "BEGIN{FS=\",\"} {print $2}",
    "BEGIN{OFS=\"\\t\"} {print $1,$2}",
    "BEGIN{FS=\",\";OFS=\";\"} {$1=$1; print}",
    "BEGIN { x = 1; if (x) print \"a\"; else print \"b\" }",
    "BEGIN { if (0) print \"a\"\nelse print \"b\" }",
    "BEGIN { if (1)\n\n  print \"a\"\n}",
    "BEGIN { for (i = 0; i < 3; i++)\n print i\n}",
    "BEGIN { while (i++ < 3) { if (i == 2) continue; print i } }",
    "BEGIN { do { print i; i++ } while (i < 2) }",
    "BEGIN { printf \"%d %s\\n\", \"3abc\", 4.0 }",
    "BEGIN { printf \"%5.2f|%-8s|%08.3f\\n\", 3.14159, \"ab\", -2.5 }",
    "BEGIN { printf \"%s\\n\" }",
    "BEGIN { printf \"a%\\n\", 1 }",
    "BEGIN { printf \"%d\\n\", \"x\" \"y\" }",
    "BEGIN { printf(\"%s %d\\n\", \"a\", 2) > \"/dev/stdout\" }",
    "BEGIN { print(1)(2) }",
    "BEGIN { print (1,2) }",
    "BEGIN { print(1,2) > \"/dev/stderr\" }",
    "BEGIN { print 1, 2 > \"out\"; close(\"out\"); while ((getline x < \"out\") > 0) print \"got\", x }",
    "BEGIN { print > \"/nope/x\" }",
    "BEGIN { getline x < \"nope\"; print x \"|\" (getline y < \"nope\") }",
    "BEGIN { print length(\"abc\"), length() }",
    "{ print length, length($1) }",
    "{ print toupper($1), substr($1, 2, 3), index($1, \"a\") }",
    "{ n = split($0, a, /[ ,]/); print n, a[1], a[n] }",
    "{ sub(/a/, \"A\"); print }",
    "{ gsub(/a/, \"<&>\"); print }",
    "{ gsub(/[aeiou]/, \"\"); print }",
    "{ print gsub(/a/, \"\\\\&\"), $0 }",
    "{ $2 = $2 * 2; print }",
    "{ $5 = \"new\"; print; print NF }",
    "{ NF = 2; print }",
    "{ print ($2 > 5 ? \"big\" : \"small\") }",
    "{ a[$1] = $2 } END { for (k in a) print k, a[k] }",
    "{ a[NR] = $0 } END { for (i = NR; i >= 1; i--) print a[i] }",
    "{ for (i = NF; i >= 1; i--) printf \"%s%s\", $i, (i > 1 ? OFS : ORS) }",
    "{ s = s $1 } END { print s }",
    "BEGIN { a[1]; a[\"x\"]; delete a[1]; for (k in a) print k; print length(a) }",
    "BEGIN { a[1,2] = 3; for (k in a) { split(k, p, SUBSEP); print p[1], p[2] } if ((1,2) in a) print \"in\" }",
    "BEGIN { for (i = 0; i < 1000; i++) a[i] = i; for (k in a) { print k; if (n++ > 30) break } }",
    "BEGIN { for (i = 0; i < 1000; i++) a[\"k\" i] = i; for (k in a) { print k; if (n++ > 30) break } }",
    "BEGIN { for (i = 0; i < 900; i++) { a[\"k\" i]; a[i] } delete a[5]; a[\"5\"]; for (k in a) { print k; if (n++ > 30) break } }",
    "BEGIN { n = split(\"q w e r t y u i o p a s d f g h j k l\", a, \" \"); a[25]; a[3]; for (k in a) print k }",
    "BEGIN { n = split(\"q w e r t y\", a); delete a[2]; for (k in a) print k, a[k] }",
    "BEGIN { a[-1]; a[1.5]; a[\"1.50\"]; a[1e3]; a[3000000000]; a[\"\"]; for (k in a) print k }",
    "function f(n) { return n <= 1 ? 1 : n * f(n - 1) } BEGIN { print f(5), f(10) }",
    "function fib(n) { if (n < 2) return n; return fib(n-1) + fib(n-2) } BEGIN { print fib(12) }",
    "function fill(a, n,  i) { for (i = 1; i <= n; i++) a[i] = i * i } BEGIN { fill(sq, 4); print sq[4], length(sq) }",
    "function swap(a, i, j,  t) { t = a[i]; a[i] = a[j]; a[j] = t } BEGIN { x[1] = \"a\"; x[2] = \"b\"; swap(x, 1, 2); print x[1] x[2] }",
    "function g(a) { a[\"k\"] = 1 } function f(b) { g(b) } BEGIN { f(z); print z[\"k\"] }",
    "function f(a, own) { own[a] = a; return length(own) } BEGIN { print f(1), f(2) }",
    "function f(x) { x = 5 } BEGIN { y = 3; f(y); print y }",
    "function f() { return } BEGIN { print f() \"|\" }",
    "function f(a)\n{\n  return a + 1\n}\nBEGIN { print f(1) }",
    "BEGIN { foo(1) }",
    "BEGIN { gensub(\"a\", \"b\", \"c\") }",
    "function f(a) { a[1] = 1 } BEGIN { f(3) }",
    "function f(a) { return a } BEGIN { print f(1, 2) }",
    "function f(a, a) { return a } BEGIN { print f(1) }",
    "BEGIN { x[1] = 1; x = 2 }",
    "BEGIN { x = 1; x[1] = 2 }",
    "BEGIN { return 1 }",
    "BEGIN { next }",
    "function f() { next } { f() }",
    "BEGIN { print 1",
    "BEGIN { print 1 } }",
    "BEGIN { print (1 }",
    "BEGIN { print 1) }",
    "BEGIN { if (1 print 2 }",
    "BEGIN { x = = 2 }",
    "BEGIN { print \"abc }",
    "BEGIN { print /abc }",
    "BEGIN { @x }",
    "BEGIN { x = 1 +; print x }",
    "BEGIN { print x y z; print a b c d }\nBEGIN",
    "BEGIN\n{ print 1 }",
    "{ print $1 }}",
    "{ print a[1 }",
    "{ for (i in ) print }",
    "{ switch (x) { case 1: print } }",
    "{ print; ; ; print }",
    "{ if (x) print; else }",
    "{ print > }",
    "print",
    "function",
    "function f(",
    "{ getline < }",
    "/[/",
    "/(/",
    "/*a/",
    "/a**/",
    "/()/",
    "/a|/",
    "/|a/",
    "/a{2}/",
    "/^*/",
    "/[[:foo:]]/",
    "/[[:alpha:]]+ [[:digit:]]/",
    "/a\\/b/",
    "/[/]/",
    "/\\./",
    "/a.*x$/",
    "/^$/",
    "/(alpha|beta) [0-9]+/",
    "BEGIN { if (\"a\" ~ \"(\") print }",
    "BEGIN { print 1==1.0, \"a\" < \"b\", 2 < 10, \"2\" < \"10\", 2 < \"10\" }",
    "{ print ($2 < 10), ($2 < \"10\"), $2 == 22.0 }",
    "BEGIN { print 1e6, 1e5 * 10, 123456789, 0.1, 1/3, 1e-5, 100000 * 100000, 2^31, 2^31-1, -2^31 }",
    "BEGIN { print 1/0, -1/0, log(-1), 5 % 0, int(-3.7), int(\"4x\") }",
    "BEGIN { print 2^10, 2**3 }",
    "BEGIN { print 2^0.5, exp(1), log(10), sin(1), cos(1), atan2(0, -1), sqrt(2) }",
    "BEGIN { x = 5; x ^= 2; x %= 7; print x, x++ + ++x, -x, !x, !!x }",
    "BEGIN { print -2^2, 2 - -1, 1 - 1 \" \" 2, 1 \" \" -1, \"a\" > \"/dev/stdout\" }",
    "BEGIN { print 10 % 3 * 2, 1 + 2 \"3\", 1 \" \" 2 + 3 }",
    "BEGIN { print \"a\" \"b\" == \"ab\", 1 < 2 ? \"y\" : \"n\" }",
    "BEGIN { print !x + 1, x \"\" == \"\", x + 0 == 0, length(x) }",
    "BEGIN { $0 = \"a b c\"; print NF, $2; $5 = \"e\"; print; print NF; NF = 2; print }",
    "BEGIN { $3 = \"x\"; print; print NF }",
    "BEGIN { CONVFMT = \"%d\"; a[12.7] = 1; for (k in a) print k }",
    "BEGIN { OFMT = \"%.2f\"; x = 3.14159; print x, x \"\" }",
    "BEGIN { OFMT = \"%d%d\" }",
    "BEGIN { print substr(\"hello\", 0), substr(\"hello\", -1, 3), substr(\"hello\", 2, 100), substr(\"hello\", 5.6) }",
    "BEGIN { print index(\"abc\", \"\"), index(\"\", \"a\"), match(\"xay\", /a/), RSTART, RLENGTH, match(\"x\", /a/), RLENGTH }",
    "BEGIN { print match(\"foobar\", \"o+\"), substr(\"foobar\", RSTART, RLENGTH) }",
    "BEGIN { print toupper(\"abcé\"), tolower(\"ABC\"), length(\"é\") }",
    "BEGIN { print sprintf(\"%c%c\", 65, \"BCD\"), sprintf(\"%5.1f|\", 2.25), sprintf(\"%%\") }",
    "BEGIN { print sprintf(\"%c\", \"\") \"|\" sprintf(\"%c\", 256) \"|\" }",
    "BEGIN { s = sprintf(\"%9000s\", \"x\"); print length(s) }",
    "BEGIN { \"date -d @0 +%Y\" | getline y; print y; close(\"date -d @0 +%Y\") }",
    "BEGIN { \"echo a; echo b\" | getline x; \"echo a; echo b\" | getline y; print x, y; print close(\"echo a; echo b\") }",
    "BEGIN { print system(\"exit 3\"), system(\"true\"); system(\"echo out\") }",
    "BEGIN { print \"before\"; system(\"echo during\"); print \"after\" }",
    "BEGIN { print \"b\" | \"sort\"; print \"a\" | \"sort\"; close(\"sort\"); print \"end\" }",
    "BEGIN { print \"b\" | \"sort\"; print \"a\" | \"sort\"; print \"end\" }",
    "BEGIN { print \"x\" > \"/dev/stderr\"; print \"y\" }",
    "BEGIN { exit 3 } END { print \"end\" }",
    "{ exit 4 } END { print \"end\"; exit }",
    "END { exit 1 }",
    "{ nextfile } END { print NR }",
    "FNR == 2 { nextfile } { print }",
    "NR == 1 { getline; print \"second\", $0 } END { print NR }",
    "{ getline x; print x, NR }",
    "{ while ((getline line < FILENAME) > 0) n++ } END { print n }",
    "NR==1,/beta/ { print NR } /zzz/,0 { print }",
    "{ print $-1 }",
    "BEGIN { NF = -1 }",
    "{ $(-1) = 2 }",
    "BEGIN { srand(1); print rand(), rand(), srand(2), srand() }",
    "BEGIN { srand(42); for (i = 0; i < 5; i++) print int(rand() * 100) }",
    "BEGIN { print length(12345), substr(12345, 2, 3), 12345 ~ /34/ }",
    "BEGIN { print \"A\\tB\\\\n\\\"q\\\"\\/\\101\\x41\\q\" }",
    "BEGIN { print \"a\\\nb\" }",
    "BEGIN { x = \"A\"; printf x; printf \"\\n\" }",
    "BEGIN { regex = \"^[a-c]+$\"; print (\"abc\" ~ regex), (\"abd\" ~ regex), \"a.c\" ~ /a\\.c/, \"abc\" ~ \"a\\\\.c\" }",
    "# comment\n{ print $1 } # more\n",
    "{ print $1 } ; { print $2 }",
    "BEGIN { print 1; # c\n print 2 }",
    "BEGIN { a = 1 ; b = 2 \\\n + 3; print a, b }",
    "BEGIN { if (!(3 in a)) print \"no\"; if (!a[3]) print \"made\"; if (3 in a) print \"yes\" }",
    "BEGIN { while (\"echo x\" | getline > 0) print $0 }",
    "BEGIN { x[\"a\"] = 1; f(x) } function f(y) { for (k in y) print k }",
    "BEGIN { printf \"%s %s %s\\n\", \"a\", \"b\" }",
    "BEGIN { printf \"%*d|%-*d|\\n\", 5, 42, 4, 7 }",
    "BEGIN { printf \"%+d % d %#o %#x %e %G\\n\", 5, 5, 8, 255, 12345.678, 0.00001 }",
    "BEGIN { printf \"%i %5%|\\n\", 3.99 }",
    "BEGIN { print length }",
    "BEGIN { print substr(\"x\") }",
    "BEGIN { split(\"a,b,c\", a, \",\"); print a[1] a[2] a[3]; split(\"\", a); print length(a) }",
    "BEGIN { n = split(\"  a  b \", p); print n, p[1]; n = split(\"a.b.c\", p, \".\"); print n, p[3]; print split(\"abc\", q, \"\"), q[2] }",
    "BEGIN { s = \"foo.bar.baz\"; while ((i = index(s, \".\")) > 0) { print substr(s, 1, i - 1); s = substr(s, i + 1) } print s }",
    "BEGIN { t = \"a b\"; gsub(/ /, \"\\\\ \", t); print t; u = \"x\"; gsub(/x/, \"\\\\\\\\&\", u); print u }",
    "BEGIN { s = \"hello\"; gsub(/l*/, \"-\", s); print s; s = \"abc\"; gsub(//, \"-\", s); print s; s = \"abc\"; gsub(/$/, \"!\", s); print s }",
    "BEGIN { s = \"aaa\"; print sub(/a/, \"b\", s), s; print gsub(/a/, \"c\", s), s; print gsub(/z/, \"q\", s), s }",
    "BEGIN { print index(\"a+b\", \"+\"); print 1,\n2 }",
    "BEGIN { x = 1\ny = 2\nprint x + y }",
    "BEGIN { print (1 2) (3 4); print 1 2, 3 4; print(1)2 }",
    "BEGIN { i = 5; print i++ i++, i; print i--, --i }",
    "BEGIN { a[\"x\"]++; a[\"x\"] += 2; print a[\"x\"]--, a[\"x\"] }",
    "BEGIN { $0 = \"5 6\"; $1++; $2 += 4; print; print $1^2, -$1, !$1 }",
    "{ $NF++; print; print $NF-1 }",
    "BEGIN { in_x = 1; print in_x; getline_x = 2; print getline_x }",
    "BEGIN { print strftime(\"%Y-%m-%d\", 86400, 1), mktime(\"2020 01 02 03 04 05\") }",
    "BEGIN { print toupper(substr(\"abc\", 1, 1)) substr(\"abc\", 2) }",
    "BEGIN { fflush(); print fflush(\"nope\"), close(\"nope\") }",
    "BEGIN { printf \"no newline\" }",
    "BEGIN { print -\"3\", +\"3x\", \"3\" * \"4\", \"a\" + 1, \"0x11\" + 0, \"1e2\" + 0, \".5\" + 0, \"+5\" + 0 }",
    "BEGIN { print 1 > 2 ? 3 : 4 }",
    "BEGIN { print (1 > 2) ? 3 : 4, 1 >= 2 }",
    "BEGIN { print 1 in a, !(1 in a), (1 in a) ? \"y\" : \"n\" }",
    "BEGIN { a = b = 3; print a, b; a = 1 && b = 0; print a, b }",
    "BEGIN { print 1 || 0 && 0, (1 || 0) && 0, !1 || 1, \"a\" ~ \"a\" ~ 1 }",
    "BEGIN { x++ ; print x / 2; y = x / 2 / 2; print y }",
];
