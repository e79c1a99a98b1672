import { type AddressInfo, createServer, type Server } from 'node:net';
import { Example, TextClient, withDeadline } from './support.js';

describe('the examples', () => {
  const running: Example[] = [];
  const clients: TextClient[] = [];

  function start(program: string, ...args: string[]): Example {
    const example = new Example(program, args);
    running.push(example);
    return example;
  }
  async function dial(port: number): Promise<TextClient> {
    const client = await TextClient.connect(port);
    clients.push(client);
    return client;
  }

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    for (const example of running.splice(0)) await example.stop();
  });

  test('echo: sends back what it gets, and its own client agrees', async () => {
    const server = start('echo/server.js', '0');
    const port = await server.port();
    const client = await dial(port);
    client.send('hello\n');
    await client.receives('hello\n');
    const own = start('echo/client.js', String(port));
    await own.prints(/echoed 14 bytes/);
    expect(await own.exit()).toBe(0);
    client.close();
    expect(await server.stop()).toBe(0);
  });

  test('echo: a taken port is one clear line', async () => {
    const port = await start('echo/server.js', '0').port();
    const second = start('echo/server.js', String(port));
    expect(await second.exit()).toBe(1);
    expect(second.output).toMatch(/^Cannot listen on 127\.0\.0\.1:\d+: the address is in use/);
    expect(second.output.trim().split('\n')).toHaveLength(1);
  });

  test('discard: reads everything, answers nothing', async () => {
    const server = start('discard/server.js', '0');
    const client = await dial(await server.port());
    client.send(Buffer.alloc(100_000));
    await server.prints(/discarded 100000 bytes/);
    expect(client.text).toBe('');
  });

  test('telnet: answers lines and says goodbye', async () => {
    const client = await dial(await start('telnet/server.js', '0').port());
    await client.receives('Welcome to ');
    client.send('hi there\r\n\r\n');
    await client.receives("Did you say 'hi there'?\r\nPlease type something.\r\n");
    client.send('bye\r\n');
    await client.receives('Have a good day!\r\n');
    await client.closes();
  });

  test('factorial: client and server agree on 1000!', async () => {
    const server = start('factorial/server.js', '0');
    const client = start('factorial/client.js', String(await server.port()), '127.0.0.1', '1000');
    const [, digits] = await client.prints(/Factorial of 1000 is: (\d+)\n/);
    let expected = 1n;
    for (let i = 2n; i <= 1000n; i++) expected *= i;
    expect(digits).toBe(String(expected));
    expect(await client.exit()).toBe(0);
    await server.prints(/Factorial of 1000 has 2568 digits/);
  });

  test('factorial: garbage ends that connection only', async () => {
    const server = start('factorial/server.js', '0');
    const port = await server.port();
    const bad = await dial(port);
    bad.send('GET / HTTP/1.1\r\n\r\n');
    await bad.closes();
    await server.prints(/Invalid magic number: 71/);
    const good = start('factorial/client.js', String(port), '127.0.0.1', '5');
    await good.prints(/is: 120\n/);
  });

  test('proxy: passes both directions on and shows them', async () => {
    const echo = await start('echo/server.js', '0').port();
    const proxy = start('proxy/HexDumpProxy.js', '0', '127.0.0.1', String(echo));
    const [, port] = await proxy.prints(/listens on [\d.]+:(\d+);/);
    const client = await dial(Number(port));
    client.send('hello');
    await client.receives('hello');
    await proxy.prints(/--> 5 bytes[\s\S]*\| 68 65 6c 6c 6f/);
    await proxy.prints(/<-- 5 bytes/);
  });

  test('proxy: a receiver that does not read slows the sender down', async () => {
    let remote: Server | undefined;
    try {
      // Accepts, and never reads.
      remote = createServer({ pauseOnConnect: true }, (socket) => socket.on('error', () => {})).listen(
        0,
        '127.0.0.1',
      );
      await new Promise((resolve) => remote?.once('listening', resolve));
      const proxy = new Example(
        'proxy/HexDumpProxy.js',
        ['0', '127.0.0.1', String((remote.address() as AddressInfo).port)],
        {
          QUIET: '1',
        },
      );
      running.push(proxy);
      const client = await dial(await proxy.port());
      const block = Buffer.alloc(1 << 20);
      for (let i = 0; i < 64; i++) client.send(block);
      // The system's buffers take a few MiB; then nothing moves any more. Wait until that shows twice in a row.
      let before = -1;
      await withDeadline(
        new Promise<void>((resolve) => {
          const timer = setInterval(() => {
            const left = client.socket.writableLength;
            if (left !== before) before = left;
            else {
              clearInterval(timer);
              resolve();
            }
          }, 250);
        }),
        10_000,
        () => 'the sender to stand still',
      );
      expect(client.socket.writableLength).toBeGreaterThan(32 << 20);
    } finally {
      for (const client of clients.splice(0)) client.close();
      for (const example of running.splice(0)) {
        example.process.kill('SIGKILL');
        await example.exit();
      }
      remote?.close();
    }
  });

  test('uptime: reconnects when the server comes back, and counts', async () => {
    const first = start('discard/server.js', '0');
    const port = await first.port();
    const client = start('uptime/client.js', String(port));
    await client.prints(/connected to 127\.0\.0\.1:\d+/);
    first.process.kill('SIGKILL');
    await first.exit();
    await client.prints(/disconnected/);
    start('discard/server.js', String(port));
    await client.prints(/connected to [\s\S]*disconnected[\s\S]*connected to/);
    expect(await client.stop()).toBe(0);
  });

  test('chat: everybody hears everybody', async () => {
    const port = await start('chat/server.js', '0').port();
    const ann = await dial(port);
    await ann.receives('Welcome! 1 here');
    const bob = await dial(port);
    await bob.receives('Welcome! 2 here');
    await ann.receives('has joined\n');
    ann.send('hello\n');
    await ann.receives('[you] hello\n');
    await bob.receives('] hello\n');
    expect(bob.text).not.toContain('[you]');
    bob.send('bye\n');
    await bob.receives('Bye!\n');
    await bob.closes();
    await ann.receives('has left\n');
  });
});
