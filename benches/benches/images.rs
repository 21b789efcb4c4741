//! Images: building and opening one, stepping in many of them by turns.

use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use sparring_benches::{POLICIES, small_subject, stepper};
use sparring_runtime::bench::generated_tree;
use sparring_runtime::image::ImageCache;

fn build_and_open(criterion: &mut Criterion) {
    let cache = || ImageCache::new(None, u64::MAX).expect("a temporary cache");
    let mut group = criterion.benchmark_group("image of 30 MB");
    let tree = generated_tree(30_000_000, 2).expect("the tree is within its limits");
    group.throughput(Throughput::Bytes(tree.content_bytes()));
    group.bench_function("build", |bencher| {
        bencher.iter_batched_ref(
            cache,
            |cache| cache.open_or_build_tree(&tree).expect("an image"),
            BatchSize::PerIteration,
        );
    });
    let cache = cache();
    let digest = cache.open_or_build_tree(&tree).expect("an image").tree_digest();
    group.bench_function("open, trusted", |bencher| {
        bencher.iter(|| cache.open(&digest).expect("a readable cache").expect("the image"));
    });
    group.finish();
}

fn by_turns(criterion: &mut Criterion) {
    for count in [64, 256] {
        let subjects: Vec<_> = (0..count).map(|seed| small_subject(1 << 18, seed)).collect();
        let call = subjects[0].empty_step_call();
        let mut group = criterion.benchmark_group(format!("empty step, {count} images by turns"));
        for (name, policy) in POLICIES {
            let mut stepper = stepper(policy);
            let mut sessions: Vec<_> = subjects.iter().map(|subject| subject.session()).collect();
            let mut next = 0;
            group.bench_function(name, |bencher| {
                bencher.iter(|| {
                    next = (next + 1) % sessions.len();
                    sessions[next].step(&mut stepper, &call.raw()).expect("a step")
                });
            });
        }
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_millis(500));
    targets = build_and_open, by_turns
}
criterion_main!(benches);
