import {
  CLOSE_REASON,
  type HeartbeatCodec,
  type HeartbeatData,
  HeartbeatDataException,
} from '@sluice/handlers';
import { codec, heartbeatChannel } from './harness.js';

/** Heartbeats are `ping 7 data`. */
const carrier: HeartbeatCodec<string> = {
  ...codec,
  ping: ({ nonce, data }) => [`ping ${nonce}`, ...text(data)].join(' '),
  pong: (ping, { data }) => [`pong ${ping.split(' ')[1]}`, ...text(data)].join(' '),
  dataOf(heartbeat) {
    const data = heartbeat.split(' ')[2];
    return data === undefined ? undefined : Buffer.from(data);
  },
};

function text(data: Uint8Array | undefined): string[] {
  return data === undefined ? [] : [Buffer.from(data).toString()];
}

/** A channel whose heartbeats carry what `outgoing` says; what came in is in `came`. */
function carrying(outgoing: HeartbeatData['outgoing'], limit?: number) {
  const came: string[] = [];
  const data: HeartbeatData = {
    ...(outgoing && { outgoing }),
    incoming: (bytes, kind) => came.push(`${kind} ${text(bytes)}`),
    ...(limit !== undefined && { limit }),
  };
  const made = heartbeatChannel({ codec: carrier, data });
  return { ...made, came };
}

test('rides on pings and pongs; the hooks are called once for each', () => {
  let count = 0;
  const { channel, sent, came, heard } = carrying((kind) => Buffer.from(`${kind}${++count}`));
  channel.elapse(100);
  channel.writeInbound('pong 1 config7', 'ping 5 status1', 'business');
  channel.elapse(100);
  expect(sent).toEqual(['100 ping 1 ping1', '100 pong 5 pong2', '200 ping 2 ping3']);
  expect(came).toEqual(['pong config7', 'ping status1']);
  expect(heard).toContain('100 read business');
  channel.finishAndReleaseAll();
});

test('that is absent leaves the heartbeat as small as without', () => {
  const { channel, sent, came } = carrying(() => undefined);
  channel.elapse(100);
  channel.writeInbound('pong 1', 'ping 5');
  expect(sent).toEqual(['100 ping 1', '100 pong 5']);
  expect(came).toEqual([]);
  channel.finishAndReleaseAll();
});

test('over the limit is not sent: the heartbeat goes without, and an event tells', () => {
  const { channel, sent, causes, heard } = carrying(() => Buffer.alloc(9, 'x'), 8);
  channel.elapse(100);
  channel.writeInbound('ping 5');
  expect(sent).toEqual(['100 ping 1', '100 pong 5']);
  expect(heard.filter((line) => line.includes('refused'))).toEqual([
    '100 data-refused 0',
    '100 data-refused 0',
  ]);
  expect(causes.map((cause) => cause?.message)).toEqual([
    expect.stringMatching(/^9 bytes of data for a ping to .* limit of 8;/),
    expect.stringMatching(/^9 bytes of data for a pong/),
  ]);
  expect(channel.isOpen).toBe(true);
  channel.finishAndReleaseAll();
});

test('of just the limit is sent and taken', () => {
  const { channel, sent, came } = carrying(() => Buffer.alloc(8, 'x'), 8);
  channel.writeInbound('ping 5 yyyyyyyy');
  expect(sent).toEqual(['0 pong 5 xxxxxxxx']);
  expect(came).toEqual(['ping yyyyyyyy']);
  channel.finishAndReleaseAll();
});

test.each(['ping', 'pong'])(
  'over the limit in a %s of the peer closes the channel without an answer',
  (kind) => {
    const { channel, sent, came, causes, heard } = carrying(undefined, 8);
    channel.writeInbound(`${kind} 5 yyyyyyyyy`);
    expect(channel.isOpen).toBe(false);
    expect(sent).toEqual([]);
    expect(came).toEqual([]);
    expect(heard[0]).toBe('0 data-refused 0');
    expect(causes).toEqual([expect.objectContaining({ code: 'ERR_HEARTBEAT_DATA' })]);
    const reason = channel.attr(CLOSE_REASON).get();
    expect(reason?.kind).toBe('protocol');
    expect(reason?.cause).toBeInstanceOf(HeartbeatDataException);
  },
);

test('has a limit of 1024 bytes, also where nobody takes it', () => {
  const { channel } = heartbeatChannel({ codec: carrier });
  channel.writeInbound(`ping 5 ${'y'.repeat(1024)}`);
  expect(channel.isOpen).toBe(true);
  channel.writeInbound(`ping 5 ${'y'.repeat(1025)}`);
  expect(channel.isOpen).toBe(false);
});

test('hooks that throw do not stop the heartbeat', () => {
  const { channel, sent, heard } = carrying(() => {
    throw new Error('no data');
  });
  channel.elapse(100);
  channel.writeInbound('ping 5');
  expect(sent).toEqual(['100 ping 1', '100 pong 5']);
  expect(heard.filter((line) => line.includes('no data'))).toHaveLength(2);
  channel.finishAndReleaseAll();
});
