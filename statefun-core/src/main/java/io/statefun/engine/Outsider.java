/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.cluster.MessageLog;
import io.statefun.message.Address;
import io.statefun.wire.ByteWriter;
import java.util.concurrent.CompletableFuture;

/**
 * A process that has no partitions at the moment, as one of more processes than there are
 * partitions, or one that brings back a state. It sends through the log, and cannot get replies.
 */
final class Outsider {

  private final MessageLog log;
  private final NodeServices services;

  Outsider(MessageLog log, NodeServices services) {
    this.log = log;
    this.services = services;
  }

  /** Sends a message; the future completes when it is in the inbox of its target. */
  CompletableFuture<Void> send(Message message) {
    Address target = message.target();
    ByteWriter out = new ByteWriter(128);
    Posting.writeLetter(out, Posting.OUTSIDE, message);
    return log.post(target.partition(services.partitions()), out.toByteArray());
  }

  /** Asks for a savepoint; the future completes when the request is on its way. */
  CompletableFuture<Void> requestSavepoint(String request) {
    return log.post(0, Posting.request(request));
  }
}
