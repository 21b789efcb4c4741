//! Where the sessions of a batch wait between two steps.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::SessionId;
use crate::session::Session;

/// A session, or where it is instead.
pub(super) enum Taken {
    Here(Session),
    Away,
    Unknown,
}

/// Sessions by id. `None` marks one that is stepping.
#[derive(Default)]
pub(super) struct Slots {
    next: AtomicU64,
    sessions: Mutex<HashMap<SessionId, Option<Session>>>,
}

impl Slots {
    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Option<Session>>> {
        // Nothing is left half done under this lock.
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn insert(&self, session: Session) -> SessionId {
        let id = SessionId(self.next.fetch_add(1, Ordering::Relaxed));
        self.lock().insert(id, Some(session));
        id
    }

    pub(super) fn take(&self, id: SessionId) -> Taken {
        match self.lock().get_mut(&id) {
            Some(slot) => slot.take().map_or(Taken::Away, Taken::Here),
            None => Taken::Unknown,
        }
    }

    pub(super) fn remove(&self, id: SessionId) -> Taken {
        let mut sessions = self.lock();
        match sessions.remove(&id) {
            Some(Some(session)) => Taken::Here(session),
            Some(None) => {
                sessions.insert(id, None);
                Taken::Away
            }
            None => Taken::Unknown,
        }
    }

    pub(super) fn put_back(&self, id: SessionId, session: Session) {
        self.lock().insert(id, Some(session));
    }

    pub(super) fn forget(&self, id: SessionId) {
        self.lock().remove(&id);
    }

    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }
}
