import type { Socket } from 'node:dgram';
import { ChannelOption } from '../../../src/index.js';
import { DatagramOptions } from '../../../src/transport/udp/DatagramOptions.js';

test.each([ChannelOption.IP_MULTICAST_IF, ChannelOption.IP_MULTICAST_ADDR])(
  '%s names the interface by its address, at once or when the socket is bound',
  (option) => {
    const set: string[] = [];
    const socket = { setMulticastInterface: (address: string) => set.push(address) } as unknown as Socket;
    const options = new DatagramOptions();
    expect(options.set(option, '127.0.0.1', socket, true)).toBe(true);
    expect(set).toEqual(['127.0.0.1']);
    options.apply(socket);
    expect(set).toEqual(['127.0.0.1', '127.0.0.1']);
  },
);
