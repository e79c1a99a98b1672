import {
  type AnyChannelHandler,
  type ChannelHandlerContext,
  type ChannelPromise,
  EmbeddedChannel,
  getLogger,
  type Logger,
  setLogger,
} from '@sluice/core';
import {
  ConnectionLostException,
  closeBecause,
  RequestCorrelator,
  type RequestCorrelatorOptions,
  type RequestOptions,
  RequestTimeoutException,
} from '@sluice/handlers';
import { settle } from '../reconnect/doubles.js';

interface Message {
  readonly id?: number;
  readonly text: string;
}

const isMessage = (message: unknown): boolean => typeof message === 'object';

/** A channel with a correlator, and what became of its requests. */
function made(
  options: Partial<RequestCorrelatorOptions<Message, Message, number>> = {},
  ...before: AnyChannelHandler[]
) {
  const correlator = new RequestCorrelator<Message, Message>({
    assignId: (request, id) => ({ ...request, id }),
    idOf: ({ id }) => id,
    isResponse: isMessage,
    ...options,
  });
  const channel = new EmbeddedChannel(...before, correlator, { exceptionCaught() {} });
  channel.freezeTime();
  const outcomes: string[] = [];
  const errors: Error[] = [];
  const request = (text: string, how?: RequestOptions): void => {
    correlator.request({ text }, how).then(
      (response) => outcomes.push(`${text}: ${response.text}`),
      (cause) => {
        errors.push(cause);
        outcomes.push(`${text} failed: ${cause.code ?? cause.message}`);
      },
    );
  };
  const pass = (ms: number): void => {
    channel.advanceTimeBy(ms);
    channel.runScheduledPendingTasks();
  };
  return { correlator, channel, outcomes, errors, request, pass };
}

describe('a request', () => {
  test('is written with an id, and its promise brings the response of that id, in any order', async () => {
    const { correlator, channel, outcomes, request } = made();
    request('a');
    request('b');
    request('c');
    expect(channel.outboundMessages).toEqual([
      { text: 'a', id: 1 },
      { text: 'b', id: 2 },
      { text: 'c', id: 3 },
    ]);
    expect(correlator.pending).toBe(3);
    expect(channel.writeInbound({ id: 3, text: 'C' }, { id: 1, text: 'A' })).toBe(false);
    channel.writeInbound({ id: 2, text: 'B' });
    await settle();
    expect(outcomes).toEqual(['c: C', 'a: A', 'b: B']);
    expect(correlator.pending).toBe(0);
    channel.close();
  });

  test('that assignId changed in place is written as it is', () => {
    const { channel, request } = made({
      assignId: (message, id) => {
        (message as { id: number }).id = id;
      },
    });
    request('a');
    expect(channel.outboundMessages).toEqual([{ id: 1, text: 'a' }]);
    channel.close();
  });

  test('may be answered while it is written', async () => {
    const { channel, outcomes, request } = made(
      {},
      {
        write(ctx: ChannelHandlerContext, message, promise: ChannelPromise) {
          ctx.write(message, promise);
          ctx.fireChannelRead({ ...(message as Message), text: 'at once' });
        },
      },
    );
    request('a');
    await settle();
    expect(outcomes).toEqual(['a: at once']);
    channel.close();
  });

  test('that cannot be written fails with the reason', async () => {
    const { correlator, channel, outcomes, request } = made(
      {},
      {
        write(_ctx, _message, promise: ChannelPromise) {
          promise.setFailure(new Error('no encoder'));
        },
      },
    );
    request('a');
    await settle();
    expect(outcomes).toEqual(['a failed: no encoder']);
    expect(correlator.pending).toBe(0);
    channel.close();
  });

  test('whose id cannot be assigned fails with the reason', async () => {
    const { correlator, channel, outcomes, request } = made({
      assignId: () => {
        throw new Error('frozen');
      },
    });
    request('a');
    await settle();
    expect(outcomes).toEqual(['a failed: frozen']);
    expect(correlator.pending).toBe(0);
    channel.close();
  });

  test('above maxPending is refused and not written', async () => {
    const { channel, errors, request } = made({ maxPending: 2 });
    for (const text of ['a', 'b', 'c']) request(text);
    await settle();
    expect(errors).toEqual([expect.objectContaining({ code: 'ERR_TOO_MANY_REQUESTS' })]);
    expect(channel.outboundMessages).toHaveLength(2);
    channel.writeInbound({ id: 1, text: 'A' });
    request('d');
    expect(channel.outboundMessages).toHaveLength(3);
    channel.close();
  });

  test('by a correlator in no pipeline fails', async () => {
    const correlator = new RequestCorrelator<unknown, unknown>({ assignId: () => {}, idOf: () => undefined });
    await expect(correlator.request('a')).rejects.toMatchObject({ code: 'ERR_ILLEGAL_STATE' });
  });
});

describe('messages', () => {
  test('that are no responses are handed on', () => {
    const { channel } = made();
    channel.writeInbound('push', { text: 'without id' });
    expect(channel.inboundMessages).toEqual(['push', { text: 'without id' }]);
    channel.close();
  });

  test('are all taken for responses unless isResponse tells them', async () => {
    const correlator = new RequestCorrelator<Message, Message>({
      assignId: (request, id) => ({ ...request, id }),
      idOf: ({ id }) => id,
    });
    const channel = new EmbeddedChannel(correlator);
    const response = correlator.request({ text: 'a' });
    channel.writeInbound({ id: 1, text: 'A' });
    expect(await response).toEqual({ id: 1, text: 'A' });
    channel.close();
  });

  test('that nobody waits for are dropped, counted, and logged once', async () => {
    const warn = jest.fn();
    setLogger({ ...getLogger(), warn } as Logger);
    const { correlator, channel, outcomes, request, pass } = made({ timeout: 100 });
    request('a');
    pass(100);
    channel.writeInbound({ id: 1, text: 'late' }, { id: 7, text: 'unknown' }, { id: 1, text: 'again' });
    setLogger();
    await settle();
    expect(outcomes).toEqual(['a failed: ERR_REQUEST_TIMEOUT']);
    expect(correlator.strayResponses).toBe(3);
    expect(channel.inboundMessages).toEqual([]);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn).toHaveBeenCalledWith(expect.objectContaining({ id: 1 }), expect.stringContaining('late'));
    channel.close();
  });
});

describe('ids', () => {
  test('that are in use are passed over', async () => {
    const ids = [5, 5, 6, 5];
    const { channel, request } = made({ nextId: () => ids.shift() as number });
    request('a');
    request('b');
    channel.writeInbound({ id: 5, text: '' });
    request('c');
    expect(channel.outboundMessages.map((message) => (message as Message).id)).toEqual([5, 6, 5]);
    channel.close();
  });

  test('that never change fail the request instead of hanging', async () => {
    const { channel, outcomes, request } = made({ nextId: () => 1 });
    request('a');
    request('b');
    await settle();
    expect(outcomes).toEqual(['b failed: ERR_ILLEGAL_STATE']);
    channel.close();
  });

  test('may be anything', async () => {
    let n = 0n;
    const correlator = new RequestCorrelator<Message, { readonly re: bigint }, bigint>({
      assignId: (request, id) => ({ ...request, id }),
      idOf: ({ re }) => re,
      nextId: () => n++,
    });
    const channel = new EmbeddedChannel(correlator);
    const response = correlator.request({ text: 'a' });
    channel.writeInbound({ re: 0n });
    expect(await response).toEqual({ re: 0n });
    channel.close();
  });
});

describe('a time limit', () => {
  test('fails the request exactly then, and tells it', async () => {
    const { correlator, channel, outcomes, errors, request, pass } = made({ timeout: 1000 });
    request('a');
    pass(999);
    expect(correlator.pending).toBe(1);
    pass(1);
    expect(correlator.pending).toBe(0);
    await settle();
    expect(outcomes).toEqual(['a failed: ERR_REQUEST_TIMEOUT']);
    expect(errors[0]).toBeInstanceOf(RequestTimeoutException);
    expect(errors[0]?.message).toMatch(/^No response to request 1 within 1000 ms from /);
    channel.close();
  });

  test('of 0 is none; a request may have its own', async () => {
    const { correlator, channel, outcomes, request, pass } = made({ timeout: 1000 });
    request('never', { timeout: 0 });
    request('long', { timeout: 5000 });
    request('normal');
    request('short', { timeout: 10 });
    pass(10);
    await settle();
    expect(outcomes).toEqual(['short failed: ERR_REQUEST_TIMEOUT']);
    pass(990);
    pass(4000);
    await settle();
    expect(outcomes.slice(1)).toEqual([
      'normal failed: ERR_REQUEST_TIMEOUT',
      'long failed: ERR_REQUEST_TIMEOUT',
    ]);
    pass(1e9);
    expect(correlator.pending).toBe(1);
    channel.close();
  });

  test('costs one timer for all requests, and none when there was none for a while', () => {
    const { channel, request, pass } = made({ timeout: 1000 });
    const timers = (): number => channel.eventLoop.scheduledTasks;
    const scheduled = jest.spyOn(channel.eventLoop, 'scheduleCoarse');
    for (let i = 1; i <= 100; i++) {
      request('a');
      expect(timers()).toBe(1);
      if (i % 10 !== 0) channel.writeInbound({ id: i, text: '' });
      pass(5);
    }
    expect(scheduled).toHaveBeenCalledTimes(1);
    // The unanswered ones expire one after the other.
    for (let i = 0; i < 10; i++) pass(100);
    expect(timers()).toBe(0);
    request('b');
    expect(timers()).toBe(1);
    channel.close();
    expect(timers()).toBe(0);
  });

  test('does not beat a response that has arrived at the same time', async () => {
    const { channel, outcomes, request } = made({ timeout: 1000 });
    request('a');
    channel.eventLoop.schedule(() => channel.writeInbound({ id: 1, text: 'just in time' }), 1000);
    channel.advanceTimeBy(1000);
    channel.runScheduledPendingTasks();
    await settle();
    expect(outcomes).toEqual(['a: just in time']);
    channel.close();
  });

  test('lets a request begun by the failure of another have its whole time', async () => {
    const { correlator, channel, request, pass } = made({ timeout: 100 });
    request('a');
    pass(100);
    await settle();
    request('b');
    pass(99);
    expect(correlator.pending).toBe(1);
    pass(1);
    expect(correlator.pending).toBe(0);
    channel.close();
  });
});

describe('a signal', () => {
  test('fails the request with its reason; a response that comes later is nobody’s', async () => {
    const { correlator, channel, outcomes, request } = made();
    const controller = new AbortController();
    request('a', { signal: controller.signal });
    controller.abort(new Error('user left'));
    await settle();
    expect(outcomes).toEqual(['a failed: user left']);
    expect([correlator.pending, channel.eventLoop.scheduledTasks]).toEqual([0, 1]);
    channel.close();
  });

  test('that was aborted before keeps the request from being written', async () => {
    const { channel, outcomes, request } = made();
    request('a', { signal: AbortSignal.abort(new Error('too late')) });
    await settle();
    expect(outcomes).toEqual(['a failed: too late']);
    expect(channel.outboundMessages).toEqual([]);
    channel.close();
  });

  test('keeps no listener after the response', async () => {
    const { channel, request } = made();
    const { signal } = new AbortController();
    const added = jest.spyOn(signal, 'addEventListener');
    const removed = jest.spyOn(signal, 'removeEventListener');
    request('a', { signal });
    channel.writeInbound({ id: 1, text: '' });
    expect(removed.mock.calls).toEqual([['abort', added.mock.calls[0]?.[1]]]);
    channel.close();
  });

  test('or a time limit tells the peer by the cancel message', async () => {
    const { channel, request, pass } = made({
      timeout: 100,
      cancelMessage: (id, { text }, cause) => (text === 'quiet' ? undefined : { cancel: id, cause }),
    });
    const controller = new AbortController();
    const reason = new Error('user left');
    request('a', { signal: controller.signal });
    request('quiet', { signal: controller.signal });
    request('b');
    controller.abort(reason);
    pass(100);
    expect(channel.outboundMessages.slice(3)).toEqual([
      { cancel: 1, cause: reason },
      { cancel: 3, cause: expect.any(RequestTimeoutException) },
    ]);
    channel.close();
  });

  test('takes back a request that has not left yet, and sends no cancel message then', async () => {
    const held: AnyChannelHandler = { flush() {} };
    const { channel, request } = made({ cancelMessage: (id) => ({ cancel: id }) }, held);
    const controller = new AbortController();
    request('a', { signal: controller.signal });
    controller.abort(new Error('user left'));
    channel.pipeline.remove(held);
    channel.flush();
    // An empty buffer stands for it.
    expect(channel.outboundMessages).toEqual([new Uint8Array()]);
    channel.close();
  });
});

describe('the end of the connection', () => {
  test('fails all requests at once, each once, with the reason and whether they had left', async () => {
    let isHeld = false;
    const flush = (ctx: ChannelHandlerContext): unknown => isHeld || ctx.flush();
    const { correlator, channel, errors, request } = made({}, { flush });
    request('a');
    isHeld = true;
    request('b');
    closeBecause(channel, 'dead', new Error('No sign of life'));
    expect(correlator.pending).toBe(0);
    await settle();
    expect(errors).toHaveLength(2);
    for (const error of errors) {
      expect(error).toBeInstanceOf(ConnectionLostException);
      expect(error).toMatchObject({ code: 'ERR_CONNECTION_LOST', reason: { kind: 'dead' } });
      expect(error.cause).toBe((error as ConnectionLostException).reason);
      expect(error.message).toMatch(/ ended before the response: dead: No sign of life$/);
    }
    expect(errors.map((error) => (error as ConnectionLostException).sent)).toEqual([true, false]);
    expect(channel.eventLoop.scheduledTasks).toBe(0);
  });

  test('is told with what the handler saw, where nobody says more', async () => {
    for (const [end, kind] of [
      [(channel: EmbeddedChannel) => channel.close(), 'local'],
      [(channel: EmbeddedChannel) => channel.pipeline.fireChannelInactive(), 'fin'],
      [
        (channel: EmbeddedChannel) => {
          channel.pipeline.fireExceptionCaught(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
          channel.pipeline.fireChannelInactive();
        },
        'reset',
      ],
    ] as const) {
      const { channel, errors, request } = made();
      request('a');
      end(channel);
      await settle();
      expect(errors).toEqual([expect.objectContaining({ reason: expect.objectContaining({ kind }) })]);
      channel.close();
    }
  });

  test('fails later requests too', async () => {
    const { channel, errors, request } = made();
    channel.close();
    request('a');
    await settle();
    expect(errors).toEqual([expect.objectContaining({ code: 'ERR_CONNECTION_LOST', sent: false })]);
  });

  test('or of the handler: whoever removes it leaves nothing hanging', async () => {
    const { correlator, channel, errors, request } = made();
    request('a');
    channel.pipeline.remove(correlator);
    await settle();
    expect(errors[0]?.message).toMatch(/local: The RequestCorrelator was removed from the pipeline/);
    expect(channel.eventLoop.scheduledTasks).toBe(0);
    channel.close();
  });

  test('a retry that a rejection brings about does not touch the others', async () => {
    const { correlator, channel, outcomes, request } = made();
    correlator.request({ text: 'first' }).catch(() => request('retry'));
    request('b');
    channel.close();
    await settle();
    expect(outcomes).toEqual(['b failed: ERR_CONNECTION_LOST', 'retry failed: ERR_CONNECTION_LOST']);
  });
});

test('idle() resolves when no request waits', async () => {
  const { correlator, channel, request } = made();
  await correlator.idle();
  request('a');
  request('b');
  let isIdle = false;
  void correlator.idle().then(() => (isIdle = true));
  expect(correlator.idle()).toBe(correlator.idle());
  channel.writeInbound({ id: 1, text: '' });
  await settle();
  expect(isIdle).toBe(false);
  channel.writeInbound({ id: 2, text: '' });
  await settle();
  expect(isIdle).toBe(true);
  request('c');
  const ended = correlator.idle();
  channel.close();
  await ended;
});

test('100,000 requests with 1,000 different limits end once each', async () => {
  const { correlator, channel } = made({ maxPending: 1000, timeout: 500 });
  const ended = new Array<number>(100_000).fill(0);
  for (let n = 0; n < ended.length; n++) {
    const note = (): void => {
      ended[n] = (ended[n] as number) + 1;
    };
    correlator.request({ text: '' }, { timeout: 1 + (n % 1000) }).then(note, note);
    if (n % 3 !== 0) channel.writeInbound({ id: n + 1, text: '' });
    if (n % 100 === 0) {
      channel.advanceTimeBy(50);
      channel.runScheduledPendingTasks();
      channel.outboundMessages.length = 0;
    }
  }
  channel.close();
  await settle();
  expect(ended.every((times) => times === 1)).toBe(true);
  expect(correlator.pending).toBe(0);
});

test.each([
  [{ timeout: -1 }, /timeout: -1 ms/],
  [{ maxPending: 0 }, /maxPending: 0/],
])('%p is refused', (options, message) => {
  expect(() => made(options)).toThrow(
    expect.objectContaining({ code: 'ERR_CONFIG', message: expect.stringMatching(message) }),
  );
});
