import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { Load, LoadResult } from './load.js';
import type { PeerMessage } from './peers/peer.js';

/**
 * CPU time of the server process per echoed message, peer against peer. Rounds are short and interleaved, and what is
 * reported are ratios within a round: on a shared machine only those mean something.
 */

const CELLS: Record<string, Omit<Load, 'port' | 'duration'>> = {
  '64 B × 16, 50 connections': { size: 64, inFlight: 16, connections: 50 },
  '64 B × 1, 50 connections': { size: 64, inFlight: 1, connections: 50 },
  '1 KiB × 16, 50 connections': { size: 1024, inFlight: 16, connections: 50 },
  '16 KiB × 16, 50 connections': { size: 16 * 1024, inFlight: 16, connections: 50 },
  '1 MiB × 1, 1 connection': { size: 1024 * 1024, inFlight: 1, connections: 1 },
};
const PEERS = ['handwritten', 'sluice'] as const;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '9' },
    duration: { type: 'string', default: '400' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log('npm run bench -- [--quick] [--rounds N] [--duration MS]');
  process.exit(0);
}
const rounds = values.quick ? 3 : Number(values.rounds);
const duration = values.quick ? 250 : Number(values.duration);

class Peer {
  readonly name: string;
  readonly #process: ChildProcess;
  port = 0;

  constructor(name: string) {
    this.name = name;
    this.#process = fork(new URL(`./peers/${name}.js`, import.meta.url));
  }
  async ready(): Promise<this> {
    const [message] = (await once(this.#process, 'message')) as [PeerMessage];
    this.port = message.port as number;
    return this;
  }
  /** µs */
  async cpu(): Promise<number> {
    this.#process.send('cpu');
    const [message] = (await once(this.#process, 'message')) as [PeerMessage];
    return message.cpu as number;
  }
  stop(): void {
    this.#process.disconnect();
  }
}

/** µs of server CPU per message in one round. */
async function measure(peer: Peer, cell: Omit<Load, 'port' | 'duration'>): Promise<number> {
  const load: Load = { ...cell, port: peer.port, duration };
  const generator = fork(new URL('./load.js', import.meta.url), [JSON.stringify(load)]);
  await once(generator, 'message');
  const before = await peer.cpu();
  const [result] = (await once(generator, 'message')) as [LoadResult];
  const after = await peer.cpu();
  if (generator.exitCode === null) await once(generator, 'exit');
  return (after - before) / result.messages;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

console.log(
  `Node ${process.version}, ${availableParallelism()} CPUs, ${rounds} rounds of ${duration} ms, after one to warm up. ` +
    'CPU µs of the server process per message; ratio: median (lowest–highest) of same-round ratios.\n',
);
console.log('| cell | handwritten µs | sluice µs | sluice / handwritten |\n|---|---|---|---|');
const peers = await Promise.all(PEERS.map((name) => new Peer(name).ready()));
for (const [name, cell] of Object.entries(CELLS)) {
  const samples = new Map<string, number[]>(PEERS.map((peer) => [peer, []]));
  for (let round = -1; round < rounds; round++) {
    // The order changes each round, so that neither peer always runs on a machine the other has warmed.
    const order = round % 2 === 0 ? peers : [...peers].reverse();
    for (const peer of order) {
      const cpu = await measure(peer, cell);
      if (round >= 0) samples.get(peer.name)?.push(cpu);
    }
  }
  const base = samples.get('handwritten') as number[];
  const ours = samples.get('sluice') as number[];
  const ratios = ours.map((cpu, i) => cpu / (base[i] as number));
  const range = `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`;
  console.log(
    `| ${name} | ${median(base).toFixed(2)} | ${median(ours).toFixed(2)} | ${median(ratios).toFixed(2)} (${range}) |`,
  );
}
for (const peer of peers) peer.stop();
