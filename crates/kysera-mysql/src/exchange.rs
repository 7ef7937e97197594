//! Commands and their answers in order: what was sent, what is still due, and how far the answer that is coming has come.
//!
//! Commands are written at once and answered one after the other. A future that is dropped between leaves its answers due;
//! whoever comes next reads them first. So an answer is never taken for that of another command.

use crate::columns::Columns;
use crate::error::{self, ServerError, malformed};
use crate::packet::{Done, Parser, parse_error};
use crate::transport::State;
use crate::wire::Wire;
use mysql_common::constants::{Command, StatusFlags};
use std::collections::VecDeque;
use std::io;
use std::ops::Range;

/// One side of a conversation with the server.
#[derive(Debug)]
pub(crate) struct Exchange {
    wire: Wire,
    due: VecDeque<Due>,
    stage: Stage,
    /// The columns of the result that is being read.
    pub(crate) columns: Columns,
    status: StatusFlags,
    /// The server closes rows by the old packet.
    has_eof: bool,
    has_changed_session: bool,
    /// The connection is of no more use: it was lost, or the two sides speak of different things.
    is_broken: bool,
    /// Why the server ended it, when it said so.
    ended_by: Option<ServerError>,
    /// Statements that were prepared for a future that was dropped.
    orphans: Vec<u32>,
}

/// An answer that is still to come.
#[derive(Clone, Copy, Debug)]
struct Due {
    of: Of,
    /// The number of its first packet.
    sequence: u8,
}

/// What an answer answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Text,
    Execute,
    Prepare,
}

/// How far the answer has come that is being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Its first packet, or the first one of another result of the same command.
    Start,
    /// The definitions of columns, of which so many are to come.
    Columns(u64),
    ColumnsEof,
    Rows,
    /// What a preparation says of parameters and columns, in so many packets.
    Prepared(Prepared, usize),
    /// After a file of ours was asked for and refused.
    RefusedFile,
}

/// A statement as the server prepared it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Prepared {
    pub(crate) id: u32,
    pub(crate) params: u16,
    /// How many warnings there were: what is computed of constants is computed while it is prepared.
    pub(crate) warnings: u16,
}

/// What comes next of an answer.
#[derive(Debug)]
pub(crate) enum Event {
    /// Rows follow, with these [columns](Exchange::columns).
    Columns,
    Row(Range<usize>),
    /// A result has ended. More may follow for the same command.
    Done(Done),
    Prepared(Prepared),
    Failed(Box<ServerError>),
}

impl Exchange {
    pub(crate) fn new(wire: Wire, status: StatusFlags, has_eof: bool) -> Exchange {
        Exchange {
            wire,
            due: VecDeque::new(),
            stage: Stage::Start,
            columns: Columns::default(),
            status,
            has_eof,
            has_changed_session: false,
            is_broken: false,
            ended_by: None,
            orphans: Vec::new(),
        }
    }

    /// Sends text.
    pub(crate) fn send_text(&mut self, sql: &str) {
        self.send(Of::Text, Command::COM_QUERY, |out| out.extend_from_slice(sql.as_bytes()));
    }

    /// Sends a command without any more to it.
    pub(crate) fn send_command(&mut self, command: Command) {
        self.send(Of::Text, command, |_| {});
    }

    /// Sends the order to go to a database.
    pub(crate) fn send_database(&mut self, name: &str) {
        self.send(Of::Text, Command::COM_INIT_DB, |out| out.extend_from_slice(name.as_bytes()));
    }

    pub(crate) fn send_prepare(&mut self, sql: &str) {
        self.send(Of::Prepare, Command::COM_STMT_PREPARE, |out| out.extend_from_slice(sql.as_bytes()));
    }

    pub(crate) fn send_execute(&mut self, payload: impl FnOnce(&mut Vec<u8>)) {
        self.send(Of::Execute, Command::COM_STMT_EXECUTE, payload);
    }

    /// Sends the order to close a statement, which is not answered.
    pub(crate) fn send_close(&mut self, statement: u32) {
        self.wire.write(0, |out| {
            out.push(Command::COM_STMT_CLOSE as u8);
            out.extend_from_slice(&statement.to_le_bytes());
        });
    }

    fn send(&mut self, of: Of, command: Command, payload: impl FnOnce(&mut Vec<u8>)) {
        let sequence = self.wire.write(0, |out| {
            out.push(command as u8);
            payload(out);
        });
        if self.due.is_empty() {
            self.wire.expect(sequence);
        }
        self.due.push_back(Due { of, sequence });
    }

    /// True when everything that was sent was answered.
    #[inline]
    pub(crate) fn is_answered(&self) -> bool {
        self.due.is_empty()
    }

    /// How many answers are still to come.
    pub(crate) fn answers_due(&self) -> usize {
        self.due.len()
    }

    /// True when it can be of no more use.
    #[inline]
    pub(crate) fn is_broken(&self) -> bool {
        self.is_broken
    }

    /// Gives it up.
    pub(crate) fn give_up(&mut self) {
        self.is_broken = true;
    }

    /// False when the server has closed the connection, or said goodbye.
    pub(crate) fn is_open(&self) -> bool {
        !self.is_broken
            && (!self.is_answered()
                || (!self.wire.has_input() && self.wire.transport().state() == State::Quiet))
    }

    /// True when the server goes on with what was sent, as far as is known, though it is given up. Takes what has come.
    pub(crate) fn is_going_on(&self) -> bool {
        !self.is_broken && !self.is_answered() && self.wire.transport().state() != State::Closed
    }

    /// Why the server ended the connection, when it said so.
    pub(crate) fn ended_by(&self) -> Option<&ServerError> {
        self.ended_by.as_ref()
    }

    /// What the last OK said of the session. An error says nothing of it.
    #[inline]
    pub(crate) fn status(&self) -> StatusFlags {
        self.status
    }

    /// True when a transaction is open, as far as is known.
    #[inline]
    pub(crate) fn is_in_transaction(&self) -> bool {
        self.status.contains(StatusFlags::SERVER_STATUS_IN_TRANS)
    }

    /// True when the server has said since the last call that the session is no longer as it was.
    pub(crate) fn take_session_change(&mut self) -> bool {
        std::mem::take(&mut self.has_changed_session)
    }

    /// True when the server has said that the session is no longer as it was.
    pub(crate) fn has_session_change(&self) -> bool {
        self.has_changed_session
    }

    /// Statements that nobody knows of any more.
    pub(crate) fn take_orphans(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.orphans)
    }

    /// The bytes of a row, beside the columns that say how to read it.
    #[inline]
    pub(crate) fn row_and_columns(&self, row: Range<usize>) -> (&[u8], &Columns) {
        (self.wire.bytes(row), &self.columns)
    }

    /// What comes next of the answers that are due.
    ///
    /// # Errors
    /// When the connection is lost; it is then broken.
    pub(crate) async fn next(&mut self) -> io::Result<Event> {
        loop {
            if let Some(event) = self.try_next()? {
                return Ok(event);
            }
            self.fill().await?;
        }
    }

    /// Reads on, and writes what is to be written.
    ///
    /// # Errors
    /// As [`next`](Exchange::next).
    pub(crate) async fn fill(&mut self) -> io::Result<()> {
        if let Err(error) = self.wire.fill().await {
            self.note_end();
            return Err(error);
        }
        Ok(())
    }

    /// Whether the server said why, at last: the reason may stand in front of the end.
    #[cold]
    fn note_end(&mut self) {
        self.is_broken = true;
        while let Ok(Some(packet)) = self.wire.packet() {
            let bytes = self.wire.bytes(packet);
            if bytes.first() == Some(&0xff) {
                self.ended_by = self.ended_by.take().or_else(|| parse_error(bytes));
            }
        }
    }

    /// As [`next`](Exchange::next), from what was read already; `None` when that is not enough.
    ///
    /// # Errors
    /// As there.
    #[inline]
    pub(crate) fn try_next(&mut self) -> io::Result<Option<Event>> {
        loop {
            let packet = match self.wire.packet() {
                Ok(Some(packet)) => packet,
                Ok(None) => return Ok(None),
                Err(error) => {
                    self.is_broken = true;
                    return Err(error);
                }
            };
            if self.stage == Stage::Rows
                && let Some(first) = self.wire.bytes(packet.clone()).first()
                && !matches!(first, 0xfe | 0xff)
            {
                return Ok(Some(Event::Row(packet)));
            }
            match self.take(packet) {
                Ok(None) => {}
                Ok(event) => return Ok(event),
                Err(error) => {
                    self.is_broken = true;
                    return Err(error);
                }
            }
        }
    }

    /// Takes a packet that is no row.
    fn take(&mut self, packet: Range<usize>) -> io::Result<Option<Event>> {
        let length = packet.len();
        let first = self.wire.bytes(packet.clone()).first().copied();
        if first == Some(0xff) {
            return self.take_error(packet).map(Some);
        }
        let Some(due) = self.due.front().copied() else {
            return Err(malformed("the server has sent what nobody asked for"));
        };
        match self.stage {
            Stage::Start => match (due.of, first) {
                (Of::Prepare, Some(0)) => self.take_prepared(packet),
                (_, Some(0)) => self.take_done(packet, false).map(Some),
                (Of::Text | Of::Execute, Some(0xfb)) => {
                    self.refuse_file();
                    Ok(None)
                }
                (Of::Text | Of::Execute, Some(1..=0xfa | 0xfc..=0xfe)) => {
                    let count = Parser(self.wire.bytes(packet))
                        .number()
                        .ok_or_else(|| malformed("a count of columns"))?;
                    self.columns.clear(due.of == Of::Text);
                    self.stage = Stage::Columns(count);
                    Ok(None)
                }
                _ => Err(malformed("an answer that makes no sense")),
            },
            Stage::Columns(left) => {
                let definition = self.wire.bytes(packet);
                self.columns.push(definition).ok_or_else(|| malformed("the definition of a column"))?;
                self.stage = match (left, self.has_eof) {
                    (2.., _) => Stage::Columns(left - 1),
                    (_, true) => Stage::ColumnsEof,
                    _ => Stage::Rows,
                };
                Ok((self.stage == Stage::Rows).then_some(Event::Columns))
            }
            Stage::ColumnsEof => {
                self.stage = Stage::Rows;
                Ok(Some(Event::Columns))
            }
            // A row of text may begin so too, but then it holds a text of 16 MiB at least.
            Stage::Rows if first == Some(0xfe) && length < 0xff_ffff => {
                self.take_done(packet, self.has_eof).map(Some)
            }
            Stage::Rows => Ok(Some(Event::Row(packet))),
            Stage::Prepared(prepared, left) => {
                if left > 1 {
                    self.stage = Stage::Prepared(prepared, left - 1);
                    return Ok(None);
                }
                self.answered();
                Ok(Some(Event::Prepared(prepared)))
            }
            Stage::RefusedFile => {
                self.answered();
                Ok(Some(Event::Failed(Box::new(file_refused()))))
            }
        }
    }

    fn take_error(&mut self, packet: Range<usize>) -> io::Result<Event> {
        let error = parse_error(self.wire.bytes(packet)).ok_or_else(|| malformed("an error"))?;
        if self.due.is_empty() || error::is_fatal(&error) {
            self.is_broken = true;
            self.ended_by = Some(error.clone());
        }
        self.answered();
        Ok(Event::Failed(Box::new(error)))
    }

    fn take_done(&mut self, packet: Range<usize>, is_eof: bool) -> io::Result<Event> {
        let bytes = self.wire.bytes(packet);
        let done = if is_eof { Done::parse_eof(bytes) } else { Done::parse(bytes) };
        let done = done.ok_or_else(|| malformed("the end of an answer"))?;
        self.status = done.status;
        self.has_changed_session |= done.has_changed_session;
        if done.has_more() {
            self.stage = Stage::Start;
        } else {
            self.answered();
        }
        Ok(Event::Done(done))
    }

    fn take_prepared(&mut self, packet: Range<usize>) -> io::Result<Option<Event>> {
        let mut rest = Parser(self.wire.bytes(packet));
        let mut read = || {
            rest.byte()?;
            let (id, columns, params) = (rest.u32()?, rest.u16()?, rest.u16()?);
            rest.byte()?;
            Some((id, columns, params, rest.u16()?))
        };
        let (id, columns, params, warnings) = read().ok_or_else(|| malformed("a prepared statement"))?;
        let prepared = Prepared { id, params, warnings };
        let lists = usize::from(columns > 0) + usize::from(params > 0);
        let packets = usize::from(columns) + usize::from(params) + if self.has_eof { lists } else { 0 };
        if packets > 0 {
            self.stage = Stage::Prepared(prepared, packets);
            return Ok(None);
        }
        self.answered();
        Ok(Some(Event::Prepared(prepared)))
    }

    /// The server wants to read a file of this machine, which nobody has asked for: it gets an empty one.
    #[cold]
    fn refuse_file(&mut self) {
        let sequence = self.due.front().map_or(0, |due| due.sequence).wrapping_add(1);
        let next = self.wire.write(sequence, |_| {});
        self.wire.expect(next);
        self.stage = Stage::RefusedFile;
    }

    fn answered(&mut self) {
        self.due.pop_front();
        self.stage = Stage::Start;
        if let Some(next) = self.due.front() {
            self.wire.expect(next.sequence);
        }
    }

    /// Reads all answers that are due and drops them.
    ///
    /// # Errors
    /// When the connection is lost.
    pub(crate) async fn drain(&mut self) -> io::Result<()> {
        while !self.is_answered() {
            if let Event::Prepared(prepared) = self.next().await? {
                self.orphans.push(prepared.id);
            }
        }
        Ok(())
    }

    /// Drops what is left of the answer that is being read, as far as it was read.
    ///
    /// # Errors
    /// As [`drain`](Exchange::drain).
    pub(crate) fn pass_over(&mut self) -> io::Result<()> {
        let due = self.due.len();
        while due > 0 && self.due.len() == due && self.try_next()?.is_some() {}
        Ok(())
    }
}

/// As the servers themselves refuse it.
fn file_refused() -> ServerError {
    ServerError::new(
        3948,
        *b"42000",
        "the server asked for a file of this machine, which was refused".to_owned(),
    )
}
