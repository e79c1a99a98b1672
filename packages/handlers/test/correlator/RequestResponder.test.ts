import { EmbeddedChannel } from '@sluice/core';
import {
  DrainHandler,
  type RequestCall,
  RequestCorrelator,
  RequestResponder,
  type RequestResponderOptions,
} from '@sluice/handlers';
import { settle } from '../reconnect/doubles.js';

interface Message {
  readonly id?: number;
  readonly text: string;
}

/** A channel with a responder whose requests the test answers. */
function made(options: Partial<RequestResponderOptions<Message, Message, number>> = {}) {
  const calls: { call: RequestCall<number>; answer: (text: string) => void; fail: (cause: Error) => void }[] =
    [];
  const errors: string[] = [];
  const responder = new RequestResponder<Message, Message>({
    isRequest: (message) => typeof message === 'object',
    idOf: ({ id }) => id,
    assignId: (response, id) => ({ ...response, id }),
    handle: (_request, call) =>
      new Promise((resolve, fail) => {
        calls.push({ call, answer: (text) => resolve({ text }), fail });
      }),
    ...options,
  });
  const channel = new EmbeddedChannel(responder, {
    exceptionCaught: (_ctx, cause) => errors.push(cause.message),
  });
  return { responder, channel, calls, errors };
}

test('answers when the answers are ready, in whatever order', async () => {
  const { responder, channel, calls } = made();
  channel.writeInbound({ id: 1, text: 'a' }, { id: 2, text: 'b' });
  expect(responder.pending).toBe(2);
  calls[1]?.answer('B');
  await settle();
  calls[0]?.answer('A');
  await settle();
  expect(channel.outboundMessages).toEqual([
    { id: 2, text: 'B' },
    { id: 1, text: 'A' },
  ]);
  expect(responder.pending).toBe(0);
  channel.close();
});

test('answers at once what is answered at once', () => {
  const { channel } = made({ handle: ({ text }, { id }) => ({ text: `${text}${id}` }) });
  channel.writeInbound({ id: 1, text: 'a' });
  expect(channel.outboundMessages).toEqual([{ id: 1, text: 'a1' }]);
  channel.close();
});

test('sends nothing for a one-way request', async () => {
  const { responder, channel } = made({ handle: () => undefined });
  channel.writeInbound({ id: 1, text: 'a' });
  await settle();
  expect([channel.outboundMessages, responder.pending]).toEqual([[], 0]);
  channel.close();
});

test('hands on what is no request', () => {
  const { channel } = made();
  channel.writeInbound('push', { text: 'without id' });
  expect(channel.inboundMessages).toEqual(['push', { text: 'without id' }]);
  channel.close();
});

test('answers errors by onError, thrown or rejected; else fires them', async () => {
  const told = made({ onError: ({ message }, { text }) => ({ text: `${text}: ${message}` }) });
  told.channel.writeInbound({ id: 1, text: 'a' });
  told.calls[0]?.fail(new Error('no such user'));
  await settle();
  expect(told.channel.outboundMessages).toEqual([{ id: 1, text: 'a: no such user' }]);
  expect(told.errors).toEqual([]);
  const fired = made({
    handle: () => {
      throw new Error('bug');
    },
  });
  fired.channel.writeInbound({ id: 1, text: 'a' });
  await settle();
  expect(fired.errors).toEqual(['bug']);
  expect(fired.responder.pending).toBe(0);
  told.channel.close();
  fired.channel.close();
});

test('fires what onError or assignId throws', async () => {
  const cannot = (): never => {
    throw new Error('cannot');
  };
  for (const options of [
    { handle: () => ({ text: '' }), assignId: cannot },
    { handle: cannot, onError: cannot },
  ]) {
    const { channel, errors } = made(options);
    channel.writeInbound({ id: 1, text: 'a' });
    await settle();
    expect(errors).toEqual(['cannot']);
    channel.close();
  }
});

test('refuses what is above maxConcurrent, by onError', async () => {
  const { channel, calls } = made({
    maxConcurrent: 1,
    onError: (error) => ({ text: (error as { code?: string }).code as string }),
  });
  channel.writeInbound({ id: 1, text: 'a' }, { id: 2, text: 'b' });
  await settle();
  expect(channel.outboundMessages).toEqual([{ id: 2, text: 'ERR_TOO_MANY_REQUESTS' }]);
  calls[0]?.answer('A');
  await settle();
  channel.writeInbound({ id: 3, text: 'c' });
  expect(calls).toHaveLength(2);
  channel.close();
});

test('the end of the connection aborts the calls and drops their answers', async () => {
  const { responder, channel, calls, errors } = made();
  channel.writeInbound({ id: 1, text: 'a' }, { id: 2, text: 'b' }, { id: 3, text: 'c' });
  const { signal } = (calls[0] as (typeof calls)[0]).call;
  expect(signal.aborted).toBe(false);
  channel.close();
  expect(signal.reason).toMatchObject({ code: 'ERR_CONNECTION_LOST', reason: { kind: 'local' } });
  // Also for those who ask only then.
  expect(calls[1]?.call.signal.aborted).toBe(true);
  calls[0]?.answer('A');
  calls[1]?.fail(new Error('gave up'));
  expect(responder.pending).toBe(3);
  calls[2]?.answer('C');
  await responder.idle();
  await new Promise((resolve) => setImmediate(resolve));
  expect([errors, channel.outboundMessages]).toEqual([[], []]);
});

test('a call that was answered is aborted by nothing', async () => {
  const { channel, calls } = made({ cancels: (message) => (message as { cancel?: number }).cancel });
  channel.writeInbound({ id: 1, text: 'a' });
  calls[0]?.answer('A');
  await settle();
  channel.writeInbound({ cancel: 1 });
  channel.close();
  expect(calls[0]?.call.signal.aborted).toBe(false);
});

test('a cancel message aborts its call and is not handed on', async () => {
  const { channel, calls } = made({ cancels: (message) => (message as { cancel?: number }).cancel });
  channel.writeInbound({ id: 1, text: 'a' }, { cancel: 1 }, { cancel: 9 });
  expect(calls[0]?.call.signal.reason).toMatchObject({ name: 'AbortError' });
  expect(channel.inboundMessages).toEqual([]);
  channel.close();
});

test('idle() resolves when nothing is worked on', async () => {
  const { responder, channel, calls } = made();
  await responder.idle();
  channel.writeInbound({ id: 1, text: 'a' });
  let isIdle = false;
  const idle = responder.idle().then(() => (isIdle = true));
  await settle();
  expect(isIdle).toBe(false);
  calls[0]?.answer('A');
  await idle;
  channel.close();
});

test('a drain waits for the calls under way', async () => {
  const { responder, channel, calls } = made();
  const draining = new DrainHandler();
  channel.pipeline.addFirst(draining);
  channel.writeInbound({ id: 1, text: 'a' }, { id: 2, text: 'b' });
  expect(draining.inFlight).toBe(2);
  calls[0]?.answer('A');
  calls[1]?.fail(new Error('bug'));
  await responder.idle();
  expect(draining.inFlight).toBe(0);
  channel.close();
});

test('both sides of one connection may ask and answer', async () => {
  type Frame = { readonly kind: 'request' | 'response'; readonly id?: number; readonly text: string };
  const isKind = (kind: Frame['kind']) => (message: unknown) => (message as Frame).kind === kind;
  const assignId = (frame: Frame, id: number): Frame => ({ ...frame, id });
  const idOf = ({ id }: Frame): number | undefined => id;
  const side = (name: string) => {
    const correlator = new RequestCorrelator<Frame, Frame>({
      assignId,
      idOf,
      isResponse: isKind('response'),
    });
    const channel = new EmbeddedChannel(
      correlator,
      new RequestResponder<Frame, Frame>({
        assignId,
        idOf,
        isRequest: isKind('request'),
        handle: ({ text }) => ({ kind: 'response', text: `${name} answers ${text}` }),
      }),
    );
    return { correlator, channel };
  };
  const [left, right] = [side('left'), side('right')];
  const answers = [
    left.correlator.request({ kind: 'request', text: 'l' }),
    right.correlator.request({ kind: 'request', text: 'r' }),
  ];
  for (let i = 0; i < 2; i++) {
    const fromLeft = left.channel.outboundMessages.splice(0);
    const fromRight = right.channel.outboundMessages.splice(0);
    right.channel.writeInbound(...fromLeft);
    left.channel.writeInbound(...fromRight);
  }
  expect((await Promise.all(answers)).map(({ text }) => text)).toEqual(['right answers l', 'left answers r']);
  left.channel.close();
  right.channel.close();
});

test('maxConcurrent below 1 is refused', () => {
  expect(() => made({ maxConcurrent: 0 })).toThrow(expect.objectContaining({ code: 'ERR_CONFIG' }));
});
