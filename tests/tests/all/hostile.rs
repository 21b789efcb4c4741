//! Paths, links, patterns, scripts and outputs that mean harm, asserted as counts
//! and budgets. Archives and repositories that mean harm are the runtime's own tests.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use sparring_fuzz::{Call, Choices, NativeSession, hostile, oracle, sample};
use sparring_guest::limits::Limits;
use sparring_guest::step::{Settings, Status};
use sparring_runtime::engine::{Engine, EngineConfig, Policy};
use sparring_runtime::session::Stepper;
use sparring_tests::world::{self, PROFILES, limited, session, settings, shell, step, stepper};
use sparring_tree::{Node, Tree, TreeBuilder, TreeLimits, path};

/// Budgets that stop a runaway after a few milliseconds, in the proportions of the default ones.
fn small() -> Limits {
    Limits {
        scan_bytes: 8 << 20,
        match_steps: 200_000,
        pipe_bytes: 1 << 20,
        shell_steps: 2_000,
        overlay_files: 100,
        ..Limits::default()
    }
}

#[test]
fn no_path_leads_out() {
    // Something of the real machine that a leak would show.
    let folder = tempfile::tempdir().expect("a folder");
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "HOST-SECRET").expect("a file");
    let outside = secret.display().to_string();
    let image = sample::image();
    let mut choices = Choices::seeded(10);
    let (mut paths, mut written, mut statuses) = (0, 0, BTreeMap::new());
    while paths < 5_000 {
        let profile = PROFILES[paths % 2];
        let mut session = NativeSession::new(&image, settings(profile));
        for _ in 0..10 {
            let call = match choices.below(4) {
                0 if profile == "openhands" => hostile::editor_call(&mut choices),
                1 => Call::shell(profile, &format!("cat {}{outside}", "../".repeat(choices.below(9)))),
                2 => Call::shell(profile, &format!("ln -s {outside} l; cat l; echo x > l; cp l m; cat m")),
                _ => Call::shell(profile, &hostile::path_command(&mut choices)),
            };
            let observation = session.step(&call).unwrap_or_else(|fault| panic!("{fault}: {call:?}"));
            assert!(!observation.text.contains("HOST-SECRET"), "{call:?}");
            *statuses.entry(observation.status.name()).or_insert(0) += 1;
            paths += 1;
        }
        for (path, _) in session.decoded().expect("a state").overlay.iter() {
            path::check(path).unwrap_or_else(|error| panic!("{error}: {}", path.escape_ascii()));
            written += 1;
        }
    }
    assert!(written > 500, "only {written} paths were written to");
    assert_eq!(std::fs::read_to_string(&secret).expect("still there"), "HOST-SECRET");
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1);
    println!("{paths} calls, {written} paths written to, {statuses:?}");
}

/// A graph of links: chains of every length around the limit, loops, prefixes, absolute targets.
fn links(seed: u64) -> (Tree, usize) {
    let mut choices = Choices::seeded(seed);
    let mut builder = TreeBuilder::new(TreeLimits::default());
    let mut put = |path: String, node: Node| builder.insert(path.into_bytes(), node).expect("a good path");
    let link = |target: String| Node::Link { target: target.into_bytes().into() };
    put("end/file".into(), Node::File { executable: false, content: (&b"the end\n"[..]).into() });
    put("end2/file".into(), Node::File { executable: false, content: (&b"another end\n"[..]).into() });
    let hops = choices.between(1, 45);
    for hop in 0..hops {
        let target = if hop + 1 == hops { "end/file".to_owned() } else { format!("hop{}", hop + 1) };
        put(format!("hop{hop}"), link(target));
    }
    for name in 0..6 {
        let target = match choices.below(9) {
            0 => format!("mix{}", choices.below(6)),
            1 => format!("/testbed/mix{}", choices.below(6)),
            2 => "../../../../etc/passwd".into(),
            3 => "/".into(),
            4 => format!("end/../mix{}/", choices.below(6)),
            5 => "end/".into(),
            6 => ".".into(),
            7 => "..".into(),
            _ => "end/file/".into(),
        };
        put(format!("mix{name}"), link(target));
    }
    (builder.finish().expect("a tree"), hops)
}

#[test]
fn links_are_followed_forty_times_and_never_out() {
    let (mut through, mut refused) = (0, 0);
    for seed in 0..200 {
        let (tree, hops) = links(seed);
        let facts: Vec<_> =
            tree.entries().iter().map(|entry| sparring_tree::image::FileFacts::of(entry.node.bytes())).collect();
        let image = sparring_tree::image::write(&tree, &facts);
        let mut session = NativeSession::new(&image, Settings { limits: small(), ..settings("bash") });
        let chain = session.step(&Call::shell("bash", "cat hop0")).expect("an answer");
        // Linux follows 40 links and no more.
        if hops <= 40 {
            assert!(chain.text.contains("the end"), "{hops} hops: {}", chain.text);
            through += 1;
        } else {
            assert!(chain.text.contains("Too many levels of symbolic links"), "{hops} hops: {}", chain.text);
            refused += 1;
        }
        for command in [
            "cat mix0 mix1 mix2 mix3 mix4 mix5",
            "cat mix*/file mix*/",
            "ls -laR mix*/",
            "find -L . | head -100",
            "grep -R end . | head",
            "cp -rL mix0 copy; rm -rf mix1/ mix2; echo x > mix3; mkdir mix4/new",
            "cd mix5/mix5/mix5; pwd -P",
        ] {
            let observation = session.step(&Call::shell("bash", command)).expect("an answer");
            assert!(!observation.text.contains("daemon:"), "{command}: {}", observation.text);
        }
        for (path, _) in session.decoded().expect("a state").overlay.iter() {
            path::check(path).expect("a path inside");
        }
    }
    assert!(through > 100 && refused > 5, "{through} chains went through, {refused} did not");
}

#[test]
fn ten_thousand_patterns_end_inside_their_budgets() {
    let limits = Limits { match_steps: 100_000, scan_bytes: 4 << 20, memory_bytes: 64 << 20, ..Limits::default() };
    let mut choices = Choices::seeded(12);
    let mut stepper = stepper(Policy::Resident);
    let mut statuses: BTreeMap<(&str, Option<i32>), usize> = BTreeMap::new();
    let session = limited("bash", limits);
    for _ in 0..10_000 {
        let call = Call::shell("bash", &hostile::pattern_command(&mut choices));
        let observation = step(&mut session.fork(), &mut stepper, &call).observation;
        assert!(matches!(observation.status, Status::Ok | Status::Limit), "{call:?}: {}", observation.text);
        oracle::check("bash", &observation).unwrap_or_else(|error| panic!("{error}: {call:?}"));
        *statuses.entry((observation.status.name(), observation.exit_code)).or_default() += 1;
    }
    println!("{statuses:?}");
    assert!(
        statuses.get(&("ok", Some(2))).is_some_and(|count| *count > 500),
        "wrong patterns are refused: {statuses:?}"
    );
    assert!(statuses.get(&("ok", Some(0))).is_some_and(|count| *count > 500), "good ones match: {statuses:?}");
}

#[test]
fn a_thousand_hostile_scripts_end_inside_their_budgets() {
    // In code that looks at the clock in every loop: also one that touches no memory would be found.
    let config =
        EngineConfig { checked_loops: true, step_deadline: Duration::from_secs(60), ..EngineConfig::default() };
    let engine = Engine::new(&config).expect("an engine");
    let mut stepper = Stepper::new(&engine, Policy::Resident, Arc::default());
    let mut choices = Choices::seeded(4);
    let mut statuses: BTreeMap<&str, usize> = BTreeMap::new();
    for index in 0..1_000 {
        let profile = PROFILES[index % 2];
        let mut session = limited(profile, small());
        // Each runaway at least once by itself.
        let script = match hostile::RUNAWAYS.get(index) {
            Some(runaway) => (*runaway).to_owned(),
            None => hostile::script(&mut choices, world::vocabulary()),
        };
        let call = Call::shell(profile, &script);
        let observation = step(&mut session, &mut stepper, &call).observation;
        // OpenHands refuses several commands in one call, which is an answer too.
        let is_typed = matches!(observation.status, Status::Ok | Status::Limit | Status::ToolError);
        assert!(is_typed, "{script}: {}", observation.text);
        oracle::check(profile, &observation).unwrap_or_else(|error| panic!("{error}: {script}"));
        *statuses.entry(observation.status.name()).or_default() += 1;
        let probe = shell(&mut session, &mut stepper, "(cd /; echo alive)");
        assert!(session.is_finished() || probe.contains("alive"), "{script}: {probe}");
    }
    println!("{statuses:?}");
    assert!(statuses["limit"] > 100, "{statuses:?}");
}

#[test]
fn a_gigabyte_of_output_is_cut_and_says_so() {
    for (profile, mark) in [("openhands", "truncated due to length"), ("bash", "characters elided")] {
        let mut stepper = stepper(Policy::Resident);
        for (command, is_stopped) in [
            ("while :; do echo 'größe größe größe größe größe größe größe größe'; done", true),
            ("for i in {1..3000}; do cat data/long_line.txt; done", true),
            ("for i in {1..9000}; do echo 'größe größe größe größe'; done | head -c 200001", false),
            ("head -c 200000 data/blob.bin; cat data/long_line.txt data/latin1.txt", false),
        ] {
            let observation = step(&mut session(profile), &mut stepper, &Call::shell(profile, command)).observation;
            oracle::check(profile, &observation).unwrap_or_else(|error| panic!("{command}: {error}"));
            if is_stopped {
                assert_eq!(observation.status, Status::Limit, "{command}: {}", observation.text);
                let names = ["pipe_bytes", "scan_bytes", "shell_steps"];
                assert!(names.iter().any(|name| observation.text.contains(name)), "{command}: {}", observation.text);
            } else {
                assert_eq!(observation.status, Status::Ok, "{command}");
                assert!(observation.text.contains(mark), "{command}: {}", observation.text);
            }
        }
    }
}
