//! `df` as in GNU coreutils 9.1, over the one file system that a session shows: an overlay of fixed size.

use super::common::{HELP, VERSION, block_size, human_size, or_status};
use super::options::{Long, OptionTable};
use super::{Buffering, Command, Context, quote};
use crate::budget::Stoppable;

/// `df`.
pub(super) const DF: Command =
    Command { name: "df", summary: "Print one file system of fixed size.", buffering: Buffering::Blocks, run };

/// Blocks of 1 KiB: all, used, and left to those who are not root.
const BLOCKS: [u64; 3] = [102_626_232, 25_165_824, 73_400_320];
/// Inodes: all, used, free.
const INODES: [u64; 3] = [6_553_600, 421_888, 6_131_712];

const TABLE: OptionTable = OptionTable {
    short: "aB:hHiklmPTt:vx:",
    long: &[
        Long::flag("all", "a"),
        Long::value("block-size", "block-size"),
        Long::flag("human-readable", "h"),
        Long::flag("si", "H"),
        Long::flag("inodes", "i"),
        Long::flag("local", "l"),
        Long::flag("portability", "P"),
        Long::flag("print-type", "T"),
        Long::flag("sync", "ignored"),
        Long::flag("no-sync", "ignored"),
        HELP,
        VERSION,
    ],
};

/// How sizes are printed.
#[derive(Clone, Copy)]
enum Unit {
    Bytes(u64),
    Human(u64),
}

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let (mut unit, mut inodes, mut portable, mut types) = (Unit::Bytes(1024), false, false, false);
    let operands = or_status!(context.options(TABLE, 1, |given| {
        match given.name {
            "h" => unit = Unit::Human(1024),
            "H" => unit = Unit::Human(1000),
            "k" => unit = Unit::Bytes(1024),
            "m" => unit = Unit::Bytes(1 << 20),
            "B" => unit = Unit::Bytes(block_size("-B", given.text())?),
            "block-size" => unit = Unit::Bytes(block_size("--block-size", given.text())?),
            "i" => inodes = true,
            "P" => portable = true,
            "T" => types = true,
            _ => {}
        }
        Ok(())
    })?);
    let mut rows = Vec::new();
    let mut status = 0;
    for operand in &operands {
        match context.machine.workspace.stat(context.directory, operand) {
            Ok(_) => rows.push(row(unit, inodes, types)),
            Err(error) => {
                context.complain_about(b"", &quote::file_in_message(operand), error)?;
                status = 1;
            }
        }
    }
    if operands.is_empty() {
        rows.push(row(unit, inodes, types));
    }
    if rows.is_empty() {
        return Ok(status);
    }
    rows.insert(0, header(unit, inodes, portable, types));
    context.out(table(&rows, types).as_bytes())?;
    Ok(status)
}

fn header(unit: Unit, inodes: bool, portable: bool, types: bool) -> Vec<String> {
    let blocks = match unit {
        _ if inodes => "Inodes".to_owned(),
        Unit::Human(_) => "Size".to_owned(),
        Unit::Bytes(1024) if portable => "1024-blocks".to_owned(),
        Unit::Bytes(bytes) if portable => format!("{bytes}-blocks"),
        Unit::Bytes(bytes) => format!("{}-blocks", block_name(bytes)),
    };
    let left = if matches!(unit, Unit::Human(_)) { "Avail" } else { "Available" };
    let names = match unit {
        _ if inodes => ["IUsed", "IFree", "IUse%"],
        Unit::Bytes(_) if portable => ["Used", left, "Capacity"],
        _ => ["Used", left, "Use%"],
    };
    let mut columns = vec!["Filesystem".to_owned()];
    columns.extend(types.then(|| "Type".to_owned()));
    columns.push(blocks);
    columns.extend(names.map(str::to_owned));
    columns.push("Mounted on".to_owned());
    columns
}

/// `1K`, `1M`, `1kB`: the shorter of powers of 1024 and of 1000.
fn block_name(bytes: u64) -> String {
    for (base, letters, end) in [(1024, "KMGTPE", ""), (1000, "kMGTPE", "B")] {
        let (mut left, mut letter) = (bytes, None);
        for next in letters.chars() {
            if left % base != 0 {
                break;
            }
            (left, letter) = (left / base, Some(next));
        }
        if let Some(letter) = letter {
            return format!("{left}{letter}{end}");
        }
    }
    format!("{bytes}B")
}

fn row(unit: Unit, inodes: bool, types: bool) -> Vec<String> {
    let [all, used, left] = if inodes { INODES } else { BLOCKS };
    let text = |count: u64| match unit {
        Unit::Human(base) if inodes => human_size(count, base),
        Unit::Human(base) => human_size(count.saturating_mul(1024), base),
        Unit::Bytes(_) if inodes => count.to_string(),
        Unit::Bytes(bytes) => count.saturating_mul(1024).div_ceil(bytes).to_string(),
    };
    let share = (used * 100).div_ceil(used + left);
    let mut columns = vec!["overlay".to_owned()];
    columns.extend(types.then(|| "overlay".to_owned()));
    columns.extend([text(all), text(used), text(left), format!("{share}%"), "/".to_owned()]);
    columns
}

/// Names to the left, numbers to the right, each column as wide as its widest.
fn table(rows: &[Vec<String>], types: bool) -> String {
    let lefts = 1 + usize::from(types);
    let columns = rows.first().map_or(0, Vec::len);
    let least = |column: usize| match column {
        0 => 14,
        _ if column < lefts || column + 2 >= columns => 4,
        _ => 5,
    };
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(String::len).max().unwrap_or(0).max(least(column))
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let gap = if column == 0 { "" } else { " " };
            text += &match column {
                _ if column + 1 == columns => format!("{gap}{cell}\n"),
                _ if column < lefts => format!("{gap}{cell:<width$}"),
                _ => format!("{gap}{cell:>width$}"),
            };
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_df_makes_them() {
        let text = |unit, inodes, portable, types| {
            table(&[header(unit, inodes, portable, types), row(unit, inodes, types)], types)
        };
        assert_eq!(
            text(Unit::Human(1024), false, false, false),
            "Filesystem      Size  Used Avail Use% Mounted on\noverlay          98G   24G   70G  26% /\n"
        );
        assert_eq!(
            text(Unit::Bytes(1024), false, true, true),
            "Filesystem     Type    1024-blocks     Used Available Capacity Mounted on\n\
             overlay        overlay   102626232 25165824  73400320      26% /\n"
        );
        assert_eq!(
            text(Unit::Bytes(1024), true, false, false),
            "Filesystem      Inodes  IUsed   IFree IUse% Mounted on\noverlay        6553600 421888 6131712    7% /\n"
        );
    }

    #[test]
    fn block_sizes_have_names() {
        for (bytes, name) in [(1024, "1K"), (1 << 20, "1M"), (1000, "1kB"), (4096, "4K"), (512, "512B")] {
            assert_eq!(block_name(bytes), name);
        }
    }
}
