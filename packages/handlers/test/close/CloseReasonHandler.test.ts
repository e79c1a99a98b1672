import { type AnyChannelHandler, EmbeddedChannel } from '@sluice/core';
import { CLOSE_REASON, CloseReason, CloseReasonHandler, closeBecause } from '@sluice/handlers';

/** A channel with what its last handler hears at the end. */
function watched() {
  const heard: string[] = [];
  const listener: AnyChannelHandler = {
    userEventTriggered: (_ctx, event) => heard.push(String(event)),
    channelInactive: () => heard.push('inactive'),
    exceptionCaught: () => {},
  };
  const channel = new EmbeddedChannel(new CloseReasonHandler(), listener);
  return { channel, heard };
}

function systemError(code: string): Error {
  return Object.assign(new Error(`read ${code}`), { code });
}

test.each([
  ['ECONNRESET', 'reset'],
  ['EPIPE', 'reset'],
  ['ETIMEDOUT', 'timeout'],
  ['EHOSTUNREACH', 'unreachable'],
  ['ENETUNREACH', 'unreachable'],
  ['EIO', 'error'],
])('%s ends it as %s, also as the cause of another error', (code, kind) => {
  for (const error of [systemError(code), new Error('wrapped', { cause: systemError(code) })]) {
    const { channel, heard } = watched();
    channel.pipeline.fireExceptionCaught(error);
    channel.pipeline.fireChannelInactive();
    expect(heard).toEqual([`${kind}: ${error.message}`, 'inactive']);
    expect(channel.attr(CLOSE_REASON).get()).toBeInstanceOf(CloseReason);
  }
});

test('a close that this side asked for is local, one that nobody explains is the peer’s', () => {
  const here = watched();
  here.channel.close();
  expect(here.heard).toEqual(['local', 'inactive']);
  const there = watched();
  there.channel.pipeline.fireChannelInactive();
  expect(there.heard).toEqual(['fin', 'inactive']);
});

test('what a handler said stays', () => {
  const { channel, heard } = watched();
  channel.pipeline.fireExceptionCaught(systemError('ECONNRESET'));
  closeBecause(channel, 'idle');
  expect(heard).toEqual(['idle', 'inactive']);
});
