export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One counter, in the same format. */
export function counterText(name: string, help: string, samples: readonly Sample[]): string {
  return metricText('counter', name, help, samples);
}

/**
 * One gauge in the text format that Prometheus reads:
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
export function gaugeText(name: string, help: string, samples: readonly Sample[]): string {
  return metricText('gauge', name, help, samples);
}

function metricText(type: 'gauge' | 'counter', name: string, help: string, samples: readonly Sample[]): string {
  const lines = samples.map(({ labels, value }) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
    return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
