//! A client that keeps its connection while it can and hangs up where a server
//! would wait for more.

use core::net::SocketAddr;
use core::time::Duration;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};

use super::wire::{self, Answer};

/// How long a whole request waits for its answer: a busy machine's worth.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long one that was cut short does.
const BRIEF: Duration = Duration::from_millis(300);

/// What became of a request.
pub(super) enum Outcome {
    /// Answered; with the reason's code where the application did.
    Answered { status: u16, code: Option<String> },
    /// The client cut it short, and the host had nothing to say.
    HungUp,
    /// The host closed the connection.
    Closed,
    /// Whole, and no answer.
    Silent,
    /// No connection.
    Unreachable,
}

pub(super) struct Client {
    address: SocketAddr,
    stream: Option<TcpStream>,
}

impl Client {
    pub(super) fn new(address: SocketAddr) -> Self {
        Self {
            address,
            stream: None,
        }
    }

    /// Writes the bytes; an outcome for each request that they are.
    pub(super) fn send(&mut self, bytes: &[u8]) -> Vec<Outcome> {
        let whole = wire::whole(bytes);
        let reused = self.stream.is_some();
        let outcomes = self.exchange(bytes, whole.as_deref());
        // a kept connection may have been closed while nobody looked
        if reused && matches!(outcomes.as_slice(), [Outcome::Closed]) {
            return self.exchange(bytes, whole.as_deref());
        }
        outcomes
    }

    fn exchange(&mut self, bytes: &[u8], whole: Option<&[bool]>) -> Vec<Outcome> {
        let Some(mut stream) = self.stream.take().or_else(|| self.connect()) else {
            return vec![Outcome::Unreachable];
        };
        // a host may refuse, and hang up, before it read everything
        let _ = stream.write_all(bytes);
        if whole.is_none() {
            let _ = stream.shutdown(Shutdown::Write);
        }
        let patience = if whole.is_some() { PATIENCE } else { BRIEF };
        let _ = stream.set_read_timeout(Some(patience));
        let expected = whole.map_or(usize::MAX, <[bool]>::len);
        let (mut outcomes, mut read) = (Vec::new(), Vec::new());
        while outcomes.len() < expected {
            let to_head = whole.and_then(|whole| whole.get(outcomes.len()));
            match next(&mut stream, &mut read, to_head == Some(&true)) {
                Next::Answer(Answer {
                    status,
                    code,
                    last,
                    length,
                }) => {
                    read.drain(..length.min(read.len()));
                    outcomes.push(Outcome::Answered { status, code });
                    if last {
                        return outcomes;
                    }
                }
                Next::Closed => {
                    if outcomes.is_empty() {
                        outcomes.push(if whole.is_none() {
                            Outcome::HungUp
                        } else {
                            Outcome::Closed
                        });
                    }
                    return outcomes;
                }
                Next::Silence => {
                    if whole.is_some() {
                        outcomes.push(Outcome::Silent);
                    } else if outcomes.is_empty() {
                        outcomes.push(Outcome::HungUp);
                    }
                    return outcomes;
                }
            }
        }
        self.stream = Some(stream);
        outcomes
    }

    fn connect(&self) -> Option<TcpStream> {
        for _ in 0..200 {
            match TcpStream::connect(self.address) {
                Ok(stream) => {
                    let _ = stream.set_nodelay(true);
                    let _ = stream.set_write_timeout(Some(PATIENCE));
                    return Some(stream);
                }
                // every port is in use for the moment
                Err(error) if error.kind() == ErrorKind::AddrNotAvailable => {
                    std::thread::sleep(Duration::from_millis(50));
                }
                Err(_) => return None,
            }
        }
        None
    }
}

enum Next {
    Answer(Answer),
    Closed,
    Silence,
}

/// Reads until an answer is whole.
fn next(stream: &mut TcpStream, read: &mut Vec<u8>, to_head: bool) -> Next {
    let mut piece = [0; 4096];
    loop {
        if let Some(answer) = wire::answer(read, to_head) {
            return Next::Answer(answer);
        }
        match stream.read(&mut piece) {
            Ok(0) => return Next::Closed,
            Ok(length) => read.extend_from_slice(piece.get(..length).unwrap_or_default()),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return Next::Silence;
            }
            Err(_) => return Next::Closed,
        }
    }
}
