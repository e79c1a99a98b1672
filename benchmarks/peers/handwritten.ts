import { type AddressInfo, createServer, type Socket } from 'node:net';
import { serve } from './peer.js';

/**
 * What a good engineer writes on `node:net`: frames with a 4-byte length are cut from each chunk, and all answers of one
 * chunk leave in one gathered write.
 */
function connection(socket: Socket): void {
  let rest: Buffer | null = null;
  socket.on('error', () => {});
  socket.on('data', (chunk: Buffer) => {
    const data = rest === null ? chunk : Buffer.concat([rest, chunk]);
    const answers: Buffer[] = [];
    let size = 0;
    let position = 0;
    while (data.length - position >= 4) {
      const length = data.readUInt32BE(position);
      if (data.length - position - 4 < length) break;
      const frame = data.subarray(position + 4, position + 4 + length);
      answers.push(frame);
      size += 4 + length;
      position += 4 + length;
    }
    rest = position < data.length ? data.subarray(position) : null;
    if (size === 0) return;
    const out = Buffer.allocUnsafe(size);
    let at = 0;
    for (const frame of answers) {
      out.writeUInt32BE(frame.length, at);
      out.set(frame, at + 4);
      at += 4 + frame.length;
    }
    socket.write(out);
  });
}

const server = createServer({ noDelay: true }, connection);
server.listen(0, '127.0.0.1', () => serve((server.address() as AddressInfo).port));
