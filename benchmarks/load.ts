import { connect, type Socket } from 'node:net';

/**
 * Load generator: connections that each keep a number of framed messages in flight for a while. Answers are counted by
 * their bytes. Run with JSON as the only argument; reports by IPC.
 */
export interface Load {
  readonly port: number;
  readonly connections: number;
  readonly inFlight: number;
  /** Bytes of payload of a message. */
  readonly size: number;
  /** ms */
  readonly duration: number;
}
export interface LoadResult {
  readonly messages: number;
}

const load = JSON.parse(process.argv[2] ?? '{}') as Load;
const frameSize = load.size + 4;
const frame = Buffer.alloc(frameSize, 7);
frame.writeUInt32BE(load.size);
/** Enough frames for one write, whatever number is due. */
const burst = Buffer.alloc(frameSize * load.inFlight);
for (let i = 0; i < load.inFlight; i++) frame.copy(burst, i * frameSize);

let received = 0;
let running = true;
const sockets: Socket[] = [];

function onData(this: Socket & { partial?: number }, chunk: Buffer): void {
  received += chunk.length;
  const bytes = (this.partial ?? 0) + chunk.length;
  const answered = Math.floor(bytes / frameSize);
  this.partial = bytes - answered * frameSize;
  if (answered > 0 && running) this.write(burst.subarray(0, answered * frameSize));
}

let connected = 0;
for (let i = 0; i < load.connections; i++) {
  const socket = connect({ port: load.port, host: '127.0.0.1', noDelay: true });
  socket.on('data', onData);
  socket.on('connect', () => {
    if (++connected === load.connections) begin();
  });
  sockets.push(socket);
}

function begin(): void {
  process.send?.('begin');
  for (const socket of sockets) socket.write(burst);
  setTimeout(() => {
    running = false;
    process.send?.({ messages: received / frameSize } satisfies LoadResult);
    for (const socket of sockets) socket.destroy();
    process.disconnect?.();
  }, load.duration);
}
