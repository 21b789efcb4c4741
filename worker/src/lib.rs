//! The Docker reward worker and its queue. Empty in this version: rewards come from verifiers
//! that need no execution. It will depend on `tasks` and `tree`, never on `runtime`.
