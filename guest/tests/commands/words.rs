//! Commands about words: `echo`, `printf`, `test`, `pwd`, `true`, `false`.

use crate::menu::Menu;

const WORDS: &[&str] =
    &["a", "b c", "", "-n", "-e", "x\\ty", "\\0101", "\\x41b", "\\c", "é", "--", "-ne", "-x", "\\u00e9", "\\\\", "\\q"];

#[test]
fn echo() {
    let options = &["-n", "-e", "-E", "-ne", "-nE", "--", "-"];
    Menu { command: "echo", options, operands: WORDS, count: (0, 4), paths: 0, seed: 50 }.run();
}

#[test]
fn printf() {
    let formats = &[
        "%s\\n",
        "%d\\n",
        "%5d|%-5d|\\n",
        "%05d\\n",
        "%x %X %o %u\\n",
        "%#x %#o\\n",
        "%+d % d\\n",
        "%c%c\\n",
        "%b\\n",
        "%q\\n",
        "%%\\n",
        "%.2f\\n",
        "%10.3e|\\n",
        "%g %G\\n",
        "%s,%s\\n",
        "a\\tb\\n",
        "\\101\\n",
        "%5s|%-5s|\\n",
        "%.2s\\n",
        "%*d\\n",
        "%.*s\\n",
        "%z\\n",
        "%",
        "plain\\n",
        "\\c hidden",
        "%i\\n",
        "%.3d\\n",
        "%-8.3f|\\n",
        "%08.2f\\n",
    ];
    let values = &[
        "a",
        "42",
        "-7",
        "",
        "0x1f",
        "010",
        "3.75",
        "x1",
        "12abc",
        "'a",
        "b c",
        "1e3",
        "-0.5",
        "\\tq",
        "99999999999999999999",
        "a\\cb",
        "it's",
        " 5",
        "+3",
    ];
    let menu = Menu { command: "printf", options: &[], operands: values, count: (0, 4), paths: 0, seed: 51 };
    menu.run_with_first(formats);
}

#[test]
fn conditions() {
    let words = &[
        "a", "", "1", "01", "-1", "x", "=", "!=", "-eq", "-lt", "-ge", "-n", "-z", "-f", "-d", "-e", "-s", "-x", "-L",
        "!", "-a", "-o", "(", ")", "a.py", "src", "-r", "-nt", "-ef", "<", ">", "==", "-h", "-w",
    ];
    Menu { command: "test", options: &[], operands: words, count: (0, 5), paths: 1, seed: 52 }.run();
    Menu { command: "[", options: &[], operands: &["]", "a", "-f", "=", "!"], count: (0, 5), paths: 1, seed: 53 }.run();
}

#[test]
fn small_ones() {
    for (seed, command) in ["true", "false", "pwd", "whoami", "nproc", "sleep"].into_iter().enumerate() {
        if command == "nproc" {
            // How many there are is the machine's business; mistakes are not.
            Menu {
                command,
                options: &["-x", "--foo"],
                operands: &["x"],
                count: (1, 1),
                paths: 0,
                seed: 60 + seed as u8,
            }
            .run();
            continue;
        }
        let options = &["-x", "--foo", "-L"];
        let operands = &["0", "0.01", "x", "0s", "5x"];
        Menu { command, options, operands, count: (0, 2), paths: 0, seed: 60 + seed as u8 }.run_some(60);
    }
}
