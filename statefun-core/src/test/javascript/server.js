/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
'use strict';

// node server.js --port=PORT --parent=PID
//
// Serves all functions at /functions, and each version of the others at its name, until the process PID is gone.

const http = require('http');
const { StateFun } = require('apache-flink-statefun');
const { functions } = require('./functions');
const { versions } = require('./versions');

function handlerOf(specs) {
  const statefun = new StateFun();
  specs.forEach((spec) => statefun.bind(spec));
  return statefun.handler();
}

const handlers = new Map([['/functions', handlerOf(functions)]]);
for (const [name, spec] of Object.entries(versions)) {
  handlers.set(`/${name}`, handlerOf([spec]));
}

const options = new Map(process.argv.slice(2).map((arg) => arg.slice(2).split('=')));
const server = http.createServer((request, response) => handlers.get(request.url)(request, response));
server.listen(Number(options.get('port')), '127.0.0.1', () => {
  console.log(`Listening on port ${server.address().port}`);
});
setInterval(() => {
  try {
    process.kill(Number(options.get('parent')), 0);
  } catch {
    process.exit();
  }
}, 500);
