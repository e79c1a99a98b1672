import { Delimiters } from '../../src/frame/Delimiters.js';

test('are new bytes each time', () => {
  expect(Delimiters.nulDelimiter()).toEqual([Buffer.of(0)]);
  expect(Delimiters.lineDelimiter()).toEqual([Buffer.from('\r\n'), Buffer.from('\n')]);
  expect(Delimiters.lineDelimiter()[0]).not.toBe(Delimiters.lineDelimiter()[0]);
});
