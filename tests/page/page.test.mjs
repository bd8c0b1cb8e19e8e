// The live page in a real browser, against the real binaries.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { startBot } from './bot.mjs';
import { freePort, lowestContrast, makeWorld, openBrowser, openPage, pictures, tooWide } from './world.mjs';

const patience = { timeout: 30000 };
const phone = { width: 375, height: 800 };

let browser;
before(async () => { browser = await openBrowser(); });
after(() => browser?.close());

const textOf = (page, selector) => page.locator(selector).innerText();
const state = (page, text) => page.locator('#state', { hasText: text }).waitFor(patience);
const rowIn = (table) => (page, id) => page.locator(`${table} > tbody`, { has: page.locator(`.open:text-is("${id}")`) });
const nowRow = rowIn('#now');
const endedRow = rowIn('#ended');
const json = async (world, what) => (await fetch(world.at + what)).json();

describe('the live page', () => {
  let world, control, page, complaints, id;
  before(async () => {
    world = await makeWorld({ control: ['--echo_seconds=2'] });
    control = await world.startControl();
    ({ page, complaints } = await openPage(browser, world));
  });
  after(() => world?.close());

  test('says what control waits for, and which nodes there are', async () => {
    await state(page, 'waiting for Asterisk');
    await page.locator('#nodes tbody tr', { hasText: 'not reached' }).nth(1).waitFor(patience);  // asked once Asterisk is there
    assert.match(await textOf(page, '#about'), /app voicebot1 · owner benari · Asterisk http:\/\/127\.0\.0\.1:\d+\/ari · version \d/);
    assert.equal(await textOf(page, '#now-more'), 'no calls');
  });

  test('shows a call, and each of its phases as it comes', async () => {
    world.startAsterisk('--calls=1', '--destination_answer_seconds=1', '--destination_hangup_seconds=2');
    await state(page, 'serving');
    await page.locator('#nodes tbody tr', { hasText: 'up' }).nth(1).waitFor(patience);
    const button = page.locator('#now .open').first();
    await button.waitFor(patience);
    id = await button.innerText();
    const row = nowRow(page, id);
    await row.locator('.phase[data-phase="echo"]').waitFor(patience);
    await row.getByText(/^\d+\.\d ms$/).waitFor(patience);  // its jitter: media was asked
    await button.click();
    await row.locator('.timeline li', { hasText: 'echo heard' }).waitFor(patience);
    for (const phase of ['dialing', 'connected']) await row.locator(`.phase[data-phase="${phase}"]`).waitFor(patience);
    await endedRow(page, id).waitFor(patience);
    assert.equal(await nowRow(page, id).count(), 0);
    assert.match(await textOf(page, '#completed'), /^1$/);
  });

  test('the time line is what the log told, and stays open when the call has ended', async () => {
    const row = endedRow(page, id);
    assert.match(await row.innerText(), /completed/);
    await row.locator('.timeline li', { hasText: 'call ended' }).waitFor(patience);
    const shown = await row.locator('.timeline .what').allInnerTexts();
    const logged = control.lines.map((line) => JSON.parse(line)).filter((line) => line.call === id)
      .map((line) => (line.message === 'phase' ? `${line.phase} begins` : line.message));
    assert.deepEqual(shown, logged);
    assert.ok(logged.length >= 12, logged.join());
    const { steps, outcome } = await json(world, `/calls/${id}`);
    assert.equal(outcome, 'completed');
    const ended = steps.at(-1);
    assert.equal(ended.what, 'call ended');
    assert.ok(Math.abs(ended.fields.ms - ended.at_ms) < 5, `${ended.fields.ms} in the log, ${ended.at_ms} here`);
  });

  test('says that control is gone, and comes back by itself', async () => {
    await control.kill();
    await state(page, 'connection lost');
    assert.ok(await page.locator('#lost').isVisible());
    control = await world.startControl();
    world.startAsterisk('--calls=0');
    await state(page, 'serving');
    assert.ok(!(await page.locator('#lost').isVisible()));
    await page.locator('#ended-none').waitFor(patience);  // a new process has seen no call end
    assert.equal(await page.locator('#ended .open').count(), 0);
  });

  test('notices that control hangs', async () => {
    control.signal('SIGSTOP');  // hangs: the connection stands, and nothing comes
    await state(page, 'connection lost');
    control.signal('SIGCONT');
    await state(page, 'serving');
  });

  test('shows no other control, as none was named', async () => assert.equal(await page.locator('#peers').innerHTML(), ''));

  test('asked for nothing else, and the browser had nothing to complain about', () => assert.deepEqual(complaints, []));
});

describe('with a bot', () => {
  let world, bot, page, complaints, row;
  before(async () => {
    bot = await startBot();
    world = await makeWorld({ nodes: 1, control: ['--flow=bot', `--bot_url=${bot.url}`] });
    await world.startControl();
    ({ page, complaints } = await openPage(browser, world));
    world.startAsterisk('--calls=1');
    const button = page.locator('#now .open').first();
    await button.waitFor(patience);
    row = nowRow(page, await button.innerText());
  });
  after(async () => {
    await world?.close();
    bot?.close();
  });

  test('shows a running call, and how soon its bot was heard', async () => {
    const words = row.getByText(/first heard after/);
    await words.waitFor(patience);
    const { calls: [call] } = await json(world, '/calls');
    const heard = `first heard after ${(call.session.bot.first_audio_ms / 1000).toFixed(1)} s`;
    assert.ok((await words.innerText()).includes(heard), heard);
    assert.equal(call.warned, false);
    assert.deepEqual(complaints, []);
  });

  test('says its turns and how soon it answers', async () => {
    const shown = (bot) => page.evaluate((state) => botWords(state), bot);
    const ready = { phase: 'ready', end: '', bot_speaking: false, caller_speaking: false, turns: 0, interruptions: 0, queued_ms: 0 };
    assert.equal(await shown(ready), 'listens');
    assert.equal(await shown({ ...ready, caller_speaking: true, turns: 1, last_response_ms: 640, mean_response_ms: 640 }),
      'caller speaks · 1 turn, answered after 0.6 s (mean 0.6 s)');
    assert.equal(await shown({ ...ready, bot_speaking: true, first_audio_ms: 320, turns: 4, last_response_ms: 810, mean_response_ms: 1240, interruptions: 1, queued_ms: 1500 }),
      'bot speaks · first heard after 0.3 s · 4 turns, answered after 0.8 s (mean 1.2 s) · 1 interruption · 1.5 s queued');
  });
});

describe('with other controls', () => {
  const ports = [];
  let worlds, west, page, complaints, hostile;
  const part = (owner) => page.locator('#peers section', { has: page.locator('h2', { hasText: owner }) });
  before(async () => {
    for (let i = 0; i < 2; ++i) ports.push(await freePort());
    hostile = createServer((request, response) => response.end(hostileAnswer)).listen(0, '127.0.0.1');
    await new Promise((resolve) => hostile.once('listening', resolve));
    const peers = [...ports, hostile.address().port].map((port) => `http://127.0.0.1:${port}`).join();
    worlds = await Promise.all(['berlin', 'west'].map((owner, i) =>
      makeWorld({ nodes: 1, http: ports[i], control: [`--owner=${owner}`, `--peers=${peers}`, '--echo_seconds=inf'] })));
    west = await worlds[1].startControl();
    await worlds[0].startControl();
    ({ page, complaints } = await openPage(browser, worlds[0]));
  });
  after(async () => {
    hostile?.close();
    await Promise.all((worlds ?? []).map((world) => world.close()));
  });

  // What has markup, and an address, in every field that is shown.
  const hostileCall = { id: '<img src=x onerror="hit()">', phase: '<b>', age_ms: 1, phases_ms: { '<i>': 0 }, warned: true, node: '<u>' };
  const hostileAnswer = JSON.stringify({
    instance: 'h', owner: '<script>hit()</script>', app: '<b>app</b>', state: '<s>', version: '1', asterisk: 'javascript:hit()', calls: 1, max_calls: 2,
    url: 'javascript:hit()', calls_now: [hostileCall] });

  test('shows the calls of each under its owner, and its own as ever', async () => {
    worlds[0].startAsterisk('--calls=1');
    worlds[1].startAsterisk('--calls=2', '--call_interval_seconds=0.2');
    await part('Calls of west').locator('.phase[data-phase="echo"]').nth(1).waitFor(patience);
    await part('Calls of west').locator('.state', { hasText: 'serving' }).waitFor(patience);
    const { calls } = await json(worlds[1], '/calls');
    const shown = await part('Calls of west').locator('td:first-child').allInnerTexts();
    assert.deepEqual(shown.sort(), calls.map(({ id }) => id).sort());
    await page.locator('#now .phase[data-phase="echo"]').waitFor(patience);
    assert.equal(await page.locator('#now .open').count(), 1);
    assert.equal(await part('Calls of berlin').count(), 0);  // itself
    const { peers } = await json(worlds[0], '/peers');
    assert.deepEqual(peers.map(({ url }) => url), [worlds[1].at, `http://127.0.0.1:${hostile.address().port}`]);
    await page.screenshot({ path: path.join(pictures, 'peers.png'), fullPage: true });
  });

  test('offers nothing to do but to go to the other\'s page', async () => {
    assert.equal(await page.locator('#peers button, #peers form, #peers input').count(), 0);
    const links = await page.locator('#peers a').evaluateAll((all) => all.map(({ href }) => href.replace(/\/$/, '')));
    assert.deepEqual(links, [worlds[1].at, `http://127.0.0.1:${hostile.address().port}`]);
  });

  test('can be read in light and dark, on a phone too', async () => {
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      for (const viewport of [phone, { width: 1180, height: 900 }]) {
        await page.setViewportSize(viewport);
        const { ratio, text } = await lowestContrast(page);
        assert.ok(ratio >= 4.5, `contrast ${ratio.toFixed(2)} of "${text}"`);
        assert.deepEqual(await tooWide(page), []);
      }
    }
  });

  test('what another control says is text', async () => {
    await part('<script>hit()</script>').getByText('<img src=x onerror="hit()">').waitFor(patience);
    assert.equal(await page.locator('#peers img, #peers script, #peers b, #peers u, #peers s').count(), 0);
  });

  test('says that one is gone, and shows it again when it is back', async () => {
    await west.kill();
    await part('Calls of west').locator('.problem', { hasText: /nothing listens there; this is as it was [\d.]+ s ago/ }).waitFor(patience);
    await part('Calls of west').locator('.state', { hasText: 'not reached' }).waitFor(patience);
    west = await worlds[1].startControl();
    await part('Calls of west').locator('.state', { hasText: 'serving' }).waitFor(patience);
    await part('Calls of west').locator('.phase[data-phase="echo"]').nth(1).waitFor(patience);  // adopted
    assert.equal(await part('Calls of west').locator('.problem').count(), 0);
  });

  test('asked for nothing else, and the browser had nothing to complain about', () => assert.deepEqual(complaints, []));
});

describe('with many calls', () => {
  const calls = 200;
  let world, page, complaints;
  before(async () => {
    world = await makeWorld({ control: ['--echo_seconds=3', '--dial_timeout_seconds=120'] });
    await world.startControl();
    ({ page, complaints } = await openPage(browser, world));
    await page.evaluate(() => {
      window.rows_made = 0;
      const count = (changes) => changes.forEach(({ addedNodes }) => addedNodes.forEach((each) => {
        if (each.tagName === 'TBODY') ++window.rows_made;
      }));
      new MutationObserver(count).observe(document.getElementById('now'), { childList: true });
    });
    world.startAsterisk(`--calls=${calls}`, '--call_interval_seconds=0.02', '--destination_behaviour=rings');
  });
  after(() => world?.close());

  test('all of them are shown, and each row is made once, whatever changes', async () => {
    await page.waitForFunction((all) => document.querySelectorAll('#now .phase[data-phase="dialing"]').length === all, calls, patience);
    assert.equal(await textOf(page, '#calls-now'), `${calls}`);
    const { calls: listed, calls_total: total } = await json(world, '/calls');
    assert.equal(listed.length, calls);
    assert.equal(total, calls);
    for (const { phases_ms: phases } of listed) assert.deepEqual(Object.keys(phases), ['setup', 'echo', 'dialing']);
    assert.equal(await page.evaluate(() => window.rows_made), calls);
    assert.deepEqual(complaints, []);
  });

  test('their ages go on', async () => {
    const ages = () => page.locator('#now > tbody td:nth-child(3)').allInnerTexts();
    const old = await ages();
    await page.waitForFunction((those) => [...document.querySelectorAll('#now > tbody td:nth-child(3)')].every((age, i) => age.innerText !== those[i]), old, patience);
  });
});

describe('light, dark and small', () => {
  let world, page;
  before(async () => {
    world = await makeWorld({ control: ['--echo_seconds=3', '--dial_timeout_seconds=20'] });
    await world.startControl();
    ({ page } = await openPage(browser, world));
    // Some calls that end in other ways, one after the other, and then those that are seen.
    for (const behaviour of ['busy', 'unallocated']) {
      await world.startAsterisk('--calls=1', `--destination_behaviour=${behaviour}`, '--destination_answer_seconds=0.2').ended;
    }
    world.startAsterisk('--calls=9', '--call_interval_seconds=0.8', '--destination_answer_seconds=1.5', '--destination_hangup_seconds=3');
    await page.waitForFunction(() => document.querySelectorAll('#ended > tbody').length >= 5, null, patience);
    await page.locator('#now .open').last().click();
    await page.locator('.timeline li').nth(5).waitFor(patience);
  });
  after(() => world?.close());

  for (const colorScheme of ['light', 'dark']) {
    for (const [name, viewport] of [['wide', { width: 1180, height: 900 }], ['phone', phone]]) {
      test(`${colorScheme}, ${name}: can be read, and nothing is too wide`, async () => {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize(viewport);
        const { ratio, text } = await lowestContrast(page);
        assert.ok(ratio >= 4.5, `contrast ${ratio.toFixed(2)} of "${text}"`);
        assert.deepEqual(await tooWide(page), []);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), viewport.width);
        await page.screenshot({ path: path.join(pictures, `${colorScheme}-${name}.png`), fullPage: true });
      });
    }
  }

  test('light and dark differ', async () => {
    const ground = async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      return page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    };
    assert.notEqual(await ground('light'), await ground('dark'));
  });

  test('everything can be reached with the keyboard', async () => {
    const oldest = await page.locator('#ended .open').last().innerText();  // its row stays where it is
    const button = endedRow(page, oldest).locator('.open');
    await button.focus();
    await page.keyboard.press('Enter');
    assert.equal(await button.getAttribute('aria-expanded'), 'true');
    await page.keyboard.press('Enter');
    assert.equal(await button.getAttribute('aria-expanded'), 'false');
  });
});
