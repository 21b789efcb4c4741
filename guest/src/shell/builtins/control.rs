//! Loops, functions, exit, traps, and what a process knows of itself.

use super::parse_number;
use crate::shell::Shell;
use crate::shell::eval::{Interrupt, Run};
use crate::shell::expand::quote_for_reuse;

/// `:`, `true`, and builtins that have nothing to do here.
pub(super) fn nothing(_shell: &mut Shell<'_, '_>, _words: &[Vec<u8>]) -> Run<i32> {
    Ok(0)
}

/// `false`
pub(super) fn failure(_shell: &mut Shell<'_, '_>, _words: &[Vec<u8>]) -> Run<i32> {
    Ok(1)
}

/// `break` and `continue`
pub(super) fn leave_loop(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let name = &words[0];
    if shell.process.loops == 0 {
        shell.complain_as(name, b"only meaningful in a `for', `while', or `until' loop")?;
        return Ok(0);
    }
    let levels = match words.get(1).map(|text| (text, parse_number(text))) {
        None => 1,
        Some((text, None)) => {
            shell.complain_as(name, &[&text[..], b": numeric argument required"].concat())?;
            shell.process.status |= 128;
            return Err(Interrupt::Exit);
        }
        Some((_, Some(_))) if words.len() > 2 => {
            shell.complain_as(name, b"too many arguments")?;
            return Err(shell.leave_text());
        }
        Some((text, Some(..=0))) => {
            shell.complain_as(name, &[&text[..], b": loop count out of range"].concat())?;
            shell.process.status = 1;
            return Err(Interrupt::Break(shell.process.loops));
        }
        Some((_, Some(levels))) => (levels.min(i64::from(shell.process.loops))) as u32,
    };
    shell.process.status = 0;
    Err(if name == b"break" { Interrupt::Break(levels) } else { Interrupt::Continue(levels) })
}

/// The status operand of `exit` and `return`.
fn status_operand(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let operands = match words.get(1) {
        Some(first) if first == b"--" => &words[2..],
        _ => &words[1..],
    };
    let Some(text) = operands.first() else { return Ok(shell.process.status) };
    match parse_number(text) {
        Some(_) if operands.len() > 1 => {
            shell.complain_as(&words[0], b"too many arguments")?;
            Err(shell.leave_text())
        }
        Some(number) => Ok((number & 0xff) as i32),
        None => {
            shell.complain_as(&words[0], &[&text[..], b": numeric argument required"].concat())?;
            Ok(2)
        }
    }
}

/// `exit`
pub(super) fn exit(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    shell.process.status = status_operand(shell, words)?;
    Err(Interrupt::Exit)
}

/// `logout`
pub(super) fn logout(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    shell.complain_as(&words[0], b"not login shell: use `exit'")?;
    Ok(1)
}

/// `return`
pub(super) fn return_(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let status = status_operand(shell, words)?;
    if shell.process.calls.is_empty() && shell.process.sourcing == 0 {
        shell.complain_as(&words[0], b"can only `return' from a function or sourced script")?;
        return Ok(2);
    }
    shell.process.status = status;
    Err(Interrupt::Return)
}

/// `shift`
pub(super) fn shift(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let count = match words.get(1).map(|text| (text, parse_number(text))) {
        None => 1,
        Some((text, None)) => {
            shell.complain_as(&words[0], &[&text[..], b": numeric argument required"].concat())?;
            return Ok(1);
        }
        Some((text, Some(..0))) => {
            shell.complain_as(&words[0], &[&text[..], b": shift count out of range"].concat())?;
            return Ok(1);
        }
        Some((_, Some(count))) => count as usize,
    };
    if count > shell.process.positional.len() {
        return Ok(1);
    }
    shell.process.positional.drain(..count);
    Ok(0)
}

/// `times`: no time passes in a step.
pub(super) fn times(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    if let Err(status) = shell.options(words, "")? {
        return Ok(status);
    }
    shell.out(b"0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n")?;
    Ok(0)
}

/// `caller`
pub(super) fn caller(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    if shell.process.calls.is_empty() {
        return Ok(1);
    }
    if let Some(text) = words.get(1) {
        let Some(level) = parse_number(text) else {
            shell.complain_as(&words[0], &[&text[..], b": invalid number"].concat())?;
            return shell.usage(&words[0]);
        };
        let above = usize::try_from(level).ok().and_then(|level| shell.process.calls.iter().rev().nth(level + 1));
        let Some(function) = above.cloned() else { return Ok(1) };
        let text = [shell.process.line.to_string().as_bytes(), b" ", &function[..], b" environment\n"].concat();
        shell.out(&text)?;
        return Ok(0);
    }
    let text = format!("{} NULL\n", shell.process.line);
    shell.out(text.as_bytes())?;
    Ok(0)
}

const SIGNALS: &[&str] = &[
    "EXIT", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
    "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH",
    "IO", "PWR", "SYS",
];

/// The name under which a trap is kept.
fn signal_name(text: &[u8]) -> Option<Vec<u8>> {
    if let Some(number) = parse_number(text) {
        return SIGNALS.get(usize::try_from(number).ok()?).map(|name| name.as_bytes().to_vec());
    }
    let upper = text.to_ascii_uppercase();
    let short = upper.strip_prefix(b"SIG").unwrap_or(&upper);
    let known = SIGNALS.iter().any(|name| name.as_bytes() == short) || matches!(short, b"ERR" | b"DEBUG" | b"RETURN");
    known.then(|| short.to_vec())
}

/// `trap`
pub(super) fn trap(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let given = match shell.options(words, "lp")? {
        Ok(given) => given,
        Err(status) => return Ok(status),
    };
    if given.has(b'l') {
        return Ok(0);
    }
    let prints = given.has(b'p') || given.operands.is_empty();
    if prints {
        for (name, command) in shell.process.traps.clone() {
            if !given.operands.is_empty()
                && !given.operands.iter().any(|text| signal_name(text).as_ref() == Some(&name))
            {
                continue;
            }
            let prefix: &[u8] = if matches!(&name[..], b"EXIT" | b"ERR" | b"DEBUG" | b"RETURN") { b"" } else { b"SIG" };
            shell.out(&[b"trap -- ", &quote_for_reuse(&command)[..], b" ", prefix, &name, b"\n"].concat())?;
        }
        return Ok(0);
    }
    let (action, signals) = match given.operands {
        [only] => (None, std::slice::from_ref(only)),
        [action, signals @ ..] => {
            let resets = action == b"-" || (parse_number(action).is_some() && signal_name(action).is_some());
            (if resets { None } else { Some(action) }, if resets && action != b"-" { given.operands } else { signals })
        }
        [] => return Ok(0),
    };
    let mut status = 0;
    for text in signals {
        let Some(name) = signal_name(text) else {
            shell.complain_as(&words[0], &[&text[..], b": invalid signal specification"].concat())?;
            status = 1;
            continue;
        };
        match action {
            Some(action) => _ = shell.process.traps.insert(name, action.clone()),
            None => _ = shell.process.traps.remove(&name),
        }
    }
    Ok(status)
}

/// `umask`
pub(super) fn umask(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let given = match shell.options(words, "pS")? {
        Ok(given) => given,
        Err(status) => return Ok(status),
    };
    if let Some(mode) = given.operands.first() {
        let octal = std::str::from_utf8(mode).ok().and_then(|text| u32::from_str_radix(text, 8).ok());
        return match octal.filter(|mask| *mask <= 0o777) {
            Some(mask) => {
                shell.process.umask = mask;
                shell.machine.workspace.set_umask(mask as u16);
                Ok(0)
            }
            None if mode.first().is_some_and(u8::is_ascii_digit) => {
                shell.complain_as(&words[0], &[&mode[..], b": octal number out of range"].concat())?;
                Ok(1)
            }
            None => match symbolic_umask(mode, shell.process.umask) {
                Ok(mask) => {
                    shell.process.umask = mask;
                    shell.machine.workspace.set_umask(mask as u16);
                    Ok(0)
                }
                Err((byte, what)) => {
                    let message = [b"`", &[byte][..], b"': invalid symbolic mode ", what.as_bytes()].concat();
                    shell.complain_as(&words[0], &message)?;
                    Ok(1)
                }
            },
        };
    }
    let mask = shell.process.umask;
    let text = if given.has(b'S') {
        let part = |shift: u32| {
            let bits = !mask >> shift & 7;
            [(4, 'r'), (2, 'w'), (1, 'x')]
                .into_iter()
                .filter(|(bit, _)| bits & bit != 0)
                .map(|(_, letter)| letter)
                .collect::<String>()
        };
        format!("u={},g={},o={}\n", part(6), part(3), part(0))
    } else {
        format!("{mask:04o}\n")
    };
    let again = match (given.has(b'p'), given.has(b'S')) {
        (true, true) => "umask -S ",
        (true, false) => "umask ",
        _ => "",
    };
    let text = [again, &text].concat();
    shell.out(text.as_bytes())?;
    Ok(0)
}

/// A mode such as `u=rwx,g-w` as a mask; the byte that is wrong in it and what it should be.
fn symbolic_umask(mode: &[u8], mask: u32) -> Result<u32, (u8, &'static str)> {
    const EVERYBODY: u32 = 0o777;
    let mut allowed = !mask & EVERYBODY;
    for clause in mode.split(|byte| *byte == b',') {
        let letters = clause.iter().take_while(|byte| b"ugoa".contains(byte)).count();
        let (who, rest) = clause.split_at(letters);
        let named = who.iter().fold(0, |named, letter| {
            named
                | match letter {
                    b'u' => 0o700,
                    b'g' => 0o070,
                    b'o' => 0o007,
                    _ => EVERYBODY,
                }
        });
        let who = if named == 0 { EVERYBODY } else { named };
        let operator = rest.first().copied().unwrap_or(0);
        if !b"+-=".contains(&operator) {
            return Err((operator, "operator"));
        }
        let mut bits = 0;
        for letter in rest.get(1..).unwrap_or_default() {
            bits |= match letter {
                b'r' => 0o444,
                b'w' => 0o222,
                b'x' => 0o111,
                other => return Err((*other, "character")),
            };
        }
        bits &= who;
        allowed = match operator {
            b'+' => allowed | bits,
            b'-' => allowed & !bits,
            _ => (allowed & !who) | bits,
        };
    }
    Ok(!allowed & EVERYBODY)
}

/// `ulimit`: the limits of a container with Docker's defaults; nothing is enforced by them.
pub(super) fn ulimit(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let given = match shell.options(words, "SHabcdefiklmnpqrstuvxPRT")? {
        Ok(given) => given,
        Err(status) => return Ok(status),
    };
    if !given.operands.is_empty() {
        return Ok(0);
    }
    let text = match given.options.iter().map(|(letter, _)| *letter).find(|letter| !matches!(letter, b'S' | b'H')) {
        Some(b'n') => "1048576\n",
        Some(b's') => "8192\n",
        Some(b'q') => "819200\n",
        Some(b'c') => "0\n",
        Some(b'p') => "8\n",
        Some(b'l') => "8192\n",
        _ => "unlimited\n",
    };
    shell.out(text.as_bytes())?;
    Ok(0)
}
