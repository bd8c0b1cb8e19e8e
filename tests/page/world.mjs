// What the page is tested with: both binaries, the fake Asterisk as a process, and a browser.
import { randomInt } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { start } from '../deploy/k8s/processes.mjs';

const binary = (name) => process.env[`BENARI_${name}_BINARY`];
export const pictures = fileURLToPath(new URL('../../out/page/', import.meta.url));

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

// Everything that is started is ended by close(), by its id.
export async function makeWorld({ nodes = 2, control = [], http = undefined } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'benari-page-'));
  writeFileSync(path.join(folder, 'password'), 'secret');
  const ari = await freePort();
  http ??= await freePort();
  const running = [];
  const begin = (...command) => running[running.push(start(...command)) - 1];
  const media = await Promise.all(
    Array.from({ length: nodes }, async () => {
      const first = 20000 + 500 * randomInt(20);
      const node = begin(binary('MEDIA'), ['--grpc_listen=127.0.0.1:0', '--metrics_listen=', '--log_format=json',
        `--rtp_port_min=${first}`, `--rtp_port_max=${first + 499}`]);
      return (await node.logged('serving')).grpc;
    }),
  );
  return {
    folder,
    at: `http://127.0.0.1:${http}`,
    async startControl() {
      const process_ = begin(binary('CONTROL'), [
        `--ari_url=http://127.0.0.1:${ari}/ari`, `--ari_password_file=${folder}/password`, `--media=${media.join(',')}`,
        `--metrics_listen=127.0.0.1:${http}`, '--log_format=json', ...control]);
      await process_.logged('serving');
      return process_;
    },
    startAsterisk: (...flags) => begin(binary('FAKE_ASTERISK'), [`--http_listen=127.0.0.1:${ari}`, '--session_limit=1000', ...flags]),
    async close() {
      await Promise.all(running.map((each) => each.kill()));
      rmSync(folder, { recursive: true });
    },
  };
}

export async function openBrowser() {
  mkdirSync(pictures, { recursive: true });
  return chromium.launch({
    executablePath: process.env.BENARI_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
  });
}

// A page, and what a person would find in the browser's console: errors, refused resources, other origins.
export async function openPage(browser, world, options = {}) {
  const page = await browser.newPage({ viewport: { width: 1180, height: 900 }, ...options });
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(`${error}`));
  page.on('console', (message) => {
    const away = /net::ERR_(CONNECTION_REFUSED|INCOMPLETE_CHUNKED_ENCODING|CONNECTION_RESET|EMPTY_RESPONSE)/;
    if (message.type() === 'error' && !away.test(message.text())) complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`${world.at}/`) && !request.url().startsWith('data:')) complaints.push(`asks for ${request.url()}`);
  });
  await page.goto(`${world.at}/`);
  return { page, complaints };
}

// What reaches beyond the width of the window, whether it can be scrolled to or is cut off; one line each.
export const tooWide = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('body *')]
      .filter((each) => each.checkVisibility() && Math.ceil(each.getBoundingClientRect().right) > document.documentElement.clientWidth)
      .map((each) => `${each.tagName} ${each.className} "${each.textContent.slice(0, 40)}"`));

// The lowest contrast between a text that can be seen and what it stands on, as WCAG 2 computes it.
export const lowestContrast = (page) =>
  page.evaluate(() => {
    const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
    const luminance = (colour) => {
      const [r, g, b] = channels(colour).map((value) => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (element) => {
      for (let each = element; each; each = each.parentElement) {
        const colour = getComputedStyle(each).backgroundColor;
        if (channels(colour)[3] !== 0) return colour;
      }
      return 'rgb(255, 255, 255)';
    };
    let lowest = { ratio: 21, text: '' };
    for (const element of document.querySelectorAll('body *')) {
      const text = [...element.childNodes].filter((each) => each.nodeType === Node.TEXT_NODE).map((each) => each.data.trim()).join('');
      if (!text || !element.checkVisibility()) continue;
      const [light, dark] = [luminance(getComputedStyle(element).color), luminance(ground(element))].sort((a, b) => b - a);
      const ratio = (light + 0.05) / (dark + 0.05);
      if (ratio < lowest.ratio) lowest = { ratio, text };
    }
    return lowest;
  });
