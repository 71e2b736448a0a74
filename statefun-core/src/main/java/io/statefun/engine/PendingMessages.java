/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import io.statefun.wire.CorruptDataException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The messages of a partition that were in memory, and not handled, when an epoch ended. */
final class PendingMessages {

  private static final int MAILBOX = 0;
  private static final int OUTBOX = 1;
  private static final int BLOCKED = 2;
  private static final int REMOTE = 3;

  /** In the mailbox, or on their way to it from another worker. */
  final List<Message> mailbox = new ArrayList<>();

  /** At the head of the outbox. */
  final List<Message> outbox = new ArrayList<>();

  /** At the heads of the queues of blocked instances. */
  final List<Message> blocked = new ArrayList<>();

  /** For functions elsewhere, behind those that they are called with. */
  final List<Message> remote = new ArrayList<>();

  boolean isEmpty() {
    return mailbox.isEmpty() && outbox.isEmpty() && blocked.isEmpty() && remote.isEmpty();
  }

  void writeTo(Consumer<ByteWriter> records, ByteWriter buffer) {
    write(MAILBOX, mailbox, records, buffer);
    write(OUTBOX, outbox, records, buffer);
    write(BLOCKED, blocked, records, buffer);
    write(REMOTE, remote, records, buffer);
  }

  private static void write(
      int queue, List<Message> messages, Consumer<ByteWriter> records, ByteWriter buffer) {
    for (Message message : messages) {
      buffer.reset();
      buffer.writeByte(queue);
      MessageCodec.write(buffer, message);
      records.accept(buffer);
    }
  }

  void read(byte[] stored) {
    ByteReader in = new ByteReader(stored);
    int queue = in.readByte();
    Message message = MessageCodec.read(in);
    switch (queue) {
      case MAILBOX -> mailbox.add(message);
      case OUTBOX -> outbox.add(message);
      case BLOCKED -> blocked.add(message);
      case REMOTE -> remote.add(message);
      default -> throw new CorruptDataException("A message waits in the unknown queue " + queue);
    }
  }
}
