//! The text of a patch, read line by line, and its hunks.

use super::Failure;
use super::header::Format;
use super::hunk::Hunk;

/// A patch and how far it is read.
pub(super) struct Reader<'p> {
    lines: Vec<&'p [u8]>,
    /// Whether the text ends inside a line, which is never read.
    is_cut: bool,
    /// How many lines are read.
    pub(super) at: usize,
    /// Lines about missing newlines, which the original does not count.
    pub(super) uncounted: usize,
    /// Where the search for the next patch starts.
    pub(super) base: usize,
    /// Columns to take off each line.
    pub(super) indent: usize,
    pub(super) strips_return: bool,
    /// What is to be printed of the reading.
    pub(super) said: Vec<u8>,
    last: Vec<u8>,
}

impl<'p> Reader<'p> {
    pub(super) fn new(text: &'p [u8]) -> Self {
        let mut lines: Vec<&[u8]> = crate::commands::common::lines(text, b'\n').collect();
        let is_cut = lines.last().is_some_and(|line| !line.ends_with(b"\n"));
        if is_cut {
            lines.pop();
        }
        Self {
            lines,
            is_cut,
            at: 0,
            uncounted: 0,
            base: 0,
            indent: 0,
            strips_return: false,
            said: Vec::new(),
            last: Vec::new(),
        }
    }

    /// Whether there is nothing at all.
    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty() && !self.is_cut
    }

    /// How many whole lines there are.
    pub(super) fn length(&self) -> usize {
        self.lines.len()
    }

    /// Whether all is read.
    pub(super) fn is_done(&self) -> bool {
        self.base > 0 && self.base >= self.lines.len() && !self.is_cut
    }

    /// Lines as they are.
    pub(super) fn raw(&self, from: usize, to: usize) -> &[&'p [u8]] {
        self.lines.get(from..to).unwrap_or_default()
    }

    /// The next line without indentation; lines that begin with `#` are comments.
    pub(super) fn line(&mut self) -> Option<Vec<u8>> {
        loop {
            let Some(line) = self.lines.get(self.at) else {
                if self.is_cut {
                    self.said.extend_from_slice(b"patch unexpectedly ends in middle of line\n");
                }
                return None;
            };
            self.at += 1;
            let (mut columns, mut start) = (0, 0);
            for byte in line.iter() {
                match byte {
                    _ if columns >= self.indent => break,
                    b'\t' => columns += 8 - columns % 8,
                    b' ' | b'X' => columns += 1,
                    _ => break,
                }
                start += 1;
            }
            let line = line.get(start..).unwrap_or_default();
            if line.starts_with(b"#") {
                continue;
            }
            let mut line = line.to_vec();
            if self.strips_return && line.ends_with(b"\r\n") {
                line.truncate(line.len() - 2);
                line.push(b'\n');
            }
            self.last.clone_from(&line);
            return Some(line);
        }
    }

    /// Whether `\ No newline at end of file` comes next; it is read then.
    fn is_incomplete(&mut self) -> bool {
        let found = self.lines.get(self.at).is_some_and(|line| line.starts_with(b"\\"));
        self.at += usize::from(found);
        self.uncounted += usize::from(found);
        found
    }

    /// The number of the line that was read last.
    fn number_here(&self) -> usize {
        self.at - self.uncounted
    }

    fn malformed(&self) -> Failure {
        Failure::fatal(&[format!("malformed patch at line {}: ", self.number_here()).as_bytes(), &self.last])
    }

    /// The next hunk; nothing when something else comes, from which the search goes on.
    pub(super) fn hunk(&mut self, format: Format) -> Result<Option<Hunk>, Failure> {
        let before = self.at;
        let Some(line) = self.line() else {
            self.base = self.at;
            return Ok(None);
        };
        let hunk = match format {
            Format::Unified if line.starts_with(b"@@ -") => self.unified(&line)?,
            Format::Context if line.starts_with(b"********") => self.context()?,
            Format::Normal if line.first().is_some_and(u8::is_ascii_digit) => self.normal(&line)?,
            _ => {
                (self.base, self.at) = (before, before);
                return Ok(None);
            }
        };
        Ok(Some(hunk))
    }

    /// Reads a number at the start of a text.
    fn number<'t>(&self, text: &'t [u8]) -> Result<(i64, &'t [u8]), Failure> {
        let (digits, rest) = text.split_at(text.iter().take_while(|byte| byte.is_ascii_digit()).count());
        let place = self.number_here().to_string();
        if digits.is_empty() {
            return Err(Failure::fatal(&[b"missing line number at line ", place.as_bytes(), b": ", &self.last]));
        }
        match std::str::from_utf8(digits).unwrap_or_default().parse::<i64>() {
            Ok(number) if number < i64::MAX / 4 => Ok((number, rest)),
            _ => Err(Failure::fatal(&[
                b"line number ",
                digits,
                b" is too large at line ",
                place.as_bytes(),
                b": ",
                &self.last,
            ])),
        }
    }

    /// `12,3` or `12`, which means one line.
    fn range<'t>(&self, text: &'t [u8]) -> Result<(i64, i64, &'t [u8]), Failure> {
        let (first, rest) = self.number(text)?;
        match rest.strip_prefix(b",") {
            Some(rest) => {
                let (count, rest) = self.number(rest)?;
                Ok((first, count, rest))
            }
            None => Ok((first, 1, rest)),
        }
    }

    fn unified(&mut self, header: &[u8]) -> Result<Hunk, Failure> {
        let blank = |text: &'_ [u8]| usize::from(text.starts_with(b" "));
        let (first, mut old_left, rest) = self.range(header.get(4..).unwrap_or_default())?;
        let rest = rest.get(blank(rest)..).unwrap_or_default();
        let Some(rest) = rest.strip_prefix(b"+") else { return Err(self.malformed()) };
        let (new_first, mut new_left, rest) = self.range(rest)?;
        let rest = rest.get(blank(rest)..).unwrap_or_default();
        let Some(rest) = rest.strip_prefix(b"@") else { return Err(self.malformed()) };
        let function = rest.strip_prefix(b"@").filter(|rest| rest.starts_with(b" ")).unwrap_or_default();
        let mut hunk = Hunk {
            first: first + i64::from(old_left == 0),
            new_first: new_first + i64::from(new_left == 0),
            lines: Vec::new(),
            function: function.strip_suffix(b"\n").unwrap_or(function).to_vec(),
        };
        while old_left > 0 || new_left > 0 {
            let mut line = match self.line() {
                Some(line) => line,
                // Blank lines at the end may have been cut off.
                None if new_left < 4 => {
                    self.last = b" \n".to_vec();
                    b" \n".to_vec()
                }
                None => return Err(Failure::fatal(&[b"unexpected end of file in patch"])),
            };
            let sign = match line.first() {
                // Its blank was eaten.
                Some(b'\t' | b'\n') => b' ',
                Some(b'=') => {
                    line.remove(0);
                    b' '
                }
                Some(&sign) => {
                    line.remove(0);
                    sign
                }
                None => return Err(self.malformed()),
            };
            let (takes_old, takes_new) = (sign != b'+', sign != b'-');
            if !matches!(sign, b' ' | b'-' | b'+') || (takes_old && old_left == 0) || (takes_new && new_left == 0) {
                return Err(self.malformed());
            }
            let is_last = (takes_old && old_left == 1) || (takes_new && new_left == 1);
            if is_last && self.is_incomplete() {
                line.pop();
            }
            old_left -= i64::from(takes_old);
            new_left -= i64::from(takes_new);
            hunk.push(sign, line);
        }
        if hunk.lines.iter().all(|(sign, _)| *sign == b' ') {
            return Err(self.malformed());
        }
        Ok(hunk)
    }

    /// `*** 12,15 ****`: the first line and how many.
    fn context_range(&self, text: &[u8]) -> Result<(i64, usize), Failure> {
        let (first, rest) = self.number(text.trim_ascii_start())?;
        let last = match rest.strip_prefix(b",") {
            Some(rest) => self.number(rest)?.0,
            None => first,
        };
        // No lines are said by the line before them.
        if first == 0 || last < first {
            return Ok((first + 1, 0));
        }
        Ok((first, usize::try_from(last - first + 1).unwrap_or(0)))
    }

    fn context(&mut self) -> Result<Hunk, Failure> {
        let header = self.line();
        let Some(range) = header.as_deref().and_then(|line| line.strip_prefix(b"*** ")) else {
            return Err(self.malformed());
        };
        let (first, old_count) = self.context_range(range)?;
        let header_line = self.number_here();
        let mut old = self.context_part(old_count, b'-')?;
        let header = self.line();
        let is_short = !old.is_empty() && old.len() < old_count;
        match &header {
            None => return Err(Failure::fatal(&[b"unexpected end of file in patch"])),
            Some(line) if is_short && line.starts_with(b"--- ") => {
                let text =
                    format!("Premature '---' at line {}; check line numbers at line {header_line}", self.number_here());
                return Err(Failure::fatal(&[text.as_bytes()]));
            }
            Some(_) => {}
        }
        let Some(range) = header.as_deref().and_then(|line| line.strip_prefix(b"--- ")) else {
            return Err(self.malformed());
        };
        let (new_first, new_count) = self.context_range(range)?;
        let mut new = self.context_part(new_count, b'+')?;
        // A side without changes is left out.
        let context = |lines: &[(u8, Vec<u8>)]| lines.iter().filter(|(sign, _)| *sign == b' ').cloned().collect();
        if old.is_empty() && old_count > 0 {
            old = context(&new);
        }
        if new.is_empty() && new_count > 0 {
            new = context(&old);
        }
        if new.len() < new_count && self.at >= self.lines.len() {
            return Err(Failure::fatal(&[b"unexpected end of file in patch"]));
        }
        if old.len() != old_count || new.len() != new_count {
            return Err(self.malformed());
        }
        let mut hunk = Hunk { first, new_first, lines: Vec::new(), function: Vec::new() };
        let (mut old, mut new) = (old.into_iter().peekable(), new.into_iter().peekable());
        loop {
            while let Some((_, line)) = old.next_if(|(sign, _)| *sign != b' ') {
                hunk.push(b'-', line);
            }
            while let Some((_, line)) = new.next_if(|(sign, _)| *sign != b' ') {
                hunk.push(b'+', line);
            }
            match (old.next(), new.next()) {
                (Some((_, line)), Some(_)) => hunk.push(b' ', line),
                (None, None) => break,
                _ => return Err(self.malformed()),
            }
        }
        if hunk.lines.iter().all(|(sign, _)| *sign == b' ') {
            return Err(self.malformed());
        }
        Ok(hunk)
    }

    fn context_part(&mut self, count: usize, sign: u8) -> Result<Vec<(u8, Vec<u8>)>, Failure> {
        let mut part = Vec::new();
        while part.len() < count {
            let next = self.lines.get(self.at).copied().unwrap_or_default();
            let next = next.get(self.indent.min(next.len())..).unwrap_or_default();
            let is_part = matches!(next, [b' ' | b'!', b' ' | b'\t', ..] | [b'\n', ..])
                || (next.first() == Some(&sign) && matches!(next.get(1), Some(b' ' | b'\t')));
            if !is_part {
                break;
            }
            let Some(line) = self.line() else { break };
            let mark = line.first().copied().filter(|mark| *mark != b'\n').unwrap_or(b' ');
            let mut text = line.get(2..).unwrap_or(b"\n").to_vec();
            if part.len() + 1 == count && self.is_incomplete() {
                text.pop();
            }
            part.push((mark, text));
        }
        Ok(part)
    }

    fn normal(&mut self, header: &[u8]) -> Result<Hunk, Failure> {
        let (first, rest) = self.number(header)?;
        let (last, rest) = match rest.strip_prefix(b",") {
            Some(rest) => self.number(rest)?,
            None => (first, rest),
        };
        let Some((&kind, rest)) = rest.split_first().filter(|(kind, _)| matches!(kind, b'a' | b'c' | b'd')) else {
            return Err(self.malformed());
        };
        let (new_first, rest) = self.number(rest)?;
        let (new_last, _) = match rest.strip_prefix(b",") {
            Some(rest) => self.number(rest)?,
            None => (new_first, rest),
        };
        let mut hunk = Hunk {
            first: first + i64::from(kind == b'a'),
            new_first: new_first + i64::from(kind == b'd'),
            lines: Vec::new(),
            function: Vec::new(),
        };
        if kind != b'a' {
            self.normal_part(&mut hunk, b'-', b'<', last - first + 1)?;
        }
        if kind == b'c' {
            match self.line() {
                Some(line) if line.starts_with(b"-") => {}
                _ => {
                    let text = format!("'---' expected at line {} of patch", self.number_here());
                    return Err(Failure::fatal(&[text.as_bytes()]));
                }
            }
        }
        if kind != b'd' {
            self.normal_part(&mut hunk, b'+', b'>', new_last - new_first + 1)?;
        }
        Ok(hunk)
    }

    fn normal_part(&mut self, hunk: &mut Hunk, sign: u8, mark: u8, count: i64) -> Result<(), Failure> {
        for left in (1..=count).rev() {
            let Some(line) = self.line() else {
                let text = format!("unexpected end of file in patch at line {}", self.number_here());
                return Err(Failure::fatal(&[text.as_bytes()]));
            };
            if line.first() != Some(&mark) || !matches!(line.get(1), Some(b' ' | b'\t')) {
                let shown = char::from(mark);
                let text =
                    format!("'{shown}' followed by space or tab expected at line {} of patch", self.number_here());
                return Err(Failure::fatal(&[text.as_bytes()]));
            }
            let mut text = line.get(2..).unwrap_or_default().to_vec();
            if left == 1 && self.is_incomplete() {
                text.pop();
            }
            hunk.push(sign, text);
        }
        Ok(())
    }
}
