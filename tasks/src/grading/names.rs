//! Names that belong to the interpreter and to pytest: a module of the tree that bears one could be imported in its
//! place.

/// The standard library's top-level names, of CPython 3.11.
const STANDARD: &str = include_str!("stdlib_names.txt");

/// What a pytest run imports from its environment.
const OF_THE_GRADER: [&str; 27] = [
    "_distutils_hack",
    "_pytest",
    "_pytest_randomly",
    "anyio",
    "attr",
    "attrs",
    "coverage",
    "django",
    "exceptiongroup",
    "execnet",
    "iniconfig",
    "mock",
    "numpy",
    "packaging",
    "pkg_resources",
    "pluggy",
    "py",
    "pygments",
    "pytest",
    "pytest_asyncio",
    "pytest_cov",
    "pytest_mock",
    "setuptools",
    "tomli",
    "typing_extensions",
    "wheel",
    "xdist",
];

/// Modules that Python imports by itself before anything else.
pub(super) const AT_START: [&str; 2] = ["sitecustomize", "usercustomize"];

/// Whether a module of this name at the root of an import path could stand in for another one.
pub(super) fn is_taken(name: &str) -> bool {
    OF_THE_GRADER.contains(&name) || STANDARD.split_ascii_whitespace().any(|standard| standard == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known() {
        for name in ["pytest", "json", "unittest", "re", "xml", "_pytest", "pluggy"] {
            assert!(is_taken(name), "{name}");
        }
        for name in ["shapes", "tests", "conftest", "", "json5"] {
            assert!(!is_taken(name), "{name}");
        }
        assert!(OF_THE_GRADER.is_sorted());
    }
}
