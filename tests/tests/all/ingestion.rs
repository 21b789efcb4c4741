//! A repository is the same tree wherever and however it lies on disk: another folder, umask, locale, times,
//! and another order of its files.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use sparring_fuzz::Choices;
use sparring_tests::command;

const REPOSITORIES: u64 = 100;

/// Paths and contents of a small repository, names in several scripts among them.
fn files(choices: &mut Choices<'_>) -> Vec<(String, String, bool)> {
    let names = ["a.py", "Z.md", "ä.txt", "İ.txt", "ı", "_", "test 1.py", "-x", "README", "日本.py", "setup.cfg", "b"];
    let folders = ["", "src/", "src/İstanbul/", "tests/", "tests/ünit/", "docs/a/b/"];
    let mut files: Vec<(String, String, bool)> = (0..choices.between(3, 20))
        .map(|number| {
            let path = format!("{}{number}{}", choices.pick(&folders), choices.pick(&names));
            (path, format!("line {}\n", choices.bits()).repeat(choices.below(50)), choices.percent(20))
        })
        .collect();
    files.push((".gitignore".to_owned(), "*.pyc\nbuild/\n".to_owned(), false));
    files.push(("build/left-out".to_owned(), "x".to_owned(), false));
    files
}

/// Writes the files in this order under a umask. What the owner may execute stays executable.
fn write(folder: &Path, files: &[(String, String, bool)], umask: &str) {
    fs::create_dir_all(folder).expect("a folder");
    let mut script = format!("umask {umask}\ncd \"$1\"\n");
    for (index, (path, _, executable)) in files.iter().enumerate() {
        fs::write(folder.join(format!("../content{index}")), &files[index].1).expect("a content");
        let parent = Path::new(path).parent().map(|parent| parent.display().to_string()).unwrap_or_default();
        script += &format!("mkdir -p './{parent}'; cat '../content{index}' > './{path}'; rm '../content{index}'\n");
        if *executable {
            script += &format!("chmod u+x './{path}'\n");
        }
    }
    let status = Command::new("sh").args(["-ec", &script, "sh"]).arg(folder).status().expect("sh runs");
    assert!(status.success(), "{script}");
}

fn digest(folder: &Path, locale: &str, umask: &str) -> String {
    let build = command::sparring(&["image", "build"]);
    let output = Command::new("sh")
        .args(["-c", &format!("umask {umask}; exec \"$@\""), "sh"])
        .arg(build.get_program())
        .args(build.get_args())
        .arg(folder)
        .env("LC_ALL", locale)
        .env("SPARRING_CACHE", command::cache())
        .output()
        .expect("the command runs");
    assert!(output.status.success(), "{}", command::describe(&output));
    let line: Value = serde_json::from_slice(&output.stdout).expect("one object");
    line["digest"].as_str().expect("a digest").to_owned()
}

#[test]
fn a_hundred_repositories_are_the_same_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut different = std::collections::BTreeSet::new();
    for seed in 0..REPOSITORIES {
        let mut choices = Choices::seeded(seed);
        let mut files = files(&mut choices);
        let first = folder.path().join(format!("{seed}/here"));
        let second = folder.path().join(format!("{seed}/another place/of it"));
        write(&first, &files, "022");
        for index in (1..files.len()).rev() {
            files.swap(index, choices.below(index + 1));
        }
        write(&second, &files, "077");
        let old =
            Command::new("find").arg(&second).args(["-exec", "touch", "-h", "-d", "1999-12-31", "{}", "+"]).status();
        assert!(old.is_ok_and(|status| status.success()));
        let one = digest(&first, "C.UTF-8", "000");
        assert_eq!(digest(&second, "tr_TR.UTF-8", "077"), one, "repository {seed}");
        different.insert(one);
    }
    assert_eq!(different.len() as u64, REPOSITORIES, "different repositories have different digests");
    println!("{REPOSITORIES} of {REPOSITORIES} repositories have the same digest twice");
}
