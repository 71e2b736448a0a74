/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.bootstrap;

import io.statefun.engine.Bootstrap;
import io.statefun.engine.EngineStartException;
import io.statefun.engine.InvalidInputException;
import io.statefun.engine.SavepointBuilder;
import io.statefun.engine.SavepointInput;
import io.statefun.engine.StateFunEngine;
import io.statefun.message.TypeName;
import io.statefun.savepoint.Savepoint;
import io.statefun.snapshot.SnapshotStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the savepoint that the application begins with, of what the properties say. */
final class BootstrapRun implements Bootstrap {

  private static final Logger log = LoggerFactory.getLogger(BootstrapRun.class);

  private final Map<String, BootstrapProperties.Input> inputs;
  private final Inputs making;
  private final BootstrapProgress progress;

  BootstrapRun(
      Map<String, BootstrapProperties.Input> inputs, Inputs making, BootstrapProgress progress) {
    this.inputs = inputs;
    this.making = making;
    this.progress = progress;
  }

  /** Knows what is behind the properties. */
  interface Inputs {

    RowSource source(BootstrapProperties.Input input) throws IOException;

    InputMapping mapping(BootstrapProperties.Input input, StateFunEngine engine);
  }

  /** An input with all that belongs to it. */
  private record Part(String name, SavepointInput input, RowSource source, InputMapping mapping) {}

  @Override
  public Savepoint savepoint(StateFunEngine engine, SnapshotStore store) throws IOException {
    try {
      List<Part> parts = parts(engine);
      try (SavepointBuilder builder =
          engine.savepointBuilder(store, parts.stream().map(Part::input).toList())) {
        return make(parts, builder);
      }
    } catch (BootstrapSourceException e) {
      throw new EngineStartException(String.valueOf(e.getMessage()), e.action(), e);
    } catch (InvalidInputException e) {
      throw new EngineStartException(
          "The application cannot be bootstrapped. " + e.getMessage() + ".",
          "Correct statefun.bootstrap, or the rows. What was read before is not read again, unless"
              + " it is to be read differently.",
          e);
    }
  }

  private List<Part> parts(StateFunEngine engine) throws IOException {
    List<Part> parts = new ArrayList<>();
    for (Map.Entry<String, BootstrapProperties.Input> entry : inputs.entrySet()) {
      BootstrapProperties.Input input = entry.getValue();
      RowSource source = making.source(input);
      InputMapping mapping = making.mapping(input, engine);
      parts.add(
          new Part(
              entry.getKey(),
              new SavepointInput(
                  entry.getKey(),
                  TypeName.parse(Objects.requireNonNull(input.function())),
                  mapping.states(),
                  source.definition() + "\n" + input.id() + "\n" + input.states()),
              source,
              mapping));
    }
    return parts;
  }

  private Savepoint make(List<Part> parts, SavepointBuilder builder) throws IOException {
    long begun = System.nanoTime();
    long before = builder.rowCount();
    progress.begin(before);
    if (builder.isComplete()) {
      log.info("Bootstrap: all rows are there already");
    } else if (before > 0) {
      log.info("Bootstrap: goes on behind {} rows", before);
    } else {
      log.info("Bootstrap: begins with {}", parts.stream().map(Part::name).toList());
    }
    for (Part part : parts) {
      SavepointBuilder.Rows rows = builder.rows(part.name());
      if (!rows.hasEnded()) {
        add(part, rows, builder);
        rows.end();
      }
    }
    long read = System.nanoTime();
    Savepoint savepoint = builder.complete();
    log.info(
        "Bootstrap: {} rows, {} of them now in {} s, are savepoint {} of {} bytes after {} s more",
        builder.rowCount(),
        builder.rowCount() - before,
        seconds(begun, read),
        savepoint.number(),
        savepoint.bytes(),
        seconds(read, System.nanoTime()));
    return savepoint;
  }

  private static String seconds(long from, long to) {
    return String.format(Locale.ROOT, "%.1f", (to - from) / 1e9);
  }

  private void add(Part part, SavepointBuilder.Rows rows, SavepointBuilder builder)
      throws IOException {
    long countBefore = rows.count();
    byte[] position = rows.position();
    try (ReadAhead reading =
        new ReadAhead(part.source().open(part.mapping().columns(), position))) {
      boolean countsRows = part.source() instanceof JdbcSource;
      for (RowSource.Batch batch = reading.next(); batch != null; batch = reading.next()) {
        for (int i = 0; i < batch.size(); i++) {
          if (add(part, rows, batch.row(i))) {
            rows.checkpoint(batch.position(i));
          }
        }
        long done = countsRows ? countBefore + reading.done() : reading.done();
        progress.read(part.name(), builder.rowCount(), done, part.source().size());
      }
    }
  }

  private static boolean add(Part part, SavepointBuilder.Rows rows, @Nullable Object[] row)
      throws IOException {
    String id = part.mapping().id(row);
    @Nullable Object[] values;
    try {
      values = part.mapping().values(row);
    } catch (IllegalArgumentException e) {
      throw new EngineStartException(
          "The application cannot be bootstrapped. Row "
              + (rows.count() + 1)
              + " of input '"
              + part.name()
              + "', with the id '"
              + id
              + "', cannot be an instance: "
              + e.getMessage()
              + ".",
          "Correct statefun.bootstrap."
              + part.name()
              + ", or the row. What was read before is not read again.",
          e);
    }
    return rows.add(id, values);
  }
}
