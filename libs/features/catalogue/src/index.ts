export { CatalogueApiModule, CatalogueModule, CatalogueRecoveryModule } from './catalogue.module';
export { deleteAbsences, deleteObservations, deleteWalks } from './delete-past';
export { ReconcileRegistry, type ReconcileOutcome } from './reconcile-registry';
export { ReconcileRuns } from './reconcile-runs';
export { RecoverCatalogue } from './recover-catalogue';
export { TellMovedTags } from './tell-moved-tags';
export { WantScans } from './want-scans';
