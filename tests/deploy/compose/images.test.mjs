// The images as deploy/Dockerfile builds them: it compiles both services.
import { after, before, test } from 'node:test';
import { Engine } from './engine.mjs';
import { checkImage, haveBases } from './images.mjs';
import { Stack } from './stack.mjs';

let engine, stack;

before(async () => {
  engine = await Engine.find();
  stack = new Stack(engine);
});

after(async () => {
  stack?.remove();
  await engine?.stop();
});

test('compiled, small, of nobody, with their labels; they start', async (t) => {
  await haveBases(engine);
  await stack.buildFromSource();
  for (const name of ['control', 'media']) {
    await checkImage(t, engine, name);
    const version = await engine.docker(['run', '--rm', '--network', 'none', `benari-${name}:test`, '--version']);
    t.diagnostic(version.trim());
  }
});
