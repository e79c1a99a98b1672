// expect: is not assignable to parameter of type 'never'
import { type Channel, type PipelineInitializer, pipeline } from '@sluice/core';

// Which pipeline it is was given away with the annotation, so nothing may be written.
const some: PipelineInitializer = pipeline().build();
export const write = (channel: Channel): unknown => some.tail(channel).write(Buffer.of(1));
