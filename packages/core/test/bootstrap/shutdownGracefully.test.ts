import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  ChannelOption,
  childrenOf,
  type InetSocketAddress,
  nodeEventLoop,
  ServerShutdownEvent,
  type SocketChannel,
  shutdownGracefully,
  shutdownOnSignals,
} from '../../src/index.js';
import { afterwards } from '../support/opened.js';
import { Recorder } from '../support/Recorder.js';
import { connect, listen } from '../support/sockets.js';
import { eventually, polls, signal, within } from '../support/within.js';

/** A handler that answers the shutdown of its server. */
function onShutdown(answer: (channel: SocketChannel, event: ServerShutdownEvent) => void) {
  return (child: SocketChannel): void => {
    child.pipeline.addLast({
      userEventTriggered(ctx, event) {
        if (event instanceof ServerShutdownEvent) answer(ctx.channel as SocketChannel, event);
        else ctx.fireUserEventTriggered(event);
      },
    });
  };
}

describe('shutdownGracefully', () => {
  test('stops accepting, lets children say goodbye, and closes them when the peers end', async () => {
    const server = await listen(onShutdown((child) => void child.writeAndFlush(Buffer.from('goodbye'))));
    const recorders = [new Recorder(), new Recorder()];
    for (const recorder of recorders) await connect(server, (channel) => channel.pipeline.addLast(recorder));
    await eventually('both are accepted', () => childrenOf(server).size === 2);
    await within('the shutdown', shutdownGracefully(server), 2000);
    expect([server.isOpen, childrenOf(server).size]).toEqual([false, 0]);
    for (const recorder of recorders) {
      await recorder.seen('inactive');
      expect(recorder.text).toBe('goodbye');
      expect(recorder.causes).toEqual([]);
    }
    const refused = createConnection((server.localAddress as InetSocketAddress).port, '127.0.0.1');
    const [error] = await new Promise<Error[]>((resolve) =>
      refused.once('error', (cause) => resolve([cause])),
    );
    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('waits for what waitUntil was given', async () => {
    const work = [signal(), signal()];
    const begun = signal<ServerShutdownEvent>();
    const server = await listen(
      onShutdown((_child, event) => {
        for (const { promise } of work) event.waitUntil(promise);
        event.waitUntil(Promise.reject(new Error('a failure is an end, too')));
        begun.fire(event);
      }),
    );
    const recorder = new Recorder();
    await connect(server, (channel) => channel.pipeline.addLast(recorder));
    await eventually('it is accepted', () => childrenOf(server).size === 1);
    const now = nodeEventLoop.now;
    const done = shutdownGracefully(server, { timeout: 3000 });
    const event = await within('the event', begun.promise);
    expect(event.deadline - now).toBeGreaterThanOrEqual(3000);
    expect(event.deadline - now).toBeLessThan(3500);
    expect(server.isOpen).toBe(false);
    work[0]?.fire();
    await polls(3);
    expect(recorder.events).not.toContain('inactive');
    work[1]?.fire();
    await within('the shutdown', done, 2000);
    await recorder.seen('inactive');
  });

  test('waitUntil counts as long as earlier work goes on, and is refused when the channel closes', async () => {
    const first = signal();
    const second = signal();
    const late = signal<unknown>();
    const server = await listen(
      onShutdown((child, event) => {
        const work = first.promise.then(() => event.waitUntil(second.promise));
        event.waitUntil(work);
        child.closeFuture.addListener(() => {
          try {
            event.waitUntil(Promise.resolve());
          } catch (error) {
            late.fire(error);
          }
        });
      }),
    );
    const recorder = new Recorder();
    await connect(server, (channel) => channel.pipeline.addLast(recorder));
    await eventually('it is accepted', () => childrenOf(server).size === 1);
    const done = shutdownGracefully(server, { timeout: 5000 });
    first.fire();
    await polls(3);
    expect(recorder.events).not.toContain('inactive');
    second.fire();
    await within('the shutdown', done, 2000);
    expect(await within('the refusal', late.promise)).toMatchObject({
      code: 'ERR_ILLEGAL_STATE',
      message: expect.stringMatching(/^waitUntil\(\) came too late/),
    });
  });

  test('at the deadline what is still open is closed: endless work, and a peer that does not read', async () => {
    const server = await listen(
      onShutdown((child, event) => {
        if (child.config.autoRead) event.waitUntil(new Promise(() => {}));
        else child.writeAndFlush(Buffer.alloc(16 << 20));
      }),
    );
    const reader = await connect(server);
    await eventually('it is accepted', () => childrenOf(server).size === 1);
    const deaf = await connect(
      server,
      () => {},
      (bootstrap) => bootstrap.option(ChannelOption.AUTO_READ, false),
    );
    await eventually('both are accepted', () => childrenOf(server).size === 2);
    const second = [...childrenOf(server)][1];
    if (second !== undefined) second.config.autoRead = false;
    const begun = performance.now();
    await within('the shutdown', shutdownGracefully(server, { timeout: 150 }), 2000);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(145);
    expect(childrenOf(server).size).toBe(0);
    await within('the end of the reader', reader.closeFuture);
    expect(deaf.isOpen).toBe(true);
  });

  test('data that is waiting leaves first', async () => {
    const server = await listen(onShutdown((child) => void child.writeAndFlush(Buffer.alloc(16 << 20, 1))));
    const recorder = new Recorder();
    const client = await connect(
      server,
      (channel) => channel.pipeline.addLast(recorder),
      (bootstrap) => bootstrap.option(ChannelOption.AUTO_READ, false),
    );
    await eventually('it is accepted', () => childrenOf(server).size === 1);
    const done = shutdownGracefully(server);
    await polls(5);
    client.config.autoRead = true;
    await within('the shutdown', done);
    await recorder.seen('inactive');
    expect(recorder.bytes).toBe(16 << 20);
  });

  test('leaves no timer behind', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const server = await listen();
    await connect(server);
    await eventually('it is accepted', () => childrenOf(server).size === 1);
    const before = timers();
    await shutdownGracefully(server, { timeout: 60_000 });
    await eventually('the timers are gone', () => timers() <= before);
  });
});

/** Echoes, and says goodbye when told to stop; with `stuck` a child never lets go. */
const PROGRAM = `
  const { ServerBootstrap, ServerShutdownEvent, shutdownOnSignals } = await import(process.env.SLUICE_CORE);
  const server = await new ServerBootstrap()
    .childHandler((channel) => {
      channel.pipeline.addLast({
        channelActive: () => console.log('accepted'),
        channelRead: (ctx, message) => void ctx.writeAndFlush(message),
        userEventTriggered(ctx, event) {
          if (!(event instanceof ServerShutdownEvent)) return;
          ctx.writeAndFlush(Buffer.from('goodbye'));
          if (process.env.STUCK) event.waitUntil(new Promise(() => {}));
          console.log('stopping');
        },
      });
    })
    .bind({ host: '127.0.0.1', port: 0 });
  const { done } = shutdownOnSignals([server], { timeout: 60_000 });
  done.then(() => console.log('done'));
  console.log('port ' + server.localAddress.port);
`;

interface Program {
  readonly child: ChildProcess;
  readonly exit: Promise<[code: number | null, signal: NodeJS.Signals | null]>;
  says(text: RegExp): Promise<RegExpMatchArray>;
}

function program(env: Record<string, string> = {}): Program {
  const core = join(__dirname, '..', '..', 'dist', 'index.js');
  if (!existsSync(core)) throw new Error('core is not built: run `npm run build` first (`npm test` does)');
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM], {
    env: { PATH: process.env.PATH, SLUICE_CORE: pathToFileURL(core).href, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  afterwards(() => child.kill('SIGKILL'));
  let out = '';
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const exit = new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
    child.once('close', (code, killed) => resolve([code, killed]));
  });
  return {
    child,
    exit,
    async says(text) {
      await eventually(`the program says ${text}`, () => text.test(out), 10_000);
      return out.match(text) as RegExpMatchArray;
    },
  };
}

async function talkingTo(running: Program): Promise<{ socket: Socket; text: () => string }> {
  const [, port] = await running.says(/port (\d+)/);
  const socket = createConnection({ host: '127.0.0.1', port: Number(port) });
  afterwards(() => socket.destroy());
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await running.says(/accepted/);
  return { socket, text: () => text };
}

describe('shutdownOnSignals', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('%s ends the program in order', async (name) => {
    const running = program();
    const { socket, text } = await talkingTo(running);
    socket.write('hello ');
    await eventually('the echo', () => text() === 'hello ');
    running.child.kill(name);
    expect(await within('the exit', running.exit, 10_000)).toEqual([0, null]);
    await running.says(/stopping\ndone\n$/);
    await eventually('the goodbye', () => text() === 'hello goodbye');
  });

  test('a second signal ends the program as ever', async () => {
    const running = program({ STUCK: '1' });
    await talkingTo(running);
    running.child.kill('SIGTERM');
    await running.says(/stopping/);
    running.child.kill('SIGTERM');
    expect(await within('the exit', running.exit, 10_000)).toEqual([null, 'SIGTERM']);
  });

  test('stop() takes the handlers away, and nothing is installed before', async () => {
    const on = jest.spyOn(process, 'on');
    const count = (): number => process.listenerCount('SIGUSR2');
    const server = await listen();
    expect(on).not.toHaveBeenCalled();
    on.mockRestore();
    const before = count();
    const { stop } = shutdownOnSignals([server], { signals: ['SIGUSR2'] });
    expect(count()).toBe(before + 1);
    stop();
    expect(count()).toBe(before);
    expect(server.isActive).toBe(true);
  });
});
