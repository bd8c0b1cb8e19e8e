// What the dashboard and the alert rules ask Prometheus for.
import { readFileSync } from 'node:fs';
import YAML from 'yaml';
import { folder } from './catalogue.mjs';

export const dashboard = JSON.parse(readFileSync(`${folder}../grafana/dashboards/benari.json`, 'utf8'));
export const alerts = YAML.parse(readFileSync(`${folder}alerts.yml`, 'utf8')).groups.flatMap((each) => each.rules);

// [{panel, expr}], as Grafana sends them.
export const panelExpressions = dashboard.panels.flatMap((panel) =>
  (panel.targets ?? []).map(({ expr }) => ({ panel: panel.title, expr: expr.replaceAll('$__rate_interval', '1m').replaceAll('$owner', '.*') })),
);

// The names of metrics in an expression, without the suffixes of histograms.
export const namesIn = (expr) =>
  [...expr.matchAll(/\b(?:benari|process)_\w+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ''));
