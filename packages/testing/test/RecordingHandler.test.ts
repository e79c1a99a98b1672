import { type AnyChannelHandler, EmbeddedChannel, IllegalStateException } from '@sluice/core';
import { channelPair, type RecordedEvent, RecordingHandler } from '@sluice/testing';

test('notes every event in order and passes it on', () => {
  const recorder = new RecordingHandler();
  const beyond = new RecordingHandler();
  const channel = new EmbeddedChannel(recorder, beyond);
  expect(recorder.take().map(([name]) => name)).toEqual([
    'handlerAdded',
    'channelRegistered',
    'channelActive',
    'read',
  ]);

  const message = { id: 1 };
  channel.writeInbound(message);
  expect(recorder.named('channelRead')).toEqual([['channelRead', message]]);
  expect(recorder.take()).toEqual([['channelRead', message], ['channelReadComplete'], ['read']]);
  expect(channel.readInbound()).toBe(message);

  channel.writeOutbound('out');
  expect(recorder.take()).toEqual([['write', 'out'], ['flush']]);
  expect(channel.readOutbound()).toBe('out');

  channel.pipeline.fireUserEventTriggered('event').fireChannelWritabilityChanged();
  expect(recorder.take()).toEqual([
    ['userEventTriggered', 'event'],
    ['channelWritabilityChanged', true],
  ]);

  const failure = new Error('seen');
  channel.pipeline.fireExceptionCaught(failure);
  expect(recorder.take()).toEqual([['exceptionCaught', failure]]);
  expect(() => channel.checkException()).toThrow('seen');

  recorder.take();
  channel.finish();
  expect(recorder.names).toEqual(['close', 'channelInactive', 'channelUnregistered', 'handlerRemoved']);
  expect(beyond.names.slice(-3)).toEqual(['channelInactive', 'channelUnregistered', 'handlerRemoved']);
});

test('notes the operations with their arguments, and passes them on', () => {
  const recorder = new RecordingHandler();
  const taken: string[] = [];
  const end: AnyChannelHandler = {
    bind: (_ctx, _address, promise) => void taken.push(`bind ${promise.setSuccess().isSuccess}`),
    connect: (_ctx, _to, _from, promise) => void taken.push(`connect ${promise.setSuccess().isSuccess}`),
    disconnect: (_ctx, promise) => void taken.push(`disconnect ${promise.setSuccess().isSuccess}`),
    deregister: (_ctx, promise) => void taken.push(`deregister ${promise.setSuccess().isSuccess}`),
  };
  const channel = new EmbeddedChannel({ hasDisconnect: true, handlers: [end, recorder] });
  recorder.take();
  const [here, there] = [{ local: 'here' }, { local: 'there' }];
  channel.bind(here);
  channel.connect(there);
  channel.connect(there, here);
  channel.disconnect();
  channel.deregister();
  expect(recorder.take()).toEqual([
    ['bind', here],
    ['connect', there, null],
    ['connect', there, here],
    ['disconnect'],
    ['deregister'],
  ]);
  expect(taken).toEqual(['bind true', 'connect true', 'connect true', 'disconnect true', 'deregister true']);
});

describe('next', () => {
  test('gives each event of a name once, past ones first, then those to come', async () => {
    const recorder = new RecordingHandler();
    const channel = new EmbeddedChannel(recorder);
    channel.writeInbound('1', '2');
    const event: RecordedEvent<'channelRead'> = await recorder.next('channelRead');
    expect(event).toEqual(['channelRead', '1']);
    recorder.take();
    expect(await recorder.next('channelRead')).toEqual(['channelRead', '2']);
    const coming = [recorder.next('channelRead'), recorder.next('channelRead')];
    channel.writeInbound('3', '4');
    expect(await Promise.all(coming)).toEqual([
      ['channelRead', '3'],
      ['channelRead', '4'],
    ]);
  });

  test('waits for what happens on a real connection', async () => {
    const recorder = new RecordingHandler();
    const [client] = channelPair(
      (channel) => channel.pipeline.addLast(recorder, { channelRead: () => {} }),
      (channel) =>
        channel.pipeline.addLast({
          channelRead: (ctx, message) => void ctx.writeAndFlush(message).addListener(() => ctx.close()),
        }),
    );
    await recorder.next('channelActive');
    client.writeAndFlush(Buffer.from('ping'));
    const [, message] = await recorder.next('channelRead');
    expect(String(message)).toBe('ping');
    await recorder.next('channelInactive');
  });

  test('gives up with its signal', async () => {
    const recorder = new RecordingHandler();
    const channel = new EmbeddedChannel(recorder);
    const abort = new AbortController();
    const waiting = recorder.next('channelRead', { signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    await expect(recorder.next('channelRead', { signal: abort.signal })).rejects.toThrow('enough');
    // Who has given up takes no event away, and a signal that aborts later harms nobody.
    const later = new AbortController();
    const other = recorder.next('channelRead', { signal: later.signal });
    channel.writeInbound('x');
    later.abort();
    expect(await other).toEqual(['channelRead', 'x']);
  });

  test('fails when the handler is removed: nothing comes any more', async () => {
    const recorder = new RecordingHandler();
    const channel = new EmbeddedChannel(recorder);
    const waiting = recorder.next('channelRead', { signal: new AbortController().signal });
    channel.finish();
    await expect(waiting).rejects.toThrow(IllegalStateException);
    await expect(recorder.next('bind')).rejects.toThrow(/^Waited for bind, but .*Recorded: handlerAdded, /);
    expect(await recorder.next('channelInactive')).toEqual(['channelInactive']);
  });
});

test('a framed message passes it as it is', () => {
  const channel = new EmbeddedChannel(new RecordingHandler());
  channel.pipeline.addLast('writer', {});
  expect(channel.pipeline.context('writer')?.writesToTransport).toBe(true);
});
