import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { ServerProcess } from './support.js';

const TIMEOUT = 600;
const CLIENTS = 20;
/** Milliseconds that a loaded machine may be late. */
const LATENESS = 400;

let server: ServerProcess;
const sockets: Socket[] = [];
const timers: NodeJS.Timeout[] = [];

beforeAll(async () => {
  server = await ServerProcess.start({ interval: 0, timeout: TIMEOUT });
});
afterAll(async () => {
  for (const timer of timers) clearInterval(timer);
  for (const socket of sockets) socket.destroy();
  await server.kill();
});

/** A client that sends a ping a hundred milliseconds; gives its local port and what stops the pings. */
async function pinging(): Promise<{ port: number; fallSilent: () => void }> {
  const socket = connect(server.port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => {});
  socket.resume();
  await once(socket, 'connect');
  const timer = setInterval(() => socket.write('ping 1\n'), 100);
  timers.push(timer);
  return { port: socket.localPort as number, fallSilent: () => clearInterval(timer) };
}

test('a server that was stopped for three times its limit evicts the dead, and nobody else', async () => {
  const clients = await Promise.all(Array.from({ length: CLIENTS }, pinging));
  await server.until(() => server.count('online') === CLIENTS);
  server.freeze();
  clients[0]?.fallSilent();
  await new Promise((resolve) => setTimeout(resolve, 3 * TIMEOUT));
  const thawed = performance.now();
  server.thaw();
  await server.until(() => server.count('dead') > 0);
  const took = performance.now() - thawed;
  expect(server.reports.filter((report) => 'dead' in report)).toEqual([
    expect.objectContaining({ dead: clients[0]?.port, cause: 'ERR_HEARTBEAT_TIMEOUT' }),
  ]);
  // Its last pings were read after the stall: the limit counts from there.
  expect(took).toBeGreaterThan(TIMEOUT / 2);
  expect(took).toBeLessThan(TIMEOUT + LATENESS);
  await server.until(() => server.count('offline') === 1);
  expect(server.count('dead')).toBe(1);
});
