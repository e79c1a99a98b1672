// expect: InboundMismatch<PreviousHandlerEmits<SocketReads>, ThisHandlerAccepts<DatagramPacket<ByteSource>>>
import { DatagramPacketDecoder, StringDecoder } from '@sluice/codec';
import { pipeline } from '@sluice/core';

// A socket brings bytes, no datagrams.
pipeline().addLast(() => new DatagramPacketDecoder(new StringDecoder()));
