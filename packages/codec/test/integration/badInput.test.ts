import { createConnection, type Socket } from 'node:net';
import {
  type Channel,
  childrenOf,
  type InetSocketAddress,
  ServerBootstrap,
  type ServerSocketChannel,
} from '@sluice/core';
import {
  CorruptedFrameException,
  LengthFieldBasedFrameDecoder,
  type LengthFieldBasedFrameDecoderOptions,
  LengthFieldPrepender,
  TooLongFrameException,
} from '../../src/index.js';

const MAX = 1000;
const PLAIN: LengthFieldBasedFrameDecoderOptions = {
  maxFrameLength: MAX,
  lengthFieldLength: 4,
  initialBytesToStrip: 4,
};

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Looks at each turn of the event loop until `condition` holds. */
async function eventually(what: string, condition: () => boolean, ms = 8000): Promise<void> {
  const end = performance.now() + ms;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`Waited ${ms} ms in vain until ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

interface Service {
  readonly server: ServerSocketChannel;
  readonly causes: Error[];
  readonly frames: string[];
  /** Longest that was handed on. */
  longest(): number;
}

/** Answers each frame with the same; an exception closes the channel, or is only noted. */
async function serve(
  onBadFrame: 'close' | 'go on',
  framing: LengthFieldBasedFrameDecoderOptions = PLAIN,
): Promise<Service> {
  const causes: Error[] = [];
  const frames: string[] = [];
  let longest = 0;
  const server = await new ServerBootstrap()
    .childHandler((channel: Channel) => {
      channel.pipeline.addLast(
        new LengthFieldBasedFrameDecoder(framing),
        new LengthFieldPrepender({ lengthFieldLength: 4 }),
        {
          channelRead(ctx, frame: Buffer) {
            longest = Math.max(longest, frame.length);
            frames.push(frame.toString('latin1', 0, 20));
            ctx.writeAndFlush(frame);
          },
          exceptionCaught(ctx, cause) {
            causes.push(cause);
            if (onBadFrame === 'close') ctx.close();
          },
        },
      );
    })
    .bind({ host: '127.0.0.1', port: 0 });
  closers.push(() => server.close());
  return { server, causes, frames, longest: () => longest };
}

interface Peer {
  readonly socket: Socket;
  readonly text: () => string;
}

async function peerOf({ server }: Service): Promise<Peer> {
  const socket = createConnection({
    host: '127.0.0.1',
    port: (server.localAddress as InetSocketAddress).port,
  });
  closers.push(() => socket.destroy());
  const chunks: Buffer[] = [];
  socket.on('error', () => {}).on('data', (chunk) => chunks.push(chunk));
  await new Promise((resolve) => socket.once('connect', resolve));
  return { socket, text: () => Buffer.concat(chunks).toString('latin1') };
}

function frame(text: string | Buffer, announced = text.length, width: 4 | 8 = 4): Buffer {
  const header = Buffer.alloc(width);
  if (width === 4) header.writeUInt32BE(announced);
  else header.writeBigInt64BE(BigInt(announced));
  return Buffer.concat([header, Buffer.from(text as string)]);
}

/** Runs `attack` beside a peer that asks and is answered all the time, before, during and after. */
async function besidesOthers(service: Service, attack: () => Promise<void>): Promise<void> {
  const good = await peerOf(service);
  let answers = 0;
  good.socket.on('data', () => {
    answers++;
    setImmediate(() => good.socket.write(frame('good')));
  });
  good.socket.write(frame('good'));
  await eventually('the good one is answered', () => answers > 2);
  await attack();
  const so = answers;
  await eventually('the good one is still answered', () => answers > so + 10);
  expect(good.text()).toBe('\0\0\0\x04good'.repeat(good.text().length / 8));
  expect(service.server.isActive).toBe(true);
}

/** The answers to `attack` frames only. */
const bad = (service: Service): string[] => service.frames.filter((text) => text !== 'good');

describe('a channel recovers', () => {
  test('from frames that are too long, which are discarded; the next one is decoded', async () => {
    const service = await serve('go on');
    await besidesOthers(service, async () => {
      const peer = await peerOf(service);
      for (let i = 0; i < 50; i++) {
        peer.socket.write(frame(Buffer.alloc(MAX + i * 997, 0x58)));
        // As in Netty, what was read together with a bad frame is decoded with the next read.
        await eventually('the bad one is told', () => service.causes.length === i + 1);
        peer.socket.write(frame(`after ${i};`));
        await eventually('the good one is answered', () => peer.text().endsWith(`after ${i};`));
      }
      expect(service.causes).toHaveLength(50);
      for (const cause of service.causes) expect(cause).toBeInstanceOf(TooLongFrameException);
      expect(bad(service)).toEqual(Array.from({ length: 50 }, (_, i) => `after ${i};`));
      peer.socket.destroy();
    });
  });

  test('from a flood behind a header that announces 4 GiB: it is told once, nothing is kept', async () => {
    const service = await serve('go on');
    await besidesOthers(service, async () => {
      const peer = await peerOf(service);
      peer.socket.write(frame('', 0xffffffff));
      const flood = Buffer.alloc(1 << 20, 0x5a);
      for (let sent = 0; sent < 64; sent++) {
        if (!peer.socket.write(flood)) await new Promise((resolve) => peer.socket.once('drain', resolve));
      }
      expect(bad(service)).toEqual([]);
      expect(service.causes.map((cause) => cause.name)).toEqual(['TooLongFrameException']);
      peer.socket.destroy();
    });
  });

  test('from hundreds of bad frames in a row: each is told, none is handed on', async () => {
    const service = await serve('go on', { ...PLAIN, lengthAdjustment: -8 });
    const peer = await peerOf(service);
    for (let i = 0; i < 300; i++) {
      // Announces less than the adjustment takes off: corrupted, and its header is skipped.
      peer.socket.write(frame('', 3));
      await eventually('it is told', () => service.causes.length === i + 1);
    }
    peer.socket.write(frame('fine', 12));
    await eventually('the good one is answered', () => peer.text().endsWith('fine'));
    for (const cause of service.causes) expect(cause).toBeInstanceOf(CorruptedFrameException);
    expect(service.frames).toEqual(['fine']);
  });
});

describe('a channel closes, the others go on', () => {
  test('at the first of ten thousand bad frames that come at once', async () => {
    const service = await serve('close', { ...PLAIN, lengthAdjustment: -8 });
    const peer = await peerOf(service);
    peer.socket.write(Buffer.concat(Array.from({ length: 10_000 }, () => frame('', 3))));
    await eventually('it is closed', () => peer.socket.closed);
    expect(service.causes[0]).toBeInstanceOf(CorruptedFrameException);
    expect(service.frames).toEqual([]);
    const other = await peerOf(service);
    other.socket.write(frame('fine', 12));
    await eventually('the other is answered', () => other.text().endsWith('fine'));
  });

  test('at a length that is negative', async () => {
    const service = await serve('close', { ...PLAIN, lengthFieldLength: 8, initialBytesToStrip: 8 });
    const peer = await peerOf(service);
    peer.socket.write(Buffer.concat([frame('ok', 2, 8), frame('', -1, 8), frame('never', 5, 8)]));
    await eventually('it is closed', () => peer.socket.closed);
    expect(service.causes[0]).toBeInstanceOf(CorruptedFrameException);
    expect(service.causes[0]?.message).toMatch(/negative/);
    const other = await peerOf(service);
    other.socket.write(frame('other', 5, 8));
    await eventually('the other is answered', () => other.text().endsWith('other'));
    expect(service.frames).toEqual(expect.arrayContaining(['ok', 'other']));
    await eventually('one is left', () => childrenOf(service.server).size === 1);
  });

  test('at a frame that is too long, in the middle of a flood of good ones', async () => {
    const service = await serve('close');
    await besidesOthers(service, async () => {
      const peer = await peerOf(service);
      const many = Buffer.concat(Array.from({ length: 5000 }, () => frame('fine')));
      peer.socket.write(many);
      peer.socket.write(frame('', MAX + 1));
      peer.socket.write(many);
      await eventually('it is closed', () => peer.socket.closed);
      expect(service.causes[0]).toBeInstanceOf(TooLongFrameException);
      await eventually('only the good one is left', () => childrenOf(service.server).size === 1);
    });
  });

  test.each([
    ['half a header, then the end', (socket: Socket) => void socket.end(Buffer.from([0, 0]))],
    ['half a frame, then the end', (socket: Socket) => void socket.end(frame('half', 500))],
    [
      'half a frame, then a reset',
      (socket: Socket) => void socket.write(frame('half', 500), () => socket.resetAndDestroy()),
    ],
    [
      'the longest frame announced, nothing sent, then gone',
      (socket: Socket) => void socket.end(frame('', MAX - 4)),
    ],
  ])('at input that stops short: %s', async (_how, stop) => {
    const service = await serve('close');
    await besidesOthers(service, async () => {
      for (let i = 0; i < 20; i++) stop((await peerOf(service)).socket);
      await eventually('only the good one is left', () => childrenOf(service.server).size === 1);
      expect(bad(service)).toEqual([]);
    });
  });

  test('bytes at random: never more than the longest frame is handed on, and every peer can leave', async () => {
    const service = await serve('go on');
    await besidesOthers(service, async () => {
      // A fixed sequence: xorshift.
      let state = 42;
      const random = (): number => {
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
        return state >>> 0;
      };
      for (let i = 0; i < 20; i++) {
        const { socket } = await peerOf(service);
        const bytes = Buffer.alloc(100_000);
        for (let at = 0; at < bytes.length; at++) bytes[at] = random() % 5 === 0 ? random() & 0xff : 0;
        socket.resume().end(bytes);
      }
      await eventually('only the good one is left', () => childrenOf(service.server).size === 1);
      expect(service.longest()).toBeLessThanOrEqual(MAX - 4);
      for (const cause of service.causes) {
        expect(['TooLongFrameException', 'Error']).toContain(cause.name);
      }
    });
  });
});
