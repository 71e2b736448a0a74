/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.engine;

import io.statefun.wire.ByteReader;
import io.statefun.wire.ByteWriter;
import io.statefun.wire.CorruptDataException;
import io.statefun.wire.NewerFormatException;

/**
 * How a message travels to a partition of another node: a byte, then as messages are stored. The
 * byte tells the format, and the message from what others may write where they should not.
 */
final class PostedMessage {

  private static final int MARK = 0xf0;
  private static final int FORMAT = 1;

  private PostedMessage() {}

  static void write(ByteWriter out, Message message) {
    MessageCodec.write(out.writeByte(MARK | FORMAT), message);
  }

  /**
   * Reads a message.
   *
   * @throws NewerFormatException if a newer version has sent it
   * @throws RuntimeException if it is none
   */
  static Message read(byte[] posted) {
    ByteReader in = new ByteReader(posted);
    int first = in.readByte();
    if ((first & MARK) != MARK) {
      throw new CorruptDataException("It does not begin as a message does");
    }
    NewerFormatException.check("A message of another process", first & ~MARK, FORMAT);
    Message message = MessageCodec.read(in);
    if (in.hasRemaining()) {
      throw new CorruptDataException("Something comes after the message");
    }
    return message;
  }
}
