//! Round trips: any trajectory through every form, and records as the scaffolds write them.

use proptest::prelude::*;

use super::*;
use crate::format::difference::tests::value;

fn message() -> impl Strategy<Value = Message> {
    let role = prop_oneof![Just(Role::System), Just(Role::User), Just(Role::Assistant), Just(Role::Tool)];
    let argument = prop_oneof![
        Just(r#"{"command":"ls"}"#.to_owned()),
        Just(r#"{ "a" : 1 }"#.to_owned()),
        Just("no json".to_owned()),
        value().prop_map(|value| value.to_string()),
    ];
    let call = ("[a-z]{0,3}", "bash|str_replace_editor|think|x", argument).prop_map(|(id, name, arguments)| Call {
        id,
        name,
        arguments,
    });
    let mark = prop_oneof![Just(Mark::FormatError), Just(Mark::Copied), Just(Mark::Forced)];
    let text = || "[a-z\n<>_/]{0,12}|\n<tool_call>\n|see\n<tool_call>\n\\{\\}\n</tool_call>";
    (
        role,
        text(),
        prop::option::of(text()),
        prop::collection::vec(call, 0..3),
        prop::option::of("[a-z]{0,3}"),
        prop::collection::btree_set(mark, 0..3),
        prop::option::of("[0-9:]{0,8}"),
    )
        .prop_map(|(role, content, reasoning, tool_calls, tool_call_id, marks, timestamp)| Message {
            role,
            content,
            reasoning,
            tool_calls,
            tool_call_id,
            marks: marks.into_iter().collect(),
            timestamp,
        })
}

fn trajectory() -> impl Strategy<Value = Trajectory> {
    let name = || prop::option::of("[a-z]{0,5}");
    (
        ("[a-z]{0,4}", "[a-z0-9_-]{0,8}", (name(), name(), name())),
        (prop::collection::vec(value(), 0..2), prop::collection::vec(message(), 0..6)),
        (name(), name(), prop::option::of(any::<f64>().prop_filter("finite", |number| number.is_finite()))),
        (name(), prop::option::of(("[a-z]{1,3}", 0_usize..9))),
    )
        .prop_map(
            |((id, instance_id, agent), (tools, messages), (exit_status, patch, reward), (group, parent))| Trajectory {
                version: TRAJECTORY_VERSION,
                id,
                instance_id,
                agent: Agent { name: agent.0, version: agent.1, model: agent.2 },
                tools,
                messages,
                exit_status,
                patch,
                reward,
                group,
                parent: parent.map(|(id, messages)| Parent { id, messages }),
                foreign: BTreeMap::new(),
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    /// Through the text of any form, and on through any second one.
    #[test]
    fn nothing_is_lost_through_any_form(trajectory in trajectory(), first in 0_usize..8, second in 0_usize..8) {
        let (first, second) = (Form::ALL[first], Form::ALL[second]);
        let through = |form: Form, trajectory: &Trajectory| {
            let text = form.write(trajectory).to_string();
            form.read_file(&text).unwrap().remove(0)
        };
        let once = through(first, &trajectory);
        prop_assert_eq!(&once, &trajectory, "{}", first.name());
        let twice = through(second, &once);
        prop_assert_eq!(&twice, &trajectory, "{} and {}", first.name(), second.name());
    }

    /// A foreign record with any fields more comes back as it was, also by way of another form.
    #[test]
    fn foreign_records_come_back(more in value(), form in 1_usize..8, other in 0_usize..8, place in 0_usize..3) {
        let (form, other) = (Form::ALL[form], Form::ALL[other]);
        let mut record: Value = serde_json::from_str(example(form)).unwrap();
        let target = match place {
            0 => Some(&mut record),
            1 => record.pointer_mut("/info"),
            _ => ["/messages/1", "/history/1", "/steps/1", "/conversations/1"]
                .into_iter()
                .find(|path| record.pointer(path).is_some())
                .and_then(|path| record.pointer_mut(path)),
        };
        if let Some(Value::Object(object)) = target {
            object.insert("more_of_it".to_owned(), more);
        }
        let read = form.read(&record).unwrap();
        prop_assert_eq!(&form.write(&read), &record, "{}", form.name());
        let by_way = other.read(&other.write(&read)).unwrap();
        prop_assert_eq!(&form.write(&by_way), &record, "{} by way of {}", form.name(), other.name());
    }
}

/// A record as each scaffold writes it, small.
fn example(form: Form) -> &'static str {
    match form {
        Form::Sparring => r#"{"version":1,"instance_id":"a-1","messages":[]}"#,
        Form::SweAgent => {
            r#"{"trajectory":[{"action":"ls","observation":"a.py","response":"Look.","thought":"Look.","state":{"open_file":""},"execution_time":0.25,"query":[]}],
            "history":[{"role":"system","content":"Be good.","agent":"main","message_type":"system_prompt"},
            {"role":"user","content":[{"type":"text","text":"Fix it."}],"agent":"main","is_demo":false},
            {"role":"assistant","content":"Look.","thought":"Look.","action":"ls","agent":"main","tool_calls":[{"function":{"arguments":"{\"command\":\"ls\"}","name":"bash"},"id":"c1","type":"function"}],"message_type":"action"},
            {"role":"tool","content":"a.py","agent":"main","message_type":"observation","tool_call_ids":["c1"]}],
            "info":{"model_stats":{"instance_cost":0.125},"exit_status":"submitted","submission":"diff"},"environment":"a-1","replay_config":"{}"}"#
        }
        Form::MiniSweAgent => {
            r#"{"info":{"model_stats":{"api_calls":2},"config":{"agent":{"step_limit":250},"model":{"model_name":"m"}},"mini_version":"2.0","exit_status":"Submitted","submission":"diff"},
            "messages":[{"role":"system","content":"Be good."},{"role":"user","content":"Fix it."},
            {"role":"assistant","content":"Look.\n```bash\nls\n```","extra":{"cost":0.5,"actions":[{"command":"ls"}]}},
            {"role":"user","content":"a.py","extra":{"returncode":0}},{"role":"exit","content":"diff"}],
            "trajectory_format":"mini-swe-agent-1.1"}"#
        }
        Form::OpenHands => {
            r#"{"instance_id":"a-1","instruction":"Fix it.","test_result":{"git_patch":"diff"},"metadata":{"agent_class":"CodeActAgent","llm_config":{"model":"m","temperature":0.0},"max_iterations":30},
            "history":[{"id":0,"timestamp":"2026-01-01T00:00:00","source":"agent","message":"Be good.","action":"system","args":{"content":"Be good.","tools":[{"type":"function","function":{"name":"execute_bash"}}]}},
            {"id":1,"source":"user","message":"Fix it.","action":"message","args":{"content":"Fix it.","wait_for_response":false}},
            {"id":2,"source":"environment","observation":"agent_state_changed","content":"","extras":{"agent_state":"running"}},
            {"id":3,"source":"agent","message":"Running: ls","action":"run","args":{"command":"ls","thought":"Look."},"tool_call_metadata":{"function_name":"execute_bash","tool_call_id":"c1","total_calls_in_response":1,"model_response":{"id":"r1","choices":[{"message":{"content":"Look.","tool_calls":[{"id":"c1","type":"function","function":{"name":"execute_bash","arguments":"{\"command\": \"ls\"}"}}]}}]}}},
            {"id":4,"source":"agent","observation":"run","content":"a.py","extras":{"metadata":{"exit_code":0}},"cause":3,"tool_call_metadata":{"tool_call_id":"c1"}},
            {"id":5,"source":"agent","action":"finish","args":{"final_thought":"Done.","thought":""}}],
            "metrics":{"accumulated_cost":0.5},"error":null}"#
        }
        Form::Atif => {
            r#"{"schema_version":"ATIF-v1.7","session_id":"s1","agent":{"name":"terminus","version":"2","model_name":"m","extra":{"parser":"json"}},
            "steps":[{"step_id":1,"source":"user","message":"Fix it."},
            {"step_id":2,"timestamp":"2026-01-01T00:00:00Z","source":"agent","message":"Look.","reasoning_content":"Hm.","is_copied_context":true,"tool_calls":[{"tool_call_id":"c1","function_name":"bash","arguments":{"command":"ls"}}],"observation":{"results":[{"source_call_id":"c1","content":"a.py"}]},"metrics":{"prompt_tokens":10}}],
            "final_metrics":{"total_steps":2}}"#
        }
        Form::Chat => {
            r#"{"instance_id":"a-1","messages":[{"role":"system","content":"Be good."},{"role":"user","content":[{"type":"text","text":"Fix it."}]},
            {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"bash","arguments":"{\"command\":\"ls\"}"}}]},
            {"role":"tool","tool_call_id":"c1","name":"bash","content":"a.py"}],"tools":[{"type":"function","function":{"name":"bash"}}],"resolved":true}"#
        }
        Form::ShareGpt => {
            r#"{"conversations":[{"from":"human","value":"Fix it."},{"from":"function_call","value":"{\"name\":\"bash\",\"arguments\":{\"command\":\"ls\"}}"},
            {"from":"observation","value":"a.py"},{"from":"gpt","value":"Done."}],"system":"Be good.","tools":"[{\"name\":\"bash\"}]","source":"x"}"#
        }
        Form::Predictions => r#"{"instance_id":"a-1","model_name_or_path":"m","model_patch":"diff","cost":0.1}"#,
    }
}

#[test]
fn every_scaffold_is_understood() {
    for form in Form::ALL.into_iter().filter(|form| !matches!(form, Form::Sparring | Form::Predictions)) {
        let trajectory = form.read(&serde_json::from_str(example(form)).unwrap()).unwrap();
        let said: Vec<&str> = trajectory.messages.iter().map(|message| message.content.as_str()).collect();
        assert!(said.contains(&"Fix it.") && said.contains(&"a.py"), "{}: {said:?}", form.name());
        let calls: Vec<&Call> = trajectory.messages.iter().flat_map(|message| &message.tool_calls).collect();
        // mini-swe-agent's model writes its command as text.
        if form != Form::MiniSweAgent {
            let arguments: Value = serde_json::from_str(&calls[0].arguments).unwrap();
            assert_eq!(arguments, json!({"command": "ls"}), "{}", form.name());
        }
        if matches!(form, Form::SweAgent | Form::OpenHands | Form::Chat | Form::Atif) {
            let answer = trajectory.messages.iter().find(|message| message.role == Role::Tool).unwrap();
            assert_eq!(answer.tool_call_id.as_deref(), Some("c1"), "{}", form.name());
        }
        if matches!(form, Form::SweAgent | Form::OpenHands | Form::MiniSweAgent) {
            assert_eq!(trajectory.patch.as_deref(), Some("diff"), "{}", form.name());
        }
    }
    let copied = Form::Atif.read(&serde_json::from_str(example(Form::Atif)).unwrap()).unwrap();
    assert!(copied.messages[1].marks == [Mark::Copied] && copied.messages[2].marks == [Mark::Copied]);
}

#[test]
fn a_changed_trajectory_keeps_what_it_is() {
    let record: Value = serde_json::from_str(example(Form::SweAgent)).unwrap();
    let mut changed = Form::SweAgent.read(&record).unwrap();
    changed.messages.truncate(2);
    changed.reward = Some(0.1 + 0.2);
    let written = Form::SweAgent.write(&changed);
    assert_eq!(Form::SweAgent.read(&written).unwrap(), changed);
    assert_eq!(written["history"].as_array().unwrap().len(), 2);
    let bare = Form::Predictions.write_bare(&changed);
    assert_eq!(bare, json!({"instance_id": "a-1", "model_patch": "diff"}));
    let by_id = Form::Predictions.read_file(r#"{"a":{"model_patch":"p"},"b":{"model_patch":null}}"#).unwrap();
    assert_eq!((by_id[0].instance_id.as_str(), by_id[1].patch.as_deref()), ("a", None));
}

#[test]
fn what_is_no_record_is_refused() {
    for form in Form::ALL {
        assert!(form.read(&json!({})).is_err(), "{}", form.name());
        assert!(form.read(&json!([])).is_err(), "{}", form.name());
        assert!(matches!(form.read_file("nonsense"), Err(FormError::Json(_))), "{}", form.name());
        assert_eq!(Form::named(form.name()), Some(form));
    }
    let later = r#"{"version":2,"instance_id":"x","messages":[]}"#;
    assert_eq!(Form::Sparring.read_file(later), Err(FormError::Version(2)));
}

/// The written form of version 1. A change here needs a new [`TRAJECTORY_VERSION`].
#[test]
fn the_written_form_is_fixed() {
    let mut trajectory = Trajectory::new("a-1");
    let mut message = Message::new(Role::Assistant, "Look.");
    message.tool_calls.push(Call { id: "c".to_owned(), name: "bash".to_owned(), arguments: "{}".to_owned() });
    message.marks = vec![Mark::Copied];
    trajectory.messages.push(message);
    trajectory.parent = Some(Parent { id: "p".to_owned(), messages: 1 });
    trajectory.reward = Some(0.5);
    let text = concat!(
        r#"{"version":1,"instance_id":"a-1","agent":{},"messages":[{"role":"assistant","content":"Look.","#,
        r#""tool_calls":[{"id":"c","name":"bash","arguments":"{}"}],"marks":["copied"]}],"reward":0.5,"#,
        r#""parent":{"id":"p","messages":1}}"#
    );
    assert_eq!(serde_json::to_string(&trajectory).unwrap(), text);
}
