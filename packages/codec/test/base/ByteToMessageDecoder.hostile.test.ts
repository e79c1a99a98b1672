import { type ByteBuf, type ChannelHandlerContext, EmbeddedChannel } from '@sluice/core';
import { ByteToMessageDecoder } from '../../src/base/ByteToMessageDecoder.js';
import type { MessageList } from '../../src/base/MessageList.js';
import { LengthFieldBasedFrameDecoder } from '../../src/frame/LengthFieldBasedFrameDecoder.js';

/** Takes `!` as an error and other bytes as messages; of `?` it takes nothing and throws. */
class Picky extends ByteToMessageDecoder<string> {
  calls = 0;
  protected override decode(_ctx: ChannelHandlerContext, input: ByteBuf, out: MessageList<string>): void {
    this.calls++;
    const next = String.fromCharCode(input.getUnsignedByte(input.readerIndex));
    if (next === '?') throw new Error('stuck');
    input.skipBytes(1);
    if (next === '!') throw new Error('bad');
    out.push(next);
  }
  get kept(): number {
    return this.actualReadableBytes();
  }
}

interface Run {
  readonly decoder: Picky;
  readonly channel: EmbeddedChannel;
  /** `e` for an error, else the message. */
  log: string;
}

function run(decoder = new Picky(), onError: (run: Run) => void = () => {}): Run {
  const channel = new EmbeddedChannel(decoder);
  const made: Run = { decoder, channel, log: '' };
  channel.pipeline.addLast({
    channelRead: (_ctx, message) => void (made.log += String(message)),
    exceptionCaught: () => {
      made.log += 'e';
      onError(made);
    },
    channelInactive: () => void (made.log += '.'),
  });
  return made;
}

const KIB64 = 65_536;
const read = ({ channel }: Run, text: string): void => void channel.writeInbound(Buffer.from(text));

test('what stands behind bad bytes waits for the next read, up to 64 KiB of it', () => {
  const made = run();
  read(made, `!${'!'.repeat(KIB64)}`);
  expect([made.log, made.decoder.kept]).toEqual(['e', KIB64]);
  read(made, '');
  expect([made.log, made.decoder.kept]).toEqual(['ee', KIB64 - 1]);
});

test('behind 64 KiB of bad bytes decoding goes on in the same read, messages and errors in order', () => {
  const made = run();
  read(made, `!a!${'!'.repeat(KIB64)}`);
  expect([made.log, made.decoder.kept]).toEqual(['eae', KIB64]);
  read(made, '!!b!');
  expect([made.log, made.decoder.kept]).toEqual(['eaeeeee', KIB64]);
});

test('a sender of nothing but bad frames fills no memory', () => {
  const decoder = new LengthFieldBasedFrameDecoder({
    maxFrameLength: 100,
    lengthFieldLength: 4,
    lengthAdjustment: -5,
  });
  let errors = 0;
  const channel = new EmbeddedChannel(decoder, { exceptionCaught: () => void errors++ });
  for (let i = 0; i < 20; i++) channel.writeInbound(Buffer.alloc(10_000));
  const kept = (decoder as unknown as { actualReadableBytes(): number }).actualReadableBytes();
  expect(kept).toBeLessThanOrEqual(KIB64);
  expect(errors).toBe((200_000 - kept) / 4);
});

test('a handler that closes at the first error hears of no second one before the end', () => {
  const made = run(new Picky(), ({ channel }) => void channel.close());
  read(made, '!'.repeat(3 * KIB64));
  // The rest is decoded when the input ends, as in Netty, and there the next error is the last.
  expect(made.log).toBe('e.e');
  expect(made.decoder.kept).toBe(0);
});

test('a handler that removes the decoder at the first error gets the rest', () => {
  const made = run(new Picky(), ({ channel, decoder }) => void channel.pipeline.remove(decoder));
  read(made, `!a!${'x'.repeat(2 * KIB64)}`);
  expect(made.log).toBe(`ea!${'x'.repeat(2 * KIB64)}`);
});

test('a decoder that throws without taking anything is not asked again in the same read', () => {
  const made = run();
  read(made, '?'.repeat(2 * KIB64));
  expect([made.log, made.decoder.calls]).toEqual(['e', 1]);
});

test('a decoder of one message a read stays one', () => {
  const decoder = new Picky();
  decoder.singleDecode = true;
  const made = run(decoder);
  read(made, `!ab${'!'.repeat(2 * KIB64)}`);
  read(made, '');
  expect(made.log).toBe('ea');
});
