// shows: nothing
const { promisify } = require('util');
const fs = require('fs');
const stream = require('stream');
const got = require('got');

const pipeline = promisify(stream.pipeline);

exports.keep = async (url, place) => {
  await pipeline(got.stream(url), fs.createWriteStream(place));
  const answer = await got(url);
  return promisify(fs.readFile)(answer.body);
};
