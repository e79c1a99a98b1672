import { type ChannelHandlerContext, EmbeddedChannel } from '@sluice/core';
import { CLOSE_REASON, CloseReason, CloseReasonHandler, closeBecause } from '@sluice/handlers';

test('closeBecause() closes the channel, says why and how much had not left', async () => {
  const channel = new EmbeddedChannel();
  const cause = new Error('bad magic');
  channel.write(Buffer.alloc(100));
  const closed = closeBecause(channel, 'protocol', cause);
  await closed;
  expect(channel.isOpen).toBe(false);
  expect(channel.attr(CLOSE_REASON).get()).toEqual({ kind: 'protocol', cause, unflushed: 196 });
});

test('the first reason stays', () => {
  const handler = new CloseReasonHandler();
  const channel = new EmbeddedChannel(handler);
  closeBecause(channel.pipeline.context(handler) as ChannelHandlerContext, 'idle');
  closeBecause(channel, 'kicked');
  expect(channel.attr(CLOSE_REASON).get()?.kind).toBe('idle');
});

test('a reason is told in words', () => {
  expect(String(new CloseReason('fin'))).toBe('fin');
  expect(String(new CloseReason('dead', new Error('silent for 400 ms')))).toBe('dead: silent for 400 ms');
});
