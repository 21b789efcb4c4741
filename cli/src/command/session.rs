//! `sparring session`: a session on standard input and output, for any language.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};
use sparring_guest::profile;
use sparring_guest::step::{CallSyntax, Observation, RawCall, Settings, Status};
use sparring_runtime::effect::Effects;
use sparring_runtime::engine::Policy;
use sparring_runtime::session::{Base, Session, Stepper, VariedProfile, step_digest};
use sparring_tree::Digest;

use crate::{CommandError, place};

/// The arguments of `sparring session`.
#[derive(Debug, clap::Args)]
#[command(after_help = "In, one JSON object a line:\n  \
    {\"tool\": \"execute_bash\", \"arguments\": {\"command\": \"ls\"}}\n  \
    {\"control\": \"tools\" | \"diff\" | \"finish\"}\n  \
    {\"control\": \"fork\", \"as\": \"b\"}   {\"control\": \"use\", \"session\": \"b\"}\n\
    {\"reply\": \"a model's whole reply, its calls in the profile's syntax\"}\n\
    An element of OpenAI's tool_calls is a call as well. The first session is called `main`.")]
pub(crate) struct Arguments {
    /// A directory, a git repository, a tar, tar.gz, zip or wheel.
    #[arg(long)]
    repo: PathBuf,
    /// A commit of the repository.
    #[arg(long)]
    commit: Option<String>,
    /// A manifest (TOML) of what the container's image has and the commit lacks; may be given several times.
    #[arg(long = "layer", value_name = "MANIFEST")]
    layers: Vec<PathBuf>,
    /// The tools: a profile's name, or a TOML file that varies one.
    #[arg(long, default_value = "openhands")]
    profile: String,
    /// Where the session sees the repository.
    #[arg(long, default_value = "/testbed")]
    root: String,
}

/// The longest line that is read; bytes.
const LINE_BYTES: usize = 16 << 20;

pub(crate) fn run(arguments: &Arguments) -> Result<(), CommandError> {
    let (settings, syntax) = read_profile(&arguments.profile)?;
    let settings = Settings { root: arguments.root.clone(), ..settings };
    // Before the source is read, which may take a while.
    Base::check(&settings).map_err(|error| CommandError::Usage(error.to_string()))?;
    let opened =
        place::image(&place::layered_source(&arguments.repo, arguments.commit.as_deref(), &arguments.layers)?)?;
    let base = Base::new(opened.image, settings).map_err(|error| CommandError::Usage(error.to_string()))?;
    let stepper = Stepper::new(&place::engine()?, Policy::Resident, Arc::new(Effects::default()));
    let sessions = BTreeMap::from([("main".to_owned(), Seat::Live(Session::new(base)))]);
    let mut server = Server { stepper, sessions, current: "main".into(), syntax };
    let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
    let mut line = Vec::new();
    loop {
        line.clear();
        if read_line(&mut input, &mut line)? == 0 {
            return Ok(());
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let answer = server.answer(&line)?;
        writeln!(output, "{answer}")?;
        output.flush()?;
    }
}

/// The settings of a profile's name or of a file, and how its models write calls.
fn read_profile(profile: &str) -> Result<(Settings, Option<CallSyntax>), CommandError> {
    if !profile.ends_with(".toml") {
        let syntax = profile::find(profile).and_then(|profile| profile.syntax());
        return Ok((Settings { profile: profile.to_owned(), ..Settings::default() }, syntax));
    }
    let usage = |error: String| CommandError::Usage(format!("{profile}: {error}"));
    let text = std::fs::read_to_string(profile).map_err(|error| usage(error.to_string()))?;
    let varied = VariedProfile::from_toml(&text).map_err(|error| usage(error.to_string()))?;
    Ok((varied.settings, varied.syntax))
}

/// Reads a line; of one that is too long only the start, which is then no JSON.
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<usize> {
    let mut total = 0;
    loop {
        let available = input.fill_buf()?;
        if available.is_empty() {
            return Ok(total);
        }
        let end = available.iter().position(|&byte| byte == b'\n').map(|at| at + 1);
        let length = end.unwrap_or(available.len());
        if line.len() <= LINE_BYTES {
            line.extend_from_slice(&available[..length]);
        }
        input.consume(length);
        total += length;
        if end.is_some() {
            return Ok(total);
        }
    }
}

enum Seat {
    Live(Session),
    /// After `finish`: what it was, to go on answering that it has ended.
    Ended {
        steps: u32,
        files: Digest,
    },
}

struct Server {
    stepper: Stepper,
    sessions: BTreeMap<String, Seat>,
    current: String,
    /// How models write calls into a reply.
    syntax: Option<CallSyntax>,
}

impl Server {
    fn answer(&mut self, line: &[u8]) -> Result<Value, CommandError> {
        if line.len() > LINE_BYTES {
            return Ok(self.bad_call(&format!("a line of more than {LINE_BYTES} bytes")));
        }
        let value: Value = match serde_json::from_slice(line) {
            Ok(value) => value,
            Err(error) => return Ok(self.bad_call(&format!("not a JSON object: {error}"))),
        };
        if let Some(control) = value.get("control") {
            return self.control(control, &value);
        }
        if let Some(reply) = value.get("reply") {
            return self.reply(reply);
        }
        match read_call(&value) {
            Ok((tool, arguments)) => self.call(&tool, &arguments),
            Err(error) => Ok(self.bad_call(&error)),
        }
    }

    /// An answer in the form of a step to a line that is no call. It changes nothing and takes no
    /// step.
    fn bad_call(&self, error: &str) -> Value {
        self.aside(format!("ERROR: {error}"), Status::BadCall)
    }

    /// An answer that no step has given, in the form of one.
    fn aside(&self, text: String, status: Status) -> Value {
        let (steps, files) = self.whereabouts();
        let digest = files.map(|files| step_digest(&Observation::new(text.as_str(), status), &files).to_string());
        json!({
            "observation": text, "status": status.name(), "exit_code": null, "provenance": "exact",
            "step": steps, "step_us": 0.0, "digest": digest,
        })
    }

    fn whereabouts(&self) -> (u32, Option<Digest>) {
        match self.sessions.get(&self.current) {
            Some(Seat::Live(session)) => (session.steps(), session.files_digest().ok()),
            Some(Seat::Ended { steps, files }) => (*steps, Some(*files)),
            None => (0, None),
        }
    }

    fn call(&mut self, tool: &str, arguments: &str) -> Result<Value, CommandError> {
        let session = match self.sessions.get_mut(&self.current) {
            Some(Seat::Live(session)) => session,
            _ => {
                let text = "The session has finished; no further calls are answered.";
                return Ok(self.aside(text.into(), Status::Finished));
            }
        };
        let step = session.step(&mut self.stepper, &RawCall { tool, arguments }).map_err(CommandError::failed)?;
        let files = session.files_digest().map_err(CommandError::failed)?;
        let observation = &step.observation;
        Ok(json!({
            "observation": observation.text,
            "status": observation.status.name(),
            "exit_code": observation.exit_code,
            "provenance": observation.provenance.name(),
            "step": session.steps(),
            "step_us": (step.elapsed.as_nanos() as f64 / 100.0).round() / 10.0,
            "digest": step.digest_with(&files).to_string(),
        }))
    }

    /// A whole reply of a model: its calls one after the other, or what the model is told.
    fn reply(&mut self, reply: &Value) -> Result<Value, CommandError> {
        let Some(text) = reply.as_str() else { return Ok(self.bad_call("`reply` must be a string")) };
        let Some(syntax) = self.syntax else {
            return Ok(self.bad_call("this profile's calls are native; there is nothing to read in a reply"));
        };
        let calls = match syntax.parse(text) {
            Ok(calls) => calls,
            Err(problem) => return Ok(self.aside(problem, Status::BadCall)),
        };
        let mut steps = Vec::with_capacity(calls.len());
        for call in calls {
            let mut step = self.call(&call.tool, &call.arguments)?;
            step["call"] = json!({ "tool": call.tool, "arguments": call.arguments });
            steps.push(step);
        }
        match (steps.pop(), steps.is_empty()) {
            (Some(step), true) => Ok(step),
            (last, _) => {
                steps.extend(last);
                Ok(json!({ "steps": steps }))
            }
        }
    }

    fn control(&mut self, control: &Value, line: &Value) -> Result<Value, CommandError> {
        let refuse = |error: String| Ok(json!({ "control": control, "ok": false, "error": error }));
        let Some(name) = control.as_str() else { return refuse("`control` must be a string".into()) };
        let text = |key: &str| line.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        match name {
            "use" => {
                let Some(id) = text("session") else { return refuse("`session` names the session to use".into()) };
                if !self.sessions.contains_key(id) {
                    let known: Vec<_> = self.sessions.keys().map(String::as_str).collect();
                    return refuse(format!("no session `{id}`; there are: {}", known.join(", ")));
                }
                self.current = id.to_owned();
                return Ok(json!({ "control": "use", "ok": true, "session": id }));
            }
            "tools" | "diff" | "finish" | "fork" => {}
            other => return refuse(format!("unknown control `{other}`; known are: tools, diff, finish, fork, use")),
        }
        let Some(Seat::Live(session)) = self.sessions.get(&self.current) else {
            return refuse(format!("session `{}` has finished", self.current));
        };
        match name {
            "tools" => {
                let settings = session.base().settings();
                let tools = profile::find(&settings.profile)
                    .map_or_else(|| "[]".to_owned(), |profile| settings.variation.schemas(profile));
                let tools: Value = serde_json::from_str(&tools).map_err(CommandError::failed)?;
                Ok(json!({ "control": "tools", "ok": true, "tools": tools }))
            }
            "diff" => {
                let diff = session.diff().map_err(CommandError::failed)?;
                Ok(json!({ "control": "diff", "ok": true, "diff": String::from_utf8_lossy(&diff) }))
            }
            "fork" => {
                let Some(id) = text("as") else { return refuse("`as` names the new session".into()) };
                if self.sessions.contains_key(id) {
                    return refuse(format!("session `{id}` is there already"));
                }
                let fork = session.fork();
                self.sessions.insert(id.to_owned(), Seat::Live(fork));
                Ok(json!({ "control": "fork", "ok": true, "as": id }))
            }
            _ => {
                let finished = session.fork().finish().map_err(CommandError::failed)?;
                let diff = String::from_utf8_lossy(&finished.diff()).into_owned();
                let digest = finished.digest.to_string();
                let ended = Seat::Ended { steps: finished.steps, files: finished.digest };
                self.sessions.insert(self.current.clone(), ended);
                Ok(json!({ "control": "finish", "ok": true, "diff": diff, "digest": digest }))
            }
        }
    }
}

/// A call in either of its forms: tool and arguments as JSON text.
fn read_call(value: &Value) -> Result<(String, String), String> {
    let (name, arguments) = match value.get("function") {
        Some(function) => (function.get("name"), function.get("arguments")),
        None => (value.get("tool"), value.get("arguments")),
    };
    let name = name.and_then(Value::as_str).ok_or("a call has a string `tool`, or a `function` with a `name`")?;
    let arguments = match arguments {
        None | Some(Value::Null) => "{}".to_owned(),
        // OpenAI's interface writes the arguments as text.
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    Ok((name.to_owned(), arguments))
}
