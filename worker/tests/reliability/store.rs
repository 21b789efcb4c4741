//! A queue of a test's own: a file, or a server that is started and ended with it.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sparring_worker::queue::{Address, AnyQueue, Policy};
use tempfile::TempDir;

use crate::process::pause;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Nats,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Nats => "nats",
        }
    }
}

/// Where a queue lives.
pub(crate) struct Store {
    folder: TempDir,
    address: String,
    port: u16,
    server: Option<Child>,
}

impl Store {
    pub(crate) fn start(kind: Kind) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        if kind == Kind::Sqlite {
            let address = folder.path().join("queue.sqlite").display().to_string();
            return Self { folder, address, port: 0, server: None };
        }
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("the port").port();
        drop(listener);
        let mut store = Self { folder, address: format!("nats://127.0.0.1:{port}"), port, server: None };
        store.start_server();
        store
    }

    /// Starts the server over what is on the disk, and waits until it answers.
    pub(crate) fn start_server(&mut self) {
        let port = self.port.to_string();
        let server = Command::new("nats-server")
            .args(["-js", "-a", "127.0.0.1", "-p", &port, "-sd"])
            .arg(self.folder.path().join("jetstream"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("nats-server starts");
        self.server = Some(server);
        let address = ("127.0.0.1", self.port);
        while std::net::TcpStream::connect(address).is_err() {
            pause(Duration::from_millis(10));
        }
    }

    /// kill -9.
    pub(crate) fn kill_server(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().expect("the server is ours to kill");
            server.wait().expect("the server has ended");
        }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn evidence(&self) -> PathBuf {
        self.path("evidence")
    }

    pub(crate) async fn open(&self, policy: Policy) -> AnyQueue {
        open(&self.address, policy).await
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.kill_server();
    }
}

/// Opens a queue; a server that has just started may need a moment for its streams.
pub(crate) async fn open(address: &str, policy: Policy) -> AnyQueue {
    let address: Address = address.parse().expect("an address");
    for _ in 0..50 {
        match address.open(policy.clone()).await {
            Ok(queue) => return queue,
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
    address.open(policy).await.expect("the queue opens")
}

/// Lines of a file.
pub(crate) fn lines(path: &Path) -> Vec<String> {
    std::fs::read_to_string(path).unwrap_or_default().lines().map(str::to_owned).collect()
}
