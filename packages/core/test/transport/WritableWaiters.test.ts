import { ClosedChannelException, EmbeddedChannel } from '../../src/index.js';
import { WritableWaiters } from '../../src/transport/WritableWaiters.js';
import { opened } from '../support/opened.js';

/** A channel that a flag of its own makes unwritable. */
function unwritable(): EmbeddedChannel {
  const channel = opened(new EmbeddedChannel());
  channel.outboundBuffer?.setUserDefinedWritability(1, false);
  return channel;
}

test('writable already: nothing to wait for', async () => {
  const channel = opened(new EmbeddedChannel());
  await new WritableWaiters(channel).wait();
  await channel.whenWritable();
});

test('all who wait are let go when the channel turns writable, and only then', async () => {
  const channel = unwritable();
  const order: number[] = [];
  const waiting = [1, 2, 3].map((n) => channel.whenWritable().then(() => order.push(n)));
  await Promise.resolve();
  expect(order).toEqual([]);
  channel.outboundBuffer?.setUserDefinedWritability(1, true);
  await Promise.all(waiting);
  expect(order).toEqual([1, 2, 3]);
});

test('who gives up is forgotten, and leaves no listener on the signal', async () => {
  const channel = unwritable();
  const abort = new AbortController();
  const removed = jest.spyOn(abort.signal, 'removeEventListener');
  const impatient = channel.whenWritable({ signal: abort.signal });
  const patient = channel.whenWritable();
  abort.abort(new Error('enough'));
  await expect(impatient).rejects.toThrow('enough');
  expect(removed).toHaveBeenCalledTimes(1);
  channel.outboundBuffer?.setUserDefinedWritability(1, true);
  await patient;
});

test('who waited with a signal in vain leaves no listener on it either', async () => {
  const channel = unwritable();
  const { signal } = new AbortController();
  const removed = jest.spyOn(signal, 'removeEventListener');
  const waiting = channel.whenWritable({ signal });
  channel.outboundBuffer?.setUserDefinedWritability(1, true);
  await waiting;
  expect(removed).toHaveBeenCalledTimes(1);
});

test('a close rejects those who wait, and those who come later', async () => {
  const channel = unwritable();
  const waiting = channel.whenWritable();
  const rejected = expect(waiting).rejects.toBeInstanceOf(ClosedChannelException);
  channel.close();
  await rejected;
  await expect(channel.whenWritable()).rejects.toBeInstanceOf(ClosedChannelException);
});

describe('send()', () => {
  test('resolves at once when the write is done and the channel writable', async () => {
    const channel = opened(new EmbeddedChannel());
    await channel.send('x');
    expect(channel.readOutbound()).toBe('x');
  });

  test('rejects with what failed the write, also while it waits', async () => {
    const channel = unwritable();
    channel.pipeline.addLast({
      write: (_ctx, message, promise) => {
        if (message === 'late') channel.eventLoop.execute(() => promise.setFailure(new Error('failed late')));
        else promise.setFailure(new Error('failed at once'));
      },
    });
    await expect(channel.send('now')).rejects.toThrow('failed at once');
    const late = expect(channel.send('late')).rejects.toThrow('failed late');
    channel.runPendingTasks();
    await late;
  });

  test('waits while the channel is not writable', async () => {
    const channel = unwritable();
    channel.pipeline.addLast({ flush: () => {} });
    let sent = false;
    const sending = channel.send('x').then(() => (sent = true));
    await Promise.resolve();
    expect(sent).toBe(false);
    channel.outboundBuffer?.setUserDefinedWritability(1, true);
    await sending;
    expect(sent).toBe(true);
  });
});
