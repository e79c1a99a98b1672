import { EmbeddedChannel } from '@sluice/core';
import {
  HeartbeatEvent,
  HeartbeatHandler,
  type HeartbeatMode,
  type HeartbeatOptions,
} from '@sluice/handlers';
import fc from 'fast-check';
import { codec } from './harness.js';

const parameters = { seed: Number(process.env.FAST_CHECK_SEED ?? 42), numRuns: 300 };

/** What happens on the connection: after so many ms something is read, or written. */
interface Traffic {
  readonly after: number;
  readonly what: 'read' | 'write' | 'write unflushed' | 'ping';
}

const traffic: fc.Arbitrary<Traffic[]> = fc.array(
  fc.record({
    after: fc.integer({ min: 0, max: 400 }),
    what: fc.constantFrom<Traffic['what']>('read', 'write', 'write', 'write unflushed', 'ping'),
  }),
  { maxLength: 40 },
);

/** Limits with an answer time that keeps them, and the first and last moment at which a silent peer is given up. */
const limits = fc
  .record({
    interval: fc.integer({ min: 10, max: 300 }),
    share: fc.double({ min: 0.1, max: 1, noNaN: true }),
    missed: fc.integer({ min: 1, max: 5 }),
    mode: fc.constantFrom<HeartbeatMode>('write-idle', 'read-idle', 'all-idle'),
    kind: fc.constantFrom('missed', 'repeat', 'ack', 'budget', 'timeout', 'rtt'),
  })
  .map(({ interval, share, missed, mode, kind }) => {
    const part = Math.max(1, Math.round(interval * share));
    const longest = interval + missed * (kind === 'repeat' ? part : interval);
    const common = { interval, mode };
    switch (kind) {
      case 'missed':
        return { ...common, options: { missed }, within: interval, first: missed * interval, last: longest };
      case 'repeat':
        return {
          ...common,
          options: { missed, repeat: part },
          within: part,
          first: missed * part,
          last: longest,
        };
      case 'ack':
        return {
          ...common,
          options: { missed, ack: part },
          within: part,
          first: missed * interval,
          last: longest,
        };
      case 'rtt':
        return {
          ...common,
          options: { missed, ack: 'rtt' as const, ackFloor: 1 },
          within: interval,
          first: missed * interval,
          last: longest,
        };
      case 'budget': {
        const failures = Math.floor((missed * part) / part) + 1;
        return {
          ...common,
          options: { budget: missed * part, ack: part },
          within: part,
          first: (failures - 1) * interval + part,
          last: interval + failures * interval,
        };
      }
      default: {
        const timeout = 2 * interval + part;
        return { ...common, options: { timeout }, within: interval, first: timeout, last: timeout };
      }
    }
  });

/** A connection in virtual time whose peer answers pings after `latency()` ms; `undefined`: not at all. */
function connection(options: Partial<HeartbeatOptions<string>>, latency: () => number | undefined) {
  const channel = new EmbeddedChannel({ register: false, handlers: [] });
  channel.freezeTime();
  const start = channel.eventLoop.now;
  const state = { dead: undefined as number | undefined, lastRead: 0 };
  const now = (): number => channel.eventLoop.now - start;
  const receive = (message: string): void => {
    if (!channel.isOpen) return;
    state.lastRead = now();
    channel.writeInbound(message);
  };
  channel.pipeline.addLast(
    {
      write(ctx, message, promise) {
        const delay = String(message).startsWith('ping') ? latency() : undefined;
        if (delay !== undefined)
          channel.eventLoop.schedule(
            () => receive(codec.pong(message as string, { data: undefined }) as string),
            delay,
          );
        ctx.write(message, promise);
      },
    },
    new HeartbeatHandler<string>({ codec, whileDebugging: true, ...options }),
    {
      userEventTriggered(_ctx, event) {
        if (event instanceof HeartbeatEvent && event.type === 'dead') state.dead = now();
      },
    },
  );
  channel.register();
  return {
    channel,
    state,
    play(events: readonly Traffic[]): void {
      for (const { after, what } of events) {
        // In small steps, as a process that runs sees its time pass.
        for (let left = after; left > 0; left -= 10) channel.elapse(Math.min(10, left));
        if (!channel.isOpen) return;
        if (what === 'read') receive('business');
        else if (what === 'ping') receive('ping 1');
        else if (what === 'write') channel.writeOutbound('business');
        else channel.write('business');
      }
    },
  };
}

test('a peer that answers within its time is never given up, whatever the traffic', () => {
  fc.assert(
    fc.property(
      limits,
      traffic,
      fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1 }),
      (limit, events, answers) => {
        let answered = 0;
        const { options, interval, mode, within } = limit;
        const latency = (): number => (answers[answered++ % answers.length] as number) * within;
        const { channel, state, play } = connection({ interval, mode, ...options }, latency);
        play(events);
        for (let i = 0; i < 200; i++) channel.elapse(10);
        expect(state.dead).toBeUndefined();
        expect(channel.isOpen).toBe(true);
        channel.finishAndReleaseAll();
      },
    ),
    parameters,
  );
});

test('a peer that falls silent is given up within the bound, whatever is written to it', () => {
  fc.assert(
    fc.property(limits, traffic, fc.integer({ min: 1, max: 60 }), (limit, events, gap) => {
      const { options, interval, mode, first, last, within } = limit;
      let isSilent = false;
      const latency = (): number | undefined => (isSilent ? undefined : within / 2);
      const { channel, state, play } = connection({ interval, mode, ...options }, latency);
      play(events);
      isSilent = true;
      // The last answer may still be on its way.
      for (let waited = 0; waited < within + last + 20 && channel.isOpen; waited += gap) {
        channel.writeOutbound('business');
        channel.elapse(gap);
      }
      const silence = (state.dead as number) - state.lastRead;
      expect(silence).toBeGreaterThanOrEqual(first - 1e-3);
      expect(silence).toBeLessThanOrEqual(last + 1e-3);
    }),
    parameters,
  );
});

test('one that only listens gives up a silent peer at its limit to the millisecond', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1000 }),
      fc.boolean(),
      fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { maxLength: 30 }),
      (limit, windows, gaps) => {
        const silent = windows ? { window: limit / 4, missed: 4 } : { timeout: limit };
        const { channel, state, play } = connection({ interval: 0, ...silent }, () => undefined);
        play(gaps.map((gap) => ({ after: gap * Math.max(1, limit), what: 'read' })));
        expect(channel.isOpen).toBe(true);
        for (let i = 0; i < 200 && channel.isOpen; i++) channel.elapse(7);
        // A window is at least 1 ms.
        expect((state.dead as number) - state.lastRead).toBeCloseTo(windows ? Math.max(4, limit) : limit, 2);
      },
    ),
    parameters,
  );
});
