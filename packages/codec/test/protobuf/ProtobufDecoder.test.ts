import { ByteBuf } from '@sluice/core';
import { ProtobufDecoder } from '../../src/protobuf/ProtobufDecoder.js';
import { Outcome } from '../support/decoding.js';

/** `message Test1 { optional int32 a = 1; }`, the first example of Protocol Buffers' description of its encoding. */
const Test1 = {
  decode(bytes: Uint8Array): { readonly a: number } {
    if (bytes[0] !== 0x08) throw new Error(`unknown field ${bytes[0]}`);
    return { a: ((bytes[1] as number) % 128) | ((bytes[2] ?? 0) << 7) };
  },
};

test('each frame is a message, whatever its bytes are held in', () => {
  const outcome = new Outcome(new ProtobufDecoder(Test1));
  outcome.read('<089601>', new Uint8Array([8, 1]), ByteBuf.wrap(Buffer.of(8, 2)), 17);
  expect(outcome.messages).toEqual([{ a: 150 }, { a: 1 }, { a: 2 }, 17]);
});

test('what the type throws is a DecoderException', () => {
  expect(new Outcome(new ProtobufDecoder(Test1)).read('<ff>')).toEqual([
    '! DecoderException: Error: unknown field 255',
  ]);
});

test('is sharable', () => {
  expect(new ProtobufDecoder(Test1).isSharable).toBe(true);
});
