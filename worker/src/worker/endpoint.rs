//! `GET /metrics` and `GET /health` over HTTP/1.1: all that a scraper and a supervisor ask for.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{Metrics, Worker};

/// A request's head is read up to here, and for so long.
const HEAD_BYTES: usize = 8 * 1024;
const HEAD_TIME: Duration = Duration::from_secs(5);
/// The queue may be silent for so long before the worker calls itself ill.
const SILENCE: Duration = Duration::from_secs(60);

/// Serves a worker's metrics and health until it is dropped. A connection serves one request.
pub async fn serve<Q, R, G>(listener: TcpListener, worker: Arc<Worker<Q, R, G>>)
where
    Worker<Q, R, G>: Send + Sync + 'static,
{
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, most likely; others are closed meanwhile.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let worker = worker.clone();
        tokio::spawn(async move {
            // Whoever asked has gone or is too slow: nobody is left to tell.
            let _ = tokio::time::timeout(HEAD_TIME, answer(stream, &worker.metrics)).await;
        });
    }
}

async fn answer(mut stream: TcpStream, metrics: &Metrics) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if head.len() > HEAD_BYTES || stream.read_buf(&mut head).await? == 0 {
            return Ok(());
        }
    }
    let line = String::from_utf8_lossy(&head);
    let (status, body) = respond(line.lines().next().unwrap_or_default(), metrics);
    let length = body.len();
    let response = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    );
    stream.write_all(response.as_bytes()).await?;
    stream.shutdown().await
}

fn respond(line: &str, metrics: &Metrics) -> (&'static str, String) {
    match line.split(' ').take(2).collect::<Vec<_>>().as_slice() {
        ["GET", "/metrics"] => ("200 OK", metrics.render()),
        ["GET", "/health"] => match metrics.complaint(SILENCE) {
            None => ("200 OK", "ok\n".to_owned()),
            Some(complaint) => ("503 Service Unavailable", format!("{complaint}\n")),
        },
        _ => ("404 Not Found", "there are /metrics and /health\n".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_told_apart() {
        let metrics = Metrics::default();
        assert!(respond("GET /metrics HTTP/1.1", &metrics).1.contains("sparring_worker_leases_total 0"));
        assert_eq!(respond("GET /health HTTP/1.1", &metrics), ("200 OK", "ok\n".to_owned()));
        for other in ["POST /metrics HTTP/1.1", "GET / HTTP/1.1", ""] {
            assert_eq!(respond(other, &metrics).0, "404 Not Found");
        }
    }
}
