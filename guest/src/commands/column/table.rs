//! Tables: which columns, how wide, in which order.

use super::{Settings, columns_of, is_blank, list};

impl Settings {
    /// A table of the lines' cells.
    pub(super) fn table(&self, lines: &[Vec<u8>], columns: usize) -> Result<Vec<u8>, Vec<u8>> {
        let rows: Vec<Vec<&[u8]>> = lines.iter().map(|line| self.cells(line)).collect();
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let names = self.names.as_deref().unwrap_or_default();
        let count = rows.iter().map(Vec::len).max().unwrap_or(0).max(names.len());
        let right = self.chosen(self.right.as_deref(), count)?;
        let flexible =
            self.flexible.iter().map(|list| self.chosen(Some(list), count)).collect::<Result<Vec<_>, _>>()?;
        let hidden = self.chosen(self.hidden.as_deref(), count)?;
        let shown: Vec<usize> = self.ordered(count)?.into_iter().filter(|column| !hidden.contains(column)).collect();
        if self.names.is_none() && rows.iter().all(Vec::is_empty) {
            return Ok(Vec::new());
        }
        let cell = |row: &[&'_ [u8]], column: usize| row.get(column).map_or(Vec::new(), |cell| cell.to_vec());
        let header: Vec<&[u8]> = names.iter().map(Vec::as_slice).collect();
        if self.is_json {
            return Ok(self.json(&header, &rows, &shown));
        }
        let has_header = self.names.is_some() && !self.hides_header;
        let widths: Vec<usize> = (0..count)
            .map(|column| {
                let all = rows.iter().chain([&header]);
                all.map(|row| columns_of(&cell(row, column))).max().unwrap_or(0)
            })
            .collect();
        let between = self.output_separator.as_deref().unwrap_or(b"  ");
        let total = shown.iter().filter_map(|column| widths.get(*column)).sum::<usize>()
            + columns_of(between) * shown.len().saturating_sub(1);
        if (!flexible.concat().is_empty() || self.has_uneven) && total > columns {
            return Err(b"tables wider than the output are not cut or wrapped here".to_vec());
        }
        let mut out = Vec::new();
        for row in has_header.then_some(&header).into_iter().chain(&rows) {
            for (place, &column) in shown.iter().enumerate() {
                let text = cell(row, column);
                let pad = widths.get(column).map_or(0, |width| width - columns_of(&text));
                let is_right = right.contains(&column);
                let is_last = place + 1 == shown.len();
                out.extend(std::iter::repeat_n(b' ', if is_right && !(is_last && text.is_empty()) { pad } else { 0 }));
                out.extend_from_slice(&text);
                if !is_last {
                    out.extend(std::iter::repeat_n(b' ', if is_right { 0 } else { pad }));
                    out.extend_from_slice(between);
                }
            }
            out.push(b'\n');
        }
        Ok(out)
    }

    /// For JSON every column needs a name.
    pub(super) fn unnamed(&self, lines: &[Vec<u8>]) -> Option<Vec<u8>> {
        let names = self.names.as_ref().filter(|_| self.is_json)?.len();
        let row = lines.iter().position(|line| self.cells(line).len() > names)?;
        let message = format!("line {}: for JSON the name of the column {} is required", row + 2, names + 1);
        Some(message.into_bytes())
    }

    fn cells<'l>(&self, line: &'l [u8]) -> Vec<&'l [u8]> {
        let is_end = |byte: &u8| match &self.separators {
            None => matches!(byte, b' ' | b'\t'),
            Some(separators) => separators.contains(byte),
        };
        let mut cells: Vec<&[u8]> = Vec::new();
        let mut rest = Some(line);
        // Where the last cell of a limited number begins, in characters: as if one separator stood
        // between two cells.
        let mut begin = 0;
        while let Some(mut text) = rest {
            if cells.len() + 1 == self.limit {
                let start = after_characters(line, begin);
                cells.extend((!start.is_empty()).then_some(start));
                break;
            }
            if self.separators.is_none() {
                let blanks = text.iter().take_while(|byte| is_end(byte)).count();
                text = text.get(blanks..).unwrap_or_default();
                if text.is_empty() {
                    break;
                }
                begin += if cells.is_empty() { blanks } else { 0 };
            }
            let end = text.iter().position(is_end);
            let cell = text.get(..end.unwrap_or(text.len())).unwrap_or_default();
            begin += String::from_utf8_lossy(cell).chars().count() + 1;
            cells.push(cell);
            rest = end.and_then(|end| text.get(end + 1..));
        }
        // A line of nothing (`-L`) has no cells.
        if is_blank(line) && self.keeps_empty { Vec::new() } else { cells }
    }

    /// The columns that a list names: names, numbers from 1, or `0` for all.
    fn chosen(&self, words: Option<&[u8]>, count: usize) -> Result<Vec<usize>, Vec<u8>> {
        let words = words.map(list).unwrap_or_default();
        if words == [b"0"] {
            return Ok((0..count).collect());
        }
        let names = self.names.as_deref().unwrap_or_default();
        let mut chosen = Vec::new();
        for word in &words {
            let place = if !word.is_empty() && word.iter().all(u8::is_ascii_digit) {
                let number = std::str::from_utf8(word).ok().and_then(|text| text.parse::<usize>().ok());
                number.and_then(|number| number.checked_sub(1)).filter(|place| *place < count)
            } else if word == b"-" {
                chosen.extend(names.len()..count);
                None
            } else {
                match names.iter().position(|name| name.eq_ignore_ascii_case(word)) {
                    Some(place) => Some(place),
                    None => return Err([b"undefined column name '", &word[..], b"'"].concat()),
                }
            };
            chosen.extend(place);
        }
        Ok(chosen)
    }

    /// All columns, those of `--table-order` first.
    fn ordered(&self, count: usize) -> Result<Vec<usize>, Vec<u8>> {
        let mut ordered = Vec::new();
        for column in self.chosen(self.order.as_deref(), count)?.into_iter().chain(0..count) {
            if !ordered.contains(&column) {
                ordered.push(column);
            }
        }
        Ok(ordered)
    }

    fn json(&self, names: &[&[u8]], rows: &[Vec<&[u8]>], shown: &[usize]) -> Vec<u8> {
        let mut out = b"{\n   ".to_vec();
        quoted(self.name.as_deref().unwrap_or(b"table"), false, &mut out);
        out.extend_from_slice(b": [\n      {\n");
        for (at, row) in rows.iter().enumerate() {
            if at > 0 {
                out.extend_from_slice(b"\n      },{\n");
            }
            for (place, column) in shown.iter().enumerate() {
                out.extend_from_slice(if place > 0 { b",\n         " } else { b"         " });
                quoted(names.get(*column).copied().unwrap_or_default(), true, &mut out);
                out.extend_from_slice(b": ");
                match row.get(*column) {
                    Some(cell) if !cell.is_empty() => quoted(cell, false, &mut out),
                    _ => out.extend_from_slice(b"null"),
                }
            }
        }
        out.extend_from_slice(b"\n      }\n   ]\n}\n");
        out
    }
}

/// A JSON string as libsmartcols writes it.
fn quoted(text: &[u8], is_lower: bool, out: &mut Vec<u8>) {
    out.push(b'"');
    for &byte in text {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            8 => out.extend_from_slice(b"\\b"),
            b'\t' => out.extend_from_slice(b"\\t"),
            12 => out.extend_from_slice(b"\\f"),
            b'\r' => out.extend_from_slice(b"\\r"),
            0..0x20 => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ if is_lower => out.push(byte.to_ascii_lowercase()),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

fn after_characters(line: &[u8], count: usize) -> &[u8] {
    let text = std::str::from_utf8(line).unwrap_or_default();
    text.char_indices().nth(count).and_then(|(at, _)| line.get(at..)).unwrap_or_default()
}
