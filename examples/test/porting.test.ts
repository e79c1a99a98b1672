import { execFile } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { type Channel, childrenOf, EmbeddedChannel, type InetSocketAddress } from '@sluice/core';
import type { ReconnectingClient } from '@sluice/handlers';
import { requiresProgram } from '../../test/support/requiresProgram.js';
import { imClient } from '../porting/ImClient.js';
import { ImMessage, LOGIN, LOGIN_FAILED, LOGIN_OK, PING, PONG, TEXT } from '../porting/ImMessage.js';
import { ImMessageDecoder } from '../porting/ImMessageDecoder.js';
import { ImMessageEncoder } from '../porting/ImMessageEncoder.js';
import { imServer } from '../porting/ImServer.js';
import { Example, withDeadline } from './support.js';

function bytesOf(...messages: ImMessage[]): Buffer {
  const channel = new EmbeddedChannel(new ImMessageEncoder());
  channel.writeOutbound(...messages);
  return Buffer.concat(channel.outboundMessages as Buffer[]);
}

/** A bare socket that speaks the protocol. */
class Peer {
  readonly socket: Socket;
  readonly #decoder = new EmbeddedChannel(new ImMessageDecoder());
  readonly closed: Promise<unknown>;
  received: string[] = [];

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.closed = once(this.socket, 'close');
    this.socket
      .on('error', () => {})
      .on('data', (bytes) => {
        this.#decoder.writeInbound(bytes);
        for (let message = this.next(); message !== null; message = this.next()) {
          this.received.push(`${message.type} ${message.body}`);
          this.socket.emit('message');
        }
      });
  }
  private next(): ImMessage | null {
    return this.#decoder.readInbound<ImMessage>();
  }
  send(...messages: ImMessage[]): void {
    this.socket.write(bytesOf(...messages));
  }
  async until(count: number): Promise<string[]> {
    while (this.received.length < count) {
      await withDeadline(once(this.socket, 'message'), 5000, () => `message ${count} of ${this.received}`);
    }
    return this.received;
  }
  async closes(): Promise<void> {
    await withDeadline(this.closed, 5000, () => 'the end of the connection');
  }
}

describe('the codec of the porting guide', () => {
  const messages = [
    new ImMessage(LOGIN, 'token-zoë'),
    new ImMessage(PING, ''),
    new ImMessage(TEXT, 'x'.repeat(300)),
  ];

  test('takes the bytes in any pieces', () => {
    const bytes = bytesOf(...messages);
    expect(bytes.subarray(0, 8).toString('hex')).toBe('494d01010000000a');
    const channel = new EmbeddedChannel(new ImMessageDecoder());
    for (const byte of bytes) channel.writeInbound(Buffer.of(byte));
    expect(channel.inboundMessages).toEqual(messages);
  });

  test('refuses what it cannot trust, and goes on behind it', () => {
    const channel = new EmbeddedChannel(new ImMessageDecoder());
    expect(() => channel.writeInbound(Buffer.from('GET / HTTP/1.1\r\n'))).toThrow('magic 18245, version 84');
    const long = bytesOf(new ImMessage(TEXT, ''));
    long.writeUInt32BE(64 * 1024 + 1, 4);
    expect(() => channel.writeInbound(long)).toThrow('body of 65537 bytes');
    channel.writeInbound(bytesOf(...messages));
    expect(channel.inboundMessages).toEqual(messages);
  });
});

describe('the server and client of the porting guide', () => {
  const servers: Channel[] = [];
  const clients: ReconnectingClient[] = [];
  const peers: Peer[] = [];
  /** Logins that wait to be answered, when a test answers by hand. */
  let logins: (() => void)[] | undefined;

  async function listen(port = 0, readerIdle?: number): Promise<number> {
    const findUser = async (token: string): Promise<string | undefined> => {
      if (logins !== undefined) await new Promise<void>((answer) => logins?.push(answer));
      return token.startsWith('token-') ? token.slice(6) : undefined;
    };
    const server = await imServer(findUser, readerIdle).bind({ host: '127.0.0.1', port });
    servers.push(server);
    return (server.localAddress as InetSocketAddress).port;
  }
  function dial(port: number): Peer {
    const peer = new Peer(port);
    peers.push(peer);
    return peer;
  }
  async function member(port: number, name: string): Promise<Peer> {
    const peer = dial(port);
    peer.send(new ImMessage(LOGIN, `token-${name}`));
    expect(await peer.until(1)).toEqual([`${LOGIN_OK} ${name}`]);
    peer.received = [];
    return peer;
  }

  beforeEach(() => {
    logins = undefined;
    jest.spyOn(console, 'error').mockImplementation(() => {});
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    for (const client of clients.splice(0)) await client.close();
    for (const peer of peers.splice(0)) peer.socket.destroy();
    for (const server of servers.splice(0)) await server.close();
  });

  test('a text goes to everybody else, a ping is answered', async () => {
    const port = await listen();
    const [ann, bob] = [await member(port, 'ann'), await member(port, 'bob')];
    ann.send(new ImMessage(TEXT, 'hello'), new ImMessage(PING, '7'));
    expect(await ann.until(1)).toEqual([`${PONG} 7`]);
    expect(await bob.until(1)).toEqual([`${TEXT} ann: hello`]);
  });

  test('what is sent while the login is looked up waits for it', async () => {
    const port = await listen();
    const bob = await member(port, 'bob');
    logins = [];
    const ann = dial(port);
    ann.send(new ImMessage(LOGIN, 'token-ann'), new ImMessage(TEXT, 'one'), new ImMessage(TEXT, 'two'));
    while (logins.length === 0) await new Promise(setImmediate);
    expect(bob.received).toEqual([]);
    logins[0]?.();
    expect(await bob.until(2)).toEqual([`${TEXT} ann: one`, `${TEXT} ann: two`]);
  });

  test('a stranger is told and closed', async () => {
    const stranger = dial(await listen());
    stranger.send(new ImMessage(TEXT, 'let me in'));
    await stranger.closes();
    expect(stranger.received).toEqual([`${LOGIN_FAILED} who are you?`]);
  });

  test('garbage and silence are closed', async () => {
    const port = await listen(0, 20);
    const silent = dial(port);
    await silent.closes();
    const garbage = dial(await listen());
    garbage.socket.write('GET / HTTP/1.1\r\n\r\n');
    await garbage.closes();
    expect(console.error).toHaveBeenCalledWith(expect.stringContaining('CorruptedFrameException'));
  });

  test('the client logs in again when the server is back', async () => {
    const port = await listen();
    const received: string[] = [];
    const news = new EventEmitter();
    const client = imClient(
      { host: '127.0.0.1', port },
      'token-ann',
      ({ type, body }) => {
        received.push(`${type} ${body}`);
        news.emit('message');
      },
      { base: 1, cap: 5 },
    );
    clients.push(client);
    const until = async (count: number): Promise<void> => {
      while (received.length < count) await once(news, 'message');
    };
    await withDeadline(until(1), 5000, () => 'the first login');
    for (const server of servers.splice(0)) {
      const accepted = [...childrenOf(server)];
      await server.close();
      for (const channel of accepted) await channel.close();
    }
    await listen(port);
    await withDeadline(until(2), 5000, () => 'the second login');
    expect(received).toEqual([`${LOGIN_OK} ann`, `${LOGIN_OK} ann`]);
  });
});

const JARS = [
  ...['buffer', 'codec', 'common', 'handler', 'resolver', 'transport'].map((part) => `netty-${part}`),
  'jctools-core',
].map((name) => `/usr/share/java/${name}.jar`);

requiresProgram(
  'java',
  'javac',
  ...JARS,
)('the Java original of the porting guide', () => {
  const running: Example[] = [];
  let classes: string;

  beforeAll(async () => {
    const sources = join(__dirname, '..', 'porting', 'java');
    classes = await mkdtemp(join(tmpdir(), 'sluice-porting-'));
    const files = (await readdir(sources)).map((name) => join(sources, name));
    await promisify(execFile)('javac', [
      '-Xlint:all',
      '-Werror',
      '-cp',
      JARS.join(delimiter),
      '-d',
      classes,
      ...files,
    ]);
  });
  afterEach(async () => {
    for (const program of running.splice(0)) {
      program.process.kill('SIGKILL');
      await program.exit();
    }
  });
  afterAll(() => rm(classes, { recursive: true, force: true }));

  function start(side: 'java' | 'node', program: 'server' | 'client', ...args: string[]): Example {
    const classPath = [classes, ...JARS].join(delimiter);
    const main = program === 'server' ? 'ImServer' : 'ImClient';
    const command = ['-XX:TieredStopAtLevel=1', '-Xmx128m', '-cp', classPath, main, ...args];
    const example =
      side === 'java' ? new Example('java', command, {}, 'java') : new Example(`porting/${program}.js`, args);
    running.push(example);
    return example;
  }

  test.each([
    ['java', 'node'],
    ['node', 'java'],
  ] as const)('a %s server and %s clients understand each other', async (server, side) => {
    const port = String(await start(server, 'server', '0').port());
    const [ann, bob] = [start(side, 'client', port, 'token-ann'), start(side, 'client', port, 'token-bob')];
    await ann.prints(/^2 ann$/m);
    await bob.prints(/^2 bob$/m);
    ann.process.stdin?.write('Grüße\n');
    await bob.prints(/^4 ann: Grüße$/m);
    bob.process.stdin?.end('good bye\n');
    await ann.prints(/^4 bob: good bye$/m);
    expect(await bob.exit()).toBe(0);
    await start(side, 'client', port, 'wrong').prints(/^3 who are you\?$/m);
  });
});
