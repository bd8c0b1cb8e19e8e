// A webhook as people write it with Twilio's library, of a bot whose WebSocket is the second argument: the caller
// talks to the bot, is then played the sound, connected to a number that is busy, and to one that answers. At /sounds
// it is played that too, and connected to the first of three numbers that answers, at /sip to the last argument. Refuses
// what is not signed with the token of its first argument. At /said it has two sentences said. Prints a line of JSON
// for each request.
const http = require('node:http');
const twilio = require('twilio');

const [token, bot, busy, answers, rings, sound, sip] = process.argv.slice(2);

const documents = {
  '/voice?x=1': (response, { From }) => {
    const stream = response.connect({ action: '/after' }).stream({ url: bot, name: 'desk', statusCallback: 'status' });
    stream.parameter({ name: 'customer', value: `<${From}>` });
  },
  '/after': (response) => {
    response.play(sound);
    response.dial({ action: 'dialled', timeout: 20 }, busy);
  },
  '/dialled': (response) => response.dial().number(answers),
  '/status': () => {},
  '/sounds': (response) => {
    for (const media of [sound, 'sound:missing', 'tone:ring']) response.play(media);
    const dial = response.dial({ action: 'over', timeout: 20 });
    for (const number of [busy, rings, answers]) dial.number(number);
  },
  '/said': (response) => {
    response.say({ voice: 'kal' }, 'Hello, this is a test.');
    response.say({ voice: 'slt', language: 'en-US' }, '"Five" & -5 degrees');
  },
  '/sip': (response) => {
    const dial = response.dial({ action: 'over', timeout: 20 });
    for (const uri of ['sip:eve@127.0.0.1', sip]) dial.sip(uri);
  },
  '/over': (response) => response.hangup(),
};

const server = http.createServer((request, answer) => {
  let body = '';
  request.on('data', (bytes) => { body += bytes; });
  request.on('end', () => {
    const form = Object.fromEntries(new URLSearchParams(body));
    const url = `http://${request.headers.host}${request.url}`;
    const signed = twilio.validateRequest(token, request.headers['x-twilio-signature'] ?? '', url, form);
    console.log(JSON.stringify({ asked: request.url, signed, ...form }));
    if (!signed || !documents[request.url]) return answer.writeHead(signed ? 404 : 403).end();
    const response = new twilio.twiml.VoiceResponse();
    documents[request.url](response, form);
    answer.writeHead(200, { 'Content-Type': 'text/xml' }).end(response.toString());
  });
});
server.listen(0, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
