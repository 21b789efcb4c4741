//! The search for a short edit script: Myers' divide and conquer over diagonals, with git's
//! limits, which give up the shortest script where it would cost too much.

use super::prune::{Kept, rough_root};

/// How hard a search tries.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    /// After this many rounds the best point so far is taken; larger files get more.
    pub(super) least_rounds: i64,
    /// Whether a long run of equal lines may end a search early.
    pub(super) guesses: bool,
    /// Whether the shortest script is wanted, whatever it costs.
    pub(super) shortest: bool,
}

impl Effort {
    /// As git tries.
    pub(super) const GIT: Self = Self { least_rounds: 256, guesses: true, shortest: false };
}

/// Marks the lines of both files that are not matched. `charge` is told of the diagonals looked at
/// and may end the search.
pub(super) fn mark<E>(
    (old, new): (&Kept, &Kept),
    (old_marks, new_marks): (&mut [bool], &mut [bool]),
    effort: Effort,
    charge: &mut dyn FnMut(u64) -> Result<(), E>,
) -> Result<(), E> {
    let diagonals = old.classes.len() + new.classes.len() + 3;
    let mut search = Search {
        old: &old.classes,
        new: &new.classes,
        forward: Furthest::new(diagonals, new.classes.len()),
        backward: Furthest::new(diagonals, new.classes.len()),
        most_rounds: i64::from(rough_root(diagonals)).max(effort.least_rounds),
        guesses: effort.guesses,
    };
    // A list instead of recursion: the depth depends on the input and the guest's stack is small.
    let whole =
        Area { old: (0, old.classes.len() as i32), new: (0, new.classes.len() as i32), shortest: effort.shortest };
    let mut areas = vec![whole];
    while let Some(area) = areas.pop() {
        let area = search.shrink(area);
        if area.old.0 == area.old.1 {
            (area.new.0..area.new.1).for_each(|at| new_marks[new.places[at as usize] as usize] = true);
        } else if area.new.0 == area.new.1 {
            (area.old.0..area.old.1).for_each(|at| old_marks[old.places[at as usize] as usize] = true);
        } else {
            let split = search.split(&area, charge)?;
            areas.push(Area {
                old: (split.old, area.old.1),
                new: (split.new, area.new.1),
                shortest: split.shortest_after,
            });
            areas.push(Area {
                old: (area.old.0, split.old),
                new: (area.new.0, split.new),
                shortest: split.shortest_before,
            });
        }
    }
    Ok(())
}

/// More matching lines in a row than this make a diagonal interesting.
const LONG_RUN: i32 = 20;
/// From this many rounds on an interesting diagonal ends the search.
const ROUNDS_BEFORE_GUESSING: i64 = 256;
/// How many lines a round must have gained on average for a guess.
const GAIN_PER_ROUND: i64 = 4;

/// A diagonal that the search from the end has not reached; half the range, so that a step from it
/// does not overflow.
const UNREACHED: i32 = i32::MAX / 2;

/// A part of both files, as half-open ranges.
struct Area {
    old: (i32, i32),
    new: (i32, i32),
    /// Whether guessing is off.
    shortest: bool,
}

/// A point that an edit script passes.
struct Split {
    old: i32,
    new: i32,
    shortest_before: bool,
    shortest_after: bool,
}

/// The furthest old line reached on each diagonal (old line minus new line).
struct Furthest {
    reached: Vec<i32>,
    /// Where diagonal 0 is.
    origin: i32,
    low: i32,
    high: i32,
}

impl Furthest {
    fn new(diagonals: usize, new_lines: usize) -> Self {
        Self { reached: vec![0; diagonals + 1], origin: new_lines as i32 + 1, low: 0, high: 0 }
    }

    fn start(&mut self, diagonal: i32, old: i32) {
        (self.low, self.high) = (diagonal, diagonal);
        self.set(diagonal, old);
    }

    fn get(&self, diagonal: i32) -> i32 {
        self.reached[(diagonal + self.origin) as usize]
    }

    fn set(&mut self, diagonal: i32, old: i32) {
        self.reached[(diagonal + self.origin) as usize] = old;
    }

    fn holds(&self, diagonal: i32) -> bool {
        (self.low..=self.high).contains(&diagonal)
    }

    /// One more diagonal on either side, or one fewer where the area ends; `outside` loses every
    /// comparison.
    fn widen(&mut self, lowest: i32, highest: i32, outside: i32) {
        if self.low > lowest {
            self.low -= 1;
            self.set(self.low - 1, outside);
        } else {
            self.low += 1;
        }
        if self.high < highest {
            self.high += 1;
            self.set(self.high + 1, outside);
        } else {
            self.high -= 1;
        }
    }

    /// How many diagonals lie between the outermost in use.
    fn width(&self) -> u64 {
        (self.high - self.low).unsigned_abs().into()
    }

    /// The diagonals in use, from the highest, every other one.
    fn in_use(&self) -> impl Iterator<Item = i32> + use<> {
        let low = self.low;
        (low..=self.high).rev().step_by(2)
    }
}

struct Search<'a> {
    old: &'a [u32],
    new: &'a [u32],
    forward: Furthest,
    backward: Furthest,
    most_rounds: i64,
    guesses: bool,
}

impl Search<'_> {
    fn matches(&self, old: i32, new: i32) -> bool {
        self.old[old as usize] == self.new[new as usize]
    }

    /// The area without equal lines at its start and end.
    fn shrink(&self, mut area: Area) -> Area {
        while area.old.0 < area.old.1 && area.new.0 < area.new.1 && self.matches(area.old.0, area.new.0) {
            area.old.0 += 1;
            area.new.0 += 1;
        }
        while area.old.0 < area.old.1 && area.new.0 < area.new.1 && self.matches(area.old.1 - 1, area.new.1 - 1) {
            area.old.1 -= 1;
            area.new.1 -= 1;
        }
        area
    }

    fn split<E>(&mut self, area: &Area, charge: &mut dyn FnMut(u64) -> Result<(), E>) -> Result<Split, E> {
        let (lowest, highest) = (area.old.0 - area.new.1, area.old.1 - area.new.0);
        let first = area.old.0 - area.new.0;
        let last = area.old.1 - area.new.1;
        let odd = (first - last) & 1 != 0;
        self.forward.start(first, area.old.0);
        self.backward.start(last, area.old.1);
        let mut round = 1;
        loop {
            charge(2 * self.forward.width())?;
            self.forward.widen(lowest, highest, -1);
            let (met, mut long_run) = self.go_forward(area, odd);
            if let Some((old, new)) = met {
                return Ok(Split { old, new, shortest_before: true, shortest_after: true });
            }
            self.backward.widen(lowest, highest, UNREACHED);
            let (met, long_run_back) = self.go_backward(area, !odd);
            long_run |= long_run_back;
            if let Some((old, new)) = met {
                return Ok(Split { old, new, shortest_before: true, shortest_after: true });
            }
            if !area.shortest {
                if self.guesses && long_run && round > ROUNDS_BEFORE_GUESSING {
                    if let Some((old, new)) = self.guess_forward(area, first, round) {
                        return Ok(Split { old, new, shortest_before: true, shortest_after: false });
                    }
                    if let Some((old, new)) = self.guess_backward(area, last, round) {
                        return Ok(Split { old, new, shortest_before: false, shortest_after: true });
                    }
                }
                if round >= self.most_rounds {
                    return Ok(self.give_up(area));
                }
            }
            round += 1;
        }
    }

    /// One round from the start. The point where it meets the search from the end, if it `may_meet`
    /// it, and whether it found a long run of equal lines.
    fn go_forward(&mut self, area: &Area, may_meet: bool) -> (Option<(i32, i32)>, bool) {
        let mut long_run = false;
        for diagonal in self.forward.in_use() {
            let (below, above) = (self.forward.get(diagonal - 1), self.forward.get(diagonal + 1));
            let start = if below >= above { below + 1 } else { above };
            let (mut old, mut new) = (start, start - diagonal);
            while old < area.old.1 && new < area.new.1 && self.matches(old, new) {
                old += 1;
                new += 1;
            }
            long_run |= old - start > LONG_RUN;
            self.forward.set(diagonal, old);
            if may_meet && self.backward.holds(diagonal) && self.backward.get(diagonal) <= old {
                return (Some((old, new)), long_run);
            }
        }
        (None, long_run)
    }

    /// One round from the end.
    fn go_backward(&mut self, area: &Area, may_meet: bool) -> (Option<(i32, i32)>, bool) {
        let mut long_run = false;
        for diagonal in self.backward.in_use() {
            let (below, above) = (self.backward.get(diagonal - 1), self.backward.get(diagonal + 1));
            let start = if below < above { below } else { above - 1 };
            let (mut old, mut new) = (start, start - diagonal);
            while old > area.old.0 && new > area.new.0 && self.matches(old - 1, new - 1) {
                old -= 1;
                new -= 1;
            }
            long_run |= start - old > LONG_RUN;
            self.backward.set(diagonal, old);
            if may_meet && self.forward.holds(diagonal) && old <= self.forward.get(diagonal) {
                return (Some((old, new)), long_run);
            }
        }
        (None, long_run)
    }

    /// The point that came furthest from the start at the end of a long run.
    fn guess_forward(&self, area: &Area, middle: i32, round: i64) -> Option<(i32, i32)> {
        let mut best = (0, None);
        for diagonal in self.forward.in_use() {
            let old = self.forward.get(diagonal);
            let new = old - diagonal;
            let gain = i64::from(old - area.old.0) + i64::from(new - area.new.0) - i64::from((diagonal - middle).abs());
            let inside =
                area.old.0 + LONG_RUN <= old && old < area.old.1 && area.new.0 + LONG_RUN <= new && new < area.new.1;
            if gain > GAIN_PER_ROUND * round
                && gain > best.0
                && inside
                && (1..=LONG_RUN).all(|back| self.matches(old - back, new - back))
            {
                best = (gain, Some((old, new)));
            }
        }
        best.1
    }

    /// The point that came furthest from the end at the start of a long run.
    fn guess_backward(&self, area: &Area, middle: i32, round: i64) -> Option<(i32, i32)> {
        let mut best = (0, None);
        for diagonal in self.backward.in_use() {
            let old = self.backward.get(diagonal);
            let new = i64::from(old) - i64::from(diagonal);
            let gain = i64::from(area.old.1) - i64::from(old) + i64::from(area.new.1)
                - new
                - i64::from((diagonal - middle).abs());
            let inside = area.old.0 < old
                && old <= area.old.1 - LONG_RUN
                && i64::from(area.new.0) < new
                && new <= i64::from(area.new.1 - LONG_RUN);
            if gain > GAIN_PER_ROUND * round
                && gain > best.0
                && inside
                && (0..LONG_RUN).all(|ahead| self.matches(old + ahead, new as i32 + ahead))
            {
                best = (gain, Some((old, new as i32)));
            }
        }
        best.1
    }

    /// The point that came furthest from either side.
    fn give_up(&self, area: &Area) -> Split {
        let mut from_start = (-1_i64, -1);
        for diagonal in self.forward.in_use() {
            let mut old = self.forward.get(diagonal).min(area.old.1);
            let mut new = old - diagonal;
            if area.new.1 < new {
                (old, new) = (area.new.1 + diagonal, area.new.1);
            }
            let sum = i64::from(old) + i64::from(new);
            if from_start.0 < sum {
                from_start = (sum, old);
            }
        }
        let mut from_end = (i64::MAX, i32::MAX);
        for diagonal in self.backward.in_use() {
            let mut old = self.backward.get(diagonal).max(area.old.0);
            // A diagonal that was never reached is far outside.
            let mut new = i64::from(old) - i64::from(diagonal);
            if new < i64::from(area.new.0) {
                (old, new) = (area.new.0 + diagonal, i64::from(area.new.0));
            }
            let sum = i64::from(old) + new;
            if sum < from_end.0 {
                from_end = (sum, old);
            }
        }
        let all = i64::from(area.old.1) + i64::from(area.new.1);
        let none = i64::from(area.old.0) + i64::from(area.new.0);
        if all - from_end.0 < from_start.0 - none {
            let new = (from_start.0 - i64::from(from_start.1)) as i32;
            Split { old: from_start.1, new, shortest_before: true, shortest_after: false }
        } else {
            let new = (from_end.0 - i64::from(from_end.1)) as i32;
            Split { old: from_end.1, new, shortest_before: false, shortest_after: true }
        }
    }
}
