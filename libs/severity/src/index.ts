export { chooseSeverity, type ChosenSeverity } from './severity';
