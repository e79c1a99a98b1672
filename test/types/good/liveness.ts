/** Heartbeats in detail, what a client sends while it is not connected, and requests that wait for a response. */
import { type AttributeKey, Bootstrap, type Channel, pipeline } from '@sluice/core';
import {
  AdaptiveInterval,
  type AdaptiveIntervalOptions,
  type AgreedHeartbeat,
  amqpHeartbeat,
  type ClientInfo,
  ConnectionLostException,
  eventLoopLag,
  type FailureDetector,
  GRPC_BACKOFF,
  grpcAfterTooManyPings,
  HEARTBEAT,
  type HeartbeatData,
  HeartbeatDataException,
  HeartbeatHandler,
  type HeartbeatKind,
  type HeartbeatOptions,
  type HeartbeatTiming,
  type IntervalPolicy,
  type IntervalStore,
  isHeartbeat,
  type LearnedInterval,
  MessageDroppedException,
  mqttKeepAlive,
  PhiAccrualDetector,
  type PhiAccrualOptions,
  PingStrikesHandler,
  type PingStrikesOptions,
  type PongInfo,
  type RaceOptions,
  type ReconnectAfterListener,
  ReconnectHandler,
  ReconnectingClient,
  type RequestCall,
  RequestCorrelator,
  type RequestCorrelatorOptions,
  type RequestIdOptions,
  type RequestIdSource,
  type RequestOptions,
  RequestResponder,
  type RequestResponderOptions,
  RequestTimeoutException,
  requestIds,
  SendQueueFullException,
  type SendQueueOptions,
  type SendQueuePolicy,
  stompHeartBeat,
  TooManyPingsException,
  TooManyRequestsException,
} from '@sluice/handlers';
import { assertType, type Equal } from '../support/assertType.js';

// ---- heartbeats -----------------------------------------------------------------------------------------------------

interface Beat {
  readonly beat: number;
  readonly data?: Uint8Array | undefined;
}

const store: IntervalStore = new Map<string, LearnedInterval>();
const search: AdaptiveIntervalOptions = { min: 60_000, network: () => 'wifi', store };
const interval: IntervalPolicy = new AdaptiveInterval(search);
const phi: PhiAccrualOptions = { expected: 1000, threshold: 10 };
const data: HeartbeatData = {
  outgoing: (kind) => {
    assertType<Equal<typeof kind, HeartbeatKind>>();
    return Buffer.from(`${kind} ${eventLoopLag()}`);
  },
  incoming: (bytes) => console.log(bytes.length),
};
const options: HeartbeatOptions<Beat> = {
  codec: {
    ping: ({ nonce, data }) => ({ beat: nonce, data }),
    pong: (ping, info: PongInfo) => ({ beat: ping.beat, data: info.data }),
    isPing: () => true,
    isPong: () => false,
    dataOf: (beat) => beat.data,
  },
  interval,
  detector: (): FailureDetector => new PhiAccrualDetector(phi),
  data,
};
const permitted: PingStrikesOptions<Beat> = { codec: options.codec, permit: 1000 };
export const beating = pipeline<Beat, Beat>()
  .addLast(() => new PingStrikesHandler(permitted))
  .addLast(() => new HeartbeatHandler(options))
  .build();
assertType<Equal<typeof HEARTBEAT, AttributeKey<HeartbeatHandler>>>();

export function agreed(channel: Channel): void {
  const mqtt: AgreedHeartbeat = mqttKeepAlive(60);
  const timings: HeartbeatTiming[] = [
    mqtt,
    stompHeartBeat([1000, 1000], [2000, 0]),
    amqpHeartbeat(60, 30),
    { interval: grpcAfterTooManyPings(mqtt.interval) },
  ];
  for (const timing of timings) channel.attr(HEARTBEAT).get()?.renegotiate(timing);
  const isOne: boolean = isHeartbeat(channel, 'ping');
  console.log(isOne);
}

// ---- a client that is not always connected ------------------------------------------------------------------------------

const race: RaceOptions = { delay: 250, max: 2 };
const policy: SendQueuePolicy = 'drop-oldest';
const queue: SendQueueOptions = { policy, maxMessages: 10 };
const client = new ReconnectingClient({
  bootstrap: new Bootstrap(),
  endpoints: [{ host: 'localhost', port: 1 }],
  backoff: GRPC_BACKOFF,
  race,
  queue,
});
export async function watch(): Promise<void> {
  for await (const info of client.states()) assertType<Equal<typeof info, ClientInfo>>();
}
export async function send(): Promise<string> {
  try {
    await client.send('x');
    return 'written';
  } catch (error) {
    if (error instanceof SendQueueFullException) return 'full';
    return error instanceof MessageDroppedException ? 'dropped' : 'closed';
  }
}
const moves: ReconnectAfterListener = (_channel, event) => console.log(event.after, event.endpoint);
export const moved: ReconnectHandler = new ReconnectHandler(() => {}, moves);

// ---- requests and responses ---------------------------------------------------------------------------------------------

interface Call {
  id: number;
  readonly text: string;
}
const range: RequestIdOptions = { first: 5, max: 0xffff };
const asking: RequestCorrelatorOptions<Call, Call, number> = {
  assignId: (request, id) => void (request.id = id),
  idOf: (response) => response.id,
  nextId: requestIds(range),
};
const correlator = new RequestCorrelator(asking);
const limits: RequestOptions = { timeout: 1000 };
export async function ask(text: string): Promise<string> {
  try {
    const response = await correlator.request({ id: 0, text }, limits);
    assertType<Equal<typeof response, Call>>();
    return response.text;
  } catch (error) {
    if (error instanceof TooManyRequestsException) return 'later';
    if (error instanceof RequestTimeoutException) return 'too late';
    return error instanceof ConnectionLostException ? String(error.reason) : 'failed';
  }
}
// Ids that are no numbers need a source of their own; numbers are counted.
assertType<Equal<RequestIdSource<number>, unknown>>();
assertType<Equal<RequestIdSource<string>, { readonly nextId: () => string }>>();

const answering: RequestResponderOptions<Call, Call, number> = {
  idOf: ({ id }) => id,
  assignId: (response, id) => void (response.id = id),
  handle: async (request, call: RequestCall<number>) => {
    assertType<Equal<typeof call.signal, AbortSignal>>();
    return { id: call.id, text: request.text };
  },
};
export const responder: RequestResponder<Call, Call> = new RequestResponder(answering);

export function isOurFault(error: unknown): boolean {
  return error instanceof TooManyPingsException || error instanceof HeartbeatDataException;
}
