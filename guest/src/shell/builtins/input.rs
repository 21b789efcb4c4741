//! `read`, `mapfile`, `getopts`.

use super::parse_number;
use crate::shell::Shell;
use crate::shell::eval::Run;
use crate::shell::syntax::is_identifier;
use crate::shell::variables::Value;
use std::collections::BTreeMap;

impl Shell<'_, '_> {
    /// The next line of standard input with its delimiter; `None` at the end.
    pub(crate) fn read_line(&mut self, delimiter: u8) -> Run<Option<Vec<u8>>> {
        match self.process.descriptors.get(0) {
            Some(stream) => Ok(self.machine.streams.read_until(stream, delimiter, self.machine.budget)?),
            None => Ok(None),
        }
    }
}

/// `read`
pub(super) fn read(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let given = match shell.options(words, "ersa:d:i:n:N:p:t:u:")? {
        Ok(given) => given,
        Err(status) => return Ok(status),
    };
    let value = |letter: u8| given.options.iter().rev().find(|(other, _)| *other == letter).map(|(_, value)| *value);
    let raw = given.has(b'r');
    let descriptor = match value(b'u').map(|text| (text, parse_number(text))) {
        None => 0,
        Some((_, Some(number))) if number >= 0 => number as u32,
        Some((text, _)) => {
            shell.complain_as(&words[0], &[text, b": invalid file descriptor specification"].concat())?;
            return Ok(1);
        }
    };
    if let Some(text) = value(b't')
        && !text.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
    {
        shell.complain_as(&words[0], &[text, b": invalid timeout specification"].concat())?;
        return Ok(1);
    }
    for name in given.operands {
        if !is_identifier(name.split(|byte| *byte == b'[').next().unwrap_or_default()) {
            shell.complain_as(&words[0], &[b"`", &name[..], b"': not a valid identifier"].concat())?;
            return Ok(1);
        }
    }
    let Some(stream) = shell.process.descriptors.get(descriptor) else {
        let message = format!("{descriptor}: invalid file descriptor: Bad file descriptor");
        shell.complain_as(&words[0], message.as_bytes())?;
        return Ok(1);
    };
    let delimiter = value(b'd').map_or(b'\n', |text| text.first().copied().unwrap_or(0));
    let most = value(b'N').or(value(b'n')).and_then(parse_number).map(|number| number.max(0) as usize);
    let exact = value(b'N').is_some();
    let mut line = Vec::new();
    let mut ended = false;
    // Escaped bytes are kept apart so that they do not split.
    let mut escaped = Vec::new();
    'lines: loop {
        if let Some(most) = most {
            while line.len() < most {
                let Some(byte) = shell.machine.streams.read_byte(stream, shell.machine.budget)? else { break 'lines };
                if byte == delimiter && !exact {
                    ended = true;
                    break;
                }
                line.push(byte);
                escaped.push(false);
            }
            ended |= line.len() >= most;
            break;
        }
        let Some(mut part) = shell.machine.streams.read_until(stream, delimiter, shell.machine.budget)? else { break };
        ended = part.last() == Some(&delimiter);
        if ended {
            part.pop();
        }
        if raw {
            escaped.resize(part.len(), false);
            line = part;
            break;
        }
        let mut bytes = part.into_iter().peekable();
        let mut continues = false;
        while let Some(byte) = bytes.next() {
            match (byte, bytes.peek()) {
                (b'\\', Some(&next)) => {
                    bytes.next();
                    if next != b'\n' {
                        line.push(next);
                        escaped.push(true);
                    }
                }
                (b'\\', None) => continues = ended,
                _ => {
                    line.push(byte);
                    escaped.push(false);
                }
            }
        }
        if !continues {
            break;
        }
    }
    let zeros: Vec<bool> = line.iter().map(|byte| *byte != 0).collect();
    let mut keep = zeros.iter();
    escaped.retain(|_| *keep.next().unwrap_or(&true));
    line.retain(|byte| *byte != 0);
    let status = i32::from(!ended);
    if let Some(array) = value(b'a') {
        let fields = split_fields(&line, &escaped, &shell.separators(), usize::MAX);
        let elements = fields.into_iter().enumerate().map(|(index, field)| (index as i64, field));
        shell.check_writable(array)?;
        shell.process.variables.entry(array).value = Some(Value::Indexed(elements.collect()));
        return Ok(status);
    }
    if given.operands.is_empty() {
        shell.assign(b"REPLY", line, false)?;
        return Ok(status);
    }
    let separators = if exact { Vec::new() } else { shell.separators() };
    let mut fields = split_fields(&line, &escaped, &separators, given.operands.len()).into_iter();
    for name in given.operands {
        let field = fields.next().unwrap_or_default();
        match name.iter().position(|byte| *byte == b'[') {
            Some(at) => shell.assign_element(&name[..at], &name[at + 1..name.len() - 1], field, false)?,
            None => shell.assign(name, field, false)?,
        }
    }
    Ok(status)
}

/// Splits a line for `read`: the last of `most` fields takes the rest of the line.
fn split_fields(line: &[u8], escaped: &[bool], separators: &[u8], most: usize) -> Vec<Vec<u8>> {
    let is_separator = |at: usize| separators.contains(&line[at]) && !escaped.get(at).copied().unwrap_or(false);
    let is_blank = |at: usize| is_separator(at) && matches!(line[at], b' ' | b'\t' | b'\n');
    let mut fields = Vec::new();
    let mut end = line.len();
    let mut at = 0;
    while at < end && is_blank(at) {
        at += 1;
    }
    while end > at && is_blank(end - 1) {
        end -= 1;
    }
    while at < end {
        if fields.len() + 1 == most {
            let mut rest = &line[at..end];
            // A single trailing separator that ends the last field goes, as when it is split.
            let tail = (at..end).rev().find(|position| !is_blank(*position));
            if let Some(tail) = tail
                && is_separator(tail)
                && !(at..tail).any(is_separator)
            {
                rest = &line[at..tail];
            }
            fields.push(rest.to_vec());
            return fields;
        }
        let start = at;
        while at < end && !is_separator(at) {
            at += 1;
        }
        fields.push(line[start..at].to_vec());
        while at < end && is_blank(at) {
            at += 1;
        }
        if at < end && is_separator(at) {
            at += 1;
            while at < end && is_blank(at) {
                at += 1;
            }
        }
    }
    fields
}

/// `mapfile` and `readarray`
pub(super) fn mapfile(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let given = match shell.options(words, "d:n:O:s:tu:C:c:")? {
        Ok(given) => given,
        Err(status) => return Ok(status),
    };
    let value = |letter: u8| given.options.iter().rev().find(|(other, _)| *other == letter).map(|(_, value)| *value);
    let number = |letter: u8| value(letter).and_then(parse_number);
    let name = given.operands.first().map_or(&b"MAPFILE"[..], Vec::as_slice);
    for (letter, what) in [(b'n', "invalid line count"), (b's', "invalid line count"), (b'O', "invalid array origin")] {
        if let Some(text) = value(letter).filter(|text| parse_number(text).is_none_or(|number| number < 0)) {
            shell.complain_as(&words[0], &[text, b": ", what.as_bytes()].concat())?;
            return Ok(1);
        }
    }
    if !is_identifier(name) {
        shell.complain_as(&words[0], &[b"`", name, b"': not a valid identifier"].concat())?;
        return Ok(1);
    }
    let delimiter = value(b'd').map_or(b'\n', |text| text.first().copied().unwrap_or(0));
    let descriptor = number(b'u').unwrap_or(0) as u32;
    let Some(stream) = shell.process.descriptors.get(descriptor) else {
        let message = format!("{descriptor}: invalid file descriptor: Bad file descriptor");
        shell.complain_as(&words[0], message.as_bytes())?;
        return Ok(1);
    };
    let most = number(b'n').filter(|most| *most > 0).unwrap_or(i64::MAX);
    let mut index = number(b'O').unwrap_or(0);
    let mut skip = number(b's').unwrap_or(0);
    let mut elements = match (number(b'O'), shell.value_of(name)) {
        (Some(_), Some(Value::Indexed(elements))) => elements,
        _ => BTreeMap::new(),
    };
    let mut count = 0;
    while count < most {
        let Some(mut line) = shell.machine.streams.read_until(stream, delimiter, shell.machine.budget)? else { break };
        if skip > 0 {
            skip -= 1;
            continue;
        }
        if given.has(b't') && line.last() == Some(&delimiter) {
            line.pop();
        }
        shell.machine.budget.write(line.len() as u64 + 16)?;
        elements.insert(index, line);
        index += 1;
        count += 1;
    }
    shell.check_writable(name)?;
    shell.process.variables.entry(name).value = Some(Value::Indexed(elements));
    Ok(0)
}

/// `getopts`
pub(super) fn getopts(shell: &mut Shell<'_, '_>, words: &[Vec<u8>]) -> Run<i32> {
    let given = match shell.options(words, "")? {
        Ok(given) => given,
        Err(status) => return Ok(status),
    };
    let [letters, name, arguments @ ..] = given.operands else { return shell.usage(&words[0]) };
    let arguments = if arguments.is_empty() { shell.process.positional.clone() } else { arguments.to_vec() };
    let (silent, letters) = match letters.strip_prefix(b":") {
        Some(rest) => (true, rest),
        None => (shell.scalar(b"OPTERR").as_deref() == Some(b"0"), &letters[..]),
    };
    let colon = given.operands[0].starts_with(b":");
    let mut index = shell.scalar(b"OPTIND").and_then(|text| parse_number(&text)).unwrap_or(1).max(1) as usize;
    let mut offset = shell.process.option_offset;
    let word = arguments.get(index - 1).cloned().unwrap_or_default();
    let ends = offset == 0 && (!word.starts_with(b"-") || word.len() < 2);
    if ends || word == b"--" && offset == 0 {
        if word == b"--" {
            index += 1;
        }
        shell.assign(b"OPTIND", index.to_string().into_bytes(), false)?;
        shell.assign(name, b"?".to_vec(), false)?;
        shell.process.variables.unset(b"OPTARG");
        return Ok(1);
    }
    offset = offset.max(1);
    let letter = word.get(offset).copied().unwrap_or(b'?');
    offset += 1;
    let at_end = offset >= word.len();
    let known = letters.iter().position(|other| *other == letter && letter != b':');
    let takes_value = known.is_some_and(|known| letters.get(known + 1) == Some(&b':'));
    let mut value = None;
    let mut result = vec![letter];
    if known.is_none() {
        result = b"?".to_vec();
        if colon {
            value = Some(vec![letter]);
        }
        if !silent {
            let text = [&shell.name[..], b": illegal option -- ", &[letter], b"\n"].concat();
            shell.error(&text)?;
        }
    }
    if takes_value {
        if !at_end {
            value = Some(word[offset..].to_vec());
        } else if let Some(next) = arguments.get(index) {
            value = Some(next.clone());
            index += 1;
        } else {
            result = if colon { b":".to_vec() } else { b"?".to_vec() };
            if colon {
                value = Some(vec![letter]);
            }
            if !silent {
                let text = [&shell.name[..], b": option requires an argument -- ", &[letter], b"\n"].concat();
                shell.error(&text)?;
            }
        }
    }
    let word_done = at_end || takes_value;
    if word_done {
        index += 1;
    }
    shell.assign(b"OPTIND", index.to_string().into_bytes(), false)?;
    shell.process.option_offset = if word_done { 0 } else { offset };
    match value {
        Some(value) => shell.assign(b"OPTARG", value, false)?,
        None => shell.process.variables.unset(b"OPTARG"),
    }
    if !is_identifier(name) {
        shell.complain_as(&words[0], &[b"`", &name[..], b"': not a valid identifier"].concat())?;
        return Ok(1);
    }
    shell.assign(name, result, false)?;
    Ok(0)
}
