//! Where the window stands, and which lines it shows: the arithmetic of both generations.

use super::{Dialect, OVERLAP, WINDOW};

/// What a window shows of a file of `total` lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    /// Lines above, as the tool counts them.
    pub(super) above: i64,
    /// The first line shown, from 0.
    pub(super) first: i64,
    /// The line after the last one shown, from 0.
    pub(super) end: i64,
    /// Lines below, as the tool counts them.
    pub(super) below: i64,
}

/// Keeps the place inside the file.
pub(super) fn clamp(dialect: Dialect, position: i64, total: i64, size: i64) -> i64 {
    match dialect {
        Dialect::Middle => position.min(total - size / 2).max(size / 2),
        Dialect::First => position.min(total - size).max(0),
    }
}

/// The place that shows `line` (from 1) a sixth below the window's top.
pub(super) fn at_line(dialect: Dialect, line: i64) -> i64 {
    match dialect {
        Dialect::Middle => (line + WINDOW / 2 - WINDOW / 6).max(1),
        // `int(line - 1 - 100 / 6)` of Python cuts towards zero.
        Dialect::First => (6 * (line - 1) - WINDOW) / 6,
    }
}

/// The place one window further down, or up.
pub(super) fn scrolled(position: i64, down: bool) -> i64 {
    if down { position + WINDOW - OVERLAP } else { position - WINDOW + OVERLAP }
}

/// The lines that a window of `size` lines shows.
pub(super) fn shown(dialect: Dialect, position: i64, total: i64, size: i64) -> Shown {
    match dialect {
        Dialect::First => {
            let end = (position + size).min(total);
            Shown { above: position, first: position, end, below: (total - end).max(0) }
        }
        Dialect::Middle => {
            // All in halves of lines: the view around a refused edit may have an odd size.
            let above = (2 * position - size).max(0) / 2;
            let below = ((2 * (total - position) - size).max(0) + 1) / 2;
            let end = (2 * position + size).max(size) / 2;
            let end = end.min(total);
            Shown { above, first: (end - size).max(0), end, below }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First and last line shown, from 1, as the scaffold's own files print them.
    fn goto(dialect: Dialect, line: i64, total: i64) -> (i64, i64) {
        let position = clamp(dialect, at_line(dialect, line), total, WINDOW);
        let shown = shown(dialect, position, total, WINDOW);
        (shown.first + 1, shown.end)
    }

    #[test]
    fn generations_count_differently() {
        assert_eq!(goto(Dialect::Middle, 150, 300), (135, 234));
        assert_eq!(goto(Dialect::First, 150, 300), (133, 232));
        for dialect in [Dialect::Middle, Dialect::First] {
            assert_eq!(goto(dialect, 1, 300), (1, 100));
            assert_eq!(goto(dialect, 299, 300), (201, 300));
            assert_eq!(goto(dialect, 5, 20), (1, 20));
            assert_eq!(goto(dialect, 1, 0), (1, 0));
        }
    }

    #[test]
    fn an_odd_window_is_rounded_as_jq_and_head_do() {
        let shown = shown(Dialect::Middle, 20, 100, 15);
        assert_eq!(shown, Shown { above: 12, first: 12, end: 27, below: 73 });
    }
}
