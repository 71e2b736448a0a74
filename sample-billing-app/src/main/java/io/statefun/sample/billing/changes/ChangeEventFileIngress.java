/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.sample.billing.changes;

import io.statefun.io.Ingress;
import io.statefun.message.Address;
import io.statefun.message.MessageType;
import io.statefun.message.TypeName;
import io.statefun.message.TypedValue;
import io.statefun.sample.billing.lines.LineReader;
import io.statefun.sample.billing.lines.LineSplit;
import io.statefun.sample.billing.user.UserChange;
import io.statefun.sample.billing.user.UserFunction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads change events of the user table from files, one event a line, each file in its order. A
 * file may grow. A line that is no change event goes to the dead letters.
 */
public final class ChangeEventFileIngress implements Ingress {

  private static final TypeName NAME = TypeName.parse("billing/user-changes");
  private static final TypeName USER = TypeName.parse(UserFunction.TYPE);
  private static final TypeName RAW = TypeName.parse("billing/change-line");

  private final ChangeParser parser = new ChangeParser();
  private final MessageType<UserChange> type;
  private final List<LineSplit> splits;

  /**
   * @param files what is read; a file's name is its split's id and must be unique
   * @param type how a change is written
   */
  public ChangeEventFileIngress(List<Path> files, MessageType<UserChange> type) {
    this.type = type;
    this.splits = files.stream().map(this::split).toList();
  }

  private LineSplit split(Path file) {
    String name = file.getFileName().toString();
    return new LineSplit(name, file, () -> size(file), (line, out) -> handle(name, line, out));
  }

  @Override
  public TypeName name() {
    return NAME;
  }

  @Override
  public List<Split> splits() {
    return List.copyOf(splits);
  }

  /** Looks whether a file has grown; to be called once in a while. */
  public void checkForGrowth() {
    splits.forEach(LineSplit::wakeUpIfGrown);
  }

  @Override
  public void close() {
    splits.forEach(LineSplit::close);
  }

  private boolean handle(String file, LineReader.Line line, Collector out) {
    String text = line.text();
    if (text.isBlank()) {
      return false;
    }
    try {
      UserChange change = parser.parse(text);
      out.send(Address.of(USER, change.userId()), TypedValue.of(type, change));
    } catch (BadChangeException e) {
      out.reject(file + ", offset " + line.offset(), TypedValue.ofBytes(RAW, line.bytes()), e);
    }
    return true;
  }

  private static long size(Path file) {
    try {
      return Files.exists(file) ? Files.size(file) : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
