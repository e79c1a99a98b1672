import { ChannelOption, ServerBootstrap, serial } from '@sluice/core';
import { IdleStateHandler } from '@sluice/handlers';
import { ChatHandler } from './ChatHandler.js';
import { ConnectionHandler } from './ConnectionHandler.js';
import { ImMessageDecoder } from './ImMessageDecoder.js';
import { ImMessageEncoder } from './ImMessageEncoder.js';
import { type FindUser, LoginHandler } from './LoginHandler.js';

/** The bootstrap of the service; `readerIdle`: ms of silence after which a connection is closed. */
export function imServer(findUser: FindUser, readerIdle = 30_000): ServerBootstrap {
  const chat = new ChatHandler();
  const encoder = new ImMessageEncoder();
  const connection = new ConnectionHandler();
  return new ServerBootstrap()
    .option(ChannelOption.SO_BACKLOG, 1024)
    .childOption(ChannelOption.SO_KEEPALIVE, true)
    .childHandler((channel) => {
      channel.pipeline
        .addLast('idle', new IdleStateHandler({ readerIdle }))
        .addLast('decoder', new ImMessageDecoder())
        .addLast('encoder', encoder)
        .addLast('login', serial(new LoginHandler(findUser, chat)))
        .addLast('connection', connection);
    });
}
