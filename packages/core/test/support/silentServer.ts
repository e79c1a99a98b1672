import { createConnection } from 'node:net';
import { Worker } from 'node:worker_threads';
import type { InetSocketAddress } from '../../src/index.js';
import { afterwards } from './opened.js';
import { within } from './within.js';

/** A thread that listens with room for one connection, then never runs its event loop again. */
const SCRIPT = `
  const { parentPort } = require('node:worker_threads');
  const server = require('node:net').createServer();
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    // At once: one more turn of the loop could accept somebody.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
`;

/** An address on loopback that does not answer: its queue is full and nobody accepts. */
export async function silentAddress(): Promise<InetSocketAddress> {
  const worker = new Worker(SCRIPT, { eval: true });
  afterwards(() => worker.terminate());
  const port = await within(
    'the silent server',
    new Promise<number>((resolve, reject) => worker.once('message', resolve).once('error', reject)),
  );
  // The system queues one more than asked for; what comes after those gets no answer.
  const fillers = Array.from({ length: 6 }, () => createConnection({ host: '127.0.0.1', port }));
  let connected = 0;
  await within(
    'a full queue',
    new Promise<void>((resolve) => {
      for (const filler of fillers) {
        filler.on('error', () => {});
        filler.on('connect', () => ++connected === 2 && resolve());
        afterwards(() => filler.destroy());
      }
    }),
  );
  return { host: '127.0.0.1', port };
}
