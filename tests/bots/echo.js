const { WebSocketServer } = require('ws');

const { HOST: host = '127.0.0.1', PORT: port = 8765 } = process.env;
const server = new WebSocketServer({ host, port });
server.on('connection', (call) => call.on('message', (text) => {
  const { event, streamSid, start, media } = JSON.parse(text);
  if (event === 'start') console.log('call', start.callSid, start.customParameters);
  if (event === 'media') call.send(JSON.stringify({ event, streamSid, media: { payload: media.payload } }));
}));
