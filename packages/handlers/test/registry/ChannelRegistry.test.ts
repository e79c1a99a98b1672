import { type Channel, EmbeddedChannel, pipeline } from '@sluice/core';
import { ChannelRegistry, CLOSE_REASON, CloseReasonHandler, closeBecause } from '@sluice/handlers';

const names = new Map<Channel, string>();
const nameOf = (channel: Channel): string | undefined => names.get(channel);
const open: EmbeddedChannel[] = [];

function named(name: string): EmbeddedChannel {
  const channel = new EmbeddedChannel(new CloseReasonHandler());
  names.set(channel, name);
  open.push(channel);
  return channel;
}
afterEach(() => {
  for (const channel of open.splice(0)) channel.close();
  names.clear();
});

/** A registry by name, and what it tells. */
function watched(): { registry: ChannelRegistry; told: string[] } {
  const registry = new ChannelRegistry(nameOf);
  const told: string[] = [];
  registry.on('added', (key) => told.push(`+${key}`));
  registry.on('removed', (key, channel) => told.push(`-${key} ${channel.attr(CLOSE_REASON).get()?.kind}`));
  return { registry, told };
}

test('a channel is found by its key until it is closed, and the reason is known when that is told', () => {
  const { registry, told } = watched();
  const a = named('a');
  const b = named('b');
  expect([registry.add(a), registry.add(b), registry.add(a)]).toEqual([true, true, true]);
  expect([registry.get('a'), registry.size, registry.keyOf(b), registry.has(b)]).toEqual([a, 2, 'b', true]);
  expect([...registry]).toEqual([
    ['a', a],
    ['b', b],
  ]);
  expect([...registry.channels((channel) => channel === b)]).toEqual([b]);
  closeBecause(a, 'idle');
  expect([registry.get('a'), registry.size, registry.has(a)]).toEqual([undefined, 1, false]);
  expect(told).toEqual(['+a', '+b', '-a idle']);
});

test('the late end of an old channel does not take out the new one of the same key', () => {
  const { registry, told } = watched();
  const old = named('a');
  const young = named('a');
  registry.add(old);
  registry.add(young);
  expect(old.isOpen).toBe(true);
  old.close();
  expect([registry.get('a'), registry.size, registry.has(old)]).toEqual([young, 1, false]);
  expect(told).toEqual(['+a', '-a undefined', '+a']);
});

test('a channel whose key has changed moves, and one that has no key or is closed does not come in', () => {
  const { registry, told } = watched();
  const channel = named('guest');
  registry.add(channel);
  names.set(channel, 'anna');
  registry.add(channel);
  expect([registry.get('guest'), registry.get('anna'), registry.size]).toEqual([undefined, channel, 1]);
  expect(told).toEqual(['+guest', '-guest undefined', '+anna']);
  expect([registry.delete(channel), registry.delete(channel)]).toEqual([true, false]);
  const other = named('x');
  names.delete(other);
  expect(registry.add(other)).toBe(false);
  channel.close();
  expect(registry.add(channel)).toBe(false);
});

test('its handler puts channels in, and is one for all; by default the key is the peer’s address', () => {
  const registry = new ChannelRegistry();
  const early = new EmbeddedChannel({ handlers: [registry.handler()], register: false });
  expect(registry.size).toBe(0);
  early.register();
  expect(registry.get('local:embedded') ?? [...registry][0]?.[1]).toBe(early);
  const late = new EmbeddedChannel();
  early.close();
  late.pipeline.addLast(registry.handler());
  expect(registry.size).toBe(1);
  late.close();
  expect(registry.size).toBe(0);
  pipeline<'up', 'down'>().addLast(registry.handler()).build();
});

test('an index has the same channels by another key, also what was there before', () => {
  const { registry } = watched();
  const a = named('anna');
  const b = named('bert');
  registry.add(a);
  const lengths = registry.index((channel) =>
    nameOf(channel) === 'bert' ? undefined : nameOf(channel)?.length,
  );
  registry.add(b);
  expect([lengths.get(4), lengths.size]).toEqual([a, 1]);
  registry.delete(a);
  expect(lengths.size).toBe(0);
});
