//! A proxy that loses what it is told to lose.

use kysera_postgres::PostgresOptions;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Between the driver and the server until the test ends.
#[derive(Debug)]
pub(crate) struct Proxy {
    /// The server through it, in plain text.
    pub(crate) options: PostgresOptions,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Host and port of the server that new connections go to.
    server: Mutex<String>,
    /// How often something came from a client.
    asked: AtomicUsize,
    /// Answers on connections made before this many are lost, and nothing is closed.
    mute_before: AtomicUsize,
    /// Connections made before this many are hung up on.
    cut_before: watch::Sender<usize>,
    plan: AtomicU8,
    /// How many connections were made so far.
    accepted: AtomicUsize,
    /// Connections made before this many are silent: nothing is carried, and nothing closed.
    silent_before: AtomicUsize,
    /// A request with this text is lost, and nothing is closed.
    lost: Mutex<Option<&'static str>>,
    /// How long each new connection takes, in milliseconds.
    delay: AtomicU64,
    /// How long the end of each answer (`ReadyForQuery`) is held back, in milliseconds.
    end_delay: AtomicU64,
    /// New connections are hung up on.
    is_down: AtomicBool,
}

const FORWARD: u8 = 0;
const LOSE_ANSWER: u8 = 1;
const LOSE_REQUEST: u8 = 2;

impl Proxy {
    /// A proxy in front of the test server, or a visible skip.
    pub(crate) async fn start() -> Option<Proxy> {
        Some(Proxy::before(&kysera_testing::postgres_url()?).await)
    }

    /// A proxy in front of the server of an address.
    pub(crate) async fn before(url: &str) -> Proxy {
        let server = host_and_port(url);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = listener.local_addr().unwrap().to_string();
        let options = url.replacen(&server, &here, 1).parse().unwrap();
        let state = Arc::new(State { server: Mutex::new(server), ..State::default() });
        let shared = state.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let number = shared.accepted.fetch_add(1, SeqCst);
                if shared.is_down.load(SeqCst) {
                    continue;
                }
                let state = shared.clone();
                let server = state.server.lock().unwrap().clone();
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_millis(state.delay.load(SeqCst))).await;
                    let Ok(upstream) = TcpStream::connect(&server).await else { return };
                    let mut cut = state.cut_before.subscribe();
                    tokio::select! {
                        () = carry(client, upstream, &state, number) => {}
                        _ = cut.wait_for(|before| number < *before) => {}
                    }
                });
            }
        });
        Proxy { options, state }
    }

    /// New connections go to the server of another address.
    pub(crate) fn turn_to(&self, url: &str) {
        *self.state.server.lock().unwrap() = host_and_port(url);
    }

    /// Answers on all connections that there are get lost from now on. What is asked still arrives.
    pub(crate) fn lose_answers(&self) {
        self.state.mute_before.store(self.accepted(), SeqCst);
    }

    /// Hangs up on all connections that there are.
    pub(crate) fn cut(&self) {
        self.state.cut_before.send_replace(self.accepted());
    }

    /// How often something came from a client.
    pub(crate) fn asked(&self) -> usize {
        self.state.asked.load(SeqCst)
    }

    /// All connections that there are go silent, as when the network forgets them. New ones work.
    pub(crate) fn forget_connections(&self) {
        self.state.silent_before.store(self.accepted(), SeqCst);
    }

    /// Requests with this text are lost, and nothing is closed.
    pub(crate) fn lose(&self, text: &'static str) {
        *self.state.lost.lock().unwrap() = Some(text);
    }

    /// How many connections were made so far.
    pub(crate) fn accepted(&self) -> usize {
        self.state.accepted.load(SeqCst)
    }

    /// Makes each new connection take that long.
    pub(crate) fn delay_logins(&self, delay: Duration) {
        self.state.delay.store(u64::try_from(delay.as_millis()).unwrap(), SeqCst);
    }

    /// Holds the end of each answer (`ReadyForQuery`) back for that long.
    pub(crate) fn delay_ends(&self, delay: Duration) {
        self.state.end_delay.store(u64::try_from(delay.as_millis()).unwrap(), SeqCst);
    }

    /// Hangs up on new connections, or no longer.
    pub(crate) fn set_down(&self, is_down: bool) {
        self.state.is_down.store(is_down, SeqCst);
    }

    /// The next request reaches the server; its answer is lost, and its connection with it.
    pub(crate) fn lose_next_answer(&self) {
        self.state.plan.store(LOSE_ANSWER, SeqCst);
    }

    /// The next request is lost, and its connection with it.
    pub(crate) fn lose_next_request(&self) {
        self.state.plan.store(LOSE_REQUEST, SeqCst);
    }
}

impl State {
    fn is_lost(&self, request: &[u8]) -> bool {
        let lost = *self.lost.lock().unwrap();
        lost.is_some_and(|text| request.windows(text.len()).any(|window| window == text.as_bytes()))
    }
}

fn host_and_port(url: &str) -> String {
    url.split_once('@').unwrap().1.split('/').next().unwrap().to_owned()
}

async fn carry(mut client: TcpStream, mut server: TcpStream, state: &State, number: usize) {
    let (mut asked, mut answered) = (vec![0; 65536], vec![0; 65536]);
    let is_planned = |now| state.plan.compare_exchange(now, FORWARD, SeqCst, SeqCst).is_ok();
    let is_silent = || number < state.silent_before.load(SeqCst);
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let Ok(length @ 1..) = read else { return };
                state.asked.fetch_add(1, SeqCst);
                if is_silent() || state.is_lost(&asked[..length]) {
                    continue;
                }
                if is_planned(LOSE_REQUEST) || server.write_all(&asked[..length]).await.is_err() {
                    return;
                }
            }
            read = server.read(&mut answered) => {
                let is_lost = is_silent() || number < state.mute_before.load(SeqCst);
                let length = match read {
                    Ok(length @ 1..) => length,
                    // Whoever hears nothing does not hear the end either.
                    _ if is_lost => return std::future::pending().await,
                    _ => return,
                };
                if is_lost {
                    continue;
                }
                if is_planned(LOSE_ANSWER) {
                    return;
                }
                let (answer, end) = answered[..length].split_at(length - end_of(&answered[..length]));
                if client.write_all(answer).await.is_err() {
                    return;
                }
                if !end.is_empty() {
                    tokio::time::sleep(Duration::from_millis(state.end_delay.load(SeqCst))).await;
                    if client.write_all(end).await.is_err() {
                        return;
                    }
                }
            }
        }
    }
}

/// How many bytes of an answer are its `ReadyForQuery`.
fn end_of(answer: &[u8]) -> usize {
    const LENGTH: usize = 6;
    let start = answer.len().saturating_sub(LENGTH);
    if answer[start..].starts_with(b"Z\0\0\0\x05") { LENGTH } else { 0 }
}
