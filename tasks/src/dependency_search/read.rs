//! What one file defines, imports and binds at its top.

use std::collections::BTreeSet;

use ruff_python_ast::statement_visitor::{StatementVisitor, walk_stmt};
use ruff_python_ast::{Expr, Stmt};

use super::Place;
use super::resolve::{Binding, File, dotted, imported};
use crate::python::parse;

/// Reads one file; `None` when it does not parse.
pub(super) fn file(path: &str, text: &str, packages: &BTreeSet<&str>) -> Option<File> {
    let module = parse(text).ok()?;
    let (root, module_name, package) = module_name(path, packages);
    let mut file = File { root, module: module_name, package, ..File::default() };
    let statements = module.definition_statements();
    for (index, (definition, statement)) in module.definitions().into_iter().zip(statements).enumerate() {
        if let Stmt::ClassDef(class) = statement {
            file.bases.insert(index, class.bases().iter().map(dotted).collect());
        }
        file.places.push(Place {
            path: path.to_owned(),
            qualified_name: definition.qualified_name,
            index,
            first_line: definition.first_line,
        });
        file.kinds.push(definition.kind);
        file.parents.push(definition.parent);
    }
    let mut top = Top { file, next: 0, depth: 0 };
    top.visit_body(&module.parsed().syntax().body);
    Some(top.file)
}

/// Root folder, dotted name and package of a file: the root is the nearest folder that is no package.
fn module_name(path: &str, packages: &BTreeSet<&str>) -> (String, String, String) {
    let (mut folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let own = folder;
    while !folder.is_empty() && packages.contains(folder) {
        folder = folder.rsplit_once('/').map_or("", |(parent, _)| parent);
    }
    let below = |place: &str| place[folder.len()..].trim_start_matches('/').replace('/', ".");
    let package = below(own);
    let stem = name.trim_end_matches(".py");
    let module = match (package.is_empty(), stem) {
        (_, "__init__") => package.clone(),
        (true, stem) => stem.to_owned(),
        (false, stem) => format!("{package}.{stem}"),
    };
    (folder.to_owned(), module, package)
}

/// Collects what a file binds at its top, conditional blocks included.
struct Top {
    file: File,
    next: usize,
    depth: usize,
}

impl Top {
    fn bind(&mut self, name: &str, binding: Binding) {
        if self.depth > 0 {
            return;
        }
        let slot = self.file.top.entry(name.to_owned());
        // The same name on two ways: a definition wins over an import, two definitions are no one's.
        slot.and_modify(|old| {
            *old = match (&*old, &binding) {
                (old, new) if old == new => binding.clone(),
                (Binding::Definition(_), Binding::Definition(_)) => binding.clone(),
                _ => Binding::Unknown,
            };
        })
        .or_insert(binding);
    }
}

impl<'a> StatementVisitor<'a> for Top {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {
                let (name, index) = match statement {
                    Stmt::FunctionDef(function) => (function.name.as_str(), self.next),
                    Stmt::ClassDef(class) => (class.name.as_str(), self.next),
                    _ => return,
                };
                self.next += 1;
                self.bind(name, Binding::Definition(index));
                self.depth += 1;
                walk_stmt(self, statement);
                self.depth -= 1;
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    let dotted = alias.name.as_str();
                    match &alias.asname {
                        Some(name) => self.bind(name.as_str(), Binding::Module(dotted.to_owned())),
                        None => {
                            let first = dotted.split('.').next().unwrap_or(dotted);
                            self.bind(first, Binding::Module(first.to_owned()));
                        }
                    }
                }
            }
            Stmt::ImportFrom(import) => {
                let module = imported(&self.file.package, import.level, import.module.as_deref());
                for alias in &import.names {
                    match (alias.name.as_str(), &module) {
                        ("*", Some(module)) if self.depth == 0 => self.file.stars.push(module.clone()),
                        (name, Some(module)) => {
                            let bound = alias.asname.as_ref().map_or(name, |name| name.as_str());
                            self.bind(bound, Binding::Imported(module.clone(), name.to_owned()));
                        }
                        (name, None) => self.bind(name, Binding::Unknown),
                    }
                }
            }
            Stmt::Assign(assign) => {
                let alias =
                    dotted(&assign.value).filter(|_| matches!(*assign.value, Expr::Name(_) | Expr::Attribute(_)));
                for target in &assign.targets {
                    match (target, &alias) {
                        (Expr::Name(name), Some(alias)) => self.bind(&name.id, Binding::Alias(alias.clone())),
                        (Expr::Name(name), None) => self.bind(&name.id, Binding::Unknown),
                        _ => {}
                    }
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Expr::Name(name) = assign.target.as_ref() {
                    self.bind(&name.id, Binding::Unknown);
                }
            }
            _ => walk_stmt(self, statement),
        }
    }
}
