import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { IllegalStateException } from '@sluice/core';
import {
  type FaultDirection,
  FaultProxy,
  type FaultProxyOptions,
  type ProxyConnection,
} from '@sluice/testing';

/** One end of a connection: what it got, and how it ended. */
class Peer {
  got: Buffer = Buffer.alloc(0);
  error: NodeJS.ErrnoException | undefined;
  ended = false;
  readonly closed: Promise<unknown>;
  /** The end or the close, whichever comes. */
  readonly over: Promise<unknown>;

  constructor(readonly socket: Socket) {
    socket.on('data', (chunk) => {
      this.got = Buffer.concat([this.got, chunk]);
    });
    socket.on('end', () => {
      this.ended = true;
    });
    socket.on('error', (error) => {
      this.error = error;
    });
    this.closed = new Promise((resolve) => socket.once('close', resolve));
    this.over = Promise.race([this.closed, new Promise((resolve) => socket.once('end', resolve))]);
  }

  get text(): string {
    return this.got.toString();
  }

  async receives(text: string): Promise<void> {
    while (this.got.length < text.length) await once(this.socket, 'data');
    expect(this.text).toBe(text);
  }

  async end(): Promise<void> {
    if (!this.ended) await once(this.socket, 'end');
  }
}

let server: Server;
let proxy: FaultProxy;
const peers: Peer[] = [];
/** Every socket of a server, also those that a test does not look at. */
const accepted = new Set<Socket>();

async function listen(): Promise<Server> {
  const listening = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  listening.on('connection', (socket) => {
    socket.on('error', () => {}); // told by its peer, if the test has one
    accepted.add(socket);
  });
  await once(listening, 'listening');
  return listening;
}

function addressOf(of: Server): { host: string; port: number } {
  return { host: '127.0.0.1', port: (of.address() as AddressInfo).port };
}

function dial(): Peer {
  const { host, port } = proxy.address;
  const peer = new Peer(connect({ host, port, allowHalfOpen: true }));
  peers.push(peer);
  return peer;
}

/** A connection through the proxy: both ends, and what is between. */
async function open(at = server): Promise<{ near: Peer; far: Peer; connection: ProxyConnection }> {
  const arrival = once(at, 'connection');
  const made = once(proxy, 'connection');
  const near = dial();
  const [[socket], [connection]] = await Promise.all([arrival, made]);
  const far = new Peer(socket as Socket);
  peers.push(far);
  return { near, far, connection: connection as ProxyConnection };
}

/** There and back in the direction that still works, often enough that the other would have worked meanwhile. */
async function beats(from: Peer, to: Peer): Promise<void> {
  for (let i = 0; i < 20; i++) {
    const before = to.got.length;
    from.socket.write('.');
    while (to.got.length === before) await once(to.socket, 'data');
  }
}

beforeEach(async () => {
  server = await listen();
  proxy = await FaultProxy.listen({ target: addressOf(server) });
});

afterEach(async () => {
  for (const { socket } of peers.splice(0)) socket.destroy();
  await proxy.close();
  for (const socket of accepted) socket.destroy();
  accepted.clear();
  server.on('connection', (socket) => socket.destroy()); // one that was still on its way
  server.close();
  await once(server, 'close');
});

describe('without a fault', () => {
  test('bytes pass both ways, an end is an end in one direction only, and all is counted', async () => {
    const { near, far, connection } = await open();
    expect(proxy.connections).toEqual([connection]);
    near.socket.end('hello');
    await far.receives('hello');
    await far.end();
    far.socket.write('good');
    await near.receives('good');
    const closed = once(connection, 'close');
    far.socket.end('bye');
    await near.receives('goodbye');
    await near.end();
    await closed;
    expect([connection.bytesToServer, connection.bytesToClient, connection.closed]).toEqual([5, 7, true]);
    expect([proxy.bytesToServer, proxy.bytesToClient, proxy.accepted, proxy.refused]).toEqual([5, 7, 1, 0]);
    expect(proxy.connections).toEqual([]);
    expect([near.error, far.error]).toEqual([undefined, undefined]);
  });

  test('a slow reader holds the writer up, and nothing is lost', async () => {
    const { near, far, connection } = await open();
    far.socket.pause();
    const bytes = Buffer.alloc(32 << 20, 'abcdefg');
    near.socket.write(bytes);
    await beats(far, near);
    expect(connection.bytesToServer).toBeLessThan(bytes.length);
    let length = 0;
    far.socket.removeAllListeners('data');
    const all = new Promise<void>((resolve) => {
      far.socket.on('data', (chunk) => {
        if (chunk[0] !== bytes[length]) throw new Error(`wrong byte at ${length}`);
        length += chunk.length;
        if (length === bytes.length) resolve();
      });
    });
    far.socket.resume();
    await all;
    expect(connection.bytesToServer).toBe(bytes.length);
  });

  test.each(['near', 'far'] as const)('a reset by the %s end is a reset at the other', async (who) => {
    const { near, far, connection } = await open();
    const [one, other] = who === 'near' ? [near, far] : [far, near];
    const closed = once(connection, 'close');
    one.socket.resetAndDestroy();
    await other.closed;
    expect(other.error?.code).toBe('ECONNRESET');
    await closed;
  });

  test('a target that cannot be reached resets the client', async () => {
    const gone = await listen();
    const address = addressOf(gone);
    gone.close();
    await once(gone, 'close');
    proxy.retarget(address);
    expect(proxy.target).toEqual(address);
    const near = dial();
    await near.closed;
    expect(near.error?.code).toBe('ECONNRESET');
  });
});

describe('faults that last', () => {
  test('blackhole holds all, ends too, and restore lets it go on', async () => {
    const { near, far, connection } = await open();
    connection.blackhole('toServer');
    const pieces = 32;
    let written = 0;
    for (let i = 0; i < pieces; i++) near.socket.write(Buffer.alloc(1 << 20, 'x'), () => written++);
    near.socket.end();
    await beats(far, near);
    expect([far.got.length, connection.bytesToServer]).toEqual([0, 0]);
    expect(written).toBeLessThan(pieces); // the buffers of the system are full: nobody reads
    let length = 0;
    far.socket.removeAllListeners('data');
    far.socket.on('data', (chunk) => {
      length += chunk.length;
    });
    connection.restore();
    await far.end();
    expect(length).toBe(pieces << 20);
  });

  test('a blackhole of the proxy is for new connections as well, and both ends stay open', async () => {
    proxy.blackhole();
    const { near, far, connection } = await open();
    near.socket.write('a');
    far.socket.end('b');
    // Another proxy in front of the same server shows that time has passed.
    const other = await FaultProxy.listen({ target: addressOf(server) });
    const arrival = once(server, 'connection');
    const control = new Peer(connect({ ...other.address, family: 4 }));
    const [socket] = await arrival;
    await beats(new Peer(socket as Socket), control);
    control.socket.destroy();
    socket.destroy();
    await other.close();
    expect([near.text, far.text, near.ended, near.socket.destroyed]).toEqual(['', '', false, false]);
    expect([connection.bytesToServer, connection.bytesToClient, connection.closed]).toEqual([0, 0, false]);
    proxy.restore();
    await far.receives('a');
    await near.receives('b');
    await near.end();
    const after = await open();
    after.near.socket.write('c');
    await after.far.receives('c');
  });

  test('drop discards one way, and keeps the end until restore', async () => {
    const { near, far, connection } = await open();
    connection.drop('toClient');
    await new Promise((resolve) => far.socket.write(Buffer.alloc(32 << 20), resolve)); // it is read
    far.socket.end();
    await beats(near, far);
    expect([near.text, near.ended, connection.bytesToClient]).toEqual(['', false, 0]);
    connection.restore();
    await near.end();
    expect(near.text).toBe('');
  });

  test('drop ends a blackhole, and what it held is lost', async () => {
    const { near, far, connection } = await open();
    connection.blackhole('toClient');
    far.socket.write('lost');
    await beats(near, far);
    connection.drop('toClient');
    await beats(near, far);
    connection.restore();
    far.socket.write('kept');
    await near.receives('kept');
  });

  test('delay holds back for its time, in order, and the end with it', async () => {
    const { near, far, connection } = await open();
    connection.delay(80, 'toServer');
    const start = performance.now();
    near.socket.write('a');
    await beats(far, near); // the other direction is not delayed
    expect([near.got.length, connection.bytesToClient]).toEqual([20, 20]);
    connection.delay(0);
    near.socket.end('b'); // does not overtake
    await far.receives('ab');
    await far.end();
    expect(performance.now() - start).toBeGreaterThanOrEqual(80);
  });

  test('restore sends at once what a long delay held', async () => {
    const { near, far, connection } = await open();
    proxy.delay(3_600_000);
    near.socket.end('a');
    await beatsElsewhere();
    expect(far.text).toBe('');
    proxy.restore();
    await far.receives('a');
    await far.end();
    expect(connection.bytesToServer).toBe(1);
  });

  test('throttle cuts and spreads what it forwards', async () => {
    const { near, far, connection } = await open();
    connection.throttle(500, 'toServer');
    const start = performance.now();
    const pieces: number[] = [];
    far.socket.on('data', (chunk) => pieces.push(chunk.length));
    near.socket.write('0123456789'.repeat(5));
    await far.receives('0123456789'.repeat(5));
    expect(performance.now() - start).toBeGreaterThanOrEqual(80); // 50 bytes, the last 10 of which may come at 80 ms
    expect(pieces.every((length) => length % 10 === 0)).toBe(true);
    connection.restore();
    near.socket.write(Buffer.alloc(100_000));
    while (far.got.length < 100_050) await once(far.socket, 'data');
  });

  test('transform drops some chunks and changes others, with the direction', async () => {
    const { near, far } = await open();
    const seen: string[] = [];
    proxy.transform((direction: FaultDirection, chunk) => {
      seen.push(`${direction} ${chunk}`);
      if (String(chunk) === 'pong') return null;
      return Buffer.from(String(chunk).toUpperCase());
    });
    near.socket.write('ping');
    await far.receives('PING');
    far.socket.write('pong');
    while (seen.length < 2) await beatsElsewhere();
    far.socket.write('data');
    await near.receives('DATA');
    expect(seen).toEqual(['toServer ping', 'toClient pong', 'toClient data']);
    proxy.restore();
    near.socket.write('plain');
    await far.receives('PINGplain');
  });

  test('refuse resets new connections, and lets the others be', async () => {
    const { near, far } = await open();
    proxy.refuse();
    const late = dial();
    await late.closed;
    expect(late.error?.code).toBe('ECONNRESET');
    expect([proxy.accepted, proxy.refused]).toEqual([1, 1]);
    near.socket.write('a');
    await far.receives('a');
    proxy.restore();
    await open();
    expect([proxy.accepted, proxy.refused]).toEqual([2, 1]);
  });
});

/** Lets everything else on this machine's loopback happen: twenty round trips of another connection. */
async function beatsElsewhere(): Promise<void> {
  const other = await listen();
  const arrival = once(other, 'connection');
  const a = new Peer(connect(addressOf(other)));
  const [socket] = await arrival;
  await beats(new Peer(socket as Socket), a);
  a.socket.destroy();
  socket.destroy();
  other.close();
}

describe('faults at once', () => {
  test('reset fails both ends', async () => {
    const { near, far, connection } = await open();
    const closed = once(connection, 'close');
    proxy.reset();
    await Promise.all([near.closed, far.closed, closed]);
    expect([near.error?.code, far.error?.code]).toEqual(['ECONNRESET', 'ECONNRESET']);
    connection.reset(); // no effect any more
    connection.halfClose('toServer');
  });

  test('reset before there is a connection to the server', async () => {
    proxy.once('connection', (connection) => connection.reset());
    const arrived = once(server, 'connection').then(([socket]) => once(socket as Socket, 'error'));
    const near = dial();
    await near.closed;
    expect(near.error?.code).toBe('ECONNRESET');
    expect((await arrived)[0]).toMatchObject({ code: 'ECONNRESET' });
  });

  test('cut ends both ends', async () => {
    const { near, far } = await open();
    proxy.cut();
    await Promise.all([near.end(), far.end()]);
    expect([near.error, far.error]).toEqual([undefined, undefined]);
    expect(proxy.connections).toEqual([]);
  });

  test('halfClose ends one direction, the other goes on', async () => {
    const { near, far, connection } = await open();
    proxy.halfClose('toServer');
    await far.end();
    near.socket.write('nobody gets this');
    await beats(far, near);
    expect([far.text, near.ended, connection.bytesToServer]).toEqual(['', false, 0]);
    const closed = once(connection, 'close');
    near.socket.end();
    far.socket.end();
    await Promise.all([near.end(), closed]);
  });

  test.each([1, 4, 9, 10])('after fires when exactly %i bytes have passed', async (count) => {
    const { near, far, connection } = await open();
    let passed = 0;
    connection.after(count, 'toClient', (same) => {
      passed = same.bytesToClient;
      same.cut();
    });
    far.socket.write('0123456789');
    await near.end();
    expect(passed).toBe(count);
    expect(near.text).toBe('0123456789'.slice(0, count));
  });

  test('after counts from the call, each connection for itself, in any order', async () => {
    const fired: [number, string][] = [];
    proxy.after(6, 'toServer', ({ bytesToServer }) => fired.push([bytesToServer, 'six']));
    proxy.after(2, 'toServer', ({ bytesToServer }) => fired.push([bytesToServer, 'two']));
    const first = await open();
    first.near.socket.write('abcdefgh');
    await first.far.receives('abcdefgh');
    const second = await open();
    second.near.socket.write('abc');
    await second.far.receives('abc');
    while (second.connection.bytesToServer < 3) await beatsElsewhere();
    expect(fired).toEqual([
      [2, 'two'],
      [6, 'six'],
      [2, 'two'],
    ]);
    second.connection.after(2, 'toServer', (connection) => connection.blackhole('toServer'));
    second.near.socket.write('defg');
    await second.far.receives('abcde');
    await beats(second.far, second.near);
    expect(second.far.text).toBe('abcde');
    second.connection.restore();
    await second.far.receives('abcdefg');
  });
});

describe('the proxy', () => {
  test('retarget sends new connections elsewhere', async () => {
    const first = await open();
    const other = await listen();
    proxy.retarget(addressOf(other));
    const second = await open(other);
    first.near.socket.write('1');
    second.near.socket.write('2');
    await first.far.receives('1');
    await second.far.receives('2');
    second.far.socket.destroy();
    second.near.socket.destroy();
    other.close();
    await once(other, 'close');
  });

  test('close ends connections in any state, timers too, once', async () => {
    const slow = await open();
    proxy.delay(3_600_000);
    slow.near.socket.write('never');
    const held = await open();
    held.connection.blackhole();
    held.near.socket.write('never');
    dial();
    const closing = proxy.close();
    expect(proxy.close()).toBe(closing);
    await closing;
    expect(proxy.connections).toEqual([]);
    await Promise.all([slow.near.over, slow.far.over, held.near.over, held.far.over]);
    for (const misuse of [() => proxy.restore(), () => proxy.refuse(), () => proxy.drop('toServer')]) {
      expect(misuse).toThrow(IllegalStateException);
    }
    const late = dial();
    await late.closed;
    expect(late.error?.code).toBe('ECONNREFUSED');
  });

  test('closes by await using, and says where it cannot listen', async () => {
    const second = await FaultProxy.listen({ target: addressOf(server) });
    await expect(
      FaultProxy.listen({ target: second.target, port: second.address.port }),
    ).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    await second[Symbol.asyncDispose]();
    expect(() => second.blackhole()).toThrow(/is closed/);
  });

  test('refuses what makes no sense, before any connection', async () => {
    const { connection } = await open();
    const noDirection = 'up' as FaultDirection;
    const noFunction = 1 as unknown as () => null;
    for (const controls of [proxy, connection]) {
      const code = (misuse: () => void): unknown => {
        try {
          misuse();
          return 'nothing thrown';
        } catch (error) {
          return (error as { code?: unknown }).code;
        }
      };
      expect(code(() => controls.drop(noDirection))).toBe('ERR_INVALID_ARG_VALUE');
      expect(code(() => controls.blackhole(noDirection))).toBe('ERR_INVALID_ARG_VALUE');
      expect(code(() => controls.halfClose(noDirection))).toBe('ERR_INVALID_ARG_VALUE');
      expect(code(() => controls.after(1, noDirection, () => {}))).toBe('ERR_INVALID_ARG_VALUE');
      expect(code(() => controls.delay(1, noDirection))).toBe('ERR_INVALID_ARG_VALUE');
      expect(code(() => controls.throttle(1, noDirection))).toBe('ERR_INVALID_ARG_VALUE');
      expect(code(() => controls.delay(-1))).toBe('ERR_OUT_OF_RANGE');
      expect(code(() => controls.delay(Number.NaN))).toBe('ERR_OUT_OF_RANGE');
      expect(code(() => controls.throttle(0))).toBe('ERR_OUT_OF_RANGE');
      expect(code(() => controls.after(0, 'toServer', () => {}))).toBe('ERR_OUT_OF_RANGE');
      expect(code(() => controls.after(1.5, 'toServer', () => {}))).toBe('ERR_OUT_OF_RANGE');
      expect(code(() => controls.after(1, 'toServer', noFunction))).toBe('ERR_INVALID_ARG_TYPE');
      expect(code(() => controls.transform(noFunction))).toBe('ERR_INVALID_ARG_TYPE');
    }
    expect(() => proxy.retarget({ host: '127.0.0.1', port: 0 })).toThrow(RangeError);
    const noTarget = { target: 9000 } as unknown as FaultProxyOptions;
    await expect(FaultProxy.listen(noTarget)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
  });
});
