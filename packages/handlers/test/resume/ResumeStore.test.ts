import { randomBytes } from 'node:crypto';
import { ConfigException, EmbeddedChannel, EmbeddedEventLoop } from '@sluice/core';
import {
  binaryResumeCodec,
  CLOSE_REASON,
  ClientResumeSession,
  type CloseReason,
  type ResumeControl,
  ResumeProtocolException,
  ResumeStore,
  type ResumeStoreOptions,
} from '@sluice/handlers';
import { World } from './world.js';

const codec = binaryResumeCodec;
const SECRET = 'a'.repeat(16);
const bytes = (text: string): Buffer => Buffer.from(text);
const open = (id = SECRET, token = SECRET, server = '', received = 0): ResumeControl => ({
  type: 'open',
  id,
  token,
  server,
  received,
});

/** A server that is talked to by hand, frame by frame. */
class Target {
  readonly loop: EmbeddedEventLoop = new EmbeddedEventLoop();
  readonly store: ResumeStore<Buffer>;

  constructor(options: Partial<ResumeStoreOptions<Buffer, Buffer>> = {}) {
    this.loop.freezeTime();
    this.store = new ResumeStore({ codec, eventLoop: this.loop, ...options });
  }

  connect(...controls: ResumeControl[]): EmbeddedChannel {
    const channel = new EmbeddedChannel({ ticker: this.loop, handlers: [this.store.handler()] });
    for (const control of controls) say(channel, control);
    return channel;
  }
}

const say = (channel: EmbeddedChannel, control: ResumeControl): boolean =>
  channel.writeInbound(codec.control(control));
const sayData = (channel: EmbeddedChannel, seq: number, received: number): boolean =>
  channel.writeInbound(codec.data(seq, received, bytes(`m${seq}`)));
const reason = (channel: EmbeddedChannel): CloseReason | undefined => channel.attr(CLOSE_REASON).get();

/** The frames that the channel sent. */
function answers(channel: EmbeddedChannel): ResumeControl[] {
  const found: ResumeControl[] = [];
  for (let m = channel.readOutbound<Buffer>(); m !== null; m = channel.readOutbound<Buffer>())
    codec.read(m, { data() {}, control: (control) => found.push(control) });
  return found;
}

function expectRefused(channel: EmbeddedChannel, text: string): void {
  expect(channel.isOpen).toBe(false);
  expect(reason(channel)?.kind).toBe('protocol');
  expect(reason(channel)?.cause).toBeInstanceOf(ResumeProtocolException);
  expect(reason(channel)?.cause?.message).toContain(text);
}

describe('a hostile client', () => {
  test.each<[string, string, (channel: EmbeddedChannel) => unknown]>([
    [
      'acknowledges what was never sent',
      'the last one sent is 1',
      (c) => say(c, { type: 'ack', received: 2 }),
    ],
    ['does so along with a message', 'the last one sent is 1', (c) => sayData(c, 1, 2)],
    ['leaves a gap', 'there is a gap', (c) => sayData(c, 2, 0)],
    ['jumps to the greatest number', 'there is a gap', (c) => sayData(c, 2 ** 48 - 1, 0)],
    ['begins at 0', 'there is a gap', (c) => sayData(c, 0, 0)],
    ['opens once more', 'once more', (c) => say(c, open())],
    ['plays server', 'once more', (c) => say(c, { type: 'failed', reason: 'expired' })],
    ['sends garbage', 'unknown type', (c) => c.writeInbound(bytes('\u00ff'))],
    ['sends nothing at all', 'unknown type', (c) => c.writeInbound(Buffer.alloc(0))],
    [
      'ends and goes on',
      'after the end',
      (c) => {
        say(c, { type: 'end', received: 0 });
        sayData(c, 1, 0);
      },
    ],
  ])('who %s is closed; nothing is delivered, and the session stays', (_what, text, attack) => {
    const { store, connect } = bound(new Target());
    const channel = connect(open());
    store
      .get(SECRET)
      ?.send(bytes('x'))
      .catch(() => {});
    attack(channel);
    expectRefused(channel, text);
    expect(channel.inboundMessages).toEqual([]);
    expect([store.size, store.get(SECRET)?.unacknowledged]).toEqual([1, 1]);
  });

  test.each<[string, string, ResumeControl | 'data']>([
    ['a message', 'before the session', 'data'],
    ['an acknowledgement', 'before the session', { type: 'ack', received: 0 }],
    ['an end', 'before the session', { type: 'end', received: 0 }],
    ['an answer', 'A server got', { type: 'opened', server: 's', received: 0, expiry: 1 }],
    ['a short id', '16 to 64', open('short')],
    ['a short token', '16 to 64', open(SECRET, '')],
    ['a huge id', '16 to 64', open('x'.repeat(65))],
    ['a new session with a past', 'with 5 messages', open(SECRET, SECRET, '', 5)],
  ])('who begins with %s is closed', (_what, text, first) => {
    const { store, connect } = bound(new Target());
    const channel = connect();
    if (first === 'data') sayData(channel, 1, 0);
    else say(channel, first);
    expectRefused(channel, text);
    expect(store.size).toBe(0);
  });

  test('a value of the wrong kind from a codec of objects is refused', () => {
    for (const received of [Number.NaN, '1', -1, 0.5, undefined] as number[]) {
      const target = new Target({ codec: { ...codec, read: (_f, into) => into.control(next) } });
      let next: ResumeControl = open();
      const channel = target.connect(next);
      next = { type: 'ack', received };
      channel.writeInbound(Buffer.alloc(1));
      expectRefused(channel, 'acknowledged message');
    }
  });

  test('a wrong token, also one of another length, closes the channel that sent it and touches nothing else', () => {
    const { store, connect } = bound(new Target());
    const channel = connect(open());
    for (const token of ['b'.repeat(16), 'a'.repeat(17), `${'a'.repeat(15)}b`]) {
      const thief = connect(open(SECRET, token));
      expect(answers(thief)).toEqual([{ type: 'failed', reason: 'token' }]);
      expectRefused(thief, 'wrong token');
    }
    expect([channel.isOpen, store.get(SECRET)?.state, store.get(SECRET)?.channel]).toEqual([
      true,
      'online',
      channel,
    ]);
  });

  test('resumes of one connection are limited to two', () => {
    const { store, connect } = bound(new Target());
    const channel = connect(open(SECRET, SECRET, 'elsewhere'));
    expect(answers(channel)).toEqual([{ type: 'failed', reason: 'unknown' }]);
    say(channel, open(SECRET, SECRET, 'elsewhere'));
    say(channel, open(SECRET, SECRET, 'elsewhere'));
    expectRefused(channel, 'once more');
    expect(store.size).toBe(0);
  });

  test('a flood of new sessions is refused above the limit, and the offline ones run out', () => {
    const { store, connect, loop } = bound(new Target({ maxSessions: 100, expiry: 1000 }));
    for (let i = 0; i < 500; i++) {
      const channel = connect(open(randomBytes(16).toString('hex')));
      const refused = answers(channel).some(({ type }) => type === 'failed');
      expect([refused, channel.isOpen]).toEqual(i < 100 ? [false, true] : [true, false]);
      if (channel.isOpen) channel.close();
    }
    expect(store.size).toBe(100);
    // One timer for all of them.
    expect(loop.scheduledTasks).toBe(1);
    loop.advanceTimeBy(1000);
    loop.runScheduledTasks();
    expect([store.size, loop.scheduledTasks]).toEqual([0, 0]);
  });

  test('a count that does not fit fails the session with all it held, and the client may begin anew', () => {
    for (const received of [2, 9]) {
      const { store, connect } = bound(new Target());
      const failed: unknown[] = [];
      store.on('session', ({ type, error }) => {
        if (type === 'failed') failed.push(error?.reason, error?.unacknowledged.map(String));
      });
      const old = connect(open());
      for (const text of ['1', '2', '3', '4', '5'])
        store
          .get(SECRET)
          ?.send(bytes(text))
          .catch(() => {});
      say(old, { type: 'ack', received: 3 });
      const channel = connect(open(SECRET, SECRET, 'x', received));
      expect(answers(channel)).toEqual([{ type: 'failed', reason: 'mismatch' }]);
      expect(failed).toEqual(['mismatch', ['4', '5']]);
      expect([store.size, old.isOpen, store.bufferedBytes]).toEqual([0, false, 0]);
      say(channel, open('b'.repeat(16)));
      expect(store.size).toBe(1);
    }
  });
});

test('a duplicate is dropped and acknowledged again', () => {
  const { connect, loop } = bound(new Target());
  const channel = connect(open());
  for (const seq of [1, 2, 1, 2, 3]) sayData(channel, seq, 0);
  expect(channel.inboundMessages.map(String)).toEqual(['m1', 'm2', 'm3']);
  answers(channel);
  loop.advanceTimeBy(50);
  channel.runPendingTasks();
  expect(answers(channel)).toEqual([{ type: 'ack', received: 3 }]);
});

test('sessions expire in their turn, by one timer', () => {
  const { store, connect, loop } = bound(new Target({ expiry: 1000 }));
  const gone: string[] = [];
  store.on('session', ({ type, session }) => {
    if (type === 'failed') gone.push(`${session.id[0]}@${loop.now - start}`);
  });
  const start = loop.now;
  const pass = (ms: number): void => {
    for (let i = 0; i < ms; i += 100) {
      loop.advanceTimeBy(100);
      loop.runScheduledTasks();
    }
  };
  const ids = ['a', 'b', 'c'].map((letter) => letter.repeat(16));
  const channels = ids.map((id) => connect(open(id)));
  for (const channel of channels) {
    channel.close();
    pass(300);
  }
  // The first one comes back before its time.
  connect(open(ids[0]));
  pass(2000);
  expect(gone).toEqual(['b@1300', 'c@1600']);
  expect([...store.sessions()].map(({ id }) => id)).toEqual([ids[0]]);
});

describe('a hostile server', () => {
  function client(): { session: ClientResumeSession<Buffer>; channel: EmbeddedChannel } {
    const session = new ClientResumeSession({ codec, eventLoop: new EmbeddedEventLoop() });
    const channel = new EmbeddedChannel(session.handler());
    session.send(bytes('x')).catch(() => {});
    return { session, channel };
  }
  const opened: ResumeControl = { type: 'opened', server: 's', received: 0, expiry: 1000 };

  test.each<[string, string, ResumeControl]>([
    ['claims messages that were never sent', 'received 1', { ...opened, received: 1 }],
    ['has no name', 'no sense', { ...opened, server: '' }],
    ['plays client', 'A client got', open()],
    ['does not know a session that never began', 'refused to begin', { type: 'failed', reason: 'unknown' }],
  ])('who %s is left', (_what, text, control) => {
    const { session, channel } = client();
    say(channel, control);
    expectRefused(channel, text);
    expect(session.state).toBe('opening');
  });

  test('who has no room is asked again later; nothing is lost', () => {
    const { session, channel } = client();
    say(channel, { type: 'failed', reason: 'overflow' });
    expect(channel.isOpen).toBe(false);
    expect(reason(channel)?.kind).toBe('error');
    expect(session.unacknowledged).toBe(1);
    const next = new EmbeddedChannel(session.handler());
    say(next, opened);
    expect([session.state, session.channel]).toEqual(['online', next]);
  });
});

test.each([
  ['expiry', -1],
  ['expiry', Number.NaN],
  ['maxMessages', 0],
  ['maxBytes', 0.5],
  ['ackEvery', 0],
  ['ackDelay', -1],
  ['handshakeTimeout', 0],
  ['maxSessions', 0],
  ['maxTotalBytes', Number.NaN],
])('%s: %d is refused', (name, value) => {
  expect(() => new ResumeStore({ codec, [name]: value })).toThrow(ConfigException);
  expect(() => new World({ [name]: value })).toThrow(name);
});

function bound(target: Target): {
  store: ResumeStore<Buffer>;
  loop: EmbeddedEventLoop;
  connect: Target['connect'];
} {
  return { store: target.store, loop: target.loop, connect: target.connect.bind(target) };
}
