import inspector from 'node:inspector';
import { type Logger, setLogger } from '@sluice/core';
import { amqpHeartbeat, mqttKeepAlive } from '@sluice/handlers';
import { heartbeatChannel } from './harness.js';

describe('turned off at run time', () => {
  test('it sends nothing, gives nobody up and has no timer, but answers', () => {
    const { channel, heartbeat, heard, sent } = heartbeatChannel();
    channel.elapse(250);
    sent.length = heard.length = 0;
    heartbeat.enabled = false;
    expect(channel.eventLoop.scheduledTasks).toBe(0);
    channel.elapse(10_000);
    channel.writeInbound('ping 7');
    expect(sent).toEqual(['10250 pong 7']);
    expect(heard).toEqual([]);
    channel.finishAndReleaseAll();
  });

  test('and on again, its clocks begin anew', () => {
    const { channel, heartbeat, heard, sent } = heartbeatChannel();
    channel.elapse(350);
    heartbeat.enabled = false;
    heartbeat.enabled = false;
    channel.elapse(1000);
    sent.length = heard.length = 0;
    heartbeat.enabled = true;
    expect([heartbeat.missed, heartbeat.silence]).toEqual([0, 0]);
    channel.elapse(400);
    expect(sent).toEqual(['1450 ping 4', '1550 ping 5', '1650 ping 6']);
    expect(heard.at(-1)).toBe('1750 inactive');
  });

  test('from the start', () => {
    const { channel, heartbeat, sent } = heartbeatChannel({ enabled: false });
    channel.elapse(5000);
    expect(sent).toEqual([]);
    heartbeat.enabled = true;
    channel.elapse(100);
    expect(sent).toEqual(['5100 ping 1']);
    channel.finishAndReleaseAll();
    heartbeat.enabled = false;
    heartbeat.enabled = true;
    expect(channel.eventLoop.scheduledTasks).toBe(0);
  });

  test('while a verdict waits for the poll', () => {
    const { channel, heartbeat } = heartbeatChannel({ interval: 0, timeout: 300 });
    channel.eventLoop.schedule(() => {
      heartbeat.enabled = false;
    }, 300);
    channel.elapse(1000);
    expect(channel.isOpen).toBe(true);
    channel.finish();
  });
});

describe('while this process can be debugged', () => {
  const debugged = jest.spyOn(inspector, 'url');
  beforeEach(() => debugged.mockReturnValue('ws://127.0.0.1:9229/x'));
  afterAll(() => debugged.mockRestore());

  test('nobody is dead, and pings go on', () => {
    const { channel, heard, sent } = heartbeatChannel({ whileDebugging: false });
    channel.elapse(1000);
    expect(channel.isOpen).toBe(true);
    expect(heard.filter((line) => /missed|dead/.test(line))).toEqual([]);
    expect(sent.length).toBeGreaterThan(3);
    debugged.mockReturnValue(undefined);
    channel.elapse(500);
    expect(channel.isOpen).toBe(false);
  });

  test('unless one wants to know', () => {
    const { channel } = heartbeatChannel({ whileDebugging: true });
    channel.elapse(400);
    expect(channel.isOpen).toBe(false);
  });
});

describe('renegotiated timing', () => {
  test('holds from now on, with the silence so far', () => {
    const { channel, heartbeat, heard } = heartbeatChannel({ interval: 0, timeout: 10_000 });
    channel.elapse(1000);
    heartbeat.renegotiate({ timeout: mqttKeepAlive(1).timeout });
    channel.elapse(499);
    expect(heard).toEqual([]);
    channel.elapse(1);
    expect(heard).toEqual(['1500 dead 0', '1500 inactive']);
  });

  test('switches pings on and off', () => {
    const { channel, heartbeat, sent } = heartbeatChannel({ interval: 0 });
    expect(channel.eventLoop.scheduledTasks).toBe(0);
    heartbeat.renegotiate({ interval: 200 });
    expect(heartbeat.interval).toBe(200);
    channel.elapse(400);
    heartbeat.renegotiate({ interval: 0 });
    channel.elapse(5000);
    expect(sent).toEqual(['200 ping 1', '400 ping 2']);
    expect(channel.isOpen).toBe(true);
    expect(channel.eventLoop.scheduledTasks).toBe(0);
    channel.finishAndReleaseAll();
  });

  test('that contradicts itself is refused and changes nothing', () => {
    const { channel, heartbeat, sent } = heartbeatChannel({ timeout: 500 });
    expect(() => heartbeat.renegotiate({ interval: 300 })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG', message: expect.stringMatching(/500 ms.*300 ms/) }),
    );
    channel.elapse(100);
    expect(sent).toEqual(['100 ping 1']);
    channel.finishAndReleaseAll();
  });

  test('of one-way heartbeats, after which a silent peer is given up', () => {
    const { channel, heartbeat, heard, sent } = heartbeatChannel({ interval: 0, oneWay: true });
    heartbeat.renegotiate(amqpHeartbeat(0.4, 60));
    channel.elapse(1000);
    expect(sent).toEqual(['200 ping 1']);
    expect(heard.slice(-2)).toEqual(['400 dead 0', '400 inactive']);
  });

  test('leaves one timer', () => {
    const { channel, heartbeat } = heartbeatChannel();
    for (let i = 0; i < 10; i++) heartbeat.renegotiate({ interval: 100 + i });
    expect(channel.eventLoop.scheduledTasks).toBe(1);
    channel.finish();
  });
});

describe('the log', () => {
  function logged() {
    const lines: string[] = [];
    const nothing = () => {};
    const logger: Logger = {
      debug: nothing,
      info: (_fields, line) => lines.push(line),
      warn: nothing,
      error: nothing,
    };
    return { lines, logger };
  }

  test('is off; switched on it has one line for each ping with its pong', () => {
    const { lines, logger } = logged();
    const { channel, heartbeat } = heartbeatChannel({ missed: 0, logger });
    const beat = (nonce: number) => {
      channel.elapse(100);
      channel.writeInbound(`pong ${nonce}`, 'business');
    };
    beat(1);
    expect(lines).toEqual([]);
    heartbeat.log = true;
    beat(2);
    beat(3);
    channel.writeInbound('ping 9');
    expect(lines).toEqual([
      expect.stringMatching(/^\[id: .*\] HEARTBEAT: a ping was answered after 0\.0 ms$/),
      expect.stringMatching(/a ping was answered after 0\.0 ms$/),
      expect.stringMatching(/HEARTBEAT: answered a ping$/),
    ]);
    lines.length = 0;
    heartbeat.log = false;
    beat(4);
    expect(lines).toEqual([]);
    channel.finishAndReleaseAll();
  });

  test('has a line for each ping of one-way heartbeats, and for each that nobody answers', () => {
    const { lines, logger } = logged();
    const sender = heartbeatChannel({ oneWay: true, log: true, logger });
    sender.channel.elapse(100);
    sender.channel.writeInbound('ping 1');
    const asker = heartbeatChannel({ log: true, logger });
    asker.channel.elapse(200);
    expect(lines.map((line) => line.replace(/.*HEARTBEAT: /, ''))).toEqual([
      'a ping was sent',
      'a ping arrived',
      'no sign of life (1)',
    ]);
    sender.channel.finishAndReleaseAll();
    asker.channel.finishAndReleaseAll();
  });

  test('goes to the logger of the process by default', () => {
    const { lines, logger } = logged();
    setLogger(logger);
    const { channel } = heartbeatChannel({ log: true });
    channel.writeInbound('ping 1');
    setLogger();
    expect(lines).toHaveLength(1);
    channel.finishAndReleaseAll();
  });
});
