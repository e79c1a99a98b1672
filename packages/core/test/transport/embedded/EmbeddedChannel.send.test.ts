import { EmbeddedChannel, type OutboundBuffer, WriteBufferWaterMark } from '@sluice/core';

/** Takes messages only when told to. */
class SlowChannel extends EmbeddedChannel {
  protected override doWrite(): void {}

  /** The transport gets rid of `count` flushed messages. */
  take(count: number): void {
    for (let i = 0; i < count; i++) (this.outboundBuffer as OutboundBuffer).remove();
  }
}

let channel: SlowChannel;
const boom = new Error('boom');
beforeEach(() => {
  channel = new SlowChannel();
  channel.config.writeBufferWaterMark = new WriteBufferWaterMark(150, 300);
});
afterEach(() => channel.finishAndReleaseAll());

/** What has become of a promise by now. */
async function stateOf(promise: Promise<unknown>): Promise<string> {
  const pending = new Promise((resolve) => setImmediate(resolve, 'pending'));
  return String(
    await Promise.race([promise, pending]).then(
      (value) => value ?? 'resolved',
      (error) => `rejected: ${error.code ?? error.message}`,
    ),
  );
}

describe('send (D8)', () => {
  test('flushes and resolves while the channel stays writable', async () => {
    expect(await stateOf(channel.send('a'))).toBe('resolved');
    expect(channel.outboundBuffer?.size).toBe(1);
  });

  test('waits while the channel is not writable', async () => {
    const sent = [channel.send('a'), channel.send('b')] as const;
    expect(await Promise.all(sent.map(stateOf))).toEqual(['resolved', 'resolved']);
    const third = channel.send('c');
    expect([channel.isWritable, await stateOf(third)]).toEqual([false, 'pending']);
    channel.take(1);
    expect(await stateOf(third)).toBe('pending');
    channel.take(1);
    expect([channel.isWritable, await stateOf(third)]).toEqual([true, 'resolved']);
  });

  test('rejects when the channel closes, or is closed', async () => {
    for (let i = 0; i < 2; i++) await channel.send(i);
    const waiting = channel.send('d');
    channel.close();
    expect(await stateOf(waiting)).toBe('rejected: ERR_CLOSED_CHANNEL');
    expect(await stateOf(channel.send('e'))).toBe('rejected: ERR_CLOSED_CHANNEL');
  });

  test('rejects when the write fails', async () => {
    channel.pipeline.addLast({ write: (_ctx, _message, promise) => void promise.setFailure(boom) });
    expect(await stateOf(channel.send('a'))).toBe('rejected: boom');
  });
});

describe('whenWritable', () => {
  const fill = (): void => {
    for (let i = 0; i < 4; i++) channel.write(i).addListener(() => {});
    channel.flush();
    expect(channel.isWritable).toBe(false);
  };

  test('resolves at once while the channel is writable', async () => {
    expect(await stateOf(channel.whenWritable())).toBe('resolved');
  });

  test('resolves for all who wait when the channel turns writable', async () => {
    fill();
    const waiting = [channel.whenWritable(), channel.whenWritable()];
    expect(await Promise.all(waiting.map(stateOf))).toEqual(['pending', 'pending']);
    channel.take(3);
    expect(await Promise.all(waiting.map(stateOf))).toEqual(['resolved', 'resolved']);
  });

  test('rejects when the channel closes first, or is closed', async () => {
    fill();
    const waiting = channel.whenWritable();
    channel.close();
    expect(await stateOf(waiting)).toBe('rejected: ERR_CLOSED_CHANNEL');
    expect(await stateOf(channel.whenWritable())).toBe('rejected: ERR_CLOSED_CHANNEL');
  });

  test('gives up when its signal says so, and leaves no listener behind', async () => {
    fill();
    const controller = new AbortController();
    const { signal } = controller;
    const remove = jest.spyOn(signal, 'removeEventListener');
    const waiting = channel.whenWritable({ signal });
    controller.abort(boom);
    expect(await stateOf(waiting)).toBe('rejected: boom');
    expect(remove).toHaveBeenCalledTimes(1);
    expect(await stateOf(channel.whenWritable({ signal }))).toBe('rejected: boom');
    const other = channel.whenWritable({ signal: new AbortController().signal });
    channel.take(4);
    expect(await stateOf(other)).toBe('resolved');
  });
});
