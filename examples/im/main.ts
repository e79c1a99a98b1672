// The instant-messaging service: `npm start`. See options.ts for what it does, docs in the README.
import { now } from './clock.js';
import type { Exit } from './launcher/Child.js';
import type { Entry } from './launcher/EventLog.js';
import { live, revive } from './launcher/live.js';
import { Narrator } from './launcher/Narrator.js';
import { Scenario } from './launcher/once.js';
import { Timeline } from './launcher/Timeline.js';
import { StartFailure, World } from './launcher/World.js';
import { type Options, parseOptions, USAGE, UsageError } from './options.js';
import { LIVE, SCALED } from './timing.js';

/** A second signal within this many ms is the same one: npm and a terminal may both deliver it. */
const SAME_SIGNAL = 1000;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseOptions(args);
    if (!options.help) return await run(options);
    process.stdout.write(USAGE);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
}

async function run(options: Options): Promise<number> {
  const timing = options.once ? SCALED : LIVE;
  const timeline = new Timeline(now());
  const narrator = new Narrator(timeline, options.verbose);
  const stopping = new AbortController();
  const onEntry = (entry: Entry): void => narrator.tell(entry);
  const onLost = (name: string, exit: Exit): void => {
    timeline.line(now(), name, `has died (${exit.signal ?? `exit code ${exit.code}`})`, 'bad');
    if (!options.once) void revive(world, timeline, name, stopping.signal);
  };
  const world = new World({ timing, port: options.port, verbose: options.verbose, onEntry, onLost });
  const ignoreSignals = onSignals(world, timeline, stopping);
  const heartbeats = setInterval(() => narrator.heartbeats(now()), timing.heartbeat);
  try {
    if (options.once) return await playOnce(world, timeline, narrator, stopping.signal);
    await live(world, timeline, stopping.signal);
    return 0;
  } catch (error) {
    if (!(error instanceof StartFailure)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  } finally {
    clearInterval(heartbeats);
    stopping.abort();
    await world.stop();
    ignoreSignals();
  }
}

async function playOnce(
  world: World,
  timeline: Timeline,
  narrator: Narrator,
  signal: AbortSignal,
): Promise<number> {
  const scenario = new Scenario(world, timeline, narrator);
  try {
    const interrupted = new Promise<undefined>((resolve) => {
      signal.addEventListener('abort', () => {
        world.log.close();
        resolve(undefined);
      });
    });
    const kept = await Promise.race([scenario.play(), interrupted]);
    return kept === undefined ? 130 : kept ? 0 : 1;
  } finally {
    scenario.close();
  }
}

/** The first signal, or the loss of the terminal, ends the service in good order; a later one ends it at once. */
function onSignals(world: World, timeline: Timeline, stopping: AbortController): () => void {
  let first = 0;
  const stop = (why: string): void => {
    if (first === 0) {
      first = now();
      timeline.line(first, 'launcher', `${why}: everybody says good-bye`, 'title');
      stopping.abort();
    } else if (now() - first > SAME_SIGNAL) {
      world.killAll();
      process.exit(1);
    }
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const listener = (signal: NodeJS.Signals): void => stop(signal);
  for (const signal of signals) process.on(signal, listener);
  // Whoever read our output has gone (`npm start | head`): nobody watches any more.
  process.stdout.on('error', () => stopping.abort());
  return () => {
    for (const signal of signals) process.removeListener(signal, listener);
  };
}
