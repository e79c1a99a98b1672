import { ByteBuf } from '@sluice/core';
import { DelimiterSearch } from '../../src/frame/DelimiterSearch.js';

/** All texts of `a` and `b` of these lengths. */
function textsUpTo(length: number): string[] {
  if (length === 0) return [''];
  const shorter = textsUpTo(length - 1);
  const longest = shorter.filter((text) => text.length === length - 1);
  return [...shorter, ...longest.flatMap((text) => [`${text}a`, `${text}b`])];
}

/** The same by trying. */
function longestBeginning(text: string, delimiter: string): number {
  let length = Math.min(delimiter.length - 1, text.length);
  while (!text.endsWith(delimiter.slice(0, length))) length--;
  return length;
}

test('how much of a delimiter stands at the end, for all short delimiters and texts', () => {
  const wrong: string[] = [];
  const texts = textsUpTo(8).map((text) => ({ text, input: ByteBuf.from(text) }));
  for (const delimiter of textsUpTo(6).filter((text) => text !== '')) {
    const search = new DelimiterSearch([Buffer.from(delimiter)]);
    for (const { text, input } of texts) {
      const found = search.partialAtEnd(input);
      if (found !== longestBeginning(text, delimiter))
        wrong.push(`${delimiter} at the end of ${text}: ${found}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('of several delimiters the longest beginning counts', () => {
  const search = new DelimiterSearch(['xy', 'abcd', 'bce'].map((text) => Buffer.from(text)));
  expect(search.partialAtEnd(ByteBuf.from('..abc'))).toBe(3);
  expect(search.partialAtEnd(ByteBuf.from('..bc'))).toBe(2);
  expect(search.partialAtEnd(ByteBuf.from('..x'))).toBe(1);
  expect(search.partialAtEnd(ByteBuf.from('..'))).toBe(0);
});
