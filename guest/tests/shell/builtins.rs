//! Builtins beside bash's: command lines drawn from a menu, and what they leave behind.

use std::collections::BTreeSet;

use crate::harness::{Shells, compare_on, without_line_numbers};
use crate::menu::{BUILTINS, Builtin};
use crate::report::Counts;
use crate::shell_generator::Generator;

/// How many scripts each builtin gets: `SPARRING_CASES`, or 500.
fn cases() -> usize {
    std::env::var("SPARRING_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(500)
}

/// A builtin called one to three times, each time with its status printed.
fn script(generator: &mut Generator, builtin: &Builtin, options: &mut BTreeSet<String>, pairs: &mut Pairs) -> String {
    let mut script = format!("{}\n", builtin.setup);
    for _ in 0..1 + generator.below(3) {
        let mut line = builtin.name.to_owned();
        let mut drawn: Vec<&str> = Vec::new();
        if !builtin.options.is_empty() {
            for _ in 0..generator.below(4) {
                drawn.push(generator.pick(builtin.options));
            }
        }
        for option in &drawn {
            line += &format!(" {option}");
        }
        for (at, first) in drawn.iter().enumerate() {
            options.insert((*first).to_owned());
            for second in &drawn[at + 1..] {
                let (low, high) = if first < second { (first, second) } else { (second, first) };
                pairs.insert(((*low).to_owned(), (*high).to_owned()));
            }
        }
        if !builtin.operands.is_empty() {
            let (least, most) = builtin.count;
            for _ in 0..least + generator.below(most - least + 1) {
                line += &format!(" {}", generator.pick(builtin.operands));
            }
        }
        if !builtin.behind.is_empty() {
            line += generator.pick(builtin.behind);
        }
        script += &builtin.around.replace('@', &line);
        script += "\necho \"status $?\"\n";
    }
    script += builtin.after;
    script
}

type Pairs = BTreeSet<(String, String)>;

#[test]
fn builtins_run_as_in_bash() {
    let shells = Shells::new(without_line_numbers);
    let mut different = Vec::new();
    let only = std::env::var("SPARRING_BUILTIN").ok();
    for builtin in BUILTINS {
        if only.as_ref().is_some_and(|only| only != builtin.name) {
            continue;
        }
        let mut generator = Generator::new(0xb17_0000 + 977 * builtin.seed);
        let (mut options, mut pairs) = (BTreeSet::new(), Pairs::new());
        let scripts: Vec<String> =
            (0..cases()).map(|_| script(&mut generator, builtin, &mut options, &mut pairs)).collect();
        let counts = Counts { options: options.len(), pairs: pairs.len(), ..Counts::default() };
        let count = compare_on(&shells, &format!("builtin {}", builtin.name), &scripts, counts);
        if count > 0 {
            different.push((builtin.name, count));
        }
    }
    assert!(different.is_empty(), "{different:?}");
}
