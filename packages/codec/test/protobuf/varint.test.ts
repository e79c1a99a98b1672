import { varint32Length, writeVarint32 } from '../../src/protobuf/varint.js';

test.each([
  [0, '00'],
  [1, '01'],
  [127, '7f'],
  [128, '8001'],
  [300, 'ac02'],
  [16_383, 'ff7f'],
  [16_384, '808001'],
  [2_097_151, 'ffff7f'],
  [2_097_152, '80808001'],
  [268_435_455, 'ffffff7f'],
  [268_435_456, '8080808001'],
  [4_294_967_295, 'ffffffff0f'],
])('%i', (value, hex) => {
  const target = Buffer.alloc(8, 0xee);
  const end = writeVarint32(target, 2, value);
  expect(target.subarray(2, end).toString('hex')).toBe(hex);
  expect(varint32Length(value)).toBe(end - 2);
});
