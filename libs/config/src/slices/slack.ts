import { defineSlice, optional, withDefault } from '../slice';
import { hostName, urlOf } from '../value';

export interface SlackConfig {
  /** Whoever knows it can post: a secret. Without it no Slack message is sent. */
  readonly webhookUrl: string | undefined;
  readonly allowedHost: string;
}

export const slackConfig = defineSlice({
  title: 'Slack',
  doc: 'Where alerts are posted.',
  settings: {
    webhookUrl: optional('SLACK_WEBHOOK_URL', urlOf(['https:', 'http:']), {
      doc: 'The address of a Slack incoming webhook. Without it nobody is alerted.',
      secret: true,
    }),
    allowedHost: withDefault('SLACK_ALLOWED_HOST', 'hooks.slack.com', hostName(), {
      doc: 'The only host alerts are posted to (with its port, when it is not 443).',
    }),
  },
  finish: ({ webhookUrl, allowedHost }, { report }): SlackConfig => {
    if (webhookUrl !== undefined) {
      const { host, hostname, protocol } = new URL(webhookUrl);
      if (host !== allowedHost) {
        report({
          where: 'SLACK_WEBHOOK_URL',
          message: `is on ${host}, but SLACK_ALLOWED_HOST allows ${allowedHost} only`,
        });
      }
      const isLoopback = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
      if (protocol === 'http:' && !isLoopback) {
        report({ where: 'SLACK_WEBHOOK_URL', message: 'must start with https://, since the address is a secret' });
      }
    }
    return { webhookUrl, allowedHost };
  },
});
