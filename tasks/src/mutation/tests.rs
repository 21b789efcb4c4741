//! Each mutation on a small function, and all of them on awkward source.

use super::*;

/// All results of a mutation on the first definition over many seeds.
fn results(text: &str, mutation: Mutation) -> Vec<String> {
    let module = parse(text).unwrap();
    let mut found: Vec<String> = (0..200)
        .filter_map(|seed| mutate(&module, "a.py", 0, mutation, &mut Random::new(seed, "test"), false))
        .map(|edits| {
            let mut sorted: Vec<&Edit> = edits.iter().collect();
            sorted.sort_by_key(|edit| (edit.start, edit.end));
            String::from_utf8(edit::apply(text.as_bytes(), &sorted).unwrap()).unwrap()
        })
        .collect();
    found.sort();
    found.dedup();
    found
}

/// The results that a one-line body of `def f():` becomes.
fn bodies(body: &str, mutation: Mutation) -> Vec<String> {
    let unwrap = |text: String| text.strip_prefix("def f():\n    ").unwrap().trim_end().to_owned();
    results(&format!("def f():\n    {body}\n"), mutation).into_iter().map(unwrap).collect()
}

#[test]
fn operators_and_operands() {
    assert_eq!(bodies("return a is not  b", Mutation::OperationChangeOperator), ["return a is  b"]);
    assert_eq!(bodies("return (a) << (b)", Mutation::OperationChangeOperator), ["return (a) >> (b)"]);
    assert_eq!(bodies("return a and b and c", Mutation::OperationChangeOperator), ["return a or b or c"]);
    assert_eq!(bodies("return a + b", Mutation::OperationChangeOperator).len(), 6);
    assert_eq!(bodies("x: int | None = 1", Mutation::OperationChangeOperator), Vec::<String>::new());
    assert_eq!(
        bodies("return (a + 1) * -b", Mutation::OperationSwapOperands),
        ["return (-b) * (1 + a)", "return (-b) * (a + 1)", "return (1 + a) * -b",][1..]
    );
    assert_eq!(bodies("return a < b", Mutation::OperationSwapOperands), ["return b < a"]);
    assert_eq!(bodies("return a - a", Mutation::OperationSwapOperands), Vec::<String>::new());
    assert_eq!(bodies("return a + b - c", Mutation::OperationBreakChain), ["return a - c"]);
    assert_eq!(bodies("return a - (b * c)", Mutation::OperationBreakChain), ["return a - c"]);
    assert_eq!(bodies("return 0x10, 1.5", Mutation::OperationChangeConstant), ["return 15, 1.5", "return 17, 1.5"]);
}

#[test]
fn statements_go() {
    let text = "def f():\n    '''Doc.'''\n    x = 1  # one\n    if x:\n        y: int = 2\n    return x\n";
    assert_eq!(
        results(text, Mutation::RemoveAssignment),
        [
            "def f():\n    '''Doc.'''\n    if x:\n        pass\n    return x\n",
            "def f():\n    '''Doc.'''\n    if x:\n        y: int = 2\n    return x\n",
            "def f():\n    '''Doc.'''\n    x = 1  # one\n    if x:\n        pass\n    return x\n",
        ]
    );
    assert_eq!(
        results(text, Mutation::RemoveConditional),
        ["def f():\n    '''Doc.'''\n    x = 1  # one\n    return x\n"]
    );
    assert_eq!(results("def f():\n    while 1: pass", Mutation::RemoveLoop), ["def f():\n    pass"]);
    assert!(results("def f():\n    x = 1; y = 2\n", Mutation::RemoveAssignment).is_empty());
    let text = "def f():\n    try:\n        a = '''\n        b'''\n        # c\n        g(\n      1)\n    except E:\n        pass\n    return\n";
    assert_eq!(
        results(text, Mutation::RemoveWrapper),
        ["def f():\n    a = '''\n        b'''\n    # c\n    g(\n  1)\n    return\n"]
    );
}

#[test]
fn the_order_changes() {
    assert_eq!(
        results("def f():\n    if a:\n        b\n    else:\n        c\n        d", Mutation::ControlInvertIf),
        ["def f():\n    if a:\n        c\n        d\n    else:\n        b\n"]
    );
    assert!(results("def f():\n    if a: b\n    else:\n        c\n", Mutation::ControlInvertIf).is_empty());
    assert!(results("def f():\n    if a:\n        b\n    elif c:\n        d\n", Mutation::ControlInvertIf).is_empty());
    let shuffled = results("def f():\n    '''Doc.'''\n    a\n\n    # b\n    b", Mutation::ControlShuffleLines);
    assert_eq!(shuffled, ["def f():\n    '''Doc.'''\n    b\n\n    # b\n    a\n"]);
    assert!(results("def f():\n    a\n    a\n", Mutation::ControlShuffleLines).is_empty());
}

#[test]
fn classes_lose_parts() {
    let text = "class C(A, B, metaclass=M):\n    x = 1\n    @d\n    def f(self):\n        self.g()\n        return 1\n    def g(self): pass\n";
    let bases = results(text, Mutation::ClassRemoveBase);
    assert!(bases.iter().any(|text| text.starts_with("class C(B, metaclass=M):")), "{bases:?}");
    assert!(bases.iter().any(|text| text.starts_with("class C(A, metaclass=M):")), "{bases:?}");
    assert_eq!(results("class C(A):\n    pass\n", Mutation::ClassRemoveBase), ["class C:\n    pass\n"]);
    let removed = results(text, Mutation::ClassRemoveMethods);
    assert!(removed.iter().any(|text| text.ends_with("def f(self):\n        pass\n        return 1\n")), "{removed:?}");
    assert!(removed.iter().any(|text| text.ends_with("    x = 1\n    def g(self): pass\n")), "{removed:?}");
    let shuffled = results(text, Mutation::ClassShuffleMethods);
    assert_eq!(shuffled.len(), 1);
    assert!(
        shuffled[0].ends_with(
            "    x = 1\n    def g(self): pass\n    @d\n    def f(self):\n        self.g()\n        return 1\n"
        )
    );
    for mutation in [Mutation::ClassRemoveBase, Mutation::ClassRemoveMethods, Mutation::ClassShuffleMethods] {
        assert!(results("def f(a, b):\n    return a\n", mutation).is_empty());
    }
}

#[test]
fn gates_follow_the_complexity() {
    let simple = parse("def f(a):\n    return a + 1\n").unwrap();
    let run = |gates| mutate(&simple, "a", 0, Mutation::OperationChangeOperator, &mut Random::new(0, ""), gates);
    assert!(run(true).is_none() && run(false).is_some());
    assert!(mutate(&simple, "a", 1, Mutation::RemoveLoop, &mut Random::new(0, ""), false).is_none());
}
