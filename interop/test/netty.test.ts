import { requiresProgram } from '../../test/support/requiresProgram.js';
import type { FramingName } from '../src/framings.js';
import type { NettyProcess } from '../src/NettyProcess.js';
import { NettyProgram } from '../src/NettyProgram.js';
import type { PeerResult } from '../src/PeerResult.js';
import { type Pieces, type RunOptions, SluicePeer } from '../src/SluicePeer.js';

const MIB = 1024 * 1024;
const MESSAGES = 10_000;
/** Of each direction, so that both together have at most 64 MiB. */
const MAX_BYTES = 32 * MIB;
/** How long Sluice may take to see that Netty has closed, in ms. */
const PATIENCE = 10_000;

interface Run extends Omit<RunOptions, 'ownSeed' | 'peerSeed'> {
  readonly sluice: 'server' | 'client';
  readonly pieces: Pieces;
  readonly sluiceSeed: number;
  readonly nettySeed: number;
  /** What Netty takes for Sluice's seed. */
  readonly nettyExpects?: number;
}

requiresProgram(...NettyProgram.REQUIREMENTS)('Sluice and Netty', () => {
  let program: NettyProgram;
  let peer: SluicePeer | undefined;

  beforeAll(async () => {
    program = await NettyProgram.compile();
  }, 60_000);
  afterEach(async () => {
    await peer?.close();
    await program?.stopAll();
  });
  afterAll(async () => {
    await program?.dispose();
  });

  async function run(options: Run): Promise<{ sluice: PeerResult; netty: PeerResult }> {
    const { sluice, sluiceSeed, nettySeed } = options;
    const forSluice = { ...options, ownSeed: sluiceSeed, peerSeed: nettySeed };
    const forNetty = { ...options, ownSeed: nettySeed, peerSeed: options.nettyExpects ?? sluiceSeed };
    peer = new SluicePeer(sluice === 'client', forSluice, options.pieces);
    let netty: NettyProcess;
    if (sluice === 'server') netty = program.start('client', await peer.listen(), forNetty);
    else {
      netty = program.start('server', 0, forNetty);
      await peer.connect(await netty.port());
    }
    const nettyResult = await netty.result();
    return { netty: nettyResult, sluice: await peer.result(PATIENCE) };
  }

  const report = (name: string, result: PeerResult): void => {
    if (process.env.INTEROP_REPORT === undefined) return;
    process.stdout.write(`${name} ${JSON.stringify(result)}\n`);
  };

  describe.each<['server' | 'client', 'server' | 'client']>([
    ['client', 'server'],
    ['server', 'client'],
  ])('Netty %s, Sluice %s', (_netty, sluice) => {
    test.each<[FramingName, Pieces]>([
      ['lengthfield', 'random'],
      ['line', 'random'],
      ['varint', 'random'],
      ['lengthfield', 'natural'],
      ['varint', 'natural'],
    ])(
      '%s framing, pieces %s: 10,000 messages each way, silence, orderly close',
      async (framing, pieces) => {
        const seeds = { sluiceSeed: 2026, nettySeed: 4148 };
        const results = await run({
          sluice,
          framing,
          pieces,
          count: MESSAGES,
          maxBytes: MAX_BYTES,
          ...seeds,
        });
        for (const [name, result] of Object.entries(results)) {
          report(`${name} ${framing} ${pieces}, Sluice ${sluice}`, result);
          expect(result).toMatchObject({
            received: MESSAGES,
            sent: MESSAGES,
            mismatches: 0,
            idleInRun: 0,
            closed: 'orderly',
            errors: [],
          });
          expect(result.bytesSent).toBeGreaterThan(MAX_BYTES - MIB);
          expect(result.stalls).toBeGreaterThan(0);
          expectSilence(result.idleEvents);
        }
        expect(results.netty.bytesReceived).toBe(results.sluice.bytesSent);
        expect(results.sluice.bytesReceived).toBe(results.netty.bytesSent);
        expect(results.netty.piecesSent).toBeGreaterThan(MESSAGES);
        if (pieces === 'random') expect(results.sluice.piecesSent).toBeGreaterThan(MESSAGES);
      },
      60_000,
    );
  });

  test('each side notices a message it did not expect', async () => {
    const results = await run({
      sluice: 'server',
      framing: 'lengthfield',
      pieces: 'random',
      count: 100,
      maxBytes: MIB,
      sluiceSeed: 1,
      nettySeed: 2,
      nettyExpects: 3,
    });
    expect(results.netty).toMatchObject({ received: 100, closed: 'orderly' });
    expect(results.netty.mismatches).toBeGreaterThan(50);
    expect(results.sluice).toMatchObject({ received: 100, mismatches: 0, closed: 'orderly' });
  }, 60_000);
});

/** Each kind at least twice, the first time as the first of its silence. */
function expectSilence(events: readonly string[]): void {
  for (const kind of ['READER_IDLE', 'WRITER_IDLE', 'ALL_IDLE']) {
    const ofKind = events.filter((event) => event.startsWith(kind));
    expect(ofKind.length).toBeGreaterThanOrEqual(2);
    expect(ofKind[0]).toBe(`${kind} first`);
  }
}
