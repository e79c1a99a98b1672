import type { MessageList } from '../../src/base/MessageList.js';
import { MessageToMessageCodec } from '../../src/base/MessageToMessageCodec.js';
import { Outcome } from '../support/decoding.js';
import { Writes } from '../support/Writes.js';

/** Numbers outside, texts inside; 0 is no message. */
class Digits extends MessageToMessageCodec<number, string, string, number> {
  constructor() {
    super(
      (message) => typeof message === 'number',
      (message) => typeof message === 'string',
    );
  }
  protected override decode(_ctx: unknown, message: number, out: MessageList<string>): void {
    if (message < 0) throw new Error('negative');
    if (message > 0) out.push(String(message));
  }
  protected override encode(_ctx: unknown, message: string, out: MessageList<number>): void {
    for (const digit of message) out.push(Number(digit));
  }
}

test('decodes one kind and encodes the other', () => {
  const outcome = new Outcome(new Digits());
  for (const message of [5, 0, true, -1]) outcome.channel.pipeline.fireChannelRead(message);
  expect(outcome.log).toEqual(['5', 'true', '! DecoderException: Error: negative']);
  const writes = new Writes(new Digits());
  expect(writes.write('12')).toEqual({ out: [1, 2], cause: null });
  expect(writes.write(7)).toEqual({ out: [7], cause: null });
  expect(writes.write('').cause?.message).toMatch(/^Digits must produce at least one message/);
});

test('overrides decide what is taken', () => {
  class Picky extends Digits {
    override acceptInboundMessage(message: unknown): message is number {
      return super.acceptInboundMessage(message) && message !== 1;
    }
    override acceptOutboundMessage(message: unknown): message is string {
      return super.acceptOutboundMessage(message) && message !== '1';
    }
  }
  const outcome = new Outcome(new Picky());
  outcome.channel.pipeline.fireChannelRead(1);
  expect(outcome.messages).toEqual([1]);
  expect(new Writes(new Picky()).write('1').out).toEqual(['1']);
});

test('asks for another read with AUTO_READ off', () => {
  const outcome = new Outcome(new Digits());
  let reads = 0;
  outcome.channel.pipeline.addFirst({ read: () => void reads++ });
  outcome.channel.config.autoRead = false;
  outcome.channel.writeInbound(0);
  outcome.channel.writeInbound(0, 1);
  expect(reads).toBe(1);
});
