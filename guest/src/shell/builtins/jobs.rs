//! Job control, of which a shell that runs everything at once has little.

use super::parse_number;
use crate::shell::Shell;
use crate::shell::eval::{PROCESS_NUMBER, Run};

/// `fg`, `bg`, `suspend`
pub(super) fn no_job_control(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let message: &[u8] = match words[0].as_slice() {
        b"suspend" => b"cannot suspend: no job control",
        _ if shell.is_interactive() => b"current: no such job",
        _ => b"no job control",
    };
    shell.complain_as(&words[0], message)?;
    Ok(1)
}

/// `disown`: finished jobs are gone anyway.
pub(super) fn disown(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    if shell.process.jobs.is_empty() {
        shell.complain_as(&words[0], b"current: no such job")?;
        return Ok(1);
    }
    Ok(0)
}

/// `jobs`: none is ever running.
pub(super) fn jobs(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let given = match shell.options(words, "lpnrsx")? {
        Ok(given) => given,
        Err(status) => return Ok(status),
    };
    if given.has(b'x') {
        return Ok(0);
    }
    for text in given.operands {
        shell.complain_as(&words[0], &[&text[..], b": no such job"].concat())?;
    }
    Ok(i32::from(!given.operands.is_empty()))
}

/// `wait`
pub(super) fn wait(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let given = match shell.options(words, "fnp:")? {
        Ok(given) => given,
        Err(status) => return Ok(status),
    };
    let mut status = 0;
    for text in given.operands {
        if text.starts_with(b"%") {
            let index = parse_number(&text[1..]).and_then(|number| usize::try_from(number - 1).ok());
            status = match index.and_then(|index| shell.process.jobs.get(index)) {
                Some((_, status)) => *status,
                None => {
                    shell.complain_as(&words[0], &[&text[..], b": no such job"].concat())?;
                    127
                }
            };
            continue;
        }
        let Some(number) = parse_number(text) else {
            shell.complain_as(&words[0], &[b"`", &text[..], b"': not a pid or valid job spec"].concat())?;
            status = 1;
            continue;
        };
        status = match shell.process.jobs.iter().find(|(pid, _)| i64::from(*pid) == number) {
            Some((_, status)) => *status,
            None => {
                shell.complain_as(&words[0], format!("pid {number} is not a child of this shell").as_bytes())?;
                127
            }
        };
    }
    Ok(status)
}

/// `kill`: background jobs have ended, nothing else runs.
pub(super) fn kill(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let mut operands = words.get(1..).unwrap_or_default();
    if let Some(first) = operands.first()
        && first.starts_with(b"-")
        && first.len() > 1
    {
        if first == b"-l" {
            shell.out(b"HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM\n")?;
            return Ok(0);
        }
        let skipped = if matches!(first.as_slice(), b"-s" | b"-n") { 2 } else { 1 };
        operands = operands.get(skipped..).unwrap_or_default();
    }
    if operands.is_empty() {
        return shell.usage(&words[0]);
    }
    let mut status = 0;
    for text in operands {
        match parse_number(text) {
            Some(number) if number == i64::from(PROCESS_NUMBER) => {}
            Some(number) => {
                shell.complain_as(&words[0], format!("({number}) - No such process").as_bytes())?;
                status = 1;
            }
            None if text.starts_with(b"%") => {
                shell.complain_as(&words[0], &[&text[..], b": no such job"].concat())?;
                status = 1;
            }
            None => {
                shell.complain_as(&words[0], &[&text[..], b": arguments must be process or job IDs"].concat())?;
                status = 1;
            }
        }
    }
    Ok(status)
}
