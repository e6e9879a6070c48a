export { chooseSeverity, scoreVector, type ChosenSeverity, type Rating } from './severity';
export type { BadVector } from './vector';
