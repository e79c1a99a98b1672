package sluice.conformance.codec;

import io.netty.channel.ChannelHandler;
import java.util.List;
import java.util.Map;

/**
 * What a case of one codec consists of.
 *
 * @param args the constructor arguments, by the names of the Java parameters
 * @param handlers makes the handlers; may throw what their constructors throw
 * @param ops what is done to the channel
 */
record CodecCase(Map<String, Object> args, HandlerFactory handlers, List<Object> ops) {
  interface HandlerFactory {
    ChannelHandler[] make() throws Exception;
  }

  static CodecCase of(Map<String, Object> args, List<Object> ops, OneHandler handler) {
    return new CodecCase(args, () -> new ChannelHandler[] {handler.make()}, ops);
  }

  interface OneHandler {
    ChannelHandler make() throws Exception;
  }
}
