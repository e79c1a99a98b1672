import {
  AbstractChannel,
  type AnyChannelHandler,
  Bootstrap,
  type Channel,
  ChannelOption,
  type DuplexChannel,
  EmbeddedChannel,
  LocalAddress,
  LocalChannel,
  LocalServerChannel,
  ServerBootstrap,
} from '@sluice/core';
import { ContractHandler, channelPair } from '@sluice/testing';
import fc from 'fast-check';
import type { ContractRule } from '../../src/contract/rules.js';
import { broken, type Step, StepRecorder } from '../support.js';

const SEED = Number(process.env.FAST_CHECK_SEED ?? 42);

/** What handlers, and whoever holds the channel, do at random. All of it is allowed. */
const ACTIONS = [
  'nothing',
  'write',
  'writeAndFlush',
  'flush',
  'read',
  'close',
  'shutdownOutput',
  'autoReadOff',
  'autoReadOn',
  'addHandler',
  'removeHandler',
  'addContract',
  'userEvent',
  'deregister',
  'reregister',
] as const;
type Action = (typeof ACTIONS)[number];

const action = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<Action>('writeAndFlush', 'read', 'nothing') },
  { weight: 4, arbitrary: fc.constantFrom(...ACTIONS) },
);
const EVENTS = [
  'handlerAdded',
  'channelRegistered',
  'channelActive',
  'channelRead',
  'channelReadComplete',
  'channelInactive',
  'userEventTriggered',
] as const;

/** What a handler does upon which event, once each. To deregister and to close at once ends a channel as in Netty: out of order. */
const within = action.filter((what) => what !== 'deregister');
const behaviour = fc.dictionary(fc.constantFrom(...EVENTS), within, { maxKeys: 3 });
const program = fc.record({
  handlers: fc.array(behaviour, { maxLength: 4 }),
  actions: fc.array(action, { maxLength: 12 }),
  halfClosure: fc.boolean(),
  autoRead: fc.boolean(),
});
type Program = typeof program extends fc.Arbitrary<infer T> ? T : never;

/** Does things to a channel, and collects the checkers it has set up. */
class World {
  readonly contracts: ContractHandler[] = [];
  readonly recorders: StepRecorder[] = [];
  #left = 200;

  constructor(readonly message: () => unknown) {}

  perform(action: Action, channel: Channel): void {
    if (this.#left-- <= 0) return;
    const { pipeline } = channel;
    switch (action) {
      case 'nothing':
        return;
      case 'write':
        // Flushed at the latest by the end of the turn, as the contract wants it.
        channel.write(this.message()).addListener(() => {});
        channel.eventLoop.execute(() => channel.flush());
        return;
      case 'writeAndFlush':
        channel.writeAndFlush(this.message()).addListener(() => {});
        return;
      case 'flush':
        channel.flush();
        return;
      case 'read':
        channel.read();
        return;
      case 'close':
        channel.flush();
        // Not channel.close(): on an embedded channel that runs tasks within the event.
        channel.pipeline.close();
        return;
      case 'shutdownOutput':
        channel.flush();
        (channel as Partial<DuplexChannel>).shutdownOutput?.().addListener(() => {});
        return;
      case 'autoReadOff':
      case 'autoReadOn':
        channel.config.autoRead = action === 'autoReadOn';
        return;
      case 'addHandler':
        pipeline.addLast({ channelRead: (ctx, message) => void ctx.fireChannelRead(message) });
        return;
      case 'removeHandler':
        if (pipeline.last instanceof ContractHandler || pipeline.names().length > 3) pipeline.removeLast();
        return;
      case 'addContract':
        this.#check(channel, 'addLast');
        return;
      case 'userEvent':
        pipeline.fireUserEventTriggered('event');
        return;
      case 'deregister':
        if (channel.isOpen) channel.deregister().addListener(() => {});
        return;
      case 'reregister':
        if (!channel.isRegistered && channel instanceof AbstractChannel)
          channel.register().addListener(() => {});
    }
  }

  #check(channel: Channel, where: 'addFirst' | 'addLast'): void {
    const contract = new ContractHandler({ mode: 'collect' });
    const recorder = new StepRecorder();
    this.contracts.push(contract);
    this.recorders.push(recorder);
    channel.pipeline[where](contract, recorder);
  }

  /** Fills a pipeline: checkers first and last, scripted handlers between. */
  fill(channel: Channel, { handlers, halfClosure, autoRead }: Program): void {
    channel.setOption(ChannelOption.AUTO_READ, autoRead);
    channel.setOption(ChannelOption.ALLOW_HALF_CLOSURE, halfClosure);
    this.#check(channel, 'addLast');
    for (const script of handlers) {
      channel.pipeline.addLast(this.#scripted(script));
      this.#check(channel, 'addLast');
    }
    channel.pipeline.addLast({ exceptionCaught: () => {} });
  }

  #scripted(script: Readonly<Record<string, Action>>): AnyChannelHandler {
    const left = new Map(Object.entries(script));
    const passOn = {
      channelRegistered: 'fireChannelRegistered',
      channelActive: 'fireChannelActive',
      channelReadComplete: 'fireChannelReadComplete',
      channelInactive: 'fireChannelInactive',
    } as const;
    const now = (event: string, channel: Channel): void => {
      const what = left.get(event);
      left.delete(event);
      if (what !== undefined) this.perform(what, channel);
    };
    const handler: AnyChannelHandler = {
      handlerAdded: (ctx) => now('handlerAdded', ctx.channel),
      channelRead(ctx, message) {
        now('channelRead', ctx.channel);
        ctx.fireChannelRead(message);
      },
      userEventTriggered(ctx, event) {
        now('userEventTriggered', ctx.channel);
        ctx.fireUserEventTriggered(event);
      },
    };
    for (const [event, fire] of Object.entries(passOn)) {
      handler[event as keyof typeof passOn] = (ctx) => {
        now(event, ctx.channel);
        ctx[fire]();
      };
    }
    return handler;
  }

  verify(): void {
    for (const contract of this.contracts) {
      if (contract.violations.length > 0) throw contract.violations[0];
    }
  }
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** Runs the program with one channel or both ends of a connection; each action goes to an end in turn. */
async function run(transport: string, given: Program): Promise<World> {
  const world = new World(transport === 'embedded' ? () => 'message' : () => Buffer.from('message'));
  const fill = (channel: Channel): void => world.fill(channel, given);
  if (transport === 'embedded') {
    const channel = new EmbeddedChannel({ handlers: [], register: false });
    fill(channel);
    channel.register();
    for (const what of given.actions) {
      world.perform(what, channel);
      if (channel.isOpen && channel.isRegistered) channel.writeInbound('in');
      channel.runPendingTasks();
    }
    channel.close();
    channel.runPendingTasks();
    return world;
  }
  const [ends, close] = transport === 'stream' ? streamEnds(fill) : await localEnds(fill);
  for (const [i, what] of given.actions.entries()) {
    world.perform(what, ends[i % 2] as Channel);
    await turns(1);
  }
  close();
  await turns(3);
  return world;
}

type Ends = [ends: readonly [Channel, Channel], close: () => void];

function streamEnds(fill: (channel: Channel) => void): Ends {
  const ends = channelPair(fill, fill);
  return [ends, () => ends.forEach((end) => void end.close())];
}

async function localEnds(fill: (channel: Channel) => void): Promise<Ends> {
  let accepted: Channel | undefined;
  const server = await new ServerBootstrap<LocalServerChannel, LocalChannel>()
    .channel(LocalServerChannel)
    .childHandler((child) => {
      accepted = child;
      fill(child);
    })
    .bind(LocalAddress.ANY);
  // Closing in the initializer makes the connect fail, which is fine.
  const connecting = new Bootstrap<LocalChannel>()
    .channel(LocalChannel)
    .handler(fill)
    .connect(server.localAddress as LocalAddress);
  await connecting.catch(() => {});
  await turns(1);
  const client = connecting.channel;
  return [
    [client, accepted ?? client],
    () => {
      client.close();
      accepted?.close();
      server.close();
    },
  ];
}

describe.each(['embedded', 'stream', 'local'])('%s channels', (transport) => {
  test('whatever allowed things happen, the contract is kept', async () => {
    let seen = 0;
    await fc.assert(
      fc.asyncProperty(program, async (given) => {
        const world = await run(transport, given);
        world.verify();
        for (const { steps } of world.recorders) {
          expect(brokenOn(transport, steps)).toEqual([]);
          seen += steps.length;
        }
      }),
      { seed: SEED, numRuns: 150 },
    );
    expect(seen).toBeGreaterThan(1000);
  });
});

/** What a contract handler would find: an embedded channel that is closed in a read leaves `channelReadComplete` out. */
function brokenOn(transport: string, steps: readonly Step[]): ContractRule[] {
  return broken(steps).filter((rule) => transport !== 'embedded' || rule !== 'read-completed');
}

/** Changes to an order of events, each of which breaks a rule. `undefined` where it cannot be made. */
const MUTATIONS: Readonly<Record<string, [ContractRule[], (steps: Step[]) => Step[] | undefined]>> = {
  'registered twice': [['registered-once'], (s) => again(s, 'registered')],
  'active twice': [['active-once'], (s) => again(s, 'active')],
  'inactive twice': [['inactive-after-active', 'after-unregistered'], (s) => again(s, 'inactive')],
  'unregistered twice': [['unregistered-after-registered'], (s) => again(s, 'unregistered')],
  'added twice': [['handler-lifecycle'], (s) => again(s, 'added')],
  'removed twice': [['handler-lifecycle'], (s) => again(s, 'removed')],
  'active before registered': [
    ['registered-once', 'active-after-registered'],
    (s) => swap(s, 'registered', 'active'),
  ],
  'read before active': [['read-while-active'], (s) => swap(s, 'active', 'read')],
  'read after inactive': [
    ['read-while-active', 'read-completed'],
    (s) => after(s, 'inactive', { ...(find(s, 'inactive') as Step), event: 'read' }),
  ],
  'read complete after unregistered': [
    ['after-unregistered'],
    (s) => after(s, 'unregistered', { ...(find(s, 'unregistered') as Step), event: 'readComplete' }),
  ],
  'inactive after unregistered': [
    ['inactive-before-unregistered'],
    (s) => swap(s, 'inactive', 'unregistered'),
  ],
  'no inactive': [
    ['inactive-before-unregistered'],
    (s) =>
      find(s, 'active') && find(s, 'unregistered')?.isOpen === false ? without(s, 'inactive') : undefined,
  ],
  'no added': [['handler-lifecycle'], (s) => without(s, 'added')],
  'something after removed': [
    ['handler-lifecycle'],
    (s) => after(s, 'removed', { ...(s.at(-1) as Step), event: 'readComplete' }),
  ],
  'an end of input before a read': [
    ['input-ended'],
    (s) =>
      find(s, 'read')
        ? before(s, 'read', { ...(find(s, 'read') as Step), event: 'inputShutdown' })
        : undefined,
  ],
};

const find = (steps: Step[], event: Step['event']) => steps.find((step) => step.event === event);
function at(steps: Step[], event: Step['event'], change: (i: number) => Step[]): Step[] | undefined {
  const i = steps.findIndex((step) => step.event === event);
  return i < 0 ? undefined : change(i);
}
function again(steps: Step[], event: Step['event']) {
  return at(steps, event, (i) => steps.toSpliced(i, 0, steps[i] as Step));
}
function without(steps: Step[], event: Step['event']) {
  return at(steps, event, (i) => steps.toSpliced(i, 1));
}
function after(steps: Step[], event: Step['event'], added: Step) {
  return at(steps, event, (i) => steps.toSpliced(i + 1, 0, added));
}
function before(steps: Step[], event: Step['event'], added: Step) {
  return at(steps, event, (i) => steps.toSpliced(i, 0, added));
}
function swap(steps: Step[], first: Step['event'], second: Step['event']) {
  return at(steps, first, (i) => {
    const j = steps.findIndex((step, k) => k > i && step.event === second);
    return j < 0 ? steps : steps.with(i, steps[j] as Step).with(j, steps[i] as Step);
  });
}

test('a real order of events that is changed breaks the contract', async () => {
  const orders: Step[][] = [];
  for (const transport of ['embedded', 'stream', 'local']) {
    for (const given of fc.sample(program, { seed: SEED, numRuns: 30 })) {
      const world = await run(transport, { ...given, autoRead: true });
      // See brokenOn.
      orders.push(...world.recorders.map(({ steps }) => steps).filter((steps) => broken(steps).length === 0));
    }
  }
  const caught = new Map<string, number>();
  for (const steps of orders) {
    for (const [name, [rules, mutate]] of Object.entries(MUTATIONS)) {
      const changed = mutate(steps);
      if (changed === undefined || changed === steps || changed.length === 0) continue;
      const found = broken(changed);
      // Which rule it is depends on what a late handler has missed.
      expect([name, ...changed.map(({ event }) => event), found.length]).not.toEqual(
        expect.arrayContaining([0]),
      );
      if (rules.includes(found[0] as ContractRule)) caught.set(name, (caught.get(name) ?? 0) + 1);
    }
  }
  expect([...caught.keys()].sort()).toEqual(Object.keys(MUTATIONS).sort());
  for (const count of caught.values()) expect(count).toBeGreaterThan(20);
});
