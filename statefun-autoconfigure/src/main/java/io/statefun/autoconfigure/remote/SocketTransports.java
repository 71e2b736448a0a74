/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.remote;

import io.statefun.remote.HttpTransport;
import io.statefun.remote.RemoteEndpoint;

/** Makes transports of endpoints at Unix-domain sockets, if the application has what they need. */
@FunctionalInterface
interface SocketTransports {

  HttpTransport open(RemoteEndpoint endpoint);
}
