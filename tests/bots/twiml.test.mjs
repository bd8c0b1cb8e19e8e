// Documents of the TwiML builder of npm's twilio, and what control understands of them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import twilio from 'twilio';

const { VoiceResponse } = twilio.twiml;

const understood = (build) => {
  const response = new VoiceResponse();
  build(response);
  const { stdout, status } = spawnSync(process.env.BENARI_TWIML_STEPS, { input: response.toString(), encoding: 'utf8' });
  assert.equal(status, 0);
  return JSON.parse(stdout);
};
const expectVerbs = (build, ...verbs) => assert.deepEqual(understood(build), { verbs, warnings: [] });

test('a stream with parameters and callbacks', () => {
  expectVerbs((response) => {
    const connect = response.connect({ action: 'https://bot.example/after?a=1&b=2', method: 'GET' });
    const stream = connect.stream({ url: 'wss://bot.example/media', name: 'desk', track: 'inbound_track',
      statusCallback: 'https://bot.example/status', statusCallbackMethod: 'POST' });
    stream.parameter({ name: 'token', value: '<ä&"\'>' });
    stream.parameter({ name: 'language', value: 'de' });
  }, { verb: 'Connect', url: 'wss://bot.example/media', name: 'desk', parameters: { token: '<ä&"\'>', language: 'de' },
    status: { url: 'https://bot.example/status', method: 'POST' },
    action: { url: 'https://bot.example/after?a=1&b=2', method: 'GET' } });
});

test('a dial of a number, with a text and with nouns', () => {
  expectVerbs((response) => response.dial('415-555-0100'),
    { verb: 'Dial', targets: ['number 415-555-0100'], timeout: 30, callerId: '' });
  expectVerbs((response) => {
    const dial = response.dial({ callerId: '+14155550101', timeout: 12, action: '/done', answerOnBridge: true });
    dial.number('+14155550100');
    dial.sip('sip:bob@example.com');
  }, { verb: 'Dial', targets: ['number +14155550100', 'sip sip:bob@example.com'], timeout: 12, callerId: '+14155550101',
    action: { url: '/done', method: 'POST' } });
  expectVerbs((response) => {
    response.dial().number({ statusCallback: '/told', statusCallbackEvent: ['initiated', 'answered'] }, '12');
  }, { verb: 'Dial', targets: ['number 12'], timeout: 30, callerId: '', events: 2,
    status: { url: '/told', method: 'POST' } });
});

test('every other verb, in order', () => {
  expectVerbs((response) => {
    response.say({ voice: 'alice', language: 'en-GB', loop: 2 }, 'Tom & Jerry <3');
    response.play({ loop: 3 }, 'sound:beep');
    response.pause({ length: 5 });
    response.redirect({ method: 'GET' }, '/other?x=1&y=2');
    response.hangup();
  }, { verb: 'Say', text: 'Tom & Jerry <3', voice: 'alice', language: 'en-GB', loop: 2 },
  { verb: 'Play', sound: 'sound:beep', loop: 3 }, { verb: 'Pause', length: 5 },
  { verb: 'Redirect', target: { url: '/other?x=1&y=2', method: 'GET' } }, { verb: 'Hangup' });
  expectVerbs((response) => response.reject({ reason: 'busy' }), { verb: 'Reject', reason: 'busy' });
  expectVerbs(() => {});
});

test('what is not supported is named, and the next verb counts', () => {
  const { verbs, warnings } = understood((response) => {
    response.gather({ numDigits: 1 }).say('Press one');
    response.dial().conference('room');
    response.hangup();
  });
  assert.deepEqual(verbs, [{ verb: 'Hangup' }]);
  assert.deepEqual(warnings.map((line) => line.replace(/^line \d+: /, '')),
    ['verb <Gather> is not supported', '<Conference> in <Dial> is not supported',
      '<Dial> without anybody to dial is left out']);
});
