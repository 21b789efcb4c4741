//! `set` and `shopt`.

use super::declare::plain_value;
use crate::shell::Shell;
use crate::shell::eval::Run;
use crate::shell::options::{SET_OPTIONS, SHOPT_OPTIONS};

/// `set`
pub(super) fn set(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    if words.len() == 1 {
        return print_variables(shell);
    }
    let mut at = 1;
    while let Some(word) = words.get(at) {
        let (on, letters) = match word.as_slice() {
            b"--" => {
                shell.process.positional = words[at + 1..].to_vec();
                return Ok(0);
            }
            b"-" => {
                shell.process.options.set_named("xtrace", false);
                shell.process.options.set_named("verbose", false);
                if words.len() > at + 1 {
                    shell.process.positional = words[at + 1..].to_vec();
                }
                return Ok(0);
            }
            [b'-', letters @ ..] => (true, letters),
            [b'+', letters @ ..] if !letters.is_empty() => (false, letters),
            _ => {
                shell.process.positional = words[at..].to_vec();
                return Ok(0);
            }
        };
        at += 1;
        for letter in letters {
            if *letter == b'o' {
                let Some(name) = words.get(at) else {
                    print_options(shell, on)?;
                    return Ok(0);
                };
                at += 1;
                let known = std::str::from_utf8(name).is_ok_and(|name| shell.process.options.set_named(name, on));
                if !known {
                    shell.complain_as(&words[0], &[&name[..], b": invalid option name"].concat())?;
                    return Ok(2);
                }
                continue;
            }
            if !shell.process.options.set_letter(*letter, on) {
                let sign: &[u8] = if on { b"-" } else { b"+" };
                shell.complain_as(&words[0], &[sign, &[*letter][..], b": invalid option"].concat())?;
                return shell.usage(&words[0]);
            }
        }
    }
    Ok(0)
}

fn print_variables(shell: &mut Shell<'_, '_>) -> Run<i32> {
    let mut text = Vec::new();
    for (name, variable) in shell.process.variables.visible() {
        if let Some(value) = &variable.value {
            text.extend([name, b"=", &plain_value(value), b"\n"].concat());
        }
    }
    let functions: Vec<Vec<u8>> =
        shell.process.functions.values().map(|function| crate::shell::print::function(function)).collect();
    for function in functions {
        text.extend(function);
        text.push(b'\n');
    }
    shell.out(&text)?;
    Ok(0)
}

fn print_options(shell: &mut Shell<'_, '_>, as_table: bool) -> Run<()> {
    let options = shell.process.options;
    let text: String = SET_OPTIONS
        .iter()
        .map(|(name, _)| match (as_table, options.is(name)) {
            (true, on) => format!("{name:<15}\t{}\n", if on { "on" } else { "off" }),
            (false, on) => format!("set {}o {name}\n", if on { '-' } else { '+' }),
        })
        .collect();
    shell.out(text.as_bytes())
}

/// `shopt`
pub(super) fn shopt(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let given = match shell.options(words, "pqsuo")? {
        Ok(given) => given,
        Err(status) => return Ok(status),
    };
    let (sets, unsets, quiet, prints, of_set) =
        (given.has(b's'), given.has(b'u'), given.has(b'q'), given.has(b'p'), given.has(b'o'));
    if sets && unsets {
        shell.complain_as(&words[0], b"cannot set and unset shell options simultaneously")?;
        return Ok(1);
    }
    let show = |name: &str, on: bool| match (prints, of_set) {
        (true, true) => format!("set {}o {name}\n", if on { '-' } else { '+' }),
        (true, false) => format!("shopt -{} {name}\n", if on { 's' } else { 'u' }),
        (false, _) => format!("{name:<15}\t{}\n", if on { "on" } else { "off" }),
    };
    if given.operands.is_empty() {
        let names: Vec<&str> = if of_set {
            SET_OPTIONS.iter().map(|(name, _)| *name).collect()
        } else {
            SHOPT_OPTIONS.iter().map(|(name, _)| *name).collect()
        };
        for name in names {
            let on = shell.process.options.is(name);
            if (sets && !on) || (unsets && on) || quiet {
                continue;
            }
            shell.out(show(name, on).as_bytes())?;
        }
        return Ok(0);
    }
    let mut status = 0;
    for operand in given.operands {
        let name = String::from_utf8_lossy(operand).into_owned();
        let options = &mut shell.process.options;
        let found = if of_set { options.named(&name) } else { options.shopt(&name) };
        let Some(on) = found else {
            let kind: &[u8] = if of_set { b": invalid option name" } else { b": invalid shell option name" };
            shell.complain_as(&words[0], &[&operand[..], kind].concat())?;
            status = 1;
            continue;
        };
        if sets || unsets {
            if of_set {
                options.set_named(&name, sets)
            } else {
                options.set_shopt(&name, sets)
            };
            continue;
        }
        status |= i32::from(!on);
        if !quiet {
            shell.out(show(&name, on).as_bytes())?;
        }
    }
    Ok(status)
}
