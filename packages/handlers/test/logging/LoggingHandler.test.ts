import {
  ByteBuf,
  type ChannelHandlerContext,
  EmbeddedChannel,
  type Logger,
  prettyHexDump,
} from '@sluice/core';
import { LoggingHandler, type LoggingOptions } from '@sluice/handlers';

function recordingLogger() {
  const lines: string[] = [];
  const fields: object[] = [];
  const at =
    (level: string) =>
    (obj: object, msg: string): void => {
      fields.push(obj);
      lines.push(`${level} ${msg}`);
    };
  const logger: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  return { logger, lines, fields };
}

/** A channel with the handler, and the lines without the channel's description. */
function logged(options: LoggingOptions = {}) {
  const { logger, lines, fields } = recordingLogger();
  const channel = new EmbeddedChannel(new LoggingHandler({ logger, ...options }), { exceptionCaught() {} });
  const id = `[id: 0x${channel.id.asShortText()}`;
  const take = (): string[] => lines.splice(0).map((line) => line.replace(/\[id: [^\]]*\]/, '[ch]'));
  return { channel, lines, fields, take, id };
}

test('the life of a channel, in the form "channel EVENT: data"', () => {
  const { channel, take } = logged();
  expect(take()).toEqual(['debug [ch] REGISTERED', 'debug [ch] ACTIVE']);
  channel.writeInbound('hello');
  expect(take()).toEqual(['debug [ch] READ: hello', 'debug [ch] READ COMPLETE']);
  channel.writeOutbound({ kind: 'ack', seq: 1 });
  expect(take()).toEqual(["debug [ch] WRITE: { kind: 'ack', seq: 1 }", 'debug [ch] FLUSH']);
  channel.pipeline.fireUserEventTriggered({ toString: () => 'an event' });
  channel.pipeline.fireChannelWritabilityChanged();
  expect(take()).toEqual(['debug [ch] USER_EVENT: an event', 'debug [ch] WRITABILITY CHANGED']);
  channel.close();
  expect(take()).toEqual(['debug [ch] CLOSE', 'debug [ch] INACTIVE', 'debug [ch] UNREGISTERED']);
  channel.finishAndReleaseAll();
});

test('operations with addresses', () => {
  const { channel, take } = logged();
  take();
  channel.bind({ host: '127.0.0.1', port: 80 });
  channel.connect({ host: '::1', port: 81 });
  channel.connect({ path: '/run/x.sock' }, { host: '10.0.0.1', port: 0 });
  channel.deregister();
  expect(take()).toEqual([
    'debug [ch] BIND: 127.0.0.1:80',
    'debug [ch] CONNECT: [::1]:81',
    'debug [ch] CONNECT: /run/x.sock, 10.0.0.1:0',
    'debug [ch] DEREGISTER',
    'debug [ch] UNREGISTERED',
  ]);
  channel.finish();
  const udp = new EmbeddedChannel({ hasDisconnect: true, handlers: [] });
  const { logger, lines } = recordingLogger();
  udp.pipeline.addLast(new LoggingHandler({ logger }));
  udp.disconnect();
  expect(lines[0]).toMatch(/ DISCONNECT$/);
  udp.finish();
});

test.each([
  ['Buffer', Buffer.from('Hello\n')],
  ['Uint8Array', new Uint8Array(Buffer.from('Hello\n'))],
  ['ByteBuf', ByteBuf.from('Hello\n')],
])('a %s is shown as a table, or by its size', (_name, bytes) => {
  const full = logged();
  full.take();
  full.channel.writeInbound(bytes);
  expect(full.take()[0]).toBe(`debug [ch] READ: 6B\n${prettyHexDump(Buffer.from('Hello\n'))}`);
  full.channel.finishAndReleaseAll();
  const short = logged({ format: 'SIMPLE' });
  short.take();
  short.channel.writeInbound(bytes, Buffer.alloc(0));
  expect(short.take().slice(0, 2)).toEqual(['debug [ch] READ: 6B', 'debug [ch] READ: 0B']);
  short.channel.finishAndReleaseAll();
});

test('an exception is a line and, with its stack, the field err', () => {
  const { channel, take, fields } = logged();
  take();
  const cause = new TypeError('bad');
  channel.pipeline.fireExceptionCaught(cause);
  expect(take()).toEqual(['debug [ch] EXCEPTION: TypeError: bad']);
  expect(fields.at(-1)).toEqual({ err: cause });
  channel.finish();
});

test.each(['debug', 'info', 'warn', 'error'] as const)('the level %s', (level) => {
  const { channel, take } = logged({ level });
  expect(take()).toEqual([`${level} [ch] REGISTERED`, `${level} [ch] ACTIVE`]);
  channel.finish();
});

test('nothing is formatted while the level is off', () => {
  const { logger, lines } = recordingLogger();
  let isOn = false;
  const handler = new LoggingHandler({ logger: { ...logger, isLevelEnabled: () => isOn } as Logger });
  const channel = new EmbeddedChannel(handler, { exceptionCaught() {} });
  const message = { toString: jest.fn(() => 'message') };
  channel.writeInbound(message);
  channel.pipeline.fireExceptionCaught(new Error('x'));
  expect(lines).toEqual([]);
  expect(message.toString).not.toHaveBeenCalled();
  isOn = true;
  channel.writeInbound(message);
  expect(lines[0]).toMatch(/ READ: message$/);
  channel.finishAndReleaseAll();
});

test('every event is passed on', () => {
  const { logger } = recordingLogger();
  const names: string[] = [];
  const note =
    (name: string) =>
    (...args: unknown[]): void => {
      names.push(name);
      const ctx = args[0] as Record<string, (...rest: unknown[]) => unknown>;
      ctx[name]?.(...args.slice(1));
    };
  const channel = new EmbeddedChannel(
    { write: note('write'), flush: note('flush'), bind: note('bind'), close: note('close') },
    new LoggingHandler({ logger }),
    { channelRead: () => names.push('read'), channelReadComplete: () => names.push('complete') },
  );
  channel.writeInbound('x');
  channel.writeOutbound('y');
  channel.bind({ local: 'a' });
  channel.close();
  expect(names).toEqual(['read', 'complete', 'write', 'flush', 'bind', 'close']);
  channel.finishAndReleaseAll();
});

test('one instance serves many channels', () => {
  const { logger, lines } = recordingLogger();
  const handler = new LoggingHandler({ logger });
  const channels = [new EmbeddedChannel(handler), new EmbeddedChannel(handler)];
  for (const channel of channels) channel.finish();
  for (const channel of channels) {
    expect(lines.filter((line) => line.includes(channel.id.asShortText())).length).toBeGreaterThan(3);
  }
});

test('format can be overridden', () => {
  const { logger, lines } = recordingLogger();
  class Short extends LoggingHandler {
    protected override format(_ctx: ChannelHandlerContext, event: string): string {
      return event;
    }
  }
  const channel = new EmbeddedChannel(new Short({ logger }));
  expect(lines).toEqual(['debug REGISTERED', 'debug ACTIVE']);
  channel.finish();
});

test('a logger without the level is refused', () => {
  expect(() => new LoggingHandler({ logger: {} as Logger })).toThrow(/no method 'debug'/);
});
