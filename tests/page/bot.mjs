// A bot of one process with the page's test: it speaks each 1.3 s for half a second, so that who asks once a second
// meets it speaking, and takes back the rest of what it wanted to say.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';  // RFC 6455 1.3
const loud = Buffer.from(Array.from({ length: 16000 }, (_, i) => (Math.floor(i / 8) % 2 ? 0x90 : 0x10)));

function frameOf(text) {
  const payload = Buffer.from(text);
  const head = payload.length < 126 ? [0x81, payload.length] : [0x81, 126, payload.length >> 8, payload.length & 0xff];
  return Buffer.concat([Buffer.from(head), payload]);
}

// The payloads of the frames that a client has sent so far, and what is left over.
function read(bytes) {
  const texts = [];
  while (bytes.length >= 8) {
    const short = bytes[1] & 0x7f;
    const head = short === 126 ? 4 : 2;
    const length = short === 126 ? bytes.readUInt16BE(2) : short;
    const end = head + 4 + length;
    if (bytes.length < end) break;
    const mask = bytes.subarray(head, head + 4);
    texts.push(Buffer.from(bytes.subarray(head + 4, end).map((byte, i) => byte ^ mask[i % 4])).toString());
    bytes = bytes.subarray(end);
  }
  return { texts, rest: bytes };
}

export async function startBot() {
  const timers = new Set();
  const sockets = new Set();
  const server = createServer().on('upgrade', ({ headers }, socket) => {
    sockets.add(socket);
    const accept = createHash('sha1').update(headers['sec-websocket-key'] + guid).digest('base64');
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
    let bytes = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (more) => {
      const { texts, rest } = read(Buffer.concat([bytes, more]));
      bytes = rest;
      const start = texts.find((text) => text.includes('"event":"start"'));
      if (!start) return;
      const streamSid = JSON.parse(start).streamSid;
      const say = () => {
        socket.write(frameOf(JSON.stringify({ event: 'media', streamSid, media: { payload: loud.toString('base64') } })));
        timers.add(setTimeout(() => socket.write(frameOf(JSON.stringify({ event: 'clear', streamSid }))), 500));
      };
      say();
      timers.add(setInterval(say, 1300));
    });
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `ws://127.0.0.1:${server.address().port}/bot`,
    close() {
      timers.forEach(clearInterval);
      sockets.forEach((socket) => socket.destroy());
      server.close();
    },
  };
}
