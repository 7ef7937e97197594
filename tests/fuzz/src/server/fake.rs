//! A server on a local port that speaks the protocol as far as the driver asks, and lies when told.

use super::messages::{columns, damaged, message, row, welcome};
use fastrand::Rng;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(super) struct FakeServer {
    pub(super) port: u16,
    lies: Arc<Mutex<Option<Lies>>>,
}

/// How it lies: one answer of so many.
struct Lies {
    random: Rng,
    rate: u8,
}

type Shared = Arc<Mutex<Option<Lies>>>;

impl FakeServer {
    pub(super) async fn start() -> FakeServer {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a local port is free");
        let port = listener.local_addr().expect("it has an address").port();
        let lies = Shared::default();
        let shared = lies.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, shared.clone()));
            }
        });
        FakeServer { port, lies }
    }

    pub(super) fn lie(&self, seed: u64, rate: u8) {
        *self.lies.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Lies { random: Rng::with_seed(seed), rate });
    }

    pub(super) fn be_honest(&self) {
        *self.lies.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// What a session knows.
#[derive(Default)]
struct Session {
    /// The text of each prepared statement, by its name.
    prepared: HashMap<Vec<u8>, Vec<u8>>,
    /// The text of the one that is described or runs.
    statement: Vec<u8>,
    status: Option<u8>,
    /// The format of results that `Bind` asked for.
    format: u8,
}

async fn serve(mut stream: TcpStream, lies: Shared) {
    let (mut session, mut is_login) = (Session::default(), true);
    loop {
        let mut header = [0; 5];
        let header_length = if is_login { 4 } else { 5 };
        if stream.read_exact(&mut header[5 - header_length..]).await.is_err() {
            return;
        }
        let length = u32::from_be_bytes([header[1], header[2], header[3], header[4]]) as usize;
        let mut body = vec![0; length.saturating_sub(4).min(1 << 20)];
        if stream.read_exact(&mut body).await.is_err() {
            return;
        }
        let is_cancel = is_login && body.starts_with(&80_877_102_u32.to_be_bytes());
        if is_cancel || header[0] == b'X' {
            return;
        }
        let answer = if is_login { welcome() } else { session.answer(header[0], &body) };
        is_login = false;
        let (answer, cut, is_end) = told(answer, &lies);
        let (first, second) = answer.split_at(cut);
        let is_sent = stream.write_all(first).await.is_ok() && stream.write_all(second).await.is_ok();
        if is_end || !is_sent {
            return;
        }
    }
}

/// The answer as it is sent, where it is cut in two, and whether the connection ends behind it.
fn told(answer: Vec<u8>, lies: &Shared) -> (Vec<u8>, usize, bool) {
    let mut lies = lies.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(Lies { random, rate }) = lies.as_mut() else { return (answer, 0, false) };
    let answer = if random.u8(..*rate) == 0 { damaged(answer, random) } else { answer };
    let (cut, is_end) = (random.usize(0..=answer.len()), random.u8(0..30) == 0);
    (answer, cut, is_end)
}

impl Session {
    fn answer(&mut self, kind: u8, body: &[u8]) -> Vec<u8> {
        match kind {
            b'P' => {
                // The name, the text.
                let mut parts = body.split(|byte| *byte == 0).map(<[u8]>::to_vec);
                let name = parts.next().unwrap_or_default();
                self.prepared.insert(name, parts.next().unwrap_or_default());
                message(b'1', &[])
            }
            b'D' => {
                if let Some(name) = body.strip_prefix(b"S") {
                    self.choose(name);
                }
                let params = u8::from(self.statement.contains(&b'$'));
                let types = [&[0, params][..], &[0, 0, 0, 20].repeat(usize::from(params))].concat();
                let described = if body.first() == Some(&b'S') { message(b't', &types) } else { Vec::new() };
                let result = if self.gives_rows() { columns(self.format) } else { message(b'n', &[]) };
                [described, result].concat()
            }
            b'B' => {
                // The name of the portal, that of the statement.
                self.choose(body.split(|byte| *byte == 0).nth(1).unwrap_or_default());
                self.format = u8::from(body.ends_with(&[0, 1]));
                message(b'2', &[])
            }
            b'E' => self.ran(),
            b'C' => message(b'3', &[]),
            b'S' => self.ready(),
            b'Q' => {
                self.statement = body.split(|byte| *byte == 0).next().unwrap_or_default().to_vec();
                self.format = 0;
                let described = if self.gives_rows() { columns(0) } else { Vec::new() };
                [described, self.ran(), self.ready()].concat()
            }
            _ => Vec::new(),
        }
    }

    fn choose(&mut self, name: &[u8]) {
        let name = name.strip_suffix(b"\0").unwrap_or(name);
        self.statement = self.prepared.get(name).cloned().unwrap_or_default();
    }

    fn begins(&self, word: &str) -> bool {
        self.statement.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
    }

    fn gives_rows(&self) -> bool {
        self.begins("select")
    }

    fn ran(&mut self) -> Vec<u8> {
        let done = |tag: &str| message(b'C', format!("{tag}\0").as_bytes());
        if self.gives_rows() {
            return [row(self.format), row(self.format), done("SELECT 2")].concat();
        }
        for (word, tag, status) in [
            ("begin", "BEGIN", b'T'),
            ("start", "BEGIN", b'T'),
            ("commit", "COMMIT", b'I'),
            ("rollback", "ROLLBACK", b'I'),
        ] {
            if self.begins(word) {
                self.status = Some(status);
                return done(tag);
            }
        }
        done(if self.begins("update") { "UPDATE 1" } else { "SET" })
    }

    fn ready(&self) -> Vec<u8> {
        message(b'Z', &[self.status.unwrap_or(b'I')])
    }
}
