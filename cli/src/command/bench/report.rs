//! The figures of a run, for people and as JSON.

use std::path::Path;

use sparring_runtime::bench::{Latency, Scaling, SessionMemory};
use sparring_runtime::engine::Policy;
use sparring_runtime::image::Image;

use super::goals::Goal;
use super::images::ImageFigures;
use crate::table;

/// All figures of a run.
#[derive(Debug, serde::Serialize)]
pub(super) struct Report {
    pub(super) repository: String,
    pub(super) tree: String,
    pub(super) image_bytes: u64,
    /// The search index, in percent of the files' bytes.
    pub(super) index_percent: f64,
    pub(super) processors: usize,
    pub(super) steps: Vec<Row>,
    pub(super) sessions: Vec<Row>,
    pub(super) images: Option<ImageFigures>,
    pub(super) threads: Vec<ThreadFigures>,
    pub(super) memory: Option<MemoryFigures>,
    pub(super) goals: Vec<Goal>,
}

/// One operation.
#[derive(Debug, serde::Serialize)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) strict: Option<Latency>,
    pub(super) resident: Option<Latency>,
    /// The guest's function as machine code of this program.
    pub(super) native: Option<Latency>,
    /// The real programs in a running shell.
    pub(super) peer: Option<Latency>,
}

impl Row {
    /// Something that no policy and no guest has a part in.
    pub(super) fn plain(name: &str, latency: Latency) -> Self {
        Self { name: name.into(), strict: None, resident: None, native: Some(latency), peer: None }
    }
}

/// Steps on one thread and on two.
#[derive(Debug, serde::Serialize)]
pub(super) struct ThreadFigures {
    pub(super) policy: &'static str,
    #[serde(flatten)]
    pub(super) scaling: Scaling,
    /// The steps' gain over the control's; nothing when the control did not scale.
    pub(super) of_control: Option<f64>,
}

impl From<(Policy, Scaling)> for ThreadFigures {
    fn from((policy, scaling): (Policy, Scaling)) -> Self {
        let policy = match policy {
            Policy::Strict => "strict",
            Policy::Resident => "resident",
        };
        Self { policy, scaling, of_control: scaling.of_control() }
    }
}

/// Memory of live sessions.
#[derive(Debug, serde::Serialize)]
pub(super) struct MemoryFigures {
    #[serde(flatten)]
    pub(super) memory: SessionMemory,
    pub(super) bytes_per_session: f64,
}

impl From<SessionMemory> for MemoryFigures {
    fn from(memory: SessionMemory) -> Self {
        Self { memory, bytes_per_session: memory.bytes_per_session() }
    }
}

impl Report {
    pub(super) fn new(image: &Image, repository: Option<&Path>) -> Self {
        Self {
            repository: repository.map_or("generated".into(), |path| path.display().to_string()),
            tree: image.tree_digest().to_string(),
            image_bytes: image.len(),
            index_percent: 100.0 * image.view().index_bytes() as f64 / image.view().content().len().max(1) as f64,
            processors: std::thread::available_parallelism().map_or(1, usize::from),
            steps: Vec::new(),
            sessions: Vec::new(),
            images: None,
            threads: Vec::new(),
            memory: None,
            goals: Vec::new(),
        }
    }

    /// The row of an operation.
    pub(super) fn step(&self, name: &str) -> Option<&Row> {
        self.steps.iter().find(|row| row.name == name)
    }

    /// Prints tables.
    pub(super) fn print(&self) {
        let megabytes = self.image_bytes as f64 / 1e6;
        println!("{}: an image of {megabytes:.1} MB, {} processors", self.repository, self.processors);
        println!("microseconds, median and 99 of 100; native: the guest's function without a sandbox;");
        println!("real: the GNU programs in a running bash, where they print the same\n");
        let heading = ["step", "strict", "p99", "resident", "p99", "native", "p99", "real", "p99"];
        let rows: Vec<_> = self.steps.iter().map(cells).collect();
        table::print(&heading, &rows);
        println!();
        let rows: Vec<_> =
            self.sessions.iter().map(|row| [vec![row.name.clone()], pair(&row.native)].concat()).collect();
        table::print(&["session", "median", "p99"], &rows);
        if let Some(images) = &self.images {
            let mut rows = vec![
                [vec!["build 30 MB".into(), String::new(), String::new()], pair(&Some(images.build))].concat(),
                [vec!["open, trusted".into(), String::new(), String::new()], pair(&Some(images.open))].concat(),
            ];
            for turns in &images.turns {
                let name = format!("empty step, {} images by turns", turns.images);
                rows.push([vec![name], pair(&Some(turns.strict)), pair(&Some(turns.resident))].concat());
            }
            println!();
            table::print(&["images", "strict", "p99", "resident", "p99"], &rows);
        }
        self.print_threads_and_memory();
        println!();
        let rows: Vec<_> = self.goals.iter().map(Goal::cells).collect();
        table::print(&["goal", "measured", "limit", "", ""], &rows);
    }

    fn print_threads_and_memory(&self) {
        let rows = self.threads.iter().map(|threads| {
            vec![
                threads.policy.to_owned(),
                format!("{:.0}", threads.scaling.one),
                format!("{:.0}", threads.scaling.two),
                format!("{:.2}", threads.scaling.two / threads.scaling.one),
                format!("{:.2}", threads.scaling.control),
            ]
        });
        if !self.threads.is_empty() {
            println!();
            table::print(
                &["threads", "steps/s on 1", "on 2", "gain", "gain of a spin loop"],
                &rows.collect::<Vec<_>>(),
            );
        }
        if let Some(MemoryFigures { memory, bytes_per_session }) = &self.memory {
            println!(
                "\nmemory  {bytes_per_session:.0} bytes for each of {} sessions after {} (their own count: {:.0})",
                memory.many, memory.few, memory.own_bytes
            );
        }
    }
}

fn cells(row: &Row) -> Vec<String> {
    [vec![row.name.clone()], pair(&row.strict), pair(&row.resident), pair(&row.native), pair(&row.peer)].concat()
}

fn pair(latency: &Option<Latency>) -> Vec<String> {
    match latency {
        Some(latency) => vec![micros(latency.median_us), micros(latency.p99_us)],
        None => vec![String::new(); 2],
    }
}

fn micros(micros: f64) -> String {
    match micros {
        ..10.0 => format!("{micros:.2}"),
        ..1000.0 => format!("{micros:.1}"),
        _ => format!("{micros:.0}"),
    }
}
