import { ProtobufEncoder } from '../../src/protobuf/ProtobufEncoder.js';
import { Writes } from '../support/Writes.js';

class Test1 {
  constructor(readonly a: number) {}
}
const toBytes = ({ a }: Test1): Uint8Array => {
  if (a < 0) throw new Error('negative');
  return a < 128 ? Uint8Array.of(8, a) : Uint8Array.of(8, 0x80 | (a % 128), a >> 7);
};

test.each([
  ['a function that gives bytes', { encode: toBytes }],
  ['a writer', { encode: (message: Test1) => ({ finish: () => toBytes(message) }) }],
])('a message becomes bytes by %s', (_by, type) => {
  const { out, cause } = new Writes(new ProtobufEncoder(type)).write(new Test1(150));
  expect([out, cause]).toEqual([[Buffer.of(0x08, 0x96, 0x01)], null]);
});

test('takes every object but bytes, or what the matcher takes', () => {
  const all = new Writes(new ProtobufEncoder({ encode: toBytes }));
  const bytes = Buffer.of(1);
  expect([all.write({ a: 1 }).out, all.write(bytes).out, all.write('text').out]).toEqual([
    [Buffer.of(8, 1)],
    [bytes],
    ['text'],
  ]);
  const some = new Writes(new ProtobufEncoder({ encode: toBytes }, Test1));
  expect([some.write(new Test1(1)).out, some.write({ a: 1 }).out]).toEqual([[Buffer.of(8, 1)], [{ a: 1 }]]);
});

test.each([
  ['what it throws', { encode: toBytes }, new Test1(-1), /^Error: negative/],
  ['a type that gives no bytes', { encode: () => ({}) as never }, new Test1(1), /gave no bytes/],
])('%s fails the write', (_what, type, message, expected) => {
  const { out, cause } = new Writes(new ProtobufEncoder<Test1>(type)).write(message);
  expect(out).toEqual([]);
  expect(cause).toMatchObject({ code: 'ERR_ENCODER', message: expect.stringMatching(expected) });
});

test('is sharable', () => {
  expect(new ProtobufEncoder({ encode: toBytes }).isSharable).toBe(true);
});
