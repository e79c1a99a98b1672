import { acquireList, type MessageList, releaseList } from '../../src/base/MessageList.js';

const release = (list: MessageList<unknown>): void => releaseList(list as MessageList<never>);

test('gives messages back in order, also while more are put in', () => {
  const list = acquireList<number>();
  list.push(1);
  list.push(2);
  expect(list.size).toBe(2);
  expect(list.shift()).toBe(1);
  list.push(3);
  expect([list.shift(), list.shift(), list.shift()]).toEqual([2, 3, undefined]);
  expect(list.size).toBe(0);
  release(list);
});

test('refuses undefined and null, which no pipeline carries', () => {
  const list = acquireList<unknown>();
  for (const nothing of [undefined, null])
    expect(() => list.push(nothing)).toThrow(/carries no such message/);
  expect(list.size).toBe(0);
  release(list);
});

test('is used again, empty, and refuses messages in between', () => {
  const list = acquireList<string>();
  list.push('left behind');
  release(list);
  expect(() => list.push('late')).toThrow(/good only until the codec method/);
  const next = acquireList<string>();
  expect(next).toBe(list);
  expect(next.size).toBe(0);
  next.push('on time');
  expect(next.shift()).toBe('on time');
  release(next);
});

test('two codecs at work at once have two lists', () => {
  const outer = acquireList();
  const inner = acquireList();
  expect(inner).not.toBe(outer);
  release(inner);
  release(outer);
});

test('one that has held very many messages is not kept for the next codec', () => {
  const list = acquireList<number>();
  for (let i = 0; i < 2000; i++) list.push(i);
  release(list);
  const next = acquireList();
  expect(next).not.toBe(list);
  release(next);
});
