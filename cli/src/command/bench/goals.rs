//! The goals that the project has set itself, each beside what this run measured.

use sparring_runtime::bench::{CLASSES, INDEXED};

use super::report::{Report, Row};

/// One goal.
#[derive(Debug, serde::Serialize)]
pub(super) struct Goal {
    name: String,
    /// What was measured; nothing when the run was void or left it out.
    measured: Option<f64>,
    limit: f64,
    unit: &'static str,
    /// Whether more is better.
    is_floor: bool,
    holds: Option<bool>,
}

impl Goal {
    fn at_most(name: &str, measured: Option<f64>, limit: f64, unit: &'static str) -> Self {
        let holds = measured.map(|measured| measured <= limit);
        Self { name: name.into(), measured, limit, unit, is_floor: false, holds }
    }

    fn at_least(name: &str, measured: Option<f64>, limit: f64, unit: &'static str) -> Self {
        let holds = measured.map(|measured| measured >= limit);
        Self { name: name.into(), measured, limit, unit, is_floor: true, holds }
    }

    /// The goal as cells of a table.
    pub(super) fn cells(&self) -> Vec<String> {
        let verdict = match (self.holds, self.measured) {
            (Some(true), _) => "holds".into(),
            (Some(false), Some(measured)) => {
                let share = 100.0 * (measured / self.limit - 1.0);
                format!("missed by {:.2} {} ({share:+.0} %)", (measured - self.limit).abs(), self.unit)
            }
            _ => "void: the control did not scale".into(),
        };
        let bound = if self.is_floor { ">=" } else { "<=" };
        let measured = self.measured.map_or("-".into(), |measured| format!("{measured:.2}"));
        vec![self.name.clone(), measured, format!("{bound} {:.2}", self.limit), self.unit.into(), verdict]
    }
}

/// The most that an index may weigh, of the text.
const INDEX_PERCENT: f64 = 40.0;

/// Holds the figures of a run to the goals. Those of parts that the run left out are left out.
pub(super) fn judge(report: &mut Report) {
    let mut goals = Vec::new();
    for (name, row) in [
        ("empty step", report.step("empty step (think)")),
        ("empty step after a full scan", report.step("empty step after a full scan")),
    ] {
        let Some(row) = row else { continue };
        goals.push(Goal::at_most(&format!("{name}, strict"), strict(row), 20.0, "us"));
        goals.push(Goal::at_most(&format!("{name}, resident"), resident(row), 3.0, "us"));
    }
    if let Some(view) = report.step("view 100 lines") {
        let native = 3.0 * view.native.map_or(0.0, |native| native.median_us);
        goals.push(Goal::at_most("view of 100 lines, strict", strict(view), 20.0 + native, "us"));
        goals.push(Goal::at_most("view of 100 lines, resident", resident(view), 3.0 + native, "us"));
    }
    goals.extend(searches(report));
    if let Some(fork) = report.sessions.iter().find(|row| row.name == "fork").and_then(|row| row.native) {
        goals.push(Goal::at_most("fork", Some(fork.median_us), 5.0, "us"));
    }
    goals.push(Goal::at_most("search index", Some(report.index_percent), INDEX_PERCENT, "% of the text"));
    if let Some(memory) = &report.memory {
        goals.push(Goal::at_most("memory of a session", Some(memory.bytes_per_session / 1024.0), 6.0, "KiB"));
    }
    if let Some(images) = &report.images {
        goals.push(Goal::at_most("build of a 30 MB image", Some(images.build.median_us / 1e6), 1.0, "s"));
        goals.push(Goal::at_most("open of a trusted image", Some(images.open.median_us / 1e3), 5.0, "ms"));
    }
    for threads in &report.threads {
        let floor = if threads.policy == "strict" { 0.7 } else { 0.9 };
        let name = format!("two threads, {}", threads.policy);
        goals.push(Goal::at_least(&name, threads.of_control, floor, "of control"));
    }
    report.goals = goals;
}

/// What the search index promises, and that no class of patterns suffers from the sandbox.
fn searches(report: &Report) -> Vec<Goal> {
    let mut goals = Vec::new();
    for (name, scan) in INDEXED {
        let (Some(row), Some(scan)) = (report.step(name), report.step(scan)) else { continue };
        goals.push(Goal::at_most(&format!("{name}, strict"), strict(row).map(|us| us / 1e3), 1.5, "ms"));
        let gain = strict(scan).zip(strict(row)).map(|(scan, indexed)| scan / indexed);
        goals.push(Goal::at_least(&format!("{name}, gain"), gain, 10.0, "x the scan"));
    }
    for name in CLASSES {
        let Some(row) = report.step(name) else { continue };
        let ratio = resident(row).zip(row.native).map(|(ours, native)| ours / native.median_us);
        goals.push(Goal::at_most(name, ratio, 4.0, "x native"));
    }
    goals
}

fn strict(row: &Row) -> Option<f64> {
    row.strict.map(|latency| latency.median_us)
}

fn resident(row: &Row) -> Option<f64> {
    row.resident.map(|latency| latency.median_us)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_tells_by_how_much_it_is_missed() {
        let missed = Goal::at_most("step", Some(4.5), 3.0, "us").cells();
        assert_eq!(missed, ["step", "4.50", "<= 3.00", "us", "missed by 1.50 us (+50 %)"]);
        assert_eq!(Goal::at_least("threads", Some(0.95), 0.9, "of control").cells()[4], "holds");
        assert_eq!(Goal::at_least("threads", None, 0.9, "of control").cells()[4], "void: the control did not scale");
    }
}
