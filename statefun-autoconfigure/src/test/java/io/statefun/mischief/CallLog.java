/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.mischief;

import io.statefun.remote.protocol.Address;
import io.statefun.remote.protocol.ToFunction;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A file with what an endpoint was asked and what it did with its answers. A line is there when its
 * call returns, whenever the process is killed.
 */
final class CallLog implements AutoCloseable {

  private static final int DIGEST = 8;

  private final FileOutputStream out;

  /** Goes on with a file, or begins one. */
  CallLog(Path file) throws IOException {
    this.out = new FileOutputStream(file.toFile(), true);
  }

  /** Notes a call: its id, the instance, the state it was given, and each message. */
  void called(String id, ToFunction.InvocationBatchRequest batch) throws IOException {
    Address target = batch.getTarget();
    List<String> states = new ArrayList<>();
    batch
        .getStateList()
        .forEach(
            state ->
                states.add(
                    state.getStateName() + '=' + digest(state.getStateValue().toByteArray())));
    states.sort(null);
    String given =
        states.isEmpty() ? "-" : digest(String.join(",", states).getBytes(StandardCharsets.UTF_8));
    List<String> messages = new ArrayList<>();
    batch.getInvocationsList().forEach(message -> messages.add(digest(message.toByteArray())));
    write(
        "call "
            + id
            + ' '
            + target.getNamespace()
            + '/'
            + target.getType()
            + '/'
            + target.getId()
            + ' '
            + given
            + ' '
            + String.join(",", messages));
  }

  /** Notes that an answer was not what it should have been. */
  void misdeed(String id, Mischief.Deed what) throws IOException {
    write("misdeed " + id + ' ' + what.mischief() + ' ' + (what.handled() ? "after" : "instead"));
  }

  private synchronized void write(String line) throws IOException {
    out.write((line + '\n').getBytes(StandardCharsets.UTF_8));
  }

  private static String digest(byte[] bytes) {
    try {
      byte[] all = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(all, 0, DIGEST);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
