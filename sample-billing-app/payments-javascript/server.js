/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
'use strict';

// Serves the payment function on the loopback interface:
//
//   node server.js [--port=PORT] [--parent=PID] [arguments of the application]
//
// With port 0 it takes a free one. It prints at which port it listens. It ends when the process PID is gone.

const http = require('http');
const { StateFun } = require('apache-flink-statefun');
const { PaymentFunction } = require('./payments');
const { settingsOf } = require('./settings');

const PORT_PATIENCE_MS = 10_000;
const PAUSE_MS = 100;
const PARENT_MS = 500;

// The SDK answers a failure with status 500, and says nowhere what it was.
function logged(spec) {
  return {
    ...spec,
    fn(context, message) {
      try {
        spec.fn(context, message);
      } catch (e) {
        console.error(`${context.self.typename}/${context.self.id} has failed:`, e);
        throw e;
      }
    },
  };
}

function listen(server, port) {
  const deadline = Date.now() + PORT_PATIENCE_MS;
  const attempt = () => server.listen(port, '127.0.0.1');
  server.on('listening', () => console.log(`Listening on port ${server.address().port}`));
  server.on('error', (e) => {
    if (e.code !== 'EADDRINUSE' || Date.now() > deadline) {
      throw e;
    }
    setTimeout(attempt, PAUSE_MS); // one that was killed a moment ago may have left a connection there
  });
  attempt();
}

function endWith(parent) {
  setInterval(() => {
    try {
      process.kill(parent, 0);
    } catch {
      process.exit();
    }
  }, PARENT_MS);
}

const settings = settingsOf(process.argv.slice(2));
const functions = new StateFun();
functions.bind(logged(new PaymentFunction(settings).spec));
const server = http.createServer(functions.handler());
server.keepAliveTimeout = 0; // a connection that is closed here while a request is on its way costs another attempt
listen(server, settings.port);
if (settings.parent !== undefined) {
  endWith(settings.parent);
}
