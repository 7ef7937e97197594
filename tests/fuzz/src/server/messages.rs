//! Messages of the server: the honest answers, and what becomes of them.

use fastrand::Rng;

/// A message with its length.
pub(super) fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap_or(u32::MAX);
    [&[kind], length.to_be_bytes().as_slice(), body].concat()
}

/// The answer to a login.
pub(super) fn welcome() -> Vec<u8> {
    let setting = |name: &str, value: &str| message(b'S', format!("{name}\0{value}\0").as_bytes());
    [
        message(b'R', &[0; 4]),
        setting("server_version", "16.4"),
        setting("client_encoding", "UTF8"),
        setting("standard_conforming_strings", "on"),
        setting("TimeZone", "UTC"),
        message(b'K', &[0, 0, 0, 1, 0, 0, 0, 2]),
        message(b'Z', b"I"),
    ]
    .concat()
}

/// Two columns, a `bigint` and a `text`, in the format that is asked for.
pub(super) fn columns(format: u8) -> Vec<u8> {
    let column = |name: &str, oid: u32, size: u16| {
        let numbers =
            [&[0; 6][..], &oid.to_be_bytes(), &size.to_be_bytes(), &[255; 4], &[0, format]].concat();
        [name.as_bytes(), &[0], &numbers].concat()
    };
    message(b'T', &[&[0, 2][..], &column("n", 20, 8), &column("t", 25, u16::MAX)].concat())
}

/// A row: 7 and `x`.
pub(super) fn row(format: u8) -> Vec<u8> {
    let number: &[u8] = if format == 1 { &[0, 0, 0, 0, 0, 0, 0, 7] } else { b"7" };
    let length = u32::try_from(number.len()).unwrap_or_default().to_be_bytes();
    message(b'D', &[&[0, 2][..], &length, number, &[0, 0, 0, 1], b"x"].concat())
}

/// The answer, damaged.
pub(super) fn damaged(answer: Vec<u8>, random: &mut Rng) -> Vec<u8> {
    let mut messages = taken_apart(&answer);
    for _ in 0..random.u8(1..=3) {
        let at = random.usize(0..=messages.len());
        match random.u8(0..=6) {
            0 if at < messages.len() => drop(messages.remove(at)),
            1 if at < messages.len() => messages.insert(at, messages[at].clone()),
            2 => messages.insert(at, odd(random)),
            3 if at < messages.len() => messages[at] = odd(random),
            4 if at < messages.len() => flip(&mut messages[at], random),
            5 if at < messages.len() => lie_about_length(&mut messages[at], random),
            _ => random.shuffle(&mut messages),
        }
    }
    let mut answer = messages.concat();
    if random.u8(0..8) == 0 {
        answer.truncate(random.usize(0..=answer.len()));
    }
    answer
}

fn taken_apart(mut answer: &[u8]) -> Vec<Vec<u8>> {
    let mut messages = Vec::new();
    while let Some(header) = answer.first_chunk::<5>() {
        let length = u32::from_be_bytes([header[1], header[2], header[3], header[4]]) as usize + 1;
        let (message, rest) = answer.split_at(length.min(answer.len()));
        messages.push(message.to_vec());
        answer = rest;
    }
    messages
}

fn flip(message: &mut [u8], random: &mut Rng) {
    for _ in 0..random.u8(1..=4) {
        let at = random.usize(..message.len());
        let any = random.u8(..);
        message[at] = [0, 255, 127, 128, any][random.usize(..5)];
    }
}

fn lie_about_length(message: &mut [u8], random: &mut Rng) {
    let honest = u32::try_from(message.len()).unwrap_or_default();
    let lengths = [
        0,
        1,
        3,
        4,
        5,
        honest - 2,
        honest,
        honest + 100,
        1 << 20,
        1 << 30,
        i32::MAX as u32,
        u32::MAX,
        1 << 31,
    ];
    let length = lengths[random.usize(..lengths.len())];
    message[1..5].copy_from_slice(&length.to_be_bytes());
}

/// A message that is not expected: of a known kind with a body of another, or of any kind with any body.
fn odd(random: &mut Rng) -> Vec<u8> {
    const TAGS: [&[u8]; 12] = [
        b"COMMIT\0",
        b"ROLLBACK\0",
        b"DISCARD ALL\0",
        b"SET\0",
        b"BEGIN\0",
        b"SELECT 99999999999999999999\0",
        b"UPDATE -1\0",
        b"INSERT 0\0",
        b"",
        b"\0",
        b"PREPARE TRANSACTION\0",
        b"\xff\xfe\0",
    ];
    const KINDS: &[u8] = b"RSKZTDCtn123EINAGHWVvsd";
    let some = |random: &mut Rng| {
        let mut body = vec![0; random.usize(0..40)];
        random.fill(&mut body);
        body
    };
    match random.u8(0..12) {
        0 => message(b'Z', &[*random.choice(b"ITEX\0".iter()).unwrap_or(&b'I')]),
        1 => message(b'C', TAGS[random.usize(..TAGS.len())]),
        2 => message(b'E', b"SERROR\0VERROR\0C42P01\0Mno table\0\0"),
        3 => message(b'E', &[&b"SERROR\0C"[..], &some(random), b"\0M\xff\0P99999999999\0\0"].concat()),
        4 => message(b'E', b"SFATAL\0VFATAL\0C57P01\0Mshut down\0\0"),
        5 => message(b'N', b"SNOTICE\0C00000\0Mnote\0\0"),
        6 => message(b'A', b"\0\0\0\x01channel\0payload\0"),
        7 => message(
            b'R',
            &[&[0, 0, 0, *random.choice([3, 5, 7, 10, 11, 12, 99].iter()).unwrap_or(&3)][..], &some(random)]
                .concat(),
        ),
        8 => message(b'G', b"\0\0\x01\0\0"),
        9 => message(b'S', b"search_path\0zq\0"),
        10 => {
            let count: u16 = *random.choice([0, 1, 2, 3, 0x7fff, 0xffff].iter()).unwrap_or(&1);
            message(
                *random.choice(b"TDt".iter()).unwrap_or(&b'T'),
                &[&count.to_be_bytes()[..], &some(random)].concat(),
            )
        }
        _ => {
            let kind = if random.bool() { random.u8(..) } else { KINDS[random.usize(..KINDS.len())] };
            message(kind, &some(random))
        }
    }
}
