import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Bootstrap } from '../../src/bootstrap/Bootstrap.js';
import { ServerBootstrap } from '../../src/bootstrap/ServerBootstrap.js';
import type { InetSocketAddress } from '../../src/channel/SocketAddress.js';
import { pipeline } from '../../src/typed/PipelineBuilder.js';
import type { TypedTail } from '../../src/typed/TypedTail.js';
import { Echo, LineCodec } from './handlers.js';

async function line(socket: Socket): Promise<string> {
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  return bytes.toString();
}

test('a server gives each connection, and a later one again, handlers of its own', async () => {
  const echoes: Echo[] = [];
  const server = await new ServerBootstrap()
    .childHandler(
      pipeline()
        .addLast(() => new LineCodec())
        .addLast('echo', () => new Echo())
        .build((tail) => {
          echoes.push(tail.get('echo'));
        }),
    )
    .bind({ host: '127.0.0.1', port: 0 });
  const { port } = server.localAddress as InetSocketAddress;

  const [one, other] = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
  one.write('on');
  other.write('oth');
  one.write('e\n');
  expect(await line(one)).toBe('echo one\n');
  other.write('er\n');
  expect(await line(other)).toBe('echo other\n');
  one.end('unfinished');
  await once(one, 'close');
  const again = connect(port, '127.0.0.1');
  again.write('again\n');
  expect(await line(again)).toBe('echo again\n');

  expect(new Set(echoes).size).toBe(3);
  expect(echoes.map(({ seen }) => seen).sort()).toEqual([['again'], ['one'], ['other']]);
  for (const socket of [other, again]) {
    socket.end();
    await once(socket, 'close');
  }
  await server.close();
});

test('one initializer serves each attempt of a client', async () => {
  const server = await new ServerBootstrap()
    .childHandler(
      pipeline()
        .addLast(() => new LineCodec())
        .addLast(() => new Echo())
        .build(),
    )
    .bind({ host: '127.0.0.1', port: 0 });

  const inbounds: AsyncIterableIterator<string>[] = [];
  const built = pipeline()
    .addLast('lines', () => new LineCodec())
    .build((tail) => {
      inbounds.push(tail.inbound());
    });
  const client = new Bootstrap().handler(built);
  const codecs = new Set<LineCodec>();
  for (let attempt = 0; attempt < 3; attempt++) {
    const channel = await client.connect(server.localAddress as InetSocketAddress);
    const tail: TypedTail<string, string, { readonly lines: LineCodec }> = built.tail(channel);
    codecs.add(tail.get('lines'));
    await tail.send(`attempt ${attempt}`);
    const inbound = inbounds[attempt] as AsyncIterableIterator<string>;
    expect(await inbound.next()).toEqual({ done: false, value: `echo attempt ${attempt}` });
    await channel.close();
  }
  expect(codecs.size).toBe(3);
  expect(inbounds).toHaveLength(3);
  await server.close();
});
