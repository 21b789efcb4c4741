//! JUnit XML as pytest and the runners of other languages write it, and how pytest's node ids look in it.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

use crate::reward::tests_map::Status;

/// Elements deeper than this are no JUnit file.
const DEPTH: usize = 64;

/// One `testcase` element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Case {
    /// Attribute `classname`; empty when there is none.
    pub classname: String,
    /// Attribute `name`.
    pub name: String,
    /// Attribute `file`, which pytest writes in the family `xunit1`: where the test is *defined*, so that an
    /// inherited test names its base class's file.
    pub file: Option<String>,
    /// What became of it; [`Status::Passed`] when no child says otherwise.
    pub status: Option<Status>,
}

/// A whole file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Junit {
    /// All cases in the order of the file; a name may come twice.
    pub cases: Vec<Case>,
    /// Where the file contradicts itself: counts that are not those of its cases.
    pub contradictions: Vec<String>,
}

/// Why a text is no JUnit file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JunitError {
    /// There is no text.
    #[error("the report is empty")]
    Empty,
    /// The XML is broken or cut.
    #[error("the report is no XML: {0}")]
    Xml(String),
    /// A document type declaration, which no runner writes and which can expand without bound.
    #[error("the report has a document type declaration")]
    DocumentType,
    /// The outermost element is neither `testsuites` nor `testsuite`.
    #[error("the report's root is `{0}`")]
    Root(String),
}

/// Reads a JUnit file.
pub fn parse(text: &str) -> Result<Junit, JunitError> {
    if text.trim().is_empty() {
        return Err(JunitError::Empty);
    }
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut junit = Junit::default();
    let mut open: Vec<String> = Vec::new();
    let mut suites: Vec<Counts> = Vec::new();
    let mut ended = false;
    loop {
        match reader.read_event().map_err(|error| JunitError::Xml(error.to_string()))? {
            Event::Start(element) => {
                let name = element.local_name().as_ref().to_owned();
                if open.is_empty() && !matches!(name.as_str(), "testsuites" | "testsuite") {
                    return Err(JunitError::Root(name));
                }
                if ended || open.len() == DEPTH {
                    return Err(JunitError::Xml("it goes on behind its end, or is nested too deeply".to_owned()));
                }
                let parent = open.last().map_or("", String::as_str);
                match (name.as_str(), parent) {
                    ("testsuite", _) => suites.push(Counts::of(&element)?),
                    ("testcase", _) => junit.cases.push(case(&element)?),
                    (child, "testcase") => {
                        if let Some(case) = junit.cases.last_mut() {
                            case.status = worse(case.status, of_child(child, &element)?);
                        }
                    }
                    _ => {}
                }
                open.push(name);
            }
            Event::End(_) => {
                let name = open.pop();
                ended = open.is_empty();
                if name.as_deref() == Some("testcase") {
                    let status = junit.cases.last().and_then(|case| case.status);
                    suites.iter_mut().for_each(|suite| suite.see(status));
                } else if name.as_deref() == Some("testsuite") {
                    junit.contradictions.extend(suites.pop().and_then(Counts::contradiction));
                }
            }
            Event::DocType(_) => return Err(JunitError::DocumentType),
            Event::Eof if ended => return Ok(junit),
            Event::Eof => return Err(JunitError::Xml("it ends too early".to_owned())),
            _ => {}
        }
    }
}

/// The worse of two records of one test: failing in its teardown undoes a pass, a skip does not.
fn worse(one: Option<Status>, other: Option<Status>) -> Option<Status> {
    let rank = |status: Option<Status>| match status {
        None | Some(Status::Passed) => 0,
        Some(Status::Xfail) => 1,
        Some(Status::Skipped) => 2,
        Some(Status::Failed) => 3,
        Some(Status::Error) => 4,
    };
    if rank(other) > rank(one) { other } else { one }
}

fn of_child(child: &str, element: &BytesStart<'_>) -> Result<Option<Status>, JunitError> {
    Ok(match child {
        "failure" => Some(Status::Failed),
        "error" => Some(Status::Error),
        "skipped" if attribute(element, "type")?.as_deref() == Some("pytest.xfail") => Some(Status::Xfail),
        "skipped" => Some(Status::Skipped),
        // Surefire's marks of a test that passed when it was tried again; the first failure does not count.
        _ => None,
    })
}

fn case(element: &BytesStart<'_>) -> Result<Case, JunitError> {
    Ok(Case {
        classname: attribute(element, "classname")?.unwrap_or_default(),
        name: attribute(element, "name")?.unwrap_or_default(),
        file: attribute(element, "file")?,
        status: None,
    })
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, JunitError> {
    for attribute in element.attributes() {
        let attribute = attribute.map_err(|error| JunitError::Xml(error.to_string()))?;
        if attribute.key.as_ref() == name {
            let value = attribute.normalized_value(XmlVersion::Explicit1_0);
            return value.map(|value| Some(value.into_owned())).map_err(|error| JunitError::Xml(error.to_string()));
        }
    }
    Ok(None)
}

/// What a suite says of itself, and what was seen of it.
struct Counts {
    name: String,
    said: [Option<usize>; 3],
    seen: [usize; 3],
}

impl Counts {
    fn of(element: &BytesStart<'_>) -> Result<Self, JunitError> {
        let count = |name| Ok(attribute(element, name)?.and_then(|text| text.trim().parse().ok()));
        Ok(Self {
            name: attribute(element, "name")?.unwrap_or_default(),
            said: [count("tests")?, count("failures")?, count("errors")?],
            seen: [0; 3],
        })
    }

    fn see(&mut self, status: Option<Status>) {
        self.seen[0] += 1;
        self.seen[1] += usize::from(status == Some(Status::Failed));
        self.seen[2] += usize::from(status == Some(Status::Error));
    }

    /// pytest counts a test that fails and then fails in its teardown twice, so that only a count that is too
    /// small, or a total that is off by more than the errors, contradicts.
    fn contradiction(self) -> Option<String> {
        let [tests, failures, errors] = self.seen;
        let wrong_total = self.said[0].is_some_and(|said| said < tests || said > tests + failures + errors);
        let hides = self.said[1].is_some_and(|said| said < failures) || self.said[2].is_some_and(|said| said < errors);
        let invents = self.said[1].is_some_and(|said| said > 0 && failures + errors == 0)
            || self.said[2].is_some_and(|said| said > 0 && failures + errors == 0);
        (wrong_total || hides || invents).then(|| {
            format!(
                "suite `{}` counts {:?} tests, failures, errors; its cases are {:?}",
                self.name, self.said, self.seen
            )
        })
    }
}

impl Junit {
    /// What became of each test, by `(classname, name)`; of several records the worst counts.
    pub fn by_address(&self) -> BTreeMap<(&str, &str), Status> {
        let mut found: BTreeMap<(&str, &str), Option<Status>> = BTreeMap::new();
        for case in &self.cases {
            let status = found.entry((&case.classname, &case.name)).or_insert(case.status);
            *status = worse(*status, case.status);
        }
        found.into_iter().map(|(address, status)| (address, status.unwrap_or(Status::Passed))).collect()
    }

    /// What became of a pytest node id; `None` when there is no record of it.
    ///
    /// Two ids can share one address: `a/b.py::x` and `a.b.py::x`. Then the `file` attribute decides where it is
    /// there and names one of the two files, and otherwise the worst of their records counts for both.
    pub fn of_node(&self, id: &str) -> Option<Status> {
        let (classname, name) = address(id);
        let path = id.split("::").next().unwrap_or(id);
        let matching: Vec<&Case> =
            self.cases.iter().filter(|case| case.classname == classname && case.name == name).collect();
        let of_file: Vec<&Case> = matching.iter().copied().filter(|case| case.file.as_deref() == Some(path)).collect();
        let shared = matching.iter().any(|case| case.file.is_some() && of_file.is_empty());
        let chosen = if of_file.is_empty() || shared { matching } else { of_file };
        let first = chosen.first()?.status;
        let status = chosen.iter().fold(first, |status, case| worse(status, case.status));
        Some(status.unwrap_or(Status::Passed))
    }

    /// What became of a test of another runner than pytest, named `classname::name`, `classname.name`,
    /// `classname#name`, `classname name` or by its name alone where that is the only one.
    pub fn of_other(&self, id: &str) -> Option<Status> {
        let is_it = |case: &&Case| {
            let rest = id.strip_prefix(case.classname.as_str()).and_then(|rest| rest.strip_suffix(case.name.as_str()));
            matches!(rest, Some("::" | "." | "#" | " " | " > "))
        };
        let mut found: Vec<&Case> = self.cases.iter().filter(is_it).collect();
        if found.is_empty() {
            found = self.cases.iter().filter(|case| case.name == id).collect();
            if found.iter().any(|case| case.classname != found[0].classname) {
                return None;
            }
        }
        let first = found.first()?.status;
        Some(found.iter().fold(first, |status, case| worse(status, case.status)).unwrap_or(Status::Passed))
    }

    /// Whether any case failed.
    pub fn has_failure(&self) -> bool {
        self.cases.iter().any(|case| matches!(case.status, Some(Status::Failed | Status::Error)))
    }
}

/// The `classname` and `name` that pytest writes for a node id, as its `mangle_test_address` and
/// `bin_xml_escape` do: the parts before the first `[` are split at `::`, the file's `/` become `.` and its
/// `.py` goes; characters that XML cannot hold become `#x1B`.
pub fn address(id: &str) -> (String, String) {
    let (path, parameters) = id.find('[').map_or((id, ""), |at| id.split_at(at));
    let mut names: Vec<String> = path.split("::").map(str::to_owned).collect();
    if let Some(file) = names.first_mut() {
        *file = file.replace('/', ".");
        if let Some(stem) = file.strip_suffix(".py") {
            *file = stem.to_owned();
        }
    }
    let mut name = names.pop().unwrap_or_default();
    name.push_str(parameters);
    (names.join("."), escape(&name))
}

/// XML 1.0's characters stay, surrogates aside; others are written as pytest writes them.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\t' | '\n' | '\r' | '\x20'..='\x7e' | '\u{80}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' => {
                escaped.push(letter);
            }
            '\u{10000}'.. => escaped.push(letter),
            _ if (letter as u32) <= 0xff => escaped.push_str(&format!("#x{:02X}", letter as u32)),
            _ => escaped.push_str(&format!("#x{:04X}", letter as u32)),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What pytest 9.2 wrote (times and host left out) for the ids of the next test.
    const PYTEST: &str = r#"<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest"
        errors="3" failures="2" skipped="2" tests="11"><testcase classname="tests.test_a" name="test_ok"
        file="tests/test_a.py" line="2" time="0.000" /><testcase classname="tests.test_a" name="test_bad"
        file="tests/test_a.py"><failure message="assert 4 == 5&#10; +  where">&gt; def test_bad(): assert area(2)==5
        </failure></testcase><testcase classname="tests.test_a" name="test_p[a::b]" file="tests/test_a.py" /><testcase
        classname="tests.test_a" name="test_p[x[1]]" file="tests/test_a.py" /><testcase classname="tests.test_a"
        name="test_p[ü #x1B]" file="tests/test_a.py" /><testcase classname="tests.test_a" name="test_xf"
        file="tests/test_a.py"><skipped type="pytest.xfail" message="" /></testcase><testcase classname="tests.test_a"
        name="test_sk" file="tests/test_a.py"><skipped type="pytest.skip" message="no">why</skipped></testcase><testcase
        classname="tests.test_a" name="test_td2" file="tests/test_a.py"><failure message="assert 0">x</failure></testcase>
        <testcase classname="tests.test_a" name="test_td2" file="tests/test_a.py"><error message="teardown">x</error>
        </testcase><testcase classname="tests.test_a.Sub" name="test_u" file="tests/base.py" /><testcase
        classname="tests.test_a.TestN.TestIn" name="test_deep" file="tests/test_a.py"><error message="x"/></testcase>
        </testsuite></testsuites>"#;

    #[test]
    fn node_ids_are_found_in_what_pytest_writes() {
        let junit = parse(PYTEST).unwrap();
        assert_eq!((junit.cases.len(), junit.contradictions.clone()), (11, Vec::<String>::new()));
        let status = |id: &str| junit.of_node(&format!("tests/test_a.py::{id}"));
        assert_eq!(status("test_ok"), Some(Status::Passed));
        assert_eq!(status("test_bad"), Some(Status::Failed));
        assert_eq!(status("test_p[a::b]"), Some(Status::Passed));
        assert_eq!(status("test_p[x[1]]"), Some(Status::Passed));
        assert_eq!(status("test_p[ü \x1b]"), Some(Status::Passed));
        assert_eq!(status("test_xf"), Some(Status::Xfail));
        assert_eq!(status("test_sk"), Some(Status::Skipped));
        assert_eq!(status("test_td2"), Some(Status::Error), "the worst of two records");
        assert_eq!(status("Sub::test_u"), Some(Status::Passed), "an inherited test names its base's file");
        assert_eq!(status("TestN::TestIn::test_deep"), Some(Status::Error));
        assert_eq!(status("test_p"), None);
        assert_eq!(junit.of_node("tests.test_a.py::test_ok"), Some(Status::Passed), "no file speaks against it");
        assert_eq!(junit.by_address().len(), 10);
    }

    #[test]
    fn shared_addresses_are_told_apart_by_their_file() {
        let both = |first: &str, second: &str| {
            let text = format!(
                "<testsuite><testcase classname=\"a.b\" name=\"x\" {first}/>\
                 <testcase classname=\"a.b\" name=\"x\" {second}><failure/></testcase></testsuite>"
            );
            let junit = parse(&text).unwrap();
            (junit.of_node("a/b.py::x"), junit.of_node("a.b.py::x"))
        };
        let of_files = both("file=\"a/b.py\"", "file=\"a.b.py\"");
        assert_eq!(of_files, (Some(Status::Passed), Some(Status::Failed)));
        assert_eq!(both("", ""), (Some(Status::Failed), Some(Status::Failed)));
    }

    #[test]
    fn other_runners_names_are_found() {
        let text = "<testsuites><testsuite><testcase classname=\"org.A\" name=\"one\"/></testsuite><testsuite>\
                    <testcase classname=\"org.B\" name=\"two()\"><skipped/></testcase></testsuite></testsuites>";
        let junit = parse(text).unwrap();
        for id in ["org.A::one", "org.A.one", "org.A#one", "org.A one", "org.A > one", "one"] {
            assert_eq!(junit.of_other(id), Some(Status::Passed), "{id}");
        }
        assert_eq!(junit.of_other("two()"), Some(Status::Skipped));
        assert_eq!(junit.of_other("org.A/one"), None);
    }

    #[test]
    fn what_is_no_report_is_refused() {
        assert_eq!(parse(" \n"), Err(JunitError::Empty));
        assert_eq!(parse("<html></html>"), Err(JunitError::Root("html".to_owned())));
        let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\">]><testsuite/>";
        assert_eq!(parse(bomb), Err(JunitError::DocumentType));
        for broken in [&PYTEST[..400], "<testsuite><testcase></testsuite>", "x", "<testsuite/><testsuite/>"] {
            assert!(matches!(parse(broken), Err(JunitError::Xml(_))), "{broken}: {:?}", parse(broken));
        }
        let deep = "<testsuite>".repeat(100) + &"</testsuite>".repeat(100);
        assert!(matches!(parse(&deep), Err(JunitError::Xml(_))));
    }

    #[test]
    fn counts_that_do_not_fit_are_named() {
        let contradictions = |counts: &str, cases: &str| {
            parse(&format!("<testsuite name=\"s\" {counts}>{cases}</testsuite>")).unwrap().contradictions.len()
        };
        let failing = "<testcase name=\"a\"><failure/></testcase>";
        assert_eq!(contradictions("tests=\"1\" failures=\"1\"", failing), 0);
        assert_eq!(contradictions("tests=\"1\" failures=\"0\"", failing), 1);
        assert_eq!(contradictions("tests=\"3\"", failing), 1);
        assert_eq!(contradictions("tests=\"1\" failures=\"1\"", "<testcase name=\"a\"/>"), 1);
        assert_eq!(contradictions("", failing), 0);
    }
}
