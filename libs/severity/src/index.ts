export { likelyAttacked, riskOf, type RiskFactors } from './risk';
export { chooseSeverity, type ChosenSeverity } from './severity';
