import { EmbeddedChannel, getLogger, ServerShutdownEvent, setLogger } from '@sluice/core';
import { CLOSE_REASON, DRAIN, DrainEvent, DrainHandler, type DrainOptions, drain } from '@sluice/handlers';

const open: EmbeddedChannel[] = [];
afterEach(() => {
  for (const channel of open.splice(0)) channel.close();
});

function draining(options: DrainOptions<unknown>) {
  const handler = new DrainHandler(options);
  const events: unknown[] = [];
  const channel = new EmbeddedChannel(handler, {
    userEventTriggered: (_ctx, event) => events.push(event),
  });
  open.push(channel);
  channel.freezeTime();
  return { channel, handler, events };
}
const kindOf = (channel: EmbeddedChannel) => channel.attr(CLOSE_REASON).get()?.kind;
/** Promise callbacks have run. */
const settled = () => new Promise(setImmediate);

test('the client is told when to come back; without work the channel ends a while after that', async () => {
  const { channel, handler, events } = draining({
    goAway: ({ after, reason }) => `go ${after} ${reason}`,
    random: () => 0.5,
    spread: 400,
    linger: 50,
  });
  const done = handler.drain({ reason: 'update' });
  expect(channel.readOutbound()).toBe('go 200 update');
  expect(events).toEqual([new DrainEvent(channel.eventLoop.now + 10_000, 200, 'update')]);
  expect(handler.isDraining).toBe(true);
  channel.elapse(249);
  await settled();
  expect(channel.isOpen).toBe(true);
  channel.elapse(1);
  await done;
  expect([channel.isOpen, kindOf(channel)]).toEqual([false, 'draining']);
});

test('work under way is waited for, to its last answer', async () => {
  const { channel, handler } = draining({ linger: 10 });
  for (let i = 0; i < 3; i++) handler.busy();
  const done = handler.drain();
  channel.elapse(5000);
  handler.done();
  handler.done();
  await settled();
  expect([channel.isOpen, handler.inFlight]).toEqual([true, 1]);
  handler.done();
  await done;
  expect(kindOf(channel)).toBe('draining');
  expect(() => handler.done()).toThrow(expect.objectContaining({ code: 'ERR_ILLEGAL_STATE' }));
});

test('not longer than the grace', async () => {
  const { channel, handler } = draining({ grace: 3000, hasWork: () => true });
  handler.busy();
  const done = drain([channel], { grace: 1000 });
  channel.elapse(999);
  await settled();
  expect(channel.isOpen).toBe(true);
  channel.elapse(1);
  await done;
  expect(kindOf(channel)).toBe('draining');
});

test('hasWork is asked again and again', async () => {
  let work = 3;
  const { channel, handler } = draining({ linger: 0, hasWork: () => work-- > 0 });
  const done = handler.drain();
  channel.elapse(74);
  await settled();
  expect(channel.isOpen).toBe(true);
  channel.elapse(1);
  await done;
  expect(work).toBe(-1);
});

test('a shutdown of the server drains, within its time', async () => {
  const { channel, handler } = draining({ grace: 60_000 });
  handler.busy();
  const event = new ServerShutdownEvent(channel.eventLoop.now + 1000);
  channel.pipeline.fireUserEventTriggered(event);
  expect(event.work).toHaveLength(1);
  const worked = Promise.all(event.work);
  channel.elapse(900);
  await worked;
  expect([channel.isOpen, kindOf(channel)]).toEqual([true, 'draining']);
});

test('a client that leaves by itself ends the drain, and the reason is its own', async () => {
  const { channel, handler } = draining({});
  handler.busy();
  const done = handler.drain();
  channel.close();
  await done;
  expect(kindOf(channel)).toBeUndefined();
  await handler.drain();
});

test('goAway that throws does not stop the drain; a second call joins the first', async () => {
  const before = getLogger();
  const warn = jest.fn();
  setLogger({ ...before, warn });
  const { channel, handler } = draining({
    linger: 10,
    goAway: () => {
      throw new Error('cannot say it');
    },
  });
  const both = Promise.all([handler.drain(), handler.drain()]);
  expect(warn).toHaveBeenCalledTimes(1);
  setLogger();
  channel.elapse(10);
  await both;
  expect(channel.isOpen).toBe(false);
});

test('a channel without the handler is closed, and the handler can be found', async () => {
  const channel = new EmbeddedChannel();
  open.push(channel);
  await drain(new Set([channel]));
  expect(kindOf(channel)).toBe('draining');
  const other = draining({});
  expect(other.channel.attr(DRAIN).get()).toBe(other.handler);
  other.channel.pipeline.remove(other.handler);
  expect(other.channel.hasAttr(DRAIN)).toBe(false);
});
