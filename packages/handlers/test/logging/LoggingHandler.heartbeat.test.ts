import type { Logger } from '@sluice/core';
import { LoggingHandler } from '@sluice/handlers';
import { heartbeatChannel } from '../heartbeat/harness.js';

/** A channel with a heartbeat and the same log before and behind it. */
function logged() {
  const lines: string[] = [];
  const at = (_fields: object, line: string): void => {
    lines.push(line.replace(/\[id: [^\]]*\] /, ''));
  };
  const logger: Logger = { debug: at, info: at, warn: at, error: at };
  const made = heartbeatChannel({ logger: { ...logger, info: () => {} } });
  const logging = new LoggingHandler({ logger });
  made.channel.pipeline.addFirst(logging);
  // In the place of the last handler, which keeps events to itself.
  made.channel.pipeline.addAfter(made.channel.pipeline.names()[2] as string, null, logging);
  return { ...made, take: () => lines.splice(0) };
}

test('heartbeats leave no lines, business and what is found missed or dead do', () => {
  const { channel, take } = logged();
  channel.elapse(100);
  channel.writeInbound('pong 1');
  channel.writeInbound('ping 5');
  expect(take()).toEqual([]);
  channel.elapse(90);
  channel.writeInbound('business');
  expect(take()).toEqual(['READ: business', 'READ: business', 'READ COMPLETE', 'READ COMPLETE']);
  channel.writeOutbound('business');
  expect(take()).toEqual(['WRITE: business', 'WRITE: business', 'FLUSH', 'FLUSH']);
  channel.elapse(2000);
  expect(take().filter((line) => !line.includes('INACTIVE') && !line.includes('UNREGISTERED'))).toEqual([
    'USER_EVENT: HeartbeatEvent(missed, missed 1)',
    'USER_EVENT: HeartbeatEvent(missed, missed 2)',
    'USER_EVENT: HeartbeatEvent(missed, missed 3)',
    'USER_EVENT: HeartbeatEvent(dead, missed 3)',
    'CLOSE',
  ]);
});

test('a batch of both is complete for the log when something in it was told', () => {
  const { channel, take } = logged();
  channel.writeInbound('ping 1', 'business', 'ping 2');
  expect(take()).toEqual(['READ: business', 'READ: business', 'READ COMPLETE', 'READ COMPLETE']);
  channel.writeInbound('ping 3');
  expect(take()).toEqual([]);
  channel.finishAndReleaseAll();
});

test('switched on, they are told like everything else', () => {
  const { channel, heartbeat, take } = logged();
  heartbeat.log = true;
  channel.elapse(100);
  expect(take()).toEqual(['WRITE: ping 1', 'FLUSH', 'USER_EVENT: HeartbeatEvent(ping-sent, missed 0)']);
  channel.writeInbound('pong 1');
  expect(take().slice(0, 2)).toEqual([
    'READ: pong 1',
    'USER_EVENT: HeartbeatEvent(pong, missed 0, rtt 0 ms)',
  ]);
  heartbeat.log = false;
  channel.writeInbound('ping 5');
  expect(take()).toEqual([]);
  channel.finishAndReleaseAll();
});
