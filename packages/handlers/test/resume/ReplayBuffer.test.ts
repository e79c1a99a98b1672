import { IllegalStateException } from '@sluice/core';
import { ResumeBufferFullException } from '@sluice/handlers';
import { MAX_SEQ, Receipt, ReplayBuffer } from '../../src/resume/ReplayBuffer.js';

const limits = { maxMessages: 3, maxBytes: 1000, budget: { used: 0, limit: 2000 } };

test('messages are numbered from 1, and kept until they are acknowledged', () => {
  const buffer = new ReplayBuffer<string>({ ...limits, budget: { used: 0, limit: 2000 } });
  for (const text of ['a', 'b', 'c']) expect(buffer.push(text, 1, undefined)).toBeUndefined();
  expect([buffer.first, buffer.next, buffer.count, buffer.bytes]).toEqual([1, 4, 3, 3 * 97]);
  buffer.acknowledge(2);
  expect([buffer.first, buffer.next, buffer.count, buffer.bytes]).toEqual([3, 4, 1, 97]);
  expect(buffer.at(3)).toBe('c');
  buffer.acknowledge(1);
  expect(buffer.first).toBe(3);
  buffer.acknowledge(3);
  expect([buffer.first, buffer.next, buffer.count, buffer.bytes]).toEqual([4, 4, 0, 0]);
});

test.each([
  ['messages', 3, 1],
  ['bytes', 2, 400],
])('the number of %s is limited', (_what, fits, size) => {
  const buffer = new ReplayBuffer<number>({ ...limits, budget: { used: 0, limit: 2000 } });
  for (let i = 0; i < fits; i++) expect(buffer.push(i, size, undefined)).toBeUndefined();
  const before = buffer.bytes;
  expect(buffer.push(9, size, undefined)).toBeInstanceOf(ResumeBufferFullException);
  expect([buffer.count, buffer.bytes]).toEqual([fits, before]);
  buffer.acknowledge(1);
  expect(buffer.push(9, size, undefined)).toBeUndefined();
  expect(buffer.at(fits + 1)).toBe(9);
});

test('buffers share a budget, and give back what they took', () => {
  const budget = { used: 0, limit: 300 };
  const [a, b] = [1, 2].map(() => new ReplayBuffer<number>({ ...limits, budget })) as [
    ReplayBuffer<number>,
    ReplayBuffer<number>,
  ];
  a.push(1, 50, undefined);
  b.push(1, 50, undefined);
  expect(budget.used).toBe(292);
  expect(b.push(2, 50, undefined)).toBeInstanceOf(ResumeBufferFullException);
  a.acknowledge(1);
  expect(b.push(2, 50, undefined)).toBeUndefined();
  expect(b.takeAll().messages).toEqual([1, 2]);
  expect(budget.used).toBe(0);
});

test('receipts resolve in order, the rest is rejected when taken', async () => {
  const buffer = new ReplayBuffer<string>({ ...limits, budget: { used: 0, limit: 2000 } });
  const done: string[] = [];
  for (const text of ['a', 'b', 'c']) {
    const receipt = new Receipt();
    void receipt.promise.then(
      () => done.push(text),
      (error: Error) => done.push(error.message),
    );
    buffer.push(text, 1, receipt);
  }
  const drained = buffer.drained();
  buffer.acknowledge(2);
  const { messages, receipts } = buffer.takeAll();
  expect(messages).toEqual(['c']);
  for (const receipt of receipts) receipt.reject(new Error('gone'));
  await expect(drained).rejects.toThrow('gone');
  expect(done).toEqual(['a', 'b', 'gone']);
  await expect(buffer.drained()).resolves.toBeUndefined();
});

test('numbers are never used twice: after 2^48 - 1 there is none', () => {
  const buffer = new ReplayBuffer<string>({ ...limits, budget: { used: 0, limit: 2000 } }, MAX_SEQ);
  expect(buffer.push('last', 1, undefined)).toBeUndefined();
  expect(buffer.at(MAX_SEQ)).toBe('last');
  expect(buffer.push('more', 1, undefined)).toBeInstanceOf(IllegalStateException);
});

test('what was acknowledged is let go, however long the buffer is never empty', () => {
  const budget = { used: 0, limit: Number.POSITIVE_INFINITY };
  const buffer = new ReplayBuffer<number>({ maxMessages: 1e6, maxBytes: 1e9, budget });
  for (let i = 1; i <= 20_000; i++) {
    buffer.push(i, 0, undefined);
    if (i > 100) buffer.acknowledge(i - 100);
    if (i % 1000 === 0)
      expect([buffer.first, buffer.at(buffer.first), buffer.at(i)]).toEqual([i - 99, i - 99, i]);
  }
  expect([buffer.count, budget.used]).toEqual([100, 9600]);
});
