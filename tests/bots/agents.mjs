// A bot made with OpenAI's agents SDK, as its documentation shows it for Twilio, and a stand-in for the model's server
// behind it. The model answers the first half second that it hears with the file of --audio, all of it at once; it notes
// when the caller speaks. Prints what happens as lines of JSON.
import { readFileSync } from 'node:fs';
import { RealtimeAgent, RealtimeSession } from '@openai/agents/realtime';
import { TwilioRealtimeTransportLayer } from '@openai/agents-extensions';
import { WebSocketServer } from 'ws';

const options = Object.fromEntries(process.argv.slice(2).map((option) => option.replace(/^--/, '').split('=')));
const answer = readFileSync(options.audio);
const kAnswerAfterBytes = 4000;
const kDeltaBytes = 4000;
const kLoudBytes = 800;
const tell = (event, fields = {}) => console.log(JSON.stringify({ time: Date.now() / 1000, event, ...fields }));

// Mu-law of more than a few hundred of 32768.
const isLoud = (sample) => (~sample & 0x7f) > 0x20;

function serveModel(socket) {
  const send = (type, fields = {}) => socket.send(JSON.stringify({ type, event_id: `event_${type}`, ...fields }));
  let heard = 0, loud = 0, answered = false, interrupted = false;
  const part = { response_id: 'resp_1', item_id: 'item_1', output_index: 0, content_index: 0 };
  const speak = () => {
    send('response.created', { response: { id: 'resp_1', object: 'realtime.response', output: [] } });
    for (let at = 0; at < answer.length; at += kDeltaBytes) {
      send('response.output_audio.delta', { ...part, delta: answer.subarray(at, at + kDeltaBytes).toString('base64') });
    }
    send('response.output_audio.done', part);
    send('response.done', { response: { id: 'resp_1', object: 'realtime.response', status: 'completed', output: [], usage: {} } });
    tell('answered');
  };
  socket.on('message', (text) => {
    const message = JSON.parse(text);
    if (message.type === 'session.update') {
      const { audio } = message.session;
      if (audio) tell('session', { input: audio.input.format.type, output: audio.output.format.type });
      send('session.updated', { session: message.session });
    } else if (message.type === 'conversation.item.truncate') {
      tell('truncated', { audio_end_ms: message.audio_end_ms });
    } else if (message.type === 'input_audio_buffer.append') {
      const audio = Buffer.from(message.audio, 'base64');
      heard += audio.length;
      loud += audio.filter(isLoud).length;
      if (!answered && heard >= kAnswerAfterBytes) {
        answered = true;
        speak();
      }
      if (!interrupted && loud >= kLoudBytes) {
        interrupted = true;
        send('input_audio_buffer.speech_started', { audio_start_ms: heard / 8, item_id: 'item_2' });
      }
    }
  });
  socket.on('close', () => tell('model_closed', { heard_ms: heard / 8 }));
  send('session.created', { session: { type: 'realtime', id: 'sess_1' } });
}

async function serveCall(twilioWebSocket, model) {
  const transport = new TwilioRealtimeTransportLayer({ twilioWebSocket });
  const format = 'g711_ulaw';
  const config = { audio: { input: { format }, output: { format } } };
  const session = new RealtimeSession(new RealtimeAgent({ name: 'test' }), { transport, config, tracingDisabled: true });
  transport.on('*', ({ type, message }) => {
    if (type === 'twilio_message' && message.event !== 'media') tell(message.event, message);
  });
  session.on('error', (error) => tell('error', { error: String(error.error?.message ?? error.error ?? error) }));
  await session.connect({ apiKey: 'none', url: `ws://127.0.0.1:${model.address().port}` });
}

const model = new WebSocketServer({ host: '127.0.0.1', port: 0 }).on('connection', serveModel);
const bot = new WebSocketServer({ host: '127.0.0.1', port: Number(options.port ?? 0) });
bot.on('connection', (socket) => serveCall(socket, model).catch((error) => tell('error', { error: String(error) })));
bot.on('listening', () => console.log(`listening on ws://127.0.0.1:${bot.address().port}`));
