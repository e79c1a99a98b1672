import {
  type Channel,
  type ChannelPool,
  ChannelPoolMap,
  formatAddress,
  type InetSocketAddress,
  SimpleChannelPool,
} from '../../src/index.js';
import { CountingHandler, expectNoUnhandledRejections, FakeBootstrap } from './fakes.js';

expectNoUnhandledRejections();

const boom = new Error('boom');
const newPool = (): SimpleChannelPool =>
  new SimpleChannelPool<Channel>({
    bootstrap: new FakeBootstrap() as never,
    handler: new CountingHandler(),
  });

/** A pool that only closes, and how. */
const closing = (close: () => Promise<void>): ChannelPool => ({ close }) as unknown as ChannelPool;

test('makes a pool for a key when first asked (AbstractChannelPoolMapTest)', async () => {
  const asked: string[] = [];
  const map = new ChannelPoolMap((key: string) => {
    asked.push(key);
    return newPool();
  });
  expect([map.size, map.isEmpty, [...map], map.contains('a')]).toEqual([0, true, [], false]);
  const pool = map.get('a');
  expect(map.get('a')).toBe(pool);
  expect(map.get('b')).not.toBe(pool);
  expect(asked).toEqual(['a', 'b']);
  expect([map.size, map.isEmpty, map.contains('a')]).toEqual([2, false, true]);
  expect([...map].map(([key]) => key)).toEqual(['a', 'b']);
  expect([...map][0]?.[1]).toBe(pool);

  expect(await map.remove('a')).toBe(true);
  expect(await map.remove('a')).toBe(false);
  await expect(pool.acquire()).rejects.toMatchObject({ code: 'ERR_ILLEGAL_STATE' });
  expect([map.size, map.contains('a')]).toEqual([1, false]);
  await map.close();
  expect(map.isEmpty).toBe(true);
  expect(map.get('a')).not.toBe(pool);
  await map[Symbol.asyncDispose]();
});

test('keyOf says which keys are the same', () => {
  const byIdentity = new ChannelPoolMap((_key: InetSocketAddress) => newPool());
  const byContent = new ChannelPoolMap((_key: InetSocketAddress) => newPool(), { keyOf: formatAddress });
  const [a, b] = [
    { host: 'h', port: 1 },
    { host: 'h', port: 1 },
  ];
  expect(byIdentity.get(a)).not.toBe(byIdentity.get(b));
  const pool = byContent.get(a);
  expect(byContent.get(b)).toBe(pool);
  expect(byContent.contains(b)).toBe(true);
  expect([...byContent]).toEqual([[a, pool]]);
});

test('a pool that could not be made is not kept', () => {
  let failing = true;
  const map = new ChannelPoolMap((_key: string) => {
    if (failing) throw boom;
    return newPool();
  });
  expect(() => map.get('a')).toThrow(boom);
  expect(map.isEmpty).toBe(true);
  failing = false;
  expect(map.get('a')).toBe(map.get('a'));
});

test('closing waits for all pools, and tells of the first failure', async () => {
  let finish = (): void => {};
  const slow = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const pools = [closing(() => Promise.reject(boom)), closing(() => slow)];
  const map = new ChannelPoolMap((key: number) => pools[key] as ChannelPool);
  map.get(0);
  map.get(1);
  const order: string[] = [];
  const closed = map.close().finally(() => order.push('closed'));
  void slow.then(() => order.push('slow'));
  finish();
  await expect(closed).rejects.toBe(boom);
  expect(order).toEqual(['slow', 'closed']);
});

test('failures nobody looks at are no unhandled rejections', () => {
  const map = new ChannelPoolMap((_key: number) => closing(() => Promise.reject(boom)));
  map.get(0);
  void map.remove(0);
  map.get(1);
  void map.close();
  expect(map.isEmpty).toBe(true);
});
