import { spawn } from 'node:child_process';
import { createServer as createHttpServer, request } from 'node:http';
import { createConnection, createServer, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from 'node:tls';
import {
  Bootstrap,
  type ChannelHandlerContext,
  ChannelOption,
  ClosedChannelException,
  NotYetConnectedException,
  StreamChannel,
} from '../../../src/index.js';
import { duplexPair } from '../../support/duplexPair.js';
import { afterwards, opened } from '../../support/opened.js';
import { pattern } from '../../support/pattern.js';
import { Recorder } from '../../support/Recorder.js';
import { rawSockets, streamChannel, streamChannels } from '../../support/streams.js';
import { eventually, polls, signal, within } from '../../support/within.js';

const HALF = [[ChannelOption.ALLOW_HALF_CLOSURE, true]] as const;

describe('taking a stream over', () => {
  test('what is no Duplex is refused with advice', () => {
    for (const wrong of [undefined, null, {}, new (class extends Duplex {})().pipe]) {
      expect(() => new StreamChannel(wrong as never)).toThrow(
        expect.objectContaining({
          code: 'ERR_INVALID_ARG_TYPE',
          message: expect.stringContaining('Duplex.from'),
        }),
      );
    }
  });

  test('a stream of text is refused', () => {
    const [near] = duplexPair();
    near.setEncoding('utf8');
    expect(() => new StreamChannel(near)).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARG_VALUE',
        message: expect.stringContaining('StringDecoder'),
      }),
    );
  });

  test('nothing is read before the channel is registered', async () => {
    const [near, far] = duplexPair();
    const channel = opened(new StreamChannel(near));
    const recorder = new Recorder();
    channel.pipeline.addLast(recorder);
    far.write('early');
    await polls(3);
    expect(recorder.events).toEqual([]);
    channel.register();
    await recorder.received(5);
    expect(recorder.events).toEqual(['added', 'registered', 'active', 'read', 'readComplete']);
  });

  test('by a bootstrap, with options', async () => {
    const [near, far] = duplexPair();
    const channel = opened(
      await new Bootstrap<StreamChannel>()
        .channel(() => new StreamChannel(near))
        .option(ChannelOption.AUTO_READ, false)
        .handler((made) =>
          made.pipeline.addLast({ channelActive: (ctx) => void ctx.writeAndFlush(Buffer.from('hi')) }),
        )
        .register(),
    );
    expect(channel.config.autoRead).toBe(false);
    const [chunk] = await within(
      'the greeting',
      Promise.all([new Promise((resolve) => far.once('data', resolve))]),
    );
    expect(String(chunk)).toBe('hi');
  });

  test('one that is destroyed already makes a closed channel', async () => {
    for (const closedBefore of [true, false]) {
      const [near] = duplexPair();
      near.destroy();
      if (closedBefore) await new Promise((resolve) => near.once('close', resolve));
      const channel = new StreamChannel(near);
      expect([channel.isOpen, channel.isActive]).toEqual([false, false]);
      await within('the close', channel.closeFuture);
      await expect(channel.register()).rejects.toBeInstanceOf(ClosedChannelException);
    }
  });

  test('one whose end was read already closes when the channel reads', async () => {
    const [near, far] = duplexPair();
    far.end();
    near.resume();
    await new Promise((resolve) => near.once('end', resolve));
    const recorder = new Recorder();
    await streamChannel(near, (channel) => channel.pipeline.addLast(recorder));
    await recorder.seen('removed');
    expect(recorder.events.slice(2)).toEqual([
      'active',
      'readComplete',
      'inactive',
      'unregistered',
      'removed',
    ]);
  });

  test('a socket that still connects: active when it is', async () => {
    const server = createServer((socket) => socket.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    afterwards(() => server.close());
    const port = (server.address() as { port: number }).port;
    const recorder = new Recorder();
    const channel = await streamChannel(createConnection(port, '127.0.0.1'), (made) =>
      made.pipeline.addLast(recorder),
    );
    expect([channel.isActive, channel.remoteAddress]).toEqual([false, null]);
    await expect(channel.writeAndFlush(Buffer.from('too early'))).rejects.toBeInstanceOf(
      NotYetConnectedException,
    );
    expect(channel.isOpen).toBe(true);
    await recorder.seen('inactive');
    expect(recorder.text).toBe('hello');
    expect(channel.remoteAddress).toEqual({ host: '127.0.0.1', port, family: 'IPv4' });
  });

  test('a socket that cannot connect: the error, then closed, never active', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const port = (server.address() as { port: number }).port;
    await new Promise((resolve) => server.close(resolve));
    const recorder = new Recorder();
    await streamChannel(createConnection(port, '127.0.0.1'), (made) => made.pipeline.addLast(recorder));
    await recorder.seen('removed');
    expect(recorder.events).toEqual([
      'added',
      'registered',
      'exception ECONNREFUSED',
      'unregistered',
      'removed',
    ]);
  });

  test("addresses: the socket's, or those it is given", async () => {
    const [near] = await rawSockets();
    const channel = opened(new StreamChannel(near));
    expect(channel.remoteAddress).toMatchObject({ host: '127.0.0.1', port: near.remotePort });
    expect(channel.localAddress).toMatchObject({ host: '127.0.0.1', port: near.localPort });
    const [memory] = duplexPair();
    const plain = opened(
      new StreamChannel(memory, { remoteAddress: { path: '/dev/ttyUSB0' }, parent: channel }),
    );
    expect([plain.localAddress, plain.remoteAddress, plain.parent]).toEqual([
      null,
      { path: '/dev/ttyUSB0' },
      channel,
    ]);
    expect(String(plain)).toContain('R:/dev/ttyUSB0');
  });

  test('it neither binds nor connects; options of sockets only on sockets', async () => {
    const [near] = duplexPair();
    const channel = await streamChannel(near);
    expect(channel.bind({ host: '127.0.0.1', port: 0 }).cause).toMatchObject({
      code: 'ERR_UNSUPPORTED_OPERATION',
    });
    expect(channel.connect({ host: '127.0.0.1', port: 1 }).cause).toMatchObject({
      code: 'ERR_UNSUPPORTED_OPERATION',
    });
    expect(channel.setOption(ChannelOption.TCP_NODELAY, true)).toBe(false);
    expect(channel.duplex).toBe(near);

    const [socket] = await rawSockets();
    const noDelay = jest.spyOn(socket, 'setNoDelay');
    const overSocket = await streamChannel(socket);
    expect(overSocket.setOption(ChannelOption.TCP_NODELAY, true)).toBe(true);
    expect(noDelay).toHaveBeenCalledWith(true);
    expect(overSocket.setOption(ChannelOption.SO_LINGER, 0)).toBe(false);
  });
});

describe('errors and ends', () => {
  test('an error of the stream: exceptionCaught, then the close with that cause', async () => {
    const [near, far] = duplexPair();
    far.on('error', () => {});
    const recorder = new Recorder();
    const channel = await streamChannel(near, (made) => made.pipeline.addLast(recorder));
    const kept = channel.write(Buffer.from('kept'));
    const failure = Object.assign(new Error('line noise'), { code: 'ENOISE' });
    near.destroy(failure);
    await recorder.seen('removed');
    expect(recorder.events.slice(3)).toEqual([
      'readComplete',
      'exception ENOISE',
      'inactive',
      'unregistered',
      'removed',
    ]);
    expect(recorder.causes).toEqual([failure]);
    expect(kept.cause).toMatchObject({ code: 'ERR_CLOSED_CHANNEL', cause: failure });
  });

  test('destroyed by somebody else: inactive, without an error', async () => {
    const [near] = duplexPair();
    const recorder = new Recorder();
    const channel = await streamChannel(near, (made) => made.pipeline.addLast(recorder));
    near.destroy();
    await recorder.seen('removed');
    expect(recorder.events.slice(3)).toEqual(['inactive', 'unregistered', 'removed']);
    expect(channel.closeFuture.isSuccess).toBe(true);
  });

  test('errors while it closes reach no handler', async () => {
    const stream = new Duplex({
      read() {},
      write: (_chunk, _encoding, callback) => callback(),
      destroy: (_error, callback) => callback(new Error('cannot close')),
    });
    const recorder = new Recorder();
    const channel = await streamChannel(stream, (made) => made.pipeline.addLast(recorder));
    await within('the close', channel.close());
    await recorder.seen('removed');
    expect(recorder.causes).toEqual([]);
  });

  test('a slow destroy: inactive only when the stream is gone', async () => {
    const gone = signal();
    const stream = new Duplex({
      read() {},
      write: (_chunk, _encoding, callback) => callback(),
      destroy: (_error, callback) => void gone.promise.then(() => callback(null)),
    });
    const recorder = new Recorder();
    const channel = await streamChannel(stream, (made) => made.pipeline.addLast(recorder));
    const closed = channel.close();
    await polls(3);
    expect([channel.isOpen, closed.isDone, recorder.events.includes('inactive')]).toEqual([
      false,
      false,
      false,
    ]);
    gone.fire();
    await closed;
    await recorder.seen('removed');
  });

  test('half-closure works on a stream made without allowHalfOpen', async () => {
    const [near, far] = duplexPair({ allowHalfOpen: false });
    const { client, server } = await streamChannels([near, far], {
      serverOptions: HALF,
      clientOptions: HALF,
    });
    const recorder = new Recorder();
    server.pipeline.addLast(recorder);
    await client.shutdownOutput();
    await recorder.seen('ChannelInputShutdownReadComplete');
    await within('the write', server.writeAndFlush(Buffer.from('still open')));
    expect([server.isActive, server.isOutputShutdown]).toEqual([true, false]);
  });
});

describe('streams that deliver within write', () => {
  test('a handler is never entered twice, and order is kept', async () => {
    let inside = 0;
    let deepest = 0;
    const got: string[] = [];
    const pair = await streamChannels(duplexPair({ eager: true }), {
      client: (channel) =>
        channel.pipeline.addLast({
          channelRead(ctx, message: Buffer) {
            deepest = Math.max(deepest, ++inside);
            got.push(message.toString());
            if (got.length < 3000) ctx.writeAndFlush(Buffer.from(String(got.length)));
            ctx.channel.flushNow();
            inside--;
          },
        }),
      server: (channel) =>
        channel.pipeline.addLast({
          channelRead(ctx, message) {
            ctx.writeAndFlush(message);
            ctx.channel.flushNow();
          },
        }),
    });
    pair.client.writeAndFlush(Buffer.from('0'));
    await eventually('3000 rounds', () => got.length === 3000);
    expect(deepest).toBe(1);
    expect(got).toEqual(Array.from({ length: 3000 }, (_, i) => String(i)));
  });

  test('two that answer each other without end leave room for timers', async () => {
    let rounds = 0;
    const back = {
      isSharable: true,
      channelRead: (ctx: ChannelHandlerContext, message: Buffer) => {
        rounds++;
        ctx.writeAndFlush(message);
      },
    };
    const addLast = (channel: StreamChannel): void => void channel.pipeline.addLast(back);
    const { client } = await streamChannels(duplexPair(), { client: addLast, server: addLast });
    client.writeAndFlush(Buffer.from('ball'));
    for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(rounds).toBeGreaterThan(256);
    expect(client.isActive).toBe(true);
  });

  test('what comes while autoRead goes off waits in the stream', async () => {
    const recorder = new Recorder();
    const [near, far] = duplexPair({ eager: true });
    const channel = await streamChannel(near, (made) => {
      made.pipeline.addLast({
        channelRead(ctx, message) {
          ctx.channel.config.autoRead = false;
          far.write('second');
          ctx.fireChannelRead(message);
        },
      });
      made.pipeline.addLast(recorder);
    });
    await polls(1);
    far.write('first');
    await polls(3);
    expect(recorder.text).toBe('first');
    channel.pipeline.removeFirst();
    channel.read();
    await recorder.received(11);
    expect(recorder.text).toBe('firstsecond');
  });
});

describe('real streams', () => {
  test('the stdio of a child process', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.pipe(process.stdout)'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const exit = new Promise((resolve) => child.once('exit', resolve));
    afterwards(() => child.kill());
    const recorder = new Recorder();
    const channel = await streamChannel(
      Duplex.from({ readable: child.stdout, writable: child.stdin }),
      (made) => made.pipeline.addLast(recorder),
    );
    const data = pattern(300_000);
    for (let at = 0; at < data.length; at += 7000) channel.write(data.subarray(at, at + 7000));
    channel.flush();
    await recorder.received(data.length);
    expect(Buffer.concat(recorder.chunks).equals(data)).toBe(true);
    await within('the end of both', channel.closeGracefully());
    expect(await within('the exit', exit)).toBe(0);
    await recorder.seen('removed');
  });

  test('TLS sockets', async () => {
    // A pre-shared key needs no certificates.
    const psk = Buffer.from('a shared secret!');
    const common = { ciphers: 'PSK', maxVersion: 'TLSv1.2' } as const;
    const accepted = signal<TLSSocket>();
    const server = createTlsServer({ ...common, pskCallback: () => psk, pskIdentityHint: 'test' }, (socket) =>
      accepted.fire(socket),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    afterwards(() => server.close());
    const near = connectTls({
      ...common,
      host: '127.0.0.1',
      port: (server.address() as { port: number }).port,
      checkServerIdentity: () => undefined,
      pskCallback: () => ({ psk, identity: 'me' }),
    });
    const atClient = new Recorder();
    const clientReady = streamChannel(near, (made) => made.pipeline.addLast(atClient));
    const far = await within('the handshake', accepted.promise);
    const echoing = await streamChannel(far, (made) =>
      made.pipeline.addLast({ channelRead: (ctx, message) => void ctx.writeAndFlush(message) }),
    );
    const client = await clientReady;
    await atClient.seen('active');
    const data = pattern(500_000);
    for (let at = 0; at < data.length; at += 999) client.write(data.subarray(at, at + 999));
    client.flush();
    await atClient.received(data.length);
    expect(Buffer.concat(atClient.chunks).equals(data)).toBe(true);
    await within('the graceful close', client.closeGracefully());
    await within('the other side', echoing.closeFuture);
  });

  test('the socket of an HTTP upgrade', async () => {
    const server = createHttpServer();
    server.on('upgrade', (_request, socket: Socket, head: Buffer) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n');
      if (head.length > 0) socket.unshift(head);
      void streamChannel(socket, (made) =>
        made.pipeline.addLast({ channelRead: (ctx, message) => void ctx.writeAndFlush(message) }),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    afterwards(() => server.close());
    const upgraded = signal<Socket>();
    request({
      port: (server.address() as { port: number }).port,
      host: '127.0.0.1',
      headers: { Connection: 'Upgrade', Upgrade: 'echo' },
    })
      .on('upgrade', (_response, socket: Socket) => upgraded.fire(socket))
      .end();
    const recorder = new Recorder();
    const client = await streamChannel(await within('the upgrade', upgraded.promise), (made) =>
      made.pipeline.addLast(recorder),
    );
    client.writeAndFlush(Buffer.from('over HTTP'));
    await recorder.received(9);
    expect(recorder.text).toBe('over HTTP');
  });
});
