//! The profiles of SWE-agent. Their tools are programs of a persistent bash session; a function
//! call becomes a command line first, as the scaffold's argument formats say, so quoting has the
//! scaffold's own oddities.

mod action;
mod editor;
mod latest;
mod signature;
mod smith;
mod version_06;
mod windowed;

pub use editor::{EDITOR, NAME as EDITOR_NAME};
pub use latest::Latest;
pub use smith::{NAME as SMITH_NAME, SMITH};
pub use version_06::{NAME as NAME_06, SweAgent06};
pub use windowed::{NAME, WINDOWED};

use super::ProfileState;
use crate::budget::Stoppable;
use crate::commands::Command;
use crate::machine::{Descriptors, Machine};
use crate::shell::{ShellKind, ShellState, run_script};
use crate::step::Observation;
use crate::window::{Dialect, Window};
use crate::workspace::VirtualPath;

/// What the tools remember.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct State {
    /// The one shell of the session.
    pub shell: ShellState,
    /// The window on the open file, where the profile has one.
    pub window: Window,
}

/// Exported in every session of 1.x (`env_variables` of its default settings).
const VARIABLES: [(&str, &str); 6] = [
    ("GIT_PAGER", "cat"),
    ("LESS", "-R"),
    ("MANPAGER", "cat"),
    ("PAGER", "cat"),
    ("PIP_PROGRESS_BAR", "off"),
    ("TQDM_DISABLE", "1"),
];

fn initial_state(root: &VirtualPath, dialect: Dialect, variables: &[(&str, &str)]) -> ProfileState {
    let mut shell = ShellState::new(root);
    variables.iter().for_each(|(name, value)| shell.export(name.as_bytes(), value.as_bytes()));
    ProfileState::SweAgent(Box::new(State { shell, window: Window::new(dialect) }))
}

/// The state of a profile of this module, or what to answer when it is another's.
fn own_state(state: &mut ProfileState) -> Result<&mut State, Observation> {
    match state {
        ProfileState::SweAgent(state) => Ok(state),
        _ => Err(super::foreign_state()),
    }
}

impl State {
    /// Runs a text in the session's shell with `tools` among its programs; what it printed, and
    /// its exit status.
    fn run(
        &mut self,
        machine: &mut Machine<'_>,
        tools: &'static [&'static Command],
        text: &[u8],
    ) -> Stoppable<(Vec<u8>, u8)> {
        machine.tools = tools;
        machine.window = std::mem::take(&mut self.window);
        let terminal = machine.streams.buffer();
        if machine.terminal != crate::machine::Terminal::Pipe {
            machine.streams.set_terminal(terminal);
        }
        let input = machine.streams.null();
        let descriptors = Descriptors::standard(input, terminal, terminal);
        let status = run_script(machine, &mut self.shell, ShellKind::Interactive, text, &descriptors);
        self.window = std::mem::take(&mut machine.window);
        let output = machine.streams.take(terminal);
        Ok((output, status?))
    }

    /// The last lines of an observation: what the prompt of the scaffold shows.
    fn prompt(&self) -> String {
        let directory = self.shell.directory().display();
        format!(
            "(Open file: {})\n(Current directory: {})\nbash-$",
            self.window.shown_file(),
            String::from_utf8_lossy(&directory)
        )
    }
}
