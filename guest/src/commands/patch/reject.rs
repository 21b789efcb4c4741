//! Hunks that could not be applied, as `.rej` files show them.

use super::hunk::Hunk;

/// What stands above the rejected hunks.
#[derive(Clone, Debug, Default)]
pub(super) struct Labels {
    pub(super) index: Option<Vec<u8>>,
    /// Name and time of the old and the new file.
    pub(super) old: (Option<Vec<u8>>, Vec<u8>),
    pub(super) new: (Option<Vec<u8>>, Vec<u8>),
}

/// The two header lines.
pub(super) fn write_header(out: &mut Vec<u8>, labels: &Labels, is_unified: bool) {
    if let Some(index) = &labels.index {
        out.extend_from_slice(&[b"Index: ", &index[..], b"\n"].concat());
    }
    let marks: [&[u8]; 2] = if is_unified { [b"---", b"+++"] } else { [b"***", b"---"] };
    for (mark, (name, time)) in marks.into_iter().zip([&labels.old, &labels.new]) {
        let name = name.as_deref().unwrap_or(b"/dev/null");
        out.extend_from_slice(&[mark, b" ", name, &time[..], b"\n"].concat());
    }
}

/// A hunk in the unified form, moved by the lines that earlier hunks have added.
pub(super) fn write_unified(out: &mut Vec<u8>, hunk: &Hunk, offset: i64) {
    let (old, new) = hunk.counts();
    let range = |first: i64, count: usize| match count {
        0 => format!("{},0", first - 1),
        1 => first.to_string(),
        _ => format!("{first},{count}"),
    };
    let (old, new) = (range(hunk.first + offset, old), range(hunk.new_first + offset, new));
    out.extend_from_slice(format!("@@ -{old} +{new} @@").as_bytes());
    out.extend_from_slice(&hunk.function);
    out.push(b'\n');
    for (sign, line) in &hunk.lines {
        out.push(*sign);
        out.extend_from_slice(line);
    }
}

/// A hunk in the context form; `is_normal` when it came from a normal diff.
pub(super) fn write_context(out: &mut Vec<u8>, hunk: &Hunk, offset: i64, is_normal: bool) {
    let (old, new) = hunk.counts();
    let range = |first: i64, count: usize| match count {
        0 => "0".to_owned(),
        1 => first.to_string(),
        _ => format!("{first},{}", first + count as i64 - 1),
    };
    let (stars, dashes) = if is_normal { ("", " -----") } else { (" ****", " ----") };
    let changed = changed(hunk, is_normal);
    let mut part = |header: String, mine: u8| {
        out.extend_from_slice(header.as_bytes());
        for ((sign, line), is_changed) in hunk.lines.iter().zip(&changed) {
            if *sign == mine || *sign == b' ' {
                let mark = if *is_changed { b'!' } else { *sign };
                out.extend_from_slice(&[mark, b' ']);
                out.extend_from_slice(line);
            }
        }
    };
    let old_range = range(hunk.first + offset, old);
    let new_range = range(hunk.new_first + offset, new);
    part(format!("***************\n*** {old_range}{stars}\n"), b'-');
    part(format!("--- {new_range}{dashes}\n"), b'+');
}

/// Which lines replace others: those of groups with both signs.
fn changed(hunk: &Hunk, is_normal: bool) -> Vec<bool> {
    let mut marks = Vec::with_capacity(hunk.lines.len());
    for group in hunk.lines.chunk_by(|(a, _), (b, _)| (*a == b' ') == (*b == b' ')) {
        let has = |wanted: u8| group.iter().any(|(sign, _)| *sign == wanted);
        let is_changed = !is_normal && has(b'-') && has(b'+');
        marks.extend(group.iter().map(|_| is_changed));
    }
    marks
}
