export { type RecordedEvent, RecordingHandler } from './RecordingHandler.js';
