import { ByteBuf } from '@sluice/core';
import { ProtobufVarint32LengthFieldPrepender } from '../../src/protobuf/ProtobufVarint32LengthFieldPrepender.js';
import { VarintFramedMessage } from '../../src/protobuf/VarintFramedMessage.js';
import { bytes } from '../support/decoding.js';
import { FramedChannel, sent } from '../support/framed.js';
import { Writes } from '../support/Writes.js';

const TABLE: readonly [before: Buffer, header: string][] = [
  [Buffer.from('HELLO, WORLD'), '<0c>'],
  [Buffer.alloc(300, 'x'), '<ac02>'],
  [Buffer.alloc(0), '<00>'],
  [Buffer.alloc(20_000, 'y'), '<a09c01>'],
];

test.each(TABLE)('the table in the documentation, and more: %#', (payload, header) => {
  const expected = Buffer.concat([bytes(header), payload]);
  const { out, cause } = new Writes(new ProtobufVarint32LengthFieldPrepender()).write(payload);
  expect([out, cause]).toEqual([[expected], null]);

  const channel = new FramedChannel(new ProtobufVarint32LengthFieldPrepender());
  channel.writeOutbound(payload);
  const message = channel.readOutbound<VarintFramedMessage>() as VarintFramedMessage;
  expect(message).toBeInstanceOf(VarintFramedMessage);
  expect(message.payload).toBe(payload);
  expect(sent(message)).toEqual(expected);
});

test('takes any bytes, passes others, may be shared', () => {
  const prepender = new ProtobufVarint32LengthFieldPrepender();
  expect(prepender.isSharable).toBe(true);
  expect(new Writes(prepender).write(ByteBuf.from('xab').skipBytes(1)).out).toEqual([bytes('<02>ab')]);
  expect(new Writes(prepender).write(Uint8Array.of(7)).out).toEqual([Buffer.of(1, 7)]);
  expect(new Writes(prepender).write('text').out).toEqual(['text']);
  const channel = new FramedChannel(prepender);
  channel.writeOutbound('text');
  expect(channel.readOutbound()).toBe('text');
});

test('another handler in between sees one message of bytes', () => {
  const seen: unknown[] = [];
  const channel = new FramedChannel(
    { write: (_ctx, message) => void seen.push(message) },
    new ProtobufVarint32LengthFieldPrepender(),
  );
  channel.write(Buffer.from('ab'));
  expect(seen).toEqual([bytes('<02>ab')]);
});
