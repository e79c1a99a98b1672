import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { Example, TextClient, withDeadline } from './support.js';

/** Whether the process is there; one that has ended and waits for its parent to notice is not. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    // No /proc on this system: the signal arrived.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && process.platform !== 'linux';
  }
}

/** The processes that the launcher has named, by name. */
function pidsOf(example: Example): Map<string, number> {
  const [, list = ''] = /Processes: (.*)/.exec(example.output) ?? [];
  return new Map(
    list.split(', ').map((entry) => {
      const [name = '', pid] = entry.split(' ');
      return [name, Number(pid)];
    }),
  );
}

async function allGone(pids: Iterable<number>): Promise<void> {
  for (const pid of pids) {
    await withDeadline(
      (async () => {
        while (isRunning(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
      })(),
      8000,
      () => `the end of process ${pid}`,
    );
  }
}

/** One frame: length, kind, body. */
function frame(kind: number, body: string | Buffer): Buffer {
  const bytes = Buffer.concat([Buffer.from([0, 0, 0, 0, kind]), Buffer.from(body)]);
  bytes.writeUInt32BE(bytes.length - 4, 0);
  return bytes;
}

describe('the instant-messaging service', () => {
  const running: Example[] = [];
  const clients: TextClient[] = [];
  let taken: Server | undefined;

  function start(...args: string[]): Example {
    const example = new Example('im/main.js', args);
    running.push(example);
    return example;
  }
  async function dial(port: number): Promise<TextClient> {
    const client = await TextClient.connect(port);
    clients.push(client);
    return client;
  }
  /** Starts it on free ports and waits until everybody is connected. */
  async function startLive(...args: string[]) {
    const im = start('--port', '0', ...args);
    for (const user of ['alice', 'bob', 'carol']) await im.prints(new RegExp(`${user} +is connected`));
    const ports = /port (\d+); people: nc 127\.0\.0\.1 (\d+)/.exec(im.output) ?? [];
    return { im, pids: pidsOf(im), port: Number(ports[1]), linePort: Number(ports[2]) };
  }

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    for (const example of running.splice(0)) {
      if (example.process.signalCode === null) await example.stop();
    }
    await new Promise((resolve) => (taken === undefined ? resolve(null) : taken.close(resolve)));
    taken = undefined;
  });

  describe('--once', () => {
    test('plays everything, keeps every bound, exits 0 and leaves nothing behind', async () => {
      const im = start('--once');
      expect(await im.exit(60_000)).toBe(0);
      const [, kept, all] = /(\d+) of (\d+) bounds kept/.exec(im.output) ?? [];
      expect(Number(all)).toBeGreaterThan(25);
      expect(kept).toBe(all);
      expect(im.output).not.toMatch(/MISSED|Warning|at .*\.js:\d+/);
      for (const step of [
        'everybody hears alice, at both servers',
        'a ping is sent and answered',
        'server-2 gives carol up',
        'the clients notice its death',
        'all clients are at server-2',
        'server-1 listens again',
        'all clients give server-2 up',
        'server-2 ends its stale sessions',
        'everybody hears dave',
        'eve is told good-bye',
      ]) {
        expect(im.output).toMatch(new RegExp(`${step} .*≤? ?\\d+  ok `));
      }
      await allGone(pidsOf(im).values());
    }, 70_000);

    test('exits 1 and names what was missed when somebody interferes', async () => {
      const im = start('--once');
      await im.prints(/Everybody, everywhere/, 40_000);
      process.kill(pidsOf(im).get('carol') as number, 'SIGKILL');
      expect(await im.exit(60_000)).toBe(1);
      expect(im.output).toMatch(/everybody hears dave +never +≤ \d+ +MISSED/);
      expect(im.output).toMatch(/processes end by themselves.* never .* MISSED/);
      await allGone(pidsOf(im).values());
    }, 70_000);

    test('Ctrl-C in the middle, with a process frozen, leaves nothing behind', async () => {
      const im = start('--once');
      await im.prints(/kill -STOP carol/);
      im.process.kill('SIGINT');
      expect(await im.exit()).toBe(130);
      expect(im.output).not.toContain('MISSED');
      await allGone(pidsOf(im).values());
    }, 30_000);

    test('when the launcher is killed, its processes end, the frozen one too', async () => {
      const im = start('--once');
      await im.prints(/kill -STOP carol/);
      im.process.kill('SIGKILL');
      await im.exit();
      await allGone(pidsOf(im).values());
    }, 30_000);
  });

  describe('live', () => {
    test('people with nc and framed clients hear each other; Ctrl-C ends it in good order', async () => {
      const { im, pids, port, linePort } = await startLive();
      const person = await dial(linePort);
      await person.receives('Welcome to server-1. You are guest-');
      person.send(':name zoe\n:info\n:all\n');
      await person.receives('You are zoe.');
      await person.receives(`ports     127.0.0.1:${port} for clients, 127.0.0.1:${linePort} for people`);
      await person.receives('server-1: alice, bob, zoe\nserver-2: carol\n');

      const framed = await dial(port);
      framed.send(frame(3, '{"user":"raw","role":"user"}'));
      await framed.receives('{"server":"server-1"}');
      person.send('good evening\n');
      await framed.receives('{"from":"zoe","text":"good evening"}');
      await im.prints(/alice +« zoe: good evening/);
      await im.prints(/carol +« zoe: good evening/);
      framed.send(frame(5, '{"from":"alice","text":"spoof"}'));
      await im.prints(/bob +« raw: spoof/);
      framed.send(frame(1, Buffer.from([0, 0, 0, 7])));
      await framed.until('a pong', () => framed.text.endsWith('\0\0\0\x05\x02\0\0\0\x07'));

      person.send(':q\n');
      await person.receives('bye\n');
      await person.closes();
      await im.prints(/zoe has left: said bye/);
      await im.prints(/♥ +.*alice→server-1 [\d.]+ ms/);

      const late = await dial(linePort);
      await late.receives('Welcome');
      im.process.kill('SIGINT');
      await late.receives('bye: server-1 shuts down');
      await late.closes();
      expect(await im.exit()).toBe(0);
      await allGone(pids.values());
    }, 40_000);

    test('a server that dies is left for the other one and started again', async () => {
      const { im, pids } = await startLive();
      process.kill(pids.get('server-1') as number, 'SIGKILL');
      await im.prints(/server-1 +has died \(SIGKILL\)/);
      await im.prints(/alice +is connected to server-2/);
      await im.prints(/bob +is connected to server-2/);
      await im.prints(/server-1 +is started again\n[\s\S]*server-1 +listens/);
      await im.prints(/is started again[\s\S]*server-2 +is linked to server-1/);
      im.process.kill('SIGTERM');
      expect(await im.exit()).toBe(0);
      await allGone(pids.values());
    }, 40_000);

    test('--verbose shows each message, heartbeats included', async () => {
      const { im } = await startLive('--verbose');
      await im.prints(/alice +→ login {"user":"alice","role":"user"}/);
      await im.prints(/server-1 +← ping {"seq":1}/);
      await im.prints(/alice +← pong {"seq":1}/);
      expect(await im.stop()).toBe(0);
    }, 40_000);

    test('a port that is taken is one clear line', async () => {
      taken = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => taken?.once('listening', resolve));
      const { port } = taken.address() as { port: number };
      const im = start('--port', String(port));
      expect(await im.exit()).toBe(1);
      expect(im.output).toMatch(
        new RegExp(`^Cannot listen on 127\\.0\\.0\\.1:${port}: the address is in use[^\\n]*\\n$`),
      );
    });
  });

  test('--help tells how to use it', async () => {
    const im = start('--help');
    expect(await im.exit()).toBe(0);
    for (const word of ['--once', '--port', '--verbose', 'nc 127.0.0.1 PORT', ':info', ':all', ':q']) {
      expect(im.output).toContain(word);
    }
  });

  test('an unknown option is explained', async () => {
    const im = start('--onec');
    expect(await im.exit()).toBe(2);
    expect(im.output).toBe("Unknown option '--onec'. Try --help.\n");
  });
});
