//! A proxy that loses what it is told to lose.

use kysera_postgres::PostgresOptions;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Stands between the driver and the server until the test ends.
#[derive(Debug)]
pub(crate) struct Proxy {
    /// The server through it, in plain text.
    pub(crate) options: PostgresOptions,
    plan: Arc<AtomicU8>,
}

const FORWARD: u8 = 0;
const LOSE_ANSWER: u8 = 1;
const LOSE_REQUEST: u8 = 2;

impl Proxy {
    /// A proxy in front of the test server, or a visible skip.
    pub(crate) async fn start() -> Option<Proxy> {
        let url = kysera_testing::postgres_url()?;
        let server = url.split_once('@').unwrap().1.split('/').next().unwrap().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = listener.local_addr().unwrap().to_string();
        let options = url.replacen(&server, &here, 1).parse().unwrap();
        let plan = Arc::new(AtomicU8::new(FORWARD));
        let accepting = plan.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let upstream = TcpStream::connect(&server).await.unwrap();
                tokio::spawn(carry(client, upstream, accepting.clone()));
            }
        });
        Some(Proxy { options, plan })
    }

    /// The next request reaches the server; its answer is lost, and its connection with it.
    pub(crate) fn lose_next_answer(&self) {
        self.plan.store(LOSE_ANSWER, Ordering::SeqCst);
    }

    /// The next request is lost, and its connection with it.
    pub(crate) fn lose_next_request(&self) {
        self.plan.store(LOSE_REQUEST, Ordering::SeqCst);
    }
}

async fn carry(mut client: TcpStream, mut server: TcpStream, plan: Arc<AtomicU8>) {
    let (mut asked, mut answered) = (vec![0; 65536], vec![0; 65536]);
    let is_planned = |now| plan.compare_exchange(now, FORWARD, Ordering::SeqCst, Ordering::SeqCst).is_ok();
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let Ok(length @ 1..) = read else { return };
                if is_planned(LOSE_REQUEST) || server.write_all(&asked[..length]).await.is_err() {
                    return;
                }
            }
            read = server.read(&mut answered) => {
                let Ok(length @ 1..) = read else { return };
                if is_planned(LOSE_ANSWER) || client.write_all(&answered[..length]).await.is_err() {
                    return;
                }
            }
        }
    }
}
