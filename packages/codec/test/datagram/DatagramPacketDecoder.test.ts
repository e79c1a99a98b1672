import { type ChannelHandlerContext, DatagramPacket, EmbeddedChannel } from '@sluice/core';
import { DatagramPacketDecoder } from '../../src/datagram/DatagramPacketDecoder.js';
import { type MessageList, MessageToMessageDecoder, StringDecoder } from '../../src/index.js';

const FROM = { host: '192.0.2.1', port: 9 };
const packet = <C>(content: C): DatagramPacket<C> => new DatagramPacket(content, null, FROM);

test('the content is decoded; what is none, or not for the decoder, passes', () => {
  const channel = new EmbeddedChannel(new DatagramPacketDecoder(new StringDecoder()));
  const other = packet({ some: 'object' });
  channel.writeInbound(packet(Buffer.from('text')), other, Buffer.from('no packet'));
  expect(channel.inboundMessages).toEqual(['text', other, Buffer.from('no packet')]);
  channel.finishAndReleaseAll();
});

/** Makes nothing of `-`, fails for `!`, and notes what else it hears. */
class Words extends MessageToMessageDecoder<Buffer, string> {
  readonly heard: string[] = [];
  constructor() {
    super(Buffer as unknown as new () => Buffer);
  }
  protected override decode(_ctx: unknown, message: Buffer, out: MessageList<string>): void {
    for (const word of String(message).split(' ')) {
      if (word === '!') throw new Error('bang');
      if (word !== '-') out.push(word);
    }
  }
  override handlerAdded(): void {
    this.heard.push('added');
  }
  override handlerRemoved(): void {
    this.heard.push('removed');
  }
  override channelActive(ctx: ChannelHandlerContext): void {
    this.heard.push('active');
    ctx.fireChannelActive();
  }
  override exceptionCaught(ctx: ChannelHandlerContext, cause: Error): void {
    this.heard.push(cause.message);
    ctx.fireExceptionCaught(cause);
  }
}

test('the decoder hears what it would hear in its own place, errors among it', () => {
  const words = new Words();
  const seen: string[] = [];
  const channel = new EmbeddedChannel(new DatagramPacketDecoder(words as never), {
    channelActive: () => void seen.push('active'),
    exceptionCaught: (_ctx, cause) => void seen.push(`${cause.name}: ${cause.message}`),
  });
  channel.writeInbound(packet(Buffer.from('a b ! c')));
  expect(channel.inboundMessages).toEqual(['a', 'b']);
  channel.finishAndReleaseAll();
  expect(words.heard).toEqual(['added', 'active', 'Error: bang', 'removed']);
  expect(seen).toEqual(['active', 'DecoderException: Error: bang']);
});

test('with autoRead off a datagram that makes no message asks for the next', () => {
  let reads = 0;
  const channel = new EmbeddedChannel(
    { read: () => void reads++ },
    new DatagramPacketDecoder(new Words() as never),
  );
  channel.config.autoRead = false;
  reads = 0;
  channel.writeInbound(packet(Buffer.from('-')));
  expect(reads).toBe(1);
  channel.writeInbound(packet(Buffer.from('a')));
  expect(reads).toBe(1);
  channel.finishAndReleaseAll();
});

test('is sharable if the decoder is', () => {
  expect(new DatagramPacketDecoder(new StringDecoder()).isSharable).toBe(true);
  expect(new DatagramPacketDecoder(new Words() as never).isSharable).toBe(false);
});
