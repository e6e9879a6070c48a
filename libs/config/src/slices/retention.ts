import { defineSlice, withDefault, type SliceValue } from '../slice';
import { integer } from '../value';

export const retentionConfig = defineSlice({
  title: 'Retention',
  doc: 'What is kept of images that no registry has any more.',
  settings: {
    inventoryDays: withDefault('RETENTION_DAYS', '30', integer({ min: 1, max: 36_500 }), {
      doc: 'Days after which the inventory of an image that no registry has any more is deleted.',
    }),
  },
});
export type RetentionConfig = SliceValue<typeof retentionConfig>;
