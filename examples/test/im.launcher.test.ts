import { Writable } from 'node:stream';
import { boundsFor } from '../im/launcher/bounds.js';
import { type Entry, EventLog } from '../im/launcher/EventLog.js';
import { Timeline } from '../im/launcher/Timeline.js';
import { Verdicts } from '../im/launcher/Verdicts.js';
import { parseOptions, UsageError } from '../im/options.js';
import { LIVE, SCALED } from '../im/timing.js';

function collect(): { readonly out: Writable; text(): string } {
  let text = '';
  const out = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  return { out, text: () => text };
}

describe('the command line', () => {
  test.each([
    [[], { once: false, verbose: false, help: false, port: 7400 }],
    [['--once'], { once: true, verbose: false, help: false, port: 0 }],
    [['--once', '--port', '8000'], { once: true, verbose: false, help: false, port: 8000 }],
    [['--port=0', '--verbose'], { once: false, verbose: true, help: false, port: 0 }],
    [['-h'], { once: false, verbose: false, help: true, port: 7400 }],
  ])('%j', (args, options) => {
    expect(parseOptions(args)).toEqual(options);
  });

  test.each([
    [['--port', '65533'], /from 0 to 65532 .* not '65533'/],
    [['--port', '1.5'], /not '1\.5'/],
    [['--port', ''], /not ''/],
    [['--port'], /--port/],
    [['--twice'], /^Unknown option '--twice'\. Try --help\.$/],
    [['please'], /^Unexpected argument 'please'\. Try --help\.$/],
  ])('%j is refused', (args, message) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
    expect(() => parseOptions(args)).toThrow(message);
  });
});

describe('verdicts', () => {
  const bound = { since: 1000, atLeast: 50, within: 100, because: 'test' };
  const cases: readonly [string, readonly (number | undefined)[], number][] = [
    ['in time', [1050, 1100], 0],
    ['too late', [1060, 1101], 1],
    ['too early', [1049, 1060], 1],
    ['never', [1060, undefined], 1],
  ];

  test.each(cases)('%s', (what, times, missed) => {
    const { out, text } = collect();
    const verdicts = new Verdicts(new Timeline(1000, out));
    verdicts.judge(what, bound, times);
    expect([verdicts.count, verdicts.missed]).toEqual([1, missed]);
    verdicts.print();
    expect(text()).toMatch(missed === 0 ? /50–100 {2}50–100 {2}ok/ : new RegExp(`${what}.*50–100 {2}MISSED`));
  });

  test('lines have no colour unless on a terminal', () => {
    const { out, text } = collect();
    new Timeline(0, out).line(1234, 'alice', 'lost', 'bad');
    expect(text()).toBe('   1.234  alice      lost\n');
  });
});

describe('bounds', () => {
  test.each([LIVE, SCALED])('a server waits at least twice as long as a client is silent', (timing) => {
    expect(timing.evictAfter).toBeGreaterThanOrEqual(2 * timing.heartbeat);
  });

  test('come from the times the service runs by', () => {
    const slow = boundsFor(LIVE);
    const fast = boundsFor(SCALED);
    expect(slow.noticeFreeze.within - fast.noticeFreeze.within).toBe(4 * (LIVE.heartbeat - SCALED.heartbeat));
    expect(fast.failover.within).toBeLessThanOrEqual(1000);
    expect(fast.noticeFreeze.atLeast).toBeGreaterThan(2 * SCALED.heartbeat);
  });
});

describe('the event log', () => {
  const heard = (who: string, at: number, text: string): Entry => ({
    who,
    at,
    what: { event: 'heard', from: 'x', text },
  });

  test('finds what has been and waits for what comes', async () => {
    const log = new EventLog();
    log.add(heard('bob', 1, 'old'));
    log.add(heard('bob', 5, 'here'));
    await expect(log.next('bob', 'heard', 5, 1000)).resolves.toMatchObject({ at: 5 });
    const later = log.next('bob', 'heard', 2, 10_000, ({ text }) => text === 'new');
    log.add(heard('carol', 6, 'new'));
    log.add(heard('bob', 7, 'new'));
    await expect(later).resolves.toMatchObject({ who: 'bob', at: 7 });
  });

  test('gives up after the time', async () => {
    await expect(new EventLog().next('bob', 'heard', 0, 1)).resolves.toBeUndefined();
  });

  test('forgets the oldest', async () => {
    const log = new EventLog(10);
    for (let at = 0; at <= 10; at++) log.add(heard('bob', at, 'x'));
    await expect(log.next('bob', 'heard', 0, 1)).resolves.toMatchObject({ at: 5 });
  });
});
