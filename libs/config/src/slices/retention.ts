import { defineSlice, withDefault, type SliceValue } from '../slice';
import { integer } from '../value';

export const retentionConfig = defineSlice({
  title: 'Retention',
  doc: 'How long is kept what is no more.',
  settings: {
    inventoryDays: withDefault('RETENTION_DAYS', '30', integer({ min: 1, max: 36_500 }), {
      doc: 'Days after which the inventory of an image that no registry has any more is deleted.',
    }),
    historyDays: withDefault('HISTORY_DAYS', '400', integer({ min: 31, max: 36_500 }), {
      doc: 'Days for which at least can be asked what was known (`?at=`), and for which transitions, scans, walks, messages and moves of tags are kept; what was known is deleted by whole months.',
    }),
    deliveryDays: withDefault('DELIVERY_DAYS', '90', integer({ min: 16, max: 36_500 }), {
      doc: 'Days after which deliveries are deleted.',
    }),
  },
});
export type RetentionConfig = SliceValue<typeof retentionConfig>;
