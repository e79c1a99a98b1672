import { describeValue } from '../../src/logging/describeValue.js';

test.each<[unknown, string]>([
  ['text', 'text'],
  [7, '7'],
  [10n, '10'],
  [null, 'null'],
  [undefined, 'undefined'],
  [Symbol('s'), 'Symbol(s)'],
  [new TypeError('bad'), 'TypeError: bad'],
  [{ toString: () => 'itself' }, 'itself'],
  [{ a: 1, b: { c: { d: { e: 1 } } } }, '{ a: 1, b: { c: { d: [Object] } } }'],
  [[1, { a: 2 }], '[ 1, { a: 2 } ]'],
  [Object.create(null), '[Object: null prototype] {}'],
])('%p', (value, text) => {
  expect(describeValue(value)).toBe(text);
});
