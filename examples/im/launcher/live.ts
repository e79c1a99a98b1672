import { now } from '../clock.js';
import type { Timeline } from './Timeline.js';
import { StartFailure, type World } from './World.js';

/** How soon a process that died is started again, in ms. */
const RESTART_AFTER = 3000;
/** The conversation: some lines, each after this many ms, then a silence in which heartbeats can be seen. */
const LINE_EVERY = 1500;
const SILENCE = 9000;

const CONVERSATION: readonly (readonly [user: string, text: string])[] = [
  ['alice', 'Good morning! Is everybody connected?'],
  ['bob', 'I am. Which server are you on?'],
  ['carol', 'The other one, and yet I can hear you.'],
  ['alice', 'The servers are linked: what is said at one is relayed to the other.'],
  ['bob', 'And if somebody kills one with kill -9?'],
  ['carol', 'Then its clients move to the other. Try it: the pids are above.'],
];

/** Runs the service until `signal` says stop: people talk, fall silent, and talk again; what dies is started again. */
export async function live(world: World, timeline: Timeline, signal: AbortSignal): Promise<void> {
  await world.startServers();
  world.startClient('alice');
  world.startClient('bob');
  world.startClient('carol', 'server-2');
  timeline.text(world.describe());
  timeline.text(
    `Join the talk with  nc 127.0.0.1 ${world.linePort('server-1')}  and type :info, :all, :q or a line. Ctrl-C stops.`,
  );
  for (let n = 0; !signal.aborted; n = (n + 1) % CONVERSATION.length) {
    await sleep(n === 0 ? SILENCE / 3 : LINE_EVERY, signal);
    const line = CONVERSATION[n];
    if (line !== undefined && !signal.aborted) world.say(line[0], line[1]);
    if (n === CONVERSATION.length - 1) await sleep(SILENCE, signal);
  }
}

/** Starts a process again after a pause in which the others can be watched doing without it. */
export async function revive(
  world: World,
  timeline: Timeline,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  await sleep(RESTART_AFTER, signal);
  if (signal.aborted) return;
  timeline.line(now(), name, 'is started again', 'title');
  try {
    if (name.startsWith('server')) await world.restartServer(name);
    else world.startClient(name);
  } catch (error) {
    if (!(error instanceof StartFailure)) throw error;
    timeline.line(now(), name, error.message, 'bad');
    await revive(world, timeline, name, signal);
  }
}

/** Resolves after `ms`, or at once when aborted. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
