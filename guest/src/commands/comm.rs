//! `comm` as in GNU coreutils 9.1.

use super::common::{Fault, HELP, VERSION, lines, or_status};
use super::options::{Long, OptionTable};
use super::{Buffering, Command, Context};
use crate::budget::Stoppable;

/// `comm`.
pub(super) const COMM: Command =
    Command { name: "comm", summary: "Compare two sorted files line by line.", buffering: Buffering::Blocks, run };

const TABLE: OptionTable = OptionTable {
    short: "123z",
    long: &[
        Long::flag("check-order", "check-order"),
        Long::flag("nocheck-order", "nocheck-order"),
        Long::value("output-delimiter", "output-delimiter"),
        Long::flag("total", "total"),
        Long::flag("zero-terminated", "z"),
        HELP,
        VERSION,
    ],
};

/// Whether lines out of order are complained about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Check {
    /// Once a line has no partner.
    Default,
    Always,
    Never,
}

struct Comparison {
    shows: [bool; 3],
    between: Vec<u8>,
    end: u8,
    check: Check,
    has_unpaired: bool,
    is_told: [bool; 2],
}

fn run(context: &mut Context<'_, '_>) -> Stoppable<u8> {
    let mut comparison = Comparison {
        shows: [true; 3],
        between: b"\t".to_vec(),
        end: b'\n',
        check: Check::Default,
        has_unpaired: false,
        is_told: [false; 2],
    };
    let (mut delimiter, mut has_total) = (None::<&[u8]>, false);
    let operands = or_status!(context.options(TABLE, 1, |given| {
        match given.name {
            "1" => comparison.shows[0] = false,
            "2" => comparison.shows[1] = false,
            "3" => comparison.shows[2] = false,
            "z" => comparison.end = 0,
            "check-order" => comparison.check = Check::Always,
            "nocheck-order" => comparison.check = Check::Never,
            "total" => has_total = true,
            _ => {
                if delimiter.is_some_and(|other| other != given.text()) {
                    return Err(Fault::Message(b"multiple output delimiters specified".to_vec()));
                }
                delimiter = given.value;
            }
        }
        Ok(())
    })?);
    if let Some(text) = delimiter {
        comparison.between = if text.is_empty() { vec![0] } else { text.to_vec() };
    }
    let (first, second) = match operands.as_slice() {
        [] => return context.fail(Fault::Usage(b"missing operand".to_vec()), 1),
        [only] => return context.fail(Fault::usage_about("missing operand after", only), 1),
        [first, second] => (*first, *second),
        [_, _, extra, ..] => return context.fail(Fault::usage_about("extra operand", extra), 1),
    };
    let mut texts = Vec::new();
    for name in [first, second] {
        match context.open_or_complain(name)? {
            Some(text) => texts.push(text),
            None => return Ok(1),
        }
    }
    let end = comparison.end;
    let mut sides = texts.iter().map(|text| {
        let bare = |line| <[u8]>::strip_suffix(line, &[end]).unwrap_or(line);
        lines(text, end).map(bare).collect::<Vec<_>>()
    });
    let sides = [sides.next().unwrap_or_default(), sides.next().unwrap_or_default()];
    let Some(totals) = comparison.merge(context, &sides)? else { return Ok(1) };
    if has_total {
        let mut line = Vec::new();
        for total in totals {
            line.extend_from_slice(total.to_string().as_bytes());
            line.extend_from_slice(&comparison.between);
        }
        line.extend_from_slice(b"total");
        line.push(end);
        context.out(&line)?;
    }
    if comparison.is_told.contains(&true) {
        context.complain(b"input is not in sorted order")?;
        return Ok(1);
    }
    Ok(0)
}

impl Comparison {
    /// Prints the lines in order; nothing when disorder ended it.
    fn merge(&mut self, context: &mut Context<'_, '_>, sides: &[Vec<&[u8]>; 2]) -> Stoppable<Option<[u64; 3]>> {
        let mut at = [0_usize; 2];
        let mut totals = [0_u64; 3];
        loop {
            let line = |side: usize| sides.get(side).zip(at.get(side)).and_then(|(lines, at)| lines.get(*at)).copied();
            let (column, text, steps) = match (line(0), line(1)) {
                (None, None) => return Ok(Some(totals)),
                (Some(old), Some(new)) if old == new => (2, new, [true, true]),
                (Some(old), Some(new)) if old < new => (0, old, [true, false]),
                (Some(old), None) => (0, old, [true, false]),
                (_, Some(new)) => (1, new, [false, true]),
            };
            self.has_unpaired |= column != 2;
            totals[column] += 1;
            if self.shows[column] {
                let indent = self.shows.iter().take(column).filter(|shows| **shows).count();
                context.out(&[&self.between.repeat(indent), text, &[self.end]].concat())?;
            }
            for side in 0..2 {
                if !steps[side] {
                    continue;
                }
                at[side] += 1;
                // At the end the last two lines are looked at once more: an unpaired line may have
                // come up since.
                let last = at[side].min(sides[side].len().saturating_sub(1));
                if last > 0 && !self.is_ordered(context, sides, side, last)? {
                    return Ok(None);
                }
            }
        }
    }

    /// Whether to go on after a look at a line and the one before it.
    fn is_ordered(
        &mut self,
        context: &mut Context<'_, '_>,
        sides: &[Vec<&[u8]>; 2],
        side: usize,
        at: usize,
    ) -> Stoppable<bool> {
        let looks = match self.check {
            Check::Always => true,
            Check::Default => self.has_unpaired,
            Check::Never => false,
        };
        let lines = &sides[side];
        if !looks || self.is_told[side] || lines.get(at - 1) <= lines.get(at) {
            return Ok(true);
        }
        self.is_told[side] = true;
        context.complain(format!("file {} is not in sorted order", side + 1).as_bytes())?;
        Ok(self.check != Check::Always)
    }
}
