// An echo bot that refuses who has not signed the handshake with the token of its command line, as Twilio's examples do.
const { validateRequest } = require('twilio');
const { WebSocketServer } = require('ws');

const [token] = process.argv.slice(2);
const host = '127.0.0.1', port = process.env.PORT ?? 8765;
const verifyClient = ({ req }) =>
  validateRequest(token, req.headers['x-twilio-signature'] ?? '', `ws://${host}:${port}${req.url}`, {});
const server = new WebSocketServer({ host, port, verifyClient });
server.on('connection', (call) => call.on('message', (text) => {
  const { event, streamSid, start, media } = JSON.parse(text);
  if (event === 'start') console.log('call', start.callSid);
  if (event === 'media') call.send(JSON.stringify({ event, streamSid, media: { payload: media.payload } }));
}));
