import { defineSlice, withDefault, type SliceValue } from '../slice';
import { oneOf } from '../value';

export const logConfig = defineSlice({
  title: 'Log',
  doc: 'What is written to standard output.',
  settings: {
    level: withDefault('LOG_LEVEL', 'info', oneOf(['debug', 'info', 'warn', 'error']), {
      doc: 'The least severe entries that are written: debug, info, warn or error.',
    }),
    format: withDefault('LOG_FORMAT', 'auto', oneOf(['auto', 'json', 'text']), {
      doc: 'json, text, or auto: text on a terminal, json elsewhere.',
    }),
  },
});
export type LogConfig = SliceValue<typeof logConfig>;
