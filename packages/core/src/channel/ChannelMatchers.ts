import { invalidArgValue } from '../util/errors.js';
import { type Channel, isServerChannel } from './Channel.js';

/** Says whether an operation of a group is meant for `channel`; any function will do. Netty: ChannelMatcher. */
export type ChannelMatcher = (channel: Channel) => boolean;

/** A class of channels, abstract or not. */
export type ChannelClass = abstract new (...args: never[]) => Channel;

const ALL: ChannelMatcher = () => true;
const SERVER: ChannelMatcher = isServerChannel;
const NON_SERVER: ChannelMatcher = (channel) => !isServerChannel(channel);

/** Ready-made matchers. Netty: ChannelMatchers. */
export class ChannelMatchers {
  private constructor() {}

  /** Every channel. */
  static all(): ChannelMatcher {
    return ALL;
  }
  /** This channel only. */
  static is(channel: Channel): ChannelMatcher {
    return (other) => other === channel;
  }
  /** Every channel but this: "everybody else in the room". */
  static isNot(channel: Channel): ChannelMatcher {
    return (other) => other !== channel;
  }
  /** Channels of a class or its subclasses. */
  static isInstanceOf(type: ChannelClass): ChannelMatcher {
    return (channel) => channel instanceof type;
  }
  /** Channels of any other class. */
  static isNotInstanceOf(type: ChannelClass): ChannelMatcher {
    return (channel) => !(channel instanceof type);
  }
  /** Channels that accept channels. */
  static isServerChannel(): ChannelMatcher {
    return SERVER;
  }
  /** Channels that accept none. */
  static isNonServerChannel(): ChannelMatcher {
    return NON_SERVER;
  }
  /** What `matcher` does not match. */
  static invert(matcher: ChannelMatcher): ChannelMatcher {
    return (channel) => !matcher(channel);
  }
  /**
   * What all `matchers` match; they are asked in order until one refuses. Throws `TypeError`
   * (`ERR_INVALID_ARG_VALUE`) without any.
   */
  static compose(...matchers: ChannelMatcher[]): ChannelMatcher {
    if (matchers.length === 0) throw invalidArgValue('matchers must at least contain one element');
    if (matchers.length === 1) return matchers[0] as ChannelMatcher;
    return (channel) => matchers.every((matcher) => matcher(channel));
  }
}
