import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { CorruptedFrameException, LengthFieldBasedFrameDecoder } from '@sluice/codec';
import { type AnyChannelHandler, type Channel, ServerBootstrap } from '@sluice/core';
import {
  CLOSE_REASON,
  CloseOnErrorHandler,
  type CloseReason,
  CloseReasonHandler,
  FirstMessageTimeoutHandler,
  FrameTimeoutHandler,
  IdleCloseHandler,
} from '@sluice/handlers';

const MAGIC = 0xda;
const MAX = 1024;
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A frame: magic, length of the body (4 bytes), body. A body is answered by itself. */
class Frames extends LengthFieldBasedFrameDecoder {
  constructor() {
    super({ maxFrameLength: MAX + 5, lengthFieldOffset: 1, lengthFieldLength: 4 });
  }
}
const checked: AnyChannelHandler = {
  isSharable: true,
  channelRead(ctx, message) {
    const frame = message as Buffer;
    if (frame[0] !== MAGIC) throw new CorruptedFrameException(`magic ${frame[0]}`);
    if (frame.length === 5) throw new CorruptedFrameException('an empty body');
    ctx.writeAndFlush(frame);
  },
};
function frame(length: number, body = Math.max(0, Math.min(length, MAX)), magic = MAGIC): Buffer {
  const bytes = Buffer.alloc(5 + body, 1);
  bytes[0] = magic;
  bytes.writeInt32BE(length, 1);
  return bytes;
}

/** A server; tells the reason of each channel that ends. */
async function serve(...make: (() => AnyChannelHandler)[]) {
  const reasons: Promise<CloseReason | undefined>[] = [];
  const server = await new ServerBootstrap()
    .childHandler((channel) => {
      channel.pipeline.addLast(new CloseReasonHandler(), ...make.map((each) => each()));
      reasons.push(
        new Promise((resolve) => {
          channel.pipeline.addLast({ channelInactive: () => resolve(channel.attr(CLOSE_REASON).get()) });
        }),
      );
    })
    .bind({ host: '127.0.0.1', port: 0 });
  closing.push(() => server.close());
  return { port: (server.localAddress as { port: number }).port, reasons };
}

/** A raw client, and the bytes it was sent by the time its connection is gone. */
async function raw(port: number): Promise<{ socket: Socket; gone: Promise<Buffer> }> {
  const socket = connect(port, '127.0.0.1');
  closing.push(() => socket.destroy());
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', () => {});
  const gone = once(socket, 'close').then(() => Buffer.concat(chunks));
  await once(socket, 'connect');
  return { socket, gone };
}

test.each([
  ['length 0', frame(0)],
  ['length -1', frame(-1)],
  ['length max + 1', frame(MAX + 1)],
  ['length 0x7fffffff', frame(0x7fffffff)],
  ['bad magic', frame(4, 4, 0xdb)],
  ['first byte 0', frame(4, 4, 0)],
])('%s closes the connection without an answer, and no other one', async (_name, bytes) => {
  const { port, reasons } = await serve(
    () => new Frames(),
    () => checked,
    () => new CloseOnErrorHandler(),
  );
  const good = await raw(port);
  const bad = await raw(port);
  bad.socket.write(bytes);
  expect((await bad.gone).length).toBe(0);
  const reason = (await reasons[1]) as CloseReason;
  expect([reason.kind, reason.cause?.name]).toEqual(['protocol', expect.stringMatching(/FrameException$/)]);
  good.socket.write(frame(4));
  expect(await once(good.socket, 'data')).toEqual([frame(4)]);
  good.socket.end();
  expect((await reasons[0])?.kind).toBe('fin');
});

const LATENESS = 400;

test('one message and then silence: the end comes after the limit, with a reason', async () => {
  const { port, reasons } = await serve(
    () => new Frames(),
    () => new IdleCloseHandler({ idle: 50, count: 3 }),
    () => checked,
  );
  const { socket, gone } = await raw(port);
  const sent = performance.now();
  socket.write(frame(4));
  const answer = await gone;
  const took = performance.now() - sent;
  expect(answer).toEqual(frame(4));
  expect(took).toBeGreaterThan(148);
  expect(took).toBeLessThan(150 + LATENESS);
  expect((await reasons[0])?.kind).toBe('idle');
});

test('a slow loris is evicted where idle stands behind the decoder, and by the limit for a frame', async () => {
  for (const handler of [() => new IdleCloseHandler({ idle: 120 }), () => new FrameTimeoutHandler(120)]) {
    const { port, reasons } = await serve(() => new Frames(), handler);
    const { socket, gone } = await raw(port);
    const bytes = frame(1000);
    let sent = 0;
    const drip = setInterval(() => socket.write(bytes.subarray(sent, ++sent)), 20);
    closing.push(() => clearInterval(drip));
    await gone;
    clearInterval(drip);
    expect((await reasons[0])?.kind).toBe('idle');
  }
});

test('who connects and says nothing is gone', async () => {
  const { port, reasons } = await serve(() => new FirstMessageTimeoutHandler({ timeout: 60 }));
  const { gone } = await raw(port);
  expect((await gone).length).toBe(0);
  expect((await reasons[0])?.cause).toMatchObject({ code: 'ERR_FIRST_MESSAGE_TIMEOUT' });
});

test('fin, reset and local are told apart, one reason each', async () => {
  const events: string[] = [];
  const channels: Channel[] = [];
  const { port, reasons } = await serve(() => ({
    channelActive: (ctx) => channels.push(ctx.channel),
    userEventTriggered: (_ctx, event) => events.push(String(event)),
    exceptionCaught: () => {},
  }));
  const fin = await raw(port);
  fin.socket.end();
  await reasons[0];
  const reset = await raw(port);
  reset.socket.resetAndDestroy();
  await reasons[1];
  const local = await raw(port);
  while (channels.length < 3) await new Promise(setImmediate);
  channels[2]?.close();
  await local.gone;
  await reasons[2];
  expect(events.map((event) => event.split(':')[0])).toEqual(['fin', 'reset', 'local']);
});
