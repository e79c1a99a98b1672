// expect: NotAFactory<
import { handler, pipeline } from '@sluice/core';

// The type of isSharable is `boolean` here, so each channel needs its own object.
pipeline<string, string>().addLast(handler<string>({ channelRead() {} }));
