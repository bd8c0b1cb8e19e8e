// The live page: one stream of changes from /events; only what a change names is drawn anew.
'use strict';

const at = (id) => document.getElementById(id);
const most_ended = 100;  // as control keeps
const most_rows = 300;   // of calls now, as page.css shows
const silence_ms = 12000;  // control sends something every 5 s
const retry_ms = 2000;

const now = new Map();    // calls by id: {call, row, began}
const ended = new Map();  // the oldest first
const opened = new Set(); // ids whose time line is open
let sessions = {};        // by call id
let source;
let heard = performance.now();
let connected;

const put = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};
const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

const seconds = (ms) => {
  if (ms < 60000) return `${(ms / 1000).toFixed(1)} s`;
  const whole = Math.floor(ms / 1000);
  const two = (number) => String(number).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes}:${two(whole % 60)} min` : `${Math.floor(minutes / 60)}:${two(minutes % 60)} h`;
};
const words = (name) => name.replaceAll('_', ' ');
const kindOf = (outcome) =>
  outcome === 'completed' ? 'good' : ['failed', 'refused', 'no_media', 'destination_failed'].includes(outcome) ? 'bad' : 'plain';

// The phases side by side, as long as each of them took.
function drawBar(bar, phases, length_ms) {
  const names = Object.keys(phases);
  while (bar.children.length > names.length) bar.lastChild.remove();
  names.forEach((name, i) => {
    const part = bar.children[i] ?? bar.appendChild(make('i'));
    const until = i + 1 < names.length ? phases[names[i + 1]] : length_ms;
    part.dataset.phase = name;
    part.style.flexGrow = Math.max(until - phases[name], 0);
  });
}

// A row of either table: a body of its own, with the time line below when it is opened.
function makeRow(id, cells) {
  const button = make('button', { type: 'button', className: 'open', textContent: id });
  button.setAttribute('aria-expanded', 'false');
  const body = make('tbody', {}, make('tr', {}, make('td', {}, button), ...cells));
  const row = { body, button, id, asking: false, again: false };
  button.addEventListener('click', () => (opened.has(id) ? closeRow(row) : openRow(row)));
  if (opened.has(id)) openRow(row);
  return row;
}

function openRow(row) {
  opened.add(row.id);
  row.button.setAttribute('aria-expanded', 'true');
  row.list = make('ol', { className: 'timeline' });
  const cell = make('td', { colSpan: 6 }, row.list);
  row.body.append(make('tr', { className: 'detail' }, cell));
  drawTimeline(row);
}

function closeRow(row) {
  opened.delete(row.id);
  row.button.setAttribute('aria-expanded', 'false');
  row.body.querySelector('.detail').remove();
  row.list = undefined;
}

// Asks for the steps of a call, once at a time.
async function drawTimeline(row) {
  if (row.asking) {
    row.again = true;
    return;
  }
  row.asking = true;
  try {
    const answer = await fetch(`/calls/${encodeURIComponent(row.id)}`);
    const call = await answer.json();
    if (row.list) row.list.replaceChildren(...(answer.ok ? stepsOf(call) : [make('li', { textContent: call.error })]));
  } catch {
    // Control is away: the next change draws it.
  }
  row.asking = false;
  if (row.again && row.list) {
    row.again = false;
    drawTimeline(row);
  }
}

function stepsOf({ steps, steps_left_out: left_out }) {
  const items = steps.map(({ at_ms, level, what, fields }) => {
    const entered = what === 'phase';
    const text = Object.entries(fields).map(([key, value]) => `${key}=${value === '' ? '–' : value}`).join('  ');
    const item = make('li', {},
      make('span', { className: 'at', textContent: `${at_ms.toFixed(1)} ms` }),
      make('span', { className: 'what', textContent: entered ? `${fields.phase} begins` : what }),
      make('span', { className: 'fields', textContent: entered ? '' : text }));
    item.dataset.level = level;
    if (entered) item.dataset.entered = '';
    return item;
  });
  if (left_out > 0) items.push(make('li', { textContent: `${left_out} more steps were left out` }));
  return items;
}

function makeNowRow(call) {
  const cells = {
    phase: make('span', { className: 'phase' }),
    bot: make('span', { className: 'quiet' }),
    bar: make('div', { className: 'bar', ariaHidden: 'true' }),
    age: make('td', { className: 'number' }),
    node: make('td', { className: 'wide' }),
    jitter: make('td', { className: 'number wide' }),
    lost: make('td', { className: 'number wide' }),
  };
  const row = makeRow(call.id, [make('td', {}, cells.phase, cells.bot, cells.bar), cells.age, cells.node, cells.jitter, cells.lost]);
  return { ...row, ...cells, row };
}

function drawNow(entry) {
  const { call, drawn } = entry;
  put(drawn.phase, words(call.phase));
  drawn.phase.dataset.phase = call.phase;
  drawn.button.classList.toggle('warned', call.warned);
  drawSession(entry);
  drawAge(entry);
  if (drawn.row.list) drawTimeline(drawn.row);
}

function drawAge({ call, drawn, began }) {
  const age = performance.now() - began;
  put(drawn.age, seconds(age));
  drawBar(drawn.bar, call.phases_ms, age);
}

function drawSession({ call, drawn }) {
  const session = sessions[call.id];
  put(drawn.node, session ? session.node : '–');
  put(drawn.jitter, session ? `${session.jitter_ms.toFixed(1)} ms` : '–');
  put(drawn.lost, session ? `${session.lost_packets}` : '–');
  drawn.node.title = session?.diagnosis_text ?? '';
  put(drawn.bot, session?.bot ? botWords(session.bot) : '');
  drawn.bot.title = session?.bot?.last_error ?? '';
}

const counted = (number, noun) => `${number} ${noun}${number === 1 ? '' : 's'}`;

// What a bot does, how soon it was heard and answers, and what it has still to say.
function botWords(bot) {
  const { phase, end, bot_speaking, caller_speaking, first_audio_ms, turns, interruptions, last_response_ms, mean_response_ms, queued_ms } = bot;
  const does = phase !== 'ready' ? words(phase) : bot_speaking ? 'bot speaks' : caller_speaking ? 'caller speaks' : 'listens';
  const facts = [end ? `${does}: ${end}` : does];
  if (first_audio_ms !== undefined) facts.push(`first heard after ${seconds(first_audio_ms)}`);
  if (turns > 0) facts.push(`${counted(turns, 'turn')}, answered after ${seconds(last_response_ms)} (mean ${seconds(mean_response_ms)})`);
  if (interruptions > 0) facts.push(counted(interruptions, 'interruption'));
  if (queued_ms > 0) facts.push(`${seconds(queued_ms)} queued`);
  return facts.join(' · ');
}

function makeEndedRow(call) {
  const outcome = make('span', { className: 'outcome', textContent: words(call.outcome) });
  outcome.dataset.kind = kindOf(call.outcome);
  const bar = make('div', { className: 'bar', ariaHidden: 'true' });
  drawBar(bar, call.phases_ms, call.duration_ms);
  const row = makeRow(call.id, [
    make('td', {}, outcome, bar),
    make('td', { className: 'number', textContent: seconds(call.duration_ms) }),
    make('td', { className: 'wide', textContent: new Date(call.started_at).toLocaleTimeString([], { hour12: false }) }),
    make('td', { className: 'wide quiet', textContent: call.why }),
  ]);
  row.button.classList.toggle('warned', call.warned);
  return row;
}

function take(call) {
  const entry = now.get(call.id);
  if (call.outcome === undefined) {
    const changed = entry ?? { drawn: makeNowRow(call) };
    Object.assign(changed, { call, began: performance.now() - call.age_ms });
    if (!entry) {
      now.set(call.id, changed);
      at('now').tHead.after(changed.drawn.body);
    }
    drawNow(changed);
    return;
  }
  if (entry) entry.drawn.body.remove();
  now.delete(call.id);
  if (ended.has(call.id)) return;
  const row = makeEndedRow(call);
  ended.set(call.id, { call, row });
  at('ended').tHead.after(row.body);
  for (const [id, oldest] of ended) {
    if (ended.size <= most_ended) break;
    oldest.row.body.remove();
    ended.delete(id);
    opened.delete(id);
  }
}

const isUp = (node) => node.ports_total !== undefined;

function drawNodes(nodes) {
  const used = (node) => node.ports_total - node.ports_free;
  const rows = nodes.map((node) => {
    const up = isUp(node);
    const fill = make('i');
    const meter = make('span', { className: 'meter', ariaHidden: 'true' }, fill);
    if (up) {
      fill.style.width = `${(100 * used(node)) / Math.max(node.ports_total, 1)}%`;
      meter.dataset.full = used(node) > 0.9 * node.ports_total;
    }
    const ports = make('div', { className: 'ports' });
    if (up) ports.append(meter, `${used(node)} / ${node.ports_total}`);
    return make('tr', {},
      make('td', {}, node.address, make('span', { className: 'quiet wide', textContent: node.name ? `  ${node.name}` : '' })),
      make('td', { textContent: words(node.state) }),
      make('td', {}, ports),
      make('td', { className: 'number wide', textContent: up ? `${node.sessions}` : '–' }),
      make('td', { className: 'number wide', textContent: up ? `${node.highest_jitter_ms.toFixed(1)} ms` : '–' }),
      make('td', { className: 'number', textContent: up ? `${node.lost_packets}` : '–' }));
  });
  at('nodes').tBodies[0].replaceChildren(...rows);
  at('nodes-none').hidden = nodes.length > 0;
  const up = nodes.filter(isUp);
  const sum = (of) => up.reduce((total, node) => total + of(node), 0);
  put(at('ports-used'), `${sum(used)}`);
  put(at('ports-total'), `of ${sum((node) => node.ports_total)}`);
  put(at('jitter'), Math.max(0, ...up.map((node) => node.highest_jitter_ms)).toFixed(1));
}

// The other controls: nothing can be opened here, the page of each has its calls' time lines.
function drawPeers(peers) {
  at('peers').replaceChildren(...peers.map(makePeer));
}

function makePeer(peer) {
  const known = peer.owner !== undefined;
  const state = make('span', { className: 'state', textContent: peer.problem ? 'not reached' : states[peer.state] ?? words(peer.state) });
  state.dataset.state = peer.problem ? 'lost' : peer.state;
  const section = make('section', {}, make('h2', {}, known ? `Calls of ${peer.owner} ` : `${peer.url} `, state));
  section.dataset.peer = peer.url;
  if (peer.problem) {
    const rest = known ? `; this is as it was ${seconds(peer.heard_ms_ago)} ago` : '';
    section.append(make('p', { className: 'note problem', textContent: `${peer.url}: ${peer.problem}${rest}` }));
  }
  if (!known) return section;
  const facts = `${peer.calls} of ${peer.max_calls} calls · app ${peer.app} · Asterisk ${peer.asterisk} · version ${peer.version} · `;
  section.append(make('p', { className: 'note' }, facts, make('a', { href: peer.url, textContent: 'its own page' })));
  if (peer.calls_now.length === 0) return section;
  const rows = peer.calls_now.map((call) => makePeerRow(call, call.age_ms + peer.heard_ms_ago));
  const head = [['Call', ''], ['Phase', ''], ['Age', 'number'], ['Media node', 'wide']].map(([textContent, className]) =>
    make('th', { scope: 'col', textContent, className }));
  const table = make('table', {}, make('thead', {}, make('tr', {}, ...head)), make('tbody', {}, ...rows));
  table.classList.toggle('stale', peer.problem !== '');
  section.append(table);
  const hidden = peer.calls - peer.calls_now.length;
  if (hidden > 0) section.append(make('p', { className: 'note', textContent: `and ${hidden} more` }));
  return section;
}

function makePeerRow(call, age) {
  const phase = make('span', { className: 'phase', textContent: words(call.phase) });
  phase.dataset.phase = call.phase;
  const bar = make('div', { className: 'bar', ariaHidden: 'true' });
  drawBar(bar, call.phases_ms, age);
  const name = make('span', { textContent: call.id });
  name.classList.toggle('warned', call.warned);
  return make('tr', {},
    make('td', {}, name),
    make('td', {}, phase, bar),
    make('td', { className: 'number', textContent: seconds(age) }),
    make('td', { className: 'wide', textContent: call.node || '–' }));
}

const states = {
  serving: 'serving',
  waiting_for_asterisk: 'waiting for Asterisk',
  draining: 'draining: takes no new calls',
  standing_by: 'standing by: another instance serves',
};
function drawStatus(status) {
  drawState(status.state, states[status.state] ?? words(status.state));
  put(at('about'), `app ${status.app} · owner ${status.owner} · Asterisk ${status.asterisk} · version ${status.version}`);
  put(at('calls-now'), `${status.calls}`);
  put(at('calls-max'), `of ${status.max_calls} at most`);
}
function drawState(name, text) {
  at('state').dataset.state = name;
  put(at('state'), text);
}

function drawTotals() {
  const completed = [...ended.values()].filter(({ call }) => call.outcome === 'completed').length;
  put(at('completed'), `${completed}`);
  put(at('ended-total'), `of the last ${ended.size}`);
  at('ended-none').hidden = ended.size > 0;
  const hidden = now.size - most_rows;
  put(at('now-more'), hidden > 0 ? `and ${hidden} more, see /calls` : 'no calls');
  at('now-more').hidden = now.size > 0 && hidden <= 0;
}

function onChanges(changes) {
  if (changes.reset) {
    for (const { drawn } of now.values()) drawn.body.remove();
    for (const { row } of ended.values()) row.body.remove();
    now.clear();
    ended.clear();
    drawPeers([]);
  }
  if (changes.sessions) {
    sessions = changes.sessions;
    now.forEach(drawSession);
  }
  const moment = (call) => Date.parse(call.started_at) + (call.duration_ms ?? 0);
  (changes.calls ?? []).sort((a, b) => moment(a) - moment(b)).forEach(take);
  if (changes.nodes) drawNodes(changes.nodes);
  if (changes.status) drawStatus(changes.status);
  if (changes.peers) drawPeers(changes.peers);
  if (changes.calls || changes.reset) drawTotals();
}

function setConnected(is) {
  if (is === connected) return;
  connected = is;
  at('lost').hidden = is;
  at('main').classList.toggle('stale', !is);
  if (is) return;
  drawState('lost', 'connection lost');
  put(at('lost'), 'No connection to control. What stands here is as it was last. Trying again.');
}

function connect() {
  source = new EventSource('/events');
  source.onmessage = ({ data }) => {
    heard = performance.now();
    setConnected(true);
    onChanges(JSON.parse(data));
  };
  source.onerror = () => setConnected(false);
}

// The browser connects again by itself, unless it was refused; a connection that went silent is given up here.
setInterval(() => {
  const refused = source.readyState === EventSource.CLOSED;
  if (!refused && performance.now() - heard < silence_ms) return;
  setConnected(false);
  heard = performance.now();
  source.close();
  connect();
}, retry_ms);

setInterval(() => {
  if (connected && !document.hidden) now.forEach(drawAge);
}, 1000);

connect();
