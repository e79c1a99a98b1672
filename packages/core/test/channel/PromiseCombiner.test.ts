import { type ChannelPromise, EmbeddedChannel, PromiseCombiner } from '@sluice/core';

let channel: EmbeddedChannel;
beforeEach(() => {
  channel = new EmbeddedChannel();
});
afterEach(() => channel.finish());

const promises = (count: number): ChannelPromise[] =>
  Array.from({ length: count }, () => channel.newPromise());

test('succeeds when all have', () => {
  const [a, b, all] = promises(3) as [ChannelPromise, ChannelPromise, ChannelPromise];
  new PromiseCombiner().addAll(a, b).finish(all);
  a.setSuccess();
  expect(all.isDone).toBe(false);
  b.setSuccess();
  expect(all.isSuccess).toBe(true);
});

test('fails with the first failure, but only once all are done (rule 54)', () => {
  const [a, b, c, all] = promises(4) as [ChannelPromise, ChannelPromise, ChannelPromise, ChannelPromise];
  new PromiseCombiner().add(a).add(b).add(c).finish(all);
  const first = new Error('first');
  b.setFailure(first);
  a.setFailure(new Error('second'));
  expect(all.isDone).toBe(false);
  c.setSuccess();
  expect(all.cause).toBe(first);
});

test('a cancelled one counts as failed', () => {
  const [a, all] = promises(2) as [ChannelPromise, ChannelPromise];
  new PromiseCombiner().add(a).finish(all);
  a.cancel();
  expect(all.cause).toMatchObject({ code: 'ERR_CANCELLED' });
});

test('none at all is a success, and so are futures that were done before', () => {
  const [none, done, all] = promises(3) as [ChannelPromise, ChannelPromise, ChannelPromise];
  new PromiseCombiner().finish(none);
  expect(none.isSuccess).toBe(true);
  new PromiseCombiner().add(done.setSuccess()).finish(all);
  expect(all.isSuccess).toBe(true);
});

test('nothing can be added or finished after finish', () => {
  const combiner = new PromiseCombiner();
  combiner.finish(channel.newPromise());
  expect(() => combiner.add(channel.newPromise())).toThrow(
    expect.objectContaining({
      code: 'ERR_ILLEGAL_STATE',
      message: 'Adding promises is not allowed after finished adding',
    }),
  );
  expect(() => combiner.finish(channel.newPromise())).toThrow('Already finished');
});

test('an aggregate that was completed by somebody else stays as it is', () => {
  const [a, all] = promises(2) as [ChannelPromise, ChannelPromise];
  new PromiseCombiner().add(a).finish(all);
  all.cancel();
  a.setSuccess();
  expect(all.isCancelled).toBe(true);
});
