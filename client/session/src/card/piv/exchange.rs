//! One command and its whole answer: chaining out, GET RESPONSE in, and the status bytes told apart.
//!
//! Bodies may hold a PIN: every buffer is wiped, and nothing here prints one. Source: ISO/IEC 7816-4, 5.3.

use zeroize::Zeroizing;

use crate::card::channel::{CardChannel, ChannelError};

/// Longest body of a short command.
const SHORT: usize = 255;
/// Longest answer that is put together: far above any certificate.
const LONGEST_ANSWER: usize = 32 * 1024;
/// Chained commands and GET RESPONSE.
const CHAINED: u8 = 0x10;
const GET_RESPONSE: [u8; 5] = [0x00, 0xC0, 0x00, 0x00, 0x00];

/// A command without its body: instruction and parameters; class 00.
#[derive(Clone, Copy)]
pub(crate) struct Header {
    pub(crate) instruction: u8,
    pub(crate) p1: u8,
    pub(crate) p2: u8,
}

/// A complete answer.
pub(crate) struct Answer {
    pub(crate) data: Vec<u8>,
    pub(crate) status: u16,
}

/// Why there is no complete answer.
pub(crate) enum Broken {
    /// The channel failed.
    Channel(ChannelError),
    /// The channel succeeded with nothing: the card was pulled during the command.
    Silent,
    /// The card answers more than any object holds, or less than two bytes.
    Misbehaved(&'static str),
}

/// Sends a command, in pieces when its body is long, and collects the answer.
pub(crate) fn exchange(
    channel: &mut impl CardChannel,
    header: Header,
    body: &[u8],
) -> Result<Answer, Broken> {
    let mut pieces = body.chunks(SHORT).peekable();
    while let Some(piece) = pieces.next() {
        let last = pieces.peek().is_none();
        let answer = send(channel, &short(header, piece, last))?;
        if last {
            return collect(channel, answer);
        }
        if answer.status != 0x9000 {
            return Ok(answer);
        }
    }
    let answer = send(channel, &[0x00, header.instruction, header.p1, header.p2])?;
    collect(channel, answer)
}

/// A short command; only the last of a chain asks for an answer, and VERIFY never does.
fn short(header: Header, piece: &[u8], last: bool) -> Zeroizing<Vec<u8>> {
    let mut apdu = Zeroizing::new(Vec::with_capacity(piece.len() + 6));
    let class = if last { 0x00 } else { CHAINED };
    // A piece is at most 255 bytes long.
    let length = u8::try_from(piece.len()).unwrap_or(u8::MAX);
    apdu.extend_from_slice(&[class, header.instruction, header.p1, header.p2, length]);
    apdu.extend_from_slice(piece);
    if last && header.instruction != super::VERIFY {
        apdu.push(0);
    }
    apdu
}

fn collect(channel: &mut impl CardChannel, first: Answer) -> Result<Answer, Broken> {
    let mut whole = first;
    while whole.status & 0xFF00 == 0x6100 {
        let [_, waiting] = whole.status.to_be_bytes();
        let [class, instruction, p1, p2, _] = GET_RESPONSE;
        let next = send(channel, &[class, instruction, p1, p2, waiting])?;
        if next.data.is_empty() && next.status & 0xFF00 == 0x6100 {
            return Err(Broken::Misbehaved("an answer that never comes"));
        }
        whole.data.extend_from_slice(&next.data);
        whole.status = next.status;
        if whole.data.len() > LONGEST_ANSWER {
            return Err(Broken::Misbehaved("an answer without end"));
        }
    }
    Ok(whole)
}

/// Sends one APDU; on `6CXX` sends it again with the length that the card asks for, once.
fn send(channel: &mut impl CardChannel, apdu: &[u8]) -> Result<Answer, Broken> {
    let answer = receive(channel, apdu)?;
    if answer.status & 0xFF00 != 0x6C00 || apdu.len() < 5 {
        return Ok(answer);
    }
    let [_, exact] = answer.status.to_be_bytes();
    let mut again = Zeroizing::new(apdu.to_vec());
    if let Some(le) = again.last_mut() {
        *le = exact;
    }
    receive(channel, &again)
}

fn receive(channel: &mut impl CardChannel, apdu: &[u8]) -> Result<Answer, Broken> {
    let mut data = channel.transmit(apdu).map_err(Broken::Channel)?;
    match data[..] {
        [] => Err(Broken::Silent),
        [.., high, low] => {
            data.truncate(data.len() - 2);
            Ok(Answer { data, status: u16::from_be_bytes([high, low]) })
        }
        [_] => Err(Broken::Misbehaved("an answer of one byte")),
    }
}
