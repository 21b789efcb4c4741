//! Programs that do little, beside the real ones: other names of `grep`, programs that run another, what a container
//! says of its terminal.

use crate::menu::Menu;

#[test]
fn grep_by_other_names() {
    let options = &["-n", "-c", "-v", "-i", "-l", "-w", "-x"];
    let operands = &["foo", "a|b", "foo|bar", "missing", "(", "a+"];
    for (command, seed) in [("egrep", 181), ("fgrep", 182)] {
        Menu { command, options, operands, count: (1, 3), paths: 6, seed }.run();
    }
}

#[test]
fn unlink() {
    Menu {
        command: "unlink",
        options: &["-x", "--"],
        operands: &["missing", "", "src/", "."],
        count: (0, 2),
        paths: 8,
        seed: 183,
    }
    .run();
}

#[test]
fn programs_that_run_another() {
    let words = &["echo", "x", "nosuch", "false", "cat", "-x", "true"];
    // nohup says where output goes only where there is a terminal.
    Menu { command: "nohup", options: &["-x"], operands: words, count: (0, 3), paths: 1, seed: 184 }.run_some(200);
    let options = &["-oL", "-o0", "-i0", "-eL", "-o L", "-iL", "-oQ", "-o 1K", "-o 5x", "-x"];
    Menu { command: "stdbuf", options, operands: words, count: (0, 3), paths: 1, seed: 185 }.run_some(200);
}

#[test]
fn terminals() {
    Menu { command: "tty", options: &["-s", "-x"], operands: &["x"], count: (0, 1), paths: 0, seed: 186 }.run_some(60);
    Menu { command: "arch", options: &["-x"], operands: &["x"], count: (0, 1), paths: 0, seed: 187 }.run_some(60);
}

#[test]
fn less() {
    let options = &["-N", "-S", "-F", "-X"];
    Menu { command: "less", options, operands: &["missing", "src"], count: (1, 2), paths: 8, seed: 188 }.run_some(200);
}
