//! Drops lines that cannot help the search, as git does before it compares: lines that the other
//! file lacks, and frequent lines in the middle of such lines.

/// The lines of one file that take part in the search.
pub(super) struct Kept {
    /// Their classes.
    pub(super) classes: Vec<u32>,
    /// Their places in the file.
    pub(super) places: Vec<u32>,
}

/// How often a line occurs in the other file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Occurs {
    Never,
    Sometimes,
    Often,
}

/// A frequent line looks at most this far for neighbours that decide about it.
const WINDOW: usize = 100;
/// A line is frequent from this count on, however long the file is.
const OFTEN_AT_MOST: u32 = 1024;

/// Keeps the useful lines among `start..end` of a file; `marks` gets a `true` for each other one.
///
/// `others` is how often each class occurs in the whole other file.
pub(super) fn keep(file: &[u32], start: usize, end: usize, others: &[u32], marks: &mut [bool]) -> Kept {
    let often = rough_root(file.len()).min(OFTEN_AT_MOST);
    let occurs: Vec<Occurs> = file[start..end]
        .iter()
        .map(|&class| match others[class as usize] {
            0 => Occurs::Never,
            count if count >= often => Occurs::Often,
            _ => Occurs::Sometimes,
        })
        .collect();
    let mut kept = Kept { classes: Vec::with_capacity(end - start), places: Vec::with_capacity(end - start) };
    for (at, &occur) in occurs.iter().enumerate() {
        let useful = match occur {
            Occurs::Sometimes => true,
            Occurs::Never => false,
            Occurs::Often => !is_lost_among_unmatched(&occurs, at),
        };
        if useful {
            kept.classes.push(file[start + at]);
            kept.places.push((start + at) as u32);
        } else {
            marks[start + at] = true;
        }
    }
    kept
}

/// Whether the frequent line at `at` stands between unmatched lines which outnumber the frequent
/// ones three to one.
fn is_lost_among_unmatched(occurs: &[Occurs], at: usize) -> bool {
    let before = run(occurs[at.saturating_sub(WINDOW)..at].iter().rev());
    if before.0 == 0 {
        return false;
    }
    let after = run(occurs[at + 1..occurs.len().min(at + 1 + WINDOW)].iter());
    if after.0 == 0 {
        return false;
    }
    let unmatched = before.0 + after.0;
    // Both directions count the line itself.
    let frequent = before.1 + after.1 + 2;
    frequent * 4 < frequent + unmatched
}

/// Unmatched and frequent lines up to the first other one.
fn run<'a>(occurs: impl Iterator<Item = &'a Occurs>) -> (usize, usize) {
    let mut counts = (0, 0);
    for occur in occurs {
        match occur {
            Occurs::Never => counts.0 += 1,
            Occurs::Often => counts.1 += 1,
            Occurs::Sometimes => break,
        }
    }
    counts
}

/// A power of two near the square root, never below it.
pub(super) fn rough_root(number: usize) -> u32 {
    let mut left = number;
    let mut root = 1;
    while left > 0 {
        root <<= 1;
        left >>= 2;
    }
    root
}
