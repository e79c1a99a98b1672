import { EmbeddedChannel } from '@sluice/core';
import { RecordingHandler } from '@sluice/testing';

test('notes every event in order and passes it on', () => {
  const recorder = new RecordingHandler();
  const channel = new EmbeddedChannel(recorder);
  expect(recorder.take().map(([name]) => name)).toEqual([
    'handlerAdded',
    'channelRegistered',
    'channelActive',
    'read',
  ]);

  channel.writeInbound('in');
  expect(channel.readInbound()).toBe('in');
  expect(recorder.take()).toEqual([['channelRead', 'in'], ['channelReadComplete'], ['read']]);

  channel.writeOutbound('out');
  expect(channel.readOutbound()).toBe('out');
  expect(recorder.take()).toEqual([['write', 'out'], ['flush']]);

  const failure = new Error('seen');
  channel.pipeline.fireUserEventTriggered('event').fireExceptionCaught(failure);
  expect(recorder.named('exceptionCaught')).toEqual([['exceptionCaught', failure]]);
  expect(() => channel.checkException()).toThrow('seen');

  recorder.take();
  channel.finish();
  expect(recorder.names).toEqual(['close', 'channelInactive', 'channelUnregistered', 'handlerRemoved']);
});
