//! Every operation of `sparring bench`: strict, resident, natively, and as the real program.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use sparring_benches::{POLICIES, stepper, subject};
use sparring_runtime::bench::Peer;
use sparring_runtime::engine::Policy;
use sparring_runtime::session::Session;

fn steps(criterion: &mut Criterion) {
    let subject = subject();
    let image = subject.base().image();
    let mut peer = Peer::start(image.view()).expect("bash starts");
    for operation in subject.operations() {
        let mut group = criterion.benchmark_group(operation.name.as_str());
        let mut resident = stepper(Policy::Resident);
        let session = operation.prepared(subject.session(), &mut resident).expect("the operation fits");
        let calls = operation.calls();
        for (name, policy) in POLICIES {
            let mut stepper = stepper(policy);
            operation.check(&session, &mut stepper).expect("the step does what it is timed for");
            let mut turns = calls.iter().cycle();
            let mut next = || turns.next().expect("an operation has a call").raw();
            group.bench_function(name, |bencher| {
                bencher.iter_batched(
                    || (session.fork(), next()),
                    |(mut fork, call)| fork.step(&mut stepper, &call).expect("a step"),
                    BatchSize::SmallInput,
                );
            });
        }
        let inputs: Vec<_> = calls.iter().map(|call| session.step_input(&call.raw()).expect("an input")).collect();
        let mut turns = inputs.iter().cycle();
        group.bench_function("native", |bencher| {
            bencher.iter(|| {
                let input = turns.next().expect("an operation has a call");
                sparring_runtime::bench::native_step(image, black_box(input))
            });
        });
        if let Some(command) = operation.peer_command(&mut peer, &session, &mut resident).expect("a peer") {
            group.bench_function("real program", |bencher| {
                bencher.iter(|| peer.run(command).expect("the shell runs"));
            });
        }
        group.finish();
    }
}

fn after_a_full_scan(criterion: &mut Criterion) {
    let subject = subject();
    let mut group = criterion.benchmark_group("empty step after a full scan");
    for (name, policy) in POLICIES {
        let mut stepper = stepper(policy);
        subject.full_scan().check(&subject.session(), &mut stepper).expect("the scan finds nothing");
        let (mut session, call) = (subject.session(), subject.empty_step_call());
        group.bench_function(name, |bencher| {
            bencher.iter(|| session.step(&mut stepper, &call.raw()).expect("a step"));
        });
    }
    group.finish();
}

fn sessions(criterion: &mut Criterion) {
    let subject = subject();
    let mut session = subject.session();
    session.step(&mut stepper(Policy::Resident), &subject.edit_call(0).raw()).expect("a step");
    let saved = session.save().expect("a session can be saved");
    criterion.bench_function("fork", |bencher| bencher.iter(|| session.fork()));
    criterion.bench_function("save", |bencher| bencher.iter(|| session.save().expect("a save")));
    criterion.bench_function("restore", |bencher| {
        bencher.iter(|| Session::restore(subject.base().clone(), black_box(&saved)).expect("a session"));
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_millis(500));
    targets = steps, after_a_full_scan, sessions
}
criterion_main!(benches);
