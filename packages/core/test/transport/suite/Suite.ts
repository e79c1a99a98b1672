import { type Channel, ChannelOption } from '../../../src/index.js';
import { Recorder } from '../../support/Recorder.js';
import { signal, within } from '../../support/within.js';
import { EXEMPTIONS, type Exemption, type Feature, type Group } from './exemptions.js';
import type { Init, Options, Transport } from './transports.js';

/** How both ends of a connection are set up. */
export interface PairSetup {
  readonly client?: Init;
  readonly server?: Init;
  readonly clientOptions?: Options;
  readonly serverOptions?: Options;
}

/** Two channels connected to each other, with a recorder at the end of each pipeline; closed after the test. */
export interface Pair {
  readonly client: Channel;
  readonly server: Channel;
  readonly atClient: Recorder;
  readonly atServer: Recorder;
}

type Case = () => Promise<void>;

/** Cases of one transport: makes connections, and knows what the transport is exempt from. */
export class Suite {
  readonly transport: Transport;
  readonly #asserted = new Set<Exemption>();

  constructor(transport: Transport) {
    this.transport = transport;
  }

  async pair(setup: PairSetup = {}): Promise<Pair> {
    const atClient = new Recorder();
    const atServer = new Recorder();
    const accepted = signal<Channel>();
    const serving = await this.transport.serve((channel) => {
      setup.server?.(channel);
      channel.pipeline.addLast(atServer);
      accepted.fire(channel);
    }, setup.serverOptions);
    const client = await serving.connect((channel) => {
      setup.client?.(channel);
      channel.pipeline.addLast(atClient);
    }, setup.clientOptions);
    const server = await within('the accepted channel', accepted.promise);
    return { client, server, atClient, atServer };
  }

  /** Cases that need a feature; for each group that is exempt from it, a case that asserts what happens instead. */
  needs(feature: Feature, instead: Partial<Record<Group, readonly [string, Case]>>, cases: () => void): void {
    const { group } = this.transport;
    const row: Exemption | undefined = EXEMPTIONS.find(
      (exemption: Exemption) => exemption.feature === feature && exemption.groups.includes(group),
    );
    if (row === undefined) {
      cases();
      return;
    }
    const [name, run] = instead[group] ?? [];
    if (name === undefined || run === undefined) throw new Error(`no case for ${group} without ${feature}`);
    this.#asserted.add(row);
    test(`no ${feature}: ${name}`, run);
  }

  /** To be called last. */
  allExemptionsAsserted(): void {
    const rows = EXEMPTIONS.filter(({ groups }: Exemption) => groups.includes(this.transport.group));
    test('every exemption in the table was asserted', () => {
      expect([...this.#asserted]).toEqual(expect.arrayContaining(rows));
    });
  }
}

/** More than the system and the runtime take off a writer's hands while nobody reads. */
export const BIG: number = 16 * 1024 * 1024;

export const NOT_READING: Options = [[ChannelOption.AUTO_READ, false]];
export const HALF: Options = [[ChannelOption.ALLOW_HALF_CLOSURE, true]];

/** A handler that sends back what it gets. */
export function echo(channel: Channel): void {
  channel.pipeline.addLast({ channelRead: (ctx, message) => void ctx.writeAndFlush(message) });
}
