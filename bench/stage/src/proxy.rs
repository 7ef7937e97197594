//! A longer way to the server: bytes arrive later, in both directions, as many at once as without it.
//!
//! Every chunk is forwarded when its own time has come, so that what is sent together arrives together: requests that
//! are pipelined stay so. Blocking threads, because a timer of the runtime counts in whole milliseconds.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

/// The address of a server (`postgres://user@host:port/..`) by the way of a proxy that adds this to each round trip; the
/// address itself when nothing is to be added.
///
/// # Panics
/// When the address names no host and port.
pub fn delayed(url: &str, round_trip: Duration) -> String {
    if round_trip.is_zero() {
        return url.to_owned();
    }
    let (place, server) = authority(url).expect("the address names a host and a port");
    let server = server.to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let proxy: SocketAddr = listener.local_addr().expect("it listens");
    spawn(move || {
        for client in listener.incoming().flatten() {
            let server = TcpStream::connect(&server).expect("the server is there");
            forward(client, server, round_trip / 2).expect("threads and sockets are left");
        }
    });
    format!("{}{proxy}{}", &url[..place.start], &url[place.end..])
}

/// Where host and port stand, and what they are.
fn authority(url: &str) -> Option<(std::ops::Range<usize>, &str)> {
    let start = url.find("://")? + 3;
    let end = start + url[start..].find(['/', '?']).unwrap_or(url.len() - start);
    let start = url[start..end].rfind('@').map_or(start, |at| start + at + 1);
    url[start..end].contains(':').then(|| (start..end, &url[start..end]))
}

fn forward(client: TcpStream, server: TcpStream, delay: Duration) -> io::Result<()> {
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    one_way(client.try_clone()?, server.try_clone()?, delay);
    one_way(server, client, delay);
    Ok(())
}

fn one_way(from: TcpStream, to: TcpStream, delay: Duration) {
    let (sender, receiver) = channel();
    spawn(move || read(from, delay, &sender));
    spawn(move || write(to, &receiver));
}

fn read(mut from: TcpStream, delay: Duration, sender: &Sender<(Instant, Vec<u8>)>) {
    let mut buffer = vec![0; 1 << 16];
    loop {
        // Whatever ends a connection ends it on the other side too, after what came before.
        let Ok(length @ 1..) = from.read(&mut buffer) else { return };
        if sender.send((Instant::now() + delay, buffer[..length].to_vec())).is_err() {
            return;
        }
    }
}

fn write(mut to: TcpStream, receiver: &Receiver<(Instant, Vec<u8>)>) {
    // Linux lets a thread oversleep by its slack, of 50 µs unless it says otherwise.
    #[cfg(target_os = "linux")]
    let _ = nix::sys::prctl::set_timerslack(1);
    while let Ok((due, chunk)) = receiver.recv() {
        sleep(due.saturating_duration_since(Instant::now()));
        if to.write_all(&chunk).is_err() {
            return;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

#[cfg(test)]
mod tests {
    use super::{authority, delayed};
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::time::{Duration, Instant};

    #[test]
    fn the_host_is_found_between_user_and_database() {
        let url = "postgres://app:se@cret@127.0.0.1:5433/app?x=a@b:c";
        assert_eq!(authority(url).map(|(_, host)| host), Some("127.0.0.1:5433"));
        assert_eq!(authority("postgres:///app?host=/tmp"), None);
    }

    #[test]
    fn what_is_sent_comes_back_whole_and_late() {
        let server = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let url = format!("x://{}/", server.local_addr().expect("it listens"));
        let echo = std::thread::spawn(move || {
            let (mut socket, _) = server.accept().expect("somebody comes");
            let mut bytes = [0; 1];
            while let Ok(1..) = socket.read(&mut bytes) {
                socket.write_all(&bytes).expect("is heard");
            }
        });
        let url = delayed(&url, Duration::from_millis(100));
        let start = Instant::now();
        let mut socket = TcpStream::connect(&url[4..url.len() - 1]).expect("connects");
        for _ in 0..20 {
            socket.write_all(&[7]).expect("is sent");
        }
        let mut bytes = [0; 20];
        socket.read_exact(&mut bytes).expect("comes back");
        let took = start.elapsed();
        drop(socket);
        echo.join().expect("the end is passed on");
        assert!(took >= Duration::from_millis(100), "{took:?}");
    }
}
