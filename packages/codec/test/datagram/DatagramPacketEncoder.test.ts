import { ByteBuf, type ChannelHandlerContext, DatagramPacket } from '@sluice/core';
import { DatagramPacketEncoder } from '../../src/datagram/DatagramPacketEncoder.js';
import { type MessageList, MessageToMessageEncoder, StringEncoder } from '../../src/index.js';
import { Writes } from '../support/Writes.js';

const TO = { host: '192.0.2.1', port: 9 };
const FROM = { host: '192.0.2.2', port: 8 };

test('the content is encoded and the addresses stay; the rest passes', () => {
  const writes = new Writes(new DatagramPacketEncoder(new StringEncoder()));
  const sent = new DatagramPacket('text', TO, FROM);
  expect(writes.write(sent)).toEqual({
    out: [new DatagramPacket(Buffer.from('text'), TO, FROM)],
    cause: null,
  });
  expect(writes.write(new DatagramPacket('connected')).out).toEqual([
    new DatagramPacket(Buffer.from('connected')),
  ]);
  for (const other of ['text', new DatagramPacket(17, TO)]) expect(writes.write(other).out).toEqual([other]);
});

/** Makes what it is told to, and notes what it hears. */
class Making extends MessageToMessageEncoder<readonly unknown[], Buffer> {
  readonly heard: string[] = [];
  constructor() {
    super(Array);
  }
  protected override encode(_ctx: unknown, messages: readonly unknown[], out: MessageList<Buffer>): unknown {
    for (const message of messages) {
      if (message === 'fail') throw new Error('bang');
      if (message === 'wait') return Promise.resolve();
      out.push(message as Buffer);
    }
    return undefined;
  }
  override flush(ctx: ChannelHandlerContext): void {
    this.heard.push('flush');
    ctx.flush();
  }
  override handlerAdded(): void {
    this.heard.push('added');
  }
}

test('a ByteBuf goes as the Buffer over its bytes', () => {
  const writes = new Writes(new DatagramPacketEncoder(new Making()));
  const { out } = writes.write(new DatagramPacket([ByteBuf.from('abc')], TO));
  expect(out).toEqual([new DatagramPacket(Buffer.from('abc'), TO)]);
});

test.each([
  [[], /^Making must produce only one message\. It made 0 /],
  [[Buffer.of(1), Buffer.of(2)], /^Making must produce only one message\. It made 2 /],
  [['text'], /^Making must produce only bytes\. It made another message /],
  [[Buffer.of(1), 'fail'], /^Error: bang/],
  [[Buffer.of(1), 'wait'], /^Making\.encode\(\) returned a promise/],
])('an encoder that makes %p fails the write, and nothing is sent', (content, message) => {
  const writes = new Writes(new DatagramPacketEncoder(new Making()));
  const { out, cause } = writes.write(new DatagramPacket(content, TO));
  expect(out).toEqual([]);
  expect(cause).toMatchObject({ code: 'ERR_ENCODER', message: expect.stringMatching(message) });
});

test('the encoder hears what it would hear in its own place', () => {
  const making = new Making();
  new Writes(new DatagramPacketEncoder(making)).write('text');
  expect(making.heard).toEqual(['added', 'flush']);
});

test('is sharable if the encoder is', () => {
  expect(new DatagramPacketEncoder(new StringEncoder()).isSharable).toBe(true);
  expect(new DatagramPacketEncoder(new Making()).isSharable).toBe(false);
});
